"""Marking sheets, one or a whole class: read, marked, and put into words. One sheet is a class of one.

A sheet is marked on its student's numbers first. One with wrong answers may be worked on other numbers: with one
given value misread, or on somebody else's. Only such sheets are looked at again, on these numbers.
"""

import functools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import jax
import numpy as np

from course.derivation.marks import Marked
from course.derivation.reading.symbols import Symbols
from course.exercises import Exercise
from course.marking.follow_through import CLEARLY, EXACT, Entry, Marks, Verdict, evaluate, mark, near, truths
from course.marking.pool import FINER, Candidate, Changes, Pool, changed, fields_used
from course.marking.programs.blocks import SHEETS, InBlocks
from course.marking.report import Misread, Report, Ruling, not_asked_for, step_marks
from course.marking.scheme import Cap, Scheme, State
from course.marking.solving import bounds, lowest
from course.marking.tolerance import LARGEST, ZERO, compare
from course.marking.variant import NO_EVIDENCE, Evidence, Variant
from course.sheet import Sheet
from course.sheet.reading import Reading, Status, by_asked_name, read_sheet, unknown_names

BITS = 17  # beside those of the size of the class: one chance in 130 000 that anybody is suspected by chance
A_LOOK = 4  # bits beside them, for a person to compare two sheets; nothing is taken off and nothing is said
READINGS = 512  # of given values, that are looked at in one block
TOGETHER = 4096  # readings of many sheets that are held together; more only where one sheet has more
FEWEST = 2  # wrong answers that a misreading must explain, fields in which foreign numbers must differ
MOST = 256  # misreadings on which one sheet is marked
STARTS = 2  # numbers of either sign in a place, from which it is worked out what was read
SHOWN = 3  # misreadings that come to the same, which a student is told
FEW = 4  # of so many answers one may be zero on a misreading that is none as it is given
CLOSE = 1e-9  # in parts of an answer: nearer is as good as equal
RIGHT = (State.EXACT, State.FOLLOWS)


class Others(NamedTuple):
    """Right values of other variants, with which a sheet that is not right is compared."""

    variants: tuple[Variant, ...]
    givens: tuple[Any, ...]
    truths: dict[str, np.ndarray]  # per step: (variants, *shape)


NOBODY = Others((), (), {})


class Foreign(NamedTuple):
    """Whose numbers a sheet was worked on, the evidence, and the points it has under these."""

    whose: Variant
    evidence: Evidence
    points: float


class Task(NamedTuple):
    """One sheet to be marked.

    Attributes:
        sheet: what was handed over; what it says of exercise and student is not relied on.
        given: the student's numbers.
        probe: the inputs on which functions were evaluated.
        others: variants that the sheet may have been worked on instead.
        declared: the numbers of another id that the sheet declares; its points on these are worked out too.
        elsewhere: evidence for other variants from the assignment's other exercises.
    """

    sheet: Sheet
    given: Any
    probe: Any = None
    others: Others = NOBODY
    declared: Any = None
    elsewhere: Mapping[Variant, Evidence] = {}


class Finding(NamedTuple):
    """What was found on one sheet.

    Attributes:
        readings: its answers as read.
        verdicts: a `Verdict` a step.
        withheld: points withheld because an error left little to be worked out, or by caps of the scheme.
        caps: what the scheme says of its caps that withhold something.
        misread: the number that was misread, where one was.
        foreign: on whose numbers it was worked, where not on the student's.
        evidence: for each other variant, what speaks for the sheet having been worked on it.
        resembles: on whose numbers all that is wrong would be right, where that is too little evidence.
        under: its points under the declared numbers.
        derivation: what became of its lines, where it is a derivation.
    """

    readings: dict[str, Reading]
    verdicts: Marks
    withheld: float = 0.0
    caps: tuple[str, ...] = ()
    misread: Misread | None = None
    foreign: Foreign | None = None
    evidence: Mapping[Variant, Evidence] = {}
    resembles: Foreign | None = None
    under: float = 0.0
    derivation: "Judged | None" = None


class Judged(NamedTuple):
    """What became of the lines of a derivation.

    Attributes:
        marked: the verdict on each.
        claims: the claim of each waypoint with the student's numbers, Markdown with LaTeX.
        symbols: what the lines name.
    """

    marked: Marked
    claims: Mapping[str, str]
    symbols: Symbols


_Reading = TypeVar("_Reading")
_Explained = tuple[float, tuple[float, float], Candidate, Marks]
"""A misreading that explains a sheet: the points on it, how far the answers are off, itself, the marks on it."""


class _Seen(NamedTuple):
    """One sheet: its answers as read and as the engine takes them, its marks on its student's numbers."""

    task: Task
    readings: dict[str, Reading]
    entries: dict[str, Entry]
    verdicts: Marks


