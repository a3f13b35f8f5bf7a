"""A graded sheet marked again, and its new marks written where the old ones stand.

Points that a person gave in the formgrader, and comments, are the gradebook's and are never touched.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_grade

from course.exercises import CATALOGUE
from course.exercises.cells import grade_id
from course.grading.config import Gradbook
from course.grading.marks.batch import mark_all
from course.grading.marks.context import ExerciseContext, contexts_of
from course.grading.marks.graded_cell import awarded, write_marks
from course.grading.marks.sheet_work import Marked
from course.grading.marks.store import Kept, KeptRuling, Store
from course.grading.review import Reasons
from course.marking.marker import may_accuse
from course.marking.variant import Evidence, Variant, add_up, strongest


class Revision(NamedTuple):
    """One kept sheet, marked again; without marks where it cannot be, and why.

    Attributes:
        review: all that a person should look at now.
    """

    kept: Kept
    context: ExerciseContext | None
    marked: Marked | None
    review: Reasons = ()
    problem: str = ""

    @property
    def differs(self) -> bool:
        """Whether it gives other marks than are kept, or other reasons to look at them."""
        return self.marked is not None and (self.marked.report, self.review) != (
            self.kept.report,
            self.kept.review,
        )


def revise(
    config: Gradbook,
    store: Store,
    kept: Sequence[Kept],
    *,
    enrolled: Sequence[str],
    rulings: Iterable[KeptRuling] | None = None,
) -> list[Revision]:
    """Mark kept sheets of one assignment again, writing nothing: one call of the marker an exercise.

    Args:
        config: the course.
        store: its kept answers.
        kept: the sheets.
        enrolled: ids with whose numbers a sheet is compared.
        rulings: decisions on the assignment's steps; those in the store unless given.
    """
    known = [item for item in kept if item.exercise in CATALOGUE]
    contexts = contexts_of(config, store, known, enrolled=enrolled, rulings=rulings)
    found = {
        (item.student, item.notebook, item.exercise): _revision(item, context, marked)
        for item, context, marked in zip(known, contexts, mark_all(contexts), strict=True)
    }
    # As when grading: what cannot be marked keeps what it has, and is named.
    return [
        found.get((item.student, item.notebook, item.exercise))
        or Revision(item, None, None, problem=f"there is no exercise {item.exercise} in the catalogue")
        for item in kept
    ]


def revise_the_rest(
    config: Gradbook, store: Store, contexts: Sequence[ExerciseContext], *, enrolled: Sequence[str], db_url: str
) -> list[Kept]:
    """Mark the rest of a student's assignment again where what was just marked may change whose numbers it shows.

    An assignment's notebooks are graded one after the other, and evidence is gathered over all of them. Without
    any that could accuse somebody, nothing is marked twice.

    Args:
        config: the course.
        store: its kept answers; what was just marked is among them.
        contexts: what was just marked, of one notebook of one student.
        enrolled: ids with whose numbers a sheet is compared.
        db_url: the gradebook.

    Returns:
        What was written anew.
    """
    first = contexts[0]
    kept = store.load(first.assignment, student=first.student)
    rest = [item for item in kept if item.notebook != first.notebook]
    shown: dict[str, Mapping[Variant, Evidence]] = {}
    for item in kept if rest else ():
        evidence = {} if item.report is None else dict(item.report.evidence)
        shown[item.exercise] = strongest(shown.get(item.exercise, {}), evidence)
    accusing = any(map(may_accuse, add_up(shown.values()).values()))
    if not accusing and not any(item.report is not None and item.report.foreign for item in rest):
        return []
    changed = [found for found in revise(config, store, rest, enrolled=enrolled) if found.differs]
    with Gradebook(db_url) as gradebook:
        written = [write(gradebook, found) for found in changed]
        gradebook.db.commit()
    store.save_all(written)
    return written


def _revision(item: Kept, context: ExerciseContext, found: Marked | Exception) -> Revision:
    if isinstance(found, Exception):
        return Revision(item, context, None, problem=f"{type(found).__name__}: {found}")
    return Revision(item, context, found, (*item.noticed, *found.review))


def by_hand(gradebook: Gradebook, item: Kept) -> bool:
    """Say whether a person gave points in the gradebook, which go before ours."""
    grade = _grade(gradebook, item)
    return grade is not None and grade.manual_score is not None


def most_in(gradebook: Gradebook, item: Kept) -> float | None:
    """Give the most that the gradebook has for an exercise, None where it does not know it."""
    grade = _grade(gradebook, item)
    return None if grade is None else float(grade.cell.max_score)


def write(gradebook: Gradebook, revision: Revision) -> Kept:
    """Write new marks into the gradebook and the autograded notebook, from which feedback is made.

    Returns:
        What is to be kept now: last, so that a run which ends before shows the same changes again.
    """
    kept, marked = revision.kept, revision.marked
    assert marked is not None
    grade = _grade(gradebook, kept)
    if grade is not None:
        grade.auto_score = awarded(marked.report.points, float(grade.cell.max_score))
        grade.needs_manual_grade = grade.manual_score is not None or bool(revision.review)
    _rewrite(revision, most_in(gradebook, kept))
    return kept._replace(report=marked.report, review=revision.review)


def _grade(gradebook: Gradebook, item: Kept) -> Any:
    try:
        return gradebook.find_grade(grade_id(item.exercise), item.notebook, item.assignment, item.student)
    except MissingEntry:
        return None


def _rewrite(revision: Revision, most: float | None) -> None:
    context, marked = revision.context, revision.marked
    assert context is not None
    assert marked is not None
    here = CourseDirectory(config=context.config.config)
    folder = here.format_path(str(here.autograded_directory), context.student, context.assignment)
    path = Path(folder) / f"{context.notebook}.ipynb"
    if not path.is_file():
        return
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if is_grade(cell) and cell.metadata.nbgrader.grade_id == grade_id(context.exercise.id):
            if most is not None:
                # The release may have another maximum since it was graded.
                cell.metadata.nbgrader["points"] = most
            write_marks(cell, context, marked)
    _replace(path, nbformat.writes(notebook))


def _replace(path: Path, text: str) -> None:
    # nbgrader leaves autograded files unwritable, so a new one takes the place and the permissions of the old.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text + "\n", "utf-8")
    draft.chmod(path.stat().st_mode & 0o777)
    draft.replace(path)
