"""Arrays whose entries have names or stand apart by other signs than commas: read in any order, or refused."""

import re
import time

import numpy as np
import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from course.exercises import Answer, find
from course.sheet import write
from course.sheet.entries import arranged
from course.sheet.lists import NotAList
from course.sheet.reading import Status, read_answer

PAIR, MATRIX = Answer("a^{(1)}", (2,), "numbers of a layer"), Answer("W", (2, 2), "weights")
SIZE = Answer("s", (3,), "", "int", entries=(("channels", "C"), ("height", "H"), ("width", "W")))

# Ways to write three numbers, and how each looks; `{0}` is the first entry.
WAYS = [
    "{0} | {1} | {2}", "({0}; {1}; {2})", "{0}  {1}  {2}", "{0}\t{1}\t{2}", "{0}\n{1}\n{2}", "| {0} | {1} | {2} |",
    "v_1 = {0}, v_2 = {1}, v_3 = {2}", "v1={0}; v2={1}; v3={2}", "v_0: {0}; v_1: {1}; v_2: {2}", "v[0] = {0}, v[1] = {1}, v[2] = {2}",
    "v_3 = {2}, v_1 = {0}, v_2 = {1}", "[0]: {0}, [1]: {1}, [2]: {2}", "1: {0}; 2: {1}; 3: {2}", "v = ({0} | {1} | {2})",
    "first: {0}, second: {1}, third: {2}", "entry 1: {0}; entry 2: {1}; entry 3: {2}", "v_1 = {0} v_2 = {1} v_3 = {2}",
    "v_1 = x + 1 = {0}, v_2 = {1}, v_3 = {2}", "v = 2*({1}, {0}, {2}) + u = ({0}, {1}, {2})", "{0} and {1} and {2}",
]  # fmt: skip
# The same with what says something else: another quantity, an entry twice, left out or too many, a guessed order.
NOT = [
    "u_1 = {0}, u_2 = {1}, u_3 = {2}", "v_1 = {0}, v_1 = {1}, v_3 = {2}", "v_2 = {0}, v_3 = {1}, v_4 = {2}", "v_1 = {0}, v_2 = {1}",
    "v_1 = {0}, v_2 = {1}, v_3 = {2}, v_4 = 5", "3: {0}; 2: {1}; 1: {2}", "{0} | {1}", "{0} | {1} | {2} | 4", "{0} || {1} | {2}",
    "v_1 = {0}, u_2 = {1}, v_3 = {2}", "v = ({0}, {1}, {2}) = (0.5, 77, 2)", "2*({0}, {1}, {2})", "{0} or {1} or {2}", "v_1 = {0}, {1}, {2}",
    "v < ({0}, {1}, {2})", "v_1 = {0} or 5, v_2 = {1}, v_3 = {2}", "v_1 ≠ {0}, v_2 = {1}, v_3 = {2}", "u = 2*({0}, {1}, {2}) + v = ({0}, {1}, {2})",
]  # fmt: skip
VECTOR = Answer("v", (3,), "a vector")
NUMBERS = st.tuples(*[st.decimals(-99, 99, places=2)] * 3).map(lambda three: [f"{number:.2f}" for number in three])


def _read(answer, typed, name="v", beside=None):
    return read_answer(answer, write(typed), name, beside)


@pytest.mark.parametrize("way", WAYS)
@forall(NUMBERS, st.booleans())
@settings(max_examples=15, deadline=None)
def test_every_way_gives_the_numbers_in_their_order(way, numbers, comma):
    decimal_comma = comma and not re.search(r", ?[{v\[fset]", way)
    shown = [number.replace(".", ",") for number in numbers] if decimal_comma else numbers
    reading = _read(VECTOR, way.format(*shown))
    assert reading.status == Status.READ, (way.format(*shown), reading.reason)
    assert reading.value.tolist() == [float(number) for number in numbers]


