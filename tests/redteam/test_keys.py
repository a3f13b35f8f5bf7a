"""Functions are probed: whoever knows the key of their own inputs can do nothing with it but compute."""

import textwrap

import pytest
from traitlets.config import Config

from course.exercises import find
from course.grading.config import Gradbook
from course.grading.marks.batch import mark_sheet
from course.grading.marks.context import ExerciseContext
from course.notebook.answer_sheet import AnswerSheet
from course.notebook.handover import write_down
from course.notebook.owner import Owner
from course.notebook.session import PRACTICE, Session
from tests.grading.classroom import COURSE, PERFECT_BACKPROP, ROOT

BACKPROP = find("mlp/backprop")


@pytest.fixture
def config(tmp_path):
    settings = Config()
    settings.Gradbook.course_dir = str(tmp_path)
    settings.Gradbook.solutions = str(ROOT / "solutions")
    settings.Gradbook.course = COURSE
    return Gradbook(config=settings)


def handed(key, student="eve", code=PERFECT_BACKPROP):
    """What a kernel hands over that was told this key; without one it has the public inputs."""
    owner = Owner(student, COURSE, "personal")
    here = Session(received=owner, probe_keys={} if key is None else {BACKPROP.id: key})
    sheet = AnswerSheet(BACKPROP, owner)
    exec(textwrap.dedent(code), {"sheet": sheet, "__name__": "cell"})
    return write_down(sheet, here).text.encode()


def points(config, bundle, student="eve"):
    return mark_sheet(ExerciseContext(config, BACKPROP, student, [bundle])).report.points


def test_answers_to_ones_own_inputs_count(config):
    assert points(config, handed(config.probe_key(BACKPROP.id, "eve"))) == 6.0


@pytest.mark.parametrize("whose", [None, PRACTICE, "friend", "eve "])
def test_answers_to_other_inputs_earn_nothing(config, whose):
    """Outputs kept from practising, or worked out by a friend, are answers to something else."""
    key = whose if whose in (None, PRACTICE) else config.probe_key(BACKPROP.id, whose)
    assert points(config, handed(key)) == 0.0


def test_the_friend_would_earn_everything_with_them(config):
    """The control: the same bundle, marked as the friend's."""
    assert points(config, handed(config.probe_key(BACKPROP.id, "friend")), "friend") == 6.0


def test_another_course_has_other_inputs(config, tmp_path):
    """A key tells nothing about next year's: the secret is another one."""
    key = config.probe_key(BACKPROP.id, "eve")
    (tmp_path / "next").mkdir()
    config.course_dir = str(tmp_path / "next")
    assert config.probe_key(BACKPROP.id, "eve") != key
    assert points(config, handed(key)) == 0.0


def test_what_a_key_does_not_give_is_what_is_right(config):
    """With the key and without the work: the inputs handed back as they came."""
    echo = "sheet.forward = lambda params, x, phi: x[0]\nsheet.backward = lambda params, x, y, phi, dphi: params"
    assert points(config, handed(config.probe_key(BACKPROP.id, "eve"), code=echo)) == 0.0
