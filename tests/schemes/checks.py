"""Checks that several exercises share: a test class of an exercise inherits those that hold for it."""

from course.authoring.lint import lint
from course.exercises import find
from course.sheet import Sheet, read_answers, write


class Lint:
    """`course lint` finds nothing in the scheme."""

    draws = 500

    def test_lint_finds_nothing(self, marker, exercise_id):
        assert lint(marker(exercise_id).scheme, draws=self.draws).problems == []


class CatalogueNumbers:
    """The document's own sheet, as text, earns all points."""

    sheet: str

    def test_the_catalogues_numbers_earn_full_marks(self, marker, exercise_id):
        report = mark_text(marker, exercise_id, self.sheet)
        assert {step.state for step in report.steps.values()} == {"exact"}
        assert report.points == report.max_points


def mark_text(marker, exercise_id, text, given=None):
    exercise = find(exercise_id)
    return marker(exercise_id).mark(read_answers(text, exercise_id), exercise.seed() if given is None else given)


def slip_is_named(marker, exercise_id, sheet, step, cause, words):
    answers = {name: write(value) for name, value in sheet.items()}
    report = marker(exercise_id).mark(Sheet(exercise_id, answers), find(exercise_id).seed())
    found = report.steps[step]
    assert found.state == "slip"
    assert cause in found.slip.split(" or ")  # on some numbers two slips come to the same
    assert words in found.remark
    assert 0 < found.points < found.max_points
