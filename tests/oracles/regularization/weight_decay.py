"""The penalty alpha |w|^2 as weight decay: its gradient is 2 alpha w, so a step multiplies w by 1 - 2 eta alpha."""

import numpy as np

from tests.oracles.beliefs import sharing
from tests.oracles.solution import Misconception, Solution


def squares(w):
    return np.sum(np.square(w))


def velocity(g, v, decay=2.0, beta=1.0, at="new_w", damping=1.0):
    """Return v^2 with the penalty in the gradient; v^1 is what the student has for the first gradient."""
    weights = g.w if at == "start" else v[at]
    return damping * (g.dJ + decay * g.alpha * weights) + beta * g.beta * v["v1"]


def coupled(g, v, **how):
    return v["new_w"] - g.eta * velocity(g, v, **how)


def decoupled(g, v, decay=None, velocity=None, at=None):
    """Two steps with the decay beside the velocity: v^1 = dJ, v^2 = dJ + beta dJ, and w^1 is the student's w'.

    The decay is that of the student's factor, unless another one is asked for.
    """
    w1 = v["new_w"]
    v2 = v["v2_of_J"] if velocity is None else velocity(g)
    if decay is None:
        return v["factor"] * w1 - g.eta * v2
    return w1 - g.eta * v2 - g.eta * decay * g.alpha * (w1 if at is None else at(g))


def _wrong(step):
    return lambda name, function, note: Misconception(step, name, function, note)


_penalty, _dpenalty, _factor, _new_w, _coupled, _decoupled = map(
    _wrong, ("penalty", "dpenalty", "factor", "new_w", "coupled", "decoupled")
)

