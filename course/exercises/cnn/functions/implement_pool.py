"""Max-pooling to implement, forward and backward."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, nothing
from course.exercises.shapes import shaped
from course.exercises.variants import Draw


class PoolCase(NamedTuple):
    """Sizes of one max-pooling that is probed."""

    image: tuple[int, int, int]
    size: int
    stride: int
    leak: float

    @property
    def output(self) -> tuple[int, int, int]:
        """(channels, rows, columns)."""
        rows, columns = ((n - self.size) // self.stride + 1 for n in self.image[1:])
        return self.image[0], rows, columns


POOLINGS = (PoolCase((2, 4, 5), 2, 2, 0.0), PoolCase((1, 6, 7), 3, 2, 0.25), PoolCase((2, 3, 5), 2, 1, -0.5))


class PoolProbe(NamedTuple):
    """An image without ties and an upstream gradient for each of `POOLINGS`."""

    x: tuple[np.ndarray, ...]
    dout: tuple[np.ndarray, ...]


def shuffled(draw: Draw, shape: tuple[int, ...]) -> np.ndarray:
    """Give different integers around 0 in a random order."""
    count = int(np.prod(shape))
    numbers = np.arange(count) - count // 2
    for last in range(count - 1, 0, -1):
        other = draw.integer(0, last)
        numbers[[last, other]] = numbers[[other, last]]
    return numbers.astype(np.float64).reshape(shape)


def _telling(image: np.ndarray, size: int) -> np.ndarray:
    """Exchange entries until the first window holds negative ones only, the largest in its last corner.

    So a maximum that is at least 0, or that of a smaller window, is another one.
    """
    image = image.copy()
    window = image[0, :size, :size]
    outside = [place for place in np.ndindex(image.shape) if place[0] or max(place[1:]) >= size]
    negative = [place for place in outside if image[place] < 0]
    for place in np.argwhere(window >= 0):
        other = negative.pop()
        image[other], window[tuple(place)] = window[tuple(place)], image[other]
    largest = np.unravel_index(np.argmax(window), window.shape)
    window[largest], window[-1, -1] = window[-1, -1], window[largest]
    return image


def _draw_pool(draw: Draw) -> PoolProbe:
    return PoolProbe(
        x=tuple(_telling(shuffled(draw, case.image), case.size) for case in POOLINGS),
        dout=tuple(draw.integers(-8, 8, case.output, without=(0,)) for case in POOLINGS),
    )


def _call_pool_forward(forward: Callable, probe: PoolProbe) -> Any:
    return np.concatenate(
        [
            shaped(forward(x, case.size, case.stride), case.output, "an output")
            for case, x in zip(POOLINGS, probe.x, strict=True)
        ]
    )


def _call_pool_backward(backward: Callable, probe: PoolProbe) -> Any:
    return np.concatenate(
        [
            shaped(backward(x, case.size, case.stride, dout, case.leak), case.image, "a gradient")
            for case, x, dout in zip(POOLINGS, *probe, strict=True)
        ]
    )


implement_pool = Exercise(
    id="cnn/implement-pool",
    title="Max-pooling, written by you",
    source="002, question 1",
    kind="function",
    task=(
        "Write max-pooling of an image (channels, height, width) over square windows without padding: `forward` "
        "gives the largest entry of every window. `backward` takes the gradient at the output and gives that at "
        "the image, without automatic differentiation, under a rule of its own: in every window the largest entry "
        r"receives the window's gradient $g$, and each of the others receives $\text{leak} \cdot g$. What an "
        "entry receives from several windows is added. With a leak of 0 this is the gradient of max-pooling. They "
        "are tried on fresh images without ties, with windows that overlap, too."
    ),
    seed=nothing,
    probe=_draw_pool,
    answers={
        "forward": Answer(
            "P", (sum(int(np.prod(case.output)) for case in POOLINGS),), "the pooled image", "function",
            signature="forward(x, size, stride)", call=_call_pool_forward,
        ),
        "backward": Answer(
            r"\partial\ell/\partial X", (sum(int(np.prod(case.image)) for case in POOLINGS),),
            "the gradient at the image", "function",
            signature="backward(x, size, stride, dout, leak)", call=_call_pool_backward,
        ),
    },
)  # fmt: skip
