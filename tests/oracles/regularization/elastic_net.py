"""The elastic net rho |w|_1 + (1 - rho) |w|_2^2 and the proximal step of L1, worked entry by entry."""

import numpy as np

from tests.oracles.beliefs import sharing
from tests.oracles.solution import Misconception, Solution


def mixed(first, second, rho, alpha):
    return alpha * (rho * first + (1 - rho) * second)


def towards_zero(u, by):
    """Move every entry of u by this much towards 0 and stop there."""
    return np.array([0.0 if abs(entry) <= by else entry - by if entry > 0 else entry + by for entry in u])


def after_a_step(g):
    return g.w - g.eta * g.dJ


def _wrong(step):
    return lambda name, function, note: Misconception(step, name, function, note)


_l1, _l2, _dl1, _dl2, _penalty, _dpenalty, _new_w, _prox = map(
    _wrong, ("l1", "l2", "dl1", "dl2", "penalty", "dpenalty", "new_w", "prox")
)


def _of_the_mixture(wrong, first, second):
    yield wrong(
        "shares exchanged", lambda g, v: mixed(v[second], v[first], g.rho, g.alpha), "rho belongs to the squares"
    )
    yield wrong(
        "no share of the squares",
        lambda g, v: g.alpha * (g.rho * v[first] + v[second]),
        "the squares count in full",
    )
    yield wrong("no share of L1", lambda g, v: g.alpha * (v[first] + (1 - g.rho) * v[second]), "L1 counts in full")
    yield wrong("no shares", lambda g, v: g.alpha * (v[first] + v[second]), "both count in full")
    yield wrong("no alpha", lambda g, v: mixed(v[first], v[second], g.rho, 1), "the factor alpha is left out")
    yield wrong("eta for alpha", lambda g, v: mixed(v[first], v[second], g.rho, g.eta), "the step size weighs it")
    yield wrong("L1 alone", lambda g, v: g.alpha * g.rho * v[first], "the squares are left out")
    yield wrong("squares alone", lambda g, v: g.alpha * (1 - g.rho) * v[second], "L1 is left out")
    yield wrong(
        "alpha on L1 alone",
        lambda g, v: g.alpha * g.rho * v[first] + (1 - g.rho) * v[second],
        "alpha weighs L1 alone",
    )
    yield wrong(
        "half of the squares",
        lambda g, v: mixed(v[first], v[second] / 2, g.rho, g.alpha),
        "the squares have a factor 1/2, as in a library's elastic net",
    )


