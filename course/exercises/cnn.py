"""Convolutional networks, as asked: sizes of feature maps, numbers of weights, and why not a dense layer."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, array, nothing
from course.exercises.variants import Draw


class SmallCnn(NamedTuple):
    """Two convolutions, each with ReLU and max-pooling, then a fully connected layer; entry i is of layer i."""

    image: np.ndarray  # (3,) channels, height, width
    filters: np.ndarray  # (2,)
    kernel: np.ndarray  # (2,)
    stride: np.ndarray  # (2,)
    padding: np.ndarray  # (2,)
    window: np.ndarray  # (2,) size and stride of the pooling
    units: np.ndarray  # ()


class TwoSettings(NamedTuple):
    """One convolution with either of two strides."""

    image: np.ndarray  # (2,) height, width
    filters: np.ndarray  # ()
    kernel: np.ndarray  # ()
    padding: np.ndarray  # ()
    stride: np.ndarray  # (2,) of setting 1 and of setting 2


def _before(draw: Draw, size: int, kernel: int, stride: int, padding: int) -> int:
    """Give an input size whose output has this size with a remainder, so that the floor matters."""
    return stride * (size - 1) + kernel - 2 * padding + draw.integer(1, stride - 1)


def _draw_small_cnn(draw: Draw) -> SmallCnn:
    filters = [draw.integer(5, 16)]
    filters.append(draw.integer(17, 32))
    kernel = [draw.integer(5, 7), draw.integer(5, 7)]
    stride = [draw.integer(2, 3), 2]
    padding = [(k - 1) // 2 for k in kernel]
    window = [draw.integer(2, 3), 2]
    height = draw.integer(2, 4)
    sizes = [height, draw.integer(2, 4, without=(height,))]
    for layer in (1, 0):
        sizes = [_before(draw, n, window[layer], window[layer], 0) for n in sizes]
        sizes = [_before(draw, n, kernel[layer], stride[layer], padding[layer]) for n in sizes]
    return SmallCnn(
        image=array(draw.integer(2, 4), *sizes),
        filters=array(*filters),
        kernel=array(*kernel),
        stride=array(*stride),
        padding=array(*padding),
        window=array(*window),
        units=array(draw.integer(5, 20)),
    )


def _seed_small_cnn() -> SmallCnn:
    return SmallCnn(
        image=array(3, 32, 32),
        filters=array(16, 32),
        kernel=array(3, 3),
        stride=array(1, 1),
        padding=array(0, 0),
        window=array(2, 2),
        units=array(10),
    )


_SYMBOLS = {
    "image": r"(C, H, W)",
    "filters": "F",
    "kernel": "k",
    "stride": "s",
    "padding": "p",
    "window": "w",
    "units": "U",
}
_NETWORK = (
    "An image of $C$ channels, height $H$ and width $W$ goes through two blocks, then through a fully connected "
    r"layer with $U$ units. Block $i$ is a convolution with $F_i$ filters of size $k_i \times k_i$, stride $s_i$ "
    r"and $p_i$ zeros of padding on every side, a ReLU, and max-pooling over windows of $w_i \times w_i$ with "
    "stride $w_i$ and no padding. Where a window does not fit any more, rows and columns are left out. "
)

feature_maps = Exercise(
    id="cnn/feature-maps",
    title="Sizes of the feature maps",
    source="000, CNN exercise, question 1",
    kind="steps",
    task=_NETWORK + "Give the size of every feature map as (channels, height, width).",
    seed=_seed_small_cnn,
    draw=_draw_small_cnn,
    symbols=_SYMBOLS,
    answers={
        "conv1": Answer(r"\text{conv}_1", (3,), "channels, height, width after the first convolution", "int"),
        "pool1": Answer(r"\text{pool}_1", (3,), "after the first pooling", "int"),
        "conv2": Answer(r"\text{conv}_2", (3,), "after the second convolution", "int"),
        "pool2": Answer(r"\text{pool}_2", (3,), "after the second pooling", "int"),
    },
)

weight_count = Exercise(
    id="cnn/weight-count",
    title="Counting the weights of a CNN",
    source="000, CNN exercise, question 2",
    kind="steps",
    task=_NETWORK
    + "Every filter and every unit has a bias. How many weights, biases included, does each of the layers have, "
    "and how many are there in all?",
    seed=_seed_small_cnn,
    draw=_draw_small_cnn,
    symbols=_SYMBOLS,
    answers={
        "conv1": Answer(r"n_{\text{conv}_1}", (), "weights of the first convolution", "int"),
        "conv2": Answer(r"n_{\text{conv}_2}", (), "weights of the second convolution", "int"),
        "fc": Answer(r"n_{\text{fc}}", (), "weights of the fully connected layer", "int"),
        "total": Answer("n", (), "weights in all", "int"),
    },
)


def _draw_two_settings(draw: Draw) -> TwoSettings:
    kernel = draw.integer(5, 7)
    padding = draw.integer(2, (kernel - 1) // 2)
    stride = draw.integer(2, 3)
    height = draw.integer(2, 5)
    width = draw.integer(2, 5, without=(height,))
    return TwoSettings(
        image=array(*(_before(draw, n, kernel, stride, padding) for n in (height, width))),
        filters=array(draw.integer(2, 9)),
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
        "setting1": Answer(r"\text{setting}_1", (3,), "channels, height, width with the first stride", "int"),
        "setting2": Answer(r"\text{setting}_2", (3,), "channels, height, width with the second stride", "int"),
    },
)

dense_vs_conv = Exercise(
    id="cnn/dense-vs-conv",
    title="Dense or convolutional?",
    source="004, 2.1",
    kind="written",
    task=(
        "In a few sentences: how does a convolutional layer differ from a fully connected one? Say which inputs a "
        "unit sees, which weights the units share and what this does to the number of weights, and what happens "
        "to the output when the input is shifted."
    ),
    seed=nothing,
    answers={},
)
