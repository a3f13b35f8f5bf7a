"""One exercise of one student, with all that its marks depend on: made once, and handed on unchanged.

Both ways to marks make it, from what a graded cell put out (`autograde`) and from what was kept of that (`remark`,
`rule`, `accept`); marking, the card and what is kept take it and nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from course.exercises import Exercise, find
from course.grading.config import Gradbook
from course.grading.marks.store import Acceptance, Kept, KeptRuling, Store
from course.grading.review import Reasons
from course.marking.report import Report, Ruling
from course.marking.variant import Evidence, Variant


@dataclass(frozen=True)
class ExerciseContext:
    """What marking one exercise of one student depends on.

    The exercise is that of the released cell and the student is nbgrader's; what a bundle says of either is at
    most remarked upon.

    Attributes:
        config: the course.
        exercise: what was to be answered.
        student: who handed it in.
        bundles: what the graded cell put out; anything but one bundle is no sheet.
        assignment, notebook: where the cell stands.
        note: what happened while the notebook ran.
        noticed: what a person should look at that marking does not find: how the notebook was restored and ran.
        seconds: how long the notebook ran; None where that was not measured.
        kept_at: when the answers came, UTC; None for now.
        enrolled: ids with whose numbers a sheet that is not right is compared.
        rulings: an instructor's decisions on its steps.
        accepted: the id that may be declared instead of the student's, by an instructor's word.
        elsewhere: what the student's other exercises of the assignment say of whose numbers were worked on, by
            exercise: of those that are not marked together with this one.
    """

    config: Gradbook
    exercise: Exercise
    student: str
    bundles: Sequence[bytes] = ()
    assignment: str = ""
    notebook: str = ""
    note: str = ""
    noticed: Reasons = ()
    seconds: float | None = None
    kept_at: datetime | None = None
    enrolled: Sequence[str] = ()
    rulings: Sequence[KeptRuling] = ()
    accepted: Acceptance | None = None
    elsewhere: Mapping[str, Mapping[Variant, Evidence]] = field(default_factory=dict)

    @property
    def decided(self) -> dict[str, Ruling]:
        """The decisions by step, as marking takes them."""
        return {ruling.step: ruling.ruling for ruling in self.rulings}

    def may_be_asked_about(self, report: Report) -> str:
        """Give the step that a student may ask a person to look at: it is charged because of the numbers used.

        Args:
            report: the marks.

        Returns:
            The step that a misreading is charged at, or the first one of a sheet held to be somebody else's that
            lost points; empty where there is none, or a person has ruled on it.
        """
        charged = [report.misread.step] if report.misread is not None else []
        if report.foreign:
            charged = [name for name, step in report.steps.items() if step.points < step.max_points]
        return next((name for name in charged[:1] if name not in self.decided), "")

    def kept(self, report: Report | None, review: Reasons) -> Kept:
        """Give what is kept of it.

        Args:
            report: its marks; None where it could not be marked.
            review: all that a person should look at.
        """
        return Kept(
            assignment=self.assignment,
            notebook=self.notebook,
            student=self.student,
            exercise=self.exercise.id,
            bundles=tuple(self.bundles),
            note=self.note,
            report=report,
            review=review,
            kept_at=self.kept_at or datetime.now(UTC).replace(tzinfo=None),
            noticed=self.noticed,
            seconds=self.seconds,
        )


def contexts_of(
    config: Gradbook,
    store: Store,
    kept: Sequence[Kept],
    *,
    enrolled: Sequence[str],
    rulings: Iterable[KeptRuling] | None = None,
) -> list[ExerciseContext]:
    """Give the contexts of sheets of one assignment, kept or just handed over, with what is decided on them.

    Args:
        config: the course.
        store: its decisions.
        kept: the sheets.
        enrolled: ids with whose numbers a sheet is compared.
        rulings: decisions on the assignment's steps; those in the store unless given.

    Raises:
        course.exercises.UnknownExercise: if one of them is not in the catalogue.
    """
    if not kept:
        return []
    assignment = kept[0].assignment
    decided: dict[tuple[str, str], list[KeptRuling]] = {}
    for ruling in store.all_rulings(assignment) if rulings is None else rulings:
        decided.setdefault((ruling.student, ruling.exercise), []).append(ruling)
    accepted = store.acceptances(assignment)
    elsewhere = _elsewhere(store, kept)
    return [
        ExerciseContext(
            config,
            find(item.exercise),
            item.student,
            item.bundles,
            assignment=assignment,
            notebook=item.notebook,
            note=item.note,
            noticed=item.noticed,
            seconds=item.seconds,
            kept_at=item.kept_at,
            enrolled=tuple(enrolled),
            rulings=tuple(decided.get((item.student, item.exercise), ())),
            accepted=accepted.get(item.student),
            elsewhere=elsewhere.get(item.student, {}),
        )
        for item in kept
    ]


def left_out(store: Store, kept: Sequence[Kept]) -> list[Kept]:
    """Give what else is kept of the same students in the same assignment."""
    students = {item.student for item in kept}
    here = {(item.student, item.notebook, item.exercise) for item in kept}
    only = next(iter(students)) if len(students) == 1 else None
    return [
        item
        for item in store.load(kept[0].assignment, student=only)
        if item.student in students and (item.student, item.notebook, item.exercise) not in here
    ]


def _elsewhere(store: Store, kept: Sequence[Kept]) -> dict[str, dict[str, dict[Variant, Evidence]]]:
    """Give by student and exercise what the sheets that are not marked now have shown."""
    found: dict[str, dict[str, dict[Variant, Evidence]]] = {}
    for item in left_out(store, kept):
        if item.report is not None and item.report.evidence:
            found.setdefault(item.student, {})[item.exercise] = dict(item.report.evidence)
    return found
