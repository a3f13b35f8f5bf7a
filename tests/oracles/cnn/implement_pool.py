"""`cnn/implement-pool`: max-pooling forward, and backward under the rule with a leak, window by window."""

import numpy as np

from tests.oracles.functions import Functions, WrongFunction


def _windows(x, size, stride):
    rows, columns = ((n - size) // stride + 1 for n in x.shape[1:])
    for c, i, j in np.ndindex(len(x), rows, columns):
        yield (c, i, j), [(c, stride * i + u, stride * j + v) for u, v in np.ndindex(size, size)]


def _pool(x, size, stride, of=max):
    out = np.zeros((len(x), *((n - size) // stride + 1 for n in x.shape[1:])))
    for place, entries in _windows(x, size, stride):
        out[place] = of([x[entry] for entry in entries])
    return out


def forward(x, size, stride):
    return _pool(x, size, stride)


def _backward(x, size, stride, dout, leak, *, winner=max, add=True, to_winner=lambda g, leak: g,
              to_others=lambda g, leak, count: leak * g):  # fmt: skip
    dx = np.zeros(x.shape)
    for place, entries in _windows(x, size, stride):
        best = winner(entries, key=lambda entry: x[entry])
        for entry in entries:
            part = to_winner(dout[place], leak) if entry == best else to_others(dout[place], leak, len(entries))
            dx[entry] = dx[entry] + part if add else part
    return dx


def _nearest(x, size, stride, dout, leak):
    out = forward(x, size, stride)
    dx = np.zeros(x.shape)
    for place, entries in _windows(x, size, stride):
        for entry in entries:
            dx[entry] = dout[place] if x[entry] == out[place] else leak * dout[place]
    return dx


FUNCTIONS = Functions(
    "cnn/implement-pool",
    right={"forward": forward, "backward": lambda *a: _backward(*a)},
    wrong=[
        WrongFunction("forward", "smallest", lambda x, n, s: _pool(x, n, s, min)),
        WrongFunction("forward", "mean", lambda x, n, s: _pool(x, n, s, np.mean)),
        WrongFunction("forward", "sum", lambda x, n, s: _pool(x, n, s, sum)),
        WrongFunction("forward", "largest size", lambda x, n, s: _pool(x, n, s, lambda e: max(e, key=abs))),
        WrongFunction("forward", "first of the window", lambda x, n, s: _pool(x, n, s, lambda e: e[0])),
        WrongFunction("forward", "over the channels", lambda x, n, s: np.broadcast_to(
            _pool(x, n, s).max(axis=0), _pool(x, n, s).shape)),
        WrongFunction("forward", "ReLU", lambda x, n, s: np.maximum(_pool(x, n, s), 0)),
        WrongFunction("backward", "leak forgotten", lambda *a: _backward(*a, to_others=lambda g, leak, n: 0.0)),
        WrongFunction("backward", "shared equally", lambda *a: _backward(
            *a, to_winner=lambda g, leak: g / 4, to_others=lambda g, leak, n: g / 4)),
        WrongFunction("backward", "leak shared", lambda *a: _backward(*a, to_others=lambda g, leak, n: leak * g / (n - 1))),
        WrongFunction("backward", "leak for the winner too", lambda *a: _backward(*a, to_winner=lambda g, leak: g * (1 + leak))),
        WrongFunction("backward", "leak taken from the winner", lambda *a: _backward(*a, to_winner=lambda g, leak: g * (1 - leak))),
        WrongFunction("backward", "last window counts", lambda *a: _backward(*a, add=False)),
        WrongFunction("backward", "smallest", lambda *a: _backward(*a, winner=min)),
        WrongFunction("backward", "sign of the leak", lambda *a: _backward(*a, to_others=lambda g, leak, n: -leak * g)),
        WrongFunction("backward", "overlaps overwritten", _nearest),
    ],
)  # fmt: skip
