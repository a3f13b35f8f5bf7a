"""`cnn/weight-count` as asked: personal numbers that leave remainders."""

from tests.exercises.cnn.remainders import every_division_leaves_a_remainder


def test_every_division_of_a_personal_network_leaves_a_remainder():
    every_division_leaves_a_remainder("cnn/weight-count")
