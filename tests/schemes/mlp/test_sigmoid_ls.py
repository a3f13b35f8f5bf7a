"""`mlp/sigmoid-ls`: a sigmoid network under the squared error, against `jax.grad`."""

import jax

from course.models import losses, mlp
from tests.schemes.checks import Lint
from tests.schemes.mlp.automatic import Composed


class TestComposed(Composed):
    @staticmethod
    def network(given):
        def loss(weights):
            return losses.half_squared_error(mlp.apply(weights, given.x, activation=jax.nn.sigmoid), given.y)

        return loss, (given.W1, given.W2), ("dW1", "dW2")


class TestLint(Lint):
    pass
