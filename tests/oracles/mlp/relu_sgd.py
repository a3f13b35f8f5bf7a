"""`mlp/relu-sgd`: 2-2-1 with biases, ReLU hidden units, linear output, half the squared error."""

import numpy as np

from tests.oracles.solution import Misconception, Solution


def ones_before(x):
    """Return (1, x): the bias unit comes first."""
    return np.concatenate([[1.0], x])


STEPS = {
    "a1": lambda g, v: np.array([sum(w * u for w, u in zip(row, ones_before(g.x), strict=True)) for row in g.W1]),
    "z1": lambda g, v: np.where(v["a1"] > 0, v["a1"], 0.0),
    "y_hat": lambda g, v: g.W2 @ ones_before(v["z1"]),
    "loss": lambda g, v: (g.y - v["y_hat"]) ** 2 / 2,
    "dy_hat": lambda g, v: v["y_hat"] - g.y,
    "dW2": lambda g, v: v["dy_hat"] * ones_before(v["z1"]),
    "delta1": lambda g, v: np.where(v["a1"] > 0, v["dy_hat"] * g.W2[1:], 0.0),
    "dW1": lambda g, v: v["delta1"][:, None] * ones_before(g.x)[None, :],
    "delta_w": lambda g, v: -v["dW1"][0, 2],
    "direction": lambda g, v: "decrease" if v["delta_w"] < 0 else "increase",
}

MISCONCEPTIONS = [
    Misconception("a1", "no bias", lambda g, v: g.W1[:, 1:] @ g.x, "The bias has no part in the pre-activation."),
]

SOLUTION = Solution("mlp/relu-sgd", STEPS, misconceptions=MISCONCEPTIONS)
