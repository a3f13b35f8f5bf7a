"""Parameters of a block of three convolutions, plain and as a sum of narrow paths."""

from functools import partial

import numpy as np

from tests.oracles.beliefs import sharing
from tests.oracles.counting import counting
from tests.oracles.solution import Misconception, Solution


def block(C, D, k, biases=True, inner=None, last=True):
    """Parameters of C → D (1 x 1), D → D (k x k), D → C (1 x 1)."""
    reduce = C * D
    transform = D * D * (k**2 if inner is None else inner)
    expand = D * C if last else 0
    offsets = (2 * D + (C if last else 0)) if biases else 0
    return reduce + transform + expand + offsets


def plain(g, v, **how):
    return np.asarray(block(g.channels, g.width, g.kernel, **how))


def paths(g, v, **how):
    return np.asarray(g.paths * block(g.channels, g.path_width, g.kernel, **how))


def split_channels(g, v):
    """Each path sees its share C/G of the input, as in a grouped convolution."""
    share = g.channels / g.paths
    one = share * g.path_width + g.path_width**2 * g.kernel**2 + g.path_width * share
    return g.paths * (one + 2 * g.path_width + share)


def split_input(g, v):
    """Each path sees its share C/G of the input and gives all C channels."""
    one = g.channels / g.paths * g.path_width + g.path_width
    one += g.path_width**2 * g.kernel**2 + g.path_width
    return g.paths * (one + g.path_width * g.channels + g.channels)


def _of(step, right):
    def wrong(name, note, **how):
        return Misconception(step, name, partial(right, **how), note)

    yield wrong("no biases", "a filter has no bias", biases=False)
    yield wrong("last forgotten", "the convolution back to C channels is left out", last=False)
    yield wrong("kernel of 1", "the middle convolution is 1 × 1, too", inner=1)
    yield Misconception(
        step,
        "kernel not squared",
        lambda g, v: right(g, v, inner=g.kernel),
        "a kernel of size k has k weights",
    )
    yield Misconception(step, "always 3", lambda g, v: right(g, v, inner=9), "the kernel is 3 × 3 whatever k")
    yield Misconception(
        step,
        "one bias a layer",
        lambda g, v: right(g, v, biases=False) + 3 * (1 if step == "plain" else g.paths),
        "a layer has one bias",
    )


SOLUTION = counting(
    Solution(
        "cnn/split-transform-merge",
        steps={"plain": plain, "paths": paths},
        misconceptions=sharing(
            [
                *_of("plain", plain),
                Misconception(
                    "plain",
                    "no channels in the middle",
                    lambda g, v: plain(g, v) - g.width * (g.width - 1) * g.kernel**2,
                    "a filter of the middle has one kernel for all channels",
                ),
                *_of("paths", paths),
                Misconception(
                    "paths",
                    "shared bias",
                    lambda g, v: paths(g, v) - (g.paths - 1) * g.channels,
                    "the sum has one output bias, as a grouped convolution has",
                ),
                Misconception(
                    "paths",
                    "no output bias",
                    lambda g, v: paths(g, v) - g.paths * g.channels,
                    "the last convolutions have no bias",
                ),
                Misconception("paths", "one path", lambda g, v: paths(g, v) / g.paths, "one path is counted"),
                Misconception(
                    "paths",
                    "not split",
                    lambda g, v: block(g.channels, g.paths * g.path_width, g.kernel),
                    "one block as wide as all paths together",
                ),
                Misconception(
                    "paths",
                    "not split in the middle, own biases",
                    lambda g, v: block(g.channels, g.paths * g.path_width, g.kernel) + (g.paths - 1) * g.channels,
                    "in the middle every path sees the channels of all",
                ),
                Misconception("paths", "channels split", split_channels, "a path sees C/G of the input channels"),
                Misconception("paths", "input split", split_input, "a path sees C/G of the input, and gives all C"),
                Misconception(
                    "paths", "plain times paths", lambda g, v: g.paths * plain(g, v), "a path is as wide as the plain block"
                ),
            ]
        ),
    )
)  # fmt: skip
