"""Backpropagation through networks of any depth to implement."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, nothing
from course.exercises.mlp.activations import activation, derivative
from course.exercises.shapes import shaped
from course.exercises.variants import Draw

WIDTHS = ((4, 4, 4, 4, 4, 4, 1), (3, 5, 2, 1), (2, 3, 3, 1))
ACTIVATIONS = ("sigmoid", "tanh", "relu")
DERIVATIVES = ("sigmoid", "fast sigmoid", "triangle")  # the last two are surrogates: not the derivative

Layers = Sequence[tuple[Any, Any]]


class BackpropProbe(NamedTuple):
    """Three networks of `WIDTHS`, an input and a target for each."""

    params: tuple[tuple[tuple[np.ndarray, np.ndarray], ...], ...]  # per network, per layer: (out, in), (out,)
    x: tuple[np.ndarray, ...]
    y: tuple[np.ndarray, ...]


def _draw_backprop(draw: Draw) -> BackpropProbe:
    def layer(inputs: int, units: int) -> tuple[np.ndarray, np.ndarray]:
        return (
            draw.decimals(-15, 15, 1, (units, inputs), without=(-1, 0, 1)),
            draw.decimals(-9, 9, 1, (units,), without=(0,)),
        )

    return BackpropProbe(
        params=tuple(tuple(layer(i, o) for i, o in itertools.pairwise(w)) for w in WIDTHS),
        x=tuple(draw.decimals(-15, 15, 1, (w[0],), without=(0,)) for w in WIDTHS),
        y=tuple(draw.decimals(-30, 30, 1, (), without=(0,)) for _ in WIDTHS),
    )


def _call_forward(forward: Callable, probe: BackpropProbe) -> Any:
    return np.stack(
        [
            np.reshape(np.asarray(forward(list(params), x, activation(name))), ())
            for params, x, name in zip(probe.params, probe.x, ACTIVATIONS, strict=True)
        ]
    )


def _call_backward(backward: Callable, probe: BackpropProbe) -> Any:
    parts = []
    for params, x, y, phi, dphi in zip(probe.params, probe.x, probe.y, ACTIVATIONS, DERIVATIVES, strict=True):
        gradients = backward(list(params), x, y, activation(phi), derivative(dphi))
        parts += _flatten(gradients, params)
    return np.concatenate(parts)


def _flatten(gradients: Any, params: Layers) -> list[np.ndarray]:
    if len(gradients) != len(params):
        raise ValueError(f"one pair (dA, db) a layer was expected, {len(params)} in all, got {len(gradients)}")
    parts = []
    for number, (pair, (A, b)) in enumerate(zip(gradients, params, strict=True), start=1):
        dA, db = pair
        for name, got, like in (("dA", dA, A), ("db", db, b)):
            parts.append(shaped(got, like.shape, f"{name} of layer {number}"))
    return parts


_SIZE = sum(o * i + o for w in WIDTHS for i, o in itertools.pairwise(w))

backprop = Exercise(
    id="mlp/backprop",
    title="Backpropagation, written by you",
    source="003, problem 1",
    kind="function",
    task=(
        r"A network of $L$ layers, $y_l = \varphi(A_l y_{l-1} + b_l)$, the last one linear with one unit, "
        r"$f = y_L$, and the loss $\ell = \frac12 (f - Y)^2$. Derive $\partial\ell/\partial b_l$, "
        r"$\partial\ell/\partial A_l$ and $\partial\ell/\partial y_{l-1}$, then write `forward` and `backward` "
        "without automatic differentiation. The activation and its derivative are passed in. They are tried "
        "on fresh networks, some of them with a surrogate for the derivative."
    ),
    seed=nothing,
    probe=_draw_backprop,
    answers={
        "forward": Answer(
            "f", (len(WIDTHS),), "the output of the network", "function",
            signature="forward(params, x, phi)", call=_call_forward,
        ),
        "backward": Answer(
            r"\left(\partial\ell/\partial A_l,\, \partial\ell/\partial b_l\right)_l",
            (_SIZE,),
            "a pair (dA, db) for each layer, shaped like the parameters",
            "function",
            signature="backward(params, x, y, phi, dphi)",
            call=_call_backward,
        ),
    },
)  # fmt: skip
