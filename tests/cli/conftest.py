"""Running the command line in this process."""

import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from course import cli

ROOT = Path(__file__).parents[2]


class Run(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def course(monkeypatch, capsys):
    """Run `course` with some arguments and give its exit code and output."""
    monkeypatch.chdir(ROOT)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["course", *map(str, arguments)])
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return Run(code, captured.out, captured.err)

    return run
