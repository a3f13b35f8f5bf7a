"""`course autograde`: from submitted notebooks to marks."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.box import HORIZONTALS
from rich.table import Table

from course.commands import common
from course.commands.common import AsJson, Assignment, CourseDir
from course.commands.exercises import report_json
from course.commands.progress import follow
from course.html.plain_text import plain


def autograde(
    assignment: Assignment,
    student: Annotated[list[str] | None, typer.Option("--student", help="Only this student.", metavar="S")] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="How many notebooks run at once.", metavar="N")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", help="Run notebooks on the workers of a Dask cluster.", metavar="ADDRESS"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Grade again what was graded before.")] = False,
    no_sandbox: Annotated[
        bool, typer.Option("--no-sandbox", help="Run submissions in your own account: they can do what you can.")
    ] = False,
    course_dir: CourseDir = None,
    json: AsJson = False,
) -> None:
    """Grade the submissions of an assignment, into nbgrader's gradebook.

    Stopped at any moment it loses nothing that was graded: the same command goes on where it stopped.

    With --scheduler, other hosts run the notebooks: start `dask scheduler` on one and `dask worker` on each.

    Example: course autograde mlp --jobs 4
    """
    from course.grading.config import load
    from course.grading.engine import local

    config = load(course_dir)
    if scheduler is None:
        local.begin()
    from course.grading.engine.autograde import autograde as grade
    from course.grading.engine.autograde import submissions

    if no_sandbox:
        config.without_sandbox()
    if not config.sandbox:
        common.messages.print(
            "[bold red]No sandbox:[/bold red] what students wrote runs in your own account, and can do whatever "
            "you can do."
        )
    total = len(student) if student else len(submissions(config, assignment))
    with follow() as following:
        task = following.begin(f"grading {assignment}", total)
        try:
            results = grade(
                config,
                assignment,
                student or None,
                force=force,
                jobs=jobs,
                scheduler=scheduler,
                on_result=lambda result: task.advance(quick=result.skipped),
            )
        except KeyboardInterrupt:
            following.stop()
            common.messages.print(
                f"Stopped. {task.done} of {total} are done and kept; the same command goes on from there."
            )
            raise typer.Exit(130) from None
    if json:
        common.print_json([_result_json(result) for result in results])
    else:
        print_marks(results)
    if any(result.problems for result in results):
        raise typer.Exit(1)


def _result_json(result: Any) -> dict[str, Any]:
    return {
        "student": result.student,
        "score": result.score,
        "max_score": result.max_score,
        "exercises": {name: report_json(report) for name, report in result.reports.items()},
        "review": result.review,
        "problems": list(result.problems),
        "skipped": result.skipped,
        "seconds": dict(result.seconds),
    }


def print_marks(results: Any, about: Mapping[str, str] | None = None) -> None:
    """Print a row of points for each student, then what a person should know of each."""
    # What a person marks has no points here; what nobody has points for is shown all the same.
    marked = (name for result in results for name, report in result.reports.items() if report.max_points)
    exercises = list(dict.fromkeys(marked))
    most = {name: report.max_points for result in results for name, report in result.reports.items()}
    table = Table(box=HORIZONTALS)
    table.add_column("student", no_wrap=True)
    for name in exercises:
        table.add_column(f"{name.partition('/')[2]} ({most[name]:g})", justify="right")
    table.add_column("total", justify="right", no_wrap=True)
    for result in results:
        reports = [result.reports.get(name) for name in exercises]
        points = ["–" if report is None else f"{report.points:g}" for report in reports]
        total = "–" if result.score is None else f"{result.score:g} of {result.max_score:g}"
        table.add_row(common.shown(result.student), *points, total)
    common.print_table(table)
    for result in results:
        heading = f"[bold]{common.shown(result.student)}[/bold]"
        common.results.print(f"{heading}  {common.shown((about or {}).get(result.student, ''))}".rstrip())
        for line in _noticed(result):
            common.print_below(common.shown(line))


def _noticed(result: Any) -> list[str]:
    """Give the problems, whose numbers they are, what happened while the notebook ran, and the named slips."""
    lines = list(result.problems)
    for name, report in result.reports.items():
        short = name.partition("/")[2]
        lines += [f"{short}: worked on {report.whose}"] if report.foreign else []
        lines += [f"{short}: {plain(note)}" for note in report.remarks if not report.foreign]
        slips = [(step, mark) for step, mark in report.steps.items() if mark.state == "slip"]
        lines += [f"{short}, {step}: {plain(mark.remark)}" for step, mark in slips]
    return lines