class Marker:
    """Marks sheets of one scheme. One program is compiled, once, and used for every sheet.

    Another, small one gives right values, so that a worked solution waits for no more than it needs. Arithmetic is
    float64 where the device has it; results are the same for one sheet and for a class.

    Args:
        scheme: by which it marks.
        sources: digest of all that the scheme's formulas depend on, under which traced programs are kept between
            runs; empty if they are not.
    """

    def __init__(self, scheme: Scheme, sources: str = "") -> None:
        scheme.check()
        self.scheme = scheme
        self._key = f"{sources} {scheme.exercise.id}" if sources else ""

        def one(given: Any, entries: dict[str, Entry], probe: Any, follow: Any, sizes: dict[str, Any]) -> Marks:
            return mark(scheme, given, entries, probe, follow, sizes)

        self._many = self._in_blocks("mark", one, shared=1)
        self._near = self._in_blocks("near", functools.partial(near, scheme), shared=1, size=READINGS)

        def right(row: Any, given: Any, probe: Any) -> dict[str, Any]:
            return truths(scheme, given, probe)

        # `mlp/relu-backprop`: 0.07 s of processor time to the first right values; the one that marks takes 8 s.
        self._right = self._in_blocks("right", right, shared=1)
        self._alone: dict[str, InBlocks] = {}  # single steps, on the students' own earlier answers

    def _in_blocks(self, name: str, one: Callable[..., Any], shared: int = 0, size: int = SHEETS) -> InBlocks:
        return InBlocks(one, shared, size, self._key and f"{self._key} {name}")

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
        task = Task(sheet, given, probe, others)
        return self.report(sheet, self.find([task])[0], student=student, rulings=rulings)

    def find(self, tasks: Sequence[Task]) -> list[Finding]:
        """Find what becomes of every sheet.

        Args:
            tasks: the sheets.
        """
        if not tasks:
            return []
        readings = [read_sheet(self.scheme.exercise, task.sheet) for task in tasks]
        if not self.scheme.steps:
            return [Finding(reading, {}) for reading in readings]
        entries = [entries_of(reading) for reading in readings]
        declared = [number for number, task in enumerate(tasks) if task.declared is not None]
        rows = [(task.given, entry, task.probe, True) for task, entry in zip(tasks, entries, strict=True)]
        rows += [(tasks[number].declared, entries[number], tasks[number].probe, True) for number in declared]
        found = self._rows(rows)
        under = {
            number: self._points(found[len(tasks) + at], tasks[number].declared, entries[number])
            for at, number in enumerate(declared)
        }
        marked = zip(tasks, readings, entries, found[: len(tasks)], strict=True)
        findings = self._found([_Seen(*each) for each in marked])
        return [
            finding._replace(under=round(under[number], 6)) if number in under else finding
            for number, finding in enumerate(findings)
        ]

    def weigh_again(self, task: Task, finding: Finding) -> Finding:
        """Decide once more whose numbers a sheet was worked on, with evidence from elsewhere that came in since.

        Args:
            task: the sheet, with this evidence.
            finding: what was found on it before.
        """
        entries = entries_of(finding.readings)
        verdicts = self._rows([(task.given, entries, task.probe, True)])[0]
        found = self._found([_Seen(task, finding.readings, entries, verdicts)])[0]
        return found._replace(under=finding.under)

    def report(
        self,
        sheet: Sheet,
        finding: Finding,
        *,
        student: str | None = None,
        rulings: Mapping[str, Ruling] | None = None,
    ) -> Report:
        """Put what was found on one sheet into words.

        Args:
            sheet: what was handed over.
            finding: what was found on it.
            student: whose sheet it is.
            rulings: an instructor's decisions by step.
        """
        scheme, foreign, misread = self.scheme, finding.foreign, finding.misread
        remarks = []
        if foreign is not None:
            remarks.append(
                "These answers do not belong to your numbers, so nothing follows from them. "
                "Your instructor looks at this sheet."
            )
        if misread is not None:
            remarks.append(
                f"{misread.sentence} One step is charged, the rest is marked on the numbers that you used."
            )
        remarks += not_asked_for(unknown_names(scheme.exercise, sheet))
        if finding.withheld:
            why = " ".join(finding.caps) or (
                "an error made several later steps trivial, so that they do not show the method."
            )
            many = "point is" if finding.withheld == 1 else "points are"
            remarks.append(f"{finding.withheld:g} {many} withheld, once: {why}")
        ruled = dict(rulings or {})
        steps = step_marks(
            scheme, finding.verdicts, finding.readings, by_asked_name(scheme.exercise, sheet), ruled, misread
        )
        points = sum(step.points for step in steps.values()) - finding.withheld
        return Report(
            exercise=scheme.exercise.id,
            student=student,
            points=round(max(points, 0.0), 6),
            max_points=scheme.step_points,
            steps=steps,
            foreign=foreign is not None,
            whose="" if foreign is None else str(foreign.whose),
            foreign_points=0.0 if foreign is None else round(foreign.points, 6),
            remarks=tuple(remarks),
            withheld=finding.withheld,
            misread=misread,
            evidence=tuple(finding.evidence.items()),
        )

    def mark_class(self, givens: Any, entries: dict[str, Entry], probes: Any = None, follow: Any = None) -> Marks:
        """Mark many sheets that are read already, each on the numbers that stand beside it.

        Args:
            givens: the numbers of all students, stacked along axis 0.
            entries: per step the stacked entries, from `stack_entries`.
            probes: stacked probe inputs, where there are functions.
            follow: bool per sheet; all True unless given.

        Returns:
            A `Verdict` a step with a leading axis of sheets, in the order of the scheme.
        """
        count = next(iter(entries.values())).status.shape[0]
        may = np.ones(count, dtype=bool) if follow is None else np.asarray(follow)
        found = self._many(givens, entries, probes, may, self._sizes)
        return {name: found[name] for name in self.scheme.steps}

    def others(self, givens: Mapping[Variant, Any], probe: Any = None) -> Others:
        """Work out the right values of other variants."""
        if not givens or not self.scheme.steps:
            return NOBODY
        return Others(tuple(givens), tuple(givens.values()), self._right_values(list(givens.values()), probe))

    def truths(self, given: Any, probe: Any = None) -> dict[str, np.ndarray]:
        """Give the right value of every step for one variant."""
        if not self.scheme.steps:
            return {}
        return {name: values[0] for name, values in self._right_values([given], probe).items()}

    def _right_values(self, givens: list[Any], probe: Any) -> dict[str, Any]:
        """Give the right values of every step, stacked; there may be no given values, so rows are counted."""
        found = self._right(np.arange(len(givens)), stack(givens), probe)
        return {name: found[name] for name in self.scheme.steps}

    @functools.cached_property
    def pool(self) -> Pool:
        """What the draws of the exercise tell."""
        return Pool(self.scheme.exercise)

    @functools.cached_property
    def _drawn(self) -> dict[str, np.ndarray]:
        """The right values of every step on the draws of the pool."""
        return self._right_values(self.pool.givens, self.scheme.exercise.probes("practice"))

    @functools.cached_property
    def _sizes(self) -> dict[str, np.float64]:
        """The largest value of every step among a sample of the draws."""
        finite = {name: np.where(np.isfinite(value), np.abs(value), 0.0) for name, value in self._drawn.items()}
        return {name: np.float64(np.max(value) or 1.0) for name, value in finite.items()}

    @functools.cached_property
    def _uses(self) -> dict[str, frozenset[str]]:
        """The given values that each step uses itself, not by its parents."""
        given, probe = self.scheme.exercise.seed(), self.scheme.exercise.probes("practice")
        values = {name: np.zeros(step.answer.shape) for name, step in self.scheme.steps.items()}
        return {
            name: frozenset(fields_used(functools.partial(evaluate, step), given, probe, values))
            for name, step in self.scheme.steps.items()
        }

    def _rows(self, rows: Sequence[tuple[Any, dict[str, Entry], Any, bool]]) -> list[Marks]:
        """Mark rows of (given, entries, probe, follow)."""
        if not rows:
            return []
        givens, entries, probes, follow = zip(*rows, strict=True)
        probe = None if probes[0] is None else stack(probes)
        return _by_row(self.mark_class(stack(givens), stack(entries), probe, np.array(follow)))

    def _found(self, sheets: Sequence[_Seen]) -> list[Finding]:
        """Decide what sheets were worked on, from their marks on their students' own numbers.

        What has to be marked on other numbers is marked together: a block takes as long as one sheet.
        """
        findings = [self._finding(seen, seen.verdicts, seen.task.given) for seen in sheets]
        wrong = [self._wrong(seen) for seen in sheets]
        evidence = {number: self._evidence(sheets[number], names) for number, names in enumerate(wrong) if names}
        # Whom the other exercises show already goes before a misreading, which would explain this one alone.
        asked = [
            number
            for number, found in evidence.items()
            if len(wrong[number]) >= FEWEST
            and _suspect(_elsewhere(sheets[number].task, found), sheets[number].task) is None
        ]
        misread = self._misreadings({number: (sheets[number], wrong[number]) for number in asked})
        suspects: list[tuple[int, Variant, Evidence, bool]] = []
        for number, found in evidence.items():
            seen = sheets[number]
            if number in misread:
                readings, marks = misread[number]
                charged, first = self._charge(marks, seen.verdicts, wrong[number])
                best, *others = [(each.field, each.read, each.given) for each in readings[:SHOWN]]
                what = Misread(*best, first, tuple(others))
                findings[number] = self._finding(seen, charged, readings[0].numbers)._replace(misread=what)
                continue
            findings[number] = findings[number]._replace(evidence=found)
            there = _elsewhere(seen.task, found)
            total = {who: here + there[who] for who, here in found.items()}
            sure = _suspect(total, seen.task)
            whose = sure or (_suspect(total, seen.task, A_LOOK) if len(wrong[number]) >= FEWEST else None)
            if whose is not None:
                suspects.append((number, whose, total[whose], sure is not None))
        rows = []
        for number, whose, *_ in suspects:
            task, _, entries, _ = sheets[number]
            theirs = task.others.givens[task.others.variants.index(whose)]
            rows += [(task.given, entries, task.probe, False), (theirs, entries, task.probe, True)]
        marked = self._rows(rows)
        for at, (number, whose, shown, sure) in enumerate(suspects):
            alone, theirs = marked[2 * at : 2 * at + 2]
            other = Foreign(whose, shown, self._points(theirs, rows[2 * at + 1][0], sheets[number].entries))
            if sure:
                findings[number] = findings[number]._replace(verdicts=alone, withheld=0.0, caps=(), foreign=other)
            elif all(int(theirs[name].state) in RIGHT for name in wrong[number]):
                findings[number] = findings[number]._replace(resembles=other)
        return findings

    def _finding(self, seen: _Seen, verdicts: Marks, given: Any) -> Finding:
        """Give what is found on a sheet that was worked on some numbers."""
        return Finding(seen.readings, verdicts, *self._withhold(verdicts, given, seen.entries))

    def _misreadings(
        self, sheets: Mapping[int, tuple[_Seen, list[str]]]
    ) -> dict[int, tuple[list[Candidate], Marks]]:
        """Find the misreading of sheets that were worked on one, and their marks on it.

        Marking a sheet on hundreds of readings takes long. Whether answers are near what their formulas give is
        found for many sheets in a few blocks; few sheets are left, and few readings of these.

        Args:
            sheets: with the names of what is wrong on them.
        """
        found: dict[int, tuple[list[Candidate], Marks]] = {}
        if self.scheme.exercise.draw is None:
            return found
        left: list[tuple[int, list[Candidate]]] = []
        for lot in _in_lots(self._by_first(sheets)):
            about = self._near(*_read_so([(sheets[number][0], each) for number, each in lot]), self._sizes)
            start = 0
            for number, each in lot:
                wrong = sheets[number][1]
                count = np.sum([about[name][start : start + len(each)] for name in wrong], axis=0)
                enough = np.flatnonzero((count >= FEWEST) & (2 * count > len(wrong)))
                left.append((number, [each[place] for place in enough]))
                start += len(each)
        for lot in _in_lots(left):
            given, entries, probe = _read_so([(sheets[number][0], each) for number, each in lot])
            marks = iter(_by_row(self.mark_class(given, entries, probe)))
            for number, each in lot:
                best = self._misreading(*sheets[number], [(candidate, next(marks)) for candidate in each])
                if best is not None:
                    found[number] = best
        return found

    def _withhold(self, verdicts: Marks, given: Any, entries: dict[str, Entry]) -> tuple[float, tuple[str, ...]]:
        """Give the points that are withheld from a sheet, once, and what its scheme says of that."""
        over = [(cap, capped(cap, self.scheme, verdicts, given, entries)) for cap in self.scheme.caps]
        kept = [(cap.sentence, points) for cap, points in over if points > 0]
        if kept:
            return sum(points for _, points in kept), tuple(sentence for sentence, _ in kept)
        return withheld_of(self.scheme, verdicts), ()

    def _points(self, verdicts: Marks, given: Any, entries: dict[str, Entry]) -> float:
        """Give the points of one sheet."""
        earned = float(sum(float(verdict.points) for verdict in verdicts.values()))
        return earned - self._withhold(verdicts, given, entries)[0]

    def _wrong(self, seen: _Seen) -> list[str]:
        """Give the numbers on a sheet that are neither right nor follow."""
        return [
            name
            for name, step in self.scheme.steps.items()
            if step.answer.dtype in {"float", "int"}
            and seen.readings[name].status in {Status.READ, Status.TRANSPOSED}
            and int(seen.verdicts[name].state) not in RIGHT
        ]

    def _misreading(
        self, seen: _Seen, wrong: list[str], found: Sequence[tuple[Candidate, Marks]]
    ) -> tuple[list[Candidate], Marks] | None:
        """Find the misread given value under which wrong answers are right and none gets worse.

        Several are given where they come to the same on this sheet, such as a larger kernel and less padding.
        """
        task, _, entries, verdicts = seen
        before = self._points(verdicts, task.given, entries)
        there = [name for name in entries if seen.readings[name].status in {Status.READ, Status.TRANSPOSED}]
        good: list[_Explained] = []
        for candidate, marks in found:
            mended = [name for name in wrong if int(marks[name].state) in RIGHT]
            distinct = {np.asarray(entries[name].value).tobytes() for name in mended}
            worse = any(float(marks[name].points) < float(verdicts[name].points) for name in marks)
            zeros = [name for name in mended if np.any(verdicts[name].truth) and not np.any(marks[name].truth)]
            # What leaves nothing to be worked out has to show in several numbers.
            alone = not _show_work([(entries[name].value, verdicts[name].truth) for name in mended])
            trivial = any(bool(verdict.eased) for verdict in marks.values())
            trivial |= FEW * len(zeros) > len(mended) and alone
            # What leaves half of it wrong explains nothing: on somebody else's numbers a few steps fit by chance.
            if len(distinct) < FEWEST or 2 * len(mended) <= len(wrong) or worse or trivial:
                continue
            # What a misread number gives itself, and not by way of another answer, shows it first.
            if next((name for name in wrong if self._uses[name] & {*candidate.fields}), "") not in mended:
                continue
            if (
                candidate.far_fetched
                and len(
                    {
                        np.asarray(entries[name].value).tobytes()
                        for name in mended
                        if not _is_a_slip(entries[name].value, verdicts[name], marks[name])
                    }
                )
                < FEWEST
            ):
                continue
            if _is_copied([np.asarray(entries[name].value) for name in mended], task.given):
                continue
            points = self._points(marks, candidate.numbers, entries) - self.scheme.steps[mended[0]].points
            if points > before:
                right = [name for name in there if int(marks[name].state) in RIGHT]
                off = [sum(_distance(entries[n].value, marks[n]) for n in names) for names in (mended, right)]
                good.append((points, (off[0], off[1]), candidate, marks))
        good.sort(key=lambda item: item[:2])
        best = _likeliest([item for item in good if item[0] == good[-1][0]])
        if not best:
            return None
        _, off, first, marks = best[0]
        same = [_is_the_same(each, marks, there) for *_, each in best]
        # Where rounding lets different misreadings explain the sheet, one is named only if it does so far better.
        rivals = [
            each
            for (_, other, each, _), alike in zip(best, same, strict=True)
            if not alike and not _is_clearly_nearer(off, other)
        ]
        if any(_place_of(each) != _place_of(first) for each in rivals):
            return None
        if rivals:
            return [first._replace(about=True)], marks
        return [candidate for (*_, candidate, _), alike in zip(best, same, strict=True) if alike], marks

    def _by_first(self, sheets: Mapping[int, tuple[_Seen, list[str]]]) -> Iterator[tuple[int, list[Candidate]]]:
        """Give the misreadings that explain the first wrong answer of sheets, roughly; marking tells which do.

        After the values that are drawn come those that the answer itself tells: what must have been read for it.
        """
        by_step: dict[str, list[tuple[int, list[Changes]]]] = {}
        for number, (seen, wrong) in sheets.items():
            every = self.pool.misreadings(seen.task.given, self._uses[wrong[0]])
            by_step.setdefault(wrong[0], []).append((number, every))
        for first, asked in by_step.items():
            if first not in self._alone:
                step = self.scheme.steps[first]
                alone = functools.partial(evaluate, step)
                self._alone[first] = self._in_blocks(f"step {first}", alone, size=READINGS)
            for lot in _in_lots(asked):
                rows = []
                for number, every in lot:
                    seen = sheets[number][0]
                    tried = [*every, *self.pool.beyond(seen.task.given, self._uses[first])]
                    repeated = _repeated((seen.task.probe, self._parents(seen, first)), len(tried))
                    rows.append((changed(seen.task.given, tried), *repeated))
                values = self._alone[first](*jax.tree.map(lambda *leaves: np.concatenate(leaves), *rows))
                start, asked_of = 0, []
                for number, every in lot:
                    seen = sheets[number][0]
                    tried = [*every, *self.pool.beyond(seen.task.given, self._uses[first])]
                    asked_of.append((seen, tried, values[start : start + len(tried)]))
                    start += len(tried)
                counts = [len(every) for _, every in lot]
                for (number, every), (seen, _, worked), solved in zip(
                    lot, asked_of, self._solved(first, asked_of, counts), strict=True
                ):
                    theirs = worked[: len(every)]
                    entry = seen.entries[first]
                    off = np.abs(theirs - entry.value)
                    scale = np.max(np.abs(theirs), initial=0.0, axis=tuple(range(1, theirs.ndim)), keepdims=True)
                    near = off <= LARGEST * np.abs(theirs) + 3 * entry.unit + ZERO * scale
                    fits = np.flatnonzero(near.reshape(len(every), -1).all(axis=1))
                    nearest = fits[np.argsort(off.reshape(len(every), -1).sum(axis=1)[fits], kind="stable")]
                    given = seen.task.given
                    yield number, [*(Candidate(given, every[place]) for place in nearest[:MOST]), *solved]

    def _solved(
        self, step: str, sheets: Sequence[tuple[_Seen, list[Changes], np.ndarray]], counts: Sequence[int]
    ) -> list[list[Candidate]]:
        """Give, for each sheet, the numbers of which one must have been read for the answer at a step.

        Args:
            step: at which the sheets are wrong.
            sheets: each with the misreadings that were looked at, and what the step gives on these.
            counts: how many of these are candidates themselves; the others only lead to some.
        """
        rows: list[tuple[int, str, int, float]] = []
        for at, (seen, every, values) in enumerate(sheets):
            entry = seen.entries[step]
            off = np.abs(values - entry.value).reshape(len(every), -1).sum(axis=1)
            # Of a square, and of much else, several numbers give the answer, or nearly: with either sign.
            tried: dict[tuple[str, int, bool], list[int]] = {}
            for number, changes in enumerate(every):
                if len(changes) == 1:
                    field, place, read = changes[0]
                    tried.setdefault((field, place, read < 0), []).append(number)
            for (field, place, _), numbers in tried.items():
                read_so = np.array([every[number][0][2] for number in numbers])
                rows += [(at, field, place, start) for start in lowest(read_so, off[numbers], STARTS)]
        found: list[list[Candidate]] = [[] for _ in sheets]
        if not rows:
            return found
        owners = np.array([row[0] for row in rows])
        entries = [seen.entries[step] for seen, *_ in sheets]
        ends = bounds(
            self._with_numbers(step, [seen for seen, *_ in sheets], owners, [(row[1], row[2]) for row in rows]),
            np.array([start for *_, start in rows]),
            np.stack([np.ravel(entry.value) for entry in entries])[owners],
            np.stack([np.ravel(entry.unit) for entry in entries])[owners],
        )
        known: dict[int, set[Any]] = {}
        for number in np.flatnonzero(ends[0] <= ends[1]).tolist():
            at, field, place, _ = rows[number]
            seen, every, _ = sheets[at]
            mine = float(np.ravel(getattr(seen.task.given, field))[place])
            for read, how in self.pool.readable(field, float(ends[0][number]), float(ends[1][number])).items():
                changes = ((field, place, read),)
                if at not in known:
                    known[at] = set(every[: counts[at]])
                if read != mine and changes not in known[at]:
                    known[at].add(changes)
                    found[at].append(Candidate(seen.task.given, changes, how))
        return found

    def _with_numbers(
        self, step: str, sheets: Sequence[_Seen], owners: np.ndarray, places: Sequence[tuple[str, int]]
    ) -> Callable[[np.ndarray], np.ndarray]:
        """Return what a step gives as a function of one given number in each row, as `bounds` wants it.

        Args:
            step: of the scheme.
            sheets: on which it is asked.
            owners: the place among these of each row's sheet.
            places: the field and the place in it of each row's number.
        """
        twice = np.tile(owners, 2)
        whole = stack([(seen.task.given, seen.task.probe, self._parents(seen, step)) for seen in sheets])
        given, *rest = jax.tree.map(lambda leaf: leaf[twice], whole)
        where: dict[str, list[tuple[int, int]]] = {}
        for row, (field, place) in enumerate(places):
            where.setdefault(field, []).append((row, place))
        rows = {field: np.array(each).T for field, each in where.items()}
        given = given._replace(**{field: np.array(getattr(given, field), dtype=float) for field in rows})

        def values(numbers: np.ndarray) -> np.ndarray:
            for field, (row, place) in rows.items():
                flat = getattr(given, field).reshape(2, len(owners), -1)
                flat[:, row, place] = numbers[:, row]
            return self._alone[step](given, *rest).reshape(2, len(owners), -1)

        return values

    def _parents(self, seen: _Seen, step: str) -> dict[str, Any]:
        """Give the values of a step's parents on a sheet: as written, or what follows where nothing is."""
        read = {Status.READ, Status.TRANSPOSED}
        return {
            name: seen.entries[name].value
            if seen.readings[name].status in read
            else np.asarray(seen.verdicts[name].expected)
            for name in self.scheme.steps[step].parents
        }

    def _charge(self, marks: Marks, before: Marks, wrong: list[str]) -> tuple[Marks, str]:
        """Charge the first step that a misreading touches; what is right on the numbers used follows."""
        first = next(name for name in wrong if int(marks[name].state) in RIGHT)
        charged = {}
        for name, verdict in marks.items():
            follows = int(verdict.state) == State.EXACT and int(before[name].state) != State.EXACT
            state = np.int8(State.FOLLOWS) if follows else verdict.state
            truth = before[name].truth
            eased = bool(verdict.eased) or (follows and np.any(truth) and not np.any(verdict.truth))
            charged[name] = verdict._replace(state=state, truth=truth, eased=np.bool_(eased))
        charged[first] = marks[first]._replace(
            state=np.int8(State.WRONG), points=np.float64(0.0), truth=before[first].truth
        )
        return charged, first

    def _evidence(self, seen: _Seen, wrong: list[str]) -> dict[Variant, Evidence]:
        """Weigh what speaks for each other variant: given fields, other than the sheet's own, that answers show.

        An answer that follows from the sheet's own earlier ones is no evidence, nor is one that is right on both
        variants or zero: in a large class some other student's number is met by chance.
        """
        task, _, entries, verdicts = seen
        shown: dict[int, set[str]] = {}
        met: dict[int, float] = {}
        for name in wrong if task.others.variants else ():
            exact = self.scheme.steps[name].answer.dtype in EXACT
            value, unit, own = (
                np.reshape(part, (1, -1))
                for part in (entries[name].value, entries[name].unit, np.asarray(verdicts[name].truth))
            )
            theirs = task.others.truths[name].reshape(len(task.others.variants), -1)
            alike = compare(value, theirs, unit, exact=exact, axis=-1).right.all(axis=-1) & theirs.any(axis=-1)
            hits = np.flatnonzero(alike)
            if hits.size:
                hits = hits[~compare(own, theirs[hits], unit, exact=exact, axis=-1).right.all(axis=-1)]
            if not hits.size:
                continue
            drawn = self._drawn[name].reshape(len(self.pool.givens), -1)
            chance = np.mean(compare(value, drawn, unit, exact=exact, axis=-1).right.all(axis=-1))
            for number in hits.tolist():
                shown.setdefault(number, set()).update(self._uses[name])
                met[number] = met.get(number, 0.0) - math.log2(max(chance, 1 / len(drawn)))
        found = {}
        for number, fields in shown.items():
            theirs = task.others.givens[number]
            bits = {f: self.pool.bits(f, getattr(task.given, f), getattr(theirs, f)) for f in fields}
            differing = frozenset(f"{self.scheme.exercise.id} {field}" for field, value in bits.items() if value)
            # Many numbers give one value: no step shows more than how unlikely its own value is.
            found[task.others.variants[number]] = Evidence(min(sum(bits.values()), met[number]), differing)
        return found


