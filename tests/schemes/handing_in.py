"""Functions handed in on inputs drawn from a secret, and what holds for every exercise that asks for some."""

import jax
import numpy as np
import pytest

from course.exercises import find
from course.notebook.functions import evaluate
from course.sheet import Sheet

SECRET = "an instructor's secret"
PATIENCE = 600  # seconds: what JAX compiles takes long on a busy machine


def hand_in(marker, exercise_id, secret=SECRET, **functions):
    exercise = find(exercise_id)
    answers = {
        name: evaluate(function, exercise.answers[name], exercise.probes(secret), limit=PATIENCE)
        for name, function in functions.items()
    }
    return marker(exercise_id).mark(Sheet(exercise_id, answers), exercise.seed(), probe=exercise.probes(secret))


def outcome(report):
    return {name: mark.slip or mark.state for name, mark in report.steps.items() if mark.state != "missing"}


class Functions:
    """Right functions earn all points on any inputs; outputs of another shape are unusable."""

    right: dict
    wrong_shapes: dict

    @pytest.mark.parametrize("secret", ["practice", *(f"secret {i}" for i in range(8))])
    def test_loops_in_numpy_earn_full_marks(self, marker, exercise_id, secret):
        report = hand_in(marker, exercise_id, secret, **self.right)
        assert outcome(report) == dict.fromkeys(self.right, "exact")
        assert report.points == report.max_points

    def test_outputs_of_another_shape_are_unusable_and_say_why(self, marker, exercise_id):
        report = hand_in(marker, exercise_id, **self.wrong_shapes)
        for name in self.wrong_shapes:
            assert report.steps[name].state == "unusable"
            assert report.steps[name].remark
        assert report.points == 0


def small_whole_numbers(exercise_id, secret):
    for leaf in jax.tree.leaves(find(exercise_id).probes(secret)):
        assert leaf.dtype == np.float64
        np.testing.assert_array_equal(leaf, np.round(leaf))
        assert np.abs(leaf).min() > 0
        assert np.abs(leaf).max() <= 4
