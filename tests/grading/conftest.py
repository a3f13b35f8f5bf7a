"""One class is released and graded once a session, with real kernels; every test looks at what came of it."""

import os
import subprocess
import sys
import sysconfig

import pytest
from traitlets.config import Config

from course.grading.config import Gradbook
from course.grading.engine import autograde
from course.grading.marks.store import Store, url_beside
from tests.grading.classroom import ASSIGNMENT, COURSE, ROOT, Classroom, hand_in


def nbgrader(folder, *arguments):
    """Run nbgrader's own command in a course folder."""
    command = [sys.executable, "-m", "nbgrader", *arguments]
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=os.environ | {"PATH": path})
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture
def config(tmp_path):
    """The settings of a course without a folder: for sheets that come from no notebook."""
    settings = Config()
    settings.Gradbook.course = COURSE
    settings.Gradbook.solutions = str(ROOT / "solutions")
    settings.CourseDirectory.root = str(tmp_path)
    return Gradbook(config=settings)


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    room = Classroom(tmp_path_factory.mktemp("course"))
    nbgrader(room.folder, "generate_assignment", ASSIGNMENT)
    return room


@pytest.fixture(scope="session")
def room(released):
    """The class, graded."""
    hand_in(released)
    released.results = {result.student: result for result in autograde.autograde(released.config, ASSIGNMENT)}
    return released


@pytest.fixture
def answers(room):
    """The kept answers of the class."""
    with Store(url_beside(room.config.db_url, room.folder)) as store:
        yield store
