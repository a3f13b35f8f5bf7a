"""The unmodified `nbgrader autograde` with our configuration stops the same attacks as `course autograde`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook, MissingEntry

from tests.redteam import files, machine, marks, notebooks, pages
from tests.redteam.attack import ASSIGNMENT, WORD, Attack
from tests.redteam.room import HONEST_CLASS, PICTURE, PICTURE_OF_OURS, command, kept_files, victims

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]
ATTACKS = {
    name: table[name]
    for table, names in (
        (marks.ATTACKS, ("displayhook", "transformer", "sheet-after", "submit-patched", "publisher-patched")),
        (notebooks.ATTACKS, ("tag", "changed", "doubled-after", "not-graded", "look-alikes", "kernel-bash", "metadata")),
        (machine.READING, ("reading",)),
        (machine.QUICK_ENDS, ("exit",)),
        (pages.ATTACKS, ("page-outputs", "page-files")),
    )
    for name in names
}  # fmt: skip
REFUSED = ("pipe-notebook", "pipe-timestamp", "no-time", "endless-link", "terabyte")


@pytest.fixture(scope="module")
def graded(released, tmp_path_factory):
    """The folder, the scores and what nbgrader said."""
    made = released.copy(tmp_path_factory.mktemp("nbgrader") / "course")
    made.submit("alice", Attack(code=HONEST_CLASS["alice"]), honest="")
    with victims(made):
        for student, attack in ATTACKS.items():
            made.submit(student, attack)
        for student in REFUSED:
            made.submit(student, Attack())
            files.FOLDERS[student][0](made.submitted(student))
        (made.submitted("no-json") / "small.ipynb").write_text("{")
        path = os.pathsep.join([str(Path(command("nbgrader")).parent), os.environ["PATH"]])
        done = subprocess.run(
            [sys.executable, command("nbgrader"), "autograde", ASSIGNMENT],
            cwd=made.folder,
            env=os.environ | {"PATH": path, "SECRET": WORD},
            capture_output=True,
            text=True,
            timeout=500,
        )
    return made, done


def score(room, student):
    with Gradebook(f"sqlite:///{room.folder}/gradebook.db") as gradebook:
        return float(gradebook.find_submission(ASSIGNMENT, student).score or 0.0)


def test_honest_work_earns_everything_and_no_attack_more_than_honest_work(graded):
    room, done = graded
    assert score(room, "alice") == 11.0, done.stderr
    assert {student for student in ATTACKS if score(room, student) > 1.0} == set()
    assert {student for student in ATTACKS if score(room, student) == 1.0} >= {"tag", "changed", "metadata"}


def test_nothing_is_reached(graded):
    room, _ = graded
    text = room.outputs("reading")
    assert "REACHED" not in text
    assert text.count("STOPPED") == len(machine.REACHES) + 1


def test_of_what_a_browser_runs_only_the_instructors_own_is_kept(graded):
    room, _ = graded
    assert kept_files(room) == {"small.ipynb", "notes.txt", PICTURE}
    assert (room.folder / "autograded" / "page-files" / ASSIGNMENT / PICTURE).read_text() == PICTURE_OF_OURS


def test_what_must_not_be_opened_is_neither_copied_nor_graded(graded):
    room, done = graded
    for student in REFUSED:
        assert not (room.folder / "autograded" / student / ASSIGNMENT).exists()
        assert files.FOLDERS[student][1] in done.stderr
        with pytest.raises(MissingEntry):
            score(room, student)


def test_what_cannot_be_read_fails_alone(graded):
    room, done = graded
    assert done.returncode == 1
    assert "small.ipynb is no notebook" in done.stderr
    assert not (room.folder / "autograded" / "no-json" / ASSIGNMENT).exists()
