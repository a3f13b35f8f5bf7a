"""From what was handed over to arrays: shapes, lists typed as a text, units that a task states, graphs, choices."""

import jax.numpy as jnp
import numpy as np
import pytest

from course.exercises import Answer, find
from course.sheet import Edges, Numbers, Outputs, Text, write
from course.sheet.reading import Status, read_answer

SCALAR, PAIR, MATRIX = Answer("a", (), ""), Answer("a", (2,), ""), Answer("W", (2, 3), "")
COUNT, COUNTS = Answer("n", (), "", "int"), Answer("n", (2,), "", "int")
CHOICE = Answer("d", (), "", "choice", choices=("decrease", "increase"))
NUMBERED = Answer("d", (), "", "choice", choices=("1", "2", "3"))
GRAPH = Answer("g", (3, 3), "", "graph", units=("x0", "x1", "h"))
FUNCTION = Answer("f", (3,), "", "function", signature="f(x)")
BIASES = Answer("b", (2, 1, 1), "")
DELTA_W = find("mlp/relu-sgd").answers["delta_w"]

LINKED = np.array([[0, 0, 1], [0, 0, 1], [0, 0, 0]])


@pytest.mark.parametrize(
    ("answer", "typed", "value"),
    [
        (PAIR, "[6, -3]", [6, -3]), (PAIR, "(6; -3)", [6, -3]), (PAIR, "6, -3", [6, -3]), (PAIR, "array([6, -3])", [6, -3]),
        (PAIR, ["9/2", "45%"], [4.5, 0.45]), (PAIR, [["6"], ["-3"]], [6, -3]), (PAIR, np.array([[6], [-3]]), [6, -3]),
        (PAIR, ["[6, -3]"], [6, -3]), (PAIR, r"\begin{pmatrix}6 \\ -\frac{9}{2}\end{pmatrix}", [6, -4.5]),
        (PAIR, "0.35; 0.42", [0.35, 0.42]), (PAIR, "1,115", [1, 115]),
        (SCALAR, "[4.5]", 4.5), (SCALAR, [[[4.5]]], 4.5), (SCALAR, "(4.5+0j)", 4.5), (SCALAR, 4.5 + 0j, 4.5),
        (MATRIX, "[1, 2, 3; 4, 5, 6]", [[1, 2, 3], [4, 5, 6]]), (MATRIX, "[[1 2 3]\n [4 5 6]]", [[1, 2, 3], [4, 5, 6]]),
        (MATRIX, "[1, 4; 2, 5; 3, 6]", [[1, 2, 3], [4, 5, 6]]), (MATRIX, "[[1, 2, 3],\n [4, 5, 6]]", [[1, 2, 3], [4, 5, 6]]),
        (BIASES, [1, 2], [[[1]], [[2]]]), (BIASES, np.array([[1], [2]]), [[[1]], [[2]]]), (PAIR, jnp.array([[[1]], [[2]]]), [1, 2]),
        (COUNT, "16,618", 16618), (COUNT, "1 115 684 864", 1115684864), (COUNT, "1.115.684", 1115684),
        (COUNT, np.float32(1115684864), 1115684864), (COUNT, "1e3", 1000), (COUNT, "6/3", 2),
        (COUNTS, ["16,618", "1'000"], [16618, 1000]), (COUNTS, "16 618; 1 000", [16618, 1000]), (COUNT, "[16 618]", 16618), (COUNTS, "[16 618]", [16, 618]),
        (DELTA_W, "-18η", -18), (DELTA_W, "-18*eta", -18), (DELTA_W, r"$-18\,\eta$", -18), (DELTA_W, "[-18η]", -18),
        (CHOICE, "decreases.", 0), (CHOICE, ["increase"], 1), (CHOICE, np.array(["increase"]), 1), (CHOICE, ("INC",), 1),
        (NUMBERED, 2, 1), (NUMBERED, "2", 1), (NUMBERED, 2.0, 1), (NUMBERED, np.int64(2), 1), (NUMBERED, [3], 2),
        (GRAPH, [("x_0", "h1"), ("x1", "H")], LINKED), (GRAPH, [["x0", "h"], ["x1", "h"]], LINKED),
        (GRAPH, {("x0", "h"), ("x1", "h")}, LINKED), (GRAPH, np.array([["x0", "h"], ["x1", "h"]]), LINKED),
        (GRAPH, LINKED, LINKED), (GRAPH, LINKED.astype(bool), LINKED), (GRAPH, LINKED.astype(bool).tolist(), LINKED),
        (GRAPH, jnp.asarray(LINKED, bool), LINKED), (GRAPH, "[[0,0,1],[0,0,1],[0,0,0]]", LINKED), (GRAPH, [], np.zeros((3, 3))),
        (FUNCTION, lambda x: x, [1, 2, 3]),
    ],
)  # fmt: skip
def test_what_is_handed_over_is_read(answer, typed, value):
    reading = read_answer(answer, write(typed, lambda f: f(np.array([[1.0], [2.0], [3.0]]))))
    assert reading.status in (Status.READ, Status.TRANSPOSED), reading.reason
    assert reading.value.shape == reading.unit.shape == answer.shape
    np.testing.assert_array_equal(reading.value, value)
    # Only numbers that were worked out by hand carry the rounding of how they were written.
    assert answer.dtype == "float" or not reading.unit.any()


