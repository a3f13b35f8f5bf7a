"""Values as written, through JSON and back."""

from decimal import Decimal
from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from course.exercises import find
from course.sheet import (
    Edges,
    Numbers,
    Outputs,
    Sheet,
    SheetError,
    Text,
    Unreadable,
    decode,
    encode,
    read_answers,
    write,
)
from course.sheet.number import NotANumber, read_number
from course.sheet.reading import read_sheet

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
)


@pytest.mark.parametrize(
    ("value", "shape", "entries"),
    [
        (13, (), ("13",)),
        (13.0, (), ("13.0",)),
        ("0.420", (), ("0.420",)),
        (Decimal("0.50"), (), ("0.50",)),
        (Fraction(1, 4), (), ("0.25",)),
        ([1, 2.5, "3.00"], (3,), ("1", "2.5", "3.00")),
        (np.array([[1, 2], [3, 4]]), (2, 2), ("1", "2", "3", "4")),
        (np.float32(0.1), (), ("0.1",)),
        (jnp.array([0.54, 0.5], dtype=jnp.float32), (2,), ("0.54", "0.5")),
        (jnp.array(1.5, dtype=jnp.bfloat16), (), ("1.5",)),
        (jnp.array([[7]], dtype=jnp.int32), (1, 1), ("7",)),
        ([jnp.array([1.0, 2.0]), np.array([3.0, 4.0])], (2, 2), ("1.0", "2.0", "3.0", "4.0")),
    ],
)
def test_numbers_keep_what_was_written(value, shape, entries):
    assert write(value) == Numbers(shape, entries)


def test_words_edges_and_functions():
    assert write("decrease") == Text("decrease")
    assert write([("x0", "z1"), ("x1", "z1")]) == Edges((("x0", "z1"), ("x1", "z1")))
    assert write(lambda x: x + 1, lambda f: np.array([f(1), f(2)])) == Outputs(Numbers((2,), ("2", "3")))
    assert "function" in write(lambda x: x).reason


@pytest.mark.parametrize(
    "value", [True, None, 1j, {"a": 1}, [1, [2]], [[1, 2], [3]], [True], object(), {1, 2}, b"1"]
)
def test_what_is_no_answer_is_unreadable_with_a_reason(value):
    answer = write(value)
    reason = answer.reason if isinstance(answer, Unreadable) else None
    if isinstance(answer, Numbers):  # an object's text is refused where it is read
        with pytest.raises(NotANumber):
            read_number(answer.entries[0])
    else:
        assert reason


@pytest.mark.parametrize(
    "value",
    ["x" * 401, [("x0", f"z{i}") for i in range(1001)], np.zeros((1,) * 9), "ab\ud800", [("x" * 65, "z1")]],
)
def test_an_answer_that_could_not_be_read_back_costs_only_itself(value):
    sheet = Sheet("mlp/relu-sgd", {"a1": write(value), "loss": write(4.5)})
    assert isinstance(sheet.answers["a1"], Unreadable)
    assert decode(encode(sheet)).answers["loss"] == Numbers((), ("4.5",))


def test_an_error_in_a_students_function_is_a_reason():
    answer = write(lambda x: x / 0, lambda f: f(1))
    assert answer == Unreadable("ZeroDivisionError: division by zero")


@forall(ANYTHING)
@settings(max_examples=300, deadline=None)
def test_any_value_gives_an_answer_that_survives_json(value):
    sheet = Sheet("mlp/relu-sgd", {"a1": write(value)})
    try:
        data = encode(sheet)
    except SheetError:
        return
    assert decode(data) == sheet
    read_sheet(find("mlp/relu-sgd"), sheet)  # whatever it is, it can be read


@forall(st.binary(max_size=300))
@settings(max_examples=500, deadline=None)
def test_any_bytes_give_a_sheet_or_one_clear_error(data):
    for read in (decode, lambda d: read_answers(d, "mlp/relu-sgd")):
        try:
            assert isinstance(read(data), Sheet)
        except SheetError as error:
            assert str(error)


@forall(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda i: st.lists(i) | st.dictionaries(st.sampled_from(["exercise", "answers", "student", "version", "type", "shape", "entries", "numbers"]), i)))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_json_of_nearly_the_right_form_is_a_sheet_or_one_clear_error(data):
    import json

    try:
        assert isinstance(decode(json.dumps(data)), Sheet)
    except SheetError as error:
        assert "not an answer sheet" in str(error)


def test_entries_that_do_not_fill_their_shape_are_refused():
    bad = b'{"exercise":"e","answers":{"a":{"type":"numbers","shape":[3],"entries":["1"]}}}'
    with pytest.raises(SheetError, match="do not fill"):
        decode(bad)
    with pytest.raises(SheetError):
        decode(b'{"exercise":"e","answers":{},"version":2}')
    with pytest.raises(SheetError):
        decode(b'{"exercise":"e","answers":{},"points":10}')


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("0.6", 0.6, 0.01), ("13", 13, 0.01), ("0.54", 0.54, 0.01), ("-0.009", -0.009, 0.001), ("12.3", 12.3, 0.1),
        ("1.5", 1.5, 0.01), ("0.00e9", 0, 0.01), ("1.25e1", 12.5, 0.01), ("1.5e-3", 0.0015, 1e-4), ("+.50", 0.5, 0.01),
        ("−3", -3, 0.01), ("1e-7", 1e-7, 1e-7), ("10.001000000", 10.001, 1e-9), ("7.", 7, 0.01),
    ],
)  # fmt: skip
def test_the_precision_of_a_written_number(text, value, unit):
    assert read_number(text) == (pytest.approx(value), pytest.approx(unit))


@pytest.mark.parametrize(
    "text",
    ["", "nan", "inf", "-Infinity", "1,5", "1/3", "1e999", "0x10", "1_000", "٣", "1" * 65, "1.2.3", "e5", "--1"],
)
def test_what_is_no_number_says_why(text):
    with pytest.raises(NotANumber) as error:
        read_number(text)
    assert str(error.value)
