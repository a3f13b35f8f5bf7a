"""What makes a grading run safe to kill: a submission is worked on aside and becomes the result in one rename.

The folder `autograded/STUDENT/ASSIGNMENT` exists exactly where a submission was graded to its end. While its
marks are being written into the gradebook it does not exist; so a run that is killed, or that finds the disk
full, leaves no half-graded submission that the next run would pass over.
"""

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from course.grading import secret
from course.grading.stages.admit import time_of

_PREFIX = ".grading-"


class Workplace:
    """Where one run works on submissions, and which of them still have to be graded.

    Args:
        course: the course's folder.
        coursedir: nbgrader's view of it.
        assignment: the assignment's name.
    """

    def __init__(self, course: Path, coursedir: CourseDirectory, assignment: str) -> None:
        self.coursedir, self.assignment = coursedir, assignment
        self.root = Path(coursedir.root)
        self.staging = Path()
        self._again = course / secret.FOLDER / "again" / assignment

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Work in a folder beside the results that is gone afterwards; the caller holds the course's lock."""
        autograded = self.root / self.coursedir.autograded_directory
        autograded.mkdir(parents=True, exist_ok=True)
        for left in autograded.glob(f"{_PREFIX}*"):
            shutil.rmtree(left, ignore_errors=True)
        self.staging = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=autograded))
        try:
            yield
        finally:
            shutil.rmtree(self.staging, ignore_errors=True)
            # Where the structure is another, nothing of nbgrader's is here.
            with contextlib.suppress(OSError):
                autograded.rmdir()

    @property
    def staged_directory(self) -> str:
        """The staging folder, as nbgrader's `autograded_directory`."""
        return str(self.staging.relative_to(self.root))

    def redo(self, students: Iterable[str]) -> None:
        """Note that these are to be graded again, so that a run which ends early is gone on with."""
        self._again.mkdir(parents=True, exist_ok=True)
        for student in students:
            (self._again / student).touch()

    def due(self, student: str) -> bool:
        """Say whether a submission is to be graded: it never was, it is to be again, or another one came in.

        What came in later may have an earlier time, from a clock that was put right.
        """
        if student in self.coursedir.student_id_exclude.split(","):
            return False
        done = self._done(student)
        if not done.exists() or (self._again / student).exists():
            return True
        came = time_of(Path(self._path(self.coursedir.submitted_directory, student)))
        had = self.coursedir.get_existing_timestamp(str(done))
        return came is not None and had is not None and came != had

    def reopen(self, student: str) -> None:
        """Put the result of an earlier run away: from here on the submission counts as not graded."""
        if self._done(student).exists():
            self._done(student).rename(Path(tempfile.mkdtemp(prefix="old-", dir=self.staging)) / "old")

    def commit(self, student: str) -> None:
        """Make what was worked on the result, in one step."""
        staged, done = self._staged(student), self._done(student)
        for path in staged.rglob("*"):
            _flush(path)
        done.parent.mkdir(parents=True, exist_ok=True)
        staged.rename(done)
        if self.coursedir.groupshared:
            self._share(self.root / self.coursedir.autograded_directory)
        _flush(done.parent)
        (self._again / student).unlink(missing_ok=True)

    def _share(self, folder: Path) -> None:
        """Let the group write to the folder of all results, as nbgrader does; somebody else's stays as it is."""
        mode = folder.stat().st_mode
        with contextlib.suppress(PermissionError):
            folder.chmod(stat.S_IMODE(mode | 0o2770) & 0o2777)

    def drop(self, student: str) -> None:
        """Let go of what was worked on; the next run begins with the submission anew."""
        shutil.rmtree(self._staged(student), ignore_errors=True)

    def _staged(self, student: str) -> Path:
        # As `StagedDirectory` has it, whatever `directory_structure` says.
        return self.staging / student / self.assignment

    def _done(self, student: str) -> Path:
        return Path(self._path(self.coursedir.autograded_directory, student))

    def _path(self, step: str, student: str) -> str:
        return os.path.normpath(self.coursedir.format_path(step, student, self.assignment))


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
