"""Tests of a copy of the checkout, in a process of their own: imported by it, so it imports nothing large."""

import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class First:
    """Remembers the first test, or file of tests, that failed."""

    test = ""

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Look at what became of a test."""
        if report.failed and not self.test:
            self.test = report.nodeid

    def pytest_collectreport(self, report: Any) -> None:
        """Look at what became of collecting a file."""
        if report.failed and not self.test:
            self.test = report.nodeid


def run_tests(folder: str, arguments: list[str], told: Connection) -> None:
    """Run tests in a folder until one fails, and tell which one did; empty for none."""
    import pytest

    os.setsid()
    os.chdir(folder)
    sys.path[:] = [folder, *(path for path in sys.path if Path(path or ".").resolve() != ROOT)]
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    first = First()
    # Without bytecode every process would read all of the code again.
    sys.dont_write_bytecode = False
    # Libraries that are there already were imported without pytest's assertions; `is not "float"` is a mutant.
    quiet = ["-x", "-q", "-m", "not slow", "-W", "ignore:Module already imported", "-W", "ignore::SyntaxWarning"]
    code = pytest.main([*quiet, *arguments], plugins=[first])
    told.send("" if code == 0 else first.test or f"pytest ended with {int(code)}")
    told.close()
    os._exit(0)
