"""What a mark scheme declares, as the second marker takes it: data, with the oracles' functions for every value.

Which slip is which misconception is told by their values, on many numbers, rightly and wrongly carried on.
"""

import inspect
import math

import jax
import numpy as np

from tests.oracles import marker as second
from tests.oracles.solution import Misconception, Solution, solve

POOL = 256  # draws among which the largest value of a step is looked for


def evaluate(rule, step, given, values):
    """Work out a step or a slip of a scheme on earlier values, flat."""
    names = inspect.signature(rule.function).parameters
    with jax.enable_x64(True), np.errstate(all="ignore"):
        result = rule.function(**{name: given if name == "given" else values[name] for name in names})
        flat = np.asarray(result, dtype=float).reshape(-1)
    return np.broadcast_to(flat, (math.prod(step.answer.shape),)) if flat.size == 1 else flat


def number(value, answer):
    """Return an oracle's value as a scheme gives it: flat, a word as its place among the choices."""
    if isinstance(value, str):
        return np.array([float(answer.choices.index(value)) if value else np.nan])
    return np.broadcast_to(np.asarray(value, dtype=float), answer.shape).reshape(-1)


def numeric(scheme):
    """Return the names of the steps that oracles work."""
    return [name for name, step in scheme.steps.items() if step.answer.dtype in {"float", "int", "choice"}]


def misconceptions_of(
    scheme, oracle: Solution, givens, overrides=({},)
) -> dict[tuple[str, int], list[Misconception]]:
    """Return for every slip, by step and number, the misconceptions that give the same values.

    Args:
        scheme: the mark scheme.
        oracle: of the same exercise.
        givens: numbers on which they are compared.
        overrides: steps in which something wrong stands before them, each set tried on all numbers.
    """
    left = {
        (name, place): [m for m in oracle.misconceptions if m.step == name]
        for name in numeric(scheme)
        for place in range(len(scheme.steps[name].slips))
    }
    for given in givens:
        for override in overrides:
            before = solve(oracle, given, override=override).carried
            values = {
                name: number(before[name], scheme.steps[name].answer).reshape(scheme.steps[name].answer.shape)
                for name in oracle.asked
            }
            for (name, place), candidates in left.items():
                step = scheme.steps[name]
                wrong = evaluate(step.slips[place], step, given, values)
                left[name, place] = [m for m in candidates if _same(m, given, before, step.answer, wrong)]
    return left


def _same(misconception, given, before, answer, wrong) -> bool:
    with np.errstate(all="ignore"):
        value = number(misconception.function(given, dict(before)), answer)
    return np.allclose(value, wrong, rtol=1e-7, atol=1e-12, equal_nan=True)


def _form_one(g, v, rate, theta):
    """Return a second step of form I from a first point, with this rate."""
    return v[theta] - rate * g.h * v[theta] + g.beta * (v[theta] - g.theta0)


# Wrong steps that a student works anew, where the misconception of the oracle takes up an earlier answer.
WORKED_ANEW = {
    ("regularization/weight-decay", "coupled", 3): lambda g, v: (
        v["new_w"] - g.eta * (1 + g.beta) * (g.dJ + v["dpenalty"])
    ),
    ("mlp/relu-sgd", "direction", 0): lambda g, v: np.where(np.asarray(v["delta_w"]) <= 0, 1.0, 0.0),
    ("momentum/two-forms", "v2", 0): lambda g, v: v["v1"] + g.beta * v["v1"],
    ("momentum/two-forms", "schedule_I", 1): lambda g, v: _form_one(g, v, g.alpha, "theta1_I"),
    ("momentum/two-forms", "schedule_II", 0): lambda g, v: _form_one(g, v, g.alpha_next, "theta1_II"),
    ("momentum/two-forms", "schedule_II", 1): lambda g, v: v["theta1_II"] - g.alpha * v["v2"],
}


# Other ways to a step that a scheme accepts, in its order.
ACCEPTED = {
    ("regularization/weight-decay", "new_w"): (lambda g, v: g.w - g.eta * (g.dJ + v["dpenalty"]),),
    ("regularization/weight-decay", "coupled"): (
        lambda g, v: v["factor"] * v["new_w"] - g.eta * (g.dJ + g.beta * v["v1"]),
    ),
    ("regularization/weight-decay", "decoupled"): (
        lambda g, v: (1 - 2 * g.eta * g.alpha) * v["new_w"] - g.eta * v["v2_of_J"],
    ),
}


# What a scheme marks as written down on the way, by the oracle's names.
ON_PAPER = {
    ("momentum/two-forms", "theta2_I"): ("g1_I",),
    ("momentum/two-forms", "theta3_I"): ("g2_I",),
    ("momentum/two-forms", "v2"): ("g1_II",),
    ("momentum/two-forms", "v3"): ("g2_II",),
    ("momentum/two-forms", "schedule_I"): ("g1_I",),
    ("momentum/two-forms", "best_beta"): ("root", "share"),
    ("regularization/weight-decay", "coupled"): ("v1", "v2"),
    ("regularization/weight-decay", "decoupled"): ("v2_of_J",),
}


def rules_of(scheme, oracle: Solution) -> second.Rules:
    """Return what a scheme declares, with the oracle's own functions for its steps and slips."""
    exercise = scheme.exercise
    draws = [exercise.seed(), *(exercise.variant(index) for index in range(POOL))]
    worked = [solve(oracle, given).written for given in draws]
    wrong = {
        name: np.asarray(value) * 1.7 + 0.3
        for name, value in worked[0].items()
        if scheme.steps[name].answer.dtype == "float"
    }
    overrides = ({}, *({name: value} for name, value in wrong.items()))
    slips = misconceptions_of(scheme, oracle, draws[1:9], overrides)

    def wrong_step(name, place):
        if slips[name, place]:
            return slips[name, place][0].function
        return WORKED_ANEW[exercise.id, name, place]

    def size(name):
        return (
            max(float(np.max(np.abs(w[name]), initial=0.0)) for w in worked if not isinstance(w[name], str)) or 1.0
        )

    def rule(name, step):
        low, high = step.range or (-np.inf, np.inf)
        accepted = ACCEPTED.get((exercise.id, name), ())
        assert len(accepted) == len(step.alternatives)
        return second.Rule(
            shape=step.answer.shape,
            kind=step.answer.dtype,
            points=step.points,
            parents=step.parents,
            slips=[
                second.SlipRule(wrong_step(name, place), slip.charge, slip.credit)
                for place, slip in enumerate(step.slips)
            ],
            least=low,
            most=high,
            whole=step.integral,
            flat=step.saturation,
            near=step.tolerance,
            parts=step.parts,
            size=1.0 if step.answer.dtype == "choice" else size(name),
            choices=step.answer.choices,
            accepted=accepted,
            on_paper=ON_PAPER.get((exercise.id, name), ()),
        )

    return second.Rules(oracle, {name: rule(name, step) for name, step in scheme.steps.items()})
