"""`regularization/p-norm` as asked: personal numbers tell apart the slips that it is about."""

import numpy as np

from course.exercises import find

STUDENTS = [f"student-{i:03d}" for i in range(200)]


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


def test_hardly_two_of_a_class_have_the_same_numbers():
    exercise = find("regularization/p-norm")
    flat = {tuple(np.concatenate([np.ravel(leaf) for leaf in exercise.given(s)])) for s in STUDENTS}
    assert len(flat) > 190
