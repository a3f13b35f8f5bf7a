"""A class's sheets of one exercise, marked together; one sheet is a class of one.

Beside every sheet the batch holds what has to be known of some: the points under another id that the notebook
declares, and the marks of a sheet that may have been worked on other numbers.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from course.exercises import Exercise
from course.grading.config import Gradbook
from course.grading.marks.store import Acceptance
from course.grading.marks.submission import Handed, Marked, Work, finish, others_of, personal, prepare
from course.marking import registry
from course.marking.marker import Finding, Marker, Task
from course.marking.report import Ruling

_LOG = logging.getLogger("course.grading")


class Seen(NamedTuple):
    """One sheet as the marker saw it."""

    work: Work
    finding: Finding


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


def mark_handed(
    config: Gradbook,
    exercise: Exercise,
    student: str,
    bundles: Sequence[bytes],
    *,
    enrolled: Sequence[str] = (),
    rulings: Mapping[str, Ruling] | None = None,
    note: str = "",
    accepted: Acceptance | None = None,
) -> Marked:
    """Mark what a graded cell handed over.

    The exercise is that of the released cell and the student is nbgrader's; what the bundle says of either is
    at most remarked upon. An id that it declares counts only where an instructor accepted it.

    Args:
        config: the course.
        exercise: what was to be answered.
        student: who handed it in.
        bundles: what the cell put out; anything but one bundle is no sheet.
        enrolled: ids with whose numbers a sheet that is not right is compared.
        rulings: an instructor's decisions by step.
        note: what happened while the notebook ran.
        accepted: the id that may be declared instead of the student's.

    Raises:
        course.errors.CourseError: if there is no scheme, or the course's secret cannot be read.
    """
    handed = Handed(student, bundles, note, rulings or {}, accepted)
    marked = mark_all(config, exercise, [handed], enrolled=enrolled)[0]
    if isinstance(marked, Exception):
        raise marked
    return marked


def see_all(
    config: Gradbook, exercise: Exercise, handed: Sequence[Handed], *, enrolled: Sequence[str] = ()
) -> list[Seen]:
    """Give what the marker finds on every sheet."""
    marker = registry.marker(config.solutions_dirs, exercise.id)
    works = [prepare(config, exercise, one) for one in handed]
    ids = personal(config, enrolled)
    tasks = [
        Task(
            work.sheet,
            work.given,
            work.probe,
            others_of(config, marker, work.sheet, ids),
            work.theirs if work.declared else None,
        )
        for work in works
    ]
    return [Seen(work, finding) for work, finding in zip(works, marker.find(tasks), strict=True)]


def _finished(marker: Marker, exercise: Exercise, seen: Seen, enrolled: Sequence[str]) -> Marked | Exception:
    handed = seen.work.handed
    try:
        report = marker.report(seen.work.sheet, seen.finding, student=handed.student, rulings=handed.rulings)
        return finish(exercise, seen.work, report, seen.finding, enrolled)
    except Exception as error:
        # One sheet's trouble is not the class's; whoever asked says what it was.
        _LOG.info("a sheet of %s could not be marked", exercise.id, exc_info=True)
        return error
