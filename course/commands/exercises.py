"""`course exercises`, `given`, `solve`, `mark`: one exercise at a time."""

import difflib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from course.commands import common
from course.commands.common import AsJson, Sampler, Solutions, Student
from course.commands.progress import working
from course.exercises import CATALOGUE, Answer, Exercise
from course.html.plain_text import plain
from course.marking.report import Report, show_answer
from course.sheet import Sheet
from course.sheet.reading import by_asked_name, unknown_names

Id = Annotated[str, typer.Argument(help="Id of the exercise, for example mlp/relu-sgd.", metavar="ID")]
_STATE_STYLES = {
    "exact": "green",
    "follows": "cyan",
    "slip": "yellow",
    "wrong": "red",
    "missing": "bright_black",
    "unusable": "magenta",
    "defines": "green",
    "at-numbers": "green",
    "where": "yellow",
    "under": "yellow",
    "edit": "yellow",
    "jump": "red",
    "repeats": "bright_black",
    "unreadable": "magenta",
}


def exercises(solutions: Solutions = None, json: AsJson = False) -> None:
    """List every exercise.

    Example: course exercises --json
    """
    schemes = common.schemes(solutions)
    rows = [_row(exercise, schemes.get(exercise.id)) for exercise in CATALOGUE.values()]
    if json:
        common.print_json(rows)
        return
    table = Table("id", "title", "kind", "steps", "points", "source", box=None)
    table.columns[0].no_wrap = True
    for row in rows:
        points = "–" if row["points"] is None else f"{row['points']:g}"
        table.add_row(row["id"], row["title"], row["kind"], str(len(row["steps"])), points, row["source"])
    common.print_table(table)


def _row(exercise: Exercise, scheme: Any) -> dict[str, Any]:
    steps = []
    for name, answer in exercise.answers.items():
        step = scheme.steps[name] if scheme else None
        steps.append(
            {
                "name": name,
                "shape": list(answer.shape),
                "dtype": answer.dtype,
                "points": step.points if step else None,
                "parents": list(step.parents) if step else None,
            }
        )
    return {
        "id": exercise.id,
        "title": exercise.title,
        "assignment": exercise.assignment,
        "kind": exercise.kind,
        "points": scheme.points if scheme else None,
        "source": exercise.source,
        "steps": steps,
    }


def given(exercise_id: Id, student: Student = None, sampler: Sampler = None, json: AsJson = False) -> None:
    """Print the given values, a student's or the document's own, and what is asked for.

    What is asked for is the name of every answer on a sheet, its shape, and what it is.

    Example: course given mlp/relu-sgd --student alice
    """
    exercise = common.find_exercise(exercise_id)
    values = common.numbers(exercise, student, sampler)
    listed = {name: common.nested(value) for name, value in values._asdict().items()}
    symbols = exercise.derivation(values).symbols.in_words() if exercise.derivation else {}
    if json:
        typed = {"symbols": symbols} if symbols else {}
        common.print_json({"exercise": exercise.id, "student": student, "given": listed, **typed})
        return
    title = f"[bold]{exercise.id}[/bold]: {escape(exercise.title)} ({_whose(student)})"
    common.results.print(title, soft_wrap=True)
    for name, value in listed.items():
        common.results.print(f"  {name} = {value}", markup=False, soft_wrap=True)
    if symbols:
        common.results.print("symbols, and how to type them:")
    for name, spellings in symbols.items():
        common.results.print(f"  {name}: {'   '.join(spellings)}", markup=False, soft_wrap=True)
    if exercise.derivation:
        common.results.print('a sheet is {"lines": ["...", "..."]}, a line a step', markup=False)
    elif exercise.answers:
        common.results.print("what is asked for, by its name on a sheet:")
        table = Table(box=None, show_header=False, padding=(0, 2))
        for name, answer in exercise.answers.items():
            table.add_row(name, _form(answer), escape(plain(answer.about)))
        common.print_table(table)


def _form(answer: Answer) -> str:
    """Say what an answer is handed in as."""
    match answer.dtype:
        case "choice":
            return f"one of: {', '.join(answer.choices)}"
        case "several" | "order":
            return f"{'any' if answer.dtype == 'several' else 'in order'} of: {', '.join(answer.choices)}"
        case "matching":
            return f"for each of {', '.join(answer.units)} one of: {', '.join(answer.choices)}"
        case "graph":
            return f"pairs (from, to) of {', '.join(answer.units)}"
        case "function":
            return f"function {answer.signature}"
    number = "whole number" if answer.dtype == "int" else "number"
    if not answer.shape:
        return f"a {number}"
    return f"{' x '.join(map(str, answer.shape))} {number}s"


