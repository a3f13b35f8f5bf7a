"""Appeals: an instructor decides on one step of one student, and on everybody who gave the same answer."""

import math
from datetime import UTC, datetime
from typing import NamedTuple

from course.errors import CourseError, did_you_mean
from course.exercises import find
from course.grading.appeals.remark import Change, kept_of, settle
from course.grading.appeals.same_answer import given_answer, same_answer
from course.grading.config import Gradbook
from course.grading.marks.batch import Seen, see_all
from course.grading.marks.context import contexts_of
from course.grading.marks.enrolled import enrolled_students
from course.grading.marks.store import Kept, KeptRuling, Store, open_store
from course.marking import registry
from course.marking.derivation_scheme import DerivationScheme
from course.marking.programs.compiled import keep_compiled
from course.marking.report import answer_of
from course.marking.scheme import Step

LONGEST_REASON = 1000


class RulingError(CourseError):
    """Raised for a decision that cannot be: no such step or student, too many points, no reason."""


class Ruled(NamedTuple):
    """A decision and what it changes.

    Attributes:
        rulings: the decisions, the one that was asked for first.
        passed_over: who gave the same answer and has a decision of their own on it, which stays.
        changes: what it makes of marks.
    """

    rulings: list[KeptRuling]
    passed_over: list[str]
    changes: list[Change]


def rule(
    config: Gradbook,
    assignment: str,
    exercise_id: str,
    step: str,
    student: str,
    points: float,
    reason: str,
    *,
    same: bool = False,
    apply: bool = True,
) -> Ruled:
    """Decide what one step of one student earns; it holds at every later grading and marking.

    Args:
        config: the course.
        assignment: its name.
        exercise_id: the exercise.
        step: one of its steps.
        student: whose sheet.
        points: what the step earns, from 0 to its points.
        reason: what the student is told.
        same: decide so for everybody who gave the same answer, as `course.grading.appeals.same_answer` has it.
        apply: keep it, and write the marks of those whom it concerns.

    Raises:
        RulingError: if there is no such sheet or step, or points or reason are none.
        course.grading.appeals.remark.RemarkError: if no answers are kept.
    """
    exercise_id = find(exercise_id).id
    at = _step(config, exercise_id, step)
    text = " ".join(reason.split())
    if not text or len(text) > LONGEST_REASON:
        raise RulingError(f"a reason of 1 to {LONGEST_REASON} characters was expected, got {len(text)}")
    if not (math.isfinite(points) and 0 <= points <= at.points):
        raise RulingError(f"{step} of {exercise_id} earns 0 to {at.points:g} points, got {points:g}")
    with open_store(config) as store:
        kept = kept_of(store, assignment, exercise_id)
        first = _sheet_of(kept, student)
        alike = _alike(config, store, kept, first, step) if same else []
        before = store.all_rulings(assignment)
        own = {r.student for r in before if (r.exercise, r.step) == (exercise_id, step) and r.same_as != student}
        decided = [first, *(item for item in alike if item.student not in own)]
        now = datetime.now(UTC).replace(tzinfo=None)
        rulings = [
            KeptRuling(
                assignment=assignment,
                student=item.student,
                exercise=exercise_id,
                step=step,
                points=float(points),
                reason=text,
                answer=_answer(item, step),
                same_as="" if item.student == student else student,
                ruled_at=now,
            )
            for item in decided
        ]
        if apply:
            store.rule_all(rulings)
        new = {(r.student, r.exercise, r.step) for r in rulings}
        holding = [r for r in before if (r.student, r.exercise, r.step) not in new] + rulings
        changes = settle(config, store, decided, rulings=holding, apply=apply)
    return Ruled(rulings, [item.student for item in alike if item.student in own], changes)


def withdraw(
    config: Gradbook, assignment: str, exercise_id: str, step: str, student: str, *, same: bool = False
) -> Ruled:
    """Take a decision back, and those that repeat it where asked; the marker's finding counts again.

    Raises:
        RulingError: if there is none.
    """
    exercise_id = find(exercise_id).id
    with open_store(config) as store:
        here = [r for r in store.all_rulings(assignment) if (r.exercise, r.step) == (exercise_id, step)]
        gone = [r for r in here if r.student == student or (same and r.same_as == student)]
        if not any(r.student == student for r in gone):
            ruled = ", ".join(r.student for r in here) or "nobody"
            raise RulingError(
                f"there is no ruling on {step} of {exercise_id} for {student!r}; there is for {ruled}"
            )
        store.withdraw(gone)
        students = {r.student for r in gone}
        kept = [
            item for item in store.load(assignment) if item.exercise == exercise_id and item.student in students
        ]
        return Ruled(gone, [], settle(config, store, kept, apply=True))


def _alike(config: Gradbook, store: Store, kept: list[Kept], first: Kept, step: str) -> list[Kept]:
    """Give the sheets of everybody else who gave the same answer, on their own numbers."""
    scheme = registry.load(config.solutions_dirs)[first.exercise]
    if isinstance(scheme, DerivationScheme):
        raise RulingError(
            f"{first.exercise} is a derivation, whose lines are not compared between students: rule on one at a "
            "time"
        )
    keep_compiled(config.compiled_dir)
    enrolled = enrolled_students(config, config.db_url, first.assignment)
    sheets: list[Seen] = []
    for seen in see_all(contexts_of(config, store, kept, enrolled=enrolled, rulings=())):
        if isinstance(seen, Exception):
            raise seen
        sheets.append(seen)
    by_student = {item.student: seen for item, seen in zip(kept, sheets, strict=True)}
    example = by_student[first.student]
    reference = given_answer(scheme, example, step)
    return [
        item
        for item in kept
        if item.student != first.student
        # On a sheet from somebody else's numbers nothing follows, so its answers mean something else.
        and (by_student[item.student].finding.foreign is None) == (example.finding.foreign is None)
        and same_answer(reference, given_answer(scheme, by_student[item.student], step))
    ]


def _sheet_of(kept: list[Kept], student: str) -> Kept:
    found = next((item for item in kept if item.student == student), None)
    if found is None:
        hint = did_you_mean(student, {item.student for item in kept}, cutoff=0.6)
        raise RulingError(f"no answers of {student!r} are kept{hint}")
    return found


def _step(config: Gradbook, exercise_id: str, step: str) -> Step:
    steps = registry.marker(config.solutions_dirs, exercise_id).scheme.steps
    if step not in steps:
        raise RulingError(f"{exercise_id} has no step {step!r}; its steps are {', '.join(steps)}")
    return steps[step]


def _answer(item: Kept, step: str) -> str:
    return answer_of(item.report, step) if item.report is not None and step in item.report.steps else ""
