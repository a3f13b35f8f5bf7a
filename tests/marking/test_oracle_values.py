"""The schemes' right values and wrong ones are those that were worked out apart, in plain numpy, from the tasks."""

import numpy as np
import pytest

from course.exercises.variants import next_well_posed
from course.marking import registry
from tests import oracles
from tests.mark_schemes import SOLUTIONS
from tests.oracles.declared import evaluate, misconceptions_of, number, numeric
from tests.oracles.solution import solve

VARIANTS = 20


@pytest.fixture(scope="module")
def scheme():
    """Give a mark scheme by the id of its exercise; nothing is compiled."""
    schemes = registry.load((SOLUTIONS,))
    return lambda exercise_id: schemes[exercise_id]


def variants(exercise):
    index = -1
    for _ in range(VARIANTS if exercise.draw else 1):
        index = next_well_posed(exercise.id, index + 1)
        yield exercise.variant(index)


@pytest.mark.parametrize("exercise_id", oracles.exercises())
def test_the_right_values_are_those_of_the_oracle(scheme, exercise_id):
    marked, oracle = scheme(exercise_id), oracles.load(exercise_id)
    assert numeric(marked) == list(oracle.asked)
    for given in (marked.exercise.seed(), *variants(marked.exercise)):
        right = solve(oracle, given).written
        values = {}
        for name in oracle.asked:
            step = marked.steps[name]
            values[name] = evaluate(step, step, given, values).reshape(step.answer.shape)
            expected = number(right[name], step.answer)
            assert np.allclose(values[name].reshape(-1), expected, rtol=1e-9, atol=1e-12), name


@pytest.mark.parametrize("exercise_id", oracles.exercises())
def test_every_slip_is_a_misconception_that_was_written_down_apart(scheme, exercise_id):
    marked = scheme(exercise_id)
    found = misconceptions_of(marked, oracles.load(exercise_id), list(variants(marked.exercise)))
    unknown = [
        (name, marked.steps[name].slips[place].sentence) for (name, place), same in found.items() if not same
    ]
    assert unknown == []
