"""`mlp/relu-backprop` as asked: the document's step size, and which unit is dead."""

import numpy as np

from course.exercises import find


def test_the_documents_numbers_are_the_seeds():
    assert find("mlp/relu-backprop").given().eta == 0.01


def test_either_unit_of_two_relu_layers_may_be_the_dead_one():
    dead = []
    for number in range(200):
        given = find("mlp/relu-backprop").given(f"student-{number}")
        a1 = given.W1 * given.x
        a2 = given.W2 @ np.maximum(a1, 0)
        assert sorted(np.sign(a1)) == sorted(np.sign(a2)) == [-1, 1]
        dead.append(int(np.argmin(a1)))
    assert 0.35 < np.mean(dead) < 0.65
