"""`regularization/p-norm`: values worked by hand, slips, follow-through; the document's formula where signs allow, and where not."""

import numpy as np
import pytest

from course.exercises import find
from course.exercises.regularization.p_norm import FORMULA_HOLDS
from tests.schemes.checks import Lint
from tests.schemes.regularization.worked import Worked, differences


def p_norm(given, own):
    """The chain in numpy, the gradients by central differences; `own` replaces steps by a student's values."""
    steps = dict(own)
    steps.setdefault("norm", sum(abs(w) ** given.p for w in given.w))
    steps.setdefault("penalty", given.alpha * steps["norm"])
    for name, p in (("dpenalty", given.p), ("dpenalty_q", given.q)):
        steps.setdefault(name, differences(lambda w, p=p: given.alpha * np.sum(np.abs(w) ** p), given.w))
    steps.setdefault("grad", given.dJ + steps["dpenalty"])
    steps.setdefault("new_w", given.w - given.eta * np.asarray(steps["grad"]))
    steps.setdefault("holds", "for even p")
    return steps


class TestWorked(Worked):
    by_hand = {
        "norm": 12.5, "penalty": 2.5, "dpenalty": [2.4, -0.6, 0.15, -1.35], "grad": [3, -1.6, 2.15, -0.55],
        "new_w": [1.7, -0.84, 0.285, -1.445], "dpenalty_q": [0.8, -0.4, 0.2, -0.6], "holds": "for even p",
    }  # fmt: skip
    oracle = staticmethod(p_norm)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"norm": 11},
            {"dpenalty": [2.4, 0.6, 0.35, 1.35]},
            {"grad": [3, 1.6, 2.15, 0.75]},
        ],
    )
    def test_what_follows_from_a_wrong_step_earns_its_points(self, mark, exercise_id, wrong):
        self.what_follows_earns_its_points(mark, exercise_id, wrong)


def test_the_documents_formula_is_right_where_signs_allow_and_named_where_not(mark, well_posed):
    exercise = find("regularization/p-norm")
    for given in (exercise.seed(), *well_posed(exercise, 30)):
        formula = {
            "norm": np.sum(given.w**given.p),
            "dpenalty": given.alpha * given.p * given.w ** (given.p - 1),
            "dpenalty_q": given.alpha * given.q * given.w ** (given.q - 1),
        }
        steps = mark(exercise.id, p_norm(given, {}) | formula, given).steps
        assert steps["norm"].state == "slip"
        assert "signs" in steps["norm"].slip.split(" or ")  # (a, -a, b): the sum first comes to the same
        assert steps["dpenalty"].state == "follows"  # one cause, charged once
        assert steps["dpenalty_q"].state == "exact"
        alone = mark(exercise.id, p_norm(given, {}) | {"dpenalty": formula["dpenalty"]}, given).steps["dpenalty"]
        assert (alone.state, alone.slip, alone.points) == ("slip", "signs", 1.0)
        assert "at a negative weight the sign is lost" in alone.remark
        positive = given._replace(w=np.abs(given.w))
        right = mark(exercise.id, {"dpenalty": given.alpha * given.p * positive.w ** (given.p - 1)}, positive)
        assert right.steps["dpenalty"].state == "exact"


def test_the_belief_that_the_formula_always_holds_is_named(mark):
    sheet = TestWorked.by_hand
    said = {word: mark("regularization/p-norm", sheet | {"holds": word}).steps["holds"] for word in FORMULA_HOLDS}
    assert [step.state for step in said.values()] == ["slip", "exact", "slip", "slip"]
    assert said["for every p"].slip == "signs"


class TestLint(Lint):
    pass
