"""The only file of the trial that knows how the marker is called: many sheets in, states, points and slips out."""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.trial.case import Case, sheet_of
from course.exercises import Exercise, find
from course.marking import registry
from course.marking.marker import NOBODY, Finding, Others, Task
from course.marking.report import Report
from course.marking.scheme import State
from course.marking.variant import Variant

SOLUTIONS = (Path(__file__).parents[2] / "solutions",)
LOT = 1024  # sheets in a call, so that a long run holds few of them at a time


class Marked(NamedTuple):
    """What the marker gives for a number of sheets.

    Attributes:
        steps: names of the steps, in the order of the columns.
        full: points of each step.
        points: (sheets, steps).
        states: words, (sheets, steps).
        told: the sentence of the slip that was recognised, empty for none (sheets, steps).
        withheld: points withheld from the whole sheet, (sheets,).
        foreign: whether the sheet was found to be somebody else's, (sheets,).
        like_other: whether a person is told that all that is wrong is right on somebody else's numbers, (sheets,).
        misread: the given value that was found to be misread, empty for none (sheets,).
        evidence: of each sheet, for every variant that it may be from.
    """

    steps: tuple[str, ...]
    full: np.ndarray
    points: np.ndarray
    states: np.ndarray
    told: np.ndarray
    withheld: np.ndarray
    foreign: np.ndarray
    like_other: np.ndarray
    misread: np.ndarray
    evidence: list[Mapping[Any, Any]]

    def column(self, step: str) -> int:
        """Return the column of a step."""
        return self.steps.index(step)

    def rows(self, chosen: slice) -> "Marked":
        """Return what was found for some of the sheets."""
        return Marked(self.steps, self.full, *(field[chosen] for field in self[2:]))

    def lost(self, steps: Sequence[str]) -> np.ndarray:
        """Return the points lost at these steps: (sheets, steps)."""
        columns = [self.column(step) for step in steps]
        return self.full[columns] - self.points[:, columns]

    def earned(self, steps: Sequence[str]) -> np.ndarray:
        """Return the points of these steps together, less what is withheld: (sheets,)."""
        columns = [self.column(step) for step in steps]
        return np.maximum(self.points[:, columns].sum(axis=1) - self.withheld, 0.0)


class Marking:
    """Marks the sheets of one exercise."""

    def __init__(self, exercise_id: str) -> None:
        self.exercise: Exercise = find(exercise_id)
        self._marker = registry.marker(SOLUTIONS, exercise_id)
        self._given: dict[str, Any] = {}

    def given(self, student: str) -> Any:
        """Return the numbers of a student."""
        if student not in self._given:
            self._given[student] = self.exercise.given(student)
        return self._given[student]

    @property
    def steps(self) -> dict[str, float]:
        """The points of every step."""
        return {name: step.points for name, step in self._marker.scheme.steps.items()}

    def mark(
        self, cases: Sequence[Case], others: tuple[str, ...] = (), elsewhere: Sequence[Mapping[Any, Any]] = ()
    ) -> Marked:
        """Mark sheets as a class.

        Args:
            cases: the sheets.
            others: the students on whose numbers they may have been worked.
            elsewhere: for each sheet the evidence of the student's other sheets.
        """
        tasks = [self._task(case, others) for case in cases]
        if elsewhere:
            tasks = [task._replace(elsewhere=found) for task, found in zip(tasks, elsewhere, strict=True)]
        found = [
            finding
            for start in range(0, len(tasks), LOT)
            for finding in self._marker.find(tasks[start : start + LOT])
        ]

        def table(take: Any) -> np.ndarray:
            return np.array([[take(name, finding.verdicts[name]) for name in self.steps] for finding in found])

        return Marked(
            steps=tuple(self.steps),
            full=np.array(list(self.steps.values())),
            points=table(lambda name, verdict: float(verdict.points)),
            states=table(lambda name, verdict: State(int(verdict.state)).word),
            told=table(self._told),
            withheld=np.array([finding.withheld for finding in found]),
            foreign=np.array([finding.foreign is not None for finding in found]),
            like_other=np.array([finding.resembles is not None for finding in found]),
            misread=np.array([finding.misread.field if finding.misread else "" for finding in found]),
            evidence=[finding.evidence for finding in found],
        )

    def mark_groups(self, groups: Mapping[str, Sequence[Case]]) -> dict[str, Marked]:
        """Mark several groups of sheets at once: few calls of the marker, where each would have its own."""
        marked = self.mark([case for cases in groups.values() for case in cases])
        ends = np.cumsum([len(cases) for cases in groups.values()])
        return {
            name: marked.rows(slice(end - len(cases), end))
            for (name, cases), end in zip(groups.items(), ends, strict=True)
        }

    def report(self, case: Case, others: tuple[str, ...] = ()) -> Report:
        """Mark one sheet into words."""
        task = self._task(case, others)
        finding: Finding = self._marker.find([task])[0]
        return self._marker.report(task.sheet, finding, student=case.student)

    def _task(self, case: Case, others: tuple[str, ...]) -> Task:
        return Task(
            sheet_of(self.exercise, case), self.given(case.student), self._probe(case.secret), self._others(others)
        )

    def _told(self, name: str, verdict: Any) -> str:
        slip = int(verdict.slip)
        return "" if slip < 0 else self._marker.scheme.slips_of(name)[slip].sentence

    @functools.cache  # noqa: B019 one object an exercise, for the whole run
    def _probe(self, secret: str) -> Any:
        return self.exercise.probes(secret)

    @functools.cache  # noqa: B019
    def _others(self, students: tuple[str, ...]) -> Others:
        if not students:
            return NOBODY
        givens = {Variant("student", student): self.given(student) for student in students}
        return self._marker.others(givens, self._probe("practice"))
