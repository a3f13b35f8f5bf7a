"""One error in a sheet that is right otherwise, and all that comes after it worked rightly from it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from benchmarks.trial.case import Case
from benchmarks.trial.trial import Row, Trial, answered, ratio
from tests.oracles.solution import solve

KIND = "error"


def sign(value: np.ndarray, rng: np.random.Generator, whole: bool) -> Iterator[np.ndarray]:
    """Turn the sign of one entry, and of all."""
    if value.size > 1:
        one = value.copy()
        one.flat[rng.integers(value.size)] *= -1
        yield one
    yield -value


def swap(value: np.ndarray, rng: np.random.Generator, whole: bool) -> Iterator[np.ndarray]:
    """Exchange two entries."""
    if value.size > 1:
        first, second = rng.choice(value.size, 2, replace=False)
        swapped = value.copy()
        swapped.flat[[first, second]] = value.flat[[second, first]]
        yield swapped


def double(value: np.ndarray, rng: np.random.Generator, whole: bool) -> Iterator[np.ndarray]:
    """Take twice, or half of it."""
    yield value * 2 if whole or rng.random() < 0.5 else value / 2


def off_by_a_tenth(value: np.ndarray, rng: np.random.Generator, whole: bool) -> Iterator[np.ndarray]:
    """Miss one entry by more than a tenth."""
    off = value.copy()
    place = rng.integers(value.size)
    off.flat[place] *= 1.12
    if whole:
        off.flat[place] = np.ceil(off.flat[place]) + (off.flat[place] == value.flat[place])
    yield off


def transpose(value: np.ndarray, rng: np.random.Generator, whole: bool) -> Iterator[np.ndarray]:
    """Write a square matrix with its rows for its columns, and go on with it as written."""
    if value.ndim == 2 and value.shape[0] == value.shape[1]:
        yield value.T


def random(value: np.ndarray, rng: np.random.Generator, whole: bool) -> Iterator[np.ndarray]:
    """Write something else of the same size."""
    size = max(float(np.abs(value).max()), 1.0)
    other = rng.uniform(0.2, 2.0, value.shape) * size * rng.choice([-1, 1], value.shape)
    yield np.ceil(np.abs(other)) if whole else np.round(other, 2)


ERRORS: dict[str, Callable[..., Iterator[np.ndarray]]] = {
    "sign": sign,
    "swap": swap,
    "factor 2": double,
    "10 %": off_by_a_tenth,
    "transposed": transpose,
    "random": random,
}


def cases(trial: Trial, kind: str) -> list[Case]:
    """Return a sheet for every student, step and way of making the error."""
    rng = np.random.default_rng([len(kind), *map(ord, trial.solution.exercise)])
    sheets = []
    for student in trial.students:
        given = trial.marking.given(student)
        right = solve(trial.solution, given)
        for step in trial.solution.asked[:-1]:
            for wrong in _wrong(trial, kind, step, right.written[step], rng):
                if any(np.array_equal(wrong, leaf) for leaf in given):
                    continue  # a given value copied is no error carried on either
                worked = solve(trial.solution, given, override={step: wrong})
                # Something invented that leaves nothing to be worked out is no error carried on: see `cheap`.
                emptied = kind == "random" and _is_emptied(worked.written, right.written)
                sheets.append(Case(student, worked.written, kind, step, worked.sound and not emptied))
    return sheets


def _is_emptied(written: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    return any(not np.any(written[name]) and np.any(value) for name, value in right.items() if not is_word(value))


def is_word(value: Any) -> bool:
    """Whether a value is a word to choose."""
    return isinstance(value, str)


def _wrong(trial: Trial, kind: str, step: str, value: Any, rng: np.random.Generator) -> Iterator[Any]:
    if is_word(value):
        return
    value = np.asarray(value, dtype=float)
    for wrong in ERRORS[kind](value, rng, trial.whole(step)):
        if not np.allclose(wrong, value, rtol=0.02, atol=1e-9):
            yield wrong


def run(trial: Trial) -> Row:
    """Return the row of the table: errors, later steps lost an error, per kind and where the domain was left."""
    steps = trial.solution.asked
    row: Row = {}
    errors, lost_steps, outside, lost_outside, withheld = 0, 0, 0, 0, 0
    worked = {kind: cases(trial, kind) for kind in ERRORS}
    if not any(worked.values()):
        return {}
    found = trial.marking.mark_groups(worked)
    for kind, sheets in worked.items():
        if not sheets:
            row[kind] = "–"
            continue
        marked = found[kind]
        planted = np.array([steps.index(case.step) for case in sheets])
        later = np.arange(len(steps))[None, :] > planted[:, None]
        lost = (marked.lost(steps) > 1e-9) & later & answered(sheets, steps)
        sound = np.array([case.sound for case in sheets])
        row[kind] = ratio(lost[sound].sum(), sound.sum())
        errors, lost_steps = errors + int(sound.sum()), lost_steps + int(lost[sound].sum())
        withheld += int((marked.withheld[sound] > 0).sum())
        outside, lost_outside = outside + int((~sound).sum()), lost_outside + int(lost[~sound].sum())
        _note(trial, kind, sheets, lost & sound[:, None], planted, marked)
    row["errors"] = errors
    row["lost per error"] = ratio(lost_steps, errors)
    row["withheld per error"] = ratio(withheld, errors)
    row["outside"] = outside
    row["lost per error outside"] = ratio(lost_outside, outside)
    return row


def _note(trial: Trial, kind: str, sheets: list[Case], lost: np.ndarray, planted: np.ndarray, marked) -> None:
    for place, step in enumerate(trial.solution.asked):
        here = np.flatnonzero(planted == place)
        if len(here) and lost[here].any():
            names = [trial.solution.asked[i] for i in np.flatnonzero(lost[here].any(axis=0))]
            trial.note(
                KIND,
                f"{kind} at `{step}`, the rest follows; lost afterwards: {', '.join(names)}",
                [sheets[i] for i in here],
                np.any(lost[here], axis=1),
                lost[here].sum(axis=1).astype(float),
            )
