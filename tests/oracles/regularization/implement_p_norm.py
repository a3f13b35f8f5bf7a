"""`regularization/implement-p-norm`: the gradient of the sum of |w|^p, and a step of gradient descent."""

import numpy as np

from tests.oracles.functions import Functions, WrongFunction


def gradient(w, p, sign):
    return p * np.abs(w) ** (p - 1) * np.asarray(sign(w))


def update(w, dJ, alpha, p, eta):
    return w - eta * (dJ + alpha * gradient(w, p, np.sign))


def _power(w, p, sign):
    with np.errstate(all="ignore"):
        return np.nan_to_num(p * w ** (p - 1))


def _without_sign(w, p, sign):
    return p * np.abs(w) ** (p - 1)


def _step(rule):
    return lambda w, dJ, alpha, p, eta: rule(w, dJ, alpha, p, eta, gradient(w, p, np.sign))


FUNCTIONS = Functions(
    "regularization/implement-p-norm",
    right={"gradient": gradient, "update": update},
    wrong=[
        WrongFunction("gradient", "p w^(p-1)", _power),
        WrongFunction("gradient", "sign forgotten", _without_sign),
        WrongFunction("gradient", "own sign", lambda w, p, sign: gradient(w, p, np.sign)),
        WrongFunction("gradient", "p forgotten", lambda w, p, sign: np.abs(w) ** (p - 1) * np.asarray(sign(w))),
        WrongFunction("gradient", "exponent p", lambda w, p, sign: p * np.abs(w) ** p * np.asarray(sign(w))),
        WrongFunction("gradient", "p - 1 in front", lambda w, p, sign: (p - 1) * np.abs(w) ** (p - 1) * np.asarray(sign(w))),
        WrongFunction("gradient", "always 2", lambda w, p, sign: 2 * np.abs(w) * np.asarray(sign(w))),
        WrongFunction("gradient", "gradient of the norm", lambda w, p, sign: gradient(w, p, sign) / (
            p * max((np.abs(w) ** p).sum(), 1e-9) ** (1 - 1 / p))),
        WrongFunction("update", "uphill", _step(lambda w, dJ, a, p, e, g: w + e * (dJ + a * g))),
        WrongFunction("update", "no penalty", _step(lambda w, dJ, a, p, e, g: w - e * dJ)),
        WrongFunction("update", "penalty only", _step(lambda w, dJ, a, p, e, g: w - e * a * g)),
        WrongFunction("update", "α forgotten", _step(lambda w, dJ, a, p, e, g: w - e * (dJ + g))),
        WrongFunction("update", "η forgotten in the penalty", _step(lambda w, dJ, a, p, e, g: w - e * dJ - a * g)),
        WrongFunction("update", "η forgotten", _step(lambda w, dJ, a, p, e, g: w - dJ - a * g)),
        WrongFunction("update", "weight decay for every p", _step(lambda w, dJ, a, p, e, g: (1 - 2 * e * a) * w - e * dJ)),
        WrongFunction("update", "α and η exchanged", _step(lambda w, dJ, a, p, e, g: w - a * (dJ + e * g))),
        WrongFunction("update", "sign forgotten", lambda w, dJ, a, p, e: w - e * (dJ + a * _without_sign(w, p, None))),
        WrongFunction("update", "penalty added", _step(lambda w, dJ, a, p, e, g: w - e * (dJ - a * g))),
    ],
)  # fmt: skip
