"""Multilayer perceptrons of any depth, as asked: backpropagation to implement, gradients that vanish."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, array, nothing
from course.exercises.mlp import activation, derivative
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
            flat = np.asarray(got)
            if flat.shape != like.shape:
                raise ValueError(f"{name} of layer {number} has shape {flat.shape}, expected {like.shape}")
            parts.append(flat.ravel())
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


class SigmoidChain(NamedTuple):
    """A 2-2-2-2-1 network of sigmoid layers, the last one linear, without biases."""

    x: np.ndarray  # (2,)
    y: np.ndarray  # ()
    A1: np.ndarray  # (2, 2)
    A2: np.ndarray  # (2, 2)
    A3: np.ndarray  # (2, 2)
    A4: np.ndarray  # (1, 2)


def _draw_chain(draw: Draw) -> SigmoidChain:
    def matrix(rows: int) -> np.ndarray:
        return draw.decimals(-30, 30, 1, (rows, 2), without=tuple(range(-4, 5)))

    return SigmoidChain(
        x=draw.decimals(-20, 20, 1, (2,), without=tuple(range(-4, 5))),
        y=draw.integers(5, 9, ()),
        A1=matrix(2), A2=matrix(2), A3=matrix(2), A4=matrix(1),
    )  # fmt: skip


vanishing = Exercise(
    id="mlp/vanishing",
    title="Why the first layers learn last",
    source="003, problem 2",
    kind="written",
    task=(
        r"In the network of the exercise before with $\varphi = \sigma$, explain why $\partial\ell/\partial A_i$ "
        r"is small for early layers $i$ (i) when some $A_j$ with $j > i$ is small, (ii) when some "
        r"pre-activation $|\tilde y_j|$ is large. Then measure it on your network of four layers without "
        r"biases, $\ell = \frac12 (f - y)^2$: the spectral norms $\|A_j\|_2$ of $A_2, A_3, A_4$; the largest "
        r"slope $m_j = \max_k \sigma'(\tilde y_{j,k})$ of the layers $j = 1, 2, 3$; the bounds "
        r"$B_j = m_j \|A_{j+1}\|_2 \cdots m_3 \|A_4\|_2$ on $\|\partial f / \partial \tilde y_j\|$ for "
        r"$j = 1, 2, 3$; and the Frobenius norm of $\partial\ell/\partial A_1$ itself."
    ),
    seed=lambda: SigmoidChain(
        x=array(1, -2), y=array(5),
        A1=np.array([[1.0, 0.5], [-1, 1]]), A2=np.array([[2.0, 1], [-1, 1]]),
        A3=np.array([[1.0, -2], [2, 1]]), A4=np.array([[2.0, -1]]),
    ),
    draw=_draw_chain,
    symbols={"x": "x", "y": "y", "A1": "A_1", "A2": "A_2", "A3": "A_3", "A4": "A_4"},
    answers={
        "norms": Answer(r"\|A_j\|_2", (3,), "spectral norms of A2, A3, A4"),
        "slopes": Answer("m_j", (3,), "largest slope of the layers 1, 2, 3"),
        "bound": Answer("B_j", (3,), "bounds for the layers 1, 2, 3"),
        "grad_norm": Answer(
            r"\|\partial\ell/\partial A_1\|_F", (), "Frobenius norm of the gradient of the first layer"
        ),
    },
)  # fmt: skip
