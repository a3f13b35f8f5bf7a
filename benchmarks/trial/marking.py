"""The only file of the trial that knows how the marker is called: many sheets in, states, points and slips out."""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from benchmarks.trial.case import Case, sheet_of
from course.exercises import Exercise, find
from course.marking import registry
from course.marking.marker import stack, stack_entries
from course.marking.report import Report
from course.marking.scheme import State
from course.marking.variant import Variant

SOLUTIONS = (Path(__file__).parents[2] / "solutions",)
LOT = 4096  # sheets in a call: every call has this size, so that the marker is compiled once an exercise
FUNCTIONS_LOT = 256  # the same where functions are tried: their inputs and outputs are long
WORDS = np.array([state.word for state in State])


class Marked(NamedTuple):
    """What the marker gives for a number of sheets.

    Attributes:
        steps: names of the steps, in the order of the columns.
        full: points of each step.
        points: (sheets, steps).
        states: words, (sheets, steps).
        slips: number of the slip that was recognised, -1 for none (sheets, steps).
    """

    steps: tuple[str, ...]
    full: np.ndarray
    points: np.ndarray
    states: np.ndarray
    slips: np.ndarray

    def column(self, step: str) -> int:
        """Return the column of a step."""
        return self.steps.index(step)

    def rows(self, chosen: slice) -> "Marked":
        """Return what was found for some of the sheets."""
        return self._replace(points=self.points[chosen], states=self.states[chosen], slips=self.slips[chosen])

    def lost(self, steps: Sequence[str]) -> np.ndarray:
        """Return the points lost at these steps: (sheets, steps)."""
        columns = [self.column(step) for step in steps]
        return self.full[columns] - self.points[:, columns]


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

    def sentence(self, step: str, slip: int) -> str:
        """Return what a student is told of a slip."""
        return self._marker.scheme.slips_of(step)[slip].sentence

    @property
    def _size(self) -> int:
        return FUNCTIONS_LOT if self.exercise.kind == "function" else LOT

    def mark(self, cases: Sequence[Case]) -> Marked:
        """Mark sheets as one class, without looking for whose numbers they were worked on."""
        steps = tuple(self.steps)
        lot = self._size
        parts = [self._lot(cases[start : start + lot]) for start in range(0, len(cases), lot)]
        points, states, slips = (np.concatenate([part[i] for part in parts]) for i in range(3))
        return Marked(steps, np.array(list(self.steps.values())), points, WORDS[states], slips)

    def mark_groups(self, groups: Mapping[str, Sequence[Case]]) -> dict[str, Marked]:
        """Mark several groups of sheets at once: few calls of the marker, where each would have its own."""
        marked = self.mark([case for cases in groups.values() for case in cases])
        ends = np.cumsum([len(cases) for cases in groups.values()])
        return {
            name: marked.rows(slice(end - len(cases), end))
            for (name, cases), end in zip(groups.items(), ends, strict=True)
        }

    def _lot(self, cases: Sequence[Case]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        filled = [*cases, *[cases[0]] * (self._size - len(cases))]
        unique = stack_entries(self.exercise, [sheet_of(self.exercise, case) for case in cases])
        rows = np.concatenate([np.arange(len(cases)), np.zeros(self._size - len(cases), dtype=int)])
        entries = jax.tree.map(lambda leaf: leaf[rows], unique)
        probes = None if self._probe("practice") is None else stack([self._probe(case.secret) for case in filled])
        found = jax.device_get(
            self._marker.mark_class(stack([self.given(case.student) for case in filled]), entries, probes)
        )
        ordered = [found[name] for name in self.steps]

        def table(field: str) -> np.ndarray:
            return np.stack([np.asarray(getattr(each, field))[: len(cases)] for each in ordered], axis=1)

        return table("points"), table("state"), table("slip")

    def report(self, case: Case, others: tuple[str, ...] = ()) -> Report:
        """Mark one sheet into words, in a class of these students."""
        return self._marker.mark(
            sheet_of(self.exercise, case),
            self.given(case.student),
            probe=self._probe("practice"),
            others=self._others(others),
        )

    @functools.cache  # noqa: B019 one object an exercise, for the whole run
    def _probe(self, secret: str) -> Any:
        return self.exercise.probes(secret)

    @functools.cache  # noqa: B019 one object an exercise, for the whole run
    def _others(self, students: tuple[str, ...]) -> Any:
        return self._marker.others(
            {Variant("student", student): self.given(student) for student in students}, self._probe("practice")
        )
