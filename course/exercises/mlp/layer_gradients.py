"""The gradients of one layer in matrices, as asked."""

import functools
from typing import NamedTuple

import numpy as np

from course.derivation.meaning import Graph
from course.derivation.reading.symbols import Function, Index, Symbol, Symbols
from course.exercises.base import Answer, Derivation, Exercise, array
from course.exercises.variants import Draw

# lines are tried on a small layer, of two sizes so that a transposed matrix does not fit
WIDTH, BELOW = 3, 2


_IDENTITY = r"\begin{pmatrix} 1 & 0 & 0 \\ 0 & 1 & 0 \\ 0 & 0 & 1 \end{pmatrix}"


class Layer(NamedTuple):
    """The number of a layer, how many units it has, and how many are below."""

    layer: np.ndarray  # ()
    n: np.ndarray  # ()
    m: np.ndarray  # ()


def _draw(draw: Draw) -> Layer:
    n = draw.integer(2, 64)
    return Layer(array(draw.integer(2, 9)), array(n), array(draw.integer(2, 64, without=(n,))))


@functools.cache
def _about(layer: int) -> Derivation:
    def numbered(letter: str, number: int | str, below: str = "") -> tuple[str, ...]:
        index = rf"{{\ell{below}}}"
        return (f"{letter}_{number}", f"{letter}_{index}", f"{letter}_{{l{below}}}")

    symbols = Symbols(
        Symbol("loss", r"\mathcal{L}", "loss", "J", "E"),
        Symbol("A", *numbered("A", layer), "A", shape=(WIDTH, BELOW)),
        Symbol("b", *numbered("b", layer), "b", shape=(WIDTH,)),
        Symbol("below", *numbered("y", layer - 1, "-1"), "x", shape=(BELOW,)),
        Symbol("z", *numbered("z", layer), *numbered(r"\tilde{y}", layer), "z", shape=(WIDTH,)),
        Symbol("y", *numbered("y", layer), "y", shape=(WIDTH,)),
        Symbol("one", "I", r"\mathbb{1}", r"\mathbf{1}", shape=(WIDTH, WIDTH)),
        Function("sigma", r"\sigma", "sigma", meaning="sigmoid", of=("z",)),
        Function("f", "f"),
        *[Index(letter, min(WIDTH, BELOW)) for letter in "ijk"],
    )
    steps = {
        "z": f"A_{layer} y_{layer - 1} + b_{layer}",
        "y": f"σ(z_{layer})",
        "loss": f"f(y_{layer})",
        "one": _IDENTITY,
    }
    return Derivation(symbols, Graph(steps, symbols, rows=True))


def _derivation(given: Layer) -> Derivation:
    return _about(int(given.layer))


layer_gradients = Exercise(
    id="mlp/layer-gradients",
    title="The gradients of a layer, in matrices",
    source="003, problem 1",
    kind="derivation",
    task=(
        r"A layer computes $z_\ell = A_\ell y_{\ell-1} + b_\ell$ and $y_\ell = \sigma(z_\ell)$, entry by entry; "
        r"what lies above it makes a loss of $y_\ell$, $\mathcal{L} = f(y_\ell)$, by any $f$. The number $\ell$ "
        r"of your layer stands below, with its $n$ units and the $m$ units below it: $A_\ell$ is $n \times m$. "
        r"Vectors are columns, and **the derivative of a number by a vector is a row**: $\partial \mathcal{L} / "
        r"\partial y_\ell$ is a row, as long as $y_\ell$. The derivative by a matrix has the shape of the matrix."
        "\n\n"
        r"From $\partial \mathcal{L} / \partial y_\ell$, which is known, derive $\partial \mathcal{L} / \partial "
        r"b_\ell$, then $\partial \mathcal{L} / \partial A_\ell$ and $\partial \mathcal{L} / \partial y_{\ell-1}$ "
        r"from $\partial \mathcal{L} / \partial b_\ell$: the chain rule first, then every factor, with "
        r"$\operatorname{diag}$ for a diagonal matrix or $\odot$ for a product entry by entry, and $I$ for "
        r"$\partial z_\ell / \partial b_\ell$, which may be left out. $\ell$ may be your number or the letter."
    ),
    seed=lambda: Layer(array(3), array(3), array(2)),
    draw=_draw,
    symbols={"layer": r"\ell", "n": "n", "m": "m"},
    derivation=_derivation,
    answers={
        "chain_b": Answer.line(r"\partial \mathcal{L} / \partial b_\ell", "the chain rule"),
        "dB": Answer.line(r"\partial \mathcal{L} / \partial b_\ell", "with the slopes of the layer"),
        "dA": Answer.line(r"\partial \mathcal{L} / \partial A_\ell", "from the derivative by the biases"),
        "chain_y": Answer.line(r"\partial \mathcal{L} / \partial y_{\ell-1}", "the chain rule"),
        "dY": Answer.line(r"\partial \mathcal{L} / \partial y_{\ell-1}", "with the matrix of the layer"),
    },
)
