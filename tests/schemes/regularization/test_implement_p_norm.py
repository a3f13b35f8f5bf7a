"""`regularization/implement-p-norm`: functions in numpy and in JAX, and wrong ones by name."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course.exercises import find
from course.exercises.regularization.implement_p_norm import WIDTH
from tests.schemes.checks import Lint
from tests.schemes.handing_in import hand_in

IMPLEMENT = "regularization/implement-p-norm"


# Functions, as students write them.
def gradient(w, p, sign):
    return p * np.abs(w) ** (p - 1) * np.asarray(sign(w))


def gradient_in_jax(w, p, sign):
    return jax.vmap(lambda x: p * jnp.abs(x) ** (p - 1) * sign(x))(jnp.asarray(w, jnp.float32))


def update(w, dJ, alpha, p, eta):
    return w - eta * (dJ + alpha * p * np.abs(w) ** (p - 1) * np.sign(w))


def automatic(w, p, sign):
    return jax.grad(lambda w: jnp.sum(jnp.abs(w) ** p))(jnp.asarray(w))


def spoils_its_input(w, p, sign):
    w *= 0
    return w


WRONG_GRADIENTS = [
    (lambda w, p, sign: p * w ** (p - 1), "slip", "signs"),
    (lambda w, p, sign: p * np.abs(w) ** (p - 1), "slip", "signs"),
    (lambda w, p, sign: p * np.abs(w) ** (p - 1) * np.sign(w), "slip", "surrogate"),
    (automatic, "slip", "surrogate"),
    (lambda w, p, sign: np.abs(w) ** (p - 1) * sign(w), "slip", "power rule"),
    (lambda w, p, sign: p * np.abs(w) ** p * sign(w), "slip", "power rule"),
    (lambda w, p, sign: 2 * w, "wrong", ""),
    (spoils_its_input, "wrong", ""),
    (lambda w, p, sign: w[:3], "unusable", ""),
    (lambda w, p: w, "unusable", ""),
    (lambda w, p, sign: w ** (p - 1) / 0, "unusable", ""),
]

WRONG_UPDATES = [
    (lambda w, dJ, a, p, e: w - e * (dJ + a * p * w ** (p - 1)), "slip", "signs"),
    (
        lambda w, dJ, a, p, e: w - e * (dJ + a * p * np.abs(w) ** (p - 1) * np.where(w < 0, -1, 1)),
        "slip",
        "kink",
    ),
    (lambda w, dJ, a, p, e: w + e * (dJ + a * p * np.abs(w) ** (p - 1) * np.sign(w)), "slip", "uphill"),
    (lambda w, dJ, a, p, e: w - e * (dJ + p * np.abs(w) ** (p - 1) * np.sign(w)), "slip", "alpha"),
    (lambda w, dJ, a, p, e: w - e * (dJ - a * p * np.abs(w) ** (p - 1) * np.sign(w)), "slip", "minus penalty"),
    (lambda w, dJ, a, p, e: w - e * dJ, "wrong", ""),
]


@pytest.mark.parametrize("right", [gradient, gradient_in_jax])
@pytest.mark.parametrize("key", ["practice", "a", "b", "c"])
def test_right_functions_get_all_points_on_any_probe(marker, right, key):
    report = hand_in(marker, IMPLEMENT, key, gradient=right, update=update)
    assert report.points == report.max_points


@pytest.mark.parametrize(("wrong", "state", "cause"), WRONG_GRADIENTS)
def test_wrong_gradients_are_named(marker, wrong, state, cause):
    for key in ("practice", "secret"):
        step = hand_in(marker, IMPLEMENT, key, gradient=wrong, update=update).steps["gradient"]
        assert (step.state, step.slip) == (state, cause)


@pytest.mark.parametrize(("wrong", "state", "cause"), WRONG_UPDATES)
def test_wrong_updates_are_named(marker, wrong, state, cause):
    for key in ("practice", "secret"):
        step = hand_in(marker, IMPLEMENT, key, gradient=gradient, update=wrong).steps["update"]
        assert (step.state, step.slip) == (state, cause)


def test_every_probe_has_zeros_and_both_signs():
    for key in range(300):
        probe = find(IMPLEMENT).probes(str(key))
        for row in (*probe.w[:-1], *probe.start):
            assert row.shape == (WIDTH,)
            assert (row == 0).any()
            assert (row < 0).any()
            assert (row > 0).any()
        assert (probe.w[-1] >= 0).all()


class TestLint(Lint):
    pass
