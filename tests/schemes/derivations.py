"""Checks that exercises with derivations share."""

from course.authoring.lint import lint
from course.exercises import find
from course.sheet import LINES, Sheet, write_lines


class Derived:
    """The model earns all points with everybody's numbers, and `course lint` finds nothing."""

    def test_lint_finds_nothing(self, marker, exercise_id):
        assert lint(marker(exercise_id).scheme).problems == []

    def test_the_model_earns_all_points(self, marker, exercise_id):
        exercise, scheme = find(exercise_id), marker(exercise_id).scheme
        for student in (None, "alice", "bob"):
            given = exercise.given(student)
            report = mark_lines(marker, exercise_id, scheme.model(given), given)
            assert report.points == report.max_points == scheme.points
            assert {step.state for step in report.steps.values()} == {"exact"}

    def test_an_error_in_a_line_of_the_model_costs_that_line_alone(self, marker, exercise_id):
        """A line whose sign is turned is explained, and the lines behind it follow from it or are true."""
        exercise, scheme = find(exercise_id), marker(exercise_id).scheme
        given = exercise.seed()
        lines = list(scheme.model(given))
        marked = scheme.judge(lines, given)
        for way in marked.ways[:-1]:
            broken = list(lines)
            left, _, right = broken[way.line].rpartition("= ")
            broken[way.line] = f"{left}= -({right})"
            report = mark_lines(marker, exercise_id, broken, given)
            assert report.lines[way.line].state in ("edit", "slip"), broken[way.line]
            lost = report.max_points - report.points
            assert 0 < lost < report.max_points
            others = [line.state for at, line in enumerate(report.lines) if at != way.line]
            assert set(others) <= {"follows", "at-numbers", "defines"}


def mark_lines(marker, exercise_id, lines, given=None):
    sheet = Sheet(exercise_id, {LINES: write_lines(lines)})
    return marker(exercise_id).mark(sheet, find(exercise_id).seed() if given is None else given)
