"""The controls on stock nbgrader: the same attacks earn everything there."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook

from tests.redteam import marks, notebooks
from tests.redteam.room import command

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]
TESTS = """import numpy as np
assert square(2) == 4
assert np.allclose(square(3), 9)
11.0 if square(5) == 25 else 0.0"""
WRONG = "square = lambda x: 0"
CODE = {name: attack.stock for name, attack in marks.ATTACKS.items() if attack.stock}
EDITS = sorted(notebooks.WORKS_ON_STOCK)


def nbgrader(folder, *arguments, check=True):
    path = os.pathsep.join([os.path.dirname(command("nbgrader")), os.environ["PATH"]])  # noqa: PTH120
    call = [sys.executable, command("nbgrader"), *arguments]
    subprocess.run(
        call, cwd=folder, env=os.environ | {"PATH": path}, check=check, capture_output=True, timeout=300
    )


def scores(folder, assignment):
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        return {each.student.id: each.score for each in gradebook.assignment_submissions(assignment)}


def about(name, **more):
    return {
        "nbgrader": {"grade_id": name, "schema_version": 3, "task": False, "grade": False, "locked": False} | more
    }


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    """An ordinary nbgrader assignment, graded as nbgrader comes; what was locked is not written over."""
    folder = tmp_path_factory.mktemp("stock")
    (folder / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'stock'\n"
        "c.Autograde.sanitize_preprocessors = ['nbgrader.preprocessors.ClearOutput']\n"
    )
    cells = [
        new_code_cell(WRONG, metadata=about("answer", solution=True)),
        new_code_cell(TESTS, metadata=about("tests", grade=True, locked=True, solution=False, points=11)),
    ]
    source = folder / "source" / "asserts"
    source.mkdir(parents=True)
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": spec}), source / "asserts.ipynb")
    nbgrader(folder, "generate_assignment", "asserts")
    right = {"right": "square = lambda x: x * x", "wrong": WRONG}
    for student in [*CODE, *EDITS, *right]:
        notebook = nbformat.read(folder / "release" / "asserts" / "asserts.ipynb", as_version=4)
        notebook.cells[0].source = (CODE | right).get(student, WRONG)
        if student in EDITS:
            notebooks.EDITS[student](notebook)
        submitted = folder / "submitted" / student / "asserts"
        submitted.mkdir(parents=True)
        nbformat.write(notebook, submitted / "asserts.ipynb")
    # An attack that stock nbgrader cannot grade has no score, which its test sees.
    nbgrader(folder, "autograde", "asserts", check=False)
    return scores(folder, "asserts")


def test_stock_nbgrader_tells_right_from_wrong(stock):
    assert (stock["right"], stock["wrong"]) == (11.0, 0.0)


@pytest.mark.parametrize("student", [*CODE, *EDITS])
def test_the_attack_earns_everything_on_stock_nbgrader(stock, student):
    assert stock[student] == 11.0


def test_our_release_under_the_stock_configuration_gives_nothing_to_honest_work(room, tmp_path):
    """And would give everything to some attacks: nobody should publish such scores."""
    for part in ("source", "release"):
        shutil.copytree(room.folder / part, tmp_path / part)
    for student in ("alice", "displayhook", "formatters", "transformer"):
        shutil.copytree(room.folder / "submitted" / student, tmp_path / "submitted" / student)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'test-course'\n")
    shutil.copy(room.folder / "gradebook.db", tmp_path / "gradebook.db")
    nbgrader(tmp_path, "autograde", "small", "--force")
    found = scores(tmp_path, "small")
    assert found["alice"] == 0.0
    assert {found[name] for name in ("displayhook", "formatters", "transformer")} == {11.0}
