"""`cnn/output-size` as asked: personal settings that leave remainders."""

from course.exercises import find

STUDENTS = [f"student-{i:03d}" for i in range(200)]


def test_the_second_setting_leaves_a_remainder():
    for student in STUDENTS:
        g = find("cnn/output-size").given(student)
        stride = g.stride[1]
        assert g.stride[0] == 1 < stride
        assert sorted((g.image + 2 * g.padding - g.kernel) % stride) == [stride - 2, stride - 1]
        assert g.kernel - 2 * g.padding >= 2  # setting 1 is not the size of the input
