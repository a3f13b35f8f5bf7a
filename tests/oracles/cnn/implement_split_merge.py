"""`cnn/implement-split-merge`: the sum of bottleneck paths, and the same as one chain with a grouped convolution."""

import numpy as np

from tests.oracles.cnn.implement_conv import maps
from tests.oracles.functions import Functions, WrongFunction


def _relu(a):
    return np.maximum(a, 0.0)


def _path(x, params, *, inner=_relu, last=lambda a: a, padding=1, biases=(1, 1, 1)):
    K1, b1, K2, b2, K3, b3 = params
    h = inner(maps(x, K1, biases[0] * b1, 1, 0))
    h = inner(maps(h, K2, biases[1] * b2, 1, padding))
    return last(maps(h, K3, biases[2] * b3, 1, 0))


def merged(x, params):
    return sum(_path(x, one) for one in params)


def _grouped(params, *, b3=lambda parts: sum(parts), K3=lambda parts: np.concatenate(parts, axis=1), order=None):
    chosen = params if order is None else [params[i] for i in order]
    K1, b1, K2, b2, K3s, b3s = zip(*chosen, strict=True)
    return (*(np.concatenate(each) for each in (K1, b1, K2, b2)), K3(K3s), b3(b3s))


def _interleaved(params):
    K1, b1, K2, b2, K3, b3 = _grouped(params)
    turn = np.arange(len(b1)).reshape(len(params), -1).T.ravel()
    return K1[turn], b1[turn], K2[turn], b2[turn], K3[:, turn], b3


FUNCTIONS = Functions(
    "cnn/implement-split-merge",
    right={"merged": merged, "grouped": lambda params: _grouped(params)},
    wrong=[
        WrongFunction("merged", "mean", lambda x, ps: merged(x, ps) / len(ps)),
        WrongFunction("merged", "first path", lambda x, ps: _path(x, ps[0])),
        WrongFunction("merged", "ReLU at the end of each path", lambda x, ps: sum(_path(x, p, last=_relu) for p in ps)),
        WrongFunction("merged", "ReLU of the sum", lambda x, ps: _relu(merged(x, ps))),
        WrongFunction("merged", "with the input", lambda x, ps: x + merged(x, ps)),
        WrongFunction("merged", "no ReLU", lambda x, ps: sum(_path(x, p, inner=lambda a: a) for p in ps)),
        WrongFunction("merged", "last bias once", lambda x, ps: merged(x, ps) - sum(p[5] for p in ps[1:])[:, None, None]),
        WrongFunction("merged", "biases forgotten", lambda x, ps: sum(_path(x, p, biases=(0, 0, 0)) for p in ps)),
        WrongFunction("merged", "largest", lambda x, ps: np.max([_path(x, p) for p in ps], axis=0)),
        WrongFunction("grouped", "bias of the first path", lambda ps: _grouped(ps, b3=lambda parts: parts[0])),
        WrongFunction("grouped", "mean bias", lambda ps: _grouped(ps, b3=lambda parts: sum(parts) / len(parts))),
        WrongFunction("grouped", "paths backwards", lambda ps: _grouped(ps, order=range(len(ps) - 1, -1, -1))),
        WrongFunction("grouped", "channels interleaved", _interleaved),
        WrongFunction("grouped", "K3 of the first path repeated", lambda ps: _grouped(
            ps, K3=lambda parts: np.concatenate([parts[0]] * len(parts), axis=1))),
        WrongFunction("grouped", "K3 divided by the paths", lambda ps: _grouped(
            ps, K3=lambda parts: np.concatenate(parts, axis=1) / len(parts))),
    ],
)  # fmt: skip
