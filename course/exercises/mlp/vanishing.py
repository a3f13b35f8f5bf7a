"""Gradients that vanish in a chain of sigmoid layers, as asked."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, array
from course.exercises.variants import Draw

MATRICES = tuple((f"A_{j}", rf"\|A_{j}\|", rf"\|A_{j}\|_2") for j in (2, 3, 4))


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
        "norms": Answer(r"\|A_j\|_2", (3,), "spectral norms of A2, A3, A4", entries=MATRICES),
        "slopes": Answer("m_j", (3,), "largest slope of the layers 1, 2, 3"),
        "bound": Answer("B_j", (3,), "bounds for the layers 1, 2, 3"),
        "grad_norm": Answer(
            r"\|\partial\ell/\partial A_1\|_F", (), "Frobenius norm of the gradient of the first layer"
        ),
    },
)  # fmt: skip
