"""The capstone's personal plans are trainings that work: the sizes are those of the data set they are for."""

import numpy as np

from course.exercises import find
from course.training import data

STUDENTS = [f"student-{number:03d}" for number in range(200)]


def test_every_plan_is_about_the_digits_and_within_reason():
    train, test = data.digits()
    exercise = find("training/capstone")
    for given in [exercise.seed(), *(exercise.given(student) for student in STUDENTS)]:
        assert given.examples == len(train.labels)
        assert given.tests == len(test.labels)
        assert 12 <= given.filters[0] <= 18 < 24 <= given.filters[1] <= 36
        assert 24 <= given.batch <= 32
        assert given.examples % given.batch  # otherwise rounding up and down could not be told apart
        assert 0.2 - 1e-9 <= given.eta / (1 - given.beta) <= 0.5 + 1e-9


def test_no_guess_is_right_for_many():
    """What is written to two decimals is right if it is off by less than a hundredth."""
    givens = [find("training/capstone").given(student) for student in STUDENTS]
    updates = np.array([given.examples // given.batch for given in givens])
    factors = [(1 - 2 * g.eta * g.alpha) ** (g.epochs * n) for g, n in zip(givens, updates, strict=True)]
    steps = [given.eta / (1 - given.beta) for given in givens]
    for right in (factors, steps):
        guesses = np.arange(0, 1, 0.01)[:, None]
        assert np.max(np.mean(np.abs(np.array(right) - guesses) < 0.01, axis=1)) < 0.3
    assert np.bincount(updates.astype(int)).max() < 0.2 * len(STUDENTS)


def test_hardly_two_of_a_class_have_the_same_numbers():
    exercise = find("training/capstone")
    flat = {tuple(np.concatenate([np.ravel(leaf) for leaf in exercise.given(s)])) for s in STUDENTS}
    assert len(flat) > 190
