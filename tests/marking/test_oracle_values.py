"""The schemes' right values and wrong ones are those that were worked out apart, in plain numpy, from the tasks."""

import inspect
import math
from pathlib import Path

import jax
import numpy as np
import pytest

from course.exercises.variants import next_well_posed
from course.marking import registry
from tests import oracles
from tests.oracles.solution import solve

SOLUTIONS = Path(__file__).parents[2] / "solutions"
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


def evaluate(rule, step, given, values):
    """Work out a step or a slip of a scheme on earlier values, flat."""
    names = inspect.signature(rule.function).parameters
    with jax.enable_x64(True):
        result = rule.function(**{name: given if name == "given" else values[name] for name in names})
        flat = np.asarray(result, dtype=float).reshape(-1)
    return np.broadcast_to(flat, (math.prod(step.answer.shape),)) if flat.size == 1 else flat


def number(value, answer):
    """Return an oracle's value as a scheme gives it: flat, a word as its place among the choices."""
    if isinstance(value, str):
        return np.array([float(answer.choices.index(value))])
    return np.broadcast_to(np.asarray(value, dtype=float), answer.shape).reshape(-1)


@pytest.mark.parametrize("exercise_id", oracles.exercises())
def test_the_right_values_are_those_of_the_oracle(scheme, exercise_id):
    marked, oracle = scheme(exercise_id), oracles.load(exercise_id)
    numeric = [name for name, step in marked.steps.items() if step.answer.dtype in {"float", "int", "choice"}]
    assert numeric == list(oracle.asked)
    for given in (marked.exercise.seed(), *variants(marked.exercise)):
        right = solve(oracle, given).written
        values = {}
        for name in numeric:
            step = marked.steps[name]
            values[name] = evaluate(step, step, given, values).reshape(step.answer.shape)
            expected = number(right[name], step.answer)
            assert np.allclose(values[name].reshape(-1), expected, rtol=1e-9, atol=1e-12), name


def unmatched(marked, oracle):
    """Return the sentences of slips whose wrong value no misconception of the oracle gives."""
    known = {
        (step.name, number_): set(range(len(oracle.misconceptions)))
        for step in marked.steps.values()
        if step.name in oracle.asked
        for number_ in range(len(step.slips))
    }
    for given in variants(marked.exercise):
        right = solve(oracle, given)
        for (name, place), candidates in known.items():
            step = marked.steps[name]
            wrong = evaluate(step.slips[place], step, given, right.written)
            with np.errstate(all="ignore"):
                for candidate in list(candidates):
                    misconception = oracle.misconceptions[candidate]
                    if misconception.step != name:
                        candidates.discard(candidate)
                        continue
                    value = number(misconception.function(given, dict(right.carried)), step.answer)
                    if not np.allclose(value, wrong, rtol=1e-7, atol=1e-12, equal_nan=True):
                        candidates.discard(candidate)
    return [(name, marked.steps[name].slips[place].sentence) for (name, place), left in known.items() if not left]


@pytest.mark.parametrize("exercise_id", oracles.exercises())
def test_every_slip_is_a_misconception_that_was_written_down_apart(scheme, exercise_id):
    assert unmatched(scheme(exercise_id), oracles.load(exercise_id)) == []
