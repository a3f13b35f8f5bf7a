"""Somebody else's assignment, right on their numbers and handed in under another id."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.trial.case import Case
from benchmarks.trial.trial import Row, Share, Trial, ratio
from tests.oracles.solution import solve

KIND = "foreign"


def run(trials: Sequence[Trial]) -> Row:
    """Return the row of the table: assignments that were recognised, by one exercise or by all together.

    Args:
        trials: one for each exercise of the assignment, with the same students.
    """
    students = list(trials[0].students)
    owners = dict(zip(students, students[1:] + students[:1], strict=True))
    sheets = [_sheets(trial, owners) for trial in trials]
    alone = [
        trial.marking.mark(cases, tuple(students)) if cases else None
        for trial, cases in zip(trials, sheets, strict=True)
    ]
    evidence: list[Mapping[str, Mapping[Any, Any]]] = [
        {case.student: found for case, found in zip(cases, marked.evidence, strict=True)} if marked else {}
        for cases, marked in zip(sheets, alone, strict=True)
    ]
    single, together, looked_at = set(), set(), set()
    kept: Counter[str] = Counter()
    for number, (trial, cases) in enumerate(zip(trials, sheets, strict=True)):
        if not cases:
            continue
        elsewhere = [
            _sum(found.get(case.student, {}) for place, found in enumerate(evidence) if place != number)
            for case in cases
        ]
        marked = trial.marking.mark(cases, tuple(students), elsewhere)
        points = marked.earned(trial.solution.asked)
        trial.note(
            KIND, "somebody else's sheet of a whole assignment, not recognised", cases, ~marked.foreign, points
        )
        first = alone[number]
        for row, case in enumerate(cases):
            kept[case.student] += points[row]
            if marked.foreign[row]:
                together.add(case.student)
            if marked.like_other[row]:
                looked_at.add(case.student)
            if first is not None and first.foreign[row]:
                single.add(case.student)
    handed = {case.student for cases in sheets for case in cases}
    full = sum(trial.points for trial in trials)
    return {
        "exercises": len(trials),
        "students": len(handed),
        "recognised by one exercise": Share(ratio(len(single), len(handed))),
        "recognised": Share(ratio(len(single | together), len(handed))),
        "or shown to a person": Share(ratio(len(single | together | looked_at), len(handed))),
        "points kept": Share(ratio(float(np.mean(list(kept.values()))), full)) if kept else Share(0),
    }


def _sheets(trial: Trial, owners: Mapping[str, str]) -> list[Case]:
    """Return the sheets of one exercise, those of students who have the same numbers left out."""
    return [
        Case(student, solve(trial.solution, trial.marking.given(owner)).written, f"from {owner}")
        for student, owner in owners.items()
        if not all(
            np.array_equal(a, b)
            for a, b in zip(trial.marking.given(student), trial.marking.given(owner), strict=True)
        )
    ]


def _sum(parts) -> dict[Any, Any]:
    total: dict[Any, Any] = {}
    for part in parts:
        for who, found in part.items():
            total[who] = total[who] + found if who in total else found
    return total
