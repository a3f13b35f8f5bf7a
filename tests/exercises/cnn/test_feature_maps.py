"""`cnn/feature-maps` as asked: the document's numbers, and personal ones that leave remainders."""

from course.exercises import find
from tests.exercises.cnn.remainders import every_division_leaves_a_remainder


def test_the_documents_numbers_are_the_seeds():
    image, filters, kernel, stride, padding, window, units = find("cnn/feature-maps").given()
    assert (image.tolist(), filters.tolist(), float(units)) == ([3, 32, 32], [16, 32], 10)
    assert (kernel.tolist(), stride.tolist(), padding.tolist(), window.tolist()) == (
        [3, 3],
        [1, 1],
        [0, 0],
        [2, 2],
    )


def test_every_division_of_a_personal_network_leaves_a_remainder():
    every_division_leaves_a_remainder("cnn/feature-maps")
