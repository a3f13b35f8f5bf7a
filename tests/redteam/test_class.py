"""Nobody gets more than honest work earns, the instructor is told, and the others are as they were."""

import json

import pytest
from nbgrader.api import Gradebook

from course.exercises import find
from course.grading import config
from course.grading.marks.batch import mark_sheet
from course.grading.marks.context import ExerciseContext
from course.sheet import MIME_TYPE
from tests.grading.classroom import name_of
from tests.redteam import files, machine, marks, notebooks
from tests.redteam.attack import FRIEND, right_sheet
from tests.redteam.conftest import QUICK
from tests.redteam.room import HONEST_CLASS, Room

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


def copied(room: Room, student: str) -> float:
    """What a friend's answers earn when they are copied out by hand."""
    sheet = json.dumps(right_sheet(FRIEND)).encode()
    course = config.load(room.folder)
    context = ExerciseContext(course, find("mlp/relu-sgd"), student, [sheet], enrolled=[FRIEND])
    return mark_sheet(context).report.points


def test_honest_work_earns_what_it_earns(room):
    scores = {student: room.score(student) for student in HONEST_CLASS}
    assert scores == {"alice": 11.0, "bob": 10.5, "friend": 11.0, "gina": 0.0, "some": 1.0}
    for student in HONEST_CLASS:
        assert room.results[student]["review"] == {}
        assert room.results[student]["problems"] == []


@pytest.mark.parametrize("student", QUICK)
def test_no_attack_earns_more_than_honest_work(room, student):
    attack = QUICK[student]
    assert room.score(student) <= max(room.score("some"), copied(room, student) if FRIEND in attack.told else 0.0)
    assert attack.told in room.told(student)


def test_everybody_has_a_result(room):
    assert set(QUICK) | set(HONEST_CLASS) | set(files.REFUSED) | set(files.IN_CLASS) <= set(room.results)


def test_the_points_of_a_friend_are_theirs_alone(room):
    """The control of the forged sheets: a marker that believed them would give everything."""
    course = config.load(room.folder)
    bundle = json.dumps(right_sheet(FRIEND)).encode()
    context = ExerciseContext(course, find("mlp/relu-sgd"), FRIEND, [bundle])
    assert mark_sheet(context).report.points == 11.0
    forged = [name for name in marks.ATTACKS if FRIEND in marks.ATTACKS[name].told]
    assert len(forged) == 4
    assert all(FRIEND in json.dumps(room.results[name]["review"]) for name in forged)


def test_no_sheet_and_no_card_of_a_student_is_written(room):
    for student in QUICK:
        if room.results[student]["score"] is None:
            continue
        text = room.outputs(student)
        assert MIME_TYPE not in text
        assert text.count('"application/vnd.course.card+json"') == 1
        assert '"score": 11.0' not in text


@pytest.mark.parametrize("student", [*files.REFUSED, "link", "link-to-a-friend", "link-notebook"])
def test_what_cannot_be_read_is_a_problem_of_its_own(room, student):
    result = room.results[student]
    assert result["score"] is None
    assert files.REFUSED.get(student, "symbolic link") in result["problems"][-1]
    assert not (room.folder / "autograded" / student / "small").exists()


@pytest.mark.parametrize("student", files.IN_CLASS)
def test_what_another_tool_left_behind_is_graded(room, student):
    assert (room.score(student), room.results[student]["problems"]) == (room.score("some"), [])
    assert room.results[student]["review"] == {}


def test_nothing_that_a_terminal_obeys_is_told(room):
    """What a student can make the command say, or the notebook keep, holds no control characters."""
    said = [json.dumps(result, ensure_ascii=False) for result in room.results.values()]
    assert "\x1b" not in "".join(said) + room.said
    # The messages that no kernel sends leave words at most.
    text = json.dumps(room.autograded("strange-messages"), ensure_ascii=False)
    assert "\ud800" not in text
    assert room.outputs("strange-messages").count("execute_result") <= 20


def test_odd_metadata_become_nobodys_points(room):
    names = [name_of(each) for each in room.autograded("odd-metadata").cells if "nbgrader" in each.metadata]
    assert len(names) == len(set(names)) == 5
    with Gradebook(config.load(room.folder).db_url) as gradebook:
        found = gradebook.find_submission("small", "odd-metadata")
        assert (found.score, found.max_score) == (1.0, room.results["some"]["max_score"])


def test_nothing_on_the_machine_is_reached(room):
    text = room.outputs("reading")
    assert text.count("STOPPED") == len(machine.REACHES) + 1
    assert "REACHED" not in text
    assert room.outputs("doses").count("STOPPED") == len(machine.DOSES)
    for student in ("doses", "drop-a", "drop-b"):
        assert "REACHED" not in room.outputs(student)
    assert not list(room.folder.rglob("planted"))
    assert not list(room.folder.rglob("ran-on-import"))
    assert (room.folder / "outside.txt").read_text() == "not the student's"


def test_no_program_of_a_solution_is_there_to_be_called(room):
    programs = {entry.name.partition("-")[0] for entry in (room.folder / ".course/kernel-cache/small").iterdir()}
    assert "jit_tanh" in programs
    assert "jit_reference" not in programs
    text = room.outputs("solution-program")
    assert "STOPPED" in text
    assert "REACHED" not in text


def test_without_the_sandbox_everything_is_reached(bare):
    text = bare.outputs("reading")
    # The environment of the process is a clean one in any case: its control is that of the kernels.
    reached = [name for name in machine.REACHES if f"{name} REACHED" in text]
    assert set(machine.REACHES) - set(reached) <= {"environment", "trace"}
    assert "gradebook REACHED" in text, text[text.rfind("gradebook") :][:300]
    assert bare.outputs("doses").count("REACHED") == len(machine.DOSES)
    assert bare.score("solve") == 10.0  # all but the last step, whose number stands for a word
    assert "REACHED" in bare.outputs("drop-a") + bare.outputs("drop-b")


def test_what_a_submission_says_stops_nobody(released, tmp_path):
    alarmed = released.copy(tmp_path / "course")
    (alarmed.submitted("alarm") / "small.ipynb").write_text(notebooks.ALARM)
    (alarmed.submitted("zoe") / "small.ipynb").write_text("{}")
    alarmed.grade()
    assert set(alarmed.results) == {"alarm", "zoe"}
