"""The documentation's course, released once for all tests of the engine."""

import shutil

import pytest

from tests.engine import school


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    return school.make(tmp_path_factory.mktemp("school"))


@pytest.fixture
def room(released, tmp_path):
    """A copy of the released course of its own."""
    return shutil.copytree(released, tmp_path / "course")
