"""Marking a class again from its kept answers, with today's schemes and rulings: no notebook runs."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.utils import is_grade

from course.errors import CourseError
from course.exercises import find
from course.exercises.cells import grade_id
from course.grading import compiled
from course.grading.award import awarded, enrolled_students, write_marks
from course.grading.config import Gradbook
from course.grading.marks import Marked, mark_handed
from course.grading.store import Kept, Store, url_beside
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
    """

    student: str
    exercise: str
    before: float | None
    after: float | None
    by_hand: bool
    problem: str = ""

    @property
    def changed(self) -> bool:
        """Whether the points differ."""
        return self.before != self.after


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
    with Store(config.answers_url or url_beside(config.db_url, config.folder)) as store:
        kept = [item for item in store.load(assignment) if students is None or item.student in students]
        if not kept:
            raise RemarkError(f"no answers of {assignment!r} are kept: run `course autograde {assignment}` first")
        compiled.keep(config.folder)
        enrolled = enrolled_students(config, config.db_url, assignment)
        found = [_remark(config, store, item, enrolled, apply) for item in kept]
    return [change for change in found if change.changed or change.problem]


def _remark(config: Gradbook, store: Store, item: Kept, enrolled: Sequence[str], apply: bool) -> Change:
    before = None if item.report is None else item.report.points
    try:
        rulings = store.rulings(item.assignment, item.student, item.exercise)
        exercise = find(item.exercise)
        marked = mark_handed(
            config, exercise, item.student, item.bundles, enrolled=enrolled, rulings=rulings, note=item.note
        )
    except Exception as error:
        # As when grading: what cannot be marked keeps what it has, and is named.
        return Change(item.student, item.exercise, before, None, False, f"{type(error).__name__}: {error}")
    by_hand = _record(config, item, marked, apply)
    if apply:
        _rewrite(config, item, marked.report)
        store.save(
            item.assignment,
            item.notebook,
            item.student,
            item.exercise,
            item.bundles,
            note=item.note,
            report=marked.report,
            review=marked.review,
            when=item.kept_at,
        )
    return Change(item.student, item.exercise, before, marked.report.points, by_hand)


def _record(config: Gradbook, item: Kept, marked: Marked, apply: bool) -> bool:
    """Write the points to the gradebook; say whether a person gave points there, which go before ours."""
    name = grade_id(item.exercise)
    with Gradebook(config.db_url) as gradebook:
        try:
            grade = gradebook.find_grade(name, item.notebook, item.assignment, item.student)
        except MissingEntry:
            return False
        by_hand = grade.manual_score is not None
        if apply:
            most = float(grade.cell.max_score)
            values = {
                "auto_score": awarded(marked.report.points, most),
                "needs_manual_grade": by_hand or bool(marked.review),
            }
            for field, value in values.items():
                setattr(grade, field, value)
            gradebook.db.commit()
    return by_hand


def _rewrite(config: Gradbook, item: Kept, report: Report) -> None:
    """Put the new card into the autograded notebook, from which feedback is made."""
    path = config.folder / "autograded" / item.student / item.assignment / f"{item.notebook}.ipynb"
    if not path.is_file():
        return
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if is_grade(cell) and cell.metadata.nbgrader.grade_id == grade_id(item.exercise):
            write_marks(cell, config, find(item.exercise), item.student, report)
    _replace(path, nbformat.writes(notebook))


def _replace(path: Path, text: str) -> None:
    # nbgrader leaves autograded files unwritable, so a new one takes the place and the permissions of the old.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text + "\n", "utf-8")
    draft.chmod(path.stat().st_mode & 0o777)
    draft.replace(path)
