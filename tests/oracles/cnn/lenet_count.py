"""The parameters of LeNet-5 with a dense C3 and plain subsampling."""

import numpy as np

from tests.oracles.beliefs import sharing
from tests.oracles.counting import counting
from tests.oracles.solution import Misconception, Solution

LAYERS = ("c1", "c3", "c5", "f6", "out")
# Of LeCun's sixteen maps of C3, six see 3 maps of S2, nine see 4 and one sees 6.
CONNECTIONS = 6 * 3 + 9 * 4 + 1 * 6


def filters(count, channels, kernel):
    return np.asarray(count * (channels * kernel**2 + 1))


def c1(g, v):
    return filters(g.maps[0], g.image[0], g.kernel)


def c3(g, v):
    return filters(g.maps[1], g.maps[0], g.kernel)


def sparse_c3(g, v):
    return np.asarray(CONNECTIONS * g.kernel**2 + g.maps[1])


def sides(g, S2=True, S4=True):
    """Rows and columns of the maps that C5 sees."""
    found = []
    for n in g.image[1:]:
        n = n - g.kernel + 1
        n = n // 2 if S2 else n
        n = n - g.kernel + 1
        found.append(n // 2 if S4 else n)
    return found


def c5(g, v, **how):
    rows, columns = sides(g, **how)
    return np.asarray(g.units[0] * (g.maps[1] * rows * columns + 1))


def f6(g, v):
    return np.asarray(g.units[1] * (g.units[0] + 1))


def out(g, v):
    return np.asarray(g.units[2] * (g.units[1] + 1))


def total(g, v):
    return np.asarray(sum(v[layer] for layer in LAYERS))


def biases(g):
    return np.sum(g.maps) + np.sum(g.units)


def subsampling(g):
    """Two parameters for each map of S2 and of S4."""
    return 2 * np.sum(g.maps)


def dense_minus_sparse(g):
    return (g.maps[0] * g.maps[1] - CONNECTIONS) * g.kernel**2


def _of_filters(step, layer, right, channels):
    F = lambda g: g.maps[layer]  # noqa: E731
    yield Misconception(step, "no biases", lambda g, v: right(g, v) - F(g), "a filter has no bias")
    yield Misconception(
        step, "no channels", lambda g, v: filters(F(g), 1, g.kernel), "a filter has one kernel for all channels"
    )
    yield Misconception(step, "one bias", lambda g, v: right(g, v) - F(g) + 1, "the layer has one bias")
    yield Misconception(
        step,
        "bias per channel",
        lambda g, v: F(g) * channels(g) * (g.kernel**2 + 1),
        "every kernel of a filter has a bias of its own",
    )
    yield Misconception(
        step, "kernel not squared", lambda g, v: F(g) * (channels(g) * g.kernel + 1), "a kernel has k weights"
    )
    yield Misconception(
        step, "one filter", lambda g, v: channels(g) * g.kernel**2 + 1, "one filter is counted, not all of them"
    )


def _of_units(step, layer, right):
    n = lambda g: g.units[layer]  # noqa: E731
    yield Misconception(step, "no biases", lambda g, v: right(g, v) - n(g), "a unit has no bias")
    yield Misconception(step, "one bias", lambda g, v: right(g, v) - n(g) + 1, "the layer has one bias")


SOLUTION = counting(
    Solution(
        "cnn/lenet-count",
        steps={"c1": c1, "c3": c3, "c5": c5, "f6": f6, "out": out, "total": total},
        misconceptions=sharing(
            [
                *_of_filters("c1", 0, c1, lambda g: g.image[0]),
                *_of_filters("c3", 1, c3, lambda g: g.maps[0]),
                Misconception("c3", "sparse", sparse_c3, "LeCun's own C3: its filters see 3, 4 or 6 maps"),
                Misconception(
                    "c3",
                    "channels of the image",
                    lambda g, v: filters(g.maps[1], g.image[0], g.kernel),
                    "C3 sees the channels of the image",
                ),
                *_of_units("c5", 0, c5),
                Misconception(
                    "c5",
                    "kernel of C5",
                    lambda g, v: filters(g.units[0], g.maps[1], g.kernel),
                    "C5 sees k × k of a map",
                ),
                Misconception(
                    "c5", "one number a map", lambda g, v: g.units[0] * (g.maps[1] + 1), "C5 sees a number a map"
                ),
                Misconception(
                    "c5", "one map", lambda g, v: g.units[0] * (np.prod(sides(g)) + 1), "C5 sees one map"
                ),
                Misconception("c5", "S4 forgotten", lambda g, v: c5(g, v, S4=False), "S4 is left out"),
                Misconception("c5", "S2 forgotten", lambda g, v: c5(g, v, S2=False), "S2 is left out"),
                *_of_units("f6", 1, f6),
                Misconception(
                    "f6", "from S4", lambda g, v: g.units[1] * (g.maps[1] * np.prod(sides(g)) + 1), "F6 sees S4"
                ),
                *_of_units("out", 2, out),
                Misconception("out", "from C5", lambda g, v: g.units[2] * (g.units[0] + 1), "the output sees C5"),
                Misconception(
                    "total",
                    "trainable subsampling",
                    lambda g, v: total(g, v) + subsampling(g),
                    "S2 and S4 have a coefficient and a bias a map (document 002: 61 750)",
                ),
                Misconception(
                    "total",
                    "historic",
                    lambda g, v: total(g, v) - dense_minus_sparse(g) + subsampling(g),
                    "the network of 1998: sparse C3 and trainable subsampling",
                ),
                Misconception(
                    "total", "sparse", lambda g, v: total(g, v) - dense_minus_sparse(g), "sparse C3 in the sum"
                ),
                Misconception("total", "no biases", lambda g, v: total(g, v) - biases(g), "nothing has a bias"),
                Misconception(
                    "total", "no output", lambda g, v: total(g, v) - v["out"], "the output layer has no parameters"
                ),
                Misconception(
                    "total", "convolutions alone", lambda g, v: v["c1"] + v["c3"], "dense layers do not count"
                ),
            ]
        ),
    )
)
