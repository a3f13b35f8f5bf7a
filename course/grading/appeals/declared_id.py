"""Ids that a notebook declares and nbgrader does not know its student by.

Points come from nbgrader's id, whatever a notebook says. Where it declares another one, an instructor is shown
what the sheet has under that one's numbers, and accepts them with one command; that is kept and holds at every
later grading and marking, for sheets that declare this id and no other.
"""

from typing import NamedTuple

from course.errors import CourseError, did_you_mean
from course.exercises.variants import normalise_id
from course.grading.appeals.remark import Change, kept_of, mark_again, settle
from course.grading.appeals.ruling import LONGEST_REASON
from course.grading.config import Gradbook
from course.grading.marks.revision import Revision
from course.grading.marks.store import open_store


class AcceptanceError(CourseError):
    """Raised for an id that cannot be accepted: the student's notebook does not declare it."""


class Declared(NamedTuple):
    """One exercise of a student whose notebook declares another id.

    Attributes:
        declared: the id.
        points: what the sheet has now.
        points_declared: what it has under the numbers of `declared`.
        accepted: whether an instructor accepted it, so that both are the same.
    """

    student: str
    exercise: str
    declared: str
    points: float
    points_declared: float
    accepted: bool


def declared(config: Gradbook, assignment: str) -> list[Declared]:
    """Give every sheet whose notebook declares an id with other numbers than the student's.

    Raises:
        course.grading.appeals.remark.RemarkError: if no answers of the assignment are kept.
    """
    with open_store(config) as store:
        again = mark_again(config, store, kept_of(store, assignment))
    return [found for item in again if (found := _declared(item)) is not None]


def accept(config: Gradbook, assignment: str, student: str, id_: str, reason: str) -> list[Change]:
    """Let a student's sheets count under the id that their notebook declares, and mark them so.

    Returns:
        What changes.

    Raises:
        AcceptanceError: if no kept sheet of the student declares it, or there is no reason.
    """
    text = " ".join(reason.split())
    if not text or len(text) > LONGEST_REASON:
        raise AcceptanceError(f"a reason of 1 to {LONGEST_REASON} characters was expected, got {len(text)}")
    wanted = normalise_id(id_)
    with open_store(config) as store:
        kept = kept_of(store, assignment)
        mine = [item for item in kept if item.student == student]
        if not mine:
            hint = did_you_mean(student, {item.student for item in kept}, cutoff=0.6)
            raise AcceptanceError(f"no answers of {student!r} are kept{hint}")
        there = {found.declared for item in mark_again(config, store, mine) if (found := _declared(item))}
        if wanted not in there:
            said = f"it declares {', '.join(sorted(there))}" if there else "it declares no other id"
            raise AcceptanceError(f"the notebook of {student} does not declare the id {wanted!r}: {said}")
        store.accept(assignment, student, wanted, text)
        return settle(config, store, mine, apply=True)


def withdraw(config: Gradbook, assignment: str, student: str) -> list[Change]:
    """Take an acceptance back, and mark the student's sheets with nbgrader's id again.

    Raises:
        AcceptanceError: if there is none.
    """
    with open_store(config) as store:
        known = store.acceptances(assignment)
        if student not in known:
            hint = did_you_mean(student, known, cutoff=0.6)
            raise AcceptanceError(f"no id is accepted for {student!r} in {assignment}{hint}")
        store.refuse(assignment, student)
        return settle(config, store, store.load(assignment, student=student), apply=True)


def _declared(item: Revision) -> Declared | None:
    marked, kept = item.marked, item.kept
    if marked is None:
        return None
    points = marked.report.points
    if marked.declared:
        under = marked.declared_points
        return Declared(kept.student, kept.exercise, marked.declared, points, under, accepted=False)
    if marked.numbers_of != kept.student:
        return Declared(kept.student, kept.exercise, marked.numbers_of, points, points, accepted=True)
    return None
