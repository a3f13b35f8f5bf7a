"""`mlp/sigmoid-ce`: a sigmoid network under the cross-entropy, against `jax.grad`."""

import jax

from course.models import losses, mlp
from tests.schemes.checks import Lint
from tests.schemes.mlp.automatic import Composed


class TestComposed(Composed):
    @staticmethod
    def network(given):
        def loss(weights):
            logit = mlp.apply(weights, given.x, activation=jax.nn.sigmoid)
            return losses.sigmoid_cross_entropy(logit, given.y)

        return loss, (given.W1, given.W2), ("dW1", "dW2")


class TestLint(Lint):
    pass