@pytest.mark.parametrize(
    ("answer", "typed", "reason"),
    [
        (SCALAR, "6, -3", "a number was expected"), (SCALAR, "[6, -3]", "expected a single number, got shape (2,)"),
        (SCALAR, "16,618", "16618 or 16.618"), (SCALAR, "-18η", "a number was expected"),
        (SCALAR, 1j, "a number was expected"), (SCALAR, True, "'True'"), (SCALAR, "decrease", "'decrease'"), (SCALAR, [], "expected"),
        (PAIR, "1,115; 2, 3", "write decimal points, not commas"), (PAIR, "[6, -3, 1]", "got shape (3,)"), (PAIR, "[6, (3]", "brackets"),
        (PAIR, "16 618", "expected shape (2,)"), (PAIR, [True, False], "'True'"), (PAIR, "[6, x]", "'x'"),
        (COUNT, "1,5", "a whole number was expected"), (COUNT, "1,23,456", "'1,23,456'"),
        (CHOICE, "sideways", "choose one of decrease, increase; got 'sideways'"), (CHOICE, ["increase", "decrease"], "an array of shape (2,)"),
        (CHOICE, [("x", "y")], "pairs of words, (x, y)"), (PAIR, [[1], [2, 3]], "different lengths; an array of shape (2,) was expected"), (PAIR, 6, "got a single number, '6'"), (NUMBERED, 4, "choose one of 1, 2, 3; got '4'"), (NUMBERED, 2.5, "'2.5'"),
        (GRAPH, [("x0", "y")], "the units are x0, x1, h; got 'y'"), (GRAPH, 2 * LINKED, "0 and 1"), (GRAPH, LINKED[:2], "shape"),
        (GRAPH, "x0", "pairs"), (FUNCTION, [1, 2, 3], "a function f(x) was expected"),
        (DELTA_W, "-18θ", "a number was expected"), (DELTA_W, "η", "a number was expected"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_unusable_and_says_why(answer, typed, reason):
    reading = read_answer(answer, write(typed))
    assert reading.status == Status.UNUSABLE
    assert reason in reading.reason
    assert not reading.value.any()


def test_blanks_are_thousands_only_where_the_shape_says_so():
    three = Answer("v", (3,), "", "int")
    # Taken for thousands it would have the shape (2,), which is not asked for either.
    assert "got shape (4,)" in read_answer(three, write("[16 618 1 000]")).reason
    assert "got shape (2, 2)" in read_answer(three, write("16 618; 1 000")).reason
    assert "got shape (3, 2)" in read_answer(COUNTS, write("16 618; 1 000; 2 000")).reason


def test_a_long_word_is_cut_in_the_reason():
    assert read_answer(SCALAR, write("x" * 41)).reason.startswith(f"a number was expected, got {'x' * 24 + '…'!r}")


def test_a_fraction_and_a_whole_number_that_is_asked_for_carry_no_rounding():
    np.testing.assert_array_equal(read_answer(PAIR, write(["9/2", "4.5"])).unit, [0, 0.01])
    np.testing.assert_array_equal(read_answer(COUNTS, write([1320, 132])).unit, [0, 0])
    np.testing.assert_array_equal(read_answer(PAIR, write([1320, 131.7])).unit, [10, 0.1])


def test_a_transposed_matrix_is_put_right_with_its_precision():
    reading = read_answer(MATRIX, write([["1.00", "1320"], ["2", "5"], ["3", "6"]]))
    assert reading.status == Status.TRANSPOSED
    np.testing.assert_array_equal(reading.value, [[1, 2, 3], [1320, 5, 6]])
    assert reading.unit[1, 0] == 10


def test_the_numbers_are_kept_as_they_were_read():
    reading = read_answer(PAIR, write("= (9/2; 45%)"))
    assert [number.text for number in reading.numbers] == ["4.5", "0.45"]
    assert reading.shape == (2,)


@pytest.mark.parametrize("dtype", ["float", "int", "choice", "graph", "function"])
@pytest.mark.parametrize(
    "handed",
    [Numbers((0,), ()), Numbers((), ("",)), Numbers((), ("[",)), Numbers((1,), ("(" * 400,)), Text(""), Text("(" * 300), Edges(()),
     Edges((("", ""),)), Outputs(Numbers((), ("x",))), Numbers((2, 0), ()), Numbers((), ("\ud800",))],
)  # fmt: skip
def test_nothing_raises(dtype, handed):
    answer = Answer("a", (2, 2), "", dtype, choices=("a",), units=("x", "y"), signature="f()")
    assert read_answer(answer, handed).status in (Status.UNUSABLE, Status.READ)
