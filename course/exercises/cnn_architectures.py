"""Well-known networks, counted: LeNet-5, the receptive field in VGG-16, inception, split-transform-merge."""

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
        units=array(draw.integer(100, 150), draw.integer(60, 99), draw.integer(11, 30)),
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
        "y1": Answer("y_1", (3,), "stride, low, high after layer 2", "int"),
        "y2": Answer("y_2", (3,), "stride, low, high after layer 3", "int"),
        "y3": Answer("y_3", (3,), "stride, low, high after layer 6", "int"),
        "corner": Answer(r"\text{corner}", (2,), "first and last row that row 0 of $y_3$ depends on", "int"),
    },
)


class Inception(NamedTuple):
    """A module with branches of 1 x 1, 3 x 3 and 5 x 5 convolutions and one of max-pooling."""

    image: np.ndarray  # (3,) channels, height, width
    filters: np.ndarray  # (3,) of the 1 x 1, 3 x 3 and 5 x 5 convolutions
    bottleneck: np.ndarray  # () filters of each 1 x 1 convolution that is added


def _draw_inception(draw: Draw) -> Inception:
    height = draw.integer(6, 28)
    return Inception(
        image=array(16 * draw.integer(8, 32), height, draw.integer(6, 28, without=(height,))),
        filters=array(16 * draw.integer(4, 16), 16 * draw.integer(4, 16), 16 * draw.integer(2, 8)),
        bottleneck=array(8 * draw.integer(2, 10)),
    )


inception = Exercise(
    id="cnn/inception",
    title="Inception, naive and with bottlenecks",
    source="003, problem 5",
    kind="steps",
    task=(
        r"An input of $C \times H \times W$ goes through four branches, whose outputs are concatenated. "
        r"**Naive:** a $1 \times 1$ convolution with $F_1$ filters, a $3 \times 3$ convolution with $F_3$ filters "
        r"and padding 1, a $5 \times 5$ convolution with $F_5$ filters and padding 2, $3 \times 3$ max-pooling "
        r"with stride 1 and padding 1. **With bottlenecks:** a $1 \times 1$ convolution with $B$ filters stands "
        r"before the $3 \times 3$ and before the $5 \times 5$ convolution, and one after the pooling. Every "
        "convolution has stride 1, biases, and an activation function after it. For both modules count the "
        "parameters, multiplications, additions, and values of the activation function. Operations on padding "
        "count, adding the bias is an addition, and pooling counts for nothing."
    ),
    seed=lambda: Inception(array(256, 32, 32), array(128, 192, 96), array(64)),
    draw=_draw_inception,
    symbols={"image": "(C, H, W)", "filters": "(F_1, F_3, F_5)", "bottleneck": "B"},
    answers={
        f"{module}_{short}": Answer(rf"\text{{{what}}}_{{\text{{{module}}}}}", (), f"{what}, {module}", "int")
        for module in ("naive", "bottleneck")
        for short, what in (
            ("params", "parameters"),
            ("mults", "multiplications"),
            ("adds", "additions"),
            ("acts", "activations"),
        )
    },
)


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
        kernel=draw.choice((3, 5)),
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
