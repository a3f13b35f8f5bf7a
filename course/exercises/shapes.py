"""Shapes: which are the same, and those that a student's outputs must have."""

from typing import Any

import numpy as np

MAP_SIZE = (
    ("channels", "channel", "maps", "feature maps", "filters", "C"),
    ("height", "rows", "high", "H"),
    ("width", "columns", "cols", "wide", "W"),
)
"""What the entries of a size (channels, height, width) are called."""


def squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Give a shape without its axes of length one: in an answer they never matter.

    >>> squeezed((3, 1, 1)), squeezed(())
    ((3,), ())
    """
    return tuple(n for n in shape if n != 1)


def shaped(value: Any, shape: tuple[int, ...], what: str) -> np.ndarray:
    """Give an output flat, if it has the shape that was expected, but for axes of length one.

    Raises:
        ValueError: if it has another one; the message says `what` it was.
    """
    got = np.asarray(value)
    if squeezed(got.shape) != squeezed(shape):
        raise ValueError(f"{what} of shape {shape} was expected, got {got.shape}")
    return got.ravel()


def each_shaped(values: Any, likes: tuple[np.ndarray, ...], names: tuple[str, ...]) -> list[np.ndarray]:
    """Give several outputs flat, if each has the shape of its model.

    Raises:
        ValueError: if there are more or fewer, or one has another shape.
    """
    if not isinstance(values, tuple | list) or len(values) != len(names):
        raise ValueError(f"{len(names)} arrays were expected: {', '.join(names)}")
    return [shaped(value, like.shape, name) for value, like, name in zip(values, likes, names, strict=True)]