@pytest.mark.parametrize("way", NOT)
@forall(NUMBERS)
@settings(max_examples=8, deadline=None)
def test_what_says_something_else_is_refused_with_a_reason(way, numbers):
    reading = _read(VECTOR, way.format(*numbers))
    assert reading.status == Status.UNUSABLE, reading.value
    assert 0 < len(reading.reason) < 300


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("6 channels, 14 rows", None), ("C = 6, H = 14, W = 13", [6, 14, 13]), ("W=13 C=6 H=14", [6, 14, 13]), ("height 14, width 13, channels 6", [6, 14, 13]),
        ("6 channels of 14 x 13", [6, 14, 13]), ("14 x 13, 6 channels", [6, 14, 13]), ("14x13x6 (H x W x C)", [6, 14, 13]), ("(H, W, C) = (14, 13, 6)", [6, 14, 13]),
        ("14x13x6 (H x W x D)", None), ("14x13x6 (H x W)", None), ("C = 6, C = 14, W = 13", None), ("6 channels, 7 channels, 14 x 13", None), ("14 x 13", None), ("6 C 14 H 13 W", [6, 14, 13]),
        ("6 X 14 X 13", [6, 14, 13]), ("6x14x13 px", [6, 14, 13]), ("6/14/13", [6, 14, 13]), ("6 / 14", None), ("size: 6 x 14 x 13", [6, 14, 13]), ("s = torch.Size([6, 14, 13])", [6, 14, 13]),
    ],
)  # fmt: skip
def test_entries_by_the_names_that_the_answer_gives_them(typed, value):
    reading = _read(SIZE, typed, "s")
    assert (reading.value.tolist() if reading.status == Status.READ else None) == value, reading.reason


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1 2\n3 4", [[1, 2], [3, 4]]), ("1,5  2\n3  4,5", [[1.5, 2], [3, 4.5]]), ("1 | 2\n3 | 4", [[1, 2], [3, 4]]), ("0,5 2; 3 -4,5", None),
        ("-0,5 2,5; 0,5 -4,5", [[-0.5, 2.5], [0.5, -4.5]]), ("W_11 = 1, W_12 = 2, W_21 = 3, W_22 = 4", [[1, 2], [3, 4]]),
        ("W_{1,1} = 1, W_{1,2} = 2, W_{2,1} = 3, W_{2,2} = 4", [[1, 2], [3, 4]]), ("w11=1; w21=3; w12=2; w22=4", [[1, 2], [3, 4]]),
        ("row 1: 1 2; row 2: 3 4", [[1, 2], [3, 4]]), ("row 2: 3 4, row 1: 1 2", [[1, 2], [3, 4]]), ("W1 = 1, W2 = 2", None),
        ("W_11 = 1, W_12 = 2, W_21 = 3", None), ("V_11 = 1, V_12 = 2, V_21 = 3, V_22 = 4", None), ("{{1, 2}, {3, 4}}", [[1, 2], [3, 4]]),
    ],
)  # fmt: skip
def test_matrices(typed, value):
    reading = _read(MATRIX, typed, "W")
    assert (reading.value.tolist() if reading.status == Status.READ else None) == value, reading.reason


def test_no_entry_is_taken_for_another_answer():
    alone = {"a1": PAIR}
    beside = {"a1": PAIR, "a2": Answer("a^{(2)}", (), "output")}
    assert _read(PAIR, "a_1 = 6, a_2 = -3", "a1", alone).value.tolist() == [6, -3]
    reading = _read(PAIR, "a_1 = 6, a_2 = -3", "a1", beside)
    assert reading.status == Status.UNUSABLE
    assert "'a_2' is another answer's name too" in reading.reason
    rows = {"W": MATRIX, "W1": Answer("W_1", (2, 2), "more weights")}
    assert _read(MATRIX, "W_1 = (1, 2), W_2 = (3, 4)", "W", rows).status == Status.UNUSABLE


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1,234; 0,5", [1.234, 0.5]),
        ("1.234; 0,5", None),
        ("1,234; 2,345", None),
        ("1.234; 0.5", [1.234, 0.5]),
        ("1234; 0,5", [1234, 0.5]),
    ],
)
def test_a_decimal_comma_beside_a_number_tells_what_its_comma_is(typed, value):
    reading = _read(PAIR, typed, "a1")
    assert (reading.value.tolist() if reading.status == Status.READ else None) == value
    assert reading.status == Status.READ or re.match(r"write (1234|-?\d+) or 1\.234", reading.reason)


def test_the_reason_names_what_was_expected():
    assert (
        "each of the answer's own 3 entries was expected once, got v_2, v_3"
        in _read(VECTOR, "v_2 = 1, v_3 = 2, v_4 = 3").reason
    )
    assert "in their order" in _read(VECTOR, "3: 1, 2: 2, 1: 3").reason
    with pytest.raises(NotAList, match="shape"):
        arranged("row 1: 1 2; row 2: 3", MATRIX, "W", {})


@forall(
    st.text(max_size=300) | st.text("v123_=:,;|/ \n\t.-x()[]HWC{}≈and", max_size=80),
    st.sampled_from([VECTOR, MATRIX, SIZE]),
)
@settings(max_examples=600, deadline=None)
def test_any_text_is_an_array_of_the_asked_shape_or_one_reason(text, answer):
    reading = _read(answer, text, "v")
    assert reading.value.shape == answer.shape
    assert reading.status != Status.UNUSABLE or 0 < len(reading.reason) < 600
    assert np.isfinite(reading.value).all()


@pytest.mark.parametrize(
    "text",
    ["v_1 = " * 66, "| 1 " * 100, "v = " + "(1, 2) + " * 40 + "= (1, 2, 3)", "x=1 " * 100, "1 x " * 100, "C 1, " * 80, "1\n" * 200, "(" * 200 + "=" * 200, "é" * 200 + " = " + "ηη " * 60],
)  # fmt: skip
def test_no_text_takes_long(text):
    start = time.process_time()
    for answer in (VECTOR, MATRIX, SIZE, find("mlp/relu-sgd").answers["loss"]):
        assert _read(answer, text).status != Status.MISSING
    assert time.process_time() - start < 5
