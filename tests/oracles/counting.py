"""How many places a window has along one axis, the ways people count them wrong, and counts as whole numbers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from tests.oracles.solution import Solution


def places(n, k, s, p=0):
    """Return the number of places of a window of `k` that moves by `s` over `n` entries, `p` zeros on either side."""
    return np.floor((n + 2 * p - k) / s) + 1


# (name, count(n, k, s, p), what the student believes)
WRONG_PLACES = (
    ("rounded up", lambda n, k, s, p: np.ceil((n + 2 * p - k) / s) + 1, "a window that sticks out counts"),
    ("not rounded", lambda n, k, s, p: (n + 2 * p - k) / s + 1, "a size may be a fraction"),
    (
        "rounded",
        lambda n, k, s, p: np.floor((n + 2 * p - k) / s + 0.5) + 1,
        "a fraction is rounded to the nearest",
    ),
    ("no plus one", lambda n, k, s, p: np.floor((n + 2 * p - k) / s), "the places are the moves"),
    ("stride ignored", lambda n, k, s, p: n + 2 * p - k + 1, "the window moves by 1 whatever the stride"),
    ("padding ignored", lambda n, k, s, p: places(n, k, s, 0), "zeros around the image do not count"),
    ("padding once", lambda n, k, s, p: np.floor((n + p - k) / s) + 1, "the padding stands on one side"),
    ("size over stride", lambda n, k, s, p: np.ceil(n / s), "a stride divides the size and nothing else matters"),
    ("one inside", lambda n, k, s, p: np.floor((n + 2 * p - k + 1) / s), "the +1 is added before the division"),
    (
        "size divided alone",
        lambda n, k, s, p: np.floor(n / s) + 2 * p - k + 1,
        "the stride divides the size alone",
    ),
)


def _is_count(value: np.ndarray) -> bool:
    return bool(np.all(value >= 0))


def counting(solution: Solution, signed: bool = False) -> Solution:
    """Return the solution with counts as integers wherever they are whole.

    Args:
        solution: with counts as floats.
        signed: whether they may be negative, as places in front of the first one and sums of products are.
    """
    return replace(
        solution,
        domain={**({} if signed else dict.fromkeys(solution.steps, _is_count)), **solution.domain},
        steps={name: _whole(step) for name, step in solution.steps.items()},
        misconceptions=[replace(wrong, function=_whole(wrong.function)) for wrong in solution.misconceptions],
    )


def _whole(function: Callable) -> Callable:
    def step(given: Any, values: dict[str, Any]) -> np.ndarray:
        count = np.asarray(function(given, values), dtype=np.float64)
        whole = np.all(np.isfinite(count)) and np.all(count == np.round(count))
        return count.astype(np.int64) if whole else count

    return step
