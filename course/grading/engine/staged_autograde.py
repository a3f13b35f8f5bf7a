"""nbgrader's own Autograde for one submission, cut in two where the notebooks run.

Everything before the run and everything after it is nbgrader's code, with the stages that are configured, in
the instructor's process, but for those that take apart what a student put out: they go with a local run. It
works in a folder of its own; `course/grading/engine/workplace.py` says how that becomes the result.
"""

import glob
import os
import re
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbconvert.preprocessors import ExecutePreprocessor
from nbconvert.writers.files import FilesWriter
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from traitlets.utils.importstring import import_item

from course.grading.engine.task import AFTER_THE_RUN, Executed, Task, task
from course.grading.stages.admit import inspect, require_notebooks


class Waiting(NamedTuple):
    """A notebook that waits for its run: its file, nbconvert's resources, and what is to be run."""

    filename: str
    resources: Any
    task: Task


class StagedDirectory(CourseDirectory):
    """nbgrader's view of the course while a submission is worked on aside.

    The folder of this work lies in one piece, whatever `directory_structure` says of the others.
    """

    def format_path(self, nbgrader_step: str, student_id: str, assignment_id: str, escape: bool = False) -> str:
        """Give a folder, or with `escape` a pattern for such folders."""
        if nbgrader_step != self.autograded_directory:
            return super().format_path(nbgrader_step, student_id, assignment_id, escape)
        root, step = (re.escape(part) if escape else part for part in (str(self.root), nbgrader_step))
        return f"{root}{os.sep}{step}{os.sep}{student_id}{os.sep}{assignment_id}"


class StagedAutograde(Autograde):
    """The stages of one submission, up to the run and from there on.

    The configuration must name one assignment.

    Args:
        student: whose submission it is, letter by letter.
    """

    def __init__(self, student: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._student = student

    def init_notebooks(self) -> None:
        """Find the notebooks of the submission; an id is no pattern here."""
        folder = self._format_source(self._dir.assignment_id, self._student)
        pattern = os.path.join(glob.escape(folder), f"{self._dir.notebook_id}.ipynb")  # noqa: PTH118, as nbgrader
        self.assignments, self.notebooks = {folder: glob.glob(pattern)}, []  # noqa: PTH207

    cleaned_there = True
    """Whether what comes back from the run is cleaned there: on hosts that others can write to it is not."""

    @property
    def _dir(self) -> CourseDirectory:
        assert isinstance(self.coursedir, CourseDirectory)
        return self.coursedir

    def before(self) -> list[Waiting]:
        """Take a submission up to the run, as `Autograde.start` does.

        Raises:
            Exception: whatever nbgrader and the stages raise; the submission is then not graded.
        """
        with utils.chdir(self._dir.root):
            folder = Path(self._format_source(self._dir.assignment_id, self._student))
            require_notebooks(folder, self._released())
            self.init_notebooks()
            self.writer = FilesWriter(parent=self, config=self.config)
            self.exporter = self.exporter_class(parent=self, config=self.config)
            (notebooks,) = self.assignments.values()
            self.notebooks = sorted(notebooks)
            self.run_pre_convert_hook()
            # The hook may have unpacked something; nbgrader copies what is there now, and follows links.
            inspect(folder)
            self.init_assignment(self._dir.assignment_id, self._student)
            return [self._before(filename) for filename in self.notebooks]

    def after(self, waiting: list[Waiting], executed: list[Executed]) -> list[Any]:
        """Take a submission on from the run, to marks in the gradebook and files with their permissions.

        Returns:
            What the stages noted of each notebook.
        """
        with utils.chdir(self._dir.root):
            notes = [self._after(one, run) for one, run in zip(waiting, executed, strict=True)]
            self.set_permissions(self._dir.assignment_id, self._student)
            self.run_post_convert_hook()
        return notes

    def _released(self) -> list[str]:
        with Gradebook(self._dir.db_url) as gradebook:
            return [
                str(notebook.name) for notebook in gradebook.find_assignment(self._dir.assignment_id).notebooks
            ]

    def _before(self, filename: str) -> Waiting:
        self._sanitizing = True
        self._init_preprocessors()
        # The method of the base class: nbgrader's own would go on to the run.
        super(Autograde, self).convert_single_notebook(filename)
        self._sanitizing = False
        filename = os.path.join(self.writer.build_directory, os.path.basename(filename))  # noqa: PTH118, PTH119
        stages, there, _ = self._cut()
        self._register(stages)
        resources = self.init_single_notebook_resources(filename)
        with utils.setenv(NBGRADER_EXECUTION="autograde"):
            exported: Any = self.exporter.from_filename(filename, resources=resources)
        text, resources = exported
        notebook = nbformat.reads(text, as_version=4)
        return Waiting(filename, resources, task(self.config, notebook, resources, there))

    def _after(self, waiting: Waiting, run: Executed) -> Any:
        for line in run.warnings:
            self.log.warning("%s: %s", self._student, line)
        self._sanitizing = False
        *_, stages = self._cut()
        self._register(stages)
        waiting.resources["course"] = run.record
        notebook = nbformat.reads(run.notebook, as_version=4)
        with utils.setenv(NBGRADER_EXECUTION="autograde"):
            exported: Any = self.exporter.from_notebook_node(notebook, resources=waiting.resources)
        output, resources = exported
        self.write_single_notebook(output, resources)
        return resources["course"]

    def _cut(self) -> tuple[list[Any], list[str], list[Any]]:
        """Give the stages before the run, the names of those that go with it, and the stages after it.

        The run itself is ours whatever it was.
        """
        named = self.autograde_preprocessors
        stages = [import_item(stage) if isinstance(stage, str) else stage for stage in named]
        runs = [number for number, stage in enumerate(stages) if issubclass(stage, ExecutePreprocessor)]
        cut = runs[0] if runs else 0
        after = stages[cut + 1 :]
        movable = AFTER_THE_RUN.values() if self.cleaned_there else ()
        there = [stage.__name__ for stage in takewhile(lambda one: one in movable, after)]
        return stages[:cut], there, after[len(there) :]

    def _register(self, stages: list[Any]) -> None:
        self.exporter._preprocessors = []
        for stage in stages:
            self.exporter.register_preprocessor(stage)
