"""Sizes whose windows leave something over, so that it matters how the places of a window are counted."""

from course.exercises.variants import Draw


def remainders(draw: Draw, stride: int) -> tuple[int, int]:
    """Draw what a window leaves over in rows and in columns.

    As much as can be over in one of them shows whether sizes are rounded down; one less in the other shows whether
    the 1 is added after the division.
    """
    larger_first = draw.integer(0, 1) == 1
    return (stride - 1, stride - 2) if larger_first else (stride - 2, stride - 1)


def sizes_before(draw: Draw, sizes: list[int], kernel: int, stride: int, padding: int) -> list[int]:
    """Draw the rows and columns of an input whose output has these sizes."""
    over = remainders(draw, stride)
    return [stride * (n - 1) + kernel - 2 * padding + left for n, left in zip(sizes, over, strict=True)]
