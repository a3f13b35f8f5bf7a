"""Which number, in place of a given one, makes what a step gives equal to what was written."""

from collections.abc import Callable

import numpy as np

STEPS = 6  # of Newton's method: one where the step is linear in the number, and few are far from that
APART = 1e-6  # between two numbers from which a slope is taken, in parts of them
ARITHMETIC = 1e-6  # of the largest entry by which an answer may be off besides, as float32 is
CLOSE = 1e-10  # in parts of a number: it is found


def bounds(
    values: Callable[[np.ndarray], np.ndarray], start: np.ndarray, target: np.ndarray, unit: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Find the numbers for which a step gives an answer, to the precision with which it is written.

    Args:
        values: what the step gives for numbers of shape (2, rows), in shape (2, rows, entries).
        start: numbers to begin with, (rows,).
        target: the answers, (rows, entries).
        unit: how far each entry may be off, (rows, entries).

    Returns:
        The least and the largest such number of each row; they are not finite, or the wrong way round, where there
        is none.
    """
    number = np.array(start, dtype=float)

    def around(number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        apart = APART * np.maximum(np.abs(number), np.abs(start))
        one, other = values(np.stack([number, number + apart]))
        return (other - one) / apart[:, None], target - one

    with np.errstate(all="ignore"):
        slope, off = around(number)
        for _ in range(STEPS):
            move = np.sum(slope * off, axis=1) / np.sum(slope**2, axis=1)
            move = np.where(np.isfinite(move), move, 0.0)
            if np.all(np.abs(move) <= CLOSE * np.abs(number)):
                break
            number = number + move
            slope, off = around(number)
        slack = unit + ARITHMETIC * np.max(np.abs(target), axis=1, keepdims=True)
        ends = np.stack([(off - slack) / slope, (off + slack) / slope])
        # An entry that the number does not move says nothing, if it is right as it is.
        free = slope == 0
        least = np.where(free, -np.inf, ends.min(axis=0)).max(axis=1)
        most = np.where(free, np.inf, ends.max(axis=0)).min(axis=1)
        possible = np.all(~free | (np.abs(off) <= slack), axis=1) & np.any(~free, axis=1)
    return np.where(possible, number + least, np.nan), np.where(possible, number + most, np.nan)
