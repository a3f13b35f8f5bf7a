"""The local error of a hidden unit by the chain rule, as asked."""

import functools
from typing import NamedTuple

import numpy as np

from course.derivation.meaning import Graph
from course.derivation.reading.symbols import Function, Index, Symbol, Symbols
from course.exercises.base import Answer, Derivation, Exercise, array
from course.exercises.mlp.networks import TWO_LAYER_SYMBOLS, drawn
from course.exercises.mlp.sigmoid_networks import draw_sigmoid, seed_sigmoid
from course.exercises.variants import Draw

UNITS, INPUTS = (1, 2), (0, 1, 2)


class HiddenUnit(NamedTuple):
    """A network of 2-2-1 units with biases, a target, and the hidden unit that is asked about."""

    x: np.ndarray  # (2,)
    y: np.ndarray  # ()
    W1: np.ndarray  # (2, 3)
    W2: np.ndarray  # (3,)
    unit: np.ndarray  # ()


def _seed() -> HiddenUnit:
    return HiddenUnit(*seed_sigmoid()[:4], unit=array(2))


def _draw(draw: Draw) -> HiddenUnit:
    drawn = draw_sigmoid(draw, (-3.0, -2.0, 2.0, 3.0, 4.0), (0.1,))
    return HiddenUnit(*drawn[:4], unit=array(draw.integer(1, 2)))


def _symbols(unit: int) -> Symbols:
    """Give what lines may name; a sigmoid without an argument is that of the unit that is asked about."""
    return Symbols(
        Symbol("E", r"\mathbb{E}_1", "E_1", "E", "L"),
        Symbol("y", "y", "y^{(1)}"),
        Symbol("h", "h", "h_1", "y_hat", r"\hat{y}", arguments=("a_1^{[2]}", "a^{[2]}", r"\mathbf{x}^{(1)}", "x")),
        Symbol("a_out", "a_1^{[2]}", "a^{[2]}"),
        *[Symbol(f"z{m}", f"z_{m}^{{[1]}}", f"z_{m}") for m in INPUTS],
        *[Symbol(f"a{m}", f"a_{m}^{{[1]}}", f"a_{m}") for m in UNITS],
        *[Symbol(f"w2_1{m}", f"w_{{1{m}}}^{{[2]}}", f"w_{m}^{{[2]}}", f"w2_{m}") for m in INPUTS],
        *[
            Symbol(f"w1_{m}{d}", f"w_{{{m}{d}}}^{{[1]}}", f"w_{{{m}{d}}}", f"w1_{m}{d}")
            for m in UNITS
            for d in INPUTS
        ],
        *[Symbol(f"x{d}", f"x_{d}") for d in INPUTS],
        Symbol("delta_out", r"\delta_1^{[2]}", r"\delta^{[2]}", r"\partial_1^{[2]}"),
        *[Symbol(f"delta{m}", rf"\delta_{m}^{{[1]}}", rf"\delta_{m}", rf"\partial_{m}^{{[1]}}") for m in UNITS],
        Function("sigma", r"\sigma", "sigma", r"\varphi", "phi", meaning="sigmoid", of=(f"a{unit}",)),
        *[Index(letter, 3, 0) for letter in "mdj"],
    )


STEPS = {
    "x0": "1",
    "z0": "1",
    **{f"a{m}": " + ".join(f"w_{{{m}{d}}}^{{[1]}} x_{d}" for d in INPUTS) for m in UNITS},
    **{f"z{m}": f"σ(a_{m}^{{[1]}})" for m in UNITS},
    "a_out": " + ".join(f"w_{{1{m}}}^{{[2]}} z_{m}^{{[1]}}" for m in INPUTS),
    "h": "a_1^{[2]}",
    "E": "1/2 (h - y)^2",
    "delta_out": "∂E/∂a_1^{[2]}",
    **{f"delta{m}": f"∂E/∂a_{m}^{{[1]}}" for m in UNITS},
}


@functools.cache
def _about(unit: int) -> tuple[Symbols, Graph]:
    symbols = _symbols(unit)
    return symbols, Graph(STEPS, symbols)


def _derivation(given: HiddenUnit) -> Derivation:
    numbers = {
        "y": given.y,
        "x1": given.x[0],
        "x2": given.x[1],
        **{f"w1_{m}{d}": given.W1[m - 1, d] for m in UNITS for d in INPUTS},
        **{f"w2_1{m}": given.W2[m] for m in INPUTS},
    }
    symbols, graph = _about(int(given.unit))
    return Derivation(symbols, graph, goal=f"∂E/∂a_{int(given.unit)}^{{[1]}}", numbers=numbers)


sigmoid_ls_chain = Exercise(
    id="mlp/sigmoid-ls-chain",
    title="The local error of a hidden unit",
    source="001, exercise 1 (c) iii",
    kind="derivation",
    task=(
        r"The network with two sigmoid hidden units and a linear output: $a_m^{[1]} = \sum_{d=0}^2 w_{md}^{[1]} "
        r"x_d$, $z_m^{[1]} = \sigma(a_m^{[1]})$, $a_1^{[2]} = \sum_{m=0}^2 w_{1m}^{[2]} z_m^{[1]}$, $h = "
        r"a_1^{[2]}$, with $x_0 = z_0 = 1$ and the error $E = \frac12 (h - y)^2$. Which hidden unit $s$ is yours "
        "stands below."
        "\n\n"
        r"Derive the local error of **your unit**, $\delta_s^{[1]} = \partial E / \partial a_s^{[1]}$, line by "
        "line: the chain rule from the error back to the output unit, and on to the hidden unit, one factor for "
        r"each step ($\partial h / \partial a_1^{[2]} = 1$ may be left out); then every factor; last, the slope "
        r"of the sigmoid written out in $\sigma$ or $z$. Without an argument $\sigma$ and $\sigma'$ are taken at "
        "$a_s^{[1]}$; layers stand in brackets as here. The numbers of your network may be put in at the end; "
        "they need not."
    ),
    seed=_seed,
    draw=_draw,
    network=drawn,
    symbols={**{name: TWO_LAYER_SYMBOLS[name] for name in ("x", "y", "W1", "W2")}, "unit": "s"},
    derivation=_derivation,
    answers={
        "to_output": Answer.line(r"\partial E / \partial a_s^{[1]}", "the chain rule through the output unit"),
        "to_unit": Answer.line(r"\partial E / \partial a_s^{[1]}", "the chain rule through the hidden unit"),
        "at_output": Answer.line(r"\partial E / \partial a_1^{[2]}", "the local error of the output"),
        "at_unit": Answer.line(r"\partial a_1^{[2]} / \partial a_s^{[1]}", "weight and slope of the hidden unit"),
        "slope": Answer.line(r"\partial E / \partial a_s^{[1]}", "the slope written out"),
    },
)
