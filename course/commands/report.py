"""`course report`, `export`: what a class did, for its instructor and for research."""

import io
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from course.commands import common
from course.commands.common import AsJson, Assignment, CourseDir, WrongUse
from course.commands.progress import working


class Format(StrEnum):
    """How per-step results are written."""

    CSV = "csv"
    PARQUET = "parquet"


def report(
    assignment: Assignment,
    course_dir: CourseDir = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The page; ASSIGNMENT-report.html unless given.", metavar="FILE"),
    ] = None,
    json: AsJson = False,
) -> None:
    """Report what a class did, step by step, as one self-contained HTML page.

    It shows how hard each step was and what it tells, the slips and who made them, unexplained answers that
    several gave, and what a person should look at. The marks are those last given; mark again first to see
    today's schemes. With --json the same data is printed, and no page is written unless --output names one.

    Example: course report mlp --output mlp-report.html
    """
    import msgspec

    from course.grading.config import load

    with working(f"reading the work of {assignment}"):
        summary = summary_of(load(course_dir), assignment)
    if json:
        common.print_json(msgspec.to_builtins(summary))
    if output is not None or not json:
        path = output or Path(f"{assignment}-report.html")
        write_page(summary, path)
        common.messages.print(f"wrote {escape(str(path))}")
    if any(flag.kind == "not marked" for flag in summary.flags):
        raise typer.Exit(1)


def summary_of(config: Any, assignment: str) -> Any:
    """Work out the report of an assignment."""
    from course.grading.marks.class_work import class_work
    from course.marking.programs.compiled import keep_compiled
    from course.reporting.class_report.summary import summarise

    keep_compiled(config.compiled_dir)
    return summarise(class_work(config, assignment))


def write_page(summary: Any, path: Path) -> None:
    """Write the page of a report where only its owner can read it.

    Raises:
        WrongUse: if it cannot be written.
    """
    from course.reporting.class_report.page import class_page

    html = class_page(summary)
    _private(path)
    common.write_file(path, html)


def export(
    assignment: Assignment,
    form: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.CSV,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file; standard output unless given.", metavar="FILE"),
    ] = None,
    course_dir: CourseDir = None,
) -> None:
    """Export per-step results, one row a student, exercise and step.

    Each row has the state, the points, the slip and its cause, the value as written and the right value. For the
    gradebooks of Canvas and Moodle see `nbgrader export --exporter=course.export.lms.CanvasExporter`.

    Example: course export mlp --format parquet --output mlp.parquet
    """
    from course.export.steps import step_rows, write_csv, write_parquet
    from course.grading.config import load
    from course.grading.marks.class_work import class_work

    if form is Format.PARQUET and output is None:
        raise WrongUse("Parquet is no text: name its file with --output FILE")
    with working(f"reading the work of {assignment}"):
        rows = step_rows(class_work(load(course_dir), assignment))
    if output is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # it is a file's content, whatever the locale
        write_csv(rows, sys.stdout)
        return
    _private(output)
    try:
        if form is Format.PARQUET:
            count = write_parquet(rows, output)
        else:
            with output.open("w", encoding="utf-8", newline="") as file:
                count = write_csv(rows, file)
    except OSError as error:
        raise WrongUse(f"{output} cannot be written: {error.strerror or error}") from None
    common.messages.print(f"wrote {count} rows to {escape(str(output))}")


def _private(path: Path) -> None:
    """Make a file that others on this machine cannot read: it is about students."""
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise WrongUse(f"{path} cannot be written: {error.strerror or error}") from None
