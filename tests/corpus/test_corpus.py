"""Some notebooks of the corpus graded; the rest is graded by hand, see `compare.py`."""

import json
import os
import stat

import pytest

from course.grading import config
from course.grading.engine.autograde import autograde
from course.grading.engine.converters import feedback, release
from course.similarity.scan import similar
from tests.corpus.compare import OURS, RESULTS, ours, stock_kept, unread, worse
from tests.corpus.course import ASSIGNMENT, BY_HAND, NOTEBOOK, POINTS, make, solved
from tests.corpus.notebooks import CORPUS, build

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
SOME = (
    "colab-without-nbgrader",
    "deleted-test",
    "numpy-result",
    "merged-into-test",
    "kernel-dies",
    "answer-beside-the-stub",
)
FULL = sum(most for name, most in POINTS.items() if name not in BY_HAND)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    return ours(tmp_path_factory.mktemp("corpus"), SOME)


@pytest.mark.parametrize("name", SOME)
def test_no_notebook_fares_worse_than_with_stock_nbgrader(graded, name):
    assert worse(stock_kept()[name], graded[name]) == []


def test_right_work_has_all_its_points_and_a_person_is_led_to_every_answer(graded):
    for name in SOME:
        points = sum(graded[name].points[cell] or 0 for cell in POINTS if cell not in BY_HAND)
        assert points == FULL, name
        assert unread(graded[name]) == []
    assert "the kernel died; a new" in graded["kernel-dies"].why["sum-test"]
    assert "product-test" not in graded["kernel-dies"].why
    assert "cells beside it" in graded["answer-beside-the-stub"].why["why"]


def test_a_loss_would_be_seen(graded):
    right = graded["deleted-test"]
    lost = right._replace(points=right.points | {"sum-test": 0.0})
    assert worse(right, lost) == ["sum-test: 0 for 1 points, and nobody looks"]
    assert worse(right, lost._replace(by_hand=right.by_hand | {"sum-test"})) == []
    assert worse(right, right._replace(by_hand=frozenset())) == [
        f"{name}: shown to nobody" for name in sorted(BY_HAND)
    ]
    assert worse(right, right._replace(seen=frozenset({"why"}))) == [
        "the answer plot is not in the graded notebook"
    ]
    assert worse(right, right._replace(graded=False)) == ["not graded"]


def test_the_table_has_every_notebook_and_none_is_worse():
    rows = [line.split(" | ") for line in RESULTS.read_text().splitlines() if line.startswith("| `")]
    assert [row[0].strip("| `") for row in rows] == list(CORPUS)
    assert [row[0] for row in rows if row[-1].strip(" |")] == []
    assert set(stock_kept()) == set(CORPUS)


NAMES = ("Zoë O'Neil", 'the "q"', "back\\slash")


def test_other_folders_and_full_names_are_as_nbgrader_has_them(tmp_path):
    settings = (
        'c.CourseDirectory.directory_structure = "{nbgrader_step}/{assignment_id}/{student_id}"\n'
        'c.CourseDirectory.submitted_directory = "handed in"\nc.CourseDirectory.groupshared = True\n'
        'c.CourseDirectory.student_id_exclude = "left out,gone"\n'
        'c.AssignLatePenalties.plugin_class = "beside_the_configuration.Late"\n'
    )
    folder = make(tmp_path / "course", OURS + settings)
    (folder / "beside_the_configuration.py").write_text(
        "from nbgrader.plugins import BasePlugin\n\nclass Late(BasePlugin):\n    pass\n"
    )
    before = os.umask(0o077)
    try:
        course = config.load(folder)
        release(course, ASSIGNMENT)
        right = solved(folder)
        for name in (*NAMES, "left out"):
            (folder / "handed in" / ASSIGNMENT / name).mkdir(parents=True)
            (folder / "handed in" / ASSIGNMENT / name / f"{NOTEBOOK}.ipynb").write_bytes(
                build("jupyterlab", right)
            )
        results = {result.student: result for result in autograde(course, ASSIGNMENT)}
    finally:
        os.umask(before)
    assert {name: (result.score, result.problems) for name, result in results.items()} == dict.fromkeys(
        NAMES, (FULL, ())
    )
    for name in NAMES:
        done = folder / "autograded" / ASSIGNMENT / name / f"{NOTEBOOK}.ipynb"
        assert json.loads(done.read_text())["cells"]
        assert stat.S_IMODE(done.stat().st_mode) == 0o664
        assert done.parent.stat().st_mode & 0o2770 == 0o2770
    assert sorted(path.name for path in (folder / "autograded").iterdir()) == [ASSIGNMENT]
    assert [result.skipped for result in autograde(course, ASSIGNMENT)] == [True] * len(NAMES)
    assert similar(course, ASSIGNMENT).compared == len(NAMES)
    assert len(feedback(course, ASSIGNMENT)) == len(NAMES)
