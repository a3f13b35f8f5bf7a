"""`cnn/implement-softmax-ce`: a stable cross-entropy of logits, and its gradient with the logarithm's slope given."""

import numpy as np

from tests.oracles.functions import Functions, WrongFunction


def _softmax(z, base=np.e):
    z = np.asarray(z, dtype=np.float64)
    powers = base ** (z - z.max())
    return powers / powers.sum()


def _log_softmax(z):
    z = np.asarray(z, dtype=np.float64)
    return z - z.max() - np.log(np.exp(z - z.max()).sum())


def loss(logits, target):
    return -(target * _log_softmax(logits)).sum()


def gradient(logits, target, dlog):
    p = _softmax(logits)
    g = -target * np.asarray(dlog(p))
    return p * (g - (g * p).sum())


def _unstable(logits, target):
    powers = np.exp(logits)
    return -(target * np.log(powers / powers.sum())).sum()


def _clipped(logits, target):
    return -(target * np.log(np.clip(_softmax(logits), 1e-7, 1))).sum()


def _largest_only(logits, target):
    return -_log_softmax(logits)[np.argmax(target)]


FUNCTIONS = Functions(
    "cnn/implement-softmax-ce",
    right={"loss": loss, "gradient": gradient},
    wrong=[
        WrongFunction("loss", "overflows", _unstable),
        WrongFunction("loss", "largest target only", _largest_only),
        WrongFunction("loss", "sign", lambda z, t: -loss(z, t)),
        WrongFunction("loss", "log base 10", lambda z, t: loss(z, t) / np.log(10)),
        WrongFunction("loss", "log base 2", lambda z, t: loss(z, t) / np.log(2)),
        WrongFunction("loss", "mean", lambda z, t: loss(z, t) / len(z)),
        WrongFunction("loss", "base 2 of the softmax", lambda z, t: -(t * np.log(_softmax(z, 2.0))).sum()),
        WrongFunction("loss", "exp(-z)", lambda z, t: loss(-np.asarray(z), t)),
        WrongFunction("loss", "both classes", lambda z, t: loss(z, t) - ((1 - t) * np.log(
            np.clip(1 - _softmax(z), 1e-12, 1))).sum()),
        WrongFunction("loss", "squared error", lambda z, t: ((_softmax(z) - t) ** 2).sum() / 2),
        WrongFunction("loss", "entropy subtracted", lambda z, t: loss(z, t) + (t * np.log(np.where(t > 0, t, 1))).sum()),
        WrongFunction("loss", "of the prediction", lambda z, t: -_log_softmax(z).max()),
        WrongFunction("gradient", "p - t", lambda z, t, dlog: _softmax(z) - t),
        WrongFunction("gradient", "sign", lambda z, t, dlog: -gradient(z, t, dlog)),
        WrongFunction("gradient", "diagonal only", lambda z, t, dlog: -t * np.asarray(dlog(_softmax(z))) * (
            _softmax(z) * (1 - _softmax(z)))),
        WrongFunction("gradient", "slope 1 / p", lambda z, t, dlog: gradient(z, t, lambda p: 1 / np.maximum(p, 1e-300))),
        WrongFunction("gradient", "softmax left out", lambda z, t, dlog: -t * np.asarray(dlog(_softmax(z)))),
        WrongFunction("gradient", "mean", lambda z, t, dlog: gradient(z, t, dlog) / len(z)),
        WrongFunction("gradient", "no sum", lambda z, t, dlog: _softmax(z) * -t * np.asarray(dlog(_softmax(z)))),
    ],
)  # fmt: skip
