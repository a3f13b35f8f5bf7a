"""Multilayer perceptrons, as asked: forward pass, local errors, gradients, update."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, Network, array, nothing
from course.exercises.variants import Draw


class TwoLayers(NamedTuple):
    """2 inputs, 2 hidden units, 1 output, column 0 of the weights is the bias."""

    x: np.ndarray  # (2,)
    y: np.ndarray  # ()
    W1: np.ndarray  # (2, 3)
    W2: np.ndarray  # (3,)


class TwoLayersAlpha(NamedTuple):
    """As `TwoLayers`, with the step size of gradient descent."""

    x: np.ndarray  # (2,)
    y: np.ndarray  # ()
    W1: np.ndarray  # (2, 3)
    W2: np.ndarray  # (3,)
    alpha: np.ndarray  # ()


class ThreeLayers(NamedTuple):
    """1-2-2-1 without biases, with the step size of gradient descent."""

    x: np.ndarray  # ()
    y: np.ndarray  # ()
    W1: np.ndarray  # (2,)
    W2: np.ndarray  # (2, 2)
    W3: np.ndarray  # (2,)
    eta: np.ndarray  # ()


_TWO_LAYER_SYMBOLS = {"x": "x", "y": "y", "W1": "W^{(1)}", "W2": "W^{(2)}", "alpha": r"\alpha"}


def _two_layers(given: Any) -> Network:
    return Network(given.x, (given.W1, given.W2[None, :]), bias=True)


def _sign_rows(W: np.ndarray, x: np.ndarray, signs: tuple[float, ...]) -> np.ndarray:
    """Flip rows of integer weights until the pre-activations W (1, x) have these signs (exact)."""
    a = W @ np.concatenate([[1.0], x])
    return W * np.where(a * np.array(signs) < 0, -1.0, 1.0)[:, None]


def _draw_relu_sgd(draw: Draw) -> TwoLayers:
    x1 = draw.integer(1, 5)
    x = array(x1, draw.integer(1, 5, without=(x1,)))
    W1 = _sign_rows(draw.integers(-4, 4, (2, 3), without=(0,)), x, (1.0, -1.0))
    return TwoLayers(
        x=x,
        y=draw.integers(-12, 12, (), without=(0,)),
        W1=W1,
        W2=draw.integers(-4, 4, (3,), without=(0,)),
    )


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
    draw=_draw_relu_sgd,
    network=_two_layers,
    symbols=_TWO_LAYER_SYMBOLS,
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


def activation(name: str) -> Callable:
    """Give the activation that a probe names."""
    import jax.numpy as jnp

    return {
        "tanh": jnp.tanh,
        "softplus": lambda a: jnp.logaddexp(a, 0.0),
        "square": lambda a: a * a,
        "sigmoid": lambda a: 1 / (1 + jnp.exp(-a)),
        "relu": lambda a: jnp.maximum(a, 0.0),
    }[name]


def derivative(name: str) -> Callable:
    """Give the derivative, or the surrogate for one, that a probe of `mlp/backprop` hands over."""
    import jax.numpy as jnp

    return {
        "tanh": lambda a: 1 - jnp.tanh(a) ** 2,
        "sigmoid": lambda a: jnp.exp(-a) / (1 + jnp.exp(-a)) ** 2,
        "fast sigmoid": lambda a: 1 / (1 + jnp.abs(a)) ** 2,
        "triangle": lambda a: jnp.maximum(1 - jnp.abs(a) / 4, 0.125),
    }[name]


FORMULA_ACTIVATIONS = ("tanh", "softplus", "square")


class FormulaProbe(NamedTuple):
    """Three networks of 2-2-1 units; network i is evaluated with `FORMULA_ACTIVATIONS[i]`."""

    x: np.ndarray  # (3, 2)
    W1: np.ndarray  # (3, 2, 3)
    W2: np.ndarray  # (3, 3)


def _draw_formula_probe(draw: Draw) -> FormulaProbe:
    return FormulaProbe(
        x=draw.decimals(-15, 15, 1, (3, 2), without=(0,)),
        W1=draw.decimals(-15, 15, 1, (3, 2, 3), without=(0,)),
        W2=draw.decimals(-15, 15, 1, (3, 3), without=(0,)),
    )


def _call_formula(h: Callable, probe: FormulaProbe) -> Any:
    return np.stack(
        [
            np.reshape(np.asarray(h(x, W1, W2, activation(name))), ())
            for x, W1, W2, name in zip(probe.x, probe.W1, probe.W2, FORMULA_ACTIVATIONS, strict=True)
        ]
    )


UNITS = ("x0", "x1", "x2", "z0", "z1", "z2", "h")

_SIGMOID_ANSWERS = {
    "edges": Answer(
        r"\text{edges}",
        (len(UNITS), len(UNITS)),
        "the drawing: every edge as (from, to) over the units x0 x1 x2 z0 z1 z2 h, where x0 and z0 are the "
        "bias units",
        "graph",
        units=UNITS,
    ),
    "h_formula": Answer(
        r"h(x, W^{(1)}, W^{(2)}, \varphi)",
        (3,),
        "the output as a closed formula in all the weights, for any activation",
        "function",
        signature="h(x, W1, W2, phi)",
        call=_call_formula,
    ),
    "a1": Answer("a^{(1)}", (2,), "pre-activations of the hidden units"),
    "z1": Answer("z^{(1)}", (2,), "activations of the hidden units"),
    "a2": Answer("a^{(2)}", (), "pre-activation of the output"),
    "h": Answer("h", (), "output"),
    "loss": Answer("E", (), "error"),
    "delta2": Answer(r"\delta^{(2)}", (), r"local error $\partial E / \partial a^{(2)}$"),
    "dW2": Answer(r"\partial E / \partial W^{(2)}", (3,), "gradient of the second layer"),
    "new_W2": Answer(r"W^{(2)\prime}", (3,), r"second layer after a step of size $\alpha$"),
    "delta1": Answer(r"\delta^{(1)}", (2,), r"local errors $\partial E / \partial a^{(1)}$"),
    "dW1": Answer(r"\partial E / \partial W^{(1)}", (2, 3), "gradient of the first layer"),
}


def _seed_sigmoid() -> TwoLayersAlpha:
    return TwoLayersAlpha(array(0.3, 0.5), array(1), np.full((2, 3), 0.1), array(0.2, 0.2, 0.2), alpha=array(0.5))


def _draw_sigmoid(draw: Draw, targets: tuple[float, ...], steps: tuple[float, ...]) -> TwoLayersAlpha:
    return TwoLayersAlpha(
        x=draw.decimals(8, 30, 1, (2,)),
        y=draw.choice(targets),
        W1=draw.decimals(-9, 9, 1, (2, 3), without=(0,)),
        W2=draw.decimals(-20, 20, 1, (3,), without=tuple(range(-4, 5))),
        alpha=draw.choice(steps),
    )


sigmoid_ls = Exercise(
    id="mlp/sigmoid-ls",
    title="A sigmoid network under the squared error",
    source="001, exercise 1 (a), (b), (c)",
    kind="steps",
    task=(
        "A network with two inputs, two sigmoid hidden units and one linear output, $h(a) = a$, with bias "
        r"units. The error is $E = \frac12 (h - y)^2$. (a) Draw the network: list its edges. (b) Write the "
        r"output as a closed formula in all the weights, for any activation $\varphi$ at the hidden units "
        "and at the output. (c) Run the forward pass with your numbers, then find the local errors, the "
        "gradients, and the second layer after one step of gradient descent. Two decimals are enough, "
        "where they leave two significant digits."
    ),
    seed=_seed_sigmoid,
    draw=lambda draw: _draw_sigmoid(draw, (-3.0, -2.0, 2.0, 3.0, 4.0), (0.1, 0.2, 0.5)),
    network=_two_layers,
    symbols=_TWO_LAYER_SYMBOLS,
    answers=_SIGMOID_ANSWERS,
    probe=_draw_formula_probe,
)

sigmoid_ce = Exercise(
    id="mlp/sigmoid-ce",
    title="A sigmoid network under the cross-entropy",
    source="001, exercise 1 (d)",
    kind="steps",
    task=(
        "The same network with a sigmoid at the output, $h = \\sigma(a^{(2)})$, under the cross-entropy "
        r"$E = -y \ln h - (1 - y) \ln (1 - h)$. Run the forward pass, then find the local errors of both "
        "layers, all gradients, and the second layer after one step of gradient descent."
    ),
    seed=_seed_sigmoid,
    draw=lambda draw: _draw_sigmoid(draw, (0.0, 1.0), (0.5, 1.0, 2.0)),
    network=_two_layers,
    symbols=_TWO_LAYER_SYMBOLS,
    answers={name: a for name, a in _SIGMOID_ANSWERS.items() if name not in {"edges", "h_formula"}},
)


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

why_backprop = Exercise(
    id="mlp/why-backprop",
    title="Why backpropagation?",
    source="004, 1.1",
    kind="written",
    task=(
        "In a few sentences: why is the gradient of a network computed by backpropagation and not for each "
        "weight on its own? Say what is reused, and compare the cost of both in terms of the number of "
        "edges of the network."
    ),
    seed=nothing,
    answers={},
)