def may_accuse(evidence: Evidence) -> bool:
    """Say whether evidence can be enough to hold a sheet to be somebody else's, in the smallest class."""
    return evidence.bits >= BITS and len(evidence.fields) >= FEWEST


def _elsewhere(task: Task, found: Mapping[Variant, Evidence]) -> dict[Variant, Evidence]:
    """Give what the other exercises show of the variants for which something speaks here."""
    return {who: task.elsewhere.get(who, NO_EVIDENCE) for who in found}


def _in_lots(sheets: Iterable[tuple[int, list[_Reading]]]) -> Iterator[list[tuple[int, list[_Reading]]]]:
    """Give sheets with readings in lots that are looked at together; a sheet without any is left out."""
    lot: list[tuple[int, list[_Reading]]] = []
    for sheet in sheets:
        if lot and sum(len(each) for _, each in lot) + len(sheet[1]) > TOGETHER:
            yield lot
            lot = []
        if sheet[1]:
            lot.append(sheet)
    if lot:
        yield lot


def _read_so(sheets: Sequence[tuple[_Seen, list[Candidate]]]) -> tuple[Any, dict[str, Entry], Any]:
    """Give given values, entries and probe inputs of sheets, on every reading of their numbers, stacked."""
    rows = [
        (
            changed(seen.task.given, [candidate.changes for candidate in each]),
            *_repeated((seen.entries, seen.task.probe), len(each)),
        )
        for seen, each in sheets
    ]
    return jax.tree.map(lambda *leaves: np.concatenate(leaves), *rows)


