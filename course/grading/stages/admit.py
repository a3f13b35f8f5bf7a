"""Submissions refused before nbgrader copies or opens anything of them: links, pipes, too much, no readable time.

nbgrader copies a submission's files before its first stage, and follows links; it opens `timestamp.txt` and every
notebook whatever they are. `inspect` looks at names and kinds only.
"""

import datetime
import os
import stat
from collections.abc import Collection
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import parse_utc

from course.errors import CourseError
from course.grading.config import Gradbook
from course.grading.kernel_choice import require_sandbox

TIMESTAMP = "timestamp.txt"
# Far above what an assignment needs and nbgrader's exchange takes; all of it is copied for each grading.
MOST_BYTES, MOST_FILES = 1 << 30, 20_000
_TIME = "2031-05-01 12:00:00 UTC"


class Refused(CourseError, NbGraderException):
    """Raised for a submission that is not graded as it is; the message says what to do."""


class Admit(NbGraderPreprocessor):
    """Stops a submission that leads outside its folder, and all of them where untrusted code cannot be run."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Let one notebook pass, unchanged.

        Raises:
            Refused: if a file of the submission is a link.
            course.kernels.sandbox.namespaces.SandboxUnavailableError: if there is no sandbox here.
        """
        require_sandbox(Gradbook(config=self.config).with_exercises())
        inspect(Path(resources.get("metadata", {}).get("path") or "."))
        return nb, resources


def inspect(folder: Path) -> None:
    """Refuse a submission of which a file is somewhere else, is no file, or is more than can be copied.

    Raises:
        Refused: if there is a symbolic link, a pipe or a device, if there is too much, or if the time of the
            submission cannot be read.
    """
    size = files = 0
    inside = (Path(where, name) for where, folders, names in os.walk(folder) for name in (*folders, *names))
    for path in (folder, *inside):
        about = path.lstat()
        if stat.S_ISLNK(about.st_mode):
            raise Refused(
                f"{shown(path)} is a symbolic link, and a submission must be files of its own; remove it"
            )
        if not stat.S_ISREG(about.st_mode) and not stat.S_ISDIR(about.st_mode):
            raise Refused(f"{shown(path)} is neither a file nor a folder; remove it")
        if path.suffix == ".ipynb" and not stat.S_ISREG(about.st_mode):
            raise Refused(f"{shown(path)} is a folder with the name of a notebook; rename it")
        files += 1
        size += about.st_size if stat.S_ISREG(about.st_mode) else 0
    if size > MOST_BYTES or files > MOST_FILES:
        raise Refused(
            f"{shown(folder)} holds {files} files of {size >> 20} MiB together, and {MOST_FILES} files or "
            f"{MOST_BYTES >> 20} MiB are the most that is graded; remove what the assignment does not need"
        )
    time_of(folder)


def time_of(folder: Path) -> datetime.datetime | None:
    """Give the time at which a submission came in, as nbgrader's exchange notes it; None where it does not.

    Raises:
        Refused: if what is noted is no time: whether the submission is late, or new, hangs on it.
    """
    path = folder / TIMESTAMP
    if not path.exists() and not path.is_symlink():
        return None
    if not path.is_file() or path.is_symlink():
        raise Refused(
            f"{shown(path)} is not a file; remove it, or write the time of the submission into it: {_TIME}"
        )
    with path.open("rb") as file:
        text = file.read(200).decode(errors="replace").strip()
    try:
        return parse_utc(text) if text else None
    except (ValueError, OverflowError, TypeError):
        raise Refused(
            f"{shown(path)} says {text[:40]!r}, which is no time like {_TIME}; correct or remove it"
        ) from None


def require_notebooks(folder: Path, released: Collection[str]) -> None:
    """Refuse a submission without any of the assignment's notebooks, and say what there is instead.

    Raises:
        Refused: if no notebook has the name of one that was released.
    """
    found = sorted(path.name for path in folder.glob("*.ipynb"))
    if not {f"{name}.ipynb" for name in released} & set(found):
        there = ", ".join(map(shown, found[:5])) or "no notebook"
        raise Refused(
            f"{shown(folder)} holds {there}, and the assignment's notebooks are called "
            f"{', '.join(f'{name}.ipynb' for name in sorted(released))}; rename what was handed in"
        )


def shown(name: str | Path) -> str:
    r"""Give the name of a file in letters that every terminal can show.

    >>> shown("a\x1b[2J\udcff.txt")
    'a\\x1b[2J\\udcff.txt'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(name))
