"""The receptive field of a chain of layers, as asked."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, array
from course.exercises.variants import Draw

WINDOW = (("stride", "step", "s"), ("low", "from"), ("high", "to"))


class Chain(NamedTuple):
    """Six layers, conv conv pool conv conv pool; entry i is of layer i."""

    size: np.ndarray  # () rows of the image
    kernel: np.ndarray  # (6,)
    stride: np.ndarray  # (6,)
    padding: np.ndarray  # (6,)


def _draw_chain(draw: Draw) -> Chain:
    def conv() -> tuple[int, int, int]:
        kernel = draw.integer(3, 5)
        return kernel, 1, draw.integer(1, (kernel - 1) // 2)

    def pool() -> tuple[int, int, int]:
        return draw.integer(2, 3), draw.integer(2, 3), 0

    first = draw.integer(3, 5), 2, 1  # a stride in the first layer tells the products of strides apart
    layers = [first, conv(), pool(), conv(), conv(), pool()]
    kernel, stride, padding = (array(*numbers) for numbers in zip(*layers, strict=True))
    return Chain(array(draw.integer(200, 300)), kernel, stride, padding)


receptive_field = Exercise(
    id="cnn/receptive-field",
    title="The receptive field",
    source="003, problem 4",
    kind="steps",
    task=(
        "Six layers follow each other: two convolutions, a pooling, two convolutions, a pooling. Layer $l$ has a "
        r"window of $k_l \times k_l$, stride $s_l$ and padding $p_l$; the image has $n$ rows and as many columns. "
        "Let $y_1$ be the output of layer 2, $y_2$ of layer 3 and $y_3$ of layer 6. Rows and columns are counted "
        r"from 0. Row $i$ of $y_1$ depends on the rows from $s\,i + \text{low}$ to $s\,i + \text{high}$ of the "
        r"image, both included: give $(s, \text{low}, \text{high})$ for $y_1$, $y_2$ and $y_3$, away from the "
        "border. At the border the range is cut to the rows that the image has: which rows of the image (first, "
        "last) does row 0 of $y_3$ depend on?"
    ),
    seed=lambda: Chain(array(224), array(3, 3, 2, 3, 3, 2), array(1, 1, 2, 1, 1, 2), array(1, 1, 0, 1, 1, 0)),
    draw=_draw_chain,
    symbols={"size": "n", "kernel": "k", "stride": "s", "padding": "p"},
    answers={
        "y1": Answer("y_1", (3,), "stride, low, high after layer 2", "int", entries=WINDOW),
        "y2": Answer("y_2", (3,), "stride, low, high after layer 3", "int", entries=WINDOW),
        "y3": Answer("y_3", (3,), "stride, low, high after layer 6", "int", entries=WINDOW),
        "corner": Answer(
            r"\text{corner}",
            (2,),
            "first and last row that row 0 of $y_3$ depends on",
            "int",
            entries=(("first", "first row", "from"), ("last", "last row", "to")),
        ),
    },
)
