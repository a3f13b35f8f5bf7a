"""One graded cell marked, and the marks written into it: the part of `award` that needs the marker."""

import logging
import math
from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from course.errors import CourseError
from course.exercises import Exercise
from course.exercises.cells import graded_exercise
from course.grading.appeal_link import appeal_link
from course.grading.config import Gradbook
from course.grading.marks.batch import mark_handed
from course.grading.marks.store import Store
from course.grading.marks.submission import Marked, stale
from course.grading.record import Record
from course.grading.review import Kind, Reason, in_words
from course.marking import registry
from course.reporting.card import card_bundle, failed_bundle
from course.reporting.worked import solution

NOT_MARKED = "Not marked: something went wrong on our side. Your answers are kept, and your instructor is told."


def award(
    cell: NotebookNode,
    config: Gradbook,
    store: Store,
    record: Record,
    about: Any,
    *,
    note: str,
    enrolled: Sequence[str],
    log: logging.Logger | logging.LoggerAdapter[Any],
) -> None:
    """Mark what one graded cell handed over, write the marks into the cell, and keep them.

    Whatever goes wrong gives 0 points and a card that says so, and a person is told.

    Args:
        cell: the graded cell.
        config: the course.
        store: keeps sheets and reports.
        record: what happened on the notebook's way here; what is to be looked at is noted there.
        about: `assignment`, `notebook` and `student`.
        note: what happened while the cell ran.
        enrolled: with whose numbers a sheet is compared.
        log: told of what a person should know.
    """
    name, student = cell.metadata.nbgrader.grade_id, about["student"]
    exercise = graded_exercise(name)
    assert exercise is not None
    bundles = record.sheets.get(cell.id, [])
    where = (about["assignment"], about["notebook"], student, exercise.id, bundles)
    write_not_marked(cell, exercise)
    if record.broken:
        record.look_at(name, Reason(Kind.RUN_BROKEN, (record.broken,)))
    noticed = record.review.get(name, ())
    try:
        kept = [r for r in store.all_rulings(about["assignment"], student=student) if r.exercise == exercise.id]
        marked = mark_handed(
            config,
            exercise,
            student,
            bundles,
            enrolled=enrolled,
            rulings={ruling.step: ruling.ruling for ruling in kept},
            note=note,
            accepted=store.acceptances(about["assignment"]).get(student),
        )
        write_marks(cell, config, exercise, about, marked)
    except Exception as error:
        # Whatever it is, it is ours: the student's code does not run here.
        log.error("%s of %s is not marked: %s", exercise.id, student, error, exc_info=_unforeseen(error))
        marked, record.review[name] = None, (Reason(Kind.NOT_MARKED, (str(error),)),)
    else:
        record.look_at(name, *marked.review, *stale(kept, marked.report))
        if record.review.get(name):
            log.warning("%s of %s: %s", exercise.id, student, in_words(record.review[name]))
    report = None if marked is None else marked.report
    review = record.review.get(name, ())
    store.save(*where, note=note, report=report, review=review, noticed=noticed, seconds=record.seconds)


def write_marks(
    cell: NotebookNode, config: Gradbook, exercise: Exercise, about: Mapping[str, str], marked: Marked
) -> None:
    """Replace a graded cell's outputs by the card and the points, a finite float within the cell's points.

    Args:
        cell: the graded cell.
        config: the course.
        exercise: what it asks for.
        about: `assignment` and `student`.
        marked: the marks.
    """
    marker = registry.marker(config.solutions_dirs, exercise.id)
    worked = None
    if config.worked_solutions:
        given = config.given(exercise, marked.numbers_of or about["student"])
        worked = solution(marker, given, student=marked.numbers_of or about["student"])
    card = card_bundle(marked.report, marker.scheme, worked)
    # Only the formgrader shows a card's HTML; feedback is drawn from its data.
    card["text/html"] += appeal_link(about["assignment"], about["student"], exercise.id)
    _write(cell, card, marked.report.points)


def write_not_marked(cell: NotebookNode, exercise: Exercise) -> None:
    """Replace a graded cell's outputs by a card that says so, and no points."""
    _write(cell, failed_bundle(exercise.id, NOT_MARKED), 0.0)


def awarded(points: float, most: float) -> float:
    """Give points as nbgrader takes them: a finite float from 0 to the most that the cell is worth.

    >>> awarded(5, 4.0), awarded(float("nan"), 4.0)
    (4.0, 0.0)
    """
    return min(max(float(points), 0.0), most) if math.isfinite(points) else 0.0


def _write(cell: NotebookNode, card: dict[str, Any], points: float) -> None:
    result = {"text/plain": repr(awarded(points, float(cell.metadata["nbgrader"]["points"])))}
    cell.outputs = [
        new_output("display_data", data=card),
        new_output("execute_result", data=result, execution_count=cell.get("execution_count")),
    ]


def _unforeseen(error: Exception) -> bool:
    return not isinstance(error, CourseError)
