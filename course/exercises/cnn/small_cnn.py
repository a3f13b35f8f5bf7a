"""A small CNN, as `cnn/feature-maps` and `cnn/weight-count` ask about it."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import array
from course.exercises.cnn.remainders import sizes_before
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


def draw_small_cnn(draw: Draw) -> SmallCnn:
    """Draw a network in which it matters how every size is counted, whose numbers are told apart."""
    filters = [draw.integer(5, 16)]
    filters.append(draw.integer(17, 32))
    # The kernels are at least two larger than twice the padding, so no convolution keeps sizes or divides them by
    # the stride; padding on one side alone is told from a missing first place.
    kernel, stride, padding = [draw.integer(6, 7), 9], [3, 2], [2, 3]
    if draw.integer(0, 1):
        kernel, stride, padding = kernel[::-1], stride[::-1], padding[::-1]
    window = [3, draw.integer(2, 3)]
    height = draw.integer(2, 4)
    sizes = [height, draw.integer(2, 4, without=(height,))]
    for layer in (1, 0):
        sizes = sizes_before(draw, sizes, window[layer], window[layer], 0)
        sizes = sizes_before(draw, sizes, kernel[layer], stride[layer], padding[layer])
    return SmallCnn(
        image=array(draw.integer(2, 4), *sizes),
        filters=array(*filters),
        kernel=array(*kernel),
        stride=array(*stride),
        padding=array(*padding),
        window=array(*window),
        units=array(draw.integer(5, 20)),
    )


def seed_small_cnn() -> SmallCnn:
    """Give the document's network."""
    return SmallCnn(
        image=array(3, 32, 32),
        filters=array(16, 32),
        kernel=array(3, 3),
        stride=array(1, 1),
        padding=array(0, 0),
        window=array(2, 2),
        units=array(10),
    )


SYMBOLS = {
    "image": r"(C, H, W)",
    "filters": "F",
    "kernel": "k",
    "stride": "s",
    "padding": "p",
    "window": "w",
    "units": "U",
}
NETWORK = (
    "An image of $C$ channels, height $H$ and width $W$ goes through two blocks, then through a fully connected "
    r"layer with $U$ units. Block $i$ is a convolution with $F_i$ filters of size $k_i \times k_i$, stride $s_i$ "
    r"and $p_i$ zeros of padding on every side, a ReLU, and max-pooling over windows of $w_i \times w_i$ with "
    "stride $w_i$ and no padding. Where a window does not fit any more, rows and columns are left out. "
)
