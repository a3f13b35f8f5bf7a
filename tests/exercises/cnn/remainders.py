"""Divisions of a network's sizes leave remainders, else a slip in rounding could not be told from the truth."""

import numpy as np

from course.exercises import find

STUDENTS = [f"student-{i:03d}" for i in range(200)]


def every_division_leaves_a_remainder(exercise_id):
    """In rows or in columns as much as can be, else rounding would be right; in the other one less."""
    for student in STUDENTS:
        g = find(exercise_id).given(student)
        sides = g.image[1:]
        assert sides[0] != sides[1]
        for i in (0, 1):
            for kernel, stride, padding in (
                (g.kernel[i], g.stride[i], g.padding[i]),
                (g.window[i], g.window[i], 0),
            ):
                reach = sides + 2 * padding - kernel
                assert sorted(reach % stride) == [stride - 2, stride - 1]
                sides = reach // stride + 1
        assert np.all(sides >= 1)
