"""Receptive fields: the first and the last row of all that a row depends on, layer by layer.

Row i of a layer sees rows s i - p ... s i - p + k - 1 of the layer before. A later row sees the union over them,
so stride, low and high of the composition are those of the layers before, applied to that range.
"""

from functools import partial

import numpy as np

from tests.oracles.beliefs import sharing
from tests.oracles.counting import counting
from tests.oracles.solution import Misconception, Solution

IMAGE = np.array([1.0, 0, 0])  # row i of the image is row i
SPANS = {"y1": (None, (0, 1)), "y2": ("y1", (2,)), "y3": ("y2", (3, 4, 5))}


def further(field, k, s, p):
    """The field of the layer after one with this field."""
    stride, low, high = field
    return np.array([stride * s, stride * -p + low, stride * (k - 1 - p) + high])


def through(step, g, v, rule=further, only=None):
    start, layers = SPANS[step]
    field = IMAGE if start is None else np.asarray(v[start], dtype=float)
    for layer in layers:
        if only is None or layer in only:
            field = rule(field, g.kernel[layer], g.stride[layer], g.padding[layer])
    return field


def cut(low, high, g):
    return np.array([max(low, 0), min(high, g.size - 1)])


def corner(g, v):
    _, low, high = v["y3"]
    return cut(low, high, g)


def padding_ignored(field, k, s, p):
    return further(field, k, s, 0)


def strides_added_up(field, k, s, p):
    """One row of the layer before is taken for one row of the image."""
    stride, low, high = field
    return np.array([stride * s, low - p, high + k - 1 - p])


def own_stride(field, k, s, p):
    stride, low, high = field
    return np.array([stride * s, low - stride * s * p, high + stride * s * (k - 1 - p)])


def whole_kernel(field, k, s, p):
    """k for k - 1."""
    stride, low, high = field
    return np.array([stride * s, low - stride * p, high + stride * (k - p)])


def low_positive(field, k, s, p):
    stride, low, high = field
    return np.array([stride * s, low + stride * p, high + stride * (k - 1 - p)])


def symmetric(field, k, s, p):
    """The window lies half on either side whatever the padding."""
    stride, low, high = field
    half = np.floor((k - 1) / 2)
    return np.array([stride * s, low - stride * half, high + stride * half])


def strides_summed(field, k, s, p):
    """The strides add up instead of multiplying; the ranges are right."""
    _, low, high = further(field, k, s, p)
    return np.array([field[0] + s - 1, low, high])


def stride_ignored(field, k, s, p):
    return further(field, k, 1, p)


def _of(step):
    right = partial(through, step)

    def also(change):
        return lambda g, v: change(right(g, v))

    rules = (
        ("padding ignored", padding_ignored, "the first window begins at row 0 of the image"),
        ("strides not multiplied", strides_added_up, "a row of a later layer is a row of the image"),
        ("own stride", own_stride, "a layer's stride widens its own window"),
        ("k for k - 1", whole_kernel, "a window of k reaches k rows further"),
        ("low positive", low_positive, "padding moves the window forward"),
        ("symmetric", symmetric, "a window reaches (k - 1)/2 to either side whatever the padding"),
        ("strides added", strides_summed, "strides add up"),
        ("stride ignored", stride_ignored, "every layer moves by 1"),
    )
    for name, rule, note in rules:
        yield Misconception(step, name, partial(through, step, rule=rule), note)
    yield Misconception(
        step, "mixed counting", also(lambda f: f + np.array([0, 1, 1])), "rows of the image count from 1"
    )
    yield Misconception(
        step,
        "counted from 1",
        also(lambda f: f + np.array([0, 1 - f[0], 1 - f[0]])),
        "all rows count from 1: s(i - 1) + low + 1 … for i = 1, 2, …",
    )
    yield Misconception(
        step, "end excluded", also(lambda f: f + np.array([0, 0, 1])), "the range ends before its last number"
    )
    yield Misconception(
        step,
        "size for high",
        also(lambda f: np.array([f[0], f[1], f[2] - f[1] + 1])),
        "the last number is the size",
    )
    yield Misconception(step, "low and high swapped", also(lambda f: f[[0, 2, 1]]), "the order is (s, high, low)")
    yield Misconception(step, "stride last", also(lambda f: np.roll(f, -1)), "the order is (low, high, s)")


SOLUTION = counting(
    Solution(
        "cnn/receptive-field",
        steps={**{step: partial(through, step) for step in SPANS}, "corner": corner},
        misconceptions=sharing(
            [
                *_of("y1"),
                *_of("y2"),
                Misconception(
                    "y2",
                    "window of the pooling",
                    lambda g, v: further(v["y1"], 1, g.stride[2], 0),
                    "pooling has a stride and no window",
                ),
                Misconception(
                    "y2",
                    "pooling forgotten",
                    lambda g, v: np.asarray(v["y1"]),
                    "pooling does not change what a row sees",
                ),
                *_of("y3"),
                Misconception(
                    "y3", "pooling forgotten", partial(through, "y3", only=(3, 4)), "the last pooling is left out"
                ),
                Misconception(
                    "y3", "convolutions forgotten", partial(through, "y3", only=(5,)), "only the pooling is seen"
                ),
                *(
                    Misconception(
                        step,
                        "padding ignored from the image on",
                        lambda g, v, layers=layers: ignored_throughout(g, layers),
                        "no layer has padding, from the first on",
                    )
                    for step, layers in (("y2", 3), ("y3", 6))
                ),
                Misconception(
                    "corner", "not cut", lambda g, v: np.asarray(v["y3"])[1:], "rows before row 0 count"
                ),
                Misconception(
                    "corner",
                    "moved",
                    lambda g, v: np.array([0, v["y3"][2] - v["y3"][1]]),
                    "the range is pushed inside and keeps its size",
                ),
                Misconception("corner", "counted from 1", lambda g, v: corner(g, v) + 1, "the first row is row 1"),
                Misconception(
                    "corner",
                    "end excluded",
                    lambda g, v: corner(g, v) + np.array([0, 1]),
                    "the range ends before its last number",
                ),
                Misconception(
                    "corner",
                    "low positive",
                    lambda g, v: np.array([-v["y3"][1], v["y3"][2]]),
                    "the sign of low is dropped",
                ),
                Misconception(
                    "corner",
                    "row 1",
                    lambda g, v: cut(v["y3"][0] + v["y3"][1], v["y3"][0] + v["y3"][2], g),
                    "the first row has the index 1",
                ),
            ]
        ),
    ),
    signed=True,
)


def ignored_throughout(g, layers):
    field = IMAGE
    for layer in range(layers):
        field = further(field, g.kernel[layer], g.stride[layer], 0)
    return field
