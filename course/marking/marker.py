"""Marking sheets: one by one for a report in words, or a whole class in one call."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from course.exercises import Exercise
from course.marking.blocks import InBlocks
from course.marking.follow_through import Entry, Marks, Outcome, Verdict, mark, outcome, truths
from course.marking.report import Report, Ruling, step_marks
from course.marking.scheme import Scheme, State
from course.marking.tolerance import compare
from course.sheet import Sheet
from course.sheet.reading import Reading, Status, read_sheet, unknown_names

FOREIGN_STEPS = 3


class Others(NamedTuple):
    """Right values of other variants, with which a sheet that is not right is compared."""

    labels: tuple[str, ...]
    givens: tuple[Any, ...]
    truths: dict[str, np.ndarray]  # per step: (variants, *shape)


NOBODY = Others((), (), {})


class Foreign(NamedTuple):
    """Whose numbers a sheet was worked on, and the points it has under these."""

    whose: str
    points: float


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
        self._many = InBlocks(one)
        self._outcomes = InBlocks(lambda *sheet: jax.tree.map(outcome, one(*sheet), is_leaf=_is_verdict))
        self._signs = jax.jit(self._evidence)
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
        entries = entries_of(readings)
        foreign = None
        with jax.enable_x64(True):
            verdicts = self._one(given, entries, probe, True)
            whose = self.whose(verdicts, entries, others)
            if whose is not None:
                verdicts = self._one(given, entries, probe, False)
                theirs = self._one(others.givens[whose], entries, probe, True)
                foreign = Foreign(others.labels[whose], points_of(theirs))
        return self.report(sheet, readings, verdicts, student=student, foreign=foreign, rulings=rulings)

    def report(
        self,
        sheet: Sheet,
        readings: dict[str, Reading],
        verdicts: Marks,
        *,
        student: str | None = None,
        foreign: Foreign | None = None,
        rulings: Mapping[str, Ruling] | None = None,
    ) -> Report:
        """Put the engine's verdicts on one sheet into words.

        Args:
            sheet: what was handed over.
            readings: the same, as read.
            verdicts: what `mark_class` or the one-sheet engine found; of a foreign sheet without follow-through.
            student: whose sheet it is.
            foreign: on whose numbers the sheet was worked, where not on the student's.
            rulings: an instructor's decisions by step.
        """
        scheme = self.scheme
        remarks = []
        if foreign is not None:
            remarks.append("These are right answers to somebody else's numbers, not to yours.")
        unknown = unknown_names(scheme.exercise, sheet)
        if unknown:
            remarks.append(f"Not asked for and not marked: {', '.join(unknown[:10])}.")
        # The engine's dictionaries come back from jit sorted by key; the scheme's order is the order of the work.
        ordered = {name: verdicts[name] for name in scheme.steps}
        steps = step_marks(scheme, ordered, readings, dict(sheet.answers), dict(rulings or {}))
        return Report(
            exercise=scheme.exercise.id,
            student=student,
            points=round(sum(step.points for step in steps.values()), 6),
            max_points=scheme.step_points,
            steps=steps,
            foreign=foreign is not None,
            whose="" if foreign is None else foreign.whose,
            foreign_points=0.0 if foreign is None else round(foreign.points, 6),
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
        return self._many(givens, entries, probes, _allowed(entries, follow))

    def score_class(
        self, givens: Any, entries: dict[str, Entry], probes: Any = None, follow: Any = None
    ) -> dict[str, Outcome]:
        """Mark many sheets in one call, of which only states, points and slips are wanted: less to keep.

        Args:
            givens: the numbers of all students, as for `mark_class`.
            entries: per step the stacked entries.
            probes: stacked probe inputs, where there are functions.
            follow: bool per sheet; all True unless given.

        Returns:
            An `Outcome` a step with a leading axis of sheets, the same as in the verdicts of `mark_class`.
        """
        return self._outcomes(givens, entries, probes, _allowed(entries, follow))

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

    def whose(self, verdicts: Marks, entries: dict[str, Entry], others: Others) -> int | None:
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
        if len(wrong) < FOREIGN_STEPS or not others.labels:
            return None
        hits = self.likeness(wrong, entries, {name: verdict.truth for name, verdict in verdicts.items()}, others)
        best = int(np.argmax(hits))
        return best if hits[best] >= FOREIGN_STEPS else None

    def likeness(
        self, names: Sequence[str], entries: dict[str, Entry], truth: Mapping[str, Any], others: Others
    ) -> np.ndarray:
        """Count for each other variant the steps that are right under it (int [others]).

        A step whose right value is all zeros there, or right on the sheet's own numbers too, shows nothing.

        Args:
            names: the steps to look at, numbers all of them.
            entries: of one sheet.
            truth: right value by step on the sheet's own numbers.
            others: the variants, one at least.
        """
        numeric = [name for name, step in self.scheme.steps.items() if step.answer.dtype in {"float", "int"}]
        mine = {name: truth[name] for name in numeric}
        with jax.enable_x64(True):
            signs = self._signs({name: entries[name] for name in numeric}, mine, others.truths)
        return np.sum([np.asarray(signs[name]) for name in names], axis=0, dtype=int)

    def _evidence(
        self, entries: dict[str, Entry], truth: dict[str, Any], theirs: dict[str, Any]
    ) -> dict[str, Array]:
        """Say of each step and each other variant whether the answer is a sign of it (bool [others])."""
        signs = {}
        for name, entry in entries.items():
            exact = self.scheme.steps[name].answer.dtype == "int"

            def fits(value: Any, target: Array, unit: Any = entry.unit, exact: bool = exact) -> Array:
                return compare(jnp.asarray(value), target, unit, exact=exact).right.all()

            def shows(target: Array, entry: Entry = entry, own: Any = truth[name], fits: Any = fits) -> Array:
                return fits(entry.value, target) & ~fits(own, target) & jnp.any(target != 0)

            signs[name] = jax.vmap(shows)(theirs[name])
        return signs


def _is_verdict(value: Any) -> bool:
    return isinstance(value, Verdict)


def _allowed(entries: dict[str, Entry], follow: Any) -> np.ndarray:
    count = next(iter(entries.values())).status.shape[0]
    return np.ones(count, dtype=bool) if follow is None else np.asarray(follow)


def points_of(verdicts: Marks) -> float:
    """Give the points of one sheet."""
    return float(sum(float(verdict.points) for verdict in verdicts.values()))


def entries_of(readings: dict[str, Reading]) -> dict[str, Entry]:
    """Give one sheet's readings as the engine takes them."""
    return {name: Entry(r.value, r.unit, np.asarray(r.status, dtype=np.int8)) for name, r in readings.items()}


def stack(trees: Sequence[Any]) -> Any:
    """Stack equal pytrees of arrays along a new axis 0, which lies last in memory: see `InBlocks`."""
    return jax.tree.map(lambda *leaves: _stack([np.asarray(leaf) for leaf in leaves]), *trees)


def stack_entries(exercise: Exercise, sheets: Sequence[Sheet]) -> dict[str, Entry]:
    """Read many sheets of one exercise into the engine's arrays."""
    readings = [read_sheet(exercise, sheet) for sheet in sheets]
    return {
        name: Entry(
            _stack([r[name].value for r in readings]),
            _stack([r[name].unit for r in readings]),
            np.array([int(r[name].status) for r in readings], dtype=np.int8),
        )
        for name in exercise.answers
    }


def _stack(arrays: Sequence[np.ndarray]) -> np.ndarray:
    return np.moveaxis(np.stack(arrays, axis=-1), -1, 0)
