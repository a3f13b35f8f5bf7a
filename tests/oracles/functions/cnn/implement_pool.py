"""Max-pooling forward and backward in numpy, and the ways people get it wrong."""

import numpy as np

from tests.oracles.functions import Functions, Wrong


def windows(x, size, stride):
    """Return all windows, (channels, rows, columns, size, size)."""
    view = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    return view[:, ::stride, ::stride]


def forward(x, size, stride, of=np.max):
    return of(windows(np.asarray(x), size, stride), axis=(-2, -1))


def first_largest(window):
    share = np.zeros(window.shape)
    share.ravel()[int(np.argmax(window))] = 1.0
    return share


def leaking(window, leak):
    won = first_largest(window)
    return won + leak * (1 - won)


def backward(x, size, stride, dout, leak, share=leaking, add=True):
    """Hand every window's gradient back: `share(window, leak)` says what part each of its entries gets."""
    found = np.zeros(x.shape)
    for c, i, j in np.ndindex(dout.shape):
        place = (c, slice(stride * i, stride * i + size), slice(stride * j, stride * j + size))
        part = share(x[place], leak)
        kept = found[place] if add else np.where(part == 0, found[place], 0)
        found[place] = kept + part * dout[c, i, j]
    return found


def pooling(of):
    return lambda x, size, stride: forward(x, size, stride, of)


def shared(share, **how):
    return lambda x, size, stride, dout, leak: backward(x, size, stride, dout, leak, share, **how)


def fitted(values, shape):
    """Cut or fill up with zeros: what a student does who forces a shape."""
    found = np.zeros(shape)
    box = tuple(slice(0, min(a, b)) for a, b in zip(shape, values.shape, strict=True))
    found[box] = values[box]
    return found


def own_stride(x, size, stride):
    return fitted(forward(x, size, size), forward(x, size, stride).shape)


def moves_by_one(x, size, stride):
    return fitted(forward(x, size, 1), forward(x, size, stride).shape)


def always_two(x, size, stride):
    return fitted(forward(x, 2, stride), forward(x, size, stride).shape)


def largest_absolute(w, axis):
    flat = w.reshape(*w.shape[:-2], -1)
    return np.take_along_axis(flat, np.abs(flat).argmax(-1)[..., None], -1)[..., 0]


WRONG_FORWARDS = [
    Wrong("mean", pooling(np.mean), "the mean of every window"),
    Wrong("smallest", pooling(np.min), "the smallest entry"),
    Wrong("sum", pooling(np.sum), "the sum of every window"),
    Wrong("absolute", pooling(lambda w, axis: np.max(np.abs(w), axis)), "the largest absolute value"),
    Wrong("largest in size", pooling(largest_absolute), "the entry of the largest absolute value, with its sign"),
    Wrong("not below zero", pooling(lambda w, axis: np.maximum(np.max(w, axis), 0)), "a running maximum starts at 0"),
    Wrong("first entry", pooling(lambda w, axis: w[..., 0, 0]), "every stride-th entry is kept"),
    Wrong("last entry", pooling(lambda w, axis: w[..., -1, -1]), "the last entry of a window"),
    Wrong("place of the largest", pooling(lambda w, axis: w.reshape(*w.shape[:-2], -1).argmax(-1)), "argmax for max"),
    Wrong("moves by its size", own_stride, "the stride is the size of the window"),
    Wrong("moves by 1", moves_by_one, "the stride is left out"),
    Wrong("always two", always_two, "windows are 2 × 2"),
    Wrong(
        "across channels",
        lambda x, size, stride: np.broadcast_to(
            forward(x, size, stride).max(0, keepdims=True), forward(x, size, stride).shape
        ),
        "the maximum runs over the channels, too",
    ),
    Wrong("transposed", lambda x, size, stride: np.swapaxes(forward(np.swapaxes(x, 1, 2), size, stride), 1, 2)[:, ::-1],
          "rows from below"),
]  # fmt: skip


def stride_of_size(x, size, stride, dout, leak):
    found = np.zeros(x.shape)
    for c, i, j in np.ndindex(dout.shape):
        place = (c, slice(size * i, size * i + size), slice(size * j, size * j + size))
        if x[place].size:
            found[place] += leaking(x[place], leak) * dout[c, i, j]
    return found


WRONG_BACKWARDS = [
    Wrong("no leak", shared(lambda w, leak: first_largest(w)), "the gradient of max-pooling"),
    Wrong("overwritten", shared(leaking, add=False), "the last window counts"),
    Wrong("leak to all", shared(lambda w, leak: first_largest(w) + leak), "the largest gets the leak, too"),
    Wrong(
        "leak shared out",
        shared(lambda w, leak: first_largest(w) + leak / (w.size - 1) * (1 - first_largest(w))),
        "the others share the leak",
    ),
    Wrong(
        "leak taken off",
        shared(lambda w, leak: (1 - leak) * first_largest(w) + leak * (1 - first_largest(w))),
        "the largest gives the leak away",
    ),
    Wrong("leak alone", shared(lambda w, leak: leak * (1 - first_largest(w))), "the largest is left out"),
    Wrong("to all", shared(lambda w, leak: np.ones(w.shape)), "every entry gets the gradient"),
    Wrong("shared out", shared(lambda w, leak: np.full(w.shape, 1 / w.size)), "shared out evenly, as a mean"),
    Wrong("smallest", shared(lambda w, leak: leaking(-w, leak)), "the smallest entry gets it"),
    Wrong(
        "first entry",
        shared(lambda w, leak: leaking(np.arange(w.size)[::-1].reshape(w.shape), leak)),
        "entry 1 wins",
    ),
    Wrong(
        "gate alone",
        lambda x, size, stride, dout, leak: backward(x, size, stride, np.ones(dout.shape), leak),
        "1 where an entry wins, without the gradient",
    ),
    Wrong(
        "value for gradient",
        lambda x, size, stride, dout, leak: backward(x, size, stride, forward(x, size, stride), leak),
        "the value goes back, not the gradient",
    ),
    Wrong("moves by its size", stride_of_size, "the stride is the size of the window"),
    Wrong("sign turned", lambda *arguments: -backward(*arguments), "the update, not the gradient"),
]

FUNCTIONS = Functions(
    "cnn/implement-pool",
    right={"forward": forward, "backward": backward},
    wrong={"forward": WRONG_FORWARDS, "backward": WRONG_BACKWARDS},
)
