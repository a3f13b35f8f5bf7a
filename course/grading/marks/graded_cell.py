"""The graded cells of a notebook marked, and the marks written into them: what of `award` needs the marker."""

import logging
import math
from collections.abc import Sequence
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from course.errors import CourseError
from course.exercises import Exercise
from course.grading.appeal_link import appeal_link, request_address
from course.grading.marks.batch import mark_all
from course.grading.marks.context import ExerciseContext
from course.grading.marks.sheet_work import Marked
from course.grading.marks.store import Store
from course.grading.record import Record
from course.grading.review import Kind, Reason, in_words
from course.marking import registry
from course.reporting.card import Appeal, card_bundle, failed_bundle
from course.reporting.worked import solution

NOT_MARKED = "Not marked: something went wrong on our side. Your answers are kept, and your instructor is told."


def award(
    cells: Sequence[NotebookNode],
    contexts: Sequence[ExerciseContext],
    store: Store,
    record: Record,
    log: logging.Logger | logging.LoggerAdapter[Any],
) -> None:
    """Mark what the graded cells of a notebook handed over, write the marks into them, and keep them.

    Whatever goes wrong gives 0 points and a card that says so, and a person is told.

    Args:
        cells: the graded cells.
        contexts: what the marks of each depend on.
        store: keeps sheets and reports.
        record: what happened on the notebook's way here; what is to be looked at is noted there.
        log: told of what a person should know.
    """
    for cell, context in zip(cells, contexts, strict=True):
        write_not_marked(cell, context.exercise)
    for cell, context, marked in zip(cells, contexts, mark_all(contexts), strict=True):
        _award_one(cell, context, marked, store, record, log)


def _award_one(
    cell: NotebookNode,
    context: ExerciseContext,
    marked: Marked | Exception,
    store: Store,
    record: Record,
    log: logging.Logger | logging.LoggerAdapter[Any],
) -> None:
    name, report = cell.metadata.nbgrader.grade_id, None
    try:
        if isinstance(marked, Exception):
            raise marked
        write_marks(cell, context, marked)
    except Exception as error:
        # Whatever it is, it is ours: the student's code does not run here.
        unforeseen = not isinstance(error, CourseError)
        log.error("%s of %s is not marked: %s", context.exercise.id, context.student, error, exc_info=unforeseen)
        record.review[name] = (Reason(Kind.NOT_MARKED, (str(error),)),)
    else:
        report = marked.report
        record.look_at(name, *marked.review)
        if record.review.get(name):
            log.warning("%s of %s: %s", context.exercise.id, context.student, in_words(record.review[name]))
    store.save_all([context.kept(report, record.review.get(name, ()))])


def write_marks(cell: NotebookNode, context: ExerciseContext, marked: Marked) -> None:
    """Replace a graded cell's outputs by the card and the points, a finite float within the cell's points.

    Args:
        cell: the graded cell.
        context: what the marks depend on.
        marked: the marks.
    """
    config, exercise, student = context.config, context.exercise, context.student
    marker = registry.marker(config.solutions_dirs, exercise.id)
    worked = None
    if config.worked_solutions:
        given = config.given(exercise, marked.numbers_of or student)
        worked = solution(marker, given, student=marked.numbers_of or student)
    step, appeal = context.may_be_asked_about(marked.report), None
    if step:
        address = request_address(config.appeals, context.assignment, student, exercise.id, step)
        appeal = Appeal(step, address)
    card = card_bundle(marked.report, marker.scheme, worked, appeal)
    # Only the formgrader shows a card's HTML; feedback is drawn from its data.
    card["text/html"] += appeal_link(context.assignment, student, exercise.id, step)
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
