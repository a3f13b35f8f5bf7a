"""A scheme against an oracle that shares no code with it: numpy loops and closed forms of `tests/oracles`."""

import numpy as np

from course.exercises import find
from course.sheet import Sheet, write
from tests import oracles
from tests.oracles.solution import solve

COUNT = 1000


def work_out(exercise_id, given, put_in=None):
    """A sheet by the oracles alone; values that are put in stay, and the rest follows from them."""
    return {
        name: value.astype(float)
        for name, value in solve(oracles.load(exercise_id), given, override=put_in).written.items()
    }


def states(marker, exercise_id, values, given):
    sheet = Sheet(exercise_id, {name: write(value.tolist()) for name, value in values.items()})
    report = marker(exercise_id).mark(sheet, given)
    return {name: (mark.state, mark.points == mark.max_points) for name, mark in report.steps.items()}


def moved(exercise_id, name, value):
    """A wrong value near the right one: the largest entry is off, and still the largest."""
    wrong = np.array(value)
    by = 37.0 if wrong.size > 4 else 7.0  # so much that no gradient after it becomes 0 by chance
    entry = int(np.argmax(wrong))
    whole = find(exercise_id).answers[name].dtype == "int"
    wrong.ravel()[entry] = wrong.ravel()[entry] + by if whole else wrong.ravel()[entry] * 1.3
    return wrong


class AgainstTheOracle:
    """Right values on many variants, follow-through from every step, and the cost of a skipped one."""

    def test_variants_agree_with_the_oracle(self, marker, exercise_id):
        exercise = find(exercise_id)
        givens = [exercise.seed(), *(exercise.given(f"student-{i:03d}") for i in range(COUNT))]
        found = marker(exercise_id).others({str(i): given for i, given in enumerate(givens)}).truths
        assert set(found) == set(oracles.load(exercise_id).asked) == set(exercise.answers)
        for i, given in enumerate(givens):
            for name, value in work_out(exercise_id, given).items():
                np.testing.assert_allclose(
                    found[name][i], value, rtol=1e-12, atol=1e-12, err_msg=f"{name} of {given}"
                )

    def test_a_wrong_step_is_wrong_and_what_follows_from_it_follows(self, marker, exercise_id):
        given = find(exercise_id).given("student-007")
        right = work_out(exercise_id, given)
        assert states(marker, exercise_id, right, given) == dict.fromkeys(right, ("exact", True))
        for broken in right:
            wrong = work_out(exercise_id, given, {broken: moved(exercise_id, broken, right[broken])})
            found = states(marker, exercise_id, wrong, given)
            assert found[broken] == ("wrong", False)
            for name in set(right) - {broken}:
                follows = not np.allclose(wrong[name], right[name], rtol=1e-12)
                assert found[name] == ("follows" if follows else "exact", True), (broken, name)

    def test_a_skipped_step_costs_its_own_points_only(self, marker, exercise_id):
        given = find(exercise_id).given("student-011")
        right = work_out(exercise_id, given)
        for skipped in right:
            rest = {name: value for name, value in right.items() if name != skipped}
            found = states(marker, exercise_id, rest, given)
            assert found.pop(skipped) == ("missing", False)
            assert found == dict.fromkeys(rest, ("exact", True))
