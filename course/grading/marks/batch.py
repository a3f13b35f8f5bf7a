"""Sheets of an assignment marked together, an exercise in one call of its marker; one sheet is a class of one."""

import logging
from collections.abc import Mapping, MutableMapping, Sequence
from typing import NamedTuple

from course.grading.marks.context import ExerciseContext
from course.grading.marks.sheet_work import (
    Marked,
    SheetWork,
    finish,
    others_of,
    personal,
    prepare,
    with_declared,
)
from course.marking import registry
from course.marking.marker import Finding, Marker, Task, may_accuse
from course.marking.variant import Evidence, Variant, add_up, strongest

_LOG = logging.getLogger("course.grading")


class Seen(NamedTuple):
    """One sheet as its marker saw it: what it was asked, and what it found."""

    marker: Marker
    work: SheetWork
    task: Task
    finding: Finding


def mark_all(contexts: Sequence[ExerciseContext]) -> list[Marked | Exception]:
    """Mark sheets of one assignment: of a class, of a notebook, or both.

    Returns:
        The marks in the order of `contexts`; for a sheet that cannot be marked, why.
    """
    return [_finished(seen) for seen in see_all(contexts)]


def mark_sheet(context: ExerciseContext) -> Marked:
    """Mark one sheet.

    Raises:
        course.errors.CourseError: if there is no scheme, or the course's secret cannot be read.
    """
    marked = mark_all([context])[0]
    if isinstance(marked, Exception):
        raise marked
    return marked


def see_all(contexts: Sequence[ExerciseContext]) -> list[Seen | Exception]:
    """Give what the marker finds on sheets of one assignment, an exercise in one call.

    What one exercise of a student shows of whose numbers were worked on counts for that student's others.

    Returns:
        The findings in the order of `contexts`; for a sheet that cannot be marked, why.
    """
    seen: dict[int, Seen | Exception] = {}
    places: dict[str, list[int]] = {}
    for place, context in enumerate(contexts):
        places.setdefault(context.exercise.id, []).append(place)
    for here in places.values():
        chosen = [contexts[place] for place in here]
        try:
            found = _see_exercise(chosen)
        except Exception as error:
            # No scheme, no secret, or a fault of ours: the other exercises are marked, and whoever asked says why.
            _LOG.info("%s could not be marked", chosen[0].exercise.id, exc_info=True)
            seen.update(dict.fromkeys(here, error))
        else:
            seen.update(zip(here, found, strict=True))
    _weigh_together(seen)
    return [seen[place] for place in range(len(contexts))]


def _see_exercise(contexts: Sequence[ExerciseContext]) -> list[Seen]:
    marker = registry.marker(contexts[0].config.solutions_dirs, contexts[0].exercise.id)
    config = contexts[0].config
    sampler = config.sampler_of(contexts[0].exercise.id)
    works = [prepare(context, sampler) for context in contexts]
    ids = personal(config, contexts[0].enrolled)
    others, known = others_of(config, marker, ids, sampler), frozenset(map(str.casefold, ids))
    tasks = [
        Task(
            work.sheet,
            work.given,
            work.probe,
            with_declared(others, known, marker, work, sampler),
            work.theirs if work.declared else None,
        )
        for work in works
    ]
    return [Seen(marker, *each) for each in zip(works, tasks, marker.find(tasks), strict=True)]


def _weigh_together(seen: MutableMapping[int, Seen | Exception]) -> None:
    """Decide again on the sheets of students whose exercises together show somebody else's numbers.

    That marks a few sheets twice; for everybody else it adds a few numbers up.
    """
    by_student: dict[str, dict[int, Seen]] = {}
    for place, one in seen.items():
        if isinstance(one, Seen):
            by_student.setdefault(one.work.context.student, {})[place] = one
    for sheets in by_student.values():
        shown: dict[str, Mapping[Variant, Evidence]] = {}
        for one in sheets.values():
            context = one.work.context
            for exercise_id, evidence in (*context.elsewhere.items(), (context.exercise.id, one.finding.evidence)):
                # An exercise that is asked twice shows the same numbers twice: that is no more evidence.
                shown[exercise_id] = strongest(shown.get(exercise_id, {}), evidence)
        if not any(map(may_accuse, add_up(shown.values()).values())):
            continue
        for place, one in sheets.items():
            exercise_id = one.work.context.exercise.id
            others = add_up(evidence for name, evidence in shown.items() if name != exercise_id)
            if others and (one.finding.evidence or one.finding.misread is not None):
                seen[place] = _weighed(one, others)


def _weighed(seen: Seen, elsewhere: Mapping[Variant, Evidence]) -> Seen | Exception:
    task = seen.task._replace(elsewhere=elsewhere)
    try:
        return seen._replace(task=task, finding=seen.marker.weigh_again(task, seen.finding))
    except Exception as error:
        _LOG.info("a sheet of %s could not be marked", seen.work.context.exercise.id, exc_info=True)
        return error


def _finished(seen: Seen | Exception) -> Marked | Exception:
    if isinstance(seen, Exception):
        return seen
    context = seen.work.context
    try:
        report = seen.marker.report(
            seen.work.sheet, seen.finding, student=context.student, rulings=context.decided
        )
        return finish(seen.work, report, seen.finding)
    except Exception as error:
        # One sheet's trouble is not the class's; whoever asked says what it was.
        _LOG.info("a sheet of %s could not be marked", context.exercise.id, exc_info=True)
        return error
