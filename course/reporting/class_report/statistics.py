r"""Item statistics of a class: how hard each step is, and whether it tells the strong from the weak.

The words are those of classical test theory. The **difficulty** of a step is the mean share of its points that
the class earned, so that 1 is easy and 0 is hard. Its **discrimination** is the corrected item–rest correlation:
Pearson's $r$ between the points of the step and the points of all *other* steps. A step near 0 tells nothing;
one below 0 is earned by the weak and missed by the strong, and its scheme or its wording deserves a look.
Cronbach's $\alpha = \frac{k}{k-1}\left(1 - \frac{\sum_i \mathrm{var}(x_i)}{\mathrm{var}(\sum_i x_i)}\right)$ says
how much the steps measure one thing.

Source: Crocker and Algina, Introduction to Classical and Modern Test Theory, chapters 5, 7 and 14.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

FEWEST = 3  # students; of fewer a correlation is ±1 or nothing


class Spread(NamedTuple):
    """How points are spread over a class, in points: quartiles by linear interpolation, the sample's deviation."""

    students: int
    mean: float
    deviation: float
    least: float
    lower: float
    median: float
    upper: float
    most: float


def difficulty(points: Float[np.ndarray, "students steps"], most: Float[np.ndarray, " steps"]) -> np.ndarray:
    """Give the mean share of points of each step; nan for a step without points or a class of nobody.

    Points that are nan (a sheet that could not be marked) are left out.

    >>> difficulty(np.array([[1.0, 0.0], [1.0, 2.0]]), np.array([1.0, 2.0]))
    array([1. , 0.5])
    """
    known = np.isfinite(points)
    count = known.sum(axis=0)
    earned = np.where(known, points, 0.0).sum(axis=0)
    share = np.full(points.shape[1], np.nan)
    return np.divide(earned, count * most, out=share, where=(count > 0) & (most > 0))


def discrimination(points: Float[np.ndarray, "students steps"]) -> np.ndarray:
    """Give the corrected item–rest correlation of each step, in -1..1.

    Only students of whom every step is known count. It is nan for fewer than `FEWEST`, where everybody earned
    the same in the step or in all others together, and for a single step.

    >>> discrimination(np.array([[0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [1.0, 2.0, 1.0]])).round(3)
    array([ 0.5  ,  0.866, -0.189])
    """
    whole = points[np.isfinite(points).all(axis=1)]
    rest = whole.sum(axis=1, keepdims=True) - whole
    found = np.full(points.shape[1], np.nan)
    if len(whole) < FEWEST or points.shape[1] < 2:
        return found
    item, other = whole - whole.mean(axis=0), rest - rest.mean(axis=0)
    spread = np.sqrt((item**2).sum(axis=0) * (other**2).sum(axis=0))
    # Sums of points in float64: what is left of a column that never varies is rounding.
    varies = (np.abs(item).max(axis=0) > 1e-9) & (np.abs(other).max(axis=0) > 1e-9)
    return np.divide((item * other).sum(axis=0), spread, out=found, where=varies)


def alpha(points: Float[np.ndarray, "students steps"]) -> float:
    """Give Cronbach's alpha, at most 1; nan where it has no meaning.

    >>> alpha(np.array([[1.0, 1.0], [0.0, 0.0], [1.0, 1.0]]))
    1.0
    """
    whole = points[np.isfinite(points).all(axis=1)]
    steps = points.shape[1]
    if len(whole) < FEWEST or steps < 2:
        return float("nan")
    total = whole.sum(axis=1).var(ddof=1)
    if total < 1e-12:
        return float("nan")
    return float(steps / (steps - 1) * (1 - whole.var(axis=0, ddof=1).sum() / total))


def shares(states: Int[np.ndarray, "students steps"], kinds: int) -> Float[np.ndarray, "steps kinds"]:
    """Give the share of students in each state, by step; a state below 0 (not marked) is left out.

    >>> shares(np.array([[0, 1], [0, -1]]), 2)
    array([[1., 0.],
           [0., 1.]])
    """
    counts = (states[:, :, None] == np.arange(kinds)).sum(axis=0).astype(float)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)


def spread(values: Float[np.ndarray, " students"]) -> Spread | None:
    """Give how points are spread; None of nobody."""
    if not len(values):
        return None
    deviation = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    quartiles = (float(number) for number in np.percentile(values, [0, 25, 50, 75, 100]))
    return Spread(len(values), float(values.mean()), deviation, *quartiles)


def histogram(values: Float[np.ndarray, " students"], most: float, bins: int = 10) -> list[int]:
    """Count students in equal parts of 0..most; the last part includes the end, and what is more than most.

    >>> histogram(np.array([0.0, 1.0, 9.99, 10.0, 11.0]), 10.0, 10)
    [1, 1, 0, 0, 0, 0, 0, 0, 0, 3]
    """
    if most <= 0 or not len(values):
        return [0] * bins
    # The guard puts points on an edge, whose quotient may be rounded down, into the part above it.
    places = np.clip(np.floor(values / most * bins + 1e-9), 0, bins - 1).astype(int)
    return np.bincount(places, minlength=bins).tolist()
