"""What the kinds of the trial have in common: an exercise on trial, and what one kind found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from benchmarks.trial.case import Case, is_empty
from benchmarks.trial.marking import Marking
from tests import oracles
from tests.oracles.solution import Solution


@dataclass(frozen=True)
class Finding:
    """A sheet on which the marker did not do what is wanted, the smallest of its sort.

    Attributes:
        kind: of the trial.
        what: happened, in a sentence.
        case: the sheet; None where a sentence is enough.
        often: how many sheets of the same sort fail, of how many.
        worth: points lost or given on all of them, to put the worst first.
    """

    kind: str
    what: str
    case: Case | None
    often: tuple[int, int]
    worth: float


@dataclass
class Trial:
    """One exercise on trial.

    Attributes:
        solution: the oracle.
        marking: the marker under trial.
        students: the class whose numbers are used.
        findings: what went wrong so far.
    """

    solution: Solution
    marking: Marking
    students: Sequence[str]
    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def of(cls, exercise_id: str, students: Sequence[str]) -> "Trial":
        """Return the trial of an exercise that has an oracle."""
        return cls(oracles.load(exercise_id), Marking(exercise_id), students)

    @property
    def points(self) -> float:
        """Points of the steps that the oracle works."""
        return sum(self.marking.steps[name] for name in self.solution.asked)

    def whole(self, step: str) -> bool:
        """Whether a step counts, so that only whole numbers are answers."""
        return self.marking.exercise.answers[step].dtype == "int"

    def note(self, kind: str, what: str, cases: Sequence[Case], bad: np.ndarray, weight: np.ndarray) -> None:
        """Keep the smallest of the sheets that went wrong.

        Args:
            kind: of the trial.
            what: happened.
            cases: all sheets of the sort.
            bad: which of them went wrong, bool (cases).
            weight: points at stake, (cases).
        """
        if bad.any():
            places = [int(place) for place in np.flatnonzero(bad)]
            smallest = min(places, key=lambda place: _digits(cases[place]))
            worth = float(weight[places].sum())
            self.findings.append(Finding(kind, what, cases[smallest], (len(places), len(cases)), worth))


def _digits(case: Case) -> int:
    return sum(len(str(value)) for value in case.written.values())


def answered(cases: Sequence[Case], steps: Sequence[str]) -> np.ndarray:
    """Return whether the steps were answered at all: bool (sheets, steps)."""
    return np.array([[not is_empty(case.written.get(step, "")) for step in steps] for case in cases])


def ratio(part: float, whole: float) -> float:
    """Return a ratio, 0 where there is nothing."""
    return float(part) / float(whole) if whole else 0.0


class Share(float):
    """A number of 0..1 that tables show in per cent."""


class Lost(NamedTuple):
    """What the honest sheets of one habit lose: sheets, points, and steps that are too coarse themselves."""

    sheets: int
    points: float
    coarse: int


Row = dict[str, Any]
"""What one kind found on one exercise: a value for each column of its table."""

Part = tuple[list[tuple[str, str, Row]], str]
"""What a process finds: rows with their kind and exercise, and a page of findings."""
