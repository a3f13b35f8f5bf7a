"""The first stage: what must not even be looked at is refused before anything of it is read."""

import os
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from course.errors import CourseError
from course.grading.config import Gradbook
from course.grading.kernel import require_sandbox


class Refused(CourseError):
    """Raised for a submission that is not graded as it is; the message says what to do."""


class Admit(NbGraderPreprocessor):
    """Stops a submission that leads outside its folder, and all of them where untrusted code cannot be run."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Let one notebook pass, unchanged.

        Raises:
            Refused: if a file of the submission is a link.
            course.grading.kernels.sandbox.SandboxUnavailableError: if there is no sandbox here.
        """
        require_sandbox(Gradbook(config=self.config))
        refuse_links(Path(resources.get("metadata", {}).get("path") or "."))
        return nb, resources


def refuse_links(folder: Path) -> None:
    """Refuse a submission of which a file is somewhere else: nbgrader would copy what the link leads to.

    Raises:
        Refused: if there is a symbolic link, or anything but files and folders.
    """
    inside = (Path(where, name) for where, folders, files in os.walk(folder) for name in (*folders, *files))
    for path in (folder, *inside):
        if path.is_symlink():
            raise Refused(f"{path} is a symbolic link, and a submission must be files of its own; remove it")
        if not path.is_file() and not path.is_dir():
            raise Refused(f"{path} is neither a file nor a folder; remove it")
