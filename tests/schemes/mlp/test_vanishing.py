"""`mlp/vanishing`: norms and the bound, against `jax.grad` and singular values."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course.exercises import find
from tests.schemes.checks import Lint


class TestLint(Lint):
    pass


def test_the_measured_part_of_vanishing_agrees_with_automatic_differentiation(marker):
    exercise = find("mlp/vanishing")
    for given in (exercise.seed(), exercise.given("alice"), exercise.given("bob")):
        truth = marker(exercise.id).truths(given)

        def loss(A1, given=given):
            y = given.x
            for A in (A1, given.A2, given.A3):
                y = 1 / (1 + jnp.exp(-(A @ y)))
            return 0.5 * ((given.A4 @ y)[0] - given.y) ** 2

        with jax.enable_x64(True):
            gradient = jax.grad(loss)(jnp.asarray(given.A1))
        assert truth["grad_norm"] == pytest.approx(float(np.linalg.norm(gradient)), rel=1e-9)
        singular = [np.linalg.svd(A)[1].max() for A in (given.A2, given.A3, given.A4)]
        np.testing.assert_allclose(truth["norms"], singular, rtol=1e-9)
        # The bound is one: |f - y| B_1 |x| is at least the norm that it bounds.
        y = given.x
        for A in (given.A1, given.A2, given.A3):
            y = 1 / (1 + np.exp(-(A @ y)))
        residual = abs((given.A4 @ y)[0] - given.y)
        assert truth["grad_norm"] <= residual * truth["bound"][0] * np.linalg.norm(given.x) * (1 + 1e-12)
