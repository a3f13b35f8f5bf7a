"""`mlp/relu-sgd` as asked: the document's numbers, and the size and direction of personal ones."""

import numpy as np

from course.exercises import find


def test_the_documents_numbers_are_the_seeds():
    given = find("mlp/relu-sgd").given()
    assert given.x.tolist() == [2, 3]
    assert given.W1.tolist() == [[-1, 2, 1], [2, -1, -1]]


def test_a_relu_network_goes_up_and_down_alike_and_is_as_large_as_the_documents():
    rises, largest = [], []
    for number in range(400):
        given = find("mlp/relu-sgd").given(f"student-{number}")
        live, dead = given.W1 @ np.concatenate([[1.0], given.x])
        assert live > 0 > dead
        residual = given.W2[0] + given.W2[1] * live - given.y
        rises.append(-residual * given.W2[1] * given.x[1] > 0)
        largest.append(abs(residual * given.W2[1]) * given.x.max())
    assert 0.4 < np.mean(rises) < 0.6
    assert max(largest) <= 120  # 18 in the document
