"""`mlp/sigmoid-ce`: sigmoid hidden units, a sigmoid output, the cross-entropy."""

import numpy as np

from tests.oracles.layers import relu, sigmoid
from tests.oracles.sigmoid_network import (
    BACKWARD,
    BACKWARD_MISCONCEPTIONS,
    DOMAIN,
    FORWARD,
    FORWARD_MISCONCEPTIONS,
)
from tests.oracles.solution import Misconception, Solution


def _cross_entropy(g, v):
    # 0 · ln 0 counts as 0: with y = 1 nobody works out the other term.
    return -np.log(v["h"]) if g.y == 1 else -np.log(1 - v["h"])


def _slope_at_the_output(v):
    return v["h"] * (1 - v["h"])


STEPS = {
    **FORWARD,
    "h": lambda g, v: sigmoid(v["a2"]),
    "loss": _cross_entropy,
    "delta2": lambda g, v: v["h"] - g.y,
    **BACKWARD,
}

MISCONCEPTIONS = [
    *FORWARD_MISCONCEPTIONS,
    Misconception("h", "linear", lambda g, v: v["a2"], "The output is linear, as in the exercise before."),
    Misconception("h", "one minus", lambda g, v: 1 - sigmoid(v["a2"]), "The sigmoid is 1 / (1 + exp(a))."),
    Misconception("h", "tanh", lambda g, v: np.tanh(v["a2"]), "The output is a hyperbolic tangent."),
    Misconception("h", "relu", lambda g, v: relu(v["a2"]), "The output is a ReLU unit."),
    Misconception(
        "loss", "squared error", lambda g, v: (v["h"] - g.y) ** 2 / 2, "The loss is half the squared error."
    ),
    Misconception(
        "loss", "sign", lambda g, v: -_cross_entropy(g, v), "The minus before the logarithm is left out."
    ),
    Misconception("loss", "log base 10", lambda g, v: _cross_entropy(g, v) / np.log(10), "log has the base 10."),
    Misconception("loss", "log base 2", lambda g, v: _cross_entropy(g, v) / np.log(2), "log has the base 2."),
    Misconception(
        "loss",
        "terms exchanged",
        lambda g, v: -np.log(1 - v["h"]) if g.y == 1 else -np.log(v["h"]),
        "The loss is −(1 − y) ln h − y ln (1 − h).",
    ),
    Misconception(
        "loss", "both terms", lambda g, v: -np.log(v["h"]) - np.log(1 - v["h"]), "Both terms count, whatever y is."
    ),
    Misconception(
        "loss",
        "one term of the other class",
        lambda g, v: -(1 - g.y) * np.log(v["h"]),
        "The loss is −(1 − y) ln h.",
    ),
    Misconception("delta2", "sign", lambda g, v: g.y - v["h"], "The error is y − h."),
    Misconception(
        "delta2",
        "slope kept",
        lambda g, v: (v["h"] - g.y) * _slope_at_the_output(v),
        "The slope of the output stays, as under the squared error.",
    ),
    Misconception(
        "delta2",
        "gradient at h",
        lambda g, v: (v["h"] - g.y) / _slope_at_the_output(v),
        "The local error is ∂E/∂h: the slope of the output is left out.",
    ),
    Misconception("delta2", "doubled", lambda g, v: 2 * (v["h"] - g.y), "The gradient has a factor 2."),
    *BACKWARD_MISCONCEPTIONS,
]

SOLUTION = Solution(
    "mlp/sigmoid-ce",
    STEPS,
    hidden=frozenset({"slope1"}),
    misconceptions=MISCONCEPTIONS,
    domain={**DOMAIN, "h": lambda h: bool(0 < h < 1)},
)
