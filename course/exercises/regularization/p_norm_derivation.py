"""The gradient of the penalty by a p-norm, line by line, as asked."""

import functools
from typing import NamedTuple

import numpy as np

from course.derivation.meaning import Graph
from course.derivation.reading.symbols import Domain, Function, Index, Symbol, Symbols
from course.exercises.base import Answer, Derivation, Exercise, array
from course.exercises.variants import Draw

SYMBOLS = Symbols(
    Symbol("w", "w", r"\theta", shape=(4,)),
    Symbol("alpha", r"\alpha", r"\lambda", "lam"),
    Symbol("p", domain=Domain("positive", 1.2, 4)),
    Function("J", "J", "L", of=("w",)),
    Symbol("J_tilde", r"\tilde{J}", "Jt", "Jtilde", arguments=("w",)),
    # letters of the task that mean the student's numbers
    Symbol("d"),
    Symbol("c"),
    *[Index(letter, 4) for letter in "ijk"],
)


class Weighed(NamedTuple):
    """By what the loss is multiplied and the penalty divided."""

    d: np.ndarray  # ()
    c: np.ndarray  # ()


def _draw(draw: Draw) -> Weighed:
    return Weighed(array(draw.integer(2, 99)), array(draw.integer(2, 99)))


@functools.cache
def _about(d: int, c: int) -> Derivation:
    loss = "J" if d == 1 else f"{d} J"
    weight = "α" if c == 1 else rf"\frac{{α}}{{{c}}}"
    graph = Graph({"d": f"{d}", "c": f"{c}", "J_tilde": rf"{loss} + {weight} \|w\|_p^p"}, SYMBOLS)
    return Derivation(SYMBOLS, graph, goal=r"\nabla_{w_i} \tilde{J}")


def _derivation(given: Weighed) -> Derivation:
    return _about(int(given.d), int(given.c))


p_norm_derivation = Exercise(
    id="regularization/p-norm-derivation",
    title="The gradient of a penalty, line by line",
    source="004, 3, (57) to (63)",
    kind="derivation",
    task=(
        r"To a loss $J(w)$ the penalty by the $p$-norm is added, $\tilde J = d \, J + \frac{\alpha}{c} \|w\|_p^p$ "
        r"with $\|w\|_p^p = \sum_j |w_j|^p$; your $d$ and $c$ stand below, and lines may name them by their "
        r"letters or their numbers. $p > 1$ is any real number, and weights have both signs. Derive "
        r"$\nabla_{w_i} \tilde J$, also written $\partial \tilde J / \partial w_i$, line by line: the gradient of "
        r"each term; the norm written out; what is left of the sum; last no $\nabla$ but that of $J$. Write "
        r"$\operatorname{sign}(w_i)$ for the sign of a weight."
    ),
    seed=lambda: Weighed(array(1), array(1)),
    draw=_draw,
    symbols={"d": "d", "c": "c"},
    derivation=_derivation,
    answers={
        "terms": Answer.line(r"\nabla_{w_i} \tilde J", "the gradient of each term"),
        "sum": Answer.line(r"\nabla_{w_i} \tilde J", "the norm written out"),
        "one": Answer.line(r"\nabla_{w_i} \tilde J", "what is left of the sum"),
        "gradient": Answer.line(r"\nabla_{w_i} \tilde J", "the derivative of the power"),
    },
)
