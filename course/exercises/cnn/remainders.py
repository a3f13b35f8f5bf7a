"""Sizes whose windows leave a remainder, so that rounding matters."""

from course.exercises.variants import Draw


def size_before(draw: Draw, size: int, kernel: int, stride: int, padding: int) -> int:
    """Give an input size whose output has this size with a remainder, so that the floor matters."""
    return stride * (size - 1) + kernel - 2 * padding + draw.integer(1, stride - 1)
