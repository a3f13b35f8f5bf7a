"""What `mlp/sigmoid-ls` and `mlp/sigmoid-ce` share: 2-2-1 with biases, sigmoid hidden units."""

import numpy as np

from tests.oracles.layers import one_last, relu, sigmoid, slope, with_one
from tests.oracles.solution import Misconception

FORWARD = {
    "a1": lambda g, v: g.W1 @ with_one(g.x),
    "z1": lambda g, v: sigmoid(v["a1"]),
    "a2": lambda g, v: g.W2 @ with_one(v["z1"]),
}

DOMAIN = {"z1": lambda z: bool(np.all((z > 0) & (z < 1)))}

BACKWARD = {
    "dW2": lambda g, v: v["delta2"] * with_one(v["z1"]),
    "new_W2": lambda g, v: g.W2 - g.alpha * v["dW2"],
    "slope1": lambda g, v: v["z1"] * (1 - v["z1"]),
    "delta1": lambda g, v: v["slope1"] * g.W2[1:] * v["delta2"],
    "dW1": lambda g, v: np.outer(v["delta1"], with_one(g.x)),
}


def _delta1(g, v, factor):
    return factor * g.W2[1:] * v["delta2"]


FORWARD_MISCONCEPTIONS = [
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
    Misconception("z1", "no activation", lambda g, v: v["a1"], "The activation is the pre-activation."),
    Misconception("z1", "relu", lambda g, v: relu(v["a1"]), "The hidden units are ReLUs."),
    Misconception("z1", "tanh", lambda g, v: np.tanh(v["a1"]), "The hidden units are hyperbolic tangents."),
    Misconception("z1", "one minus", lambda g, v: 1 - sigmoid(v["a1"]), "The sigmoid is 1 / (1 + exp(a))."),
    Misconception("z1", "one forgotten", lambda g, v: np.exp(v["a1"]), "The sigmoid is 1 / exp(−a)."),
    Misconception("z1", "slope", lambda g, v: slope(v["a1"]), "The activation is the slope of the sigmoid."),
    Misconception(
        "a2", "no bias", lambda g, v: g.W2[1:] @ v["z1"], "The bias has no part in the output.", "bias forward"
    ),
    Misconception(
        "a2", "bias without weight", lambda g, v: 1 + g.W2[1:] @ v["z1"], "The bias is 1 itself, not its weight."
    ),
    Misconception(
        "a2", "bias last", lambda g, v: g.W2 @ one_last(v["z1"]), "The last weight belongs to the bias."
    ),
    Misconception(
        "a2",
        "from pre-activations",
        lambda g, v: g.W2 @ with_one(v["a1"]),
        "The output takes the pre-activations.",
    ),
]

BACKWARD_MISCONCEPTIONS = [
    Misconception(
        "dW2",
        "bias input 0",
        lambda g, v: v["delta2"] * np.array([0.0, *v["z1"]]),
        "A bias has no input.",
        "bias gradient",
    ),
    Misconception(
        "dW2", "bias last", lambda g, v: v["delta2"] * one_last(v["z1"]), "The last weight is the bias."
    ),
    Misconception("dW2", "times the weights", lambda g, v: v["delta2"] * g.W2, "The gradient of W2 is δ2 · W2."),
    Misconception("dW2", "no upstream", lambda g, v: with_one(v["z1"]), "The gradient is the input of the layer."),
    Misconception(
        "dW2", "pre-activations", lambda g, v: v["delta2"] * with_one(v["a1"]), "The input of layer 2 is a1."
    ),
    Misconception("dW2", "sign", lambda g, v: -v["delta2"] * with_one(v["z1"]), "The gradient points downhill."),
    Misconception("new_W2", "uphill", lambda g, v: g.W2 + g.alpha * v["dW2"], "The step goes along the gradient."),
    Misconception("new_W2", "no step size", lambda g, v: g.W2 - v["dW2"], "The whole gradient is subtracted."),
    Misconception("new_W2", "change only", lambda g, v: -g.alpha * v["dW2"], "The new weight is the change."),
    Misconception(
        "new_W2",
        "ten times",
        lambda g, v: g.W2 - 10 * g.alpha * v["dW2"],
        "The decimal point of α is one place off.",
    ),
    Misconception(
        "new_W2", "error for gradient", lambda g, v: g.W2 - g.alpha * v["delta2"], "The error δ2 is the gradient."
    ),
    Misconception(
        "delta1", "sigmoid for slope", lambda g, v: _delta1(g, v, v["z1"]), "The slope of the sigmoid is σ(a)."
    ),
    Misconception(
        "delta1", "slope squared", lambda g, v: _delta1(g, v, v["slope1"] ** 2), "The slope enters twice."
    ),
    Misconception(
        "delta1", "one minus squared", lambda g, v: _delta1(g, v, (1 - v["z1"]) ** 2), "The slope is (1 − σ)²."
    ),
    Misconception(
        "delta1", "one minus", lambda g, v: _delta1(g, v, 1 - v["z1"]), "The slope of the sigmoid is 1 − σ."
    ),
    Misconception(
        "delta1",
        "slope at the activation",
        lambda g, v: _delta1(g, v, slope(v["z1"])),
        "The slope is taken at z1: σ'(z1).",
    ),
    Misconception(
        "delta1", "slope of a", lambda g, v: _delta1(g, v, v["a1"] * (1 - v["a1"])), "The slope is a (1 − a)."
    ),
    Misconception(
        "delta1",
        "slope of tanh",
        lambda g, v: _delta1(g, v, 1 - v["z1"] ** 2),
        "The slope is 1 − z², as for tanh.",
    ),
    Misconception(
        "delta1", "no slope", lambda g, v: _delta1(g, v, 1.0), "The activation passes the error as it is."
    ),
    Misconception(
        "delta1", "without W2", lambda g, v: v["slope1"] * v["delta2"], "The error comes back unweighted."
    ),
    Misconception(
        "delta1", "no upstream", lambda g, v: v["slope1"] * g.W2[1:], "The error at the output is left out."
    ),
    Misconception(
        "delta1",
        "weights off by one",
        lambda g, v: v["slope1"] * g.W2[:2] * v["delta2"],
        "The bias weight is unit 1's.",
    ),
    Misconception(
        "delta1",
        "new weights",
        lambda g, v: v["slope1"] * v["new_W2"][1:] * v["delta2"],
        "The error comes back through the weights after the update.",
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
        "dW1", "times the weights", lambda g, v: v["delta1"][:, None] * g.W1, "The gradient of W1 is δ1 · W1."
    ),
    Misconception(
        "dW1",
        "error of the output",
        lambda g, v: np.outer([v["delta2"]] * 2, with_one(g.x)),
        "The error at the output is that of every unit.",
    ),
    Misconception(
        "dW1", "sign", lambda g, v: -np.outer(v["delta1"], with_one(g.x)), "The gradient points downhill."
    ),
]
