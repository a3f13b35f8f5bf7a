"""nbgrader's own converters, called from Python: what they log as errors comes back as messages."""

import copy
import glob
import logging
from pathlib import Path

from nbgrader.converters import BaseConverter, GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from course.grading.config import Gradbook
from course.grading.errors import GradingError
from course.grading.stages.order import use_stages
from course.grading.upstream.surroundings import surroundings

_MESSAGES = 5  # of one conversion that are passed on


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
