"""`mlp/backprop`: forward and backward through dense layers, the last one linear."""

import numpy as np

from tests.oracles.functions import Functions, WrongFunction


def _pass(params, x, phi, *, last_linear=True, bias=True):
    """Return the inputs and the pre-activations of every layer, and the output."""
    y, inputs, before = np.asarray(x), [], []
    for number, (A, b) in enumerate(params):
        inputs.append(y)
        before.append(A @ y + (b if bias else 0))
        linear = last_linear and number == len(params) - 1
        y = before[-1] if linear else np.asarray(phi(before[-1]))
    return inputs, before, y


def forward(params, x, phi):
    return _pass(params, x, phi)[2][0]


def _backward(
    params, x, y, phi, dphi, *, sign=1.0, factor=1.0, at=lambda a, z: a, last_slope=False, gate=True,
    through=lambda A: A.T, inputs_of=lambda inputs, before, n: inputs[n], propagate=True,
):  # fmt: skip
    inputs, before, out = _pass(params, x, phi)
    delta = sign * factor * (out - y)
    if last_slope:
        delta = delta * np.asarray(dphi(before[-1]))
    gradients = []
    for number in range(len(params) - 1, -1, -1):
        A, _ = params[number]
        gradients.append((np.outer(delta, inputs_of(inputs, before, number)), delta))
        if number:
            back = through(A) @ delta if propagate else np.ones(A.shape[1]) * delta.sum()
            slope = np.asarray(dphi(at(before[number - 1], inputs[number]))) if gate else 1.0
            delta = back * slope
    return gradients[::-1]


def backward(params, x, y, phi, dphi):
    return _backward(params, x, y, phi, dphi)


def _numeric(params, x, y, phi, dphi):
    """Return central differences of the loss: right but for surrogates of the derivative."""

    def loss(changed):
        return float((_pass(changed, x, phi)[2][0] - y) ** 2 / 2)

    step, gradients = 1e-5, []
    for number in range(len(params)):
        pair = []
        for part in range(2):
            slope = np.zeros(params[number][part].shape)
            for place in np.ndindex(slope.shape):
                values = []
                for move in (step, -step):
                    changed = [[np.array(A), np.array(b)] for A, b in params]
                    changed[number][part][place] += move
                    values.append(loss(changed))
                slope[place] = (values[0] - values[1]) / (2 * step)
            pair.append(slope)
        gradients.append(tuple(pair))
    return gradients


def _first_layer_of_all(params, x, y, phi, dphi):
    right = backward(params, x, y, phi, dphi)
    inputs, _, _ = _pass(params, x, phi)
    return [
        (np.outer(db, np.resize(inputs[0], A.shape[1])), db) for (A, _), (_, db) in zip(params, right, strict=True)
    ]


FUNCTIONS = Functions(
    "mlp/backprop",
    right={"forward": forward, "backward": backward},
    wrong=[
        WrongFunction("forward", "activation at the output", lambda p, x, phi: _pass(p, x, phi, last_linear=False)[2][0]),
        WrongFunction("forward", "biases forgotten", lambda p, x, phi: _pass(p, x, phi, bias=False)[2][0]),
        WrongFunction("forward", "no activation", lambda p, x, phi: _pass(p, x, lambda a: a)[2][0]),
        WrongFunction("forward", "activation before the matrix", lambda p, x, phi: _pass(p, phi(x), phi)[2][0]),
        WrongFunction("backward", "sign", lambda *a: _backward(*a, sign=-1.0)),
        WrongFunction("backward", "doubled", lambda *a: _backward(*a, factor=2.0)),
        WrongFunction("backward", "slope at the activation", lambda *a: _backward(*a, at=lambda a, z: z)),
        WrongFunction("backward", "slope at the output too", lambda *a: _backward(*a, last_slope=True)),
        WrongFunction("backward", "no slopes", lambda *a: _backward(*a, gate=False)),
        WrongFunction("backward", "pre-activations for inputs", lambda *a: _backward(
            *a, inputs_of=lambda inputs, before, n: before[n - 1] if n else inputs[0])),
        WrongFunction("backward", "weights forgotten", lambda *a: _backward(*a, propagate=False)),
        WrongFunction("backward", "size of the weights", lambda *a: _backward(*a, through=lambda A: np.abs(A).T)),
        WrongFunction("backward", "first input for all", _first_layer_of_all),
        WrongFunction("backward", "the derivative itself, by differences", _numeric),
        WrongFunction("backward", "signs of b only", lambda *a: [(dA, -db) for dA, db in _backward(*a)]),
    ],
)  # fmt: skip
