"""Honest students: everything is worked rightly and rounded by a habit. What do they lose?"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.trial.case import Case
from benchmarks.trial.trial import Lost, Row, Trial, answered
from tests.oracles.solution import HABITS, Habit, solve

KIND = "honest"
FREE = 0.1  # a value that is off by more than this share of itself is too coarse by the course's own advice


def cases(trial: Trial, habit: Habit) -> tuple[list[Case], np.ndarray]:
    """Return the sheets of one habit, and which of their steps are too coarse: bool (sheets, steps)."""
    sheets, coarse = [], []
    for student in trial.students:
        given = trial.marking.given(student)
        worked = solve(trial.solution, given, habit)
        exact = _unrounded(trial, given, worked.carried, whole=habit.name.startswith("2 decimals"))
        sheets.append(Case(student, worked.written, habit.name, zeros="digits" in habit.name))
        coarse.append([_coarse(worked.written[name], exact[name]) for name in trial.solution.asked])
    return sheets, np.array(coarse)


def run(trial: Trial) -> Row:
    """Return the row of the table: per habit, sheets that lose and points lost, coarse steps themselves apart."""
    row: Row = {}
    # Counts are never rounded: where nothing else is asked for, all habits are one.
    habits = HABITS if any(not trial.whole(step) for step in trial.solution.asked) else HABITS[:1]
    worked = {habit.name: cases(trial, habit) for habit in habits}
    found = trial.marking.mark_groups({name: sheets for name, (sheets, _) in worked.items()})
    for habit in habits:
        sheets, coarse = worked[habit.name]
        marked = found[habit.name]
        lost = marked.lost(trial.solution.asked) * answered(sheets, trial.solution.asked)
        unfair = np.where(coarse, 0.0, lost)
        total = unfair.sum(axis=1) + marked.withheld
        row[habit.name] = Lost(int((total > 0).sum()), float(total.sum()), int(coarse.sum()))
        trial.note(KIND, f"{habit.name}: right, and points are withheld", sheets, marked.withheld > 0, total)
        for place, step in enumerate(trial.solution.asked):
            states = marked.states[:, marked.column(step)]
            for state in sorted(set(states[unfair[:, place] > 0])):
                trial.note(
                    KIND,
                    f"{habit.name}: right, and `{step}` is `{state}`",
                    sheets,
                    (unfair[:, place] > 0) & (states == state),
                    unfair[:, place],
                )
            unnamed = coarse[:, place] & (lost[:, place] > 0) & (states != "unusable")
            trial.note(
                KIND, f"{habit.name}: `{step}` is too coarse and not called so", sheets, unnamed, lost[:, place]
            )
    return row


def _unrounded(trial: Trial, given: Any, carried: Mapping[str, Any], whole: bool) -> dict[str, Any]:
    """Return what every step is before it is rounded, on the asked values that were carried.

    Args:
        trial: on whose oracle.
        given: the student's numbers.
        carried: what was worked on with.
        whole: whether what is not asked counts as part of the step that uses it: who keeps two decimals of a
            hidden 0.004 has made that step too coarse.
    """
    known = dict(carried)
    exact = {}
    with np.errstate(all="ignore"):
        for name, step in trial.solution.steps.items():
            exact[name] = step(given, known)
            if whole and name in trial.solution.hidden:
                known[name] = exact[name]
    return exact


def _coarse(written, exact) -> bool:
    if isinstance(written, str):
        return False
    written, exact = np.asarray(written, dtype=float), np.asarray(exact, dtype=float)
    return bool(np.any(np.abs(written - exact) > FREE * np.abs(exact)))