def solve(
    exercise_id: Annotated[str, typer.Argument(help="Id of an exercise, or name of an assignment.", metavar="ID")],
    student: Student = None,
    sampler: Sampler = None,
    page: Annotated[
        Path | None,
        typer.Option("--page", help="Write an HTML page, with slips and rubrics.", metavar="FILE"),
    ] = None,
    solutions: Solutions = None,
    json: AsJson = False,
) -> None:
    """Print the worked solution, step by step; of a whole assignment with --page.

    Example: course solve mlp/relu-sgd --student alice
    """
    from course.reporting import worked
    from course.reporting.worked_page import worked_page

    folders = common.require_solutions(solutions)
    together = [exercise for exercise in CATALOGUE.values() if exercise.assignment == exercise_id]
    chosen = together or [common.find_exercise(exercise_id)]
    markers = {exercise.id: _marker(folders, exercise.id) for exercise in chosen}
    givens = {exercise.id: common.numbers(exercise, student, sampler) for exercise in chosen}
    if page is not None:
        with working(f"working out {exercise_id}"):
            html = worked_page(exercise_id, markers, givens, student=student)
        common.write_file(page, html)
        common.messages.print(f"wrote {page}")
        return
    with working(f"working out {exercise_id}"):
        solved = [worked.solution(marker, givens[name], student=student) for name, marker in markers.items()]
    if json:
        documents = [worked.as_json(solution) for solution in solved]
        common.print_json(documents if together else documents[0])
        return
    text = "\n\n".join(worked.as_text(solution) for solution in solved)
    common.results.print(text, markup=False, soft_wrap=True)


def mark(
    exercise_id: Id,
    sheet: Annotated[
        Path,
        typer.Argument(
            help='The answers: {"a1": [6, -3], "y_hat": "13.0"}; of a derivation {"lines": ["...", "..."]}.',
            metavar="SHEET.json",
        ),
    ],
    student: Student = None,
    sampler: Sampler = None,
    solutions: Solutions = None,
    json: AsJson = False,
) -> None:
    """Mark one sheet of answers.

    The names and shapes of the answers are those that `course given ID` lists. Numbers may be typed as texts.
    Somebody else's numbers are looked for among the document's and, in the folder of a course, those of its
    class, by this one sheet: `course autograde` adds up the evidence of all exercises of an assignment.

    Example: course mark mlp/relu-sgd sheet.json --student alice
    """
    from course.sheet import SheetError, read_answers, read_derivation

    folders = common.require_solutions(solutions)
    exercise = common.find_exercise(exercise_id)
    read = read_derivation if exercise.derivation else read_answers
    try:
        answers = read(common.read_file(sheet), exercise.id, student)
    except SheetError as error:
        raise common.WrongUse(f"{sheet}: {error}") from None
    marker = _marker(folders, exercise.id)
    probe = exercise.probes("practice")
    others = marker.others(common.other_numbers(exercise, student, sampler), probe)
    numbers = common.numbers(exercise, student, sampler)
    report = marker.mark(answers, numbers, probe=probe, student=student, others=others)
    for hint in _names_meant(exercise, answers):
        common.messages.print(common.shown(hint), soft_wrap=True)
    read_otherwise, written = _read_otherwise(exercise, answers), marker.scheme.written_points
    if not json:
        _print_report(report, read_otherwise, written)
        return
    document = report_json(report)
    for name, (_, value) in read_otherwise.items():
        document["steps"][name]["read"] = value
    common.print_json({**document, **({"written": written} if written else {})})


def _read_otherwise(exercise: Exercise, sheet: Sheet) -> dict[str, tuple[str, str]]:
    """Give what was typed and what was read, by name, of the answers that were not read as they stand."""
    from course.notebook.receipt import read_back

    found = {}
    for name, handed in by_asked_name(exercise, sheet).items():
        line = read_back(name, exercise.answers[name], handed, exercise.answers)
        typed = show_answer(handed)
        if line.state == "received" and _plain(line.value) != _plain(typed):
            found[name] = (typed, line.value)
    return found


