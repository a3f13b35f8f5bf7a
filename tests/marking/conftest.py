"""Markers are compiled once a session: a scheme takes seconds."""

from pathlib import Path

import pytest

from course.marking import registry
from course.marking.variant import Variant
from course.sheet import read_answers

SOLUTIONS = Path(__file__).parents[2] / "solutions"


@pytest.fixture(scope="session")
def marker():
    """Give the marker of an exercise by its id."""
    return lambda exercise_id: registry.marker((SOLUTIONS,), exercise_id)


@pytest.fixture(scope="session")
def mark(marker):
    """Mark the plain JSON form of a sheet, on the document's numbers unless others are given."""

    def mark_json(exercise_id, text, *, given=None, student=None, others=None, rulings=None):
        this = marker(exercise_id)
        exercise = this.scheme.exercise
        probe = exercise.probes("practice")
        return this.mark(
            read_answers(text, exercise_id),
            exercise.seed() if given is None else given,
            probe=probe,
            student=student,
            others=this.others(
                {Variant("student", name): numbers for name, numbers in (others or {}).items()}, probe
            ),
            rulings=rulings,
        )

    return mark_json
