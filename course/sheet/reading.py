"""From a sheet's answers to what the engine takes: arrays with their precision, or why an answer is unusable."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from course.exercises import Answer, Exercise
from course.sheet.format import Answer as Handed
from course.sheet.format import Edges, Numbers, Outputs, Sheet, Text, Unreadable
from course.sheet.number import NotANumber, Written, read_number


class Status(IntEnum):
    """How an answer was read from the sheet, before anything is marked."""

    READ = 0
    MISSING = 1
    UNUSABLE = 2
    TRANSPOSED = 3  # of the transposed shape; the value has been put right


class Reading(NamedTuple):
    """One answer as read: value and unit in the shape that was asked for, and a reason where it is unusable."""

    value: np.ndarray
    unit: np.ndarray
    status: Status
    reason: str = ""


class _Unusable(Exception):
    pass


def read_sheet(exercise: Exercise, sheet: Sheet) -> dict[str, Reading]:
    """Read the answer to every step of an exercise; what the exercise does not ask for is left out."""
    return {name: read_answer(answer, sheet.answers.get(name)) for name, answer in exercise.answers.items()}


def unknown_names(exercise: Exercise, sheet: Sheet) -> list[str]:
    """Give the names on a sheet that the exercise does not ask for."""
    return [name for name in sheet.answers if name not in exercise.answers]


def read_answer(answer: Answer, handed: Handed | None) -> Reading:
    """Read one answer. Never raises: what cannot be read is missing or unusable.

    Args:
        answer: what was asked for.
        handed: what was handed over, None for nothing.
    """
    if handed is None:
        return _nothing(answer, Status.MISSING)
    try:
        return _READERS[answer.dtype](answer, handed)
    except _Unusable as reason:
        return _nothing(answer, Status.UNUSABLE, str(reason))


def _nothing(answer: Answer, status: Status, reason: str = "") -> Reading:
    return Reading(np.zeros(answer.shape), np.zeros(answer.shape), status, reason)


def _read_numbers(answer: Answer, handed: Handed) -> Reading:
    if isinstance(handed, Unreadable):
        raise _Unusable(handed.reason)
    if not isinstance(handed, Numbers):
        raise _Unusable(f"a number was expected, got {_describe(handed)}")
    status = _fit_shape(answer.shape, handed.shape)
    written = [_number(entry) for entry in handed.entries]
    shape = answer.shape[::-1] if status == Status.TRANSPOSED else answer.shape
    value = np.array([number.value for number in written], dtype=np.float64).reshape(shape)
    unit = np.array([number.unit for number in written], dtype=np.float64).reshape(shape)
    if answer.dtype == "int":
        unit = np.zeros(shape)  # whole numbers are exact and carry no rounding on
    if status == Status.TRANSPOSED:
        value, unit = value.T, unit.T
    return Reading(value, unit, status)


def _read_outputs(answer: Answer, handed: Handed) -> Reading:
    if isinstance(handed, Unreadable):
        raise _Unusable(handed.reason)
    if not isinstance(handed, Outputs):
        raise _Unusable(f"a function {answer.signature} was expected, got {_describe(handed)}")
    reading = _read_numbers(answer, handed.numbers)
    return reading._replace(unit=np.zeros(answer.shape))


def _read_choice(answer: Answer, handed: Handed) -> Reading:
    options = [choice.casefold() for choice in answer.choices]
    if not isinstance(handed, Text) or handed.text.strip().casefold() not in options:
        raise _Unusable(f"choose one of {', '.join(answer.choices)}; got {_describe(handed)}")
    value = np.array(options.index(handed.text.strip().casefold()), dtype=np.float64)
    return Reading(value, np.zeros(()), Status.READ)


def _read_graph(answer: Answer, handed: Handed) -> Reading:
    if isinstance(handed, Numbers):
        reading = _read_numbers(answer, handed)
        if not np.isin(reading.value, (0.0, 1.0)).all():
            raise _Unusable("an adjacency matrix has entries 0 and 1 only")
        return reading
    if not isinstance(handed, Edges):
        raise _Unusable(f"pairs (from, to) of units were expected, got {_describe(handed)}")
    units = {unit.casefold(): number for number, unit in enumerate(answer.units)}
    value = np.zeros(answer.shape)
    for start, end in handed.pairs:
        for name in (start, end):
            if name.strip().casefold() not in units:
                raise _Unusable(f"the units are {', '.join(answer.units)}; got {name[:40]!r}")
        value[units[start.strip().casefold()], units[end.strip().casefold()]] = 1.0
    return Reading(value, np.zeros(answer.shape), Status.READ)


_READERS = {
    "float": _read_numbers,
    "int": _read_numbers,
    "choice": _read_choice,
    "graph": _read_graph,
    "function": _read_outputs,
}


def _fit_shape(asked: tuple[int, ...], got: tuple[int, ...]) -> Status:
    wanted, had = _squeezed(asked), _squeezed(got)
    if wanted == had:
        return Status.READ
    if len(wanted) == 2 and had == wanted[::-1]:
        return Status.TRANSPOSED
    raise _Unusable(f"expected {_shape(asked)}, got {_shape(got)}")


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n != 1)


def _shape(shape: tuple[int, ...]) -> str:
    return f"shape {tuple(shape)}" if shape else "a single number"


def _number(text: str) -> Written:
    try:
        return read_number(text)
    except NotANumber as reason:
        raise _Unusable(str(reason)) from None


def _describe(handed: Handed) -> str:
    match handed:
        case Text(text):
            return repr(text[:40])
        case Numbers(shape, entries):
            return entries[0][:40] if shape == () else f"an array of {_shape(shape)}"
        case Outputs():
            return "a function"
        case Edges():
            return "edges"
        case Unreadable(reason):
            return reason
    return "something else"
