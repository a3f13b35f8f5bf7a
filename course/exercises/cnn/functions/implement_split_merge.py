"""Many paths, and the grouped convolution that they are, to implement."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, nothing
from course.exercises.shapes import each_shaped, shaped
from course.exercises.variants import Draw


class SplitProbe(NamedTuple):
    """An image and the parameters of `PATHS` paths, stacked along axis 0."""

    x: np.ndarray  # (C, rows, columns)
    K1: np.ndarray  # (G, d, C, 1, 1)
    b1: np.ndarray  # (G, d)
    K2: np.ndarray  # (G, d, d, 3, 3)
    b2: np.ndarray  # (G, d)
    K3: np.ndarray  # (G, C, d, 1, 1)
    b3: np.ndarray  # (G, C)


PATHS, CHANNELS, WIDTH, ROWS, COLUMNS = 3, 4, 2, 3, 4
_D = PATHS * WIDTH
_GROUPED = ((_D, CHANNELS, 1, 1), (_D,), (_D, WIDTH, 3, 3), (_D,), (CHANNELS, _D, 1, 1), (CHANNELS,))


_BIASES = (-3, -2, -1, 1, 2, 3)  # one for every channel of all paths


def _draw_split(draw: Draw) -> SplitProbe:
    """Draw paths with which no wrong function gives the right values: what is decided by a sign has both signs.

    In one channel of the output every path adds something negative, in another something positive. The first
    filter of path 1 gives a positive number at the first place and a negative one at the last, and both are seen
    through what follows it, which is positive. Different biases and different last weights show any exchange of
    channels.
    """
    G, C, d = PATHS, CHANNELS, WIDTH
    x = draw.integers(-3, 3, (C, ROWS, COLUMNS), without=(0,))
    K1, K2, K3 = (
        draw.integers(-2, 2, shape, without=(0,)) for shape in ((G, d, C, 1, 1), (G, d, d, 3, 3), (G, C, d, 1, 1))
    )
    b3 = draw.integers(-2, 2, (G, C), without=(0,))
    K2[0, 0] = np.abs(K2[0, 0])
    for place, sign in (((0, 0), 1), ((-1, -1), -1)):
        x[:, *place] = sign * np.abs(x[:, *place]) * np.sign(K1[0, 0, :, 0, 0])
    down, up, told = draw.different(range(C), 3).astype(int)
    K3[:, told, :, 0, 0] = draw.different(_BIASES, G * d).reshape(G, d)
    for channel, sign in ((down, -1), (up, 1)):
        K3[:, channel], b3[:, channel] = sign * np.abs(K3[:, channel]), sign * np.abs(b3[:, channel])
    b1, b2 = draw.different(_BIASES, G * d), draw.different(_BIASES, G * d)
    while b2[0] < 0 or np.all(b1 == b2):
        b2 = draw.different(_BIASES, G * d)
    return SplitProbe(x, K1, b1.reshape(G, d), K2, b2.reshape(G, d), K3, b3)


def _as_paths(probe: SplitProbe) -> list[tuple[np.ndarray, ...]]:
    return [tuple(leaf[path] for leaf in probe[1:]) for path in range(PATHS)]


def _call_merged(merged: Callable, probe: SplitProbe) -> Any:
    return shaped(merged(probe.x, _as_paths(probe)), probe.x.shape, "an output")


def _call_grouped(grouped: Callable, probe: SplitProbe) -> Any:
    likes = tuple(np.empty(shape) for shape in _GROUPED)
    return np.concatenate(each_shaped(grouped(_as_paths(probe)), likes, ("K1", "b1", "K2", "b2", "K3", "b3")))


implement_split_merge = Exercise(
    id="cnn/implement-split-merge",
    title="Many paths, one grouped convolution",
    source="the sequel of 003, problem 5",
    kind="function",
    task=(
        r"A path is a $1 \times 1$ convolution from $C$ to $d$ channels with ReLU, a $3 \times 3$ convolution "
        r"with padding 1 from $d$ to $d$ channels with ReLU, and a $1 \times 1$ convolution back to $C$ channels. "
        "Its parameters are $(K_1, b_1, K_2, b_2, K_3, b_3)$, kernels as (filters, channels, rows, columns). The "
        "outputs of all paths are summed. Write `merged`, which takes the image and a list of the paths' "
        "parameters and gives the output. The same block is a chain of three convolutions, the middle one grouped "
        "(`feature_group_count`): write `grouped`, which turns the list into the six arrays of that chain, path "
        "after path along the channels. Run the chain and see that both agree."
    ),
    seed=nothing,
    probe=_draw_split,
    answers={
        "merged": Answer(
            "Y", (CHANNELS * ROWS * COLUMNS,), "the sum of all paths", "function",
            signature="merged(x, params)", call=_call_merged,
        ),
        "grouped": Answer(
            "(K_1, b_1, K_2, b_2, K_3, b_3)", (sum(int(np.prod(shape)) for shape in _GROUPED),),
            "the parameters of the chain with one grouped convolution", "function",
            signature="grouped(params)", call=_call_grouped,
        ),
    },
)  # fmt: skip
