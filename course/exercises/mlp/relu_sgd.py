"""One step of SGD through a ReLU network, as asked."""

import numpy as np

from course.exercises.base import Answer, Exercise, array
from course.exercises.mlp.networks import TWO_LAYER_SYMBOLS, TwoLayers, drawn
from course.exercises.variants import Draw


def _sign_rows(W: np.ndarray, x: np.ndarray, signs: tuple[float, ...]) -> np.ndarray:
    """Flip rows of integer weights until the pre-activations W (1, x) have these signs (exact)."""
    a = W @ np.concatenate([[1.0], x])
    return W * np.where(a * np.array(signs) < 0, -1.0, 1.0)[:, None]


def draw_relu_sgd(draw: Draw) -> TwoLayers:
    """Draw small whole numbers: one hidden unit is on, the other off, and no slip gives the right value."""
    rises = draw.integer(0, 1) == 1  # of the weight that is asked about: half of the class go either way
    residual = draw.integer(2, 12) * (1 if rises else -1)
    while True:  # all numbers are small integers, so that whether a draw is kept is exact
        x1 = draw.integer(1, 5)
        x = array(x1, draw.integer(1, 5, without=(x1,)))
        W1 = _sign_rows(draw.integers(-4, 4, (2, 3), without=(0,)), x, (1.0, -1.0))
        live, dead = W1 @ np.concatenate([[1.0], x])
        bias, weight = draw.integer(-4, 4, without=(0, 1)), -draw.integer(2, 4)
        y_hat = bias + weight * live  # negative: a ReLU at the output would show
        y = y_hat - residual
        # No factor is 1, no index can be exchanged, and the numbers are about as large as the document's.
        other = draw.integer(-4, 4, without=(0, bias, weight))
        if (
            2 <= live <= 15
            and dead <= -2
            and W1[0, 2] != W1[1, 1]
            and np.any(W1[:, 0] != 1)
            and np.any(W1[0] != [1, *x])
            and np.any(W1 @ [*x, 1] != [live, dead])
            and bias != weight
            and bias * live + other != y_hat
            and weight * x[1] != other * x[0]
            and y_hat < 0 != y
            and abs(residual * weight) * np.max(x) <= 120
        ):
            return TwoLayers(x=x, y=array(y), W1=W1, W2=array(bias, weight, other))


relu_sgd = Exercise(
    id="mlp/relu-sgd",
    title="One step of SGD through a ReLU network",
    source="000, MLP exercise",
    kind="steps",
    task=(
        "A network with two inputs, two ReLU hidden units and one linear output. Column 0 of every weight "
        r"matrix belongs to the bias unit, whose value is 1. The loss is $L = \frac12 (y - \hat y)^2$. Run "
        "the forward pass, then go back from the loss to the weights of the first layer. Last: by how much, "
        r"in units of the step size $\eta$, does one step of SGD change the weight from $x_2$ to hidden unit "
        "1, and in which direction does it go?"
    ),
    seed=lambda: TwoLayers(array(2, 3), array(10), np.array([[-1.0, 2, 1], [2, -1, -1]]), array(1, 2, -1)),
    draw=draw_relu_sgd,
    network=drawn,
    symbols=TWO_LAYER_SYMBOLS,
    answers={
        "a1": Answer("a^{(1)}", (2,), "pre-activations of the hidden units"),
        "z1": Answer("z^{(1)}", (2,), "activations of the hidden units"),
        "y_hat": Answer(r"\hat y", (), "output"),
        "loss": Answer("L", (), "loss"),
        "dy_hat": Answer(r"\partial L / \partial \hat y", (), "gradient at the output"),
        "dW2": Answer(r"\partial L / \partial W^{(2)}", (3,), "gradient of the second layer"),
        "delta1": Answer(r"\delta^{(1)}", (2,), r"local errors $\partial L / \partial a^{(1)}$"),
        "dW1": Answer(r"\partial L / \partial W^{(1)}", (2, 3), "gradient of the first layer"),
        "delta_w": Answer(
            r"\Delta w^{(1)}_{2,1} / \eta", (), r"change of the weight from $x_2$ to hidden unit 1, over $\eta$"
        ),
        "direction": Answer(
            r"\text{direction}", (), "where that weight goes", "choice", choices=("decrease", "increase")
        ),
    },
)
