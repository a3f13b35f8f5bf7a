"""One given number misread, and the whole sheet worked rightly on it."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.trial.case import Case
from benchmarks.trial.trial import Row, Share, Trial, answered, ratio
from tests.oracles.solution import solve

KIND = "misread"
CLASS = 500


def counts_of(trial: Trial) -> frozenset[str]:
    """Return the given fields that are sizes or counts, which nobody reads with a minus.

    That is so where all that is asked are whole numbers, and no student's value is below zero.
    """
    givens = [trial.marking.given(student) for student in trial.students]
    if not all(trial.whole(step) for step in trial.solution.asked):
        return frozenset()
    return frozenset(field for field in givens[0]._fields if all(np.all(getattr(g, field) >= 0) for g in givens))


def misreadings(
    trial: Trial, student: str, rng: np.random.Generator, counts: frozenset[str] = frozenset()
) -> Iterator[tuple[str, Any]]:
    """Yield for every given field, in one of its entries: another value of the grid, the sign, swapped digits.

    Args:
        trial: on whose oracle.
        student: whose numbers are misread.
        rng: chooses the entries.
        counts: the fields of which the sign is not misread.
    """
    given = trial.marking.given(student)
    other = trial.marking.given(f"another-{student}")
    for field in given._fields:
        value = np.asarray(getattr(given, field), dtype=float)
        if value.size > 1 and set(value.flat) == {0.0, 1.0} and value.sum() == 1:
            # Of a class that is one of several, another one is read.
            yield f"{field}: another class", given._replace(**{field: np.roll(value, 1)})
            continue
        place = int(rng.integers(value.size))
        read = float(value.flat[place])
        for label, wrong in (
            ("another value", float(np.asarray(getattr(other, field)).flat[place])),
            ("sign", -read),
            ("digits", _swapped(read)),
        ):
            if wrong != read and not (label == "sign" and field in counts):
                changed = value.copy()
                changed.flat[place] = wrong
                yield f"{field}: {label}", given._replace(**{field: changed})


def _swapped(value: float) -> float:
    text = repr(value).removesuffix(".0")
    for first in range(len(text) - 1):
        pair = text[first : first + 2]
        if pair.isdigit() and pair[0] != pair[1] and not (first == 0 and pair[1] == "0"):
            return float(text[:first] + pair[::-1] + text[first + 2 :])
    return value


def run(trial: Trial) -> Row:
    """Return the row of the table: points lost a sheet, most lost, sheets that lose more than a step, flagged."""
    rng = np.random.default_rng(7)
    steps = trial.solution.asked
    right = {student: solve(trial.solution, trial.marking.given(student)).written for student in trial.students}
    sheets, touched = [], []
    counts = counts_of(trial)
    for student in trial.students:
        for label, given in misreadings(trial, student, rng, counts):
            worked = solve(trial.solution, given)
            changes = [_differs(worked.written[name], right[student][name]) for name in steps]
            if worked.sound and any(changes):
                sheets.append(Case(student, worked.written, label))
                touched.append(changes)
    if not sheets:
        return {}
    marked = trial.marking.mark(sheets, tuple(f"student-{number}" for number in range(CLASS)))
    full = np.array([trial.marking.steps[name] for name in steps])
    total = (marked.lost(steps) * answered(sheets, steps)).sum(axis=1) + marked.withheld
    flagged = marked.foreign
    # A step's worth: the dearest of those that the misreading touches.
    allowed = (np.array(touched) * full).max(axis=1)
    too_much = total > allowed + 1e-9
    for field in trial.marking.given(trial.students[0])._fields:
        here = np.array([case.label.startswith(f"{field}:") for case in sheets])
        trial.note(KIND, f"`{field}` misread: more than a step lost", sheets, here & too_much, total)
    trial.note(KIND, "misread and called somebody else's numbers", sheets, flagged, total)
    return {
        "sheets": len(sheets),
        "points lost, mean": float(total.mean()),
        "most": float(total.max()),
        "of": float(full.sum()),
        "lose more than a step": Share(ratio(too_much.sum(), len(sheets))),
        "told": Share(ratio((marked.misread != "").sum(), len(sheets))),
        "flagged": int(flagged.sum()),
    }


def _differs(value: Any, other: Any) -> bool:
    if isinstance(value, str):
        return value != other
    return not np.allclose(value, other, rtol=1e-6, atol=1e-12)
