"""Numbers of weights of a small network: for every filter and unit what it sees, and one bias."""

from functools import partial

import numpy as np

from tests.oracles.beliefs import sharing
from tests.oracles.cnn import feature_maps
from tests.oracles.counting import counting, places
from tests.oracles.solution import Misconception, Solution

KINDS = ("conv1", "conv2", "fc")


def before(layer, g):
    """Channels that convolution `layer` sees."""
    return g.image[0] if layer == 0 else g.filters[0]


def conv(layer, g, v, channels=before):
    C = channels(layer, g)
    return np.asarray(g.filters[layer] * (C * g.kernel[layer] ** 2 + 1))


def maps_before_fc(g, count=places, padding=True, stride=True, pools=(0, 1)):
    """Height and width of the maps that the fully connected layer sees."""
    sizes = []
    for n in g.image[1:]:
        for layer in (0, 1):
            n = count(n, g.kernel[layer], g.stride[layer] if stride else 1, g.padding[layer] if padding else 0)
            if layer in pools:
                n = count(n, g.window[layer], g.window[layer], 0)
        sizes.append(n)
    return sizes


def fc(g, v, biases=None, channels=None, **how):
    rows, columns = maps_before_fc(g, **how)
    inputs = (g.filters[1] if channels is None else channels) * rows * columns
    return np.asarray(g.units * inputs + (g.units if biases is None else biases))


def total(g, v):
    return np.asarray(sum(v[kind] for kind in KINDS))


def biases(g):
    return g.filters[0] + g.filters[1] + g.units


def _of_a_convolution(layer):
    step, F, k = f"conv{layer + 1}", lambda g: g.filters[layer], lambda g: g.kernel[layer]
    right = partial(conv, layer)
    yield Misconception(step, "no biases", lambda g, v: right(g, v) - F(g), "a filter has no bias")
    yield Misconception(
        step,
        "no channels",
        partial(conv, layer, channels=lambda *_: 1),
        "a filter has one kernel for all channels",
    )
    yield Misconception(step, "one bias", lambda g, v: right(g, v) - F(g) + 1, "the layer has one bias")
    yield Misconception(
        step,
        "kernel not squared",
        lambda g, v: F(g) * (before(layer, g) * k(g) + 1),
        "a kernel of size k has k weights",
    )
    yield Misconception(
        step,
        "bias per channel",
        lambda g, v: F(g) * before(layer, g) * (k(g) ** 2 + 1),
        "every kernel of a filter has a bias of its own",
    )
    yield Misconception(
        step,
        "one filter",
        lambda g, v: before(layer, g) * k(g) ** 2 + 1,
        "one filter is counted, not all of them",
    )
    yield Misconception(
        step,
        "times places",
        lambda g, v: right(g, v) * np.prod(feature_maps_size(layer, g)),
        "every place of the window has its own weights",
    )
    yield Misconception(
        step, "no filters in the bias", lambda g, v: F(g) * before(layer, g) * k(g) ** 2 + before(layer, g),
        "the biases belong to the input channels",
    )  # fmt: skip


def feature_maps_size(layer, g):
    v = {}
    for name, step in list(feature_maps.SOLUTION.steps.items())[: 1 + 2 * layer]:
        v[name] = step(g, v)
    return v[f"conv{layer + 1}"][1:]


def _pool_weights(g, each):
    """Weights of both poolings if every one of their maps had `each(window)`."""
    return sum(F * each(w) for F, w in zip(g.filters, g.window, strict=True))


SOLUTION = counting(
    Solution(
        "cnn/weight-count",
        steps={"conv1": partial(conv, 0), "conv2": partial(conv, 1), "fc": fc, "total": total},
        misconceptions=sharing(
            [
                *_of_a_convolution(0),
                *_of_a_convolution(1),
                Misconception(
                    "conv2",
                    "channels of the image",
                    partial(conv, 1, channels=lambda _, g: g.image[0]),
                    "the second convolution sees the image",
                ),
                Misconception("fc", "no biases", partial(fc, biases=0), "a unit has no bias"),
                Misconception("fc", "one bias", partial(fc, biases=1), "the layer has one bias"),
                Misconception("fc", "second pooling", partial(fc, pools=(0,)), "the second pooling is left out"),
                Misconception("fc", "first pooling", partial(fc, pools=(1,)), "the first pooling is left out"),
                Misconception("fc", "no pooling", partial(fc, pools=()), "both poolings are left out"),
                Misconception(
                    "fc",
                    "one number a map",
                    lambda g, v: g.units * (g.filters[1] + 1),
                    "a unit sees one number a map",
                ),
                Misconception("fc", "one map", partial(fc, channels=1), "a unit sees one map"),
                Misconception(
                    "fc",
                    "rounded up",
                    partial(fc, count=lambda n, k, s, p: np.ceil((n + 2 * p - k) / s) + 1),
                    "sizes are rounded up",
                ),
                Misconception("fc", "padding forgotten", partial(fc, padding=False), "the padding is left out"),
                Misconception("fc", "stride forgotten", partial(fc, stride=False), "the convolutions move by 1"),
                Misconception(
                    "fc",
                    "square",
                    lambda g, v: g.units * (g.filters[1] * maps_before_fc(g)[0] ** 2 + 1),
                    "maps are square: height for width",
                ),
                Misconception("total", "no biases", lambda g, v: total(g, v) - biases(g), "nothing has a bias"),
                Misconception(
                    "total",
                    "kernels of the poolings",
                    lambda g, v: total(g, v) + _pool_weights(g, lambda w: w**2),
                    "a pooling window has weights, one set for each map",
                ),
                Misconception(
                    "total",
                    "filters of the poolings",
                    lambda g, v: total(g, v) + _pool_weights(g, lambda w: w**2 + 1),
                    "a pooling window has weights and a bias, one set for each map",
                ),
                Misconception(
                    "total",
                    "subsampling",
                    lambda g, v: total(g, v) + _pool_weights(g, lambda w: 2),
                    "pooling has a coefficient and a bias for each map",
                ),
                Misconception(
                    "total",
                    "no dense layer",
                    lambda g, v: v["conv1"] + v["conv2"],
                    "only convolutions have weights",
                ),
                Misconception(
                    "total", "dense layer alone", lambda g, v: v["fc"], "only the last layer has weights"
                ),
            ]
        ),
    )
)
