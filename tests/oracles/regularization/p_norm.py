"""The gradient of alpha sum |w_i|^p, worked from d|w|/dw = sign(w): alpha p |w_i|^(p-1) sign(w_i)."""

import numpy as np

from tests.oracles.beliefs import sharing
from tests.oracles.solution import Misconception, Solution

HOLDS = ("for every p", "for even p", "for odd p", "for no p")


def power_sum(w, p):
    return np.sum(np.abs(w) ** p)


def slope(w, p, alpha):
    """Gradient of alpha sum |w_i|^p."""
    return alpha * p * np.abs(w) ** (p - 1) * np.sign(w)


def holds(g, v):
    """Try the formula p w^(p-1) against the slope of |w|^p at a negative weight, for many exponents."""
    w = -1.5
    right = [np.isclose(p * w ** (p - 1), slope(w, p, 1.0)) for p in range(2, 12)]
    even = [p % 2 == 0 for p in range(2, 12)]
    if all(right):
        return HOLDS[0]
    if right == even:
        return HOLDS[1]
    return HOLDS[2] if right == [not e for e in even] else HOLDS[3]


def new_w(g, v):
    return g.w - g.eta * v["grad"]


def _wrong(step):
    return lambda name, function, note: Misconception(step, name, function, note)


_norm, _penalty, _dpenalty, _grad, _new_w, _dq = map(
    _wrong, ("norm", "penalty", "dpenalty", "grad", "new_w", "dpenalty_q")
)


def _of_a_gradient(wrong, exponent, other):
    """Misconceptions about the gradient of a penalty; `exponent` and `other` take theirs from the given values."""
    yield wrong("no alpha", lambda g, v: slope(g.w, exponent(g), 1), "the factor alpha is left out")
    yield wrong(
        "no factor p",
        lambda g, v: slope(g.w, exponent(g), g.alpha) / exponent(g),
        "the exponent does not come down",
    )
    yield wrong(
        "exponent not lowered",
        lambda g, v: g.alpha * exponent(g) * np.abs(g.w) ** exponent(g) * np.sign(g.w),
        "the exponent stays p",
    )
    yield wrong("other exponent", lambda g, v: slope(g.w, other(g), g.alpha), "the other exponent is used")
    yield wrong("eta for alpha", lambda g, v: slope(g.w, exponent(g), g.eta), "the step size weighs the penalty")
    yield wrong("downhill", lambda g, v: -slope(g.w, exponent(g), g.alpha), "the gradient points downhill")
    yield wrong(
        "sum",
        lambda g, v: np.full(4, np.sum(slope(g.w, exponent(g), g.alpha))),
        "one slope for all weights: their sum",
    )
    yield wrong("sign alone", lambda g, v: g.alpha * np.sign(g.w), "the slope of an absolute value is its sign")


SOLUTION = Solution(
    "regularization/p-norm",
    steps={
        "norm": lambda g, v: power_sum(g.w, g.p),
        "penalty": lambda g, v: g.alpha * v["norm"],
        "dpenalty": lambda g, v: slope(g.w, g.p, g.alpha),
        "grad": lambda g, v: g.dJ + v["dpenalty"],
        "new_w": new_w,
        "dpenalty_q": lambda g, v: slope(g.w, g.q, g.alpha),
        "holds": holds,
    },
    misconceptions=sharing(
        [
            _norm("no absolute values", lambda g, v: np.sum(g.w**g.p), "negative weights take away from a norm"),
            _norm("root", lambda g, v: power_sum(g.w, g.p) ** (1 / g.p), "the norm itself, not its power"),
            _norm(
                "absolute value of the sum", lambda g, v: np.abs(np.sum(g.w**g.p)), "absolute value after the sum"
            ),
            _norm(
                "power of the sum", lambda g, v: np.sum(np.abs(g.w)) ** g.p, "the sum is raised, not each entry"
            ),
            _norm("squares", lambda g, v: power_sum(g.w, 2), "a norm is a sum of squares"),
            _norm("L1", lambda g, v: power_sum(g.w, 1), "a norm is a sum of absolute values"),
            _norm("largest", lambda g, v: np.max(np.abs(g.w)) ** g.p, "only the largest entry counts"),
            _norm("mean", lambda g, v: power_sum(g.w, g.p) / 4, "divided by the number of weights"),
            _norm("other exponent", lambda g, v: power_sum(g.w, g.q), "the other exponent is used"),
            _penalty("over p", lambda g, v: g.alpha / g.p * v["norm"], "a penalty has a factor 1/p"),
            _penalty("no alpha", lambda g, v: v["norm"], "the factor alpha is left out"),
            _penalty("eta for alpha", lambda g, v: g.eta * v["norm"], "the step size weighs the penalty"),
            _penalty("half", lambda g, v: g.alpha / 2 * v["norm"], "a penalty has a factor 1/2"),
            _penalty(
                "root", lambda g, v: g.alpha * v["norm"] ** (1 / g.p), "the norm is penalised, not its power"
            ),
            *_of_a_gradient(_dpenalty, lambda g: g.p, lambda g: g.q),
            _dpenalty(
                "power rule without absolute values",
                lambda g, v: g.alpha * g.p * g.w ** (g.p - 1),
                "alpha p w^(p-1), whatever the sign (document 004)",
            ),
            _dpenalty(
                "no alpha, no absolute values",
                lambda g, v: g.p * g.w ** (g.p - 1),
                "p w^(p-1): neither alpha nor signs",
            ),
            _grad("penalty subtracted", lambda g, v: g.dJ - v["dpenalty"], "a penalty is subtracted"),
            _grad("alpha twice", lambda g, v: g.dJ + g.alpha * v["dpenalty"], "alpha is applied once more"),
            _grad("penalty alone", lambda g, v: v["dpenalty"], "the gradient of J is left out"),
            _grad("J alone", lambda g, v: g.dJ, "the penalty is left out"),
            _grad("alpha on J", lambda g, v: g.alpha * g.dJ + v["dpenalty"], "alpha weighs J, too"),
            _grad(
                "with the penalty itself", lambda g, v: g.dJ + v["penalty"], "the penalty is added to every entry"
            ),
            _new_w("uphill", lambda g, v: g.w + g.eta * v["grad"], "a step along the gradient"),
            _new_w("no eta", lambda g, v: g.w - v["grad"], "the step size is left out"),
            _new_w("J alone", lambda g, v: g.w - g.eta * g.dJ, "the penalty has no part in the step"),
            _new_w("penalty alone", lambda g, v: g.w - g.eta * v["dpenalty"], "the loss has no part in the step"),
            _new_w("alpha for eta", lambda g, v: g.w - g.alpha * v["grad"], "alpha is the step size"),
            _new_w("change alone", lambda g, v: -g.eta * v["grad"], "the change is given, not the new weights"),
            _new_w("eta on w", lambda g, v: g.eta * (g.w - v["grad"]), "the step size scales everything"),
            _new_w(
                "penalty twice",
                lambda g, v: g.w - g.eta * (v["grad"] + v["dpenalty"]),
                "the penalty is added again",
            ),
            *_of_a_gradient(_dq, lambda g: g.q, lambda g: g.p),
            _dq(
                "signs lost",
                lambda g, v: g.alpha * g.q * np.abs(g.w) ** (g.q - 1),
                "the slope of a norm is positive",
            ),
            *(
                Misconception("holds", word, lambda g, v, word=word: word, note)
                for word, note in (
                    ("for every p", "a power rule holds always"),
                    ("for odd p", "w^(p-1) has the sign of w for odd p"),
                    ("for no p", "the absolute value is always needed"),
                )
            ),
        ]
    ),
)
