"""Backpropagation in numpy, and the ways people get it wrong."""

import numpy as np

from tests.oracles.functions import Functions, Wrong


def run(params, x, phi):
    """Return the inputs of all layers and their pre-activations; the last layer is linear."""
    inputs, pre = [np.asarray(x, float)], []
    for number, (A, b) in enumerate(params, start=1):
        pre.append(A @ inputs[-1] + b)
        inputs.append(pre[-1] if number == len(params) else np.asarray(phi(pre[-1]), float))
    return inputs, pre


def forward(params, x, phi):
    return run(params, x, phi)[0][-1][0]


def errors(
    params,
    x,
    y,
    phi,
    dphi,
    slope=lambda dphi, pre, out: dphi(pre),
    residual=lambda f, y: f - y,
    last=lambda dphi, pre: np.ones(1),
    back=lambda A, delta: A.T @ delta,
):
    """Return the inputs of all layers and the errors at their pre-activations; the last arguments make it wrong."""
    inputs, pre = run(params, x, phi)
    delta = np.asarray(last(dphi, pre[-1]), float) * residual(inputs[-1], y)
    deltas = [delta]
    for number in range(len(params) - 1, 0, -1):
        delta = back(params[number][0], delta) * np.asarray(slope(dphi, pre[number - 1], inputs[number]), float)
        deltas.insert(0, delta)
    return inputs, deltas


def backward(params, x, y, phi, dphi, **how):
    inputs, deltas = errors(params, x, y, phi, dphi, **how)
    return [(np.outer(delta, before), delta) for delta, before in zip(deltas, inputs, strict=False)]


def wrong_backward(**how):
    return lambda params, x, y, phi, dphi: backward(params, x, y, phi, dphi, **how)


def changed(change):
    """Change every pair of a right result: change(dA, db)."""
    return lambda *arguments: [change(dA, db) for dA, db in backward(*arguments)]


def true_slope(phi):
    """Return the derivative of an activation that is known by its values: what automatic differentiation gives."""
    at_zero, at_minus_two = float(phi(0.0)), float(phi(-2.0))
    if abs(at_zero - 0.5) < 1e-6:
        return lambda a: np.exp(-a) / (1 + np.exp(-a)) ** 2
    if at_minus_two == 0:
        return lambda a: np.where(a > 0, 1.0, 0.0)
    return lambda a: 1 - np.tanh(a) ** 2


def automatic(params, x, y, phi, dphi):
    return backward(params, x, y, phi, true_slope(phi))


def wrong_forward(hidden=lambda phi, a: phi(a), last=lambda phi, a: a, bias=lambda b: b, start=lambda phi, x: x):
    def forward(params, x, phi):
        y = start(phi, np.asarray(x, float))
        for number, (A, b) in enumerate(params, start=1):
            a = A @ y + bias(b)
            y = np.asarray((last if number == len(params) else hidden)(phi, a), float)
        return y[0]

    return forward


def outputs_for_inputs(params, x, y, phi, dphi):
    """Each dA takes the layer's own output, as long as it has its input's size."""
    inputs, deltas = errors(params, x, y, phi, dphi)
    return [
        (np.outer(delta, np.resize(inputs[number + 1], len(inputs[number]))), delta)
        for number, delta in enumerate(deltas)
    ]


def pre_activations_for_inputs(params, x, y, phi, dphi):
    _, deltas = errors(params, x, y, phi, dphi)
    inputs = [np.asarray(x, float), *run(params, x, phi)[1]]
    return [(np.outer(delta, before), delta) for delta, before in zip(deltas, inputs, strict=False)]


def gate_of_the_layer_above(params, x, y, phi, dphi):
    inputs, pre = run(params, x, phi)
    delta = inputs[-1] - y
    deltas = [delta]
    for number in range(len(params) - 1, 0, -1):
        gate = np.resize(np.asarray(dphi(pre[number]), float), len(pre[number - 1]))
        delta = params[number][0].T @ delta * gate
        deltas.insert(0, delta)
    return [(np.outer(delta, before), delta) for delta, before in zip(deltas, inputs, strict=False)]


def updated_weights(params, x, y, phi, dphi):
    """Each layer is updated before the error goes through it."""
    inputs, pre = run(params, x, phi)
    delta = inputs[-1] - y
    found = [(np.outer(delta, inputs[-2]), delta)]
    for number in range(len(params) - 1, 0, -1):
        A = params[number][0] - 0.1 * found[0][0]
        delta = A.T @ delta * np.asarray(dphi(pre[number - 1]), float)
        found.insert(0, (np.outer(delta, inputs[number - 1]), delta))
    return found


