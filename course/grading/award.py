"""Marks written into the notebook that was run: a graded cell's only outputs, and none of them a student's."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade

from course.errors import CourseError
from course.exercises import Exercise
from course.exercises.cells import graded_exercise
from course.grading import compiled
from course.grading.config import Gradbook
from course.grading.link import appeal_link
from course.grading.marks import Marked, mark_handed, stale
from course.grading.record import Record, record_of
from course.grading.restore import changes_of
from course.grading.store import Store, url_beside
from course.marking import registry
from course.reporting.card import card_bundle, failed_bundle
from course.reporting.worked import solution

NOT_MARKED = "Not marked: something went wrong on our side. Your answers are kept, and your instructor is told."


class AwardMarks(NbGraderPreprocessor):
    """Marks every sheet that was collected and writes the card and the points in place of the cell's outputs.

    It fails closed: whatever goes wrong here gives 0 points and a card that says so, and a person is told.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Award the marks of one notebook."""
        record, about = record_of(resources), resources["nbgrader"]
        graded = [cell for cell in nb.cells if is_grade(cell) and graded_exercise(cell.metadata.nbgrader.grade_id)]
        ours = nb.metadata.get("course", {})
        if record.stopped:
            nb.metadata["course"] = NotebookNode(ours, stopped=record.stopped)
        for cell in filter(is_grade, nb.cells):
            if done := changes_of(cell.metadata.nbgrader.grade_id, ours.get("changes", [])):
                name = cell.metadata.nbgrader.grade_id
                record.review[name] = "; ".join(filter(None, [record.review.get(name), *done]))
        if not graded:
            return nb, resources
        config = Gradbook(config=self.config)
        compiled.keep(config.folder)
        notes = _notes(nb, record)
        with Store(config.answers_url or url_beside(about["db_url"], config.folder)) as store:
            enrolled = enrolled_students(config, about["db_url"], about["assignment"])
            store.forget(about["assignment"], about["notebook"], about["student"])
            for cell in graded:
                self._award(cell, config, store, record, about, notes.get(cell.id, ""), enrolled)
        return nb, resources

    def _award(
        self,
        cell: NotebookNode,
        config: Gradbook,
        store: Store,
        record: Record,
        about: Any,
        note: str,
        enrolled: Sequence[str],
    ) -> None:
        name, student = cell.metadata.nbgrader.grade_id, about["student"]
        exercise = graded_exercise(name)
        assert exercise is not None
        bundles = record.sheets.get(cell.id, [])
        where = (about["assignment"], about["notebook"], student, exercise.id, bundles)
        write_not_marked(cell, exercise)
        noticed = "; ".join(filter(None, [record.review.get(name), record.broken]))
        try:
            kept = [
                r for r in store.all_rulings(about["assignment"], student=student) if r.exercise == exercise.id
            ]
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
            self.log.error("%s of %s is not marked: %s", exercise.id, student, error, exc_info=_unforeseen(error))
            marked, record.review[name] = None, f"not marked: {error}"
        else:
            review = "; ".join(filter(None, [noticed, marked.review, stale(kept, marked.report)]))
            if review:
                self.log.warning("%s of %s: %s", exercise.id, student, review)
                record.review[name] = review
        report = None if marked is None else marked.report
        review = record.review.get(name, "")
        store.save(*where, note=note, report=report, review=review, noticed=noticed, seconds=record.seconds)


class FlagForReview(NbGraderPreprocessor):
    """Marks in the gradebook what a person should look at, so that the formgrader lists it."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Flag the grades of one notebook; after `SaveAutoGrades`, which would take the flags away."""
        about, review = resources["nbgrader"], record_of(resources).review
        if review:
            with Gradebook(about["db_url"]) as gradebook:
                for name in review:
                    grade = gradebook.find_grade(name, about["notebook"], about["assignment"], about["student"])
                    setattr(grade, "needs_manual_grade", True)  # noqa: B010, a column to the type checker
                gradebook.db.commit()
        return nb, resources


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
    marker = registry.marker(config.solutions_dir, exercise.id)
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


def enrolled_students(config: Gradbook, db_url: str, assignment: str) -> tuple[str, ...]:
    """Give everybody with whose numbers a sheet is compared: as configured, else known to nbgrader."""
    if config.students:
        return tuple(config.students)
    with Gradebook(db_url) as gradebook:
        known = {str(student.id) for student in gradebook.students}
    # nbgrader adds a student when it comes to the submission; those that are still to come count as well.
    return tuple(
        sorted(known | {path.parent.name for path in (config.folder / "submitted").glob(f"*/{assignment}")})
    )


def _notes(nb: NotebookNode, record: Record) -> dict[str, str]:
    """Say for each graded cell what happened in it or above it, back to the graded cell before."""
    notes: dict[str, str] = {}
    pending: list[str] = []
    for cell in nb.cells:
        if cell.id in record.happened:
            pending.append(f"While a cell of this exercise ran, {record.happened[cell.id]}.")
        if is_grade(cell):
            if cell.id in record.not_run:
                pending.append(f"This cell was not run: {record.stopped} in a cell above.")
            notes[cell.id] = " ".join(dict.fromkeys(pending))
            pending = []
    return notes


def _unforeseen(error: Exception) -> bool:
    return not isinstance(error, CourseError)
