"""What nbgrader's converters expect around them: its tools on the path, a logger, no warnings."""

import contextlib
import logging
import os
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import SAWarning

_EMPTY_WORDS = ("There was an error processing assignment", "Please see the")


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