def _names_meant(exercise: Exercise, sheet: Sheet) -> list[str]:
    """Say which names the exercise asks for in place of those on a sheet that it does not."""
    hints = []
    unknown = [] if exercise.derivation else unknown_names(exercise, sheet)  # which has lines and blocks
    for name in unknown:
        near = difflib.get_close_matches(name.casefold(), [asked.casefold() for asked in exercise.answers], n=1)
        meant = next((asked for asked in exercise.answers if near and asked.casefold() == near[0]), "")
        asked = f"did you mean {meant}?" if meant else f"`course given {exercise.id}` lists the names"
        hints.append(f"{name[:40]!r} is not asked for: {asked}")
    return hints[:10]


def _plain(text: str) -> str:
    """Leave out what makes no difference between a text and how it was read."""
    return "".join(c for c in text.casefold() if c not in " [](),;")


def _marker(folders: tuple[Path, ...], exercise_id: str) -> Any:
    from course.marking import registry
    from course.marking.programs.compiled import keep_compiled

    keep_compiled()
    return registry.marker(folders, exercise_id)


def report_json(report: Report) -> dict[str, Any]:
    """Give the JSON of a report as scripts may rely on it."""
    shown = ("text", "state", "points", "remark")
    lines = [{name: getattr(line, name) for name in shown} for line in report.lines]
    found = report.misread
    misread = None if found is None else {"field": found.field, "read": found.read, "given": found.given}
    return {
        "exercise": report.exercise,
        "student": report.student,
        "points": report.points,
        "max_points": report.max_points,
        "foreign": report.foreign,
        "remarks": list(report.remarks),
        "steps": {
            name: {
                "state": step.state,
                "points": step.points,
                "max_points": step.max_points,
                "remark": step.remark,
                **({"partial": True} if step.partial else {}),
            }
            for name, step in report.steps.items()
        },
        **({"lines": lines} if lines or _is_derivation(report.exercise) else {}),
        **({"misread": misread} if misread is not None else {}),
        **({"withheld": report.withheld} if report.withheld else {}),
    }


def _is_derivation(exercise_id: str) -> bool:
    exercise = CATALOGUE.get(exercise_id)
    return exercise is not None and exercise.derivation is not None


def _print_lines(report: Report) -> None:
    table = Table("", "line", "state", "points", "remark", box=None)
    for number, line in enumerate(report.lines, start=1):
        style = _STATE_STYLES[line.state]
        points = f"{line.points:g}" if line.points else ""
        state = f"[{style}]{line.state}[/{style}]"
        table.add_row(
            str(number), common.shown(common.one_line(line.text)), state, points, common.shown(plain(line.remark))
        )
    common.print_table(table)


def _print_report(report: Report, read_otherwise: dict[str, tuple[str, str]], written: float) -> None:
    if report.lines:
        _print_lines(report)
    followed = any(step.own_chain for step in report.steps.values())
    own = ("from your values",) if followed else ()
    table = Table("step", "state", "points", "yours", "expected", *own, "remark", box=None)
    for name, step in report.steps.items():
        style = _STATE_STYLES[step.state]
        points = f"{step.points:g}/{step.max_points:g}"
        right = ("", step.expected) if step.own_chain else (step.expected, "")
        shown = (step.yours, *right[: 1 + followed], step.remark)
        table.add_row(name, f"[{style}]{step.state}[/{style}]", points, *(common.shown(text) for text in shown))
    common.print_table(table)
    for remark in report.remarks:
        common.results.print(f"[yellow]{common.shown(remark)}[/yellow]")
    for name, (typed, value) in read_otherwise.items():
        common.results.print(common.shown(f"{name}: {typed!r} was read as {value}"), soft_wrap=True)
    if any(step.max_points == 0 for step in report.steps.values()):
        common.results.print("0/0: the answer is the same for everybody, and is marked without points.")
    if written:
        everything = report.max_points + written
        common.results.print(
            f"The written answer, {written:g} of the {everything:g} points of the exercise, waits for a person."
        )
    common.results.print(
        f"[bold]{report.points:g} of {report.max_points:g} points[/bold] ({_whose(report.student)})"
    )


def _whose(student: str | None) -> str:
    return f"the numbers of {common.shown(student)}" if student else "the document's own numbers"
