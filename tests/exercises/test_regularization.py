"""Personal numbers of the penalties tell the slips apart that the exercises are about."""

import numpy as np
import pytest

from course.exercises import find

STUDENTS = [f"student-{number:03d}" for number in range(200)]


def test_every_p_norm_variant_has_an_odd_p_an_even_q_and_weights_of_both_signs():
    exercise = find("regularization/p-norm")
    givens = [exercise.seed(), *(exercise.given(student) for student in STUDENTS)]
    for given in givens:
        assert given.p % 2 == 1
        assert given.p > 1
        assert given.q % 2 == 0
        assert (given.w < 0).any()
        assert (given.w > 0).any()
    assert {float(given.p) for given in givens} == {3.0, 5.0}
    assert {float(given.q) for given in givens} == {2.0, 4.0}


def test_every_elastic_net_variant_has_one_zero_that_the_proximal_step_keeps():
    exercise = find("regularization/elastic-net")
    for given in [exercise.seed(), *(exercise.given(student) for student in STUDENTS)]:
        (zero,) = np.flatnonzero(given.w == 0)
        assert 0 < abs(given.dJ[zero]) < given.alpha
        assert 0 < given.rho < 1


def test_weight_decay_shrinks_the_weights_and_never_turns_them():
    exercise = find("regularization/weight-decay")
    for given in [exercise.seed(), *(exercise.given(student) for student in STUDENTS)]:
        assert 0 < 1 - 2 * given.eta * given.alpha < 1
        assert 0 < given.beta < 1


@pytest.mark.parametrize(
    "exercise_id", ["regularization/p-norm", "regularization/weight-decay", "regularization/elastic-net"]
)
def test_hardly_two_of_a_class_have_the_same_numbers(exercise_id):
    exercise = find(exercise_id)
    flat = {tuple(np.concatenate([np.ravel(leaf) for leaf in exercise.given(s)])) for s in STUDENTS}
    assert len(flat) > 190
