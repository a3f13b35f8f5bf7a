"""The command `course`: one clear message for a mistake, never a traceback for something the user did."""

import importlib.util
import os
import sys
from pathlib import Path

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
    app.command()(command)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(bench.bench)


def main() -> None:
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


if __name__ == "__main__":
    main()