def _by_row(marks: Marks) -> list[Marks]:
    """Give the marks of a class sheet by sheet."""
    count = len(next(iter(marks.values())).state)
    sheets = {name: [Verdict(*row) for row in zip(*verdict, strict=True)] for name, verdict in marks.items()}
    return [{name: verdicts[row] for name, verdicts in sheets.items()} for row in range(count)]


def _repeated(trees: Any, count: int) -> Any:
    """Repeat every leaf along a new axis 0."""
    return jax.tree.map(lambda leaf: np.broadcast_to(np.asarray(leaf), (count, *np.shape(leaf))), trees)


def _is_a_slip(value: Any, before: Verdict, after: Verdict) -> bool:
    """Say whether a slip explains an answer about as well as a misreading does."""
    if int(before.state) != State.SLIP:
        return False
    return float(before.slip_off) <= CLEARLY * _distance(value, after) or not np.any(before.alike)


def _likeliest(best: Sequence[_Explained]) -> list[_Explained]:
    """Leave out what is far-fetched, where something likelier explains a sheet about as well.

    A number that is never drawn stays beside one in its place that is: then nobody knows which of them it was.
    """
    near = [each for each in best if not _is_clearly_nearer(best[0][1], each[1])]
    if not near:
        return []
    least = min(each[2].far_fetched for each in near)
    places = {_place_of(each[2]) for each in near if each[2].far_fetched == least}
    return [
        each
        for each in best
        if each[2].far_fetched <= least or (each[2].far_fetched < FINER and _place_of(each[2]) in places)
    ]


