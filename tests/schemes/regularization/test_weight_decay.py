"""`regularization/weight-decay`: values worked by hand, slips, follow-through; the updates of optax."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from tests.schemes.checks import Lint
from tests.schemes.regularization.worked import Worked, differences


def weight_decay(given, own):
    """The chain with optax's updates; `own` replaces steps by a student's values."""
    steps = dict(own)
    steps.setdefault("penalty", given.alpha * np.linalg.norm(given.w) ** 2)
    steps.setdefault("dpenalty", differences(lambda w: given.alpha * np.linalg.norm(w) ** 2, given.w))
    steps.setdefault("factor", 1 - 2 * given.eta * given.alpha)
    steps.setdefault("new_w", steps["factor"] * given.w - given.eta * given.dJ)
    decay, momentum = optax.add_decayed_weights(2 * given.alpha), optax.trace(given.beta)
    for name, chain in (("coupled", (decay, momentum)), ("decoupled", (momentum, decay))):
        with jax.enable_x64(True):
            optimizer = optax.chain(*chain, optax.scale(-given.eta))
            _, state = optimizer.update(jnp.asarray(given.dJ), optimizer.init(given.w), jnp.asarray(given.w))
            now = jnp.asarray(steps["new_w"])
            update, _ = optimizer.update(jnp.asarray(given.dJ), state, now)
        steps.setdefault(name, np.asarray(now + update))
    return steps


class TestWorked(Worked):
    by_hand = {
        "penalty": 3.5, "dpenalty": [1.5, -1, 0.5], "factor": 0.9, "new_w": [1.9, -2.2, 1.5],
        "coupled": [0.36, -2.48, 2.2], "decoupled": [0.51, -2.58, 2.25],
    }  # fmt: skip
    oracle = staticmethod(weight_decay)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"factor": 0.8},
            {"new_w": [2.2, -1.2, 1.7]},
        ],
    )
    def test_what_follows_from_a_wrong_step_earns_its_points(self, mark, exercise_id, wrong):
        self.what_follows_earns_its_points(mark, exercise_id, wrong)


def test_decay_before_and_after_momentum_are_told_apart(mark):
    sheet = TestWorked.by_hand
    swapped = sheet | {"coupled": sheet["decoupled"], "decoupled": sheet["coupled"]}
    steps = mark("regularization/weight-decay", swapped).steps
    assert (steps["coupled"].state, steps["coupled"].slip) == ("slip", "where the decay stands")
    assert steps["decoupled"].state == "follows"


# The document: w = (3, -2, 1), grad J = (4, 2, -3), alpha = 1/4, eta = 1/5, beta = 1/2.
def test_a_wrong_factor_is_carried_on_and_two_slips_that_come_to_the_same_are_both_named(mark):
    """Without the 2, and with beta for it, c = 1 - 1/20: w' = c w - grad J / 5 = (2.05, -2.3, 1.55).

    Decoupled: c w' - 0.3 grad J. With the right 0.9 it is right too, and so is coupled decay by c or by 2 alpha w'.
    """
    carried = TestWorked.by_hand | {"factor": 0.95, "new_w": [2.05, -2.3, 1.55]}
    by_factor = {"coupled": [0.5975, -2.685, 2.3225], "decoupled": [0.7475, -2.785, 2.3725]}
    anew = {"coupled": [0.495, -2.57, 2.245], "decoupled": [0.645, -2.67, 2.295]}
    for rest in (by_factor, anew):
        report = mark("regularization/weight-decay", carried | rest)
        assert report.points == 8.5
        assert {report.steps[name].state for name in ("new_w", *rest)} == {"follows"}
    factor = report.steps["factor"]
    assert (factor.state, factor.slip) == ("slip", "with beta or two")
    assert factor.remark.startswith("One of 2 slips, which come to the same here. No momentum")
    assert "Or: The factor 2 is forgotten" in factor.remark
    assert "worked out anew" in report.steps["decoupled"].remark


def test_the_right_new_weights_beside_a_wrong_factor_are_right(mark):
    report = mark("regularization/weight-decay", {"dpenalty": [3, -2, 1], "new_w": [1.6, -2, 1.4]})
    assert report.steps["new_w"].state == "follows"  # 3 - 0.2 (4 + 3): along the whole gradient, with alpha = 1/2


def test_a_number_misread_as_one_that_nobody_is_given_is_named(mark):
    """2 read as 2.57: w' = -1.8 - 0.514, coupled w' - (1.413 + 0.785) / 5, decoupled 0.9 w' - 0.3 * 2.57."""
    right = TestWorked.by_hand
    second = {"new_w": -2.314, "coupled": -2.7536, "decoupled": -2.8536}
    report = mark(
        "regularization/weight-decay", right | {n: [right[n][0], v, right[n][2]] for n, v in second.items()}
    )
    assert (report.misread.field, report.misread.read, report.misread.given) == ("dJ[2]", "2.57", "2")
    assert (report.points, report.misread.step) == (7, "new_w")
    assert {report.steps[name].state for name in ("coupled", "decoupled")} == {"follows"}


class TestLint(Lint):
    pass
