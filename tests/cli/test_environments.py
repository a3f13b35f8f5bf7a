"""The command line in other people's shells: nothing set, a home that is not there, ASCII, a path with blanks."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests import mark_schemes
from tests.cli.conftest import ROOT

COURSE = Path(sysconfig.get_path("scripts"), "course")
SHEET = '{"setting1": [2, 3, 2], "setting2": [2, 2, 2]}'
ONE_NOTEBOOK = """
import nbformat
from traitlets.config import Config
from course.grading.stages.execute import RunNotebook

config = Config()
config.Gradbook.sandbox = False
python = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(40 + 2)")], metadata=python)
ran, _ = RunNotebook(config=config).preprocess(notebook, {"metadata": {"path": "."}})
print(ran.cells[0].outputs[0].text)
"""


def environments(folder):
    """What a shell may set, by name; `folder` is there and empty."""
    return {
        "empty": {},
        "minimal": {"HOME": str(folder), "PATH": "/usr/bin:/bin"},
        "odd": {
            "HOME": "/nonexistent/home",
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "POSIX",
            # Python would take UTF-8 for the locale POSIX; no other locale need be installed here.
            "PYTHONIOENCODING": "ascii",
            "COLUMNS": "30",
            "TERM": "dumb",
            "PYTHONDONTWRITEBYTECODE": "1",
            "JUPYTER_PREFER_ENV_PATH": "0",
        },
    }


EVERY = pytest.mark.parametrize("run", ["empty", "minimal", "odd"], indirect=True)
EXTREMES = pytest.mark.parametrize("run", ["empty", "odd"], indirect=True)  # where it takes seconds


@pytest.fixture
def run(request, tmp_path):
    """Run a program under one of the environments, in a folder with blanks in its name."""
    home, place = tmp_path / "home", tmp_path / "a course with blanks"
    home.mkdir()
    place.mkdir()
    environment = environments(home)[request.param]

    def call(*command):
        arguments = [str(word) for word in command]
        return subprocess.run(
            arguments, cwd=place, env=environment, capture_output=True, encoding="utf-8", timeout=300
        )

    call.folder = place
    return call


@EXTREMES
def test_a_sheet_is_marked_wherever_it_lies(run):
    (run.folder / "a sheet.json").write_text(SHEET)
    schemes = mark_schemes.copied(run.folder / "mark schemes")
    done = run(COURSE, "mark", "cnn/output-size", "a sheet.json", "--solutions", schemes)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1.5 of 2 points" in done.stdout
    # Not cut off, however wide the shell says that its window is.
    row = next(line for line in done.stdout.splitlines() if line.split()[:1] == ["setting1"])
    assert "The width is that of setting 2: in one setting rows and columns have the same stride." in row


@EVERY
def test_what_is_asked_for_as_json_is_json(run):
    done = run(COURSE, "exercises", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    sources = {row["id"]: row["source"] for row in json.loads(done.stdout)}
    assert len(sources) >= 30


@EXTREMES
def test_a_notebook_runs_without_a_word_on_the_terminal(run):
    done = run(sys.executable, "-c", ONE_NOTEBOOK)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "42\n\n"
    assert done.stderr == ""


@pytest.mark.slow
@EXTREMES
def test_the_demo_says_nothing_but_its_own_words(run):
    mark_schemes.copied(run.folder / "solutions")
    (run.folder / "assignments").symlink_to(ROOT / "assignments")
    shutil.copy(ROOT / "nbgrader_config.py", run.folder)
    done = run(COURSE, "demo", "--dir", "the demo", "--assignment", "regularization")
    assert done.returncode == 0, done.stderr
    ours = ("The demo grades", "building, releasing", "grading regularization")
    said = [line for line in done.stderr.splitlines() if not line.startswith(ours)]
    assert said == []
    assert (run.folder / "the demo" / "reports" / "regularization.html").is_file()


def test_the_tests_themselves_see_nothing_of_this_shell():
    dirty = os.environ | {
        "PYTHONUNBUFFERED": "1",
        "JAX_ENABLE_X64": "1",
        "COLUMNS": "30",
        "CI": "true",
        "HOME": "/",
    }
    program = "import json, os; print(json.dumps([dict(os.environ), os.listdir(os.environ['HOME'])]))"
    script = [str(ROOT / ".ci" / "clean-environment"), sys.executable, "-c"]
    done = subprocess.run([*script, program], env=dirty, capture_output=True, text=True, check=True)
    seen, in_home = json.loads(done.stdout)
    # Python itself adds the encoding where there is no locale.
    assert set(seen) - {"LC_CTYPE"} <= {"HOME", "PATH", "TMPDIR"}
    assert in_home == []
    assert seen["HOME"] != "/"
    assert not Path(seen["HOME"]).exists()
    assert subprocess.run([*script, "raise SystemExit(3)"]).returncode == 3
