"""One convolution by hand, as asked."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise
from course.exercises.variants import Draw


class OneKernel(NamedTuple):
    """A 3 x 3 image and a 2 x 2 kernel."""

    I: np.ndarray  # (3, 3)  # noqa: E741 - the name that the exercise gives it
    K: np.ndarray  # (2, 2)


def _draw_one_kernel(draw: Draw) -> OneKernel:
    while True:  # all numbers are small integers, so that whether a draw is kept is exact
        given = OneKernel(I=draw.integers(1, 9, (3, 3)), K=draw.integers(-3, 3, (2, 2), without=(0,)))
        output = _laid_on(given.I, given.K)
        turned = (given.K.T, given.K[::-1], given.K[:, ::-1], given.K[::-1, ::-1])
        if np.any(output < 0) and all(np.any(_laid_on(given.I, K) != output) for K in turned):
            return given


def _laid_on(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return np.einsum("ijuv,uv->ij", np.lib.stride_tricks.sliding_window_view(image, (2, 2)), kernel)


conv_by_hand = Exercise(
    id="cnn/conv-by-hand",
    title="One convolution by hand",
    source="004, 2.3",
    kind="steps",
    task=(
        "Convolve the image $I$ with the kernel $K$, without padding and with stride 1. As everywhere in deep "
        "learning, convolution means the cross-correlation: the kernel is not flipped."
    ),
    seed=lambda: OneKernel(np.array([[1.0, 2, 3], [4, 5, 6], [1, 5, 3]]), np.eye(2)),
    draw=_draw_one_kernel,
    symbols={"I": "I", "K": "K"},
    answers={"O": Answer("O", (2, 2), "the output", "int")},
)
