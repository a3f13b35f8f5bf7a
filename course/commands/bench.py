"""`course bench`: the project's benchmarks, each printing ratios that were measured in one run."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from course.commands import common
from course.grading.config import require_course_dir


def bench(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Which one; all are listed without.", metavar="NAME")] = None,
) -> None:
    """Run a benchmark; what follows its name is passed on to it.

    Example: course bench marking --sheets 100000
    """
    root = require_course_dir()
    known = _benchmarks(root)
    if name is None:
        common.results.print("\n".join(known))
        return
    if name not in known:
        raise common.WrongUse(f"there is no benchmark {name!r}; there are {', '.join(known) or 'none here'}")
    command = [sys.executable, "-m", f"benchmarks.{name}", *context.args]
    raise typer.Exit(subprocess.run(command, cwd=root).returncode)  # noqa: S603 - one of our own modules


def _benchmarks(root: Path) -> list[str]:
    """List the modules of the checkout's benchmarks that can be run."""
    paths = sorted((root / "benchmarks").glob("*.py"))
    return [path.stem for path in paths if "__main__" in path.read_text("utf-8")]
