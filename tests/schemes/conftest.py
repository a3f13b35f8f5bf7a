"""The schemes under test."""

import json
from pathlib import Path

import pytest

from course.exercises import find
from course.exercises.variants import next_well_posed
from course.sheet import read_answers

HERE = Path(__file__).parent
# Their assertions say what they compared, as those of a test do.
pytest.register_assert_rewrite(
    "tests.schemes.checks",
    "tests.schemes.cnn.oracle",
    "tests.schemes.handing_in",
    "tests.schemes.mlp.automatic",
    "tests.schemes.regularization.worked",
)


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


@pytest.fixture
def exercise_id(request):
    """Give the id of the exercise that the file is named after: `mlp/test_relu_sgd.py` is about `mlp/relu-sgd`."""
    topic, name = request.path.relative_to(HERE).parts[0], request.path.stem.removeprefix("test_")
    return find(f"{topic}/{name.replace('_', '-')}").id
