"""Marking sheets: one by one for a report in words, or a whole class in one call."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from course.exercises import Exercise
from course.marking.engine import Entry, Marks, mark, truths
from course.marking.report import Report, Ruling, step_marks
from course.marking.scheme import Scheme
from course.marking.states import State
from course.marking.tolerance import compare
from course.reading import Status, read_sheet, unknown_names
from course.sheet import Sheet

FOREIGN_STEPS = 3


class Others(NamedTuple):
    """Right values of other variants, with which a sheet that is not right is compared."""

    labels: tuple[str, ...]
    givens: tuple[Any, ...]
    truths: dict[str, np.ndarray]  # per step: (variants, *shape)


NOBODY = Others((), (), {})


class Marker:
    """Marks sheets of one scheme. The compiled functions are made once and used for every sheet.

    Arithmetic is float64 where the device has it; results are the same for one sheet and for a class.
    """

    def __init__(self, scheme: Scheme) -> None:
        scheme.check()
        self.scheme = scheme

        def one(given: Any, entries: dict[str, Entry], probe: Any, follow: Any) -> Marks:
            return mark(scheme, given, entries, probe, follow)

        self._one = jax.jit(one)
        self._many = jax.jit(jax.vmap(one))
        self._truths = jax.jit(jax.vmap(lambda given, probe: truths(scheme, given, probe)))

    def mark(
        self,
        sheet: Sheet,
        given: Any,
        *,
        probe: Any = None,
        student: str | None = None,
        others: Others = NOBODY,
        rulings: Mapping[str, Ruling] | None = None,
    ) -> Report:
        """Mark one sheet.

        Args:
            sheet: what was handed over; what it says of exercise and student is not relied on.
            given: the student's numbers.
            probe: the inputs on which functions were evaluated.
            student: whose sheet it is, for the report.
            others: variants that the sheet may have been worked on instead, from `others`.
            rulings: an instructor's decisions by step.
        """
        scheme = self.scheme
        readings = read_sheet(scheme.exercise, sheet)
        entries = {name: Entry(r.value, r.unit, np.asarray(int(r.status))) for name, r in readings.items()}
        remarks = []
        unknown = unknown_names(scheme.exercise, sheet)
        if unknown:
            remarks.append(f"Not asked for and not marked: {', '.join(unknown[:10])}.")
        with jax.enable_x64(True):
            verdicts = self._one(given, entries, probe, True)
            whose = self._whose(verdicts, entries, given, others)
            foreign_points = 0.0
            if whose is not None:
                verdicts = self._one(given, entries, probe, False)
                theirs = self._one(others.givens[whose], entries, probe, True)
                foreign_points = float(sum(float(verdict.points) for verdict in theirs.values()))
                remarks.insert(0, "These are right answers to somebody else's numbers, not to yours.")
        # The engine's dictionaries come back from jit sorted by key; the scheme's order is the order of the work.
        ordered = {name: verdicts[name] for name in scheme.steps}
        steps = step_marks(scheme, ordered, readings, dict(sheet.answers), dict(rulings or {}))
        return Report(
            exercise=scheme.exercise.id,
            student=student,
            points=round(sum(step.points for step in steps.values()), 6),
            max_points=scheme.step_points,
            steps=steps,
            foreign=whose is not None,
            whose="" if whose is None else others.labels[whose],
            foreign_points=round(foreign_points, 6),
            remarks=tuple(remarks),
        )

    def mark_class(self, givens: Any, entries: dict[str, Entry], probes: Any = None, follow: Any = None) -> Marks:
        """Mark many sheets in one call.

        Args:
            givens: the numbers of all students, stacked along axis 0.
            entries: per step the stacked entries, from `stack_entries`.
            probes: stacked probe inputs, where there are functions.
            follow: bool per sheet; all True unless given.

        Returns:
            A `Verdict` a step with a leading axis of sheets.
        """
        count = next(iter(entries.values())).status.shape[0]
        with jax.enable_x64(True):
            allowed = np.ones(count, dtype=bool) if follow is None else follow
            return self._many(givens, entries, probes, allowed)

    def others(self, givens: Mapping[str, Any], probe: Any = None) -> Others:
        """Work out the right values of other variants, by label."""
        if not givens or not self.scheme.steps:
            return NOBODY
        stacked = stack(list(givens.values()))
        probes = None if probe is None else stack([probe] * len(givens))
        with jax.enable_x64(True):
            values = {name: np.asarray(v) for name, v in self._truths(stacked, probes).items()}
        return Others(tuple(givens), tuple(givens.values()), values)

    def truths(self, given: Any, probe: Any = None) -> dict[str, np.ndarray]:
        """Give the right value of every step for one variant."""
        if not self.scheme.steps:
            return {}
        with jax.enable_x64(True):
            values = self._truths(stack([given]), None if probe is None else stack([probe]))
        return {name: np.asarray(values[name][0]) for name in self.scheme.steps}

    def _whose(self, verdicts: Marks, entries: dict[str, Entry], given: Any, others: Others) -> int | None:
        """Find the variant whose right values the sheet's wrong steps are, on three or more of them.

        A step that follows from the sheet's own earlier answers is no evidence: in a large class some other
        student's first step is met by chance, and what follows from it is met with it.
        """
        wrong = [
            name
            for name, step in self.scheme.steps.items()
            if step.answer.dtype in {"float", "int"}
            and int(entries[name].status) in {Status.READ, Status.TRANSPOSED}
            and int(verdicts[name].state) not in {State.EXACT, State.FOLLOWS}
        ]
        if not others.labels or len(wrong) < FOREIGN_STEPS:
            return None
        hits = np.zeros(len(others.labels), dtype=int)
        for name in wrong:
            theirs = others.truths[name]
            exact = self.scheme.steps[name].answer.dtype == "int"
            fits = _fits(entries[name], theirs, exact)
            mine = _fits(Entry(np.asarray(verdicts[name].truth), entries[name].unit, np.asarray(0)), theirs, exact)
            trivial = ~np.any(theirs != 0, axis=tuple(range(1, theirs.ndim)))
            hits += fits & ~mine & ~trivial
        best = int(np.argmax(hits))
        return best if hits[best] >= FOREIGN_STEPS else None


def _fits(entry: Entry, targets: np.ndarray, exact: bool) -> np.ndarray:
    """Which of the target arrays an entry is right for (bool [targets])."""
    right = jax.vmap(lambda target: compare(entry.value, target, entry.unit, exact=exact).right.all())(targets)
    return np.asarray(right)


def stack(trees: Sequence[Any]) -> Any:
    """Stack equal pytrees of arrays along a new axis 0."""
    return jax.tree.map(lambda *leaves: np.stack([np.asarray(leaf) for leaf in leaves]), *trees)


def stack_entries(exercise: Exercise, sheets: Sequence[Sheet]) -> dict[str, Entry]:
    """Read many sheets of one exercise into the engine's arrays."""
    readings = [read_sheet(exercise, sheet) for sheet in sheets]
    return {
        name: Entry(
            np.stack([r[name].value for r in readings]),
            np.stack([r[name].unit for r in readings]),
            np.array([int(r[name].status) for r in readings]),
        )
        for name in exercise.answers
    }
