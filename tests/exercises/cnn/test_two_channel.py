"""`cnn/two-channel` as asked: the document's channels, and personal ones without ties."""

import numpy as np

from course.exercises import find

STUDENTS = [f"student-{i:03d}" for i in range(200)]


def test_the_documents_numbers_are_the_seeds():
    X = find("cnn/two-channel").given().X
    assert X[0].tolist() == [
        [2, 3, 4, 5, 6],
        [14, 15, 16, 1, 1],
        [6, 7, 8, 0, 0],
        [8, 10, 12, 1, 2],
        [22, 24, 26, 3, 3],
    ]
    assert X[1].tolist() == [
        [22, 23, 24, 12, 14], [14, 15, 16, 0, 0], [6, 7, 8, 0, 0], [8, 10, 12, 1, 2], [22, 24, 26, 5, 5],
    ]  # fmt: skip


def test_no_pooling_ties_and_a_winner_is_shared():
    for given in [find("cnn/two-channel").given(student) for student in (None, *STUDENTS)]:
        for kernels, b in zip(given.K, given.b, strict=True):
            maps = np.array(
                [[np.sum(kernels * given.X[:, i : i + 3, j : j + 3]) + b for j in range(3)] for i in range(3)]
            )
            windows = [np.sort(maps[i : i + 2, j : j + 2].ravel()) for i in (0, 1) for j in (0, 1)]
            assert all(window[-1] > window[-2] for window in windows)
            assert len({window[-1] for window in windows}) in {2, 3}
