"""What the students' page says is read is read so."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from course.exercises import Answer, find
from course.sheet import write
from course.sheet.reading import Status, read_answer

PAGE = (Path(__file__).parents[2] / "docs" / "student.md").read_text("utf-8")
NUMBER, COUNT, PAIR = Answer("a", (), ""), Answer("n", (), "", "int"), Answer("a", (2,), "")
COUNT_OF, SIZE = find("cnn/lenet-count").answers["total"], find("cnn/feature-maps").answers["pool1"]
SLOPES, LOSS, SQUARE = find("mlp/vanishing").answers["slopes"], Answer("L", (), "loss"), Answer("w", (2, 2), "")
DELTA_W, DIRECTION = (find("mlp/relu-sgd").answers[name] for name in ("delta_w", "direction"))

# As it stands on the page, the answer it is given to, its value and, where the page names one, its precision.
CASES = [
    ("13", NUMBER, 13, 13, 0.01),
    ("0.6", NUMBER, 0.6, 0.6, 0.01),
    ("132", NUMBER, 132, 132, 1),
    ("1320", NUMBER, 1320, 1320, 10),
    ("1.32e3", NUMBER, 1.32e3, 1320, 10),
    ("132.0", NUMBER, 132.0, 132, 1),
    ('"9/2"', NUMBER, "9/2", 4.5, 0),
    (r'r"\frac{9}{2}"', NUMBER, r"\frac{9}{2}", 4.5, 0),
    ("Fraction(9, 2)", NUMBER, Fraction(9, 2), 4.5, 0),
    ('"45%"', NUMBER, "45%", 0.45, 0.01),
    ('"4.5×10^-1"', NUMBER, "4.5×10^-1", 0.45, 0.01),
    ('"≈0.45"', NUMBER, "≈0.45", 0.45, 0.01),
    ('"$0.45$"', NUMBER, "$0.45$", 0.45, 0.01),
    (r'r"\frac92"', NUMBER, r"\frac92", 4.5, 0),
    ('"4 1/2"', NUMBER, "4 1/2", 4.5, 0),
    ('"4½"', NUMBER, "4½", 4.5, 0),
    ('"0,35"', NUMBER, "0,35", 0.35, 0.01),
    ('"1 115 684"', NUMBER, "1 115 684", 1115684, None),
    ('"1,115,684"', NUMBER, "1,115,684", 1115684, None),
    ("\"1'115'684\"", NUMBER, "1'115'684", 1115684, None),
    ("1_115_684", NUMBER, 1_115_684, 1115684, None),
    ('"16,618"', COUNT, "16,618", 16618, None),
    ('"-18η"', DELTA_W, "-18η", -18, None),
    ('"-18*eta"', DELTA_W, "-18*eta", -18, None),
    ('"η·(-18)"', DELTA_W, "η·(-18)", -18, None),
    ('"Δw = -18η"', DELTA_W, "Δw = -18η", -18, None),
    ('"direction: decrease"', DIRECTION, "direction: decrease", 0, None),
    ("[6, -3]", PAIR, [6, -3], [6, -3], None),
    ('"(6; -3)"', PAIR, "(6; -3)", [6, -3], None),
    ('"6, -3"', PAIR, "6, -3", [6, -3], None),
    ('"38.128"', COUNT_OF, "38.128", 38128, None),
    ('"38.128"', NUMBER, "38.128", 38.128, None),
    ('"6·(25+1) = 156"', COUNT, "6·(25+1) = 156", 156, None),
    ('"L = ½(y - ŷ)² = 4.5"', LOSS, "L = ½(y - ŷ)² = 4.5", 4.5, None),
    ('"1438/28 = 51.36, so 51"', COUNT, "1438/28 = 51.36, so 51", 51, None),
    ('"156 (incl. 6 biases)"', COUNT, "156 (incl. 6 biases)", 156, None),
    ('"4.5 (rounded)"', NUMBER, "4.5 (rounded)", 4.5, None),
    ('"m1 = 0.16, m2 = 0.13, m3 = 0.23"', SLOPES, "m1 = 0.16, m2 = 0.13, m3 = 0.23", [0.16, 0.13, 0.23], None),
    ('"[0]: 3, [1]: 4"', PAIR, "[0]: 3, [1]: 4", [3, 4], None),
    ('"w11=1; w12=2; w21=3; w22=4"', SQUARE, "w11=1; w12=2; w21=3; w22=4", [[1, 2], [3, 4]], None),
    ('"row 1: 1 2; row 2: 3 4"', SQUARE, "row 1: 1 2; row 2: 3 4", [[1, 2], [3, 4]], None),
    ('"C=6 H=14 W=13"', SIZE, "C=6 H=14 W=13", [6, 14, 13], None),
    ('"6 channels of 14 x 13"', SIZE, "6 channels of 14 x 13", [6, 14, 13], None),
    (
        '"14 x 13 x 6 (height x width x channels)"',
        SIZE,
        "14 x 13 x 6 (height x width x channels)",
        [6, 14, 13],
        None,
    ),
    (r'"0,5 \| 1,25"', PAIR, "0,5 | 1,25", [0.5, 1.25], None),
    ('"7 / 26 / 22"', SIZE, "7 / 26 / 22", [7, 26, 22], None),
    ('"1,5  -2,5"', PAIR, "1,5  -2,5", [1.5, -2.5], None),
    ('"Decreases."', DIRECTION, "Decreases.", 0, None),
    ('"dec"', DIRECTION, "dec", 0, None),
    ('"it goes up"', DIRECTION, "it goes up", 1, None),
    ('["decrease"]', DIRECTION, ["decrease"], 0, None),
]


@pytest.mark.parametrize(("shown", "answer", "typed", "value", "unit"), CASES)
def test_the_page_is_right(shown, answer, typed, value, unit):
    assert f"`{shown}`" in PAGE
    reading = read_answer(answer, write(typed), "direction" if answer is DIRECTION else "delta_w")
    assert reading.status == Status.READ
    np.testing.assert_array_equal(reading.value, value)
    assert unit is None or reading.unit == unit


def test_the_page_says_what_to_write_instead():
    assert "write `16618` or `16.618`" in PAGE
    assert "16618 or 16.618" in read_answer(NUMBER, write("16,618")).reason
