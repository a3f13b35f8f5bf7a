"""The local error under a sigmoid and the cross-entropy, as asked."""

import functools
from typing import NamedTuple

import numpy as np

from course.derivation.meaning import Graph
from course.derivation.reading.symbols import UNIT, Function, Symbol, Symbols
from course.exercises.base import Answer, Derivation, Exercise, array
from course.exercises.variants import Draw


class Stretched(NamedTuple):
    """By how much the pre-activation of a sigmoid unit is multiplied, and what is added to it."""

    s: np.ndarray  # ()
    c: np.ndarray  # ()


def _draw(draw: Draw) -> Stretched:
    s = draw.decimals(11, 99, 1, (), without=range(20, 100, 10))
    return Stretched(s, draw.decimals(-49, 49, 1, (), without=(0,)))


def into_sigmoid(given: Stretched) -> str:
    """Give what goes into the sigmoid, as a formula in a."""
    if given.s == 1 and given.c == 0:
        return "a"
    return f"{given.s:g} a {'-' if given.c < 0 else '+'} {abs(given.c):g}"


SYMBOLS = Symbols(
    Symbol("E", "E", "E_1", r"\mathbb{E}_1", "L", r"\mathcal{L}", "loss"),
    Symbol("y", "y", "y^{(1)}", "y^{(n)}", "t", domain=UNIT),
    Symbol(
        "h", "h", "h_1", "y_hat", r"\hat{y}", "p",
        domain=UNIT, arguments=("a", "a_1^{[2]}", r"\mathbf{x}^{(n)}", r"\mathbf{x}^{(1)}", "x"),
    ),
    Symbol("a", "a", "a_1^{[2]}", "a^{[2]}", "z"),
    Symbol("delta", r"\delta", r"\delta_1^{[2]}", r"\partial_1^{[2]}"),
    # letters of the task that mean the student's numbers
    Symbol("s"),
    Symbol("c"),
    Function("sigma", r"\sigma", "sigma", meaning="sigmoid"),
)  # fmt: skip


@functools.cache
def _about(s: float, c: float, into: str) -> Derivation:
    steps = {
        "s": f"{s:g}",
        "c": f"{c:g}",
        "h": f"σ({into})",
        "E": "-y ln(h) - (1 - y) ln(1 - h)",
        "delta": "∂E/∂a",
    }
    return Derivation(SYMBOLS, Graph(steps, SYMBOLS), goal="∂E/∂a")


def _derivation(given: Stretched) -> Derivation:
    return _about(float(given.s), float(given.c), into_sigmoid(given))


sigmoid_ce_local_error = Exercise(
    id="mlp/sigmoid-ce-local-error",
    title="The local error under the cross-entropy",
    source="001, exercise 1 (d) ii",
    kind="derivation",
    task=(
        r"A sigmoid unit with the pre-activation $a$ puts out $h = \sigma(s a + c)$; your $s$ and $c$ stand "
        "below, and lines may name them by their letters or their numbers. For a target $y$ the error is the "
        r"cross-entropy $E = -y \ln h - (1 - y) \ln(1 - h)$."
        "\n\n"
        r"Derive the local error $\delta = \partial E / \partial a$ line by line: the chain rule through $h$; "
        r"the derivative of the error by $h$ and the slope of the unit, $\partial h / \partial a$, in terms of "
        "$h$, each in a line of its own or both in their product; and the product in its simplest form."
    ),
    seed=lambda: Stretched(array(1), array(0)),
    draw=_draw,
    symbols={"s": "s", "c": "c"},
    derivation=_derivation,
    answers={
        "chain": Answer.line(r"\partial E / \partial a", "the chain rule"),
        "error": Answer.line(r"\partial E / \partial h", "the derivative of the cross-entropy"),
        "slope": Answer.line(r"\partial h / \partial a", "the slope of the unit"),
        "simplest": Answer.line(r"\partial E / \partial a", "in its simplest form"),
    },
)
