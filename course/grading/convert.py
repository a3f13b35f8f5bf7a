"""nbgrader's own converters, called from Python: what they log as errors comes back as messages."""

import contextlib
import copy
import glob
import logging
import os
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader.converters import BaseConverter, GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from course.errors import CourseError
from course.grading.config import Gradbook, use_stages

_EMPTY_WORDS = ("There was an error processing assignment", "Please see the")
_MESSAGES = 5  # of one conversion that are passed on


class GradingError(CourseError):
    """Raised when an assignment cannot be released or graded at all; the message says what is missing."""


def release(config: Gradbook, assignment: str, *, force: bool = True) -> Path:
    """Make the students' version of an assignment from its source notebooks, and note it in the gradebook.

    Returns:
        The folder of the students' version.

    Raises:
        GradingError: if nbgrader cannot.
    """
    _require(convert(GenerateAssignment, config, assignment, force=force), f"{assignment} cannot be released")
    return config.folder / "release" / assignment


def feedback(config: Gradbook, assignment: str, student: str | None = None, *, force: bool = True) -> list[Path]:
    """Make the feedback pages of graded submissions.

    Returns:
        The pages.

    Raises:
        GradingError: if nbgrader cannot.
    """
    _require(convert(GenerateFeedback, config, assignment, student, force=force), "feedback cannot be made")
    return sorted((config.folder / "feedback").glob(f"{student or '*'}/{assignment}/*.html"))


def convert(
    kind: type[BaseConverter],
    config: Gradbook,
    assignment: str,
    student: str | None = None,
    *,
    force: bool = False,
) -> list[str]:
    """Run one of nbgrader's converters with the course's configuration.

    Args:
        kind: the converter.
        config: the course.
        assignment: its name.
        student: whose submission; everybody's unless given.
        force: convert again what was converted before.

    Returns:
        What went wrong, in words; empty where nothing did.
    """
    with surroundings() as (log, errors):
        try:
            converter = _converter(kind, settings(config, assignment, student), log)
            converter.force = force
            converter.start()
        except NbGraderException as error:
            return list(dict.fromkeys(errors or [str(error)]))[-_MESSAGES:]
        except Exception as error:
            # Some of nbgrader's errors concern one submission only and yet go past its own handling.
            return [*errors, f"{type(error).__name__}: {error}"][-_MESSAGES:]
    return []


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


def _converter(kind: type[BaseConverter], settings: Config, log: logging.Logger) -> BaseConverter:
    return kind(coursedir=CourseDirectory(config=settings, log=log), config=settings, log=log)


def _require(errors: list[str], what: str) -> None:
    if errors:
        raise GradingError(f"{what}: {'; '.join(errors)}")


class _Errors(logging.Handler):
    """Keeps what nbgrader logs as errors, of a traceback the last line."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage().strip()
        if not text.startswith(_EMPTY_WORDS):
            self.messages.append(text.splitlines()[-1] if text.startswith("Traceback") else text)


@contextmanager
def surroundings() -> Iterator[tuple[logging.Logger, list[str]]]:
    """Give a logger for one conversion and the list into which its errors go; nbgrader finds its tools."""
    log, handler = logging.getLogger("course.grading"), _Errors()
    log.addHandler(handler)
    log.propagate = False
    path = os.environ.get("PATH", "")
    # nbgrader makes its database with the command `alembic`, which is on no path unless the environment is active.
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), str(Path(sys.executable).parent), path])
    try:
        with warnings.catch_warnings():
            # nbgrader was written for an older SQLAlchemy, which said nothing.
            warnings.simplefilter("ignore", SAWarning)
            yield log, handler.messages
    finally:
        os.environ["PATH"] = path
        with contextlib.suppress(KeyError):
            del os.environ["NBGRADER_EXECUTION"]
        log.removeHandler(handler)
