"""Softmax and cross-entropy of three logits: p_i = e^z_i / sum e^z, L = -sum t_i ln p_i, dL/dz = p - t."""

import numpy as np

from tests.oracles.beliefs import sharing
from tests.oracles.solution import Misconception, Solution


def softmax(z, power=np.exp):
    exponentials = power(z)
    return exponentials / np.sum(exponentials)


def probability(g, v):
    """Return what the student has for the target's class."""
    return v["probs"][int(np.argmax(g.target))]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def gradient(g, v):
    return v["probs"] - g.target


def _probs(name, function, note):
    return Misconception("probs", name, lambda g, v: function(g.logits), note)


def _loss(name, function, note):
    return Misconception("loss", name, lambda g, v: function(probability(g, v)), note)


def _dlogits(name, function, note):
    return Misconception("dlogits", name, lambda g, v: function(v["probs"], g.target), note)


SOLUTION = Solution(
    "cnn/softmax-ce",
    steps={
        "probs": lambda g, v: softmax(g.logits),
        "loss": lambda g, v: -np.log(probability(g, v)),
        "dlogits": gradient,
    },
    domain={"probs": lambda p: bool(np.all((p > 0) & (p < 1)))},
    misconceptions=sharing(
        [
            _probs("not divided", np.exp, "exponentials are probabilities"),
            _probs("no exponentials", lambda z: z / np.sum(z), "logits are divided by their sum"),
            _probs("absolute", lambda z: np.abs(z) / np.sum(np.abs(z)), "logits are shares of their absolute sum"),
            _probs("sigmoid", sigmoid, "every logit has its own sigmoid"),
            _probs("sigmoid shares", lambda z: sigmoid(z) / np.sum(sigmoid(z)), "shares of sigmoids"),
            _probs("base 10", lambda z: softmax(z, lambda z: 10.0**z), "powers of 10"),
            _probs("base 2", lambda z: softmax(z, lambda z: 2.0**z), "powers of 2"),
            _probs("negative exponent", lambda z: softmax(-z), "powers of e with the sign turned"),
            _probs("by the largest", lambda z: np.exp(z) / np.max(np.exp(z)), "the largest is 1"),
            _probs("squares", lambda z: z**2 / np.sum(z**2), "shares of squares"),
            _probs(
                "largest over the others",
                lambda z: np.exp(z) / (np.sum(np.exp(z)) - np.exp(z)),
                "divided by the sum of the others: odds",
            ),
            _probs("hard", lambda z: np.eye(3)[int(np.argmax(z))], "the largest logit gets all"),
            _probs("log softmax", lambda z: z - np.log(np.sum(np.exp(z))), "the logarithm is taken at once"),
            _loss("sign lost", np.log, "the logarithm itself (document 002: -0.85)"),
            _loss("base 10", lambda p: -np.log10(p), "log means base 10"),
            _loss("base 10 and sign lost", np.log10, "log means base 10, and no minus (the scan's -0.37)"),
            _loss("base 2", lambda p: -np.log2(p), "log means base 2"),
            _loss("base 2 and sign lost", np.log2, "log means base 2, and no minus"),
            _loss("complement", lambda p: -np.log(1 - p), "the probability of the other classes"),
            _loss("one minus", lambda p: 1 - p, "the loss is what is missing to 1"),
            _loss("squared", lambda p: (1 - p) ** 2, "the squared error of the target's class"),
            _loss("half squared", lambda p: (1 - p) ** 2 / 2, "half the squared error of the target's class"),
            _loss("mean", lambda p: -np.log(p) / 3, "divided by the number of classes"),
            _loss("binary", lambda p: -np.log(p) - np.log(1 - p), "both terms of the binary cross-entropy"),
            _loss("p ln p", lambda p: -p * np.log(p), "weighted with its own probability"),
            Misconception("loss", "all classes", lambda g, v: -np.sum(np.log(v["probs"])), "every class counts"),
            Misconception(
                "loss",
                "entropy",
                lambda g, v: -np.sum(v["probs"] * np.log(v["probs"])),
                "weighted with p instead of t: the entropy of p",
            ),
            Misconception(
                "loss",
                "binary over all",
                lambda g, v: -np.sum(g.target * np.log(v["probs"]) + (1 - g.target) * np.log(1 - v["probs"])),
                "a binary cross-entropy for each class",
            ),
            Misconception(
                "loss", "largest", lambda g, v: -np.log(np.max(v["probs"])), "the class that is predicted counts"
            ),
            Misconception(
                "loss",
                "squared error",
                lambda g, v: np.sum((v["probs"] - g.target) ** 2),
                "the sum of squared errors",
            ),
            Misconception(
                "loss",
                "logit",
                lambda g, v: -g.logits[int(np.argmax(g.target))],
                "the logarithm of the logit's power",
            ),
            _dlogits("sign turned", lambda p, t: t - p, "target minus probability"),
            _dlogits("target forgotten", lambda p, t: p, "the target is not subtracted"),
            _dlogits(
                "at the probabilities", lambda p, t: -t / p, "the slope of the logarithm, without the softmax"
            ),
            _dlogits("at the probabilities, sign lost", lambda p, t: t / p, "the same without the minus"),
            _dlogits("target's logit alone", lambda p, t: t * (p - t), "only the target's logit moves the loss"),
            _dlogits("mean", lambda p, t: (p - t) / 3, "divided by the number of classes"),
            _dlogits("doubled", lambda p, t: 2 * (p - t), "as if the loss were a square"),
            _dlogits("squared error", lambda p, t: 2 * (p - t) * p * (1 - p), "squared error through sigmoids"),
            _dlogits("with slopes", lambda p, t: (p - t) * p * (1 - p), "a slope p(1 - p) stays"),
            _dlogits("p(1 - p)", lambda p, t: p * (1 - p), "the diagonal of the softmax's Jacobian alone"),
            _dlogits("one minus p", lambda p, t: 1 - p, "1 is subtracted from every class"),
            _dlogits("subtracted everywhere", lambda p, t: p - 1, "1 is subtracted everywhere"),
        ]
    ),
)
