"""Axes of length one never matter in what a student's function gives; any other shape is refused by name."""

import jax
import numpy as np
import pytest

from course.exercises import find
from course.exercises.shapes import each_shaped, shaped
from tests.oracles.functions import load

FUNCTIONS = [
    ("mlp/backprop", "backward"),
    ("cnn/implement-conv", "forward"),
    ("cnn/implement-conv", "backward"),
    ("cnn/implement-pool", "backward"),
    ("cnn/implement-split-merge", "merged"),
    ("cnn/implement-split-merge", "grouped"),
    ("cnn/implement-softmax-ce", "gradient"),
    ("cnn/implement-geometry", "receptive_field"),
    ("regularization/implement-p-norm", "gradient"),
    ("regularization/implement-p-norm", "update"),
]


@pytest.mark.parametrize(("exercise_id", "name"), FUNCTIONS)
def test_outputs_with_axes_of_length_one_are_the_same_answer(exercise_id, name):
    exercise, right = find(exercise_id), load(exercise_id).right[name]
    call = exercise.answers[name].call
    assert call is not None

    def reshaped(change):
        def function(*arguments):
            out = right(*arguments)
            # (stride, low, high) is one array; elsewhere a tuple holds several.
            return change(np.asarray(out)) if exercise_id.endswith("geometry") else jax.tree.map(change, out)

        return function

    expected = call(right, exercise.probes("practice"))
    for change in (
        lambda a: np.asarray(a)[..., None],
        lambda a: np.asarray(a)[None],
        lambda a: np.asarray(a)[:, None, None],
    ):
        np.testing.assert_array_equal(call(reshaped(change), exercise.probes("practice")), expected)
    with pytest.raises(ValueError, match="was expected, got"):
        call(reshaped(lambda a: np.stack([a, a])), exercise.probes("practice"))


def test_a_shape_is_the_same_without_its_axes_of_length_one():
    np.testing.assert_array_equal(shaped([[[1]], [[2]]], (2,), "b"), [1, 2])
    np.testing.assert_array_equal(shaped([1, 2], (2, 1, 1), "b"), [1, 2])
    with pytest.raises(ValueError, match=r"db of shape \(2,\) was expected, got \(2, 2\)"):
        shaped(np.ones((2, 2)), (2,), "db")
    with pytest.raises(ValueError, match=r"\(2, 3\) was expected, got \(3, 2\)"):
        shaped(np.ones((3, 2)), (2, 3), "A")


def test_several_arrays_are_counted():
    with pytest.raises(ValueError, match="2 arrays were expected: A, b"):
        each_shaped((np.ones(2),), (np.ones(2), np.ones(1)), ("A", "b"))
