"""Schemes as they are found in folders."""

import pytest

from course.exercises.in_order import TAUGHT
from course.marking import registry
from course.marking.registry import NoSchemes
from tests.mark_schemes import SOLUTIONS

SCHEME = """
from course.exercises import find
from course.marking.scheme import Scheme

scheme = Scheme(find("mlp/why-backprop"))
scheme.written("Because.", [("A reason.", 3)])
"""


def test_every_exercise_has_one_scheme():
    assert set(registry.load((SOLUTIONS,))) == {exercise.id for exercise in TAUGHT}


def test_an_exercise_with_two_schemes_is_refused(tmp_path):
    (tmp_path / "one.py").write_text(SCHEME)
    assert list(registry.load((tmp_path,))) == ["mlp/why-backprop"]
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "other.py").write_text(SCHEME)
    with pytest.raises(NoSchemes, match="mlp/why-backprop"):
        registry.load((tmp_path / "two", tmp_path))
