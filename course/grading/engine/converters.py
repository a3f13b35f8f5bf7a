"""nbgrader's own converters, called from Python: what goes wrong in them comes back as one error."""

import copy
import functools
import glob
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbgrader.converters import BaseConverter, GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from course.errors import CourseError
from course.grading.config import Gradbook
from course.grading.errors import GradingError
from course.grading.stages.order import use_stages
from course.grading.upstream.surroundings import surroundings

MESSAGES = 5
"""Reasons of one failure that are passed on."""


def release(config: Gradbook, assignment: str, *, force: bool = True) -> Path:
    """Make the students' version of an assignment from its source notebooks, and note it in the gradebook.

    Returns:
        The folder of the students' version.

    Raises:
        GradingError: if nbgrader cannot.
    """
    convert(GenerateAssignment, config, assignment, what=f"{assignment} cannot be released", force=force)
    return config.folders.of("release", assignment)


def feedback(config: Gradbook, assignment: str, student: str | None = None, *, force: bool = True) -> list[Path]:
    """Make the feedback pages of graded submissions.

    Returns:
        The pages.

    Raises:
        GradingError: if nbgrader cannot.
    """
    convert(GenerateFeedback, config, assignment, student, what="feedback cannot be made", force=force)
    there = config.folders.students("feedback", assignment)
    return sorted(page for name, path in there.items() if student in (None, name) for page in path.glob("*.html"))


def convert(
    kind: type[BaseConverter],
    config: Gradbook,
    assignment: str,
    student: str | None = None,
    *,
    what: str,
    force: bool = False,
) -> None:
    """Run one of nbgrader's converters with the course's configuration.

    Args:
        kind: the converter.
        config: the course.
        assignment: its name.
        student: whose submission; everybody's unless given.
        what: how the message begins where it fails.
        force: convert again what was converted before.

    Raises:
        GradingError: if it fails, for one submission or for all; the message has the reasons.
    """
    met: list[Exception] = []
    with surroundings() as log:
        try:
            made = settings(config, assignment, student)
            converter = _telling(kind, met)(coursedir=CourseDirectory(config=made, log=log), config=made, log=log)
            converter.force = force
            converter.start()
        except Exception as error:
            # nbgrader's last word is that something went wrong; what, it says in a log.
            said = [reason for each in met or [error] for reason in reasons(each)]
            raise GradingError(f"{what}: {'; '.join(list(dict.fromkeys(said))[-MESSAGES:])}") from error


def reasons(error: BaseException) -> list[str]:
    """Say in words what went wrong, from the first cause on, in a line each.

    >>> try:
    ...     raise ValueError("no such cell") from KeyError("cell-1")
    ... except ValueError as error:
    ...     reasons(error)
    ["KeyError: 'cell-1'", 'ValueError: no such cell']
    """
    found: list[str] = []
    now: BaseException | None = error
    while now is not None:
        plain = isinstance(now, CourseError | NbGraderException) and str(now)
        found.append(str(now) if plain else f"{type(now).__name__}: {_line(now)}")
        # An error of ours, or of nbgrader's, says all there is to say.
        now = None if plain else now.__cause__ or (None if now.__suppress_context__ else now.__context__)
    return list(dict.fromkeys(reversed(found)))[-MESSAGES:]


def settings(config: Gradbook, assignment: str, student: str | None) -> Config:
    """Give nbgrader's configuration for one assignment, and one student where named."""
    made = copy.deepcopy(config.config)
    if "autograde_preprocessors" not in made.Autograde:
        use_stages(made)
    made.CourseDirectory.root = str(config.folder)
    made.CourseDirectory.assignment_id = assignment
    if student is not None:
        made.CourseDirectory.student_id = glob.escape(student)
    return made


# What `BaseConverter.convert_notebooks` calls for a submission, and whose errors it catches and logs.
_CAUGHT = (
    "init_destination",
    "run_pre_convert_hook",
    "init_assignment",
    "convert_single_notebook",
    "set_permissions",
    "run_post_convert_hook",
)


def _telling(kind: type[BaseConverter], met: list[Exception]) -> type[BaseConverter]:
    """Give the same converter, of which every error that nbgrader would only log is kept in a list."""

    def telling(step: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(step)
        def tell(*args: Any, **kwargs: Any) -> Any:
            try:
                return step(*args, **kwargs)
            except Exception as error:
                met.append(error)
                raise

        return tell

    # The same name: configuration is looked up by it.
    return type(kind.__name__, (kind,), {name: telling(getattr(kind, name)) for name in _CAUGHT})


def _line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), "")