SOLUTION = Solution(
    "regularization/elastic-net",
    steps={
        "l1": lambda g, v: np.sum(np.abs(g.w)),
        "l2": lambda g, v: np.sum(g.w**2),
        "dl1": lambda g, v: np.sign(g.w),
        "dl2": lambda g, v: 2 * g.w,
        "penalty": lambda g, v: mixed(v["l1"], v["l2"], g.rho, g.alpha),
        "dpenalty": lambda g, v: mixed(v["dl1"], v["dl2"], g.rho, g.alpha),
        "new_w": lambda g, v: g.w - g.eta * (g.dJ + v["dpenalty"]),
        "u": lambda g, v: after_a_step(g),
        "prox": lambda g, v: towards_zero(v["u"], g.eta * g.alpha),
    },
    hidden=frozenset({"u"}),
    misconceptions=sharing(
        [
            _l1("no absolute values", lambda g, v: np.sum(g.w), "negative weights take away from a norm"),
            _l1("absolute value of the sum", lambda g, v: np.abs(np.sum(g.w)), "absolute value after the sum"),
            _l1("largest", lambda g, v: np.max(np.abs(g.w)), "only the largest entry counts"),
            _l1("mean", lambda g, v: np.mean(np.abs(g.w)), "divided by the number of weights"),
            _l1("how many", lambda g, v: float(np.count_nonzero(g.w)), "the weights that are not 0 are counted"),
            _l2("root", lambda g, v: np.sqrt(np.sum(g.w**2)), "the norm itself, not its square"),
            _l2("half", lambda g, v: np.sum(g.w**2) / 2, "a penalty has a factor 1/2"),
            _l2("square of the sum", lambda g, v: np.sum(g.w) ** 2, "the sum is squared"),
            _l2("square of L1", lambda g, v: np.sum(np.abs(g.w)) ** 2, "the L1 norm is squared"),
            _l2("mean", lambda g, v: np.mean(g.w**2), "divided by the number of weights"),
            _l2("signed squares", lambda g, v: np.sum(g.w * np.abs(g.w)), "squares keep the sign"),
            _dl1("one at zero", lambda g, v: np.where(g.w >= 0, 1.0, -1.0), "zero is positive"),
            _dl1("minus one at zero", lambda g, v: np.where(g.w > 0, 1.0, -1.0), "zero is not positive"),
            _dl1("signs lost", lambda g, v: np.abs(np.sign(g.w)), "a slope is positive"),
            _dl1("ones", lambda g, v: np.ones(4), "the slope of a sum is 1"),
            _dl1("weights", lambda g, v: g.w, "the weights themselves"),
            _dl1("half at zero", lambda g, v: np.where(g.w == 0, 0.5, np.sign(g.w)), "0.5 at zero"),
            _dl1("downhill", lambda g, v: -np.sign(g.w), "the gradient points downhill"),
            _dl2("no 2", lambda g, v: g.w, "the 2 of the square is left out"),
            _dl2("signs lost", lambda g, v: 2 * np.abs(g.w), "a slope is positive"),
            _dl2("square kept", lambda g, v: 2 * g.w**2, "the exponent stays 2"),
            _dl2("of the norm", lambda g, v: g.w / np.sqrt(np.sum(g.w**2)), "the gradient of the norm itself"),
            _dl2("twos", lambda g, v: np.full(4, 2.0), "the weight is lost"),
            _dl2("downhill", lambda g, v: -2 * g.w, "the gradient points downhill"),
            *_of_the_mixture(_penalty, "l1", "l2"),
            _penalty(
                "root of the squares",
                lambda g, v: mixed(v["l1"], np.sqrt(v["l2"]), g.rho, g.alpha),
                "the norm is penalised, not its square",
            ),
            *_of_the_mixture(_dpenalty, "dl1", "dl2"),
            _dpenalty(
                "sum",
                lambda g, v: np.full(4, np.sum(mixed(v["dl1"], v["dl2"], g.rho, g.alpha))),
                "one slope for all",
            ),
            _dpenalty("with J", lambda g, v: g.dJ + mixed(v["dl1"], v["dl2"], g.rho, g.alpha), "J is added here"),
            _new_w("uphill", lambda g, v: g.w + g.eta * (g.dJ + v["dpenalty"]), "a step along the gradient"),
            _new_w("no eta", lambda g, v: g.w - (g.dJ + v["dpenalty"]), "the step size is left out"),
            _new_w("J alone", lambda g, v: after_a_step(g), "the penalty has no part in the step"),
            _new_w("penalty alone", lambda g, v: g.w - g.eta * v["dpenalty"], "the loss has no part in the step"),
            _new_w("penalty subtracted", lambda g, v: g.w - g.eta * (g.dJ - v["dpenalty"]), "it is subtracted"),
            _new_w("no eta on the penalty", lambda g, v: g.w - g.eta * g.dJ - v["dpenalty"], "eta is for J alone"),
            _new_w("alpha for eta", lambda g, v: g.w - g.alpha * (g.dJ + v["dpenalty"]), "alpha is the step size"),
            _new_w("alpha twice", lambda g, v: g.w - g.eta * (g.dJ + g.alpha * v["dpenalty"]), "alpha once more"),
            _new_w(
                "change alone", lambda g, v: -g.eta * (g.dJ + v["dpenalty"]), "the change, not the new weights"
            ),
            _prox(
                "subgradient",
                lambda g, v: v["u"] - g.eta * g.alpha * np.sign(g.w),
                "a step along the subgradient at w",
            ),
            _prox(
                "past zero",
                lambda g, v: v["u"] - g.eta * g.alpha * np.sign(v["u"]),
                "every entry of u moves by the whole threshold, past 0",
            ),
            _prox("threshold alpha", lambda g, v: towards_zero(v["u"], g.alpha), "the threshold is alpha"),
            _prox("threshold eta", lambda g, v: towards_zero(v["u"], g.eta), "the threshold is eta"),
            _prox(
                "threshold with rho",
                lambda g, v: towards_zero(v["u"], g.eta * g.alpha * g.rho),
                "the share of L1 is still in the threshold",
            ),
            _prox(
                "away",
                lambda g, v: v["u"] + g.eta * g.alpha * np.sign(v["u"]),
                "the weights move away from 0",
            ),
            _prox(
                "hard threshold",
                lambda g, v: np.where(np.abs(v["u"]) > g.eta * g.alpha, v["u"], 0),
                "what is above the threshold stays as it is",
            ),
            _prox("no gradient step", lambda g, v: towards_zero(g.w, g.eta * g.alpha), "u is w"),
            _prox("of the step before", lambda g, v: towards_zero(v["new_w"], g.eta * g.alpha), "u is w'"),
            _prox(
                "sign lost",
                lambda g, v: np.maximum(np.abs(v["u"]) - g.eta * g.alpha, 0),
                "the sign is not put back",
            ),
            _prox(
                "uphill",
                lambda g, v: towards_zero(g.w + g.eta * g.dJ, g.eta * g.alpha),
                "the step on J goes along the gradient",
            ),
            _prox("no threshold", lambda g, v: v["u"], "the step on J alone"),
            _prox(
                "no eta in the step",
                lambda g, v: towards_zero(g.w - g.dJ, g.eta * g.alpha),
                "the step size is left out of u",
            ),
        ]
    ),
)
