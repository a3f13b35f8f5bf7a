"""`cnn/lenet-count` as asked: personal sizes that come out whole."""

import numpy as np

from course.exercises import find

STUDENTS = [f"student-{i:03d}" for i in range(200)]


def test_lenet_variants_have_whole_maps_unlike_their_kernel():
    for student in STUDENTS:
        g = find("cnn/lenet-count").given(student)
        rows = ((g.image[1] - g.kernel + 1) / 2 - g.kernel + 1) / 2
        assert rows == np.round(rows) >= 3
        assert rows != g.kernel
        assert g.maps.tolist() == [6, 16]
