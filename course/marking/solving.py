"""Which number, in place of a given one, makes what a step gives equal to what was written."""

from collections.abc import Callable

import numpy as np

STEPS = 10  # of Newton's method: one where the step is linear in the number, more where it bends or levels off
APART = 1e-6  # between two numbers from which a slope is taken, in parts of them
ARITHMETIC = 1e-6  # of the largest entry by which an answer may be off besides, as float32 is
SAME = 1e-9  # in parts of how far an answer is off
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
        move = _newton(slope, off)
        for _ in range(STEPS):
            if np.all(np.abs(move) <= CLOSE * np.abs(number)):
                break
            there_slope, there_off = around(number + move)
            # Beyond a kink, or where the step has levelled off, a whole move leads away: then half of it is tried.
            nearer = np.sum(there_off**2, axis=1) < np.sum(off**2, axis=1)
            number = np.where(nearer, number + move, number)
            slope = np.where(nearer[:, None], there_slope, slope)
            off = np.where(nearer[:, None], there_off, off)
            move = np.where(nearer, _newton(slope, off), move / 2)
        slack = unit + ARITHMETIC * np.max(np.abs(target), axis=1, keepdims=True)
        ends = np.stack([(off - slack) / slope, (off + slack) / slope])
        # An entry that the number does not move says nothing, if it is right as it is.
        free = slope == 0
        least = np.where(free, -np.inf, ends.min(axis=0)).max(axis=1)
        most = np.where(free, np.inf, ends.max(axis=0)).min(axis=1)
        possible = np.all(~free | (np.abs(off) <= slack), axis=1) & np.any(~free, axis=1)
    return np.where(possible, number + least, np.nan), np.where(possible, number + most, np.nan)


def _newton(slope: np.ndarray, off: np.ndarray) -> np.ndarray:
    """Give how far the least squares of all entries are from each number, were the step a straight line."""
    move = np.sum(slope * off, axis=1) / np.sum(slope**2, axis=1)
    return np.where(np.isfinite(move), move, 0.0)


def lowest(numbers: np.ndarray, off: np.ndarray, most: int) -> list[float]:
    """Give the numbers at which an answer is less far off than at their neighbours, the nearest first.

    Args:
        numbers: at which a step was worked out, in any order (numbers,).
        off: how far an answer is off at each.
        most: of them.

    >>> lowest(np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 2.0, 0.5, 3.0]), 2)
    [2.0, 0.0]
    """
    order = np.argsort(numbers, kind="stable")
    around = np.concatenate([[np.inf], np.nan_to_num(off[order], nan=np.inf), [np.inf]])
    here = around[1:-1] * (1 - SAME)  # two numbers that give the same differ in rounding only, as a square's do
    low = np.flatnonzero((here <= around[:-2]) & (here <= around[2:]) & np.isfinite(here))
    nearest = low[np.argsort(off[order][low], kind="stable")]
    return numbers[order][nearest[:most]].tolist()
