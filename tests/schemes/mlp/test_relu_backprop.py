"""`mlp/relu-backprop`: two ReLU layers, against `jax.grad`."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

from course.exercises import find
from course.models import losses, mlp
from tests.schemes.checks import Lint
from tests.schemes.mlp.automatic import Composed


class TestComposed(Composed):
    @staticmethod
    def network(given):
        def loss(weights):
            W1, W2, W3 = weights
            prediction = mlp.apply((W1[:, None], W2, W3), given.x, activation=jax.nn.relu, bias=False)
            return losses.squared_error(prediction, given.y)

        return loss, (given.W1, given.W2, given.W3), ("dW1", "dW2", "dW3")


class TestLint(Lint):
    pass


def test_updates_are_those_of_optax(marker):
    exercise = find("mlp/relu-backprop")
    given = exercise.given("alice")
    truth = marker(exercise.id).truths(given)
    with jax.enable_x64(True):
        weights = {name: jnp.asarray(getattr(given, name)) for name in ("W1", "W2", "W3")}
        sgd = optax.sgd(given.eta)
        updates, _ = sgd.update({n: jnp.asarray(truth[f"d{n}"]) for n in weights}, sgd.init(weights))
        new = optax.apply_updates(weights, updates)
    for name in weights:
        np.testing.assert_allclose(truth[f"new_{name}"], new[name], rtol=1e-12)
