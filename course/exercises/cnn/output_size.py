"""The size of a convolution's output under two strides, as asked."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, array
from course.exercises.cnn.remainders import sizes_before
from course.exercises.shapes import MAP_SIZE
from course.exercises.variants import Draw


class TwoSettings(NamedTuple):
    """One convolution with either of two strides."""

    image: np.ndarray  # (2,) height, width
    filters: np.ndarray  # ()
    kernel: np.ndarray  # ()
    padding: np.ndarray  # ()
    stride: np.ndarray  # (2,) of setting 1 and of setting 2


def _draw_two_settings(draw: Draw) -> TwoSettings:
    stride = draw.integer(2, 4)
    # With this padding, one side alone is told from a missing first place, in rows or in columns.
    padding = ((3, 4), (2, 5), (3, 7))[stride - 2][draw.integer(0, 1)]
    kernel = 2 * padding + draw.integer(2, 4)  # so setting 1 does not keep the size of the input
    height = draw.integer(2, 7)
    sizes = [height, draw.integer(2, 7, without=(height,))]
    return TwoSettings(
        image=array(*sizes_before(draw, sizes, kernel, stride, padding)),
        filters=array(draw.integer(2, 20)),
        kernel=array(kernel),
        padding=array(padding),
        stride=array(1, stride),
    )


output_size = Exercise(
    id="cnn/output-size",
    title="Stride and output size",
    source="004, 2.2; 002, settings 1 and 2",
    kind="steps",
    task=(
        r"An input of height $H$ and width $W$ is convolved with $F$ filters of size $k \times k$, with $p$ zeros "
        "of padding on every side. Setting 1 has stride $s_1$, setting 2 has stride $s_2$. Give the size of the "
        "output as (channels, height, width) in both settings."
    ),
    seed=lambda: TwoSettings(array(5, 5), array(2), array(3), array(0), array(1, 2)),
    draw=_draw_two_settings,
    symbols={"image": "(H, W)", "filters": "F", "kernel": "k", "padding": "p", "stride": "(s_1, s_2)"},
    answers={
        "setting1": Answer(
            r"\text{setting}_1", (3,), "channels, height, width with the first stride", "int", entries=MAP_SIZE
        ),
        "setting2": Answer(
            r"\text{setting}_2", (3,), "channels, height, width with the second stride", "int", entries=MAP_SIZE
        ),
    },
)
