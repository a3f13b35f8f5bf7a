"""Sizes of feature maps, worked from W_out = floor((W_in + 2 p - k) / s) + 1."""

from functools import partial

import numpy as np

from tests.oracles.beliefs import sharing
from tests.oracles.counting import WRONG_PLACES, counting, places
from tests.oracles.solution import Misconception, Solution


def conv(layer, g, v, count=places, channels=None, kernel=None):
    """Size (channels, height, width) after convolution `layer`, from the maps that the student has before it."""
    maps = g.image if layer == 0 else v["pool1"]
    window = g.kernel[layer if kernel is None else kernel], g.stride[layer], g.padding[layer]
    filters = g.filters[layer] if channels is None else channels(g.filters[layer], maps[0])
    return np.array([filters, *(count(n, *window) for n in maps[1:])])


def pool(layer, g, v, count=places, channels=None, window=None, stride=None):
    """Size after pooling `layer`, from the maps that the student has before it."""
    maps = v[f"conv{layer + 1}"]
    w = g.window[layer] if window is None else window
    kept = maps[0] if channels is None else channels(maps[0], w)
    return np.array([kept, *(count(n, w, w if stride is None else stride, 0) for n in maps[1:])])


def last(size):
    return np.roll(size, -1)


def swapped(size):
    return size[[0, 2, 1]]


def square(size):
    return size[[0, 1, 1]]


def _of_a_convolution(layer):
    step, right = f"conv{layer + 1}", partial(conv, layer)
    for name, count, note in WRONG_PLACES:
        yield Misconception(step, name, partial(conv, layer, count=count), note)
    yield Misconception(
        step, "input channels", partial(conv, layer, channels=lambda F, C: C), "the channels of the input stay"
    )
    yield Misconception(
        step,
        "filters times channels",
        partial(conv, layer, channels=lambda F, C: F * C),
        "every filter gives one map for each channel",
    )
    yield Misconception(
        step, "one map", partial(conv, layer, channels=lambda F, C: 1), "the filters are summed into one map"
    )
    yield Misconception(step, "channels last", lambda g, v: last(right(g, v)), "the order is (H, W, C)")
    yield Misconception(step, "height and width", lambda g, v: swapped(right(g, v)), "the width comes first")
    yield Misconception(step, "square", lambda g, v: square(right(g, v)), "maps are square: height for width")
    yield Misconception(
        step,
        "other kernel",
        partial(conv, layer, kernel=1 - layer),
        "both convolutions have one kernel size: that of the other",
    )
    yield Misconception(
        step,
        "same size",
        lambda g, v: np.array([g.filters[layer], *(g.image if layer == 0 else v["pool1"])[1:]]),
        "a padded convolution keeps height and width, whatever its stride",
    )


def _of_a_pooling(layer):
    step, right = f"pool{layer + 1}", partial(pool, layer)
    for name, count, note in WRONG_PLACES:
        if "padding" not in name and name not in ("stride ignored", "size over stride"):
            yield Misconception(step, name, partial(pool, layer, count=count), note)
    yield Misconception(step, "moves by 1", partial(pool, layer, stride=1), "the window moves by one as a kernel")
    if layer == 0:  # the second window is 2 for everybody
        yield Misconception(step, "moves by 2", partial(pool, layer, stride=2), "pooling always moves by 2")
        yield Misconception(step, "always 2", partial(pool, layer, window=2), "pooling always halves")
    yield Misconception(
        step,
        "channels pooled",
        partial(pool, layer, channels=lambda C, w: np.floor(C / w)),
        "pooling takes channels together, too",
    )
    yield Misconception(step, "skipped", lambda g, v: v[f"conv{layer + 1}"], "pooling leaves the size as it is")
    yield Misconception(
        step,
        "padded",
        lambda g, v: conv_like_pool(layer, g, v),
        "the padding of the convolution stands around the pooling, too",
    )
    yield Misconception(step, "channels last", lambda g, v: last(right(g, v)), "the order is (H, W, C)")
    yield Misconception(step, "height and width", lambda g, v: swapped(right(g, v)), "the width comes first")
    yield Misconception(step, "square", lambda g, v: square(right(g, v)), "maps are square: height for width")


def conv_like_pool(layer, g, v):
    w = g.window[layer]
    maps = v[f"conv{layer + 1}"]
    return np.array([maps[0], *(places(n, w, w, g.padding[layer]) for n in maps[1:])])


SOLUTION = counting(
    Solution(
        "cnn/feature-maps",
        steps={
            "conv1": partial(conv, 0),
            "pool1": partial(pool, 0),
            "conv2": partial(conv, 1),
            "pool2": partial(pool, 1),
        },
        domain=dict.fromkeys(("conv1", "pool1", "conv2", "pool2"), lambda size: bool(np.all(size >= 1))),
        misconceptions=sharing(
            [
                *_of_a_convolution(0),
                *_of_a_pooling(0),
                *_of_a_convolution(1),
                Misconception(
                    "conv2",
                    "pooling skipped",
                    lambda g, v: conv(1, g, {"pool1": v["conv1"]}),
                    "the second convolution sees the maps before the pooling",
                ),
                Misconception(
                    "conv2",
                    "from the image",
                    lambda g, v: conv(1, g, {"pool1": g.image}),
                    "every layer is counted from the image",
                ),
                *_of_a_pooling(1),
            ]
        ),
    )
)
