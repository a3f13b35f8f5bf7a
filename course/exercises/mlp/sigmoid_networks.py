"""A network of sigmoid units, as `mlp/sigmoid-ls` and `mlp/sigmoid-ce` ask about it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course.exercises.base import Answer, array
from course.exercises.mlp.activations import activation
from course.exercises.mlp.networks import TwoLayersAlpha
from course.exercises.variants import Draw

FORMULA_ACTIVATIONS = ("tanh", "softplus", "square")


class FormulaProbe(NamedTuple):
    """Three networks of 2-2-1 units; network i is evaluated with `FORMULA_ACTIVATIONS[i]`."""

    x: np.ndarray  # (3, 2)
    W1: np.ndarray  # (3, 2, 3)
    W2: np.ndarray  # (3, 3)


def draw_formula_probe(draw: Draw) -> FormulaProbe:
    """Draw inputs and weights on which a formula of the output is evaluated."""
    x, W1, W2 = zip(*(_draw_telling_network(draw) for _ in FORMULA_ACTIVATIONS), strict=True)
    return FormulaProbe(np.stack(x) / 10, np.stack(W1) / 10, np.stack(W2) / 10)


def _draw_telling_network(draw: Draw) -> tuple[np.ndarray, ...]:
    """Draw a network with which no wrong formula gives the right output, in tenths: inputs, both layers' weights.

    The pre-activations of the hidden units are far from 0, from each other and from what they would be with the
    inputs exchanged or the bias elsewhere, and not so large that an activation is flat there. They are whole
    hundredths, so that whether a draw is kept is exact.
    """
    while True:
        x = draw.different(range(-15, 16), 2, without=range(-2, 3))
        W1 = draw.integers(-15, 15, (2, 3), without=range(-2, 3))
        W2 = draw.different(range(-15, 16), 3, without=range(-3, 4))
        first, second = pre = W1 @ [10, *x]
        exchanged, moved, unbiased = W1 @ [10, *x[::-1]], W1 @ [*x, 10], W1[:, 1:] @ x
        others = (-pre, pre[::-1], -pre[::-1], exchanged, -exchanged, moved, -moved, unbiased, -unbiased)
        if (
            np.all((np.abs(pre) >= 30) & (np.abs(pre) <= 200))
            and all(np.all(np.abs(pre - other) >= 20) for other in others)
            and np.min(np.abs(W2[[0, 0, 1]] - W2[[1, 2, 2]])) >= 3
            and first * second < 0
        ):
            return x, W1, W2


def _call_formula(h: Callable, probe: FormulaProbe) -> Any:
    return np.stack(
        [
            np.reshape(np.asarray(h(x, W1, W2, activation(name))), ())
            for x, W1, W2, name in zip(probe.x, probe.W1, probe.W2, FORMULA_ACTIVATIONS, strict=True)
        ]
    )


UNITS = ("x0", "x1", "x2", "z0", "z1", "z2", "h")

SIGMOID_ANSWERS = {
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


def seed_sigmoid() -> TwoLayersAlpha:
    """Give the document's numbers."""
    return TwoLayersAlpha(array(0.3, 0.5), array(1), np.full((2, 3), 0.1), array(0.2, 0.2, 0.2), alpha=array(0.5))


def draw_sigmoid(draw: Draw, targets: tuple[float, ...], steps: tuple[float, ...]) -> TwoLayersAlpha:
    """Draw numbers with a target of `targets` and a step size of `steps`."""
    while True:
        given = TwoLayersAlpha(
            x=draw.decimals(8, 30, 1, (2,)),
            y=draw.choice(targets),
            W1=draw.decimals(-9, 9, 1, (2, 3), without=(0,)),
            W2=draw.decimals(-20, 20, 1, (3,), without=tuple(range(-4, 5))),
            alpha=draw.choice(steps),
        )
        # A transposed matrix, a bias in the last place and a bias without a weight give other numbers.
        if (
            given.W1[0, 2] != given.W1[1, 1]
            and np.all(given.W1[:, 0] != given.W1[:, 2])
            and len(set(given.W2.tolist())) == 3
            and given.W2[0] != 1
            and given.x[0] != given.x[1]
        ):
            return given
