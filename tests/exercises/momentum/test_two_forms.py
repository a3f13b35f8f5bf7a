"""Personal quadratics are ones on which momentum makes sense: it converges, and both curvatures differ."""

import numpy as np

from course.exercises import find
from course.models.momentum import quadratic_rate

STUDENTS = [f"student-{number:03d}" for number in range(200)]


def test_momentum_converges_on_every_personal_quadratic():
    exercise = find("momentum/two-forms")
    for given in [exercise.seed(), *(exercise.given(student) for student in STUDENTS)]:
        assert given.h.max() > given.h.min() > 0
        # The roots of z^2 - (1 + beta - alpha h) z + beta, by numpy.
        for h in given.h:
            roots = np.roots([1.0, -(1 + given.beta - given.alpha * h), given.beta])
            assert np.abs(roots).max() < 1
        assert 0 < given.alpha_next < given.alpha


def test_the_rates_are_those_of_the_reference_library():
    given = find("momentum/two-forms").seed()
    for h in given.h:
        roots = np.roots([1.0, -(1 + given.beta - given.alpha * h), given.beta])
        rate = quadratic_rate(given.alpha, given.beta, h)
        np.testing.assert_allclose(rate, np.abs(roots).max(), rtol=1e-5)


def test_hardly_two_of_a_class_have_the_same_numbers():
    exercise = find("momentum/two-forms")
    flat = {tuple(np.concatenate([np.ravel(leaf) for leaf in exercise.given(s)])) for s in STUDENTS}
    assert len(flat) > 180
