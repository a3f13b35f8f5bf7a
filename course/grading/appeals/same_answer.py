"""When two students gave the same answer to a step, though each has numbers of their own.

An answer is compared with what was expected of its student: the right value on their numbers, or the value that
follows from their own earlier answers. Two answers are the same if both were judged alike (the same state, and the
same slip where one was recognised) and besides

| both are | they are the same if |
|---|---|
| `exact` or `follows` | always: each wrote what was expected |
| a slip, or charged for one before | it is the same slip: the scheme names what both did |
| `unusable` | the same was written, character for character |
| `wrong`, on the same right value | every entry is equal, to within the coarser of the two written units |
| `wrong`, on different right values | both are the same simple multiple of what was expected of them |
| `missing` | never: nothing is no answer |

The simple multiples are -1, the whole numbers from 2 to 12, the powers of ten up to a million, and one part in so
many, each with either sign; every entry fits to within its written unit, and 0.00 is a multiple of nothing. Any
other relation is a formula that only a person can name: written as a slip in the scheme, it is recognised for
everybody. Words and graphs are compared only where the right one is the same.
"""

from typing import NamedTuple

import numpy as np

from course.grading.marks.batch import Seen
from course.marking.scheme import Scheme, State
from course.marking.tolerance import compare
from course.sheet import Answer
from course.sheet.reading import Status, by_asked_name

_WHOLE = [*map(float, range(2, 13)), *(10.0**power for power in range(2, 7))]
FACTORS = np.array([-1.0, *(sign * f for sign in (1, -1) for n in _WHOLE for f in (n, 1 / n))])
"""The simple multiples."""


class Given(NamedTuple):
    """One answer to a step, with what was expected.

    Attributes:
        state: as marked.
        slip: number of the slip that was recognised, -1 for none.
        handed: as handed over.
        value, unit: as read, in the step's shape.
        truth: the right value on the student's numbers.
        expected: what follows from the student's own earlier answers.
        numeric: whether it can be a multiple of something.
    """

    state: State
    slip: int
    handed: Answer | None
    value: np.ndarray
    unit: np.ndarray
    truth: np.ndarray
    expected: np.ndarray
    numeric: bool = True


def given_answer(scheme: Scheme, seen: Seen, step: str) -> Given:
    """Take the answer to one step from a marked sheet."""
    verdict, reading = seen.finding.verdicts[step], seen.finding.readings[step]
    readable = reading.status in {Status.READ, Status.TRANSPOSED}
    return Given(
        state=State(int(verdict.state)),
        slip=int(verdict.slip),
        handed=by_asked_name(scheme.exercise, seen.work.sheet).get(step),
        value=reading.value,
        unit=reading.unit,
        truth=np.asarray(verdict.truth),
        expected=np.asarray(verdict.expected),
        numeric=readable and scheme.steps[step].answer.dtype in {"float", "int", "function"},
    )


def same_answer(one: Given, other: Given) -> bool:
    """Say whether two students gave the same answer.

    >>> def wrong(value, expected):
    ...     value, expected = np.array(value), np.array(expected)
    ...     unit = np.full(value.shape, 0.01)
    ...     return Given(State.WRONG, -1, None, value, unit, expected, expected)
    >>> same_answer(wrong([-6.0, 3.0], [6.0, -3.0]), wrong([-0.5, -2.0], [0.5, 2.0]))  # both turned the sign
    True
    >>> same_answer(wrong([-6.0, 3.0], [6.0, -3.0]), wrong([1.0, 4.0], [0.5, 2.0]))  # one doubled it
    False
    """
    if one.state != other.state or one.state == State.MISSING:
        return False
    if one.slip >= 0 or other.slip >= 0:
        return one.slip == other.slip
    if one.state in (State.EXACT, State.FOLLOWS):
        return True
    if one.state == State.UNUSABLE:
        return one.handed is not None and one.handed == other.handed
    if np.allclose(one.truth, other.truth, rtol=1e-9, atol=0.0):
        return _equal(one, other)
    return one.numeric and other.numeric and bool(np.any(_multiples(one) & _multiples(other)))


def _equal(one: Given, other: Given) -> bool:
    unit = np.maximum(one.unit, other.unit)
    return bool(
        np.all(compare(one.value, other.value, unit, exact=False).right)
        and np.all(compare(other.value, one.value, unit, exact=False).right)
    )


def _multiples(given: Given) -> np.ndarray:
    """Say which of the simple multiples of what was expected an answer is (bool [factors])."""
    if not np.isfinite(given.expected).all() or not np.any(given.expected):
        return np.zeros(len(FACTORS), dtype=bool)
    value, expected, unit = (np.reshape(part, (1, -1)) for part in (given.value, given.expected, given.unit))
    return compare(value, FACTORS[:, None] * expected, unit, exact=False, axis=-1).right.all(axis=-1)
