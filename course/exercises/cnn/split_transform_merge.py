"""The parameters of many paths and of one block, as asked."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, array
from course.exercises.variants import Draw


class SplitMerge(NamedTuple):
    """A block of three convolutions, plain or split into paths whose outputs are summed."""

    channels: np.ndarray  # () of input and output
    width: np.ndarray  # () of the plain block
    paths: np.ndarray  # ()
    path_width: np.ndarray  # ()
    kernel: np.ndarray  # () of the middle convolution


def _draw_split_merge(draw: Draw) -> SplitMerge:
    channels = 32 * draw.integer(4, 16)
    return SplitMerge(
        channels=array(channels),
        width=array(16 * draw.integer(2, channels // 32)),
        paths=array(4 * draw.integer(3, 12)),
        path_width=array(draw.integer(2, 9)),
        kernel=draw.choice((5, 7)),  # the usual 3 would be right unread
    )


split_transform_merge = Exercise(
    id="cnn/split-transform-merge",
    title="Split, transform, merge",
    source="the sequel of 003, problem 5",
    kind="steps",
    task=(
        r"**Plain:** a $1 \times 1$ convolution from $C$ to $D$ channels, a $k \times k$ convolution from $D$ to "
        r"$D$, and a $1 \times 1$ convolution from $D$ back to $C$. **Paths:** $G$ such blocks side by side, each "
        "of width $d$ instead of $D$, whose outputs are summed. Every convolution of every path has its own "
        "biases. How many parameters has the plain block, and how many have the paths together?"
    ),
    seed=lambda: SplitMerge(array(256), array(128), array(32), array(4), array(3)),
    draw=_draw_split_merge,
    symbols={"channels": "C", "width": "D", "paths": "G", "path_width": "d", "kernel": "k"},
    answers={
        "plain": Answer(r"n_{\text{plain}}", (), "parameters of the plain block", "int"),
        "paths": Answer(r"n_{\text{paths}}", (), "parameters of all paths", "int"),
    },
)
