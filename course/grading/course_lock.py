"""One run of grading at a time in a course: of `course autograde` and of `nbgrader autograde` alike."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from course.grading import secret
from course.grading.errors import GradingError

FILE = "grading.lock"


@contextlib.contextmanager
def alone(course: Path, *, shared: bool = False) -> Iterator[None]:
    """Grade alone in a course meanwhile; a process that is killed lets go.

    Args:
        course: the course's folder.
        shared: whether several instructors grade, as nbgrader's `groupshared` has it.

    Raises:
        GradingError: if another run is at work.
    """
    path = course / secret.FOLDER / FILE
    secret.make_folder(path.parent, shared=shared)
    with path.open("w") as lock:
        if shared:
            with contextlib.suppress(PermissionError):
                path.chmod(0o660)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise GradingError(
                "another `course autograde` or `nbgrader autograde` is at work in this course; wait for its end"
            ) from None
        yield
