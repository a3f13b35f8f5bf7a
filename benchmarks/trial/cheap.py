"""Sheets without work: what can be earned by writing the same number everywhere, by copying, by a clever start."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from benchmarks.trial.case import Case
from benchmarks.trial.trial import Row, Share, Trial, ratio
from tests.oracles.solution import solve

KIND = "cheap"
CONSTANTS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 10.0, -1.0, 1e6)
STARTS = (99.0, -99.0, 1e6, 0.0)
GARBAGE = 7.3
FLAT = 1e-6  # so near to 0 or 1 that nobody works it out


def _constant(trial: Trial, given: Any, number: float) -> dict[str, Any]:
    answers = trial.marking.exercise.answers
    return {
        name: np.full(answers[name].shape, number) for name in trial.solution.asked if not _is_choice(trial, name)
    }


def _copied(trial: Trial, given: Any, field: str) -> dict[str, Any]:
    """Return a given value in every step: as it is where it fits, else its entries from the first on."""
    value = np.asarray(getattr(given, field), dtype=float)
    answers = trial.marking.exercise.answers
    return {
        name: np.resize(value, answers[name].shape) for name in trial.solution.asked if not _is_choice(trial, name)
    }


def _repeated(trial: Trial, given: Any, number: float) -> dict[str, Any]:
    """Return something invented first, with different entries, and every later step a repetition of it."""
    answers = trial.marking.exercise.answers
    first = np.array([number, 2 * number + 1, number + 3])
    return {
        name: np.resize(np.ceil(first) if trial.whole(name) else first, answers[name].shape)
        for name in trial.solution.asked
        if not _is_choice(trial, name)
    }


def _started(trial: Trial, given: Any, number: float, easy: bool) -> dict[str, Any]:
    """Return a sheet that begins with an invented number and follows rightly from it.

    Args:
        trial: on whose oracle.
        given: the student's numbers.
        number: stands everywhere in the first answer.
        easy: whether only that stands on the sheet which the start leaves nothing to work out of; else all of it.
    """
    first = trial.solution.asked[0]
    shape = trial.marking.exercise.answers[first].shape
    written = solve(trial.solution, given, override={first: np.full(shape, number)}).written
    if not easy:
        return written
    right = solve(trial.solution, given).written
    kept: dict[str, Any] = {}
    for name, value in written.items():
        if name == first or (not _is_choice(trial, name) and _takes_no_work(value, right[name], given, kept)):
            kept[name] = value
    return kept


def _takes_no_work(value: Any, right: Any, given: Any, before: Mapping[str, Any]) -> bool:
    """Whether a value can be written down without working it out, and is not simply right.

    So it is with zeros, ones of a saturated function, one number in every entry, a given value, and what stands on
    the sheet already.
    """
    value = np.asarray(value, dtype=float)
    if not np.isfinite(value).all() or np.allclose(value, np.asarray(right, dtype=float), rtol=1e-9, atol=0):
        return False
    flat = np.all((np.abs(value) < FLAT) | (np.abs(value - 1) < FLAT))
    known = (*given, *before.values())
    again = any(np.shape(leaf) == value.shape and np.array_equal(leaf, value) for leaf in known)
    return bool(flat or again or (value.size > 1 and np.ptp(value) == 0))


def _is_choice(trial: Trial, name: str) -> bool:
    return trial.marking.exercise.answers[name].dtype == "choice"


def ways(trial: Trial) -> Iterator[tuple[str, Callable[[Any], dict[str, Any]]]]:
    """Yield the names of sheets without work, and what makes them of the given values."""
    for number in CONSTANTS:
        yield f"{number:g} everywhere", lambda given, number=number: _constant(trial, given, number)
    for field in trial.marking.given(trial.students[0])._fields:
        yield f"`{field}` everywhere", lambda given, field=field: _copied(trial, given, field)
    yield "first repeated", lambda given: _repeated(trial, given, GARBAGE)
    yield "small first repeated", lambda given: _repeated(trial, given, 0.35)


def starts(trial: Trial) -> Iterator[tuple[str, Callable[[Any], dict[str, Any]]]]:
    """Yield the names of chosen starts, and what makes the sheets of the given values.

    With the rest worked out from it, a start is one wrong answer and real work: that is shown beside the others.
    """
    for number in STARTS:
        yield (
            f"{number:g} first, then what is easy",
            lambda given, number=number: _started(trial, given, number, easy=True),
        )
        yield (
            f"{number:g} first, then followed",
            lambda given, number=number: _started(trial, given, number, easy=False),
        )


def run(trial: Trial) -> Row:
    """Return the row of the table: the best sheets without work, with a chosen start and with all that follows."""
    groups: dict[str, list[Case]] = {}
    for label, make in (*ways(trial), *starts(trial)):
        filled = [make(trial.marking.given(student)) for student in trial.students]
        for words in _words(trial) if "first, then" not in label else [{}]:
            name = " ".join((label, *words.values()))
            groups[name] = [Case(s, {**w, **words}, name) for s, w in zip(trial.students, filled, strict=True)]
    found: dict[str, float] = {}
    for name, marked in trial.marking.mark_groups(groups).items():
        points = marked.earned(trial.solution.asked)
        found[name] = ratio(float(points.mean()), trial.points)
        earned = points > 0.1 * trial.points + 1e-9
        if "followed" not in name:
            trial.note(KIND, f"{name}: {found[name]:.0%} of the points", groups[name], earned, points)
    worked = {name: value for name, value in found.items() if "followed" in name}
    clever = {name: value for name, value in found.items() if "what is easy" in name}
    easy = {name: value for name, value in found.items() if name not in worked and name not in clever}
    best, start = max(easy, key=easy.__getitem__), max(clever, key=clever.__getitem__)
    return {
        "cheapest": Share(easy[best]),
        "which": best,
        "from a start": Share(clever[start]),
        "which start": start,
        "and all that follows worked out": Share(max(worked.values())),
    }


def _words(trial: Trial) -> list[dict[str, str]]:
    """Return every way to fill the choices with one of their words each."""
    fills: list[dict[str, str]] = [{}]
    for name in trial.solution.asked:
        if _is_choice(trial, name):
            choices = trial.marking.exercise.answers[name].choices
            fills = [{**fill, name: word} for fill in fills for word in choices]
    return fills
