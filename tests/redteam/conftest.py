"""One class that attacks is graded once a session; the controls are graded without what defends."""

import tempfile
from pathlib import Path

import pytest

from course.kernels.sandbox import namespaces
from tests.redteam import files, machine, marks, notebooks, pages, tricks
from tests.redteam.attack import Attack
from tests.redteam.room import Room, hand_in, victims

QUICK = marks.ATTACKS | tricks.ATTACKS | notebooks.ATTACKS | machine.READING | machine.QUICK_ENDS | pages.ATTACKS


def attack_class(room: Room) -> None:
    """Let everybody of the quick class submit."""
    hand_in(room, QUICK)
    files.hand_in(room)
    outside = room.folder / "outside.txt"
    outside.write_text("not the student's")
    for student, goal in {"link": outside, "link-to-a-friend": room.folder / "submitted" / "alice"}.items():
        room.submit(student, Attack())
        (room.submitted(student) / "link").symlink_to(goal)
    (room.submitted("link-notebook") / "small.ipynb").symlink_to("../../alice/small/small.ipynb")


@pytest.fixture(scope="session")
def released(tmp_path_factory) -> Room:
    """A course with honest students and a released assignment."""
    if reason := namespaces.available():
        pytest.skip(f"no sandbox on this machine: {reason}")
    return Room(tmp_path_factory.mktemp("redteam")).release()


@pytest.fixture(scope="session")
def room(released) -> Room:
    """The class that attacks, graded."""
    with victims(released):
        attack_class(released)
        released.grade()
    return released


@pytest.fixture(scope="session")
def bare(room, tmp_path_factory):
    """What the same code reaches without the sandbox, in a course of its own."""
    made = room.copy(tmp_path_factory.mktemp("bare") / "course")
    made.submit("alice", Attack())
    made.submit("some", Attack())
    with victims(made):
        hand_in(made, machine.READING)
        made.grade("--no-sandbox")
    return made


@pytest.fixture
def open_folder():
    """A folder where an ordinary user can go."""
    with tempfile.TemporaryDirectory(prefix="redteam-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
