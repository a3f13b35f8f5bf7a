"""`mlp/relu-sgd`: 2-2-1 with biases, ReLU hidden units, a linear output, half the squared error."""

import numpy as np

from tests.oracles.layers import gate, one_last, relu, sigmoid, with_one
from tests.oracles.solution import Misconception, Solution


def _direction(change):
    # A weight that does not move goes nowhere: nothing is written.
    return "decrease" if change < 0 else "increase" if change > 0 else ""


STEPS = {
    "a1": lambda g, v: g.W1 @ with_one(g.x),
    "z1": lambda g, v: relu(v["a1"]),
    "y_hat": lambda g, v: g.W2 @ with_one(v["z1"]),
    "loss": lambda g, v: (g.y - v["y_hat"]) ** 2 / 2,
    "dy_hat": lambda g, v: v["y_hat"] - g.y,
    "dW2": lambda g, v: v["dy_hat"] * with_one(v["z1"]),
    "delta1": lambda g, v: v["dy_hat"] * g.W2[1:] * gate(v["a1"]),
    "dW1": lambda g, v: np.outer(v["delta1"], with_one(g.x)),
    "delta_w": lambda g, v: -v["dW1"][0, 2],
    "direction": lambda g, v: _direction(v["delta_w"]),
}

MISCONCEPTIONS = [
    Misconception(
        "a1",
        "no bias",
        lambda g, v: g.W1[:, 1:] @ g.x,
        "The bias has no part in the pre-activation.",
        "bias forward",
    ),
    Misconception(
        "a1",
        "bias without weight",
        lambda g, v: g.W1[:, 1:] @ g.x + 1,
        "The bias is 1 itself, not 1 times its weight.",
    ),
    Misconception("a1", "bias last", lambda g, v: g.W1 @ one_last(g.x), "The last column belongs to the bias."),
    Misconception(
        "a1",
        "transposed",
        lambda g, v: g.W1[:, 0] + g.W1[:, 1:].T @ g.x,
        "A column holds the weights into a unit.",
    ),
    Misconception(
        "a1",
        "bias subtracted",
        lambda g, v: g.W1[:, 1:] @ g.x - g.W1[:, 0],
        "The bias is a threshold: it is subtracted.",
    ),
    Misconception("a1", "relu at once", lambda g, v: relu(g.W1 @ with_one(g.x)), "a1 is what leaves the unit."),
    Misconception("z1", "no relu", lambda g, v: v["a1"], "The activation is the pre-activation.", "relu forward"),
    Misconception("z1", "absolute value", lambda g, v: np.abs(v["a1"]), "The ReLU takes the sign away."),
    Misconception("z1", "gate", lambda g, v: gate(v["a1"]), "The ReLU is 1 or 0."),
    Misconception("z1", "sigmoid", lambda g, v: sigmoid(v["a1"]), "The hidden units are sigmoids."),
    Misconception("z1", "negative part", lambda g, v: np.minimum(v["a1"], 0), "The ReLU keeps what is below 0."),
    Misconception(
        "y_hat", "no bias", lambda g, v: g.W2[1:] @ v["z1"], "The bias has no part in the output.", "bias forward"
    ),
    Misconception(
        "y_hat",
        "bias without weight",
        lambda g, v: 1 + g.W2[1:] @ v["z1"],
        "The bias is 1 itself, not its weight.",
    ),
    Misconception(
        "y_hat", "bias last", lambda g, v: g.W2 @ one_last(v["z1"]), "The last weight belongs to the bias."
    ),
    Misconception(
        "y_hat",
        "from pre-activations",
        lambda g, v: g.W2 @ with_one(v["a1"]),
        "The output takes the pre-activations.",
        "relu forward",
    ),
    Misconception(
        "y_hat",
        "relu at the output",
        lambda g, v: relu(g.W2 @ with_one(v["z1"])),
        "The output is a ReLU unit too.",
    ),
    Misconception("loss", "no half", lambda g, v: (g.y - v["y_hat"]) ** 2, "The factor ½ is left out.", "half"),
    Misconception("loss", "not squared", lambda g, v: abs(g.y - v["y_hat"]) / 2, "The distance is not squared."),
    Misconception("loss", "negative", lambda g, v: -((g.y - v["y_hat"]) ** 2) / 2, "A loss is negative."),
    Misconception(
        "loss", "difference of squares", lambda g, v: (g.y**2 - v["y_hat"] ** 2) / 2, "(y − ŷ)² is y² − ŷ²."
    ),
    Misconception("dy_hat", "sign", lambda g, v: g.y - v["y_hat"], "The gradient is y − ŷ."),
    Misconception(
        "dy_hat",
        "doubled",
        lambda g, v: 2 * (v["y_hat"] - g.y),
        "The 2 of the square stays though ½ cancels it.",
        "half",
    ),
    Misconception("dy_hat", "sign and doubled", lambda g, v: 2 * (g.y - v["y_hat"]), "The gradient is 2 (y − ŷ)."),
    Misconception("dy_hat", "halved", lambda g, v: (v["y_hat"] - g.y) / 2, "The ½ stays and the 2 is forgotten."),
    Misconception(
        "dW2",
        "bias input 0",
        lambda g, v: v["dy_hat"] * np.array([0.0, *v["z1"]]),
        "A bias has no input.",
        "bias gradient",
    ),
    Misconception(
        "dW2", "bias last", lambda g, v: v["dy_hat"] * one_last(v["z1"]), "The last weight is the bias."
    ),
    Misconception("dW2", "times the weights", lambda g, v: v["dy_hat"] * g.W2, "The gradient of W2 is dŷ · W2."),
    Misconception("dW2", "no upstream", lambda g, v: with_one(v["z1"]), "The gradient is the input of the layer."),
    Misconception(
        "dW2",
        "pre-activations",
        lambda g, v: v["dy_hat"] * with_one(v["a1"]),
        "The input of layer 2 is a1.",
        "relu forward",
    ),
    Misconception(
        "delta1", "no gate", lambda g, v: v["dy_hat"] * g.W2[1:], "The ReLU lets every gradient through.", "gate"
    ),
    Misconception(
        "delta1", "times z", lambda g, v: v["dy_hat"] * g.W2[1:] * v["z1"], "The slope of the ReLU is its value."
    ),
    Misconception(
        "delta1", "without W2", lambda g, v: v["dy_hat"] * gate(v["a1"]), "The error comes back unweighted."
    ),
    Misconception(
        "delta1", "no upstream", lambda g, v: g.W2[1:] * gate(v["a1"]), "The error at the output is left out."
    ),
    Misconception(
        "delta1",
        "weights off by one",
        lambda g, v: v["dy_hat"] * g.W2[:2] * gate(v["a1"]),
        "The bias weight is unit 1's.",
    ),
    Misconception(
        "delta1",
        "gate reversed",
        lambda g, v: v["dy_hat"] * g.W2[1:] * gate(-v["a1"]),
        "The gradient passes where a ≤ 0.",
    ),
    Misconception(
        "dW1",
        "bias input 0",
        lambda g, v: np.outer(v["delta1"], [0.0, *g.x]),
        "A bias has no input.",
        "bias gradient",
    ),
    Misconception(
        "dW1", "bias last", lambda g, v: np.outer(v["delta1"], one_last(g.x)), "The last column is the bias."
    ),
    Misconception(
        "dW1", "times the weights", lambda g, v: v["delta1"][:, None] * g.W1, "The gradient of W1 is δ · W1."
    ),
    Misconception(
        "dW1",
        "gate forgotten",
        lambda g, v: np.outer(v["dy_hat"] * g.W2[1:], with_one(g.x)),
        "The gate is left out of the gradient.",
        "gate",
    ),
    Misconception("delta_w", "uphill", lambda g, v: v["dW1"][0, 2], "The step goes along the gradient.", "uphill"),
    Misconception(
        "delta_w", "index transposed", lambda g, v: -v["dW1"][1, 1], "The weight from x1 to unit 2 is meant."
    ),
    Misconception(
        "delta_w",
        "index transposed, no gate",
        lambda g, v: -v["dy_hat"] * g.W2[2] * g.x[0],
        "The weight from x1 to unit 2 is meant, and its unit lets every gradient through.",
    ),
    Misconception(
        "delta_w", "bias not counted", lambda g, v: -v["dW1"][0, 1], "Column 2 is x2's: the bias is no column."
    ),
    Misconception(
        "direction",
        "sign of the gradient",
        lambda g, v: _direction(-v["delta_w"]),
        "The weight goes where the gradient points.",
        "uphill",
    ),
]

SOLUTION = Solution("mlp/relu-sgd", STEPS, misconceptions=MISCONCEPTIONS)
