r"""What a wrong value may have been computed as: short expressions in what a student had before them.

Every hypothesis predicts a value for *every* student of the class, from that student's own numbers. That is what
tells a slip from a coincidence: a wrong way of working fits the answers of students whose numbers differ.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

EXPECTED = "the right value"
_MOST_OPERANDS = 24
_MOST_FACTORS = 40  # taken from the answers themselves
_FACTORS = (-1, 2, Fraction(1, 2), -2, Fraction(-1, 2), 3, Fraction(1, 3), 4, Fraction(1, 4), 10, Fraction(1, 10),
            100, Fraction(1, 100))  # fmt: skip
_SHIFTS = (1, -1)


class Hypothesis(NamedTuple):
    """One way in which a value may have come about.

    Attributes:
        text: in words, with names in backticks.
        family: hypotheses of one family were tried together, which counts when chance is judged.
        value: what it predicts for each student, (students, entries).
        partly: whether entries that are right may stay right.
        taken: how many answers it was taken from, which are no evidence for it.
    """

    text: str
    family: str
    value: Float[np.ndarray, "students entries"]
    partly: bool = False
    taken: int = 0


def hypotheses(
    value: Float[np.ndarray, "students entries"],
    expected: Float[np.ndarray, "students entries"],
    off: Bool[np.ndarray, "students entries"],
    operands: Mapping[str, np.ndarray],
) -> Iterator[Hypothesis]:
    """Give the hypotheses about a step, simple ones first.

    Args:
        value: the answers.
        expected: the right values on the students' own earlier ones.
        off: the entries that are wrong, all False for students whose answer is not in question.
        operands: by name what else the students had: (students, entries) or (students, 1).
    """
    for factor in dict.fromkeys((*_FACTORS, *_taken(value, expected, off, np.divide))):
        yield Hypothesis(
            f"{_signed(factor)} times {EXPECTED}", "factor", float(factor) * expected, True, factor not in _FACTORS
        )
    some = dict(list(operands.items())[:_MOST_OPERANDS])
    for name, operand in some.items():
        if operand.shape == expected.shape:
            yield Hypothesis(f"`{name}`", "quantity", operand)
            yield Hypothesis(f"−`{name}`", "quantity", -operand)
    for shift in dict.fromkeys((*_SHIFTS, *_taken(value, expected, off, np.subtract))):
        text = f"{EXPECTED} {'+' if shift > 0 else '−'} {_signed(abs(shift))}"
        yield Hypothesis(text, "shift", expected + float(shift), True, shift not in _SHIFTS)
    for name, operand in some.items():
        if operand.shape == expected.shape:
            for text, function in _FUNCTIONS.items():
                yield Hypothesis(text.format(f"`{name}`"), "function", function(operand))
    named = {EXPECTED: expected} | {f"`{name}`": operand for name, operand in some.items()}
    yield from _pairs(named, expected.shape)


def _pairs(operands: Mapping[str, np.ndarray], shape: tuple[int, ...]) -> Iterator[Hypothesis]:
    names = list(operands)
    for i, first in enumerate(names):
        for j, second in enumerate(names):
            a, b = operands[first], operands[second]
            if i == j or np.broadcast_shapes(a.shape, b.shape) != shape:
                continue
            if i < j:
                yield Hypothesis(f"{first} + {second}", "pair", a + b)
                yield Hypothesis(f"{first} · {second}", "pair", a * b)
            yield Hypothesis(f"{first} − {second}", "pair", a - b)
            yield Hypothesis(f"{first} / {second}", "pair", _divide(a, b))


def _taken(
    value: np.ndarray, expected: np.ndarray, off: np.ndarray, between: Callable[..., np.ndarray]
) -> Iterator[Fraction | float]:
    """Factors or shifts that an answer has in all of its wrong entries alike."""
    found = 0
    for mine, right, wrong in zip(value, expected, off, strict=True):
        if found == _MOST_FACTORS or not wrong.any() or (between is np.divide and (right[wrong] == 0).any()):
            continue
        each = between(mine[wrong], right[wrong])
        middle = float(np.median(each))
        if middle != 0 and np.isfinite(middle) and np.allclose(each, middle, rtol=0.02, atol=0.0):
            found += 1
            yield simple(middle)


def simple(number: float) -> Fraction | float:
    """Give a fraction of small numbers for what is one but for rounding, else the number to four digits.

    >>> simple(-0.99991), simple(0.33334), simple(0.31831)
    (Fraction(-1, 1), Fraction(1, 3), 0.3183)
    """
    near = Fraction(number).limit_denominator(12)
    if near and abs(float(near) - number) <= 2e-3 * abs(number):
        return near
    return float(f"{number:.4g}")


def _signed(number: Fraction | float) -> str:
    text = str(number) if isinstance(number, Fraction | int) else f"{number:g}"
    return text.replace("-", "−")


def _divide(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Divide entry by entry; nan, which fits nothing, where the divisor is 0."""
    shape = np.broadcast_shapes(a.shape, b.shape)
    return np.divide(a, b, out=np.full(shape, np.nan), where=np.broadcast_to(b != 0, shape))


def _log(a: np.ndarray) -> np.ndarray:
    return np.log(a, out=np.full(a.shape, np.nan), where=a > 0)


def _sigmoid(a: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(a, -500, 500)))


_FUNCTIONS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "max(0, {})": lambda a: np.maximum(a, 0.0),
    "σ({})": _sigmoid,
    "tanh({})": np.tanh,
    "{}²": np.square,
    "|{}|": np.abs,
    "√|{}|": lambda a: np.sqrt(np.abs(a)),
    "exp({})": lambda a: np.exp(np.clip(a, -500, 500)),
    "log({})": _log,
    "1/{}": lambda a: _divide(np.ones_like(a), a),
}
