"""The documentation's course, released once for all tests of the engine."""

import shutil
from pathlib import Path

import pytest

from course.grading import config
from course.grading.engine import autograde
from tests.engine import school


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    return school.make(tmp_path_factory.mktemp("school"))


@pytest.fixture
def room(released, tmp_path):
    """A copy of the released course of its own."""
    return shutil.copytree(released, tmp_path / "course")


@pytest.fixture(scope="session")
def ungraded(released, tmp_path_factory):
    """Six students who have submitted."""
    folder = tmp_path_factory.mktemp("ungraded") / "course"
    shutil.copytree(released, folder)
    school.enrol(folder, 4)
    return folder


@pytest.fixture(scope="session")
def undisturbed(ungraded, tmp_path_factory):
    """The same, graded in peace."""
    return graded(ungraded, tmp_path_factory.mktemp("undisturbed") / "course")


def graded(ungraded, folder):
    shutil.copytree(ungraded, folder)
    autograde.autograde(config.load(folder), school.ASSIGNMENT)
    return folder


@pytest.fixture
def folder(ungraded, tmp_path):
    """A copy of the class of its own."""
    return Path(shutil.copytree(ungraded, tmp_path / "class"))
