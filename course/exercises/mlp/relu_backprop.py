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
    x = draw.integers(2, 5, ())
    W1 = array(draw.integer(1, 3), -draw.integer(1, 3))
    W2 = draw.integers(-4, 4, (2, 2), without=(0,))
    h1 = np.maximum(W1 * x, 0.0)
    W2 = W2 * np.where((W2 @ h1) * np.array([-1.0, 1.0]) < 0, -1.0, 1.0)[:, None]
    return ThreeLayers(
        x=x,
        y=draw.integers(-9, 9, (), without=(0,)),
        W1=W1,
        W2=W2,
        W3=draw.integers(-4, 4, (2,), without=(0,)),
        eta=draw.choice((0.01, 0.02, 0.05)),
    )


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
