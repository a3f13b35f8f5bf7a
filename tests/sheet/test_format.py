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
    LARGEST_SHEET,
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
    read_derivation,
    write,
)
from course.sheet.number import NotANumber, read_number
from course.sheet.reading import read_sheet


class NamesItsParts:
    """A rational number of some other library, such as sympy's."""

    def __init__(self, numerator, denominator):
        self.numerator, self.denominator = numerator, denominator


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
        (Fraction(1, 4), (), ("1/4",)),
        (Fraction(-8, 2), (), ("-4",)),
        (Fraction(10**420, 3**900), (), (str(10**420 / 3**900),)),
        (NamesItsParts(9, 2), (), ("9/2",)),
        (10**77 + 1, (), (str(10**77 + 1),)),
        ((4.5 + 0j), (), ("4.5",)),
        (np.array([1 + 0j, 2.5]), (2,), ("1.0", "2.5")),
        (np.str_("0.420"), (), ("0.420",)),
        ([[True, False], [False, True]], (2, 2), ("True", "False", "False", "True")),
        ([1, 2.5, "3.00"], (3,), ("1", "2.5", "3.00")),
        (np.array([[1, 2], [3, 4]]), (2, 2), ("1", "2", "3", "4")),
        (np.float32(0.1), (), ("0.1",)),
        (jnp.array([0.54, 0.5], dtype=jnp.float32), (2,), ("0.54", "0.5")),
        (jnp.array(1.5, dtype=jnp.bfloat16), (), ("1.5",)),
        (jnp.array([[7]], dtype=jnp.int32), (1, 1), ("7",)),
        # What is whole in float32 or less is worth exactly this much; its shortest text leaves digits out.
        (np.float32(1115684864), (), ("1115684864",)),
        (jnp.float32(16777216.0), (), ("1.6777216e+07",)),
        (jnp.array([1115684864.0, 13.0], dtype=jnp.float32), (2,), ("1115684864", "13.0")),
        (np.float16(2049), (), ("2.048e+03",)),
        (jnp.bfloat16(1115684864), (), ("1115684864",)),
        (np.float64(1115684865), (), ("1115684865.0",)),
        ([jnp.array([1.0, 2.0]), np.array([3.0, 4.0])], (2, 2), ("1.0", "2.0", "3.0", "4.0")),
    ],
)
def test_numbers_keep_what_was_written(value, shape, entries):
    assert write(value) == Numbers(shape, entries)


def test_words_edges_and_functions():
    assert write("decrease") == write(np.array("decrease")) == Text("decrease")
    assert write(np.array([["x0", "z1"]])) == Edges((("x0", "z1"),))
    assert write([("x0", "z1"), ("x1", "z1")]) == Edges((("x0", "z1"), ("x1", "z1")))
    assert write(lambda x: x + 1, lambda f: np.array([f(1), f(2)])) == Outputs(Numbers((2,), ("2", "3")))
    assert "function" in write(lambda x: x).reason


@pytest.mark.parametrize(
    "value", [True, None, 1j, {"a": 1}, [1, [2]], [[1, 2], [3]], [True], object(), {1, 2}, b"1", 10**400]
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
    [
        "x" * 401,
        [("x0", f"z{i}") for i in range(1001)],
        np.zeros((1,) * 9),
        "ab\ud800",
        [("x" * 401, "z1")],
        [("x0", "z\ud800")],
        ["1\ud800"],
    ],
)
def test_an_answer_that_could_not_be_read_back_costs_only_itself(value):
    sheet = Sheet("mlp/relu-sgd", {"a1": write(value), "loss": write(4.5)})
    assert isinstance(sheet.answers["a1"], Unreadable)
    assert decode(encode(sheet)).answers["loss"] == Numbers((), ("4.5",))


def test_an_error_in_a_students_function_is_a_reason():
    answer = write(lambda x: x / 0, lambda f: f(1))
    assert answer == Unreadable("ZeroDivisionError: division by zero")


def test_a_reason_is_cut_where_a_sheet_would_not_hold_it():
    def fails(x):
        raise ValueError("y" * 2000)

    assert write(fails, lambda f: f(1)) == Unreadable("ValueError: " + "y" * 988)
    named_at_length = type("y" * 2000, (dict,), {})
    assert len(write(named_at_length()).reason) == 1000


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


@pytest.mark.parametrize("shape", ["[0, 1000000000000]", "[1000000, 0]", "[200, 0, 200]", "[0, 1e300]"])
def test_an_array_without_entries_is_not_said_to_be_endless(shape):
    """Whoever shows it as nested lists would write as many of them as it says."""
    with pytest.raises(SheetError, match=r"rows|Expected `int`"):
        decode(f'{{"exercise":"e","answers":{{"a":{{"type":"numbers","shape":{shape},"entries":[]}}}}}}')


@pytest.mark.parametrize("value", [np.zeros((0, 10**12)), np.zeros((10**12, 0)), [[]] * 30_000])
def test_what_has_no_numbers_is_no_answer_however_large_it_is_said_to_be(value):
    answer = write(value)
    assert isinstance(answer, Unreadable)
    assert answer.reason.endswith("which has none")
    # The control: a small one says what shape it has.
    assert write(np.zeros((0, 3))) == Numbers((0, 3), ())


def test_entries_that_do_not_fill_their_shape_are_refused():
    bad = b'{"exercise":"e","answers":{"a":{"type":"numbers","shape":[3],"entries":["1"]}}}'
    with pytest.raises(SheetError, match="do not fill"):
        decode(bad)
    with pytest.raises(SheetError):
        decode(b'{"exercise":"e","answers":{},"version":2}')
    numbers = b'{"type":"numbers","shape":[],"entries":["1"]}'
    for unknown in (
        b'{"exercise":"e","answers":{},"points":10}',
        b'{"exercise":"e","answers":{"f":{"type":"outputs","numbers":%s,"points":10}}}' % numbers,
    ):
        with pytest.raises(SheetError, match="points"):
            decode(unknown)
    assert decode(b'{"exercise":"e","answers":{"f":{"type":"outputs","numbers":%s}}}' % numbers).answers


def test_the_limit_of_a_sheet_is_exact():
    data = encode(Sheet("mlp/relu-sgd", {"loss": write(4.5)}))
    padded = b" " * (LARGEST_SHEET - len(data)) + data
    assert decode(padded).answers["loss"] == Numbers((), ("4.5",))
    with pytest.raises(SheetError, match="at most 256 KiB is read, got 256 KiB"):
        decode(b" " + padded)
    with pytest.raises(SheetError, match="at most 256 KiB is read, got 300 KiB; hand over what is asked"):
        decode(b" " * (300 * 1024))


@pytest.mark.parametrize(
    ("lines", "got"),
    [('[null, "a = b"]', "line 1.*nothing"), ("5", "line 1.*a number"), ('["a", {"t": 1}]', "line 2.*dict")],
)
def test_a_line_that_is_no_text_is_refused_and_named(lines, got):
    with pytest.raises(SheetError, match=got):
        read_derivation(f'{{"lines": {lines}}}', "mlp/relu-sgd-chain")
