"""The parameters of LeNet-5 to be counted, as asked."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, array
from course.exercises.variants import Draw


class LeNet(NamedTuple):
    """Two convolutions, each with subsampling by 2, then three fully connected layers."""

    image: np.ndarray  # (3,) channels, height, width
    kernel: np.ndarray  # () of C1 and C3
    maps: np.ndarray  # (2,) of C1 and C3
    units: np.ndarray  # (3,) of C5, F6 and the output


def _draw_lenet(draw: Draw) -> LeNet:
    kernel = draw.integer(3, 7)
    left = draw.integer(3, 8, without=(kernel,))  # rows of the maps that C5 sees
    side = 2 * (2 * left + kernel - 1) + kernel - 1
    return LeNet(
        image=array(draw.integer(2, 4), side, side),
        kernel=array(kernel),
        maps=array(6, 16),
        units=array(draw.integer(100, 150, without=(16 * left**2,)), draw.integer(60, 99), draw.integer(11, 30)),
    )


lenet_count = Exercise(
    id="cnn/lenet-count",
    title="The parameters of LeNet-5",
    source="002, question 3",
    kind="steps",
    task=(
        r"LeNet-5 on an image of $C$ channels, height $H$ and width $W$: C1 convolves it with $m_1$ filters of "
        r"$k \times k$ (no padding, stride 1), S2 subsamples by 2, C3 convolves with $m_3$ filters of "
        r"$k \times k$, S4 subsamples by 2; then come three fully connected layers, C5 with $n_5$ units, F6 with "
        "$n_6$ and the output with $n_7$. Here every filter of C3 sees **all** maps of S2, the **subsampling has "
        "no parameters** (it takes the mean), and every filter and unit has a bias. How many parameters has each "
        "layer, and how many are there in all?"
    ),
    seed=lambda: LeNet(array(1, 32, 32), array(5), array(6, 16), array(120, 84, 10)),
    draw=_draw_lenet,
    symbols={"image": "(C, H, W)", "kernel": "k", "maps": "(m_1, m_3)", "units": "(n_5, n_6, n_7)"},
    answers={
        "c1": Answer(r"n_{\text{C1}}", (), "parameters of C1", "int"),
        "c3": Answer(r"n_{\text{C3}}", (), "parameters of C3", "int"),
        "c5": Answer(r"n_{\text{C5}}", (), "parameters of C5", "int"),
        "f6": Answer(r"n_{\text{F6}}", (), "parameters of F6", "int"),
        "out": Answer(r"n_{\text{out}}", (), "parameters of the output layer", "int"),
        "total": Answer("n", (), "parameters in all", "int"),
    },
)
