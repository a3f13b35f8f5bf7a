"""Backpropagation through two ReLU layers, as asked."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, Network, array
from course.exercises.variants import Draw


class ThreeLayers(NamedTuple):
    """1-2-2-1 without biases, with the step size of gradient descent."""

    x: np.ndarray  # ()
    y: np.ndarray  # ()
    W1: np.ndarray  # (2,)
    W2: np.ndarray  # (2, 2)
    W3: np.ndarray  # (2,)
    eta: np.ndarray  # ()


def _draw_relu_backprop(draw: Draw) -> ThreeLayers:
    live = draw.integer(0, 1)  # of the first layer; in the second it is the other unit
    other = 1 - live
    while True:  # all numbers but the step size are small integers, so that whether a draw is kept is exact
        x, W1, W2, W3 = draw.integer(2, 5), np.zeros(2), np.zeros((2, 2)), np.zeros(2)
        W1[live], W1[other] = draw.integer(1, 3), -draw.integer(1, 3)
        W2[other, live], W2[live, live] = draw.integer(2, 4), -draw.integer(1, 4)
        W2[:, other] = draw.integers(-4, 4, (2,), without=(0,))
        W3[other] = draw.integer(-4, 4, without=(-1, 0, 1))
        W3[live] = draw.integer(-4, 4, without=(0, int(W3[other])))
        residual = draw.integer(-12, 12, without=(-1, 0, 1))
        a2 = W2[:, live] * W1[live] * x
        y = W3[other] * a2[other] - residual
        delta2 = 2 * residual * W3[other]
        # No factor that shows is 1, no two are alike, and the numbers are about as large as the document's.
        if (
            y != 0
            and W1[live] != x
            and W2[0, 1] != W2[1, 0]
            and np.max(np.abs(a2)) <= 20
            and 10 <= abs(delta2 * W2[other, live] * x) <= 200
            and abs(delta2 * W1[live] * x) <= 200
        ):
            return ThreeLayers(array(x), array(y), W1, W2, W3, eta=draw.choice((0.01, 0.02, 0.05)))


relu_backprop = Exercise(
    id="mlp/relu-backprop",
    title="Backpropagation through two ReLU layers",
    source="004, 1.2",
    kind="steps",
    task=(
        "A network of 1-2-2-1 units without biases: two layers of ReLU, then a linear output. The loss is "
        r"$J = (y - \hat y)^2$, without a factor $\frac12$. Run the forward pass, carry the gradient back "
        r"layer by layer, and update all weights with step size $\eta$."
    ),
    seed=lambda: ThreeLayers(
        array(3), array(6), array(1, -1), np.array([[-1.0, 1], [1, -1]]), array(-1, 1), array(0.01)
    ),
    draw=_draw_relu_backprop,
    network=lambda given: Network(given.x[None], (given.W1[:, None], given.W2, given.W3[None, :]), bias=False),
    symbols={
        "x": "x",
        "y": "y",
        "W1": "W^{(1)}",
        "W2": "W^{(2)}",
        "W3": "W^{(3)}",
        "eta": r"\eta",
    },
    answers={
        "a1": Answer("a^{(1)}", (2,), "pre-activations of the first layer"),
        "h1": Answer("h^{(1)}", (2,), "activations of the first layer"),
        "a2": Answer("a^{(2)}", (2,), "pre-activations of the second layer"),
        "h2": Answer("h^{(2)}", (2,), "activations of the second layer"),
        "y_hat": Answer(r"\hat y", (), "output"),
        "loss": Answer("J", (), "loss"),
        "dy_hat": Answer(r"\partial J / \partial \hat y", (), "gradient at the output"),
        "dW3": Answer(r"\partial J / \partial W^{(3)}", (2,), "gradient of the third layer"),
        "delta2": Answer(r"\partial J / \partial a^{(2)}", (2,), "local errors of the second layer"),
        "dW2": Answer(r"\partial J / \partial W^{(2)}", (2, 2), "gradient of the second layer"),
        "delta1": Answer(r"\partial J / \partial a^{(1)}", (2,), "local errors of the first layer"),
        "dW1": Answer(r"\partial J / \partial W^{(1)}", (2,), "gradient of the first layer"),
        "new_W1": Answer(r"W^{(1)\prime}", (2,), "first layer after the update"),
        "new_W2": Answer(r"W^{(2)\prime}", (2, 2), "second layer after the update"),
        "new_W3": Answer(r"W^{(3)\prime}", (2,), "third layer after the update"),
    },
)
