"""Marking a class again from its kept answers, with today's schemes and rulings: no notebook runs.

Every exercise is one call of the compiled marker. Points that a person gave in the formgrader, and comments, are
the gradebook's and are never touched.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.utils import is_grade

from course.errors import CourseError
from course.exercises import CATALOGUE
from course.exercises.cells import grade_id
from course.grading.config import Gradbook
from course.grading.marks.batch import mark_all
from course.grading.marks.context import ExerciseContext, contexts_of
from course.grading.marks.enrolled import enrolled_students
from course.grading.marks.graded_cell import awarded, write_marks
from course.grading.marks.store import Kept, KeptRuling, Store, open_store
from course.grading.marks.submission import Marked
from course.grading.review import Reasons
from course.marking.compiled import keep_compiled
from course.marking.report import Report


class RemarkError(CourseError):
    """Raised when there is nothing to mark again."""


class Change(NamedTuple):
    """What marking again makes of one exercise of one student.

    Attributes:
        before: points as last marked, None where it could not be marked.
        after: points now, None where it cannot be marked.
        by_hand: whether a person gave the points in the gradebook; these stay.
        problem: why it cannot be marked; empty where it can.
        steps: the steps that are marked otherwise, each with its state and points before and after.
    """

    student: str
    exercise: str
    before: float | None
    after: float | None
    by_hand: bool
    problem: str = ""
    steps: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the points, or the marks of a step, differ."""
        return self.before != self.after or bool(self.steps)


class Again(NamedTuple):
    """One kept sheet, marked again; without marks where it cannot be, and why."""

    kept: Kept
    context: ExerciseContext | None
    marked: Marked | None
    review: Reasons = ()
    problem: str = ""


def remark(
    config: Gradbook, assignment: str, students: Sequence[str] | None = None, *, apply: bool = False
) -> list[Change]:
    """Mark the kept answers of an assignment again.

    Args:
        config: the course.
        assignment: its name.
        students: whose answers; everybody's unless given.
        apply: write the marks to the gradebook, the kept reports and the autograded notebooks.

    Returns:
        What changes, and what can no longer be marked; empty where everything stays as it is.

    Raises:
        RemarkError: if no answers of the assignment are kept.
    """
    with open_store(config) as store:
        kept = kept_of(store, assignment)
        chosen = [item for item in kept if students is None or item.student in students]
        return settle(config, store, chosen, apply=apply)


def kept_of(store: Store, assignment: str, exercise: str | None = None) -> list[Kept]:
    """Give what is kept of an assignment, of one exercise where named.

    Raises:
        RemarkError: if nothing is.
    """
    kept = [item for item in store.load(assignment) if exercise in (None, item.exercise)]
    if not kept:
        what = assignment if exercise is None else f"{exercise} in {assignment}"
        raise RemarkError(f"no answers of {what!r} are kept: run `course autograde {assignment}` first")
    return kept


def settle(
    config: Gradbook,
    store: Store,
    kept: Sequence[Kept],
    *,
    rulings: Sequence[KeptRuling] | None = None,
    apply: bool = False,
) -> list[Change]:
    """Mark kept sheets again and say what changes.

    Args:
        config: the course.
        store: its kept answers.
        kept: the sheets, of one assignment.
        rulings: decisions on its steps; those in the store unless given.
        apply: write the marks.
    """
    if not kept:
        return []
    again = mark_again(config, store, kept, rulings=rulings)
    changes, written = [], []
    with Gradebook(config.db_url) as gradebook:
        for item in again:
            before = None if item.kept.report is None else item.kept.report.points
            if item.marked is None:
                name = item.kept.exercise
                changes.append(Change(item.kept.student, name, before, None, False, item.problem))
                continue
            report = item.marked.report
            writes = apply and (report != item.kept.report or item.review != item.kept.review)
            by_hand = _record(gradebook, item, writes)
            if writes:
                _rewrite(item)
                written.append(item.kept._replace(report=report, review=item.review))
            steps = _differences(item.kept.report, report)
            changes.append(
                Change(item.kept.student, item.kept.exercise, before, report.points, by_hand, steps=steps)
            )
        gradebook.db.commit()
    # Kept last: a run that ends before shows the same changes again.
    store.save_all(written)
    return [change for change in changes if change.changed or change.problem]


def mark_again(
    config: Gradbook, store: Store, kept: Sequence[Kept], *, rulings: Sequence[KeptRuling] | None = None
) -> list[Again]:
    """Mark kept sheets of one assignment again, writing nothing: one call of the marker an exercise."""
    keep_compiled(config.compiled_dir)
    enrolled = enrolled_students(config, config.db_url, kept[0].assignment)
    known = [item for item in kept if item.exercise in CATALOGUE]
    contexts = contexts_of(config, store, known, enrolled=enrolled, rulings=rulings)
    found = {
        (item.student, item.notebook, item.exercise): _again(item, context, marked)
        for item, context, marked in zip(known, contexts, mark_all(contexts), strict=True)
    }
    # As when grading: what cannot be marked keeps what it has, and is named.
    return [
        found.get((item.student, item.notebook, item.exercise))
        or Again(item, None, None, problem=f"there is no exercise {item.exercise} in the catalogue")
        for item in kept
    ]


def _again(item: Kept, context: ExerciseContext, found: Marked | Exception) -> Again:
    if isinstance(found, Exception):
        return Again(item, context, None, problem=f"{type(found).__name__}: {found}")
    return Again(item, context, found, (*item.noticed, *found.review))


def _differences(before: Report | None, after: Report) -> tuple[str, ...]:
    known = {} if before is None else before.steps
    lines = []
    for name, step in after.steps.items():
        old = known.get(name)
        if old is None or (old.state, old.points) != (step.state, step.points):
            was = "–" if old is None else f"{old.state} {old.points:g}"
            lines.append(f"{name}: {was} → {step.state} {step.points:g}")
    return tuple(lines)


def _record(gradebook: Gradebook, item: Again, writes: bool) -> bool:
    """Write the points to the gradebook; say whether a person gave points there, which go before ours."""
    kept, marked = item.kept, item.marked
    assert marked is not None
    try:
        grade = gradebook.find_grade(grade_id(kept.exercise), kept.notebook, kept.assignment, kept.student)
    except MissingEntry:
        return False
    by_hand = grade.manual_score is not None
    if writes:
        most = float(grade.cell.max_score)
        values = {
            "auto_score": awarded(marked.report.points, most),
            "needs_manual_grade": by_hand or bool(item.review),
        }
        for field, value in values.items():
            setattr(grade, field, value)
    return by_hand


def _rewrite(item: Again) -> None:
    """Put the new card into the autograded notebook, from which feedback is made."""
    context, marked = item.context, item.marked
    assert context is not None
    assert marked is not None
    folder = context.config.folder / "autograded" / context.student / context.assignment
    path = folder / f"{context.notebook}.ipynb"
    if not path.is_file():
        return
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if is_grade(cell) and cell.metadata.nbgrader.grade_id == grade_id(context.exercise.id):
            write_marks(cell, context, marked)
    _replace(path, nbformat.writes(notebook))


def _replace(path: Path, text: str) -> None:
    # nbgrader leaves autograded files unwritable, so a new one takes the place and the permissions of the old.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text + "\n", "utf-8")
    draft.chmod(path.stat().st_mode & 0o777)
    draft.replace(path)
