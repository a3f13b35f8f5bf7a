"""Sheets of an assignment marked together, an exercise in one call of its marker; one sheet is a class of one."""

import logging
from collections.abc import Sequence
from typing import NamedTuple

from course.grading.marks.context import ExerciseContext
from course.grading.marks.submission import Marked, Work, finish, others_of, personal, prepare
from course.marking import registry
from course.marking.marker import Finding, Marker, Task

_LOG = logging.getLogger("course.grading")


class Seen(NamedTuple):
    """One sheet as the marker saw it."""

    work: Work
    finding: Finding


def mark_all(contexts: Sequence[ExerciseContext]) -> list[Marked | Exception]:
    """Mark sheets of one course: of a class, of a notebook, or both.

    Returns:
        The marks in the order of `contexts`; for a sheet that cannot be marked, why.
    """
    marked: dict[int, Marked | Exception] = {}
    places: dict[str, list[int]] = {}
    for place, context in enumerate(contexts):
        places.setdefault(context.exercise.id, []).append(place)
    for exercise_id, here in places.items():
        chosen = [contexts[place] for place in here]
        try:
            marker = registry.marker(chosen[0].config.solutions_dirs, exercise_id)
            found = [_finished(marker, seen) for seen in see_all(chosen)]
        except Exception as error:
            # No scheme, no secret, or a fault of ours: the other exercises are marked, and whoever asked says why.
            _LOG.info("%s could not be marked", exercise_id, exc_info=True)
            found = [error] * len(chosen)
        marked.update(zip(here, found, strict=True))
    return [marked[place] for place in range(len(contexts))]


def mark_sheet(context: ExerciseContext) -> Marked:
    """Mark one sheet.

    Raises:
        course.errors.CourseError: if there is no scheme, or the course's secret cannot be read.
    """
    marked = mark_all([context])[0]
    if isinstance(marked, Exception):
        raise marked
    return marked


def see_all(contexts: Sequence[ExerciseContext]) -> list[Seen]:
    """Give what the marker finds on every sheet of one exercise.

    Raises:
        course.errors.CourseError: if there is no scheme, or the course's secret cannot be read.
    """
    if not contexts:
        return []
    config, exercise = contexts[0].config, contexts[0].exercise
    marker = registry.marker(config.solutions_dirs, exercise.id)
    works = [prepare(context) for context in contexts]
    ids = personal(config, contexts[0].enrolled)
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


def _finished(marker: Marker, seen: Seen) -> Marked | Exception:
    context = seen.work.context
    try:
        report = marker.report(seen.work.sheet, seen.finding, student=context.student, rulings=context.decided)
        return finish(seen.work, report, seen.finding)
    except Exception as error:
        # One sheet's trouble is not the class's; whoever asked says what it was.
        _LOG.info("a sheet of %s could not be marked", context.exercise.id, exc_info=True)
        return error
