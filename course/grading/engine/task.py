"""Running one notebook as a pure function of plain data: no database, no other submission, no shared folder.

It runs in a worker process on this host or on another one. What it is given is all that it may need: the
notebook as it stands before the run, the files beside it, and the settings of the run.
"""

import dataclasses
import logging
import stat
import tempfile
import time
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.preprocessors import IgnorePattern, LimitOutput
from traitlets.config import Config
from traitlets.config.loader import LazyConfigValue

from course.grading.config import Gradbook
from course.grading.kernel_choice import cache_folder
from course.grading.record import Record, record_of
from course.grading.stages.admit import shown
from course.grading.stages.collect import CollectSheets
from course.grading.stages.execute import RunNotebook
from course.grading.stages.sanitise import Sanitise

AFTER_THE_RUN: Mapping[str, type[Preprocessor]] = {
    stage.__name__: stage for stage in (CollectSheets, IgnorePattern, LimitOutput, Sanitise)
}
"""Stages that need nothing but the notebook: what a student put out is taken apart where it came in."""

_TRACEBACK = 4000  # characters of a traceback that are passed on
_SECTIONS = ("Gradbook", "KernelManager", "AsyncKernelManager", "Session", "ZygoteProvisioner", "LocalProvisioner")


@dataclass(frozen=True)
class Beside:
    """A file beside a notebook.

    Attributes:
        data: its content.
        mode: its permissions.
    """

    data: bytes
    mode: int


@dataclass(frozen=True)
class Task:
    """One notebook to run.

    Attributes:
        notebook: the notebook, as JSON.
        assignment: its name.
        settings: what the configuration says of the run and of kernels, as plain data.
        timeouts: seconds by cell id, where the configuration works them out cell by cell.
        record: what the stages before the run noted.
        folder: the folder in which it runs, on this host; empty where `files` are given.
        files: the files beside it, by relative path.
        student: whose it is.
        then: names of the stages that follow the run there, see `AFTER_THE_RUN`.
    """

    notebook: str
    assignment: str
    settings: Mapping[str, Mapping[str, Any]]
    timeouts: Mapping[str, float | None] = field(default_factory=dict)
    record: Record = field(default_factory=Record)
    folder: str = ""
    files: Mapping[str, Beside] = field(default_factory=dict)
    student: str = ""
    then: tuple[str, ...] = ()


@dataclass(frozen=True)
class Executed:
    """A notebook that was run.

    Attributes:
        notebook: the notebook with its outputs, as JSON.
        record: what happened.
        seconds: how long it took.
        warnings: what there was to say, for the instructor's log.
    """

    notebook: str
    record: Record
    seconds: float
    warnings: tuple[str, ...] = ()


def task(config: Config, nb: NotebookNode, resources: Mapping[str, Any], then: Iterable[str] = ()) -> Task:
    """Describe the run of a notebook on its way through nbgrader's stages.

    Args:
        config: nbgrader's configuration.
        nb: the notebook.
        resources: nbconvert's resources, which name the folder, the assignment and the student.
        then: names of the stages that follow the run in the same place.
    """
    folder = Path(resources["metadata"]["path"]).absolute()
    timeout = RunNotebook(config=config).timeout_func
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    return Task(
        notebook=nbformat.writes(nb),
        assignment=resources["nbgrader"]["assignment"],
        settings=_plain_settings(config, resources["nbgrader"]["assignment"]),
        timeouts={cell.id: timeout(cell) for cell in cells} if timeout is not None else {},
        record=record_of(resources),  # type: ignore[arg-type]
        student=resources["nbgrader"].get("student", ""),
        then=tuple(then),
        folder=str(folder),
    )


def packed(what: Task) -> Task:
    """Give the same task with the files of its folder taken along, for a host that does not see the folder."""
    folder = Path(what.folder)
    files = {
        str(path.relative_to(folder)): Beside(path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return dataclasses.replace(what, folder="", files=files)


def execute(what: Task) -> Executed:
    """Run one notebook.

    Raises:
        course.kernels.sandbox.namespaces.SandboxUnavailableError: if there is no sandbox and it is needed.
        course.kernels.zygote.client.ZygoteError: if no kernel can be started.
    """
    start = time.monotonic()
    if what.folder:
        return _execute(what, what.folder, start)
    with tempfile.TemporaryDirectory(prefix="course-run-") as folder:
        _write(what.files, Path(folder))
        return _execute(what, folder, start)


def _execute(what: Task, folder: str, start: float) -> Executed:
    notebook = nbformat.reads(what.notebook, as_version=4)
    # A logger of this run's own: a worker on another host runs several notebooks at once, each in a thread.
    log, heard = logging.Logger("course.grading.engine.task", logging.WARNING), _Heard()
    log.addHandler(heard)
    config = Config(what.settings)
    stage = RunNotebook(config=config, log=log)
    if what.timeouts:
        stage.set_trait("timeout_func", lambda cell: what.timeouts.get(cell.id))
    about = {"assignment": what.assignment, "student": what.student}
    resources: dict[str, Any] = {"metadata": {"path": folder}, "nbgrader": about, "course": what.record}
    stage.preprocess(notebook, resources)
    for name in what.then:
        notebook, _ = AFTER_THE_RUN[name](config=config, log=log)(notebook, resources)
    seconds = time.monotonic() - start
    return Executed(nbformat.writes(notebook), record_of(resources), seconds, tuple(heard.lines))


def _plain_settings(config: Config, assignment: str) -> dict[str, dict[str, Any]]:
    kinds = (RunNotebook, *AFTER_THE_RUN.values())
    names = {*(kind.__name__ for stage in kinds for kind in stage.__mro__), *_SECTIONS}
    settings = {
        name: {key: value for key, value in config[name].items() if _is_plain(value)}
        for name in sorted(names)
        if name in config
    }
    # A worker is in no folder of the course.
    cache, kernels = (
        cache_folder(Gradbook(config=config), assignment),
        settings.setdefault("ZygoteProvisioner", {}),
    )
    if cache.is_dir():
        kernels.setdefault("cache", str(cache))
    return settings


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_plain(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return not callable(value) and not isinstance(value, LazyConfigValue)


def _write(files: Mapping[str, Beside], folder: Path) -> None:
    for name, beside in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(beside.data)
        place.chmod(beside.mode)


class _Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info and (told := "".join(traceback.format_exception(*record.exc_info))):
            # It may quote the submission: in one line, and not more of it than helps.
            text = f"{text}: {shown(told)[-_TRACEBACK:]}"
        self.lines.append(text)
