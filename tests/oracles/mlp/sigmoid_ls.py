"""`mlp/sigmoid-ls`: sigmoid hidden units, a linear output, half the squared error; the numeric steps."""

from tests.oracles.layers import sigmoid
from tests.oracles.sigmoid_network import (
    BACKWARD,
    BACKWARD_MISCONCEPTIONS,
    DOMAIN,
    FORWARD,
    FORWARD_MISCONCEPTIONS,
)
from tests.oracles.solution import Misconception, Solution

STEPS = {
    **FORWARD,
    "h": lambda g, v: v["a2"],
    "loss": lambda g, v: (v["h"] - g.y) ** 2 / 2,
    "delta2": lambda g, v: v["h"] - g.y,
    **BACKWARD,
}

MISCONCEPTIONS = [
    *FORWARD_MISCONCEPTIONS,
    Misconception("h", "sigmoid", lambda g, v: sigmoid(v["a2"]), "The output is a sigmoid unit too."),
    Misconception("loss", "no half", lambda g, v: (v["h"] - g.y) ** 2, "The factor ½ is left out.", "half"),
    Misconception("loss", "not squared", lambda g, v: abs(v["h"] - g.y) / 2, "The distance is not squared."),
    Misconception("loss", "negative", lambda g, v: -((v["h"] - g.y) ** 2) / 2, "A loss is negative."),
    Misconception("delta2", "sign", lambda g, v: g.y - v["h"], "The error is y − h."),
    Misconception(
        "delta2",
        "doubled",
        lambda g, v: 2 * (v["h"] - g.y),
        "The 2 of the square stays though ½ cancels it.",
        "half",
    ),
    Misconception("delta2", "halved", lambda g, v: (v["h"] - g.y) / 2, "The ½ stays and the 2 is forgotten."),
    Misconception("delta2", "sign and doubled", lambda g, v: 2 * (g.y - v["h"]), "The error is 2 (y − h)."),
    Misconception(
        "delta2",
        "slope of a sigmoid at the output",
        lambda g, v: (v["h"] - g.y) * sigmoid(v["a2"]) * (1 - sigmoid(v["a2"])),
        "The output has the slope of a sigmoid at a2.",
        "slope at the output",
    ),
    Misconception(
        "delta2",
        "h times one minus h",
        lambda g, v: (v["h"] - g.y) * v["h"] * (1 - v["h"]),
        "The output has the slope h (1 − h).",
        "slope at the output",
    ),
    *BACKWARD_MISCONCEPTIONS,
]

SOLUTION = Solution(
    "mlp/sigmoid-ls", STEPS, hidden=frozenset({"slope1"}), misconceptions=MISCONCEPTIONS, domain=DOMAIN
)
