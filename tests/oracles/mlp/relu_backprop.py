"""`mlp/relu-backprop`: 1-2-2-1 without biases, two layers of ReLU, a linear output, the squared error."""

import numpy as np

from tests.oracles.layers import gate, relu, sigmoid
from tests.oracles.solution import Misconception, Solution

STEPS = {
    "a1": lambda g, v: g.W1 * g.x,
    "h1": lambda g, v: relu(v["a1"]),
    "a2": lambda g, v: g.W2 @ v["h1"],
    "h2": lambda g, v: relu(v["a2"]),
    "y_hat": lambda g, v: g.W3 @ v["h2"],
    "loss": lambda g, v: (g.y - v["y_hat"]) ** 2,
    "dy_hat": lambda g, v: 2 * (v["y_hat"] - g.y),
    "dW3": lambda g, v: v["dy_hat"] * v["h2"],
    "delta2": lambda g, v: v["dy_hat"] * g.W3 * gate(v["a2"]),
    "dW2": lambda g, v: np.outer(v["delta2"], v["h1"]),
    "delta1": lambda g, v: (g.W2.T @ v["delta2"]) * gate(v["a1"]),
    "dW1": lambda g, v: v["delta1"] * g.x,
    "new_W1": lambda g, v: g.W1 - g.eta * v["dW1"],
    "new_W2": lambda g, v: g.W2 - g.eta * v["dW2"],
    "new_W3": lambda g, v: g.W3 - g.eta * v["dW3"],
}


def _updates(layer, error, errors):
    new, gradient = f"new_{layer}", f"d{layer}"
    return [
        Misconception(
            new,
            "uphill",
            lambda g, v: getattr(g, layer) + g.eta * v[gradient],
            "The step goes along the gradient.",
            "uphill",
        ),
        Misconception(
            new,
            "ten times",
            lambda g, v: getattr(g, layer) - 10 * g.eta * v[gradient],
            "The decimal point of η is one place off.",
            "ten times",
        ),
        Misconception(
            new,
            "no step size",
            lambda g, v: getattr(g, layer) - v[gradient],
            "The whole gradient is subtracted.",
            "no step size",
        ),
        Misconception(
            new,
            "change only",
            lambda g, v: -g.eta * v[gradient],
            "The new weight is the change.",
            "change only",
        ),
        Misconception(
            new,
            "error for gradient",
            lambda g, v: getattr(g, layer) - g.eta * errors(v[error]),
            "The local error is the gradient.",
            "error for gradient",
        ),
    ]


