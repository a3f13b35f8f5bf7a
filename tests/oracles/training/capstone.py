"""`training/capstone`: the counts and rates that are worked out before the training."""

import math

import numpy as np

from tests.oracles.solution import Misconception, Solution


def _int(value):
    return np.asarray(round(float(value)))


def _convolution(inputs, filters, *, side=3, biases=1.0, area=True):
    """Count the weights of a convolution: a kernel of side² for each input channel, and biases a filter."""
    return filters * (inputs * (side**2 if area else side) + biases)


def _cnn(g, *, dense_side=2, biases=1.0, inputs=1, channels=None, extra=0, area=True, dense_biases=10, dense=True):
    """Count 1×8×8 → conv → 8×8 → pool → 4×4 → conv → 4×4 → pool → 2×2 → dense, with one thing changed."""
    first, second = g.filters
    convolutions = _convolution(inputs, first, biases=biases, area=area) + _convolution(
        first if channels is None else channels, second, biases=biases, area=area
    )
    last = (second * dense_side**2 * 10 + dense_biases) if dense else 0
    return _int(convolutions + last + extra)


LENET = {
    "c1": 6 * (1 * 25 + 1),
    "c3": 16 * (6 * 25 + 1),
    "c5": 120 * (16 * 25 + 1),
    "f6": 84 * (120 + 1),
    "out": 10 * (84 + 1),
}


def _lenet(**changed):
    return _int(sum({**LENET, **changed}.values()))


def _mlp(g, *, inputs=64, hidden_biases=None, out_biases=10):
    hidden_biases = g.hidden if hidden_biases is None else hidden_biases
    return _int(inputs * g.hidden + hidden_biases + g.hidden * 10 + out_biases)


