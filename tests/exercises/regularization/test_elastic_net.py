"""`regularization/elastic-net` as asked: personal numbers tell apart the slips that it is about."""

import numpy as np

from course.exercises import find

STUDENTS = [f"student-{i:03d}" for i in range(200)]


def test_every_elastic_net_variant_has_one_zero_that_the_proximal_step_keeps():
    exercise = find("regularization/elastic-net")
    for given in [exercise.seed(), *(exercise.given(student) for student in STUDENTS)]:
        (zero,) = np.flatnonzero(given.w == 0)
        assert 0 < abs(given.dJ[zero]) < given.alpha
        assert 0 < given.rho < 1


def test_hardly_two_of_a_class_have_the_same_numbers():
    exercise = find("regularization/elastic-net")
    flat = {tuple(np.concatenate([np.ravel(leaf) for leaf in exercise.given(s)])) for s in STUDENTS}
    assert len(flat) > 190
