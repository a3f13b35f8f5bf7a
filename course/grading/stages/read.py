"""How nbgrader's Autograde opens submissions: nothing is opened that is no plain file, and notebooks are mended.

What a browser would run is not copied from a submission: the formgrader would serve it. What the instructor wrote
of that kind is copied all the same, for a notebook may need it.

It is named in `Autograde.exporter_class`, so that the unmodified `nbgrader autograde`, the formgrader's button and
`course autograde` have it alike.
"""

import copy
import json
import logging
import shutil
from collections.abc import Mapping
from fnmatch import fnmatchcase as fnmatch
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.utils import find_all_files

from course import confined
from course.grading import course_lock
from course.grading.errors import GradingError
from course.grading.stages import notebook_format
from course.grading.stages.active_files import ACTIVE_FILES
from course.grading.stages.admit import Refused, inspect, shown


class Reader(NotebookExporter):
    """Reads a submitted notebook; before that, leaves out the submissions that must not be touched at all.

    Raises:
        Refused: if nothing is left to be graded.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(self.parent, Autograde):
            _show_plainly(self.parent.log)
            # nbgrader makes its exporter after it has found the submissions and before it copies the first.
            _leave_out(self.parent)
            _ignore_active(self.parent)
            _convert_alone(self.parent)

    def from_file(self, file_stream: Any, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """Convert a notebook from an open file."""
        if isinstance(self.parent, Autograde):
            _copy_own(self.parent, resources["nbgrader"])
        name = Path(getattr(file_stream, "name", "the notebook")).name
        # One byte more than is read tells that there are too many.
        data = file_stream.buffer.read(notebook_format.MOST_BYTES + 1)
        return self.from_notebook_node(_read(data, name), resources, **kw)

    def _preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        # A notebook is valid when it is read, and is looked at once more after the last stage, not after each.
        self.optimistic_validation = bool(self._preprocessors)
        return super()._preprocess(nb, resources)


def _convert_alone(converter: Autograde) -> None:
    """Let nbgrader's own run hold the lock of the course while it grades."""
    theirs = converter.convert_notebooks
    coursedir: Any = converter.coursedir

    def convert_notebooks() -> None:
        try:
            with course_lock.alone(Path(coursedir.root), shared=coursedir.groupshared):
                theirs()
        except GradingError as error:
            raise Refused(str(error)) from error

    # Of this converter alone, which `course autograde` cuts in two and never asks for this.
    converter.convert_notebooks = convert_notebooks


class _Plain(logging.Filter):
    """Lets a log say nothing that a terminal obeys: an error may quote what a student wrote."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if record.exc_info and not record.exc_text:
            record.exc_text = _LINES.formatException(record.exc_info)  # type: ignore[arg-type]
        record.msg, record.args = _shown_lines(text), ()
        record.exc_text = _shown_lines(record.exc_text) if record.exc_text else record.exc_text
        return True


_LINES, _PLAIN = logging.Formatter(), _Plain()


def _shown_lines(text: str) -> str:
    return "\n".join(map(shown, text.split("\n")))


def _show_plainly(log: Any) -> None:
    logger = getattr(log, "logger", log)  # an application has an adapter of its own around it
    logger.addFilter(_PLAIN)


def _read(data: bytes, name: str) -> NotebookNode:
    """Read a notebook in a process with limits."""
    try:
        read = confined.PROCESS.call(notebook_format.read_json, data, name=name)
    except confined.Failed as error:
        if error.kind == Refused.__name__:
            raise Refused(str(error)) from None
        raise Refused(f"{shown(name)} cannot be read: {error.kind}: {shown(str(error))[:200]}") from None
    except confined.Exceeded as error:
        raise Refused(f"{shown(name)} cannot be read: {error}") from None
    made = nbformat.from_dict(json.loads(read))
    assert isinstance(made, NotebookNode)
    return made


def _ignore_active(converter: Autograde) -> None:
    # A copy: the formgrader's buttons share one description of the course, and release with it too.
    coursedir: Any = copy.copy(converter.coursedir)
    coursedir.ignore = [*coursedir.ignore, *ACTIVE_FILES]
    converter.coursedir = coursedir


def _copy_own(converter: Autograde, about: Mapping[str, str]) -> None:
    """Copy the instructor's own files of the kind that submissions may not have, as nbgrader copies others."""
    coursedir: Any = converter.coursedir
    own = Path(coursedir.format_path(coursedir.source_directory, ".", about["assignment"]))
    kept = {own / name for name in converter.exclude_overwriting.get(about["assignment"], [])}
    ignored: list[str] = [pattern for pattern in coursedir.ignore if pattern not in ACTIVE_FILES]
    for path in map(Path, find_all_files(str(own), ignored)):
        if path not in kept and any(fnmatch(path.name, pattern) for pattern in ACTIVE_FILES):
            target = Path(converter._format_dest(about["assignment"], about["student"]), path.relative_to(own))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copy(path, target)


def _leave_out(converter: Autograde) -> None:
    kept = {}
    refused: Refused | None = None
    for folder, notebooks in converter.assignments.items():
        try:
            inspect(Path(folder))
        except Refused as error:
            refused = error
            converter.log.error("Not graded: %s", error)
        else:
            kept[folder] = notebooks
    converter.assignments = kept
    if refused is not None and not kept:
        raise refused
