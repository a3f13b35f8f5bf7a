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


class TestLint(Lint):
    pass
