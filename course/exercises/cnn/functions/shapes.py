"""Shapes that a student's outputs must have."""

from typing import Any

import numpy as np


def shaped(value: Any, shape: tuple[int, ...], what: str) -> np.ndarray:
    """Give an output flat, if it has the shape that was expected.

    Raises:
        ValueError: if it has another one; the message says `what` it was.
    """
    got = np.asarray(value)
    if got.shape != shape:
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
