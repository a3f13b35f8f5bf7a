"""`course remark`, `rule`, `rulings`, `accept`: marks given again, and what an instructor decides on them."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.table import Table

from course.commands import common
from course.commands.common import AsJson, Assignment, CourseDir
from course.commands.progress import working

Reason = Annotated[str, typer.Option("--reason", help="Why, for the student's feedback.", metavar="TEXT")]
Withdraw = Annotated[bool, typer.Option("--withdraw", help="Take it back.")]
_MARKING = "marking again what is kept of {}"


def remark(
    assignment: Assignment,
    student: Annotated[list[str] | None, typer.Option("--student", help="Only this student.", metavar="S")] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Write the new points into the gradebook and the cards.")
    ] = False,
    course_dir: CourseDir = None,
    json: AsJson = False,
) -> None:
    """Mark the kept answers again with today's schemes, running no notebook.

    Shows who changes, by how much and why, step by step, and writes nothing without --apply. Everybody is marked
    on the numbers that were released to them. Points and comments that were given by hand in the formgrader stay.

    Example: course remark mlp --apply
    """
    from course.grading.appeals.remark import remark as mark_again
    from course.grading.config import load

    with working(_MARKING.format(assignment)):
        changes = mark_again(load(course_dir), assignment, student or None, apply=apply)
    if json:
        common.print_json([_change_json(change) for change in changes])
    else:
        _print_changes(changes)
        _say_not_written(changes, written=apply)
    _attend(changes)


def rule(
    assignment: Assignment,
    exercise_id: Annotated[str, typer.Argument(help="The exercise.", metavar="EXERCISE")],
    step: Annotated[str, typer.Argument(help="One of its steps.", metavar="STEP")],
    student: Annotated[str, typer.Option("--student", help="Whose sheet.", metavar="S")],
    points: Annotated[float | None, typer.Option("--points", help="What the step earns.", metavar="P")] = None,
    reason: Reason = "",
    same_answer: Annotated[
        bool, typer.Option("--same-answer", help="For everybody who gave the same answer; shows who they are.")
    ] = False,
    apply: Annotated[bool, typer.Option("--apply", help="With --same-answer: decide it for them.")] = False,
    withdraw: Withdraw = False,
    course_dir: CourseDir = None,
    json: AsJson = False,
) -> None:
    """Decide what one step of one student earns, with a reason.

    It is written at once, stands in the feedback, and holds at every later `autograde` and `remark`. With
    --same-answer it only shows whom it would concern, until --apply. The same answer, to numbers of one's own, is
    the same slip, the same value where the right value is the same, or the same simple multiple of what was
    expected.

    Example: course rule mlp mlp/relu-sgd a1 --student alice --points 1 --reason "Right on paper."
    """
    from course.grading.appeals import ruling as rulings
    from course.grading.config import load

    config = load(course_dir)
    if withdraw:
        _refuse(points is not None or bool(reason), "--withdraw takes neither --points nor --reason")
        with working(_MARKING.format(assignment)):
            done = rulings.withdraw(config, assignment, exercise_id, step, student, same=same_answer)
    else:
        _refuse(points is None, "--points is missing: what does the step earn?")
        _refuse(not reason.strip(), "--reason is missing: the student is told why")
        _refuse(
            apply and not same_answer, "--apply goes with --same-answer; without it a ruling is written at once"
        )
        written = apply or not same_answer
        assert points is not None
        with working(_MARKING.format(assignment)):
            done = rulings.rule(
                config, assignment, exercise_id, step, student, points, reason, same=same_answer, apply=written
            )
    if json:
        common.print_json(
            {
                "rulings": [_ruling_json(ruling) for ruling in done.rulings],
                "passed_over": done.passed_over,
                "changes": [_change_json(change) for change in done.changes],
                "written": withdraw or apply or not same_answer,
            }
        )
    else:
        verb = "Withdrawn for" if withdraw else "Concerns"
        common.results.print(f"{verb}: {common.shown(', '.join(ruling.student for ruling in done.rulings))}")
        if done.passed_over:
            common.results.print(
                f"Have a ruling of their own, which stays: {common.shown(', '.join(done.passed_over))}"
            )
        _print_changes(done.changes)
        if same_answer and not (apply or withdraw):
            common.messages.print("Nothing is written yet: give the same command with --apply.")
    _attend(done.changes)


def rulings(assignment: Assignment, course_dir: CourseDir = None, json: AsJson = False) -> None:
    """List the rulings on an assignment.

    Example: course rulings mlp
    """
    from course.grading.config import load
    from course.grading.marks.store import open_store

    with open_store(load(course_dir)) as store:
        found = store.all_rulings(assignment)
    if json:
        common.print_json([_ruling_json(ruling) for ruling in found])
        return
    table = Table("exercise", "step", "student", "points", "reason", "answer", "same as", box=None)
    for item in found:
        cells = (
            item.exercise,
            item.step,
            item.student,
            f"{item.points:g}",
            item.reason,
            common.one_line(item.answer),
            item.same_as,
        )
        table.add_row(*map(common.shown, cells))
    if found:
        common.print_table(table)
    else:
        common.results.print("No rulings.")


def accept(
    assignment: Assignment,
    student: Annotated[
        str | None, typer.Option("--student", help="Whose sheets; without, a list of all.", metavar="S")
    ] = None,
    declared: Annotated[
        str | None, typer.Option("--as", help="The id that the student's notebook declares.", metavar="ID")
    ] = None,
    reason: Reason = "",
    withdraw: Withdraw = False,
    course_dir: CourseDir = None,
    json: AsJson = False,
) -> None:
    """Let a student's sheets count under the id that their notebook declares.

    Points come from the id that nbgrader knows. Without --student it lists who declared another one, with the
    points under both. What is accepted holds at every later `autograde` and `remark`, for sheets that declare
    this id.

    Example: course accept mlp --student alice --as alise --reason "A slip of the pen."
    """
    from course.grading.appeals import declared_id
    from course.grading.config import load

    config = load(course_dir)
    if student is None:
        _refuse(bool(declared or reason or withdraw), "--student is missing: whose sheets?")
        with working(_MARKING.format(assignment)):
            found = declared_id.declared(config, assignment)
        _print_declared(found, json)
        return
    if withdraw:
        _refuse(bool(declared or reason), "--withdraw takes neither --as nor --reason")
        changes = declared_id.withdraw(config, assignment, student)
    else:
        _refuse(not declared, "--as is missing: the id that the notebook declares")
        _refuse(not reason.strip(), "--reason is missing: the student is told why")
        changes = declared_id.accept(config, assignment, student, str(declared), reason)
    if json:
        common.print_json([_change_json(change) for change in changes])
    else:
        _print_changes(changes)
    _attend(changes)


def _print_declared(found: Sequence[Any], json: bool) -> None:
    if json:
        common.print_json([item._asdict() for item in found])
        return
    table = Table("student", "exercise", "declares", "points", "points as declared", "", box=None)
    for item in found:
        points = [f"{item.points:g}", f"{item.points_declared:g}"]
        state = "accepted" if item.accepted else ""
        table.add_row(common.shown(item.student), item.exercise, common.shown(item.declared), *points, state)
    if found:
        common.print_table(table)
    else:
        common.results.print("No notebook declares another id.")


def _print_changes(changes: Iterable[Any]) -> None:
    table = Table("student", "exercise", "before", "after", "by", "", box=None)
    for change in changes:
        points = ["–" if p is None else f"{p:g}" for p in (change.before, change.after)]
        by = "" if None in (change.before, change.after) else f"{change.after - change.before:+g}"
        notes = [
            change.problem,
            "points given by hand stay" if change.by_hand else "",
            ", ".join(step.words for step in change.steps),
            f"{change.withheld:g} withheld" if change.withheld else "",
        ]
        table.add_row(
            common.shown(change.student),
            change.exercise,
            *points,
            by,
            common.shown("; ".join(filter(None, notes))),
        )
    if changes:
        common.print_table(table)
    else:
        common.results.print("No marks change.")


def _say_not_written(changes: Sequence[Any], *, written: bool) -> None:
    if changes and not written:
        common.messages.print("Nothing is written yet: give the same command with --apply.")


def _attend(changes: Sequence[Any]) -> None:
    """End with 1 where something could not be marked."""
    if any(change.problem for change in changes):
        raise typer.Exit(1)


def _change_json(change: Any) -> dict[str, Any]:
    return {**change._asdict(), "steps": [{**step._asdict(), "words": step.words} for step in change.steps]}


def _ruling_json(ruling: Any) -> dict[str, Any]:
    return {**ruling._asdict(), "ruled_at": ruling.ruled_at.isoformat()}


def _refuse(wrong: bool, message: str) -> None:
    if wrong:
        raise common.WrongUse(message)
