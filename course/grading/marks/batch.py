"""A class's sheets of one exercise, marked in one call of the compiled marker.

The batch holds every sheet, and beside it what may have to be known of some of them: the points under another id
that the notebook declares, and the marks of a sheet that may have been worked on somebody else's numbers. Which
sheets these could be is found beforehand, by comparing answers with right values, so that one call is enough. The
marks are those that `course.grading.marks.submission.mark_handed` gives to each sheet alone.
"""

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from course.exercises import Exercise
from course.grading.config import Gradbook
from course.grading.marks.submission import (
    FILLER,
    Handed,
    Marked,
    Work,
    finish,
    others_of,
    personal,
    prepare,
    work_out,
)
from course.marking import registry
from course.marking.follow_through import Entry, Marks
from course.marking.marker import FOREIGN_STEPS, Foreign, Marker, Others, entries_of, points_of, stack
from course.sheet.reading import Reading, Status, read_sheet

_LOG = logging.getLogger("course.grading")
_LOT = 512  # the batch is filled up to whole lots: a class and one sheet of it are the same compiled program


class Seen(NamedTuple):
    """One sheet as the marker saw it.

    Attributes:
        readings: its answers as read.
        verdicts: a `Verdict` a step.
        foreign: on whose numbers it was worked, where not on the student's.
        under: its points under another id that the notebook declares.
    """

    work: Work
    readings: dict[str, Reading]
    verdicts: Marks
    foreign: Foreign | None
    under: float


class _Row(NamedTuple):
    given: Any
    entries: dict[str, Entry]
    probe: Any
    follow: bool


class _Places(NamedTuple):
    """Where in the batch one sheet's rows are."""

    own: int
    declared: int
    alone: int
    theirs: dict[int, int]


def mark_all(
    config: Gradbook, exercise: Exercise, handed: Sequence[Handed], *, enrolled: Sequence[str] = ()
) -> list[Marked | Exception]:
    """Mark what a class handed over for one exercise.

    Args:
        config: the course.
        exercise: what was to be answered.
        handed: of everybody.
        enrolled: ids with whose numbers a sheet that is not right is compared.

    Returns:
        The marks in the order of `handed`; for a sheet that cannot be marked, why.

    Raises:
        course.errors.CourseError: if there is no scheme, or the course's secret cannot be read.
    """
    marker = registry.marker(config.solutions_dirs, exercise.id)
    return [
        _finished(marker, exercise, seen, enrolled)
        for seen in see_all(config, exercise, handed, enrolled=enrolled)
    ]


def see_all(
    config: Gradbook, exercise: Exercise, handed: Sequence[Handed], *, enrolled: Sequence[str] = ()
) -> list[Seen]:
    """Give what the marker finds on every sheet, in one call of its compiled program."""
    if not handed:
        return []
    marker = registry.marker(config.solutions_dirs, exercise.id)
    works = [prepare(config, exercise, one) for one in handed]
    readings = [read_sheet(exercise, work.sheet) for work in works]
    ids = personal(config, enrolled)
    others = [others_of(config, marker, work.sheet, ids) for work in works]
    entries = [entries_of(reading) for reading in readings]
    suspected = _suspected(marker, works, entries, others)
    rows: list[_Row] = []
    places = [_place(rows, *each) for each in zip(works, entries, others, suspected, strict=True)]
    verdicts = _call(marker, rows)

    def at(row: int) -> Marks:
        return {name: type(verdict)(*(leaf[row] for leaf in verdict)) for name, verdict in verdicts.items()}

    seen = []
    for work, reading, entry, other, place in zip(works, readings, entries, others, places, strict=True):
        whose = marker.whose(at(place.own), entry, other) if place.theirs else None
        foreign = None if whose is None else Foreign(other.labels[whose], points_of(at(place.theirs[whose])))
        found = at(place.own if foreign is None else place.alone)
        under = round(points_of(at(place.declared)), 6) if work.declared else 0.0
        seen.append(Seen(work, reading, found, foreign, under))
    return seen


def _finished(marker: Marker, exercise: Exercise, seen: Seen, enrolled: Sequence[str]) -> Marked | Exception:
    handed = seen.work.handed
    try:
        report = marker.report(
            seen.work.sheet,
            seen.readings,
            seen.verdicts,
            student=handed.student,
            foreign=seen.foreign,
            rulings=handed.rulings,
        )
        return finish(exercise, seen.work, report, seen.under, enrolled)
    except Exception as error:
        # One sheet's trouble is not the class's; whoever asked says what it was.
        _LOG.info("a sheet of %s could not be marked", exercise.id, exc_info=True)
        return error


def _place(
    rows: list[_Row], work: Work, entries: dict[str, Entry], others: Others, suspects: list[int]
) -> _Places:
    """Add a sheet's rows to the batch: its own, under the declared id, and under the numbers it may be from."""

    def add(given: Any, follow: bool = True) -> int:
        rows.append(_Row(given, entries, work.probe, follow))
        return len(rows) - 1

    own = add(work.given)
    declared = add(work.theirs) if work.declared else own
    alone = add(work.given, follow=False) if suspects else own
    return _Places(own, declared, alone, {whose: add(others.givens[whose]) for whose in suspects})


def _call(marker: Marker, rows: Sequence[_Row]) -> Marks:
    filled = [*rows, *[rows[0]] * (-len(rows) % _LOT)]
    probes = None if rows[0].probe is None else stack([row.probe for row in filled])
    entries = stack([row.entries for row in filled])
    follow = np.array([row.follow for row in filled])
    return jax.device_get(marker.mark_class(stack([row.given for row in filled]), entries, probes, follow))


def _suspected(
    marker: Marker, works: Sequence[Work], entries: Sequence[dict[str, Entry]], others: Sequence[Others]
) -> list[list[int]]:
    """Give for each sheet every variant on which it may have been worked: never too few, mostly none."""
    numeric = [name for name, step in marker.scheme.steps.items() if step.answer.dtype in {"float", "int"}]
    if len(numeric) < FOREIGN_STEPS or not any(other.labels for other in others):
        return [[] for _ in works]
    own = work_out(marker, {str(number): work.given for number, work in enumerate(works)})
    found = []
    for number, (entry, other) in enumerate(zip(entries, others, strict=True)):
        truth = {name: own.truths[name][number] for name in numeric}
        read = [name for name in numeric if int(entry[name].status) in {Status.READ, Status.TRANSPOSED}]
        if sum(not _right(entry[name], truth[name]) for name in read) < FOREIGN_STEPS:
            found.append([])
            continue
        hits = marker.likeness(read, entry, truth, other)
        alike = np.flatnonzero(hits >= FOREIGN_STEPS)
        found.append([int(index) for index in alike if not other.labels[index].startswith(FILLER)])
    return found


def _right(entry: Entry, truth: np.ndarray) -> bool:
    """Whether an answer is right without a doubt: a little stricter than the marker, which then says `exact`."""
    off, size = np.abs(entry.value - truth), np.abs(truth)
    near = (off < 0.999 * entry.unit) & (off < 0.0999 * size)
    return int(entry.status) == Status.READ and bool(np.all(near | (entry.value == truth)))
