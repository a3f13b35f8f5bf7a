"""A batch cut into blocks: the mean loss and its gradient are the closed forms, whatever the size."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course.models import mlp
from course.models.losses import half_squared_error
from course.training import block_gradient

X = jnp.sin(jnp.arange(24.0)).reshape(12, 2)
Y = X @ jnp.array([1.5, -2.0]) + 0.3


def linear(w, x, y):
    return half_squared_error(mlp.apply((w,), x, activation=mlp.identity), y)


@pytest.mark.parametrize("size", [1, 5, 12, 40])
def test_blocks_of_any_size_give_the_gradient_of_the_mean(x64, size):
    x, y = np.asarray(X, np.float64), np.asarray(Y, np.float64)

    def losses_of(w, x, y):
        return 2 * jax.vmap(lambda x, y: linear(w, x, y))(x, y)

    w = jnp.array([0.3, -1.0, 2.0])
    value, gradient = block_gradient.value_and_grad(losses_of, size)(w, x, y)
    design = np.column_stack([np.ones(12), x])
    residual = design @ np.asarray(w) - y
    np.testing.assert_allclose(value, (residual**2).mean(), rtol=1e-12)
    np.testing.assert_allclose(gradient, 2 * design.T @ residual / 12, rtol=1e-12)
