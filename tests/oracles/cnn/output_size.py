"""The output of one convolution with either of two strides."""

from functools import partial

import numpy as np

from tests.oracles.beliefs import sharing
from tests.oracles.counting import WRONG_PLACES, counting, places
from tests.oracles.solution import Misconception, Solution

WRONG_WITH_STRIDE_1 = ("no plus one", "padding ignored", "padding once")


def setting(i, g, v, count=places):
    return np.array([g.filters, *(count(n, g.kernel, g.stride[i], g.padding) for n in g.image)])


def _of_setting(i):
    step, right, other = f"setting{i + 1}", partial(setting, i), partial(setting, 1 - i)
    for name, count, note in WRONG_PLACES:
        if name != "one inside" and (i == 1 or name in WRONG_WITH_STRIDE_1):
            yield Misconception(step, name, partial(setting, i, count=count), note)
    yield Misconception(
        step,
        "width of the other",
        lambda g, v: np.array([*right(g, v)[:2], other(g, v)[2]]),
        "rows and columns have the strides of the two settings (document 002: 3 × 2)",
    )
    if i == 0:  # in setting 2 this is the stride ignored
        yield Misconception(step, "other setting", other, "the settings are exchanged")
    yield Misconception(
        step, "one map", lambda g, v: np.array([1, *right(g, v)[1:]]), "the filters are summed into one map"
    )
    yield Misconception(
        step, "input copied", lambda g, v: np.array([g.filters, *g.image]), "a convolution keeps height and width"
    )
    yield Misconception(step, "channels last", lambda g, v: np.roll(right(g, v), -1), "the order is (H, W, C)")
    yield Misconception(step, "height and width", lambda g, v: right(g, v)[[0, 2, 1]], "the width comes first")
    yield Misconception(step, "square", lambda g, v: right(g, v)[[0, 1, 1]], "maps are square: height for width")


SOLUTION = counting(
    Solution(
        "cnn/output-size",
        steps={"setting1": partial(setting, 0), "setting2": partial(setting, 1)},
        misconceptions=sharing(
            [
                *_of_setting(0),
                *_of_setting(1),
                Misconception(
                    "setting2",
                    "setting 1 divided",
                    lambda g, v: np.array([g.filters, *np.floor(v["setting1"][1:] / g.stride[1])]),
                    "a stride divides the output of stride 1",
                ),
            ]
        ),
    )
)