WRONG_FORWARDS = [
    Wrong("activation at the output", wrong_forward(last=lambda phi, a: phi(a)), "every layer has an activation"),
    Wrong("no biases", wrong_forward(bias=lambda b: 0 * b), "the biases are left out"),
    Wrong("biases subtracted", wrong_forward(bias=lambda b: -b), "a bias is a threshold"),
    Wrong("bias after the activation", lambda params, x, phi: late_bias(params, x, phi), "b is added to φ"),
    Wrong("no activation", wrong_forward(hidden=lambda phi, a: a), "the hidden layers are linear"),
    Wrong(
        "input activated", wrong_forward(start=lambda phi, x: np.asarray(phi(x))), "the input is activated, too"
    ),
    Wrong(
        "activation twice", wrong_forward(hidden=lambda phi, a: phi(phi(a))), "activated at both ends of a layer"
    ),
    Wrong("first layer alone", lambda params, x, phi: activated_once(params, x, phi), "only layer 1 is activated"),
    Wrong(
        "last layer skipped",
        lambda params, x, phi: np.sum(run(params, x, phi)[0][-2]),
        "the last sum has no weights",
    ),
    Wrong("sigmoid always", lambda params, x, phi: forward(params, x, lambda a: 1 / (1 + np.exp(-a))), "φ is σ"),
    Wrong(
        "last bias missing",
        lambda params, x, phi: forward(params, x, phi) - params[-1][1][0],
        "no bias at the output",
    ),
]


def late_bias(params, x, phi):
    y = np.asarray(x, float)
    for number, (A, b) in enumerate(params, start=1):
        y = A @ y + b if number == len(params) else np.asarray(phi(A @ y), float) + b
    return y[0]


def activated_once(params, x, phi):
    y = np.asarray(phi(params[0][0] @ x + params[0][1]), float)
    for A, b in params[1:]:
        y = A @ y + b
    return y[0]


WRONG_BACKWARDS = [
    Wrong("automatic", automatic, "the derivative passed in is not used"),
    Wrong(
        "slope at the activation",
        wrong_backward(slope=lambda dphi, pre, out: dphi(out)),
        "φ' is taken at y_l",
    ),
    Wrong("no slope", wrong_backward(slope=lambda dphi, pre, out: 1.0), "the slopes are left out"),
    Wrong(
        "slope squared",
        wrong_backward(slope=lambda dphi, pre, out: np.square(dphi(pre))),
        "the slope counts twice",
    ),
    Wrong("slope at the output", wrong_backward(last=lambda dphi, pre: dphi(pre)), "the last layer is activated"),
    Wrong("sign turned", wrong_backward(residual=lambda f, y: y - f), "target minus output"),
    Wrong("doubled", wrong_backward(residual=lambda f, y: 2 * (f - y)), "the loss has no factor ½"),
    Wrong("halved", wrong_backward(residual=lambda f, y: (f - y) / 2), "the ½ stays, the 2 is lost"),
    Wrong("no residual", wrong_backward(residual=lambda f, y: 1.0), "the gradient of f, not of the loss"),
    Wrong(
        "loss for residual", wrong_backward(residual=lambda f, y: (f - y) ** 2 / 2), "the loss itself goes back"
    ),
    Wrong("own outputs", outputs_for_inputs, "dA takes the layer's output"),
    Wrong("pre-activations", pre_activations_for_inputs, "dA takes pre-activations"),
    Wrong("gate of the layer above", gate_of_the_layer_above, "φ' is that of the layer above"),
    Wrong("updated weights", updated_weights, "a layer is updated before the error passes it"),
    Wrong("no weights", wrong_backward(back=lambda A, delta: np.full(A.shape[1], np.sum(delta))), "errors add up"),
    Wrong("no bias gradient", changed(lambda dA, db: (dA, 0 * db)), "biases have no gradient"),
    Wrong("bias gradient 1", changed(lambda dA, db: (dA, np.ones_like(db))), "the slope of a bias is 1"),
    Wrong(
        "transposed",
        changed(lambda dA, db: (dA.T if dA.shape[0] == dA.shape[1] else dA, db)),
        "dA is y δᵀ where the shape allows it",
    ),
    Wrong(
        "weights not transposed",
        wrong_backward(back=lambda A, delta: A @ delta if A.shape[0] == A.shape[1] else A.T @ delta),
        "the error goes back by A, where the shape allows it",
    ),
]

FUNCTIONS = Functions(
    "mlp/backprop",
    right={"forward": forward, "backward": backward},
    wrong={"forward": WRONG_FORWARDS, "backward": WRONG_BACKWARDS},
)
