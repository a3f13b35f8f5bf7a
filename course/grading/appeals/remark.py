"""Marking a class again from its kept answers, with today's schemes and rulings: no notebook runs.

Every exercise is one call of the compiled marker. Points that a person gave in the formgrader, and comments, are
the gradebook's and are never touched.
"""

from collections.abc import Sequence
from typing import NamedTuple

from nbgrader.api import Gradebook

from course.errors import CourseError
from course.grading.config import Gradbook
from course.grading.marks.enrolled import enrolled_students
from course.grading.marks.revision import Revision, by_hand, most_in, revise, write
from course.grading.marks.store import Kept, KeptRuling, Store, open_store
from course.marking.programs.compiled import keep_compiled
from course.marking.report import Report, StepMark


class RemarkError(CourseError):
    """Raised when there is nothing to mark again."""


class StepChange(NamedTuple):
    """One step that is marked otherwise, as data: what it was, what it is, and why.

    Attributes:
        before: its state as last marked; empty where it was not marked.
        points_before: what it earned; None where it was not marked.
        why: what decides now: `ruling`, `misread`, `foreign`, the cause of a slip, or its state.
        remark: what the student is told now.
    """

    step: str
    before: str
    points_before: float | None
    after: str
    points_after: float
    why: str
    remark: str

    @property
    def words(self) -> str:
        """The change for a person."""
        was = f"{self.before} {self.points_before:g}" if self.points_before is not None else "–"
        why = "" if self.why == self.after else f" ({self.why})"
        return f"{self.step}: {was} → {self.after} {self.points_after:g}{why}"


class Change(NamedTuple):
    """What marking again makes of one exercise of one student.

    Attributes:
        before: points as last marked, None where it could not be marked.
        after: points now, None where it cannot be marked.
        by_hand: whether a person gave the points in the gradebook; these stay.
        problem: why it cannot be marked; empty where it can.
        steps: the steps that are marked otherwise.
        withheld: points that are withheld now, once, because an error left little to be worked out.
    """

    student: str
    exercise: str
    before: float | None
    after: float | None
    by_hand: bool
    problem: str = ""
    steps: tuple[StepChange, ...] = ()
    withheld: float = 0.0

    @property
    def changed(self) -> bool:
        """Whether the points, or the marks of a step, differ."""
        return self.before != self.after or bool(self.steps)


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

    Raises:
        RemarkError: if they are to be written, and the gradebook has other maxima than the schemes.
    """
    if not kept:
        return []
    changes, written = [], []
    with Gradebook(config.db_url) as gradebook:
        revisions = mark_again(config, store, kept, rulings=rulings)
        if apply:
            _require_maxima(gradebook, revisions)
        for item in revisions:
            before = None if item.kept.report is None else item.kept.report.points
            if item.marked is None:
                name = item.kept.exercise
                changes.append(Change(item.kept.student, name, before, None, False, item.problem))
                continue
            report = item.marked.report
            hand = by_hand(gradebook, item.kept)
            if apply and item.differs:
                written.append(write(gradebook, item))
            steps = _differences(item.kept.report, item)
            changes.append(
                Change(
                    item.kept.student, item.kept.exercise, before, report.points, hand, "", steps, report.withheld
                )
            )
        gradebook.db.commit()
    # Kept last: a run that ends before shows the same changes again.
    store.save_all(written)
    return [change for change in changes if change.changed or change.problem]


def _require_maxima(gradebook: Gradebook, revisions: Sequence[Revision]) -> None:
    """Refuse to write where gradebook and card could not agree: nothing is written by halves."""
    differ: dict[str, tuple[float, float | None]] = {}
    for item in revisions:
        most = most_in(gradebook, item.kept)
        if item.marked is not None and most not in (None, item.marked.report.max_points):
            differ[item.kept.exercise] = (item.marked.report.max_points, most)
    if differ:
        name = revisions[0].kept.assignment
        what = "; ".join(
            f"{exercise} is worth {ours:g} now, and {theirs:g} in the gradebook"
            for exercise, (ours, theirs) in differ.items()
        )
        raise RemarkError(
            f"{what}. Release the new points first: `course build {name}`, then "
            f"`nbgrader generate_assignment {name} --force`; then give this command again. Nothing was written"
        )


def mark_again(
    config: Gradbook, store: Store, kept: Sequence[Kept], *, rulings: Sequence[KeptRuling] | None = None
) -> list[Revision]:
    """Mark kept sheets of one assignment again, writing nothing."""
    keep_compiled(config.compiled_dir)
    enrolled = enrolled_students(config, config.db_url, kept[0].assignment)
    return revise(config, store, kept, enrolled=enrolled, rulings=rulings)


def _differences(before: Report | None, item: Revision) -> tuple[StepChange, ...]:
    context, marked = item.context, item.marked
    assert context is not None
    assert marked is not None
    known = {} if before is None else before.steps
    changes = []
    for name, step in marked.report.steps.items():
        old = known.get(name)
        if old is None or (old.state, old.points) != (step.state, step.points):
            was = ("", None) if old is None else (old.state, old.points)
            why = "ruling" if name in context.decided else _why(name, step, marked.report)
            changes.append(StepChange(name, *was, step.state, step.points, why, step.remark))
    return tuple(changes)


def _why(name: str, step: StepMark, report: Report) -> str:
    """Say in a word what decides on a step."""
    if step.state == "exact" or step.slip:
        return step.slip or step.state
    if report.foreign:
        return "foreign"
    misread = report.misread
    if misread is not None and (step.state == "follows" or name == misread.step):
        return "misread"
    return step.state
