"""Somebody else's sheet, right on their numbers and handed in under another id."""

import numpy as np

from benchmarks.trial.case import Case
from benchmarks.trial.trial import Row, Share, Trial, ratio
from tests.oracles.solution import solve

KIND = "foreign"


def run(trial: Trial) -> Row:
    """Return the row of the table: sheets that were recognised, and the share of the points they had."""
    students = list(trial.students)
    sheets = [
        Case(student, solve(trial.solution, trial.marking.given(owner)).written, f"from {owner}")
        for student, owner in zip(students, students[1:] + students[:1], strict=True)
    ]
    same = [_same(trial, case.student, case.label.removeprefix("from ")) for case in sheets]
    sheets = [case for case, equal in zip(sheets, same, strict=True) if not equal]
    if not sheets:
        return {}
    reports = [trial.marking.report(case, tuple(students)) for case in sheets]
    points = np.array([sum(r.steps[name].points for name in trial.solution.asked) for r in reports])
    flagged = np.array([report.foreign for report in reports])
    trial.note(KIND, "somebody else's sheet, not recognised", sheets, ~flagged, points)
    return {
        "sheets": len(sheets),
        "recognised": Share(ratio(flagged.sum(), len(sheets))),
        "points": Share(ratio(points.mean(), trial.points)),
    }


def _same(trial: Trial, student: str, owner: str) -> bool:
    mine, theirs = trial.marking.given(student), trial.marking.given(owner)
    return all(np.array_equal(a, b) for a, b in zip(mine, theirs, strict=True))
