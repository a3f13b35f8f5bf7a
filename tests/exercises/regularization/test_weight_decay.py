"""`regularization/weight-decay` as asked: personal numbers tell apart the slips that it is about."""

import numpy as np

from course.exercises import find

STUDENTS = [f"student-{i:03d}" for i in range(200)]


def test_weight_decay_shrinks_the_weights_and_never_turns_them():
    exercise = find("regularization/weight-decay")
    for given in [exercise.seed(), *(exercise.given(student) for student in STUDENTS)]:
        assert 0 < 1 - 2 * given.eta * given.alpha < 1
        assert 0 < given.beta < 1


def test_hardly_two_of_a_class_have_the_same_numbers():
    exercise = find("regularization/weight-decay")
    flat = {tuple(np.concatenate([np.ravel(leaf) for leaf in exercise.given(s)])) for s in STUDENTS}
    assert len(flat) > 190
