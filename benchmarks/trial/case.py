"""A made-up sheet: whose numbers it is marked on, what stands on it, and what was done to it."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.exercises import Exercise
from course.sheet import Answer, Sheet, write


@dataclass(frozen=True)
class Case:
    """One sheet of a trial.

    Attributes:
        student: whose numbers it is marked on.
        written: the answers by step; an empty word stands for nothing written.
        label: what was done to it, for tables.
        step: the step at which that was done, empty where there is none.
        sound: whether every value on the way was possible.
        secret: what the inputs are drawn from on which a function is tried.
        zeros: whether zeros after the point are typed: 17.0 by who rounds 17.04 to three digits.
    """

    student: str
    written: Mapping[str, Any]
    label: str
    step: str = ""
    sound: bool = True
    secret: str = "practice"
    zeros: bool = False


def sheet_of(exercise: Exercise, case: Case) -> Sheet:
    """Return the sheet as the student's notebook hands it over."""
    probe = exercise.probes(case.secret) if any(callable(value) for value in case.written.values()) else None

    def answer(name: str, value: Any) -> Answer:
        call = exercise.answers[name].call if name in exercise.answers else None
        if call is not None and callable(value):
            return write(value, lambda function: call(function, probe))
        return write(plain(value, case.zeros))

    answers = {name: answer(name, value) for name, value in case.written.items() if not is_empty(value)}
    return Sheet(exercise.id, answers, case.student)


def is_empty(value: Any) -> bool:
    """Whether nothing is written down for a value: the empty word."""
    return isinstance(value, str) and not value


def plain(value: Any, zeros: bool = False) -> Any:
    """Return a value as a student types it: words, numbers, nested lists; 13.0 is typed 13, unless with zeros."""
    if isinstance(value, str):
        return value
    array = np.asarray(value)
    return _number(array[()], zeros) if array.shape == () else [plain(row, zeros) for row in array]


def _number(value: Any, zeros: bool) -> int | float:
    number = float(value)
    if zeros and isinstance(value, float):
        return number
    return int(number) if math.isfinite(number) and number == round(number) and abs(number) < 1e15 else number


def students(count: int) -> Iterator[str]:
    """Return the ids of a class."""
    return (f"student-{number}" for number in range(count))
