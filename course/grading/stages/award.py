"""Marks written into the notebook that was run: a graded cell's only outputs, and none of them a student's."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import determine_grade, is_grade

from course.exercises.cells import ANSWER, grade_id, graded_exercise
from course.grading.config import Gradbook
from course.grading.errors import GradingError
from course.grading.marks.enrolled import enrolled_students
from course.grading.marks.store import Kept, Store, url_beside
from course.grading.record import Record, record_of
from course.grading.review import Kind, Reason, in_words
from course.grading.stages.restore import changes_in, changes_of


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
        for cell in graded:
            name = cell.metadata.nbgrader.grade_id
            record.look_at(name, *filter(_matters, changes_of(name, changes_in(nb), lost=True)))
        if not graded:
            return nb, resources
        # The marker and JAX take most of a second to import: meanwhile the first notebooks run.
        from course.grading.marks import context, graded_cell, revision
        from course.marking.programs.compiled import keep_compiled

        config = Gradbook(config=self.config).with_exercises()
        keep_compiled(config.compiled_dir)
        _require_maxima(config, graded, about["assignment"])
        with Store(config.answers_url or url_beside(about["db_url"], config.folder)) as store:
            enrolled = enrolled_students(config, about["db_url"], about["assignment"])
            store.forget(about["assignment"], about["notebook"], about["student"])
            handed = _handed_over(nb, graded, about, record)
            contexts = context.contexts_of(config, store, handed, enrolled=enrolled)
            graded_cell.award(graded, contexts, store, record, self.log)
            # What this notebook shows of whose numbers were worked on counts for those before it.
            before = revision.revise_the_rest(config, store, contexts, enrolled=enrolled, db_url=about["db_url"])
            for item in before:
                self.log.warning("%s of %s: %s", item.exercise, item.student, in_words(item.review) or "as before")
        return nb, resources


def _require_maxima(config: Gradbook, graded: Sequence[NotebookNode], assignment: str) -> None:
    """Refuse to grade where card and gradebook could not agree, before anything that is kept is replaced."""
    from course.marking import registry

    try:
        schemes = registry.load(config.solutions_dirs)
    except Exception:
        return  # no exercise can be marked, and each is told with the reason
    differ = []
    for cell in graded:
        exercise, most = graded_exercise(cell.metadata.nbgrader.grade_id), float(cell.metadata.nbgrader.points)
        scheme = schemes.get(exercise.id) if exercise is not None else None
        if scheme is not None and scheme.step_points != most:
            differ.append(f"{scheme.exercise.id} is worth {scheme.step_points:g} now, and {most:g} in the release")
    if differ:
        raise GradingError(
            f"{'; '.join(differ)}. Release the new points first: `course build {assignment}`, then "
            f"`nbgrader generate_assignment {assignment} --force`; then grade again"
        )


class FlagForReview(NbGraderPreprocessor):
    """Marks in the gradebook what a person should look at, so that the formgrader lists it."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Flag the grades of one notebook; after `SaveAutoGrades`, which would take the flags away."""
        about, record = resources["nbgrader"], record_of(resources)
        for cell in filter(is_grade, nb.cells):
            name = cell.metadata.nbgrader.grade_id
            if not graded_exercise(name):
                points, most = determine_grade(cell, self.log)
                record.look_at(name, *changes_of(name, changes_in(nb), lost=points is None or points < most))
        if review := record.review:
            with Gradebook(about["db_url"]) as gradebook:
                for name in review:
                    grade = gradebook.find_grade(name, about["notebook"], about["assignment"], about["student"])
                    setattr(grade, "needs_manual_grade", True)  # noqa: B010, a column to the type checker
                gradebook.db.commit()
        return nb, resources


def _matters(change: Reason) -> bool:
    """Say whether what was done to an exercise's cell may have cost something: that it was deleted has not."""
    if change.kind == Kind.CELL_MOVED:
        exercise = graded_exercise(change.details[0])
        return exercise is not None and grade_id(exercise.id, ANSWER) in change.details[1].split(", ")
    return change.kind != Kind.CELL_DELETED


def _handed_over(nb: NotebookNode, graded: Sequence[NotebookNode], about: Any, record: Record) -> list[Kept]:
    """Give what each graded cell handed over, as it is kept, and how its notebook ran."""
    notes, now, found = _notes(nb, record), datetime.now(UTC).replace(tzinfo=None), []
    for cell in graded:
        name = cell.metadata.nbgrader.grade_id
        exercise = graded_exercise(name)
        assert exercise is not None
        if record.broken:
            record.look_at(name, Reason(Kind.RUN_BROKEN, (record.broken,)))
        handed = Kept(
            assignment=about["assignment"],
            notebook=about["notebook"],
            student=about["student"],
            exercise=exercise.id,
            bundles=tuple(record.sheets.get(cell.id, ())),
            note=notes.get(cell.id, ""),
            report=None,
            review=(),
            kept_at=now,
            noticed=record.review.get(name, ()),
            seconds=record.seconds,
        )
        found.append(handed)
    return found


def _notes(nb: NotebookNode, record: Record) -> dict[str, str]:
    """Say for each graded cell what happened in it or above it, back to the graded cell before.

    That an earlier exercise ended a kernel is told where a cell fails after it: what is missing may be why.
    """
    notes: dict[str, str] = {}
    pending: list[str] = []
    lost = failed = False
    for cell in nb.cells:
        lost = lost or cell.id in record.went_on
        failed = failed or any(output.get("output_type") == "error" for output in cell.get("outputs", ()))
        if cell.id in record.happened:
            pending.append(f"While a cell of this exercise ran, {record.happened[cell.id]}.")
        if is_grade(cell):
            if lost and failed and not pending:
                pending.append("A cell of this exercise failed in a new kernel: the last one died above.")
            if cell.id in record.not_run:
                pending.append(f"This cell was not run: {record.stopped} in a cell above.")
            notes[cell.id] = " ".join(dict.fromkeys(pending))
            pending, failed = [], False
    return notes
