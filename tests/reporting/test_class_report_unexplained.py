"""Candidates for a new slip: planted mistakes are found among careless ones, and chance is not taken for one."""

import numpy as np
import pytest

from course.reporting.class_report.expressions import hypotheses
from course.reporting.class_report.graded_work import Answers
from course.reporting.class_report.unexplained import clusters

CLASS = 40


@pytest.fixture
def numbers():
    """Everybody's own numbers: two vectors, one scalar, and the right answer W·x + c entry by entry."""
    draw = np.random.default_rng(7)
    w, x = draw.integers(1, 90, (2, CLASS, 3)) / 10
    c = draw.integers(1, 90, CLASS) / 10
    return {"w": w, "x": x, "c": c, "y": w * x + c[:, None]}


def answers(numbers, value, expected=None):
    truth = numbers["y"]
    known = np.ones(CLASS, dtype=bool)
    return Answers(value, np.full(value.shape, 0.01), known, truth, truth if expected is None else expected)


def operands(numbers):
    return {name: numbers[name] for name in ("w", "x", "c")}


def found(numbers, value, wrong, **options):
    at = np.isin(np.arange(CLASS), wrong)
    options = {"exact": False} | options
    return clusters(answers(numbers, value, options.pop("expected", None)), at, operands(numbers), **options)


@pytest.mark.parametrize(
    ("mistake", "says"),
    [
        (lambda n: -n["y"], "−1 times the right value"),
        (lambda n: n["y"] / 3, "1/3 times the right value"),
        (lambda n: n["y"] + 1, "the right value + 1"),
        (lambda n: n["y"] * 0.7183, "0.7183 times the right value"),
        (lambda n: n["w"], "`w`"),
        (lambda n: np.sqrt(n["x"]), "√|`x`|"),
        (lambda n: n["w"] * n["x"], "`w` · `x`"),
        (lambda n: n["w"] - n["c"][:, None], "`w` − `c`"),
    ],
)
def test_a_planted_mistake_is_found_whatever_the_numbers(numbers, mistake, says):
    value, guilty = numbers["y"].copy(), [3, 8, 21, 30, 39]
    careless = [1, 2, 17, 33]
    value[careless] *= np.random.default_rng(1).uniform(2, 9, (4, 3))
    value[guilty] = mistake(numbers)[guilty].round(4)
    (cluster,) = found(numbers, value, guilty + careless)
    assert cluster.kind == "expression"
    assert cluster.students == tuple(guilty)
    # The right value less c is the product as well: either name is the same mistake.
    assert says in cluster.explanation or cluster.explanation == "the right value − `c`"


def test_a_planted_mistake_is_found_in_a_class_of_two_thousand():
    """Binomial coefficients of such classes are beyond every float."""
    size, draw = 2000, np.random.default_rng(5)
    w, x = draw.integers(1, 90, (2, size, 3)) / 10
    truth = w * x
    value, guilty = truth.copy(), np.arange(0, size, 40)
    careless = np.setdiff1d(np.arange(0, size, 1), guilty)[:1500]
    value[careless] *= draw.uniform(2, 9, (len(careless), 3))
    value[guilty] = -truth[guilty]
    known = np.ones(size, dtype=bool)
    these = Answers(value, np.full(value.shape, 0.01), known, truth, truth)
    at = np.isin(np.arange(size), np.concatenate([guilty, careless]))
    found = clusters(these, at, {"w": w, "x": x}, exact=False)
    (turned,) = [cluster for cluster in found if set(guilty) <= set(cluster.students)]
    assert turned.explanation == "−1 times the right value"


def test_two_mistakes_of_one_step_are_told_apart(numbers):
    value, first, second = numbers["y"].copy(), [0, 5, 9, 14], [2, 20, 25]
    value[first], value[second] = -numbers["y"][first], 10 * numbers["y"][second]
    turned, ten = found(numbers, value, first + second)
    assert (turned.students, turned.explanation) == (tuple(first), "−1 times the right value")
    assert (ten.students, ten.explanation) == (tuple(second), "10 times the right value")


