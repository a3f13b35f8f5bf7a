"""Two channels under two filters, forward and backward, as asked."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, array
from course.exercises.variants import Draw


class TwoChannels(NamedTuple):
    """A two-channel image, two filters with a kernel a channel, and targets for either setting."""

    X: np.ndarray  # (2, 5, 5)
    K: np.ndarray  # (2, 2, 3, 3) filter, channel, row, column
    b: np.ndarray  # (2,)
    T: np.ndarray  # (2, 2, 2)


def _windows(maps: np.ndarray, size: int, stride: int) -> np.ndarray:
    """Give all windows of every map, (..., rows, columns, size, size)."""
    view = np.lib.stride_tricks.sliding_window_view(maps, (size, size), axis=(-2, -1))
    return view[..., ::stride, ::stride, :, :]


def convolve(X: np.ndarray, K: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Lay every filter on the image, with stride 1."""
    return np.einsum("cijuv,fcuv->fij", _windows(X, 3, 1), K) + b[:, None, None]


def pools_well(maps: np.ndarray) -> bool:
    """Whether no window ties for its maximum, and in every map some windows share their winner, but not all."""
    ordered = np.sort(_windows(maps, 2, 1).reshape(len(maps), 4, 4), axis=-1)
    winners = [len(set(row)) for row in ordered[..., -1].tolist()]
    return bool(np.all(ordered[..., -1] > ordered[..., -2])) and set(winners) <= {2, 3}


def _draw_two_channels(draw: Draw) -> TwoChannels:
    while True:  # all numbers are small integers, so that whether a draw is kept is exact
        X = draw.integers(0, 9, (2, 5, 5))
        K = draw.integers(-1, 1, (2, 2, 3, 3))
        b = draw.integers(-3, 3, (2,), without=(0,))
        maps = convolve(X, K, b)
        # Negative outputs in both settings, and one that is the largest of its window in size alone.
        shows_signs = np.any(maps[:, ::2, ::2] < 0) and np.any(_pooled(np.abs(maps)) != _pooled(maps))
        if b[0] != b[1] and shows_signs and pools_well(maps):
            return TwoChannels(X, K, b, T=draw.integers(-9, 9, (2, 2, 2)))


def _pooled(maps: np.ndarray) -> np.ndarray:
    return np.max(_windows(maps, 2, 1), axis=(-2, -1))


def _seed_two_channels() -> TwoChannels:
    shared = [[6.0, 7, 8, 0, 0], [8, 10, 12, 1, 2]]
    return TwoChannels(
        X=np.array(
            [
                [[2, 3, 4, 5, 6], [14, 15, 16, 1, 1], *shared, [22, 24, 26, 3, 3]],
                [[22, 23, 24, 12, 14], [14, 15, 16, 0, 0], *shared, [22, 24, 26, 5, 5]],
            ]
        ),
        K=np.array(
            [
                [[[0.0, 0, -1], [-1, 0, 0], [1, -1, 0]], [[1, 0, 0], [0, 0, 1], [-1, 0, 1]]],
                [[[0.0, 0, 0], [0, 1, 0], [0, -1, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 0]]],
            ]
        ),
        b=array(1, -2),
        T=np.array([[[20.0, 12], [1, 4]], [[18, 25], [-2, 10]]]),
    )


two_channel = Exercise(
    id="cnn/two-channel",
    title="Two channels, forward and backward",
    source="002, question 1",
    kind="steps",
    task=(
        r"An image $X$ of two channels meets two filters of size $3 \times 3$: $K_{f,c}$ is the kernel of filter "
        "$f$ for channel $c$, and $b_f$ the bias of filter $f$. There is no padding, and the kernels are not "
        r"flipped. **Setting 1** has stride 1. Its output $O^{(1)}$ is max-pooled over windows of $2 \times 2$ "
        r"that move by 1, which gives $P$, and the loss is $E_1 = \frac12 \sum (P - T)^2$. **Setting 2** has "
        r"stride 2, no pooling, and the loss $E_2 = \frac12 \sum (O^{(2)} - T)^2$. For both settings run the "
        "forward pass, then find the gradients of the loss with respect to the output of the convolution, the "
        "kernels, the biases and the image."
    ),
    seed=_seed_two_channels,
    draw=_draw_two_channels,
    symbols={"X": "X", "K": "K", "b": "b", "T": "T"},
    answers={
        "O1": Answer("O^{(1)}", (2, 3, 3), "output of the convolution, setting 1", "int"),
        "P": Answer("P", (2, 2, 2), "output of the pooling", "int"),
        "loss1": Answer("E_1", (), "loss of setting 1"),
        "dP": Answer(r"\partial E_1/\partial P", (2, 2, 2), "gradient at the output of the pooling", "int"),
        "dO1": Answer(r"\partial E_1/\partial O^{(1)}", (2, 3, 3), "gradient before the pooling", "int"),
        "dK1": Answer(r"\partial E_1/\partial K", (2, 2, 3, 3), "gradient of the kernels, setting 1", "int"),
        "db1": Answer(r"\partial E_1/\partial b", (2,), "gradient of the biases, setting 1", "int"),
        "dX1": Answer(r"\partial E_1/\partial X", (2, 5, 5), "gradient of the image, setting 1", "int"),
        "O2": Answer("O^{(2)}", (2, 2, 2), "output of the convolution, setting 2", "int"),
        "loss2": Answer("E_2", (), "loss of setting 2"),
        "dO2": Answer(r"\partial E_2/\partial O^{(2)}", (2, 2, 2), "gradient at the output, setting 2", "int"),
        "dK2": Answer(r"\partial E_2/\partial K", (2, 2, 3, 3), "gradient of the kernels, setting 2", "int"),
        "db2": Answer(r"\partial E_2/\partial b", (2,), "gradient of the biases, setting 2", "int"),
        "dX2": Answer(r"\partial E_2/\partial X", (2, 5, 5), "gradient of the image, setting 2", "int"),
    },
)
