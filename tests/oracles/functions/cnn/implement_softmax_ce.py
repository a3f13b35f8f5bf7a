"""Softmax with cross-entropy for logits of any size, and the ways people get it wrong."""

import numpy as np

from tests.oracles.functions import Functions, Wrong


def softmax(z):
    e = np.exp(z - np.max(z))
    return e / np.sum(e)


def log_softmax(z):
    shifted = np.asarray(z) - np.max(z)
    return shifted - np.log(np.sum(np.exp(shifted)))


def loss(logits, target):
    return -np.sum(target * log_softmax(logits))


def through(p, g):
    """Take a gradient at the probabilities back to the logits: row i of the Jacobian is p_i (e_i - p)."""
    return np.array([p[i] * (g[i] - np.sum(g * p)) for i in range(len(p))])


def gradient(logits, target, dlog):
    p = softmax(logits)
    return through(p, -target * np.asarray(dlog(p)))


def naive(z):
    e = np.exp(z)
    return e / np.sum(e)


def one_hot(target):
    return np.eye(len(target))[int(np.argmax(target))]


def shifted_by(shift):
    def softmax(z):
        e = np.exp(z - shift(z))
        return e / np.sum(e)

    return softmax


WRONG_LOSSES = [
    Wrong("no shift", lambda z, t: -np.sum(t * np.log(naive(z))), "exponentials of any number can be taken"),
    Wrong(
        "shift by the largest absolute",
        lambda z, t: -np.sum(t * np.log(shifted_by(lambda z: np.max(np.abs(z)))(z))),
        "the largest absolute value is subtracted",
    ),
    Wrong(
        "shift of positive logits",
        lambda z, t: -np.sum(t * np.log(shifted_by(lambda z: max(np.max(z), 0))(z))),
        "only large positive logits overflow",
    ),
    Wrong(
        "clipped logits",
        lambda z, t: loss(np.clip(z, -50, 50), t),
        "logits are clipped so that nothing overflows",
    ),
    Wrong(
        "clipped far out",
        lambda z, t: loss(np.clip(z, -500, 500), t),
        "logits are clipped where they would overflow",
    ),
    Wrong("largest logit", lambda z, t: loss(z, one_hot(z)), "the loss of the likeliest class"),
    Wrong("even target", lambda z, t: loss(z, np.full(len(z), 1 / len(z))), "every class is as good a target"),
    Wrong("sign lost", lambda z, t: -loss(z, t), "no minus"),
    Wrong("base 10", lambda z, t: loss(z, t) / np.log(10), "log means base 10"),
    Wrong("base 2", lambda z, t: loss(z, t) / np.log(2), "log means base 2"),
    Wrong("mean", lambda z, t: loss(z, t) / len(z), "divided by the number of classes"),
    Wrong("largest target", lambda z, t: loss(z, one_hot(t)), "only the most likely target counts"),
    Wrong(
        "largest target, its weight",
        lambda z, t: loss(z, t * one_hot(t)),
        "only the most likely target counts, with its weight",
    ),
    Wrong("log of the sum", lambda z, t: -np.log(np.sum(t * softmax(z))), "the logarithm of the mean probability"),
    Wrong("targets unweighted", lambda z, t: loss(z, (t > 0) * 1.0), "every target that is not 0 counts in full"),
    Wrong("all classes", lambda z, t: loss(z, np.ones(len(z))), "every class counts"),
    Wrong("entropy", lambda z, t: loss(z, softmax(z)), "weighted with p instead of t"),
    Wrong(
        "binary",
        lambda z, t: loss(z, t) - np.sum((1 - t) * np.log1p(-softmax(z))),
        "a binary cross-entropy for each class",
    ),
    Wrong("squared error", lambda z, t: np.sum((softmax(z) - t) ** 2), "the squared error"),
    Wrong("sigmoid", lambda z, t: np.sum(t * np.log1p(np.exp(-z))), "sigmoids for the softmax"),
    Wrong(
        "logits for logarithms", lambda z, t: -np.sum(t * (z - np.max(z))), "the sum of the softmax is left out"
    ),
    Wrong(
        "relative entropy",
        lambda z, t: loss(z, t) + np.sum(t[t > 0] * np.log(t[t > 0])),
        "the relative entropy, t ln(t/p)",
    ),
]
WRONG_GRADIENTS = [
    Wrong(
        "no shift",
        lambda z, t, dlog: through(naive(z), -t * np.asarray(dlog(naive(z)))),
        "exponentials of any number can be taken",
    ),
    Wrong("p - t", lambda z, t, dlog: softmax(z) - t, "the derivative passed in is not used"),
    Wrong("sign turned", lambda z, t, dlog: -gradient(z, t, dlog), "no minus before the logarithm"),
    Wrong(
        "at the probabilities", lambda z, t, dlog: -t * np.asarray(dlog(softmax(z))), "the softmax is not passed"
    ),
    Wrong(
        "diagonal",
        lambda z, t, dlog: -t * np.asarray(dlog(softmax(z))) * softmax(z) * (1 - softmax(z)),
        "a logit moves its own probability alone",
    ),
    Wrong("mean", lambda z, t, dlog: gradient(z, t, dlog) / len(z), "divided by the number of classes"),
    Wrong(
        "largest target", lambda z, t, dlog: gradient(z, one_hot(t), dlog), "only the most likely target counts"
    ),
    Wrong(
        "no sum", lambda z, t, dlog: softmax(z) * -t * np.asarray(dlog(softmax(z))), "p g without the sum over g p"
    ),
    Wrong(
        "sum alone",
        lambda z, t, dlog: -softmax(z) * np.sum(-t * np.asarray(dlog(softmax(z))) * softmax(z)),
        "the diagonal of the Jacobian is left out",
    ),
    Wrong(
        "slope times p - t",
        lambda z, t, dlog: np.asarray(dlog(softmax(z))) * (softmax(z) - t),
        "p - t times the derivative",
    ),
    Wrong("slope at the logits", lambda z, t, dlog: through(softmax(z), -t * np.asarray(dlog(z))), "dlog of z"),
    Wrong("target forgotten", lambda z, t, dlog: through(softmax(z), -np.asarray(dlog(softmax(z)))), "no target"),
    Wrong(
        "logarithm", lambda z, t, dlog: through(softmax(z), -t * np.log(softmax(z))), "log p for its derivative"
    ),
    Wrong("doubled", lambda z, t, dlog: 2 * gradient(z, t, dlog), "a 2 as from a square"),
]

FUNCTIONS = Functions(
    "cnn/implement-softmax-ce",
    right={"loss": loss, "gradient": gradient},
    wrong={"loss": WRONG_LOSSES, "gradient": WRONG_GRADIENTS},
)