MISCONCEPTIONS = [
    Misconception("a1", "divided", lambda g, v: g.W1 / g.x, "The input is divided by."),
    Misconception(
        "h1", "no relu", lambda g, v: v["a1"], "The activation is the pre-activation.", "relu forward 1"
    ),
    Misconception("h1", "absolute value", lambda g, v: np.abs(v["a1"]), "The ReLU takes the sign away."),
    Misconception("h1", "sigmoid", lambda g, v: sigmoid(v["a1"]), "The hidden units are sigmoids."),
    Misconception("a2", "transposed", lambda g, v: g.W2.T @ v["h1"], "A column holds the weights into a unit."),
    Misconception(
        "a2", "from pre-activations", lambda g, v: g.W2 @ v["a1"], "Layer 2 takes a1.", "relu forward 1"
    ),
    Misconception(
        "h2", "no relu", lambda g, v: v["a2"], "The activation is the pre-activation.", "relu forward 2"
    ),
    Misconception("h2", "absolute value", lambda g, v: np.abs(v["a2"]), "The ReLU takes the sign away."),
    Misconception(
        "y_hat", "from pre-activations", lambda g, v: g.W3 @ v["a2"], "The output takes a2.", "relu forward 2"
    ),
    Misconception("y_hat", "unweighted", lambda g, v: v["h2"].sum(), "The output is the sum of the units."),
    Misconception(
        "loss", "half", lambda g, v: (g.y - v["y_hat"]) ** 2 / 2, "The loss has a factor ½, as elsewhere.", "half"
    ),
    Misconception("loss", "not squared", lambda g, v: abs(g.y - v["y_hat"]), "The distance is not squared."),
    Misconception("loss", "negative", lambda g, v: -((g.y - v["y_hat"]) ** 2), "A loss is negative."),
    Misconception(
        "dy_hat", "2 forgotten", lambda g, v: v["y_hat"] - g.y, "The 2 of the square is left out.", "half"
    ),
    Misconception("dy_hat", "sign", lambda g, v: 2 * (g.y - v["y_hat"]), "The gradient is 2 (y − ŷ)."),
    Misconception("dy_hat", "sign, 2 forgotten", lambda g, v: g.y - v["y_hat"], "The gradient is y − ŷ."),
    Misconception("dW3", "times the weights", lambda g, v: v["dy_hat"] * g.W3, "The gradient of W3 is dŷ · W3."),
    Misconception("dW3", "no upstream", lambda g, v: v["h2"], "The gradient is the input of the layer."),
    Misconception("dW3", "pre-activations", lambda g, v: v["dy_hat"] * v["a2"], "The input of layer 3 is a2."),
    Misconception(
        "delta2", "no gate", lambda g, v: v["dy_hat"] * g.W3, "The ReLU lets every gradient through.", "gate 2"
    ),
    Misconception(
        "delta2",
        "gate of the wrong layer",
        lambda g, v: v["dy_hat"] * g.W3 * gate(v["a1"]),
        "The gate is that of a1.",
    ),
    Misconception(
        "delta2", "times h", lambda g, v: v["dy_hat"] * g.W3 * v["h2"], "The slope of the ReLU is its value."
    ),
    Misconception(
        "delta2", "without W3", lambda g, v: v["dy_hat"] * gate(v["a2"]), "The error comes back unweighted."
    ),
    Misconception(
        "delta2", "no upstream", lambda g, v: g.W3 * gate(v["a2"]), "The error at the output is left out."
    ),
    Misconception(
        "dW2", "transposed", lambda g, v: np.outer(v["h1"], v["delta2"]), "The gradient has a row for each input."
    ),
    Misconception(
        "dW2", "times the weights", lambda g, v: v["delta2"][:, None] * g.W2, "The gradient of W2 is δ2 · W2."
    ),
    Misconception(
        "dW2", "pre-activations", lambda g, v: np.outer(v["delta2"], v["a1"]), "The input of layer 2 is a1."
    ),
    Misconception(
        "dW2",
        "outputs of the layer",
        lambda g, v: np.outer(v["delta2"], v["h2"]),
        "The error is multiplied by h2.",
    ),
    Misconception(
        "delta1", "no gate", lambda g, v: g.W2.T @ v["delta2"], "The ReLU lets every gradient through.", "gate 1"
    ),
    Misconception(
        "delta1",
        "transposed",
        lambda g, v: (g.W2 @ v["delta2"]) * gate(v["a1"]),
        "The error comes back through W2.",
    ),
    Misconception(
        "delta1",
        "gate of the wrong layer",
        lambda g, v: (g.W2.T @ v["delta2"]) * gate(v["a2"]),
        "The gate is that of a2.",
    ),
    Misconception(
        "delta1", "times h", lambda g, v: (g.W2.T @ v["delta2"]) * v["h1"], "The slope of the ReLU is its value."
    ),
    Misconception(
        "delta1", "without W2", lambda g, v: v["delta2"] * gate(v["a1"]), "The error comes back unweighted."
    ),
    Misconception(
        "delta1",
        "errors added up",
        lambda g, v: np.sum(v["delta2"]) * gate(v["a1"]),
        "A unit gets all errors of the layer after it, unweighted.",
    ),
    Misconception("dW1", "times the weights", lambda g, v: v["delta1"] * g.W1, "The gradient of W1 is δ1 · W1."),
    Misconception("dW1", "without the input", lambda g, v: v["delta1"], "The gradient is the error of the unit."),
    *_updates("W1", "delta1", lambda d: d),
    *_updates("W2", "delta2", lambda d: d[:, None])[:3],
    *_updates("W3", "dy_hat", lambda d: d)[:3],
    *(
        Misconception(
            f"new_{name}",
            "the change",
            lambda g, v, name=name: -g.eta * v[f"d{name}"],
            "The change of the weights is asked.",
        )
        for name in ("W2", "W3")
    ),
]

SOLUTION = Solution("mlp/relu-backprop", STEPS, misconceptions=MISCONCEPTIONS)