def _is_clearly_nearer(off: tuple[float, float], other: tuple[float, float]) -> bool:
    """Say whether one misreading is nearer to the answers than another by far, by either measure."""
    return any(CLEARLY * max(mine, CLOSE) < its for mine, its in zip(off, other, strict=True))


def _place_of(candidate: Candidate) -> tuple[tuple[str, int], ...]:
    return tuple((field, place) for field, place, _ in candidate.changes)


def _show_work(answers: Sequence[tuple[Any, Any]]) -> bool:
    """Say whether wrong answers are more than an invention and the zeros that come of it.

    Two entries or more of the first one differ from the truth, and either they are not one number, or all answers
    together hold at least three, signs and zeros apart.

    Args:
        answers: each as read, beside its truth: two arrays of one shape.
    """
    if not answers:
        return False
    value, truth = map(np.asarray, answers[0])
    numbers = {abs(float(entry)) for each, _ in answers for entry in np.asarray(each).flat} - {0.0}
    several = np.min(value) != np.max(value) or len(numbers) > FEWEST
    return bool(np.sum(value != truth) >= FEWEST and several)


def _is_the_same(marks: Marks, others: Marks, steps: Sequence[str]) -> bool:
    """Say whether the right values of these steps are the same on two readings of the given values."""
    return all(np.allclose(marks[name].truth, others[name].truth, rtol=1e-9, atol=0.0) for name in steps)


