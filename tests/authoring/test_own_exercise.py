"""The example of docs/authoring.md the whole way: lint, build, release, submissions, grading, marks."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course.exercises import CATALOGUE, Exercise, UnknownExercise, find, own
from course.exercises.base import nothing
from course.marking import registry
from course.marking.registry import NoSchemes
from tests.grading.classroom import name_of

ROOT = Path(__file__).parents[2]
EXAMPLE, PAGE = ROOT / "docs" / "examples", ROOT / "docs" / "authoring.md"
ID, CELL = "stats/batch-norm", "stats--batch-norm"
CODE = ("exercises/batch_norm.py", "marking/batch_norm.py")
FILES = (*CODE, "assignments/stats/stats.py", "nbgrader_config.py")


def _environment(folder):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return {
        **os.environ,
        "XDG_CACHE_HOME": str(folder / "cache"),
        "PATH": path,
    }  # nbgrader calls alembic by its name


def run(folder, *arguments, code=0):
    """Run a command in a process of its own, as an instructor does: nothing is known there but the folder."""
    script = "import sys; sys.argv[0] = 'course'; from course.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=_environment(folder),
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authoring") / "my-course"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__", "ruff.toml"))
    yield folder
    CATALOGUE.remove(ID)


@pytest.mark.parametrize("file", FILES)
def test_the_page_shows_the_files_that_are_tested(file):
    assert "```python\n" + (EXAMPLE / file).read_text("utf-8").strip() + "\n```" in PAGE.read_text("utf-8")


def test_the_example_is_under_forty_lines():
    lines = [line for file in CODE for line in (EXAMPLE / file).read_text("utf-8").splitlines() if line.strip()]
    assert len(lines) < 40


def test_lint_accepts_it_and_names_what_is_to_be_mended(course, tmp_path):
    assert re.search(
        rf"{ID}: well-posed \(\d+ distinct variants, 0 of 10000 passed over\)", run(course, "lint", ID)
    )
    broken = tmp_path / "broken"
    shutil.copytree(course, broken)
    scheme = broken / "marking" / "batch_norm.py"
    scheme.write_text(
        scheme.read_text("utf-8").replace("ddof=1", "ddof=0").replace("divides by $n$.", "divides by")
    )
    said = run(broken, "lint", ID, code=1)
    assert "to mend" in said
    assert "does not end like a sentence" in said
    assert "10000 ill-posed draws" in said


def test_lint_writes_the_draws_to_pass_over_beside_the_exercise(course, tmp_path):
    picky = tmp_path / "picky"
    shutil.copytree(course, picky)
    with (picky / "marking" / "batch_norm.py").open("a") as file:
        file.write("\n\n@scheme.require\ndef _(given, steps):\n    return given.x[0] > -12\n")
    before = (ROOT / "course" / "exercises" / own.PASSED_OVER).read_bytes()
    assert "passed over" in run(picky, "lint", ID, "--write")
    table = json.loads((picky / "exercises" / own.PASSED_OVER).read_text("utf-8"))
    assert list(table) == [ID]
    assert "well-posed" in run(picky, "lint", ID)
    assert (ROOT / "course" / "exercises" / own.PASSED_OVER).read_bytes() == before
    run(picky, "build", "stats")
    notebook = nbformat.read(picky / "source" / "stats" / "stats.ipynb", as_version=4)
    assert any(table[ID] in cell.source for cell in notebook.cells)


def answers(course, student, *, ddof=0):
    """What a student writes, from the numbers on the screen."""
    given = json.loads(run(course, "given", ID, "--student", student, "--json"))["given"]
    x = np.array(given["x"])
    variance = np.var(x, ddof=ddof)
    z = (x - x.mean()) / np.sqrt(variance)
    return f"sheet.variance = {variance:.4f}\nsheet.z = {np.round(z, 4).tolist()}"


def test_it_goes_the_whole_way(course):
    run(course, "build", "stats")
    program = "import sys; from nbgrader.apps.nbgraderapp import main; sys.argv[0] = 'nbgrader'; main()"
    command = [sys.executable, "-c", program, "generate_assignment", "stats"]
    subprocess.run(command, cwd=course, env=_environment(course), check=True, capture_output=True)
    released = nbformat.read(course / "release" / "stats" / "stats.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in released.cells)
    assert "class Batch" in text
    assert not any(secret in text for secret in ("Scheme", "ddof", "np.var"))
    work = {
        "perfect": answers(course, "perfect"),
        "slipped": answers(course, "slipped", ddof=1),
        "copied": answers(course, "perfect"),
        "silent": "...",
        # A submission's own copy of the exercise is put right before it runs, and has no say in the marks.
        "forger": "given.x[:] = 0\nsheet.variance = 0.0\nsheet.z = [0, 0, 0, 0]",
    }
    for student, source in work.items():
        for cell in released.cells:
            if name_of(cell) == f"{CELL}--answer":
                cell.source = source
        folder = course / "submitted" / student / "stats"
        folder.mkdir(parents=True)
        nbformat.write(released, folder / "stats.ipynb")
    run(course, "autograde", "stats", "--jobs", "1")
    points = {}
    for student in work:
        graded = nbformat.read(course / "autograded" / student / "stats" / "stats.ipynb", as_version=4)
        cell = next(cell for cell in graded.cells if name_of(cell) == CELL)
        points[student] = float(cell.outputs[-1]["data"]["text/plain"])
    # What was copied is what one misread number makes, too: variance and z stay the same when all numbers move
    # together, and x[4] alone tells these two students apart. It is the assignment's only exercise, so nothing else
    # could show more, and nobody is accused; the one step that a misreading costs is charged.
    assert points == {"perfect": 3.0, "slipped": 2.5, "copied": 2.0, "silent": 0.0, "forger": 0.0}


def test_schemes_come_from_several_folders(course, tmp_path):
    own.load(course / "exercises")
    ours, both = course / "marking", (ROOT / "solutions", course / "marking")
    assert set(registry.load(both)) == {*registry.load((ROOT / "solutions",)), ID}
    with pytest.raises(NoSchemes, match="two schemes mark stats/batch-norm"):
        registry.load((ours, shutil.copytree(ours, tmp_path / "again")))
    with pytest.raises(NoSchemes, match="is not a folder"):
        registry.load((ours, tmp_path / "nowhere"))


def test_an_exercise_of_ones_own_takes_no_id_of_the_course():
    asked = Exercise("mlp/relu-sgd", "", "", "steps", "", nothing, {})
    with pytest.raises(own.BadExercise, match="already"):
        own.add(asked)
    assert find("mlp/relu-sgd") is not asked
    with pytest.raises(own.BadExercise, match="topic/name"):
        own.add(Exercise("alone", "", "", "steps", "", nothing, {}))
    with pytest.raises(UnknownExercise):
        find("alone")


def test_a_file_holds_one_exercise(tmp_path):
    (tmp_path / "none.py").write_text("x = 1\n")
    with pytest.raises(own.BadExercise, match="one exercise a file"):
        own.load(tmp_path)
