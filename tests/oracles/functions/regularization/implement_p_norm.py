"""The gradient of sum |w_i|^p and a step on the penalised loss, and the ways people get them wrong."""

import numpy as np

from tests.oracles.functions import Functions, Wrong


def gradient(w, p, sign):
    return p * np.abs(w) ** (p - 1) * np.asarray(sign(w))


def update(w, dJ, alpha, p, eta):
    return w - eta * (dJ + alpha * gradient(w, p, np.sign))


def automatic(w, p, sign):
    """What automatic differentiation of sum |w|^p gives in JAX: the slope of |w| at 0 is 1 there."""
    return p * np.abs(w) ** (p - 1) * np.where(w >= 0, 1.0, -1.0)


def penalty_gradient(change):
    """Return an update whose gradient of the penalty is wrong: change(w, p) for p |w|^(p-1) sign(w)."""
    return lambda w, dJ, alpha, p, eta: w - eta * (dJ + alpha * change(w, p))


WRONG_GRADIENTS = [
    Wrong("power rule", lambda w, p, sign: p * w ** (p - 1), "p w^(p-1), whatever the sign"),
    Wrong("no sign", lambda w, p, sign: p * np.abs(w) ** (p - 1), "the slope of a norm is positive"),
    Wrong(
        "own sign", lambda w, p, sign: p * np.abs(w) ** (p - 1) * np.sign(w), "the sign passed in is not called"
    ),
    Wrong("automatic", automatic, "automatic differentiation does it"),
    Wrong(
        "minus one at zero",
        lambda w, p, sign: p * np.abs(w) ** (p - 1) * np.where(w > 0, 1.0, -1.0),
        "0 is negative",
    ),
    Wrong("no factor p", lambda w, p, sign: np.abs(w) ** (p - 1) * np.asarray(sign(w)), "p does not come down"),
    Wrong(
        "exponent not lowered", lambda w, p, sign: p * np.abs(w) ** p * np.asarray(sign(w)), "the exponent stays"
    ),
    Wrong("always 2 w", lambda w, p, sign: 2 * w, "the gradient of a norm is 2 w"),
    Wrong("sign of the power", lambda w, p, sign: p * np.asarray(sign(np.abs(w) ** (p - 1))), "sign of the power"),
    Wrong("sign alone", lambda w, p, sign: p * np.asarray(sign(w)), "the power is left out"),
    Wrong("sign twice", lambda w, p, sign: p * w ** (p - 1) * np.asarray(sign(w)), "w^(p-1) and its sign"),
    Wrong("whole exponents", lambda w, p, sign: gradient(w, int(p), sign), "p is a whole number"),
    Wrong("rounded exponents", lambda w, p, sign: gradient(w, round(p), sign), "p is a whole number, rounded"),
    Wrong(
        "root",
        lambda w, p, sign: gradient(w, p, sign) / p * np.sum(np.abs(w) ** p) ** (1 / p - 1),
        "the gradient of the norm, not of its power",
    ),
    Wrong("mean", lambda w, p, sign: gradient(w, p, sign) / len(w), "divided by the number of weights"),
    Wrong("half", lambda w, p, sign: gradient(w, p, sign) / 2, "a penalty has a factor 1/2"),
]
WRONG_UPDATES = [
    Wrong("power rule", penalty_gradient(lambda w, p: p * w ** (p - 1)), "p w^(p-1), whatever the sign"),
    Wrong("no sign", penalty_gradient(lambda w, p: p * np.abs(w) ** (p - 1)), "the slope of a norm is positive"),
    Wrong("automatic", penalty_gradient(lambda w, p: automatic(w, p, None)), "the slope of |w| at 0 is 1"),
    Wrong(
        "minus one at zero",
        penalty_gradient(lambda w, p: p * np.abs(w) ** (p - 1) * np.where(w > 0, 1.0, -1.0)),
        "the slope of |w| at 0 is -1",
    ),
    Wrong("no factor p", penalty_gradient(lambda w, p: gradient(w, p, np.sign) / p), "p does not come down"),
    Wrong(
        "exponent not lowered", penalty_gradient(lambda w, p: gradient(w, p + 1, np.sign) * p / (p + 1)), "p stays"
    ),
    Wrong(
        "uphill", lambda w, dJ, a, p, e: w + e * (dJ + a * gradient(w, p, np.sign)), "a step along the gradient"
    ),
    Wrong("no alpha", lambda w, dJ, a, p, e: update(w, dJ, 1, p, e), "alpha is left out"),
    Wrong("penalty subtracted", lambda w, dJ, a, p, e: update(w, dJ, -a, p, e), "the penalty is subtracted"),
    Wrong("no eta", lambda w, dJ, a, p, e: update(w, dJ, a, p, 1), "the step size is left out"),
    Wrong("alpha and eta exchanged", lambda w, dJ, a, p, e: update(w, dJ, e, p, a), "alpha is the step size"),
    Wrong("alpha twice", lambda w, dJ, a, p, e: update(w, dJ, a, p, a), "alpha is the step size, too"),
    Wrong("eta twice", lambda w, dJ, a, p, e: update(w, dJ, e, p, e), "eta weighs the penalty, too"),
    Wrong("alpha on both", lambda w, dJ, a, p, e: update(w, a * dJ, a, p, e), "alpha weighs the loss, too"),
    Wrong("half the penalty", lambda w, dJ, a, p, e: update(w, dJ, a / 2, p, e), "a penalty has a factor 1/2"),
    Wrong("J alone", lambda w, dJ, a, p, e: w - e * dJ, "the penalty is left out"),
    Wrong("penalty alone", lambda w, dJ, a, p, e: update(w, 0 * dJ, a, p, e), "the loss is left out"),
    Wrong("decay always", lambda w, dJ, a, p, e: (1 - 2 * e * a) * w - e * dJ, "every penalty is weight decay"),
    Wrong(
        "no eta on the penalty", lambda w, dJ, a, p, e: w - e * dJ - a * gradient(w, p, np.sign), "eta for J alone"
    ),
    Wrong("change alone", lambda w, dJ, a, p, e: update(w, dJ, a, p, e) - w, "the change, not the new weights"),
]

FUNCTIONS = Functions(
    "regularization/implement-p-norm",
    right={"gradient": gradient, "update": update},
    wrong={"gradient": WRONG_GRADIENTS, "update": WRONG_UPDATES},
)