def _distance(value: Any, verdict: Verdict) -> float:
    """Give how far an answer is from what is right or follows, in parts of its largest entry."""
    target = verdict.expected if int(verdict.state) == State.FOLLOWS else verdict.truth
    scale = float(np.max(np.abs(target), initial=0.0)) or 1.0
    return float(np.max(np.abs(np.asarray(value) - target), initial=0.0)) / scale


def _is_copied(values: Sequence[np.ndarray], given: Any) -> bool:
    """Say whether answers show no work: zeros, one number, or nothing but the numbers of one given field.

    A number that stands in an answer oftener than in the field, laid as often as it fits, is no copy of it: among
    small whole numbers most can be found somewhere.
    """
    numbers = [Counter(abs(float(entry)) for entry in value.flat if entry) for value in values]
    if len(set().union(*numbers)) < FEWEST:
        return True
    for leaf in jax.tree.leaves(given):
        field = Counter(abs(float(entry)) for entry in np.asarray(leaf).flat)
        times = [math.ceil(value.size / np.size(leaf)) for value in values]
        pairs = zip(numbers, times, strict=True)
        if all(count <= fits * field[number] for counted, fits in pairs for number, count in counted.items()):
            return True
    return False


def _suspect(total: Mapping[Variant, Evidence], task: Task, least: float = BITS) -> Variant | None:
    """Give the variant for which there are the most bits, at least so many beside the size of the class."""
    many = math.log2(max(len(task.others.variants), 1))
    named = (task.sheet.student or "").strip().casefold()
    # The size of the class counts the candidates; whom the sheet itself names is the only one of its kind.
    alone = {who for who in total if who.kind == "declared" or who.id.casefold() == named}
    enough = [
        who
        for who, found in total.items()
        if len(found.fields) >= FEWEST and found.bits >= least + (0.0 if who in alone else many)
    ]
    return max(enough, key=lambda who: total[who].bits, default=None)


