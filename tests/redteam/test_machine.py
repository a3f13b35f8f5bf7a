"""What a machine has too little of: memory, disk, processes, time. And the whole class as an ordinary user."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.redteam import machine
from tests.redteam.attack import Attack
from tests.redteam.conftest import QUICK, attack_class
from tests.redteam.files import REFUSED
from tests.redteam.room import HONEST_CLASS, hand_in, victims

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]
ORDINARY = Path(__file__).parents[1] / "kernels" / "ordinary.py"
NOBODY = 65534


@pytest.fixture(scope="module")
def exhausted(released, tmp_path_factory):
    """Everything that eats, and two who do not."""
    made = released.copy(tmp_path_factory.mktemp("exhausted") / "course")
    for student in ("alice", "some"):
        made.submit(student, Attack(code=HONEST_CLASS[student]), honest="")
    hand_in(made, machine.SLOW_ENDS)
    made.grade()
    return made


@pytest.mark.parametrize("student", machine.SLOW_ENDS)
def test_who_eats_everything_earns_no_more(exhausted, student):
    assert exhausted.score(student) <= exhausted.score("some")
    assert machine.SLOW_ENDS[student].told in exhausted.told(student)


def test_the_others_are_as_they_were(exhausted):
    assert (exhausted.score("alice"), exhausted.score("some")) == (11.0, 1.0)


def test_nothing_is_left_running(exhausted):
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(exhausted.folder) not in found


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests are the ordinary user's")
def test_the_whole_class_as_an_ordinary_user(room, open_folder):
    made = room.copy(open_folder / "course")
    for student, code in HONEST_CLASS.items():
        made.submit(student, Attack(code=code), honest="")
    with victims(made):
        attack_class(made)
        hand_in(made, machine.SLOW_ENDS)
        for path in [made.folder, *made.folder.rglob("*")]:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        made.grade(launcher=[sys.executable, str(ORDINARY)])
    assert set(made.results) == set(room.results) | set(machine.SLOW_ENDS)
    for student, result in room.results.items():
        assert made.score(student) <= max(1.0, room.score(student)), student
        assert student not in HONEST_CLASS or made.score(student) == result["score"]
    assert all(made.score(student) <= 1.0 for student in machine.SLOW_ENDS)
    for student, attack in (QUICK | machine.SLOW_ENDS).items():
        assert attack.told in made.told(student), student
    for student, why in REFUSED.items():
        assert why in made.results[student]["problems"][-1]
    assert "REACHED" not in made.outputs("reading")
    assert not list(made.folder.rglob("planted"))
