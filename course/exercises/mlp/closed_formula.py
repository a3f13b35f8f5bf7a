"""The output of a network as a closed formula in all its weights, as asked."""

import functools
from typing import Any, NamedTuple

import numpy as np

from course.derivation.meaning import Graph
from course.derivation.reading.symbols import Function, Index, Symbol, Symbols
from course.exercises.base import Answer, Derivation, Exercise, array


class Sizes(NamedTuple):
    """How many units a network has before its one output, bias units not counted."""

    inputs: np.ndarray  # ()
    hidden: np.ndarray  # ()


@functools.cache
def _about(inputs: int, hidden: int) -> Derivation:
    from_inputs, units = range(inputs + 1), range(1, hidden + 1)
    symbols = Symbols(
        Symbol("h", "h_1", "h", "y_hat", r"\hat{y}"),
        Symbol("a_out", "a_1^{[2]}", "a^{[2]}"),
        *[Symbol(f"z{m}", f"z_{m}^{{[1]}}", f"z_{m}") for m in (0, *units)],
        *[Symbol(f"a{m}", f"a_{m}^{{[1]}}", f"a_{m}") for m in units],
        *[Symbol(f"w2_1{m}", f"w_{{1{m}}}^{{[2]}}", f"w_{m}^{{[2]}}", f"w2_{m}") for m in (0, *units)],
        *[
            Symbol(f"w1_{m}{d}", f"w_{{{m}{d}}}^{{[1]}}", f"w_{{{m}{d}}}", f"w1_{m}{d}")
            for m in units
            for d in from_inputs
        ],
        *[Symbol(f"x{d}", f"x_{d}") for d in from_inputs],
        Function("phi", r"\varphi", "phi", "f", "g"),
        Index("m", hidden + 1, 0),
        Index("d", inputs + 1, 0),
    )
    into = {m: " + ".join(f"w_{{{m}{d}}}^{{[1]}} x_{d}" for d in from_inputs) for m in units}
    steps = {
        "x0": "1",
        "z0": "1",
        **{f"a{m}": into[m] for m in units},
        **{f"z{m}": f"φ(a_{m}^{{[1]}})" for m in units},
        "a_out": " + ".join(f"w_{{1{m}}}^{{[2]}} z_{m}" for m in (0, *units)),
        "h": "φ(a_1^{[2]})",
    }
    return Derivation(symbols, Graph(steps, symbols), goal="h_1")


def _derivation(given: Any) -> Derivation:
    return _about(int(given.inputs), int(given.hidden))


closed_formula = Exercise(
    id="mlp/closed-formula",
    title="The output as a closed formula",
    source="001, exercise 1 (b)",
    kind="derivation",
    task=(
        r"A fully connected network has $D$ inputs $x_1, \dots, x_D$, $M$ hidden units and one output; $D$ and "
        "$M$ stand below. With bias units $x_0 = 1$ and $z_0^{[1]} = 1$,"
        "\n\n"
        r"$a_m^{[1]} = \sum_{d=0}^D w_{md}^{[1]} x_d$, $z_m^{[1]} = \varphi(a_m^{[1]})$, $"
        r"a_1^{[2]} = \sum_{m=0}^M w_{1m}^{[2]} z_m^{[1]}$ and $h_1 = \varphi(a_1^{[2]})$"
        "\n\n"
        r"for any activation $\varphi$. Write $h_1$ as a closed formula in the inputs and all the weights, line "
        r"by line: start from $h_1 = \varphi(a_1^{[2]})$, put in what goes into the output unit, then what comes "
        "out of the hidden units, then what goes into them, which may be one line. Sums may stay sums or be "
        r"written out. The first index of a weight is the unit that it goes to; layers stand in brackets, "
        r"$w_{12}^{[1]}$, typed w_12^[1] or w1_12."
    ),
    seed=lambda: Sizes(array(2), array(2)),
    symbols={"inputs": "D", "hidden": "M"},
    derivation=_derivation,
    answers={
        "output": Answer.line("h_1", "what goes into the output unit"),
        "hidden": Answer.line("h_1", "what comes out of the hidden units"),
        "closed": Answer.line("h_1", "inputs and weights only"),
    },
)
