"""Symbols and signs that the exercises on penalties share."""

import numpy as np

from course.exercises.variants import Draw

_SYMBOLS = {
    "w": "w",
    "dJ": r"\nabla J(w)",
    "p": "p",
    "q": "q",
    "alpha": r"\alpha",
    "rho": r"\rho",
    "eta": r"\eta",
    "beta": r"\beta",
}


def symbols_of(given: type) -> dict[str, str]:
    """Give the LaTeX of every field of a type of given values."""
    return {name: _SYMBOLS[name] for name in given.__annotations__}


def mixed_signs(draw: Draw, count: int) -> np.ndarray:
    """Draw signs of which at least one is negative and at least one positive."""
    pattern = draw.integer(1, 2**count - 2)
    return np.array([1.0 if pattern >> i & 1 else -1.0 for i in range(count)])
