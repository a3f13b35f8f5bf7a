"""All commands: one clear message for a mistake, never a traceback for something the user did."""

import functools
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from course.commands import (
    appeals,
    authoring,
    autograde,
    bench,
    common,
    demo,
    exercises,
    lab,
    report,
    serve,
    similar,
    train,
)
from course.errors import CourseError
from course.kernels.upstream import held_back
from course.storage_trouble import FULL, storage_trouble

app = typer.Typer(
    name="course",
    help="A deep-learning course in JAX that marks itself the way a good human marker does.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _stoppable(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command that ends itself after Ctrl-C say so in one line."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except KeyboardInterrupt:
            common.messages.print("Stopped.")
            raise typer.Exit(130) from None

    return run


for command in (
    exercises.exercises,
    exercises.given,
    exercises.solve,
    exercises.mark,
    authoring.lint,
    authoring.build,
    autograde.autograde,
    appeals.remark,
    appeals.rule,
    appeals.rulings,
    appeals.accept,
    report.report,
    report.export,
    demo.demo,
    lab.lab,
    serve.serve,
    similar.similar,
    train.train,
):
    app.command()(_stoppable(command))
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(_stoppable(bench.bench))


def run() -> None:
    """Run the command line; wrong use and bad input end with exit code 2 and one message."""
    common.prepare_output()
    _find_programs()
    try:
        # jsonschema would take a second to import, for a grammar of web addresses that no schema here asks for.
        with held_back("rfc3987_syntax"):
            app()
    except CourseError as error:
        common.messages.print(f"course: {error}", markup=False)
        sys.exit(2)
    except ModuleNotFoundError as error:
        if importlib.util.find_spec("nbgrader"):
            raise
        library = (error.name or "").partition(".")[0]
        common.messages.print(
            f"course: this command needs {library}, which is not installed here: pip install 'gradbook[grading]'",
            markup=False,
        )
        sys.exit(2)
    except Exception as error:
        why = storage_trouble(error) or _forbidden(error)
        if not why:
            raise
        if why == FULL:
            # What could not be written would be tried again at the end, with words of Python's own.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr]
        common.messages.print(f"course: {why}, and give the same command again", markup=False)
        sys.exit(2)


def _forbidden(error: Exception) -> str:
    """Say which file or folder the account may not use."""
    if not isinstance(error, PermissionError) or error.filename is None:
        return ""
    return f"{error.filename}: {error.strerror}; change its permissions"


def _find_programs() -> None:
    """Put this environment's programs first in PATH: nbgrader calls `alembic` by its name."""
    programs = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
