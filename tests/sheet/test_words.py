"""Choices and the units of a graph, as people name them."""

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from course.exercises import find
from course.sheet.words import NoSuchWord, which_choice, which_unit

HOLDS = find("regularization/p-norm").answers["holds"].choices
DIRECTION = find("mlp/relu-sgd").answers["direction"].choices
UNITS = ("x0", "x1", "x2", "z0", "z1", "z2", "h")


@pytest.mark.parametrize(
    ("text", "choices", "meant"),
    [
        ("decrease", DIRECTION, "decrease"), ("Decreases", DIRECTION, "decrease"), ("DECREASED.", DIRECTION, "decrease"),
        (" increase ", DIRECTION, "increase"), ("inc", DIRECTION, "increase"), ("d", DIRECTION, "decrease"),
        ("'increase'", DIRECTION, "increase"), ("increase!", DIRECTION, "increase"),
        ("even p", HOLDS, "for even p"), ("for  even p", HOLDS, "for even p"), ("For Even P", HOLDS, "for even p"),
        ("even", HOLDS, "for even p"), ("odd", HOLDS, "for odd p"), ("for no", HOLDS, "for no p"), ("every p", HOLDS, "for every p"),
        ("2", ("1", "2", "3"), "2"), ("2.0", ("1", "2", "3"), "2"), ("1", ("10", "1"), "1"), ("+3", ("1", "2", "3"), "3"),
        ("1/2", ("0.5", "1"), "0.5"), ("10", ("10", "100"), "10"),
        ("a", ("a", "ab"), "a"),
    ],
)  # fmt: skip
def test_the_choice_that_is_meant(text, choices, meant):
    assert choices[which_choice(text, choices)] == meant


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("", DIRECTION), ("neither", DIRECTION), ("crease", DIRECTION), ("does not decrease", DIRECTION), ("decreaseless", DIRECTION),
        ("not increase", DIRECTION), ("decrease or increase", DIRECTION), ("e", HOLDS), ("ev", HOLDS), ("p", HOLDS), ("for", HOLDS),
        ("for p", HOLDS), ("uneven p", HOLDS), ("for even and odd p", HOLDS), ("0", ("10", "100")), ("4", ("1", "2")),
        ("...", DIRECTION),
    ],
)  # fmt: skip
def test_a_text_that_means_no_choice_or_several_is_none(text, choices):
    with pytest.raises(NoSuchWord, match="choose one of"):
        which_choice(text, choices)


def test_a_part_of_several_choices_names_them():
    with pytest.raises(NoSuchWord, match=r"it may be for every p or for even p$"):
        which_choice("ev", HOLDS)


def test_a_phrase_means_a_choice_that_negates_only_if_it_has_all_of_its_words():
    choices = ("vanishes", "does not vanish")
    assert which_choice("it does not vanish", choices) == 1
    for text in ("it does vanish", "it does not", "it vanishes not"):
        with pytest.raises(NoSuchWord):
            which_choice(text, choices)


@forall(st.text(max_size=60))
def test_any_text_is_a_choice_or_one_reason(text):
    for choices in (HOLDS, DIRECTION, ("1", "2")):
        try:
            assert which_choice(text, choices) in range(len(choices))
        except NoSuchWord as reason:
            assert len(str(reason)) < 300


@pytest.mark.parametrize(
    ("name", "meant"),
    [("x0", "x0"), ("x_0", "x0"), ("x_{0}", "x0"), ("X0", "x0"), ("x₀", "x0"), (" x0 ", "x0"), ("$x_0$", "x0"), ("x 0", "x0"),
     ("h", "h"), ("h1", "h"), ("h_1", "h"), ("H", "h"), ("z_2", "z2"), ("x[0]", "x0"), ("ｘ０", "x0")],
)  # fmt: skip
def test_the_unit_that_is_meant(name, meant):
    assert UNITS[which_unit(name, UNITS)] == meant


def test_the_number_of_an_only_unit_may_be_left_out_or_put_in():
    assert which_unit("h", ("x1", "x2", "h1")) == 2
    assert which_unit("h1", ("a1", "a2", "h")) == 2
    with pytest.raises(NoSuchWord):
        which_unit("x", ("x1", "x2", "h1"))
    with pytest.raises(NoSuchWord):
        which_unit("h1", ("h", "h2"))


@pytest.mark.parametrize("name", ["", "x", "x3", "h2", "y", "x01", "hh", "0", "x" * 500, "\ud800"])
def test_no_other_unit_is_meant(name):
    with pytest.raises(NoSuchWord, match="the units are x0"):
        which_unit(name, UNITS)
