"""`cnn/implement-conv`: a convolutional layer forward and backward, product by product."""

import numpy as np

from tests.oracles.functions import Functions, WrongFunction


def _products(x, kernels, stride, padding):
    """Yield (output place, weight place, image place) of every product that is not with padding."""
    F, C, U, V = kernels.shape
    rows, columns = ((n + 2 * padding - k) // stride + 1 for n, k in zip(x.shape[1:], (U, V), strict=True))
    for f, i, j in np.ndindex(F, rows, columns):
        for c, u, v in np.ndindex(C, U, V):
            m, n = stride * i + u - padding, stride * j + v - padding
            if 0 <= m < x.shape[1] and 0 <= n < x.shape[2]:
                yield (f, i, j), (f, c, u, v), (c, m, n)


def maps(x, kernels, bias, stride, padding):
    rows, columns = (
        (n + 2 * padding - k) // stride + 1 for n, k in zip(x.shape[1:], kernels.shape[2:], strict=True)
    )
    out = np.zeros((len(kernels), rows, columns)) + np.asarray(bias)[:, None, None]
    for place, weight, entry in _products(x, kernels, stride, padding):
        out[place] += kernels[weight] * x[entry]
    return out


def forward(x, kernels, bias, stride, padding, phi):
    return np.asarray(phi(maps(x, kernels, bias, stride, padding)))


def _backward(x, kernels, bias, stride, padding, dz, dphi, *, gate=True, at=lambda o: o, flip=False, dbias="sum",
              dx_of=None, sign=1.0, dk_of=None):  # fmt: skip
    before = maps(x, kernels, bias, stride, padding)
    delta = sign * dz * (np.asarray(dphi(at(before))) if gate else 1.0)
    dx, dk = np.zeros(x.shape), np.zeros(kernels.shape)
    weights = kernels[:, :, ::-1, ::-1] if flip else kernels
    for place, weight, entry in _products(x, kernels, stride, padding):
        dx[entry] += (dz if dx_of == "upstream" else delta)[place] * weights[weight]
        dk[weight] += (dz if dk_of == "upstream" else delta)[place] * x[entry]
    sums = {"sum": delta.sum(axis=(1, 2)), "mean": delta.mean(axis=(1, 2)), "all": np.full(len(delta), delta.sum()),
            "upstream": dz.sum(axis=(1, 2)), "first": delta[:, 0, 0]}  # fmt: skip
    return dx, dk, sums[dbias]


def _flipped(x, K, b, s, p, phi):
    return forward(x, K[:, :, ::-1, ::-1], b, s, p, phi)


def _unpadded(x, K, b, s, p, phi):
    right = forward(x, K, b, s, p, phi)
    padded = np.pad(x, ((0, 0), (p, p), (p, p)), mode="edge")
    return np.asarray(phi(maps(padded, K, b, s, 0))) if p else right


def _first_channel(x, K, b, s, p, phi):
    return forward(x[:1], K[:, :1], b, s, p, phi)


def _bias_each_product(x, K, b, s, p, phi):
    return np.asarray(phi(maps(x, K, np.asarray(b) * x.shape[0], s, p)))


FUNCTIONS = Functions(
    "cnn/implement-conv",
    right={"forward": forward, "backward": lambda *a: _backward(*a)},
    wrong=[
        WrongFunction("forward", "kernels flipped", _flipped),
        WrongFunction("forward", "kernels flipped in one direction", lambda x, K, *r: forward(x, K[:, :, ::-1], *r)),
        WrongFunction("forward", "no activation", lambda x, K, b, s, p, phi: maps(x, K, b, s, p)),
        WrongFunction("forward", "bias forgotten", lambda x, K, b, s, p, phi: forward(x, K, 0 * b, s, p, phi)),
        WrongFunction("forward", "bias after the activation", lambda x, K, b, s, p, phi: (
            forward(x, K, 0 * b, s, p, phi) + np.asarray(b)[:, None, None])),
        WrongFunction("forward", "bias per channel", _bias_each_product),
        WrongFunction("forward", "first channel only", _first_channel),
        WrongFunction("forward", "border repeated", _unpadded),
        WrongFunction("forward", "ReLU whatever is asked", lambda x, K, b, s, p, phi: np.maximum(maps(x, K, b, s, p), 0)),
        WrongFunction("backward", "slope forgotten", lambda *a: _backward(*a, gate=False)),
        WrongFunction("backward", "slope at the output", lambda *a: _backward(*a, at=lambda o: np.maximum(o, 0))),
        WrongFunction("backward", "kernels flipped in dx", lambda *a: _backward(*a, flip=True)),
        WrongFunction("backward", "upstream in dx", lambda *a: _backward(*a, dx_of="upstream")),
        WrongFunction("backward", "upstream in dkernels", lambda *a: _backward(*a, dk_of="upstream")),
        WrongFunction("backward", "upstream in dbias", lambda *a: _backward(*a, dbias="upstream")),
        WrongFunction("backward", "mean in dbias", lambda *a: _backward(*a, dbias="mean")),
        WrongFunction("backward", "one dbias for all", lambda *a: _backward(*a, dbias="all")),
        WrongFunction("backward", "first entry for dbias", lambda *a: _backward(*a, dbias="first")),
        WrongFunction("backward", "sign", lambda *a: _backward(*a, sign=-1.0)),
        WrongFunction("backward", "ReLU's gate whatever is asked", lambda x, K, b, s, p, dz, dphi: _backward(
            x, K, b, s, p, dz, lambda o: (o > 0) * 1.0)),
    ],
)  # fmt: skip
