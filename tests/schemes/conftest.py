"""The schemes under test."""

import json
from pathlib import Path

import pytest

from course.exercises.variants import next_well_posed
from course.marking import registry
from course.sheet import read_answers

SOLUTIONS = Path(__file__).parents[2] / "solutions"


@pytest.fixture(scope="session")
def marker():
    """Give the marker of an exercise by its id."""
    return lambda exercise_id: registry.marker((SOLUTIONS,), exercise_id)


@pytest.fixture(scope="session")
def mark(marker):
    """Mark answers given by name, on the document's numbers unless others are given."""

    def mark_values(exercise_id, values, given=None):
        this = marker(exercise_id)
        exercise = this.scheme.exercise
        sheet = read_answers(json.dumps(values, default=lambda value: value.tolist()), exercise_id)
        given = exercise.seed() if given is None else given
        return this.mark(sheet, given, probe=exercise.probes("practice"))

    return mark_values


@pytest.fixture(scope="session")
def well_posed():
    """Give the first well-posed variants of an exercise."""

    def first(exercise, count):
        index, found = -1, []
        while len(found) < count:
            index = next_well_posed(exercise.id, index + 1)
            found.append(exercise.variant(index))
        return found

    return first