def test_a_mistake_in_some_entries_is_found(numbers):
    value, guilty = numbers["y"].copy(), [4, 11, 19]
    value[guilty, 1] *= -1
    (cluster,) = found(numbers, value, guilty)
    assert cluster.explanation == "−1 times the right value"


def test_it_is_judged_on_the_students_own_earlier_answers(numbers):
    expected = numbers["y"] * np.linspace(2, 5, CLASS)[:, None]
    value, guilty = expected.copy(), [4, 11, 19]
    value[guilty] = expected[guilty] / 2
    (cluster,) = found(numbers, value, guilty, expected=expected)
    assert cluster.explanation == "1/2 times the right value"


@pytest.mark.parametrize("seed", range(8))
def test_careless_answers_are_no_mistake_of_one_kind(numbers, seed):
    draw, wrong = np.random.default_rng(100 + seed), list(range(0, 30, 2))
    value = numbers["y"].copy()
    value[wrong] += draw.uniform(1, 50, (len(wrong), 3)).round(2)
    assert found(numbers, value, wrong) == []


def test_small_whole_numbers_that_meet_by_chance_are_no_mistake():
    draw = np.random.default_rng(3)
    truth, wrong = draw.integers(1, 7, (CLASS, 1)).astype(float), np.arange(CLASS) % 3 == 0
    value = np.where(wrong[:, None], (truth + draw.integers(1, 6, (CLASS, 1))) % 7 + 1, truth)
    given = {name: draw.integers(1, 7, (CLASS, 1)).astype(float) for name in "abcdef"}
    work = Answers(value, np.zeros_like(value), np.ones(CLASS, dtype=bool), truth, truth)
    assert [
        c for c in clusters(work, wrong & (value != truth)[:, 0], given, exact=True) if c.kind == "expression"
    ] == []


def test_equal_answers_to_equal_numbers_are_put_together_with_what_fits(numbers):
    same = {name: np.repeat(value[:1], CLASS, axis=0) for name, value in numbers.items()}
    value = same["y"].copy()
    value[[1, 7, 12]] = [9.0, 8.0, 7.0]
    value[[2, 3]] = -same["y"][[2, 3]]
    value[20] = 55.0
    three, two = found(same, value, [1, 2, 3, 7, 12, 20])
    assert (three.kind, three.students, three.explanation) == ("same value", (1, 7, 12), "")
    assert (two.students, two.explanation) == ((2, 3), "−1 times the right value")


def test_a_factor_taken_from_the_answers_themselves_explains_nothing(numbers):
    same = {name: np.repeat(value[:1], CLASS, axis=0) for name, value in numbers.items()}
    value = same["y"].copy()
    value[[1, 7]] *= 0.7183
    (cluster,) = found(same, value, [1, 7])
    assert (cluster.kind, cluster.explanation) == ("same value", "")


def test_a_constant_is_named_though_the_numbers_differ(numbers):
    value, guilty = numbers["y"].copy(), [1, 2, 3]
    value[guilty] = [0.5, 0.5, 0.5]
    (cluster,) = found(numbers, value, guilty)
    assert (cluster.kind, cluster.students) == ("constant", (1, 2, 3))
    value[3] = 0.7
    assert found(numbers, value, guilty) == []


def test_nothing_is_made_of_one_answer_or_of_unread_ones(numbers):
    value = -numbers["y"]
    assert found(numbers, value, [5]) == []
    work = answers(numbers, value)
    unread = Answers(work.value, work.unit, np.zeros(CLASS, dtype=bool), work.truth, work.expected)
    assert clusters(unread, np.ones(CLASS, dtype=bool), {}, exact=False) == []


def test_division_by_zero_fits_nothing():
    zero = np.zeros((3, 1))
    tried = list(hypotheses(zero + 1, zero, np.ones((3, 1), dtype=bool), {"a": zero, "b": zero + 2}))
    by_text = {h.text: h.value for h in tried}
    assert np.isnan(by_text["`b` / `a`"]).all()
    assert np.isnan(by_text["1/`a`"]).all()
    assert np.isnan(by_text["log(`a`)"]).all()