SOLUTION = Solution(
    "regularization/weight-decay",
    steps={
        "penalty": lambda g, v: g.alpha * squares(g.w),
        "dpenalty": lambda g, v: 2 * g.alpha * g.w,
        "factor": lambda g, v: 1 - 2 * g.eta * g.alpha,
        "new_w": lambda g, v: v["factor"] * g.w - g.eta * g.dJ,
        "v1": lambda g, v: g.dJ + v["dpenalty"],
        "v2": velocity,
        "coupled": lambda g, v: v["new_w"] - g.eta * v["v2"],
        "v2_of_J": lambda g, v: g.dJ + g.beta * g.dJ,
        "decoupled": decoupled,
    },
    hidden=frozenset({"v1", "v2", "v2_of_J"}),
    misconceptions=sharing(
        [
            _penalty(
                "root", lambda g, v: g.alpha * np.sqrt(squares(g.w)), "the norm is penalised, not its square"
            ),
            _penalty("half", lambda g, v: g.alpha / 2 * squares(g.w), "a penalty has a factor 1/2"),
            _penalty("no alpha", lambda g, v: squares(g.w), "the factor alpha is left out"),
            _penalty("L1", lambda g, v: g.alpha * np.sum(np.abs(g.w)), "absolute values are added up"),
            _penalty("square of the sum", lambda g, v: g.alpha * np.sum(g.w) ** 2, "the sum is squared"),
            _penalty("eta for alpha", lambda g, v: g.eta * squares(g.w), "the step size weighs the penalty"),
            _penalty("doubled", lambda g, v: 2 * g.alpha * squares(g.w), "the 2 of the slope is there already"),
            _penalty("signed squares", lambda g, v: g.alpha * np.sum(g.w * np.abs(g.w)), "squares keep the sign"),
            _dpenalty("no 2", lambda g, v: g.alpha * g.w, "the 2 of the square is left out"),
            _dpenalty("no alpha", lambda g, v: 2 * g.w, "the factor alpha is left out"),
            _dpenalty("signs lost", lambda g, v: 2 * g.alpha * np.abs(g.w), "a slope is positive"),
            _dpenalty("square kept", lambda g, v: 2 * g.alpha * g.w**2, "the exponent stays 2"),
            _dpenalty("sign alone", lambda g, v: g.alpha * np.sign(g.w), "the slope is that of L1"),
            _dpenalty("eta for alpha", lambda g, v: 2 * g.eta * g.w, "the step size weighs the penalty"),
            _dpenalty("sum", lambda g, v: np.full(3, 2 * g.alpha * np.sum(g.w)), "one slope for all weights"),
            _dpenalty("with eta", lambda g, v: 2 * g.eta * g.alpha * g.w, "the step size belongs to the gradient"),
            _dpenalty("downhill", lambda g, v: -2 * g.alpha * g.w, "the gradient points downhill"),
            _factor("no 2", lambda g, v: 1 - g.eta * g.alpha, "the 2 of the square is left out"),
            _factor("growth", lambda g, v: 1 + 2 * g.eta * g.alpha, "the penalty is added to the weight"),
            _factor("share", lambda g, v: 2 * g.eta * g.alpha, "what is taken off, not what is left"),
            _factor("no eta", lambda g, v: 1 - 2 * g.alpha, "the step size is left out"),
            _factor("no alpha", lambda g, v: 1 - 2 * g.eta, "the factor alpha is left out"),
            _factor("eta outside", lambda g, v: g.eta * (1 - 2 * g.alpha), "the step size scales everything"),
            _factor("with beta", lambda g, v: g.beta * (1 - 2 * g.eta * g.alpha), "the momentum is in it already"),
            _factor(
                "decay with beta", lambda g, v: 1 - 2 * g.eta * g.alpha * g.beta, "the momentum weighs the decay"
            ),
            _factor("one minus beta", lambda g, v: 1 - g.beta, "the decay is that of the momentum"),
            _factor("downhill", lambda g, v: 2 * g.eta * g.alpha - 1, "the difference the other way round"),
            _new_w(
                "decayed gradient",
                lambda g, v: g.w - v["factor"] * g.eta * g.dJ,
                "the factor belongs to the gradient",
            ),
            _new_w(
                "decay after the step",
                lambda g, v: v["factor"] * (g.w - g.eta * g.dJ),
                "first the step, then the decay of all",
            ),
            _new_w("uphill", lambda g, v: v["factor"] * g.w + g.eta * g.dJ, "a step along the gradient"),
            _new_w(
                "penalty twice",
                lambda g, v: v["factor"] * g.w - g.eta * (g.dJ + v["dpenalty"]),
                "the penalty is in the factor and in the gradient",
            ),
            _new_w("no eta", lambda g, v: v["factor"] * g.w - g.dJ, "the step size is left out"),
            _new_w("no decay", lambda g, v: g.w - g.eta * g.dJ, "the penalty has no part in the step"),
            _new_w("no gradient", lambda g, v: v["factor"] * g.w, "the loss has no part in the step"),
            _new_w("alpha for eta", lambda g, v: v["factor"] * g.w - g.alpha * g.dJ, "alpha is the step size"),
            _new_w(
                "factor added", lambda g, v: g.w - g.eta * g.dJ - v["factor"], "the factor is subtracted from each"
            ),
            _new_w("all decayed", lambda g, v: v["factor"] * (g.w - g.dJ), "the factor multiplies everything"),
            _coupled(
                "no momentum",
                lambda g, v: coupled(g, v, beta=0),
                "the velocity of the first step is forgotten",
            ),
            _coupled("no beta", lambda g, v: coupled(g, v, beta=1 / g.beta), "the old velocity counts in full"),
            _coupled("momentum subtracted", lambda g, v: coupled(g, v, beta=-1), "momentum goes backwards"),
            _coupled("damped", lambda g, v: coupled(g, v, damping=1 - g.beta), "the gradient is weighed 1 - beta"),
            _coupled("no 2", lambda g, v: coupled(g, v, decay=1), "the 2 of the square is left out"),
            _coupled(
                "no 2 in both",
                lambda g, v: v["new_w"] - g.eta * (velocity(g, {**v, "v1": g.dJ + g.alpha * g.w}, decay=1)),
                "the 2 of the square is left out at both steps",
            ),
            _coupled("stale", lambda g, v: coupled(g, v, at="start"), "the gradient is still taken at w^0"),
            _coupled("from the start", lambda g, v: g.w - g.eta * velocity(g, v), "the second step starts at w^0"),
            _coupled("no decay", lambda g, v: coupled(g, v, decay=0), "the second gradient is that of J alone"),
            _coupled(
                "decoupled",
                lambda g, v: decoupled(g, v, velocity=lambda g: (1 + g.beta) * g.dJ),
                "the decay stands beside the velocity",
            ),
            _coupled("one step", lambda g, v: v["new_w"], "one step is taken, not two"),
            _coupled("no eta", lambda g, v: v["new_w"] - (v["new_w"] - coupled(g, v)) / g.eta, "no step size"),
            _coupled("uphill", lambda g, v: 2 * v["new_w"] - coupled(g, v), "a step along the velocity"),
            _decoupled(
                "no momentum",
                lambda g, v: decoupled(g, v, velocity=lambda g: g.dJ),
                "the velocity of the first step is forgotten",
            ),
            _decoupled(
                "no beta",
                lambda g, v: decoupled(g, v, velocity=lambda g: 2 * g.dJ),
                "the old velocity counts in full",
            ),
            _decoupled(
                "momentum subtracted",
                lambda g, v: decoupled(g, v, velocity=lambda g: (1 - g.beta) * g.dJ),
                "momentum goes backwards",
            ),
            _decoupled("no 2", lambda g, v: decoupled(g, v, decay=1), "the 2 of the square is left out"),
            _decoupled("no decay", lambda g, v: decoupled(g, v, decay=0), "no decay at the second step"),
            _decoupled("coupled", coupled, "the decay goes through the velocity"),
            _decoupled(
                "stale", lambda g, v: decoupled(g, v, decay=2, at=lambda g: g.w), "the weights of the start decay"
            ),
            _decoupled("growth", lambda g, v: decoupled(g, v, decay=-2), "the decay is added"),
            _decoupled(
                "decay without eta", lambda g, v: decoupled(g, v, decay=2 / g.eta), "the decay has no step size"
            ),
            _decoupled(
                "decay after the step",
                lambda g, v: v["factor"] * (v["new_w"] - g.eta * (1 + g.beta) * g.dJ),
                "first the step, then the decay of all",
            ),
            _decoupled("one step", lambda g, v: v["new_w"], "one step is taken, not two"),
            _decoupled(
                "from the start",
                lambda g, v: v["factor"] * g.w - g.eta * v["v2_of_J"],
                "the second step starts at w^0",
            ),
            _decoupled(
                "uphill",
                lambda g, v: decoupled(g, v, velocity=lambda g: -(1 + g.beta) * g.dJ),
                "a step along the velocity",
            ),
        ]
    ),
)
