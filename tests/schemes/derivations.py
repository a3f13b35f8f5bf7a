"""Checks that exercises with derivations share."""

from course.authoring.lint import lint
from course.exercises import find
from course.sheet import LINES, Sheet, write_lines


class Derived:
    """The model earns all points with everybody's numbers, and `course lint` finds nothing, slips and waypoints too."""

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
        """A line whose sign is turned is explained and earns half, and the others earn what they did before.

        Half exactly: no line of a model meets two waypoints, of which only the first would pay for the error.
        """
        exercise, scheme = find(exercise_id), marker(exercise_id).scheme
        given = exercise.seed()
        lines = list(scheme.model(given))
        right = scheme.judge(lines, given).lines
        for at, line in enumerate(lines[:-1]):
            broken = [*lines[:at], sign_turned(line), *lines[at + 1 :]]
            report = mark_lines(marker, exercise_id, broken, given)
            assert report.lines[at].state in ("edit", "slip"), broken[at]
            assert report.lines[at].points == right[at].points / 2, broken[at]
            others = [
                (now, before) for now, before in zip(report.lines, right, strict=True) if now.text == before.text
            ]
            assert len(others) == len(lines) - 1
            for now, before in others:
                assert now.state in ("follows", "at-numbers", "defines"), (broken[at], now.text, now.remark)
                assert now.points == before.points, (broken[at], now.text)

    def test_an_error_that_is_carried_on_costs_its_line_alone(self, marker, exercise_id):
        """Whatever stands behind a wrong line is made to follow from it, and earns what the model earns."""
        scheme, given = marker(exercise_id).scheme, find(exercise_id).seed()
        lines = list(scheme.model(given))
        right = scheme.judge(lines, given)
        for at in range(len(lines)):
            for wrong in (sign_turned, stretched):
                carried = [*lines[:at], wrong(lines[at])]
                for line in lines[at + 1 :]:
                    changed = scheme.judge([*carried, wrong(line)], given).lines[-1]
                    carried.append(wrong(line) if changed.state in ("follows", "at-numbers") else line)
                marked = scheme.judge(carried, given)
                pairs = [*enumerate(zip(marked.lines, right.lines, strict=True))]
                less = [place for place, (now, before) in pairs if now.points < before.points]
                assert all(now.points <= before.points for _, (now, before) in pairs), carried
                if right.lines[at].points:
                    assert less == [at], (carried, less)
                else:  # what earns nothing by itself is paid for where it is used
                    assert len(less) <= 1, (carried, less)


def sign_turned(line):
    """Turn the sign of what a line says last."""
    return _changed(line, "-")


def stretched(line):
    """Multiply what a line says last by 7/3."""
    return _changed(line, r"\frac{7}{3} ")


def _changed(line, factor):
    depth, at = 0, 0
    for place, character in enumerate(line):
        depth += (character in "([{") - (character in ")]}")
        if not depth and line.startswith("= ", place):
            at = place + 2
    return f"{line[:at]}{factor}({line[at:]})"


def mark_lines(marker, exercise_id, lines, given=None):
    sheet = Sheet(exercise_id, {LINES: write_lines(lines)})
    return marker(exercise_id).mark(sheet, find(exercise_id).seed() if given is None else given)
