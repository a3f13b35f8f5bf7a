"""Arrays typed as a text, in the ways in which people and libraries write them."""

import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from course.sheet.lists import NotAList, read_list

SIX = ((2,), ("6", "-3"))
SQUARE = ((2, 2), ("1", "2", "3", "4"))


@pytest.mark.parametrize(
    "text",
    ["[6, -3]", "(6, -3)", "(6; -3)", "[6;-3]", "[6 -3]", "[ 6  -3 ]", "(6, -3,)", "array([6, -3])", "np.array([6, -3])",
     "Array([6, -3], dtype=int32)", "Array([6, -3], dtype=float32, weak_type=True)", "tensor([6, -3])", "$(6, -3)$",
     "= [6, -3]", "[6, −3]", "（6，−3）", "［6；－3］", "[6,\n -3]", r"\left(6, -3\right)", "[6 - 3]",
     r"\begin{pmatrix} 6 \\ -3 \end{pmatrix}", r"\begin{bmatrix}6\\-3\\\end{bmatrix}", r"$\begin{pmatrix}6 & -3\end{pmatrix}$"],
)  # fmt: skip
def test_a_vector(text):
    assert read_list(text, bare=False) == SIX


@pytest.mark.parametrize(
    "text",
    ["[[1, 2], [3, 4]]", "((1,2),(3,4))", "[1, 2; 3, 4]", "(1 2; 3 4)", "[[1 2]\n [3 4]]", "[[1. 2.] [3. 4.]]",
     "[(1, 2), (3, 4)]", r"\begin{pmatrix}1 & 2\\3 & 4\end{pmatrix}", "array([[1, 2],\n       [3, 4]])"],
)  # fmt: skip
def test_a_matrix(text):
    listed = read_list(text, bare=False)
    assert listed is not None
    assert (listed.shape, tuple(entry.rstrip(".") for entry in listed.entries)) == SQUARE


def test_brackets_may_be_left_out_where_an_array_is_expected():
    assert read_list("6, -3", bare=True) == read_list("6; -3", bare=True) == SIX
    assert read_list("1, 2; 3, 4", bare=True) == SQUARE
    assert read_list("6, -3", bare=False) is None
    assert read_list("6", bare=True) is None


@pytest.mark.parametrize(
    "text", ["", "6", "[6", "6]", "(1)(2)", "(9)/(2)", "x", "[6)]", r"\frac{9}{2}", "[1] + [2]", "[6, (3]"]
)
def test_what_is_no_list(text):
    assert read_list(text, bare=False) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [("[]", "empty"), ("[6,,3]", "empty"), ("[[1, 2], [3]]", "different lengths"), ("[" * 9 + "1" + "]" * 9, "8 deep"),
     ("[1, [2]]", "different lengths"), ("(1;;2)", "empty")],
)  # fmt: skip
def test_what_makes_no_array_says_why(text, reason):
    with pytest.raises(NotAList, match=reason):
        read_list(text, bare=False)


def test_entries_keep_their_own_brackets_and_signs():
    assert read_list("[4.5*10^(-1), (2 + 0j), - 3]", bare=False) == ((3,), ("4.5*10^(-1)", "(2 + 0j)", "- 3"))
    assert read_list("((1), (2))", bare=False) == ((2,), ("(1)", "(2)"))
    assert read_list(r"(\frac{9}{2}; -18\eta)", bare=False) == ((2,), (r"\frac{9}{2}", r"-18\eta"))


def test_lists_are_nested_at_most_eight_deep():
    assert read_list("[" * 8 + "1" + "]" * 8, bare=False) == ((1,) * 8, ("1",))
    assert read_list("[[1], [2]]", bare=False) == ((2, 1), ("1", "2"))
    for deep in ("[" * 9 + "1" + "]" * 9, "(1;" * 9 + "1" + ")" * 9, "[1, " * 9 + "1" + "]" * 9):
        with pytest.raises(NotAList, match="nested more than 8 deep"):
            read_list(deep, bare=False)


def test_blanks_separate_entries_or_thousands():
    assert read_list("[16 618; 1 000]", bare=False) == ((2, 2), ("16", "618", "1", "000"))
    assert read_list("[16 618; 1 000]", bare=False, blanks=False) == ((2,), ("16 618", "1 000"))


def test_brackets_that_do_not_match():
    for text in ("6, (3", "6], [3", "6, 3)"):
        with pytest.raises(NotAList, match="do not match"):
            read_list(text, bare=True)


@forall(st.lists(st.integers(-99, 99), min_size=1, max_size=6), st.sampled_from([", ", ",", "; ", " ", "\n"]))
@settings(max_examples=200, deadline=None)
def test_every_separator_gives_the_same_vector(numbers, separator):
    listed = read_list(f"[{separator.join(map(str, numbers))}]", bare=False)
    assert listed == ((len(numbers),), tuple(map(str, numbers)))


@forall(st.text(max_size=400) | st.text("0123456789[](),; .-\\&begin{}matrx", max_size=120), st.booleans())
@settings(max_examples=800, deadline=None)
def test_any_text_is_an_array_or_none_or_one_reason(text, bare):
    try:
        listed = read_list(text, bare=bare)
    except NotAList as reason:
        assert 0 < len(str(reason)) < 100
        return
    if listed is not None:
        size = 1
        for n in listed.shape:
            size *= n
        assert size == len(listed.entries)
        assert all(listed.entries)
