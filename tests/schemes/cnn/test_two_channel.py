"""`cnn/two-channel`: forward and backward against `jax.grad`."""

import jax
import jax.numpy as jnp
import numpy as np

from course.exercises import find
from course.marking.marker import stack
from course.models.conv import conv2d, max_pool
from tests.schemes.cnn.oracle import COUNT, AgainstTheOracle


class TestOracle(AgainstTheOracle):
    pass


def test_backward_steps_compose_to_jax_grad(marker):
    exercise = find("cnn/two-channel")
    givens = [exercise.seed(), *(exercise.given(f"student-{i:03d}") for i in range(COUNT))]

    def losses(given):
        def loss1(K, b, X):
            return jnp.sum((max_pool(conv2d(X, K, b), 2, stride=1) - given.T) ** 2) / 2

        def loss2(K, b, X):
            return jnp.sum((conv2d(X, K, b, stride=2) - given.T) ** 2) / 2

        return [jax.value_and_grad(f, argnums=(0, 1, 2))(given.K, given.b, given.X) for f in (loss1, loss2)]

    with jax.enable_x64(True):
        both = jax.jit(jax.vmap(losses))(stack(givens))
    found = marker(exercise.id).others({str(i): given for i, given in enumerate(givens)}).truths
    for i, (loss, gradients) in enumerate(both, start=1):
        np.testing.assert_allclose(found[f"loss{i}"], loss, rtol=1e-12)
        for name, gradient in zip(("dK", "db", "dX"), gradients, strict=True):
            np.testing.assert_allclose(found[f"{name}{i}"], gradient, rtol=1e-12, atol=1e-9)
