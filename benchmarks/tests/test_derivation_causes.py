"""The judge of `benchmarks.derivation_causes`: what a sentence asks for, and whether that puts a line right."""

import operator
import random

import pytest

from benchmarks import derivation_causes
from benchmarks.derivation import SOLUTIONS
from benchmarks.derivation_causes import Error, Variant, asked_for, errors, names_it, told, verdict
from course.derivation.reading.reader import read_formula
from course.derivation.reading.symbols import Symbol, Symbols
from course.marking import registry

SYMBOLS = Symbols(Symbol("a"), Symbol("b"), Symbol("c"), Symbol("A", shape=(2, 3)), Symbol("B", shape=(3, 2)))


def formula(text):
    return read_formula(text, SYMBOLS)


@pytest.mark.parametrize(
    ("sentence", "wrong", "right"),
    [
        ("The sign of $b$ is turned.", "a + b", "a - b"),
        ("The sign of the whole is turned.", "a b", "-(a b)"),
        ("$c$ is meant, not $b$.", "a b", "a c"),
        ("3 is meant, not 2.", "2 a", "3 a"),
        ("The factor $c$ is too many.", "a b c", "a b"),
        ("The term $b$ is too many.", "a + b", "a"),
        ("The exponent of $a$ should be $b$, not $2$.", "a^2", "a^b"),
        ("$A$ should be transposed.", "A A", "A^T A"),
        ("$B$ should stand before $A$.", "A B", "B A"),
        ("The absolute value of $a$ is missing.", "a^2", "|a|^2"),
    ],
)
def test_what_a_sentence_asks_for_is_done(sentence, wrong, right):
    assert formula(right) in list(asked_for(sentence, formula(wrong), SYMBOLS))


def test_what_is_no_change_asks_for_none():
    assert asked_for("Mind the step.", formula("a"), SYMBOLS) is None


def test_errors_of_a_kind():
    assert [one.node for one in errors(formula("a + b"), SYMBOLS, "sign")] == [formula("-a + b"), formula("a - b")]
    assert [one.node for one in errors(formula("a b"), SYMBOLS, "factor")] == [formula("b"), formula("a")]
    assert list(errors(formula("∂a/∂b"), SYMBOLS, "index")) == []
    lost = Error("factor", formula("a"), formula("b"), None)
    assert names_it("The factor $b$ is missing.", lost, SYMBOLS, operator.eq)
    assert not names_it("The factor $a$ is missing.", lost, SYMBOLS, operator.eq)


def test_a_false_sentence_is_found_and_none_is_said():
    scheme = registry.load((SOLUTIONS,))["mlp/layer-gradients"]
    variant = Variant(scheme, scheme.exercise.variant(0))
    place = variant.places[-1]
    turned = next(errors(place.node, variant.symbols, "transposed"))
    said = {text: verdict(variant, place, turned, text, "edit") for text in (
        "This does not follow.",
        "The sign of the whole is turned.",
        "Mind the step.",
    )}  # fmt: skip
    assert list(said.values()) == ["neutral", "false", "false"]
    found = [told(Variant(scheme, scheme.exercise.variant(k)), random.Random(k)) for k in range(6)]
    columns = {one.column for one in found if one is not None}
    assert columns <= {"named", "slip", "other", "neutral"}
    assert "named" in columns
    assert set(derivation_causes.COLUMNS) > columns