STEPS = {
    "cnn_params": lambda g, v: _cnn(g),
    "lenet_params": lambda g, v: _lenet(),
    "mlp_params": lambda g, v: _mlp(g),
    "updates": lambda g, v: _int(g.examples // g.batch),
    "initial_loss": lambda g, v: np.log(10.0),
    "step_size": lambda g, v: g.eta / (1 - g.beta),
    "decay": lambda g, v: (1 - 2 * g.eta * g.alpha) ** (g.epochs * v["updates"]),
    "errors": lambda g, v: _int((3 * g.tests) // 100),
}

MISCONCEPTIONS = [
    Misconception(
        "cnn_params", "no biases", lambda g, v: _cnn(g, biases=0, dense_biases=0), "Biases do not count."
    ),
    Misconception(
        "cnn_params", "biases of the dense layer only", lambda g, v: _cnn(g, biases=0), "Kernels have no biases."
    ),
    Misconception(
        "cnn_params",
        "no bias in the dense layer",
        lambda g, v: _cnn(g, dense_biases=0),
        "The dense layer has no biases.",
    ),
    Misconception(
        "cnn_params", "one bias in the dense layer", lambda g, v: _cnn(g, dense_biases=1), "A layer has one bias."
    ),
    Misconception(
        "cnn_params", "second pool forgotten", lambda g, v: _cnn(g, dense_side=4), "The maps end at 4 × 4."
    ),
    Misconception("cnn_params", "no pools", lambda g, v: _cnn(g, dense_side=8), "The maps stay 8 × 8."),
    Misconception(
        "cnn_params", "padding forgotten", lambda g, v: _cnn(g, dense_side=1), "8, 6, 3, 1: the maps shrink."
    ),
    Misconception(
        "cnn_params",
        "input channels forgotten",
        lambda g, v: _cnn(g, channels=1),
        "A kernel has 9 weights, whatever comes in.",
    ),
    Misconception("cnn_params", "three colours", lambda g, v: _cnn(g, inputs=3), "Images have three channels."),
    Misconception(
        "cnn_params", "side for area", lambda g, v: _cnn(g, area=False), "A 3 × 3 kernel has 3 weights."
    ),
    Misconception(
        "cnn_params", "dense layer forgotten", lambda g, v: _cnn(g, dense=False), "Only kernels are counted."
    ),
    Misconception(
        "cnn_params",
        "pools with weights",
        lambda g, v: _cnn(g, extra=2 * g.filters.sum()),
        "A pool has a coefficient and a bias for each map.",
    ),
    Misconception(
        "lenet_params",
        "trainable pools",
        lambda g, v: _lenet(s2=12, s4=32),
        "The pools have a coefficient and a bias.",
    ),
    Misconception("lenet_params", "sparse C3", lambda g, v: _lenet(c3=1516), "C3 has the historic table: 60 806."),
    Misconception(
        "lenet_params",
        "sparse C3, trainable pools",
        lambda g, v: _lenet(c3=1516, s2=12, s4=32),
        "The historic net: 60 850.",
    ),
    Misconception("lenet_params", "no biases", lambda g, v: _int(61_706 - 236), "Biases do not count."),
    Misconception(
        "lenet_params",
        "input channels forgotten in C3",
        lambda g, v: _lenet(c3=16 * 26),
        "A C3 kernel has 25 weights.",
    ),
    Misconception(
        "lenet_params",
        "input channels forgotten in C5",
        lambda g, v: _lenet(c5=120 * 26),
        "A C5 kernel has 25 weights.",
    ),
    Misconception("lenet_params", "output forgotten", lambda g, v: _lenet(out=0), "The network ends with F6."),
    Misconception(
        "lenet_params", "output from C5", lambda g, v: _lenet(out=1210), "The output sees the 120 units of C5."
    ),
    Misconception(
        "lenet_params",
        "one bias in F6 and out",
        lambda g, v: _lenet(f6=120 * 84 + 1, out=841),
        "A dense layer has one bias.",
    ),
    Misconception(
        "mlp_params", "no biases", lambda g, v: _mlp(g, hidden_biases=0, out_biases=0), "Biases do not count."
    ),
    Misconception(
        "mlp_params",
        "one bias a layer",
        lambda g, v: _mlp(g, hidden_biases=1, out_biases=1),
        "A layer has one bias.",
    ),
    Misconception(
        "mlp_params", "hidden biases only", lambda g, v: _mlp(g, out_biases=0), "The output layer has no biases."
    ),
    Misconception(
        "mlp_params",
        "output biases only",
        lambda g, v: _mlp(g, hidden_biases=0),
        "The hidden layer has no biases.",
    ),
    Misconception("mlp_params", "28 × 28 inputs", lambda g, v: _mlp(g, inputs=784), "Digits have 784 pixels."),
    Misconception("mlp_params", "8 inputs", lambda g, v: _mlp(g, inputs=8), "An 8 × 8 image has 8 inputs."),
    Misconception("mlp_params", "product", lambda g, v: _int(64 * g.hidden * 10), "The sizes are multiplied."),
    Misconception("mlp_params", "units", lambda g, v: _int(64 + g.hidden + 10), "A parameter is a unit."),
    Misconception(
        "updates",
        "rounded up",
        lambda g, v: _int(math.ceil(g.examples / g.batch)),
        "The last, smaller batch counts.",
    ),
    Misconception(
        "updates",
        "tests too",
        lambda g, v: _int((g.examples + g.tests) // g.batch),
        "All images are trained on, the tests too.",
    ),
    Misconception(
        "updates", "all epochs", lambda g, v: _int(g.epochs * (g.examples // g.batch)), "All epochs are meant."
    ),
    Misconception("updates", "one an image", lambda g, v: _int(g.examples), "There is an update for every image."),
    Misconception(
        "updates", "size of a batch", lambda g, v: _int(g.batch), "There are as many updates as images in a batch."
    ),
    Misconception("updates", "tests only", lambda g, v: _int(g.tests // g.batch), "The test images are divided."),
    Misconception("initial_loss", "log base 10", lambda g, v: np.array(1.0), "log has the base 10."),
    Misconception("initial_loss", "log base 2", lambda g, v: np.log2(10.0), "log has the base 2."),
    Misconception(
        "initial_loss", "sign", lambda g, v: -np.log(10.0), "The minus before the logarithm is left out."
    ),
    Misconception("initial_loss", "probability", lambda g, v: np.array(0.1), "The loss is the probability."),
    Misconception("initial_loss", "one minus", lambda g, v: np.array(0.9), "The loss is 1 − p."),
    Misconception("initial_loss", "weighted", lambda g, v: np.log(10.0) / 10, "The loss is −p ln p."),
    Misconception(
        "initial_loss", "two classes", lambda g, v: np.log(2.0), "There are two classes: right and wrong."
    ),
    Misconception(
        "initial_loss", "summed", lambda g, v: 10 * np.log(10.0), "The losses of the classes are added."
    ),
    Misconception("step_size", "without momentum", lambda g, v: g.eta, "The step stays η."),
    Misconception("step_size", "damped", lambda g, v: g.eta * (1 - g.beta), "The step shrinks to η (1 − β)."),
    Misconception("step_size", "one step only", lambda g, v: g.eta * (1 + g.beta), "Only the last step is added."),
    Misconception(
        "step_size", "momentum part only", lambda g, v: g.eta * g.beta / (1 - g.beta), "The sum begins with β."
    ),
    Misconception("step_size", "sign of β", lambda g, v: g.eta / (1 + g.beta), "The sum of βⁿ is 1 / (1 + β)."),
    Misconception("step_size", "η forgotten", lambda g, v: 1 / (1 - g.beta), "The sum of βⁿ is the step."),
    Misconception("step_size", "over β", lambda g, v: g.eta / g.beta, "The step is η over β."),
    Misconception("step_size", "times β", lambda g, v: g.eta * g.beta, "The step is η β."),
    Misconception(
        "decay", "one update", lambda g, v: 1 - 2 * g.eta * g.alpha, "The factor of one update is asked for."
    ),
    Misconception(
        "decay",
        "epochs only",
        lambda g, v: (1 - 2 * g.eta * g.alpha) ** g.epochs,
        "A weight decays once an epoch.",
    ),
    Misconception(
        "decay", "one epoch", lambda g, v: (1 - 2 * g.eta * g.alpha) ** v["updates"], "One epoch is asked for."
    ),
    Misconception(
        "decay", "linear", lambda g, v: 1 - 2 * g.eta * g.alpha * g.epochs * v["updates"], "The losses are added."
    ),
    Misconception(
        "decay",
        "share lost",
        lambda g, v: 1 - (1 - 2 * g.eta * g.alpha) ** (g.epochs * v["updates"]),
        "The share that is lost is asked for.",
    ),
    Misconception(
        "decay",
        "2 forgotten",
        lambda g, v: (1 - g.eta * g.alpha) ** (g.epochs * v["updates"]),
        "The gradient of α‖w‖² is α w.",
    ),
    Misconception(
        "decay",
        "η forgotten",
        lambda g, v: (1 - 2 * g.alpha) ** (g.epochs * v["updates"]),
        "The decay does not depend on the step size.",
    ),
    Misconception(
        "decay",
        "with momentum",
        lambda g, v: (1 - 2 * g.alpha * g.eta / (1 - g.beta)) ** (g.epochs * v["updates"]),
        "The step is that of momentum in the long run.",
    ),
    Misconception(
        "decay",
        "growth",
        lambda g, v: (1 + 2 * g.eta * g.alpha) ** (g.epochs * v["updates"]),
        "The penalty is added to the weight.",
    ),
    Misconception(
        "errors", "rounded up", lambda g, v: _int((3 * g.tests) // 100 + 1), "A part of an image counts."
    ),
    Misconception(
        "errors", "right ones", lambda g, v: _int((97 * g.tests) // 100), "The images to get right are asked for."
    ),
    Misconception(
        "errors",
        "all others",
        lambda g, v: _int(g.tests - (3 * g.tests) // 100),
        "What is left when the errors are taken off is asked for.",
    ),
    Misconception(
        "errors",
        "training images",
        lambda g, v: _int((3 * g.examples) // 100),
        "The errors are those on the training images.",
    ),
    Misconception("errors", "per cent", lambda g, v: _int(3), "97 % allows 3 errors."),
]

SOLUTION = Solution("training/capstone", STEPS, misconceptions=MISCONCEPTIONS)