def withheld_of(scheme: Scheme, verdicts: Marks) -> float:
    """Give the points that are withheld because an error left little to be worked out: one step's, at most.

    That is so where what became trivial is half of the exercise, or where a step was left out in two layers.
    """
    eased = [name for name, verdict in verdicts.items() if bool(verdict.eased)]
    left_out = [name for name in eased if int(verdicts[name].slip) >= 0]
    followed = [name for name in eased if int(verdicts[name].slip) < 0 and float(verdicts[name].points) > 0]
    if len(left_out) >= 2:
        return float(scheme.steps[left_out[0]].points)
    if followed and 2 * sum(scheme.steps[name].points for name in followed) >= scheme.step_points:
        return float(scheme.steps[followed[0]].points)
    return 0.0


def capped(cap: Cap, scheme: Scheme, verdicts: Marks, given: Any, entries: dict[str, Entry]) -> float:
    """Give the points by which the steps of a cap are above it, where its condition holds."""
    if cap.alone:
        holds = not any(float(verdict.points) for name, verdict in verdicts.items() if name not in cap.of)
    elif cap.cause:
        slips = [(scheme.slips_of(name), int(verdict.slip)) for name, verdict in verdicts.items()]
        holds = any(number >= 0 and known[number].cause == cap.cause for known, number in slips)
    else:
        read = {Status.READ, Status.TRANSPOSED}
        answers = {
            name: np.where(int(entry.status) in read, entry.value, np.nan) for name, entry in entries.items()
        }
        assert cap.when is not None
        holds = bool(np.all(np.asarray(cap.when(given, answers))))
    earned = sum(float(verdicts[name].points) for name in cap.of)
    return max(earned - cap.points, 0.0) if holds else 0.0


def entries_of(readings: dict[str, Reading]) -> dict[str, Entry]:
    """Give one sheet's readings as the engine takes them."""
    return {name: Entry(r.value, r.unit, np.asarray(r.status, dtype=np.int8)) for name, r in readings.items()}


def stack(trees: Iterable[Any]) -> Any:
    """Stack equal pytrees of arrays along a new axis 0."""
    return jax.tree.map(lambda *leaves: np.stack([np.asarray(leaf) for leaf in leaves]), *trees)


def stack_entries(exercise: Exercise, sheets: Sequence[Sheet]) -> dict[str, Entry]:
    """Read many sheets of one exercise into the engine's arrays."""
    return stack([entries_of(read_sheet(exercise, sheet)) for sheet in sheets])
