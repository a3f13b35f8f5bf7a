"""How the students of the oracles round: numbers worked by hand."""

import numpy as np
import pytest

from course.exercises import find
from tests import oracles
from tests.oracles.solution import EXACT, HABITS, advised, advised_cut, decimals, significant, solve


@pytest.mark.parametrize(
    ("rounding", "numbers", "written"),
    [
        (advised, [-0.02886796, 0.54487889, 131.656, 0.0, 0.00995], [-0.029, 0.54, 131.66, 0.0, 0.01]),
        (advised_cut, [-0.02886796, 0.5499, 131.656, 0.29, -0.009], [-0.028, 0.54, 131.65, 0.29, -0.009]),
        (decimals(2), [-0.02886796, 0.004, 131.656], [-0.03, 0.0, 131.66]),
        (significant(3), [-0.02886796, 131.656, 16618.0], [-0.0289, 132.0, 16600.0]),
    ],
)
def test_roundings(rounding, numbers, written):
    assert [rounding(number) for number in numbers] == written


def test_what_is_carried_is_the_written_number_or_the_whole_one():
    oracle, given = oracles.load("mlp/sigmoid-ls"), find("mlp/sigmoid-ls").seed()
    carried, written = (next(h for h in HABITS if h.name == f"advice, {how}") for how in ("carried", "written"))
    # The document's own numbers: it works to two decimals and carries the rounding on.
    worked = solve(oracle, given, carried).written
    np.testing.assert_array_equal(worked["z1"], [0.54, 0.54])
    np.testing.assert_array_equal(worked["new_W2"], [0.49, 0.35, 0.35])
    assert (worked["h"], worked["loss"], worked["delta2"]) == (0.42, 0.17, -0.58)
    kept = solve(oracle, given, written)
    assert kept.written["z1"][0] == 0.54
    assert kept.carried["z1"][0] == pytest.approx(0.54487889, abs=1e-8)


def test_counts_and_words_are_never_rounded():
    oracle, given = oracles.load("training/capstone"), find("training/capstone").seed()
    for habit in HABITS:
        assert solve(oracle, given, habit).written["lenet_params"] == 61_706
    assert (
        solve(oracles.load("mlp/relu-sgd"), find("mlp/relu-sgd").seed(), EXACT).written["direction"] == "decrease"
    )


def test_an_error_outside_the_domain_is_known():
    oracle, given = oracles.load("mlp/sigmoid-ce"), find("mlp/sigmoid-ce").seed()
    assert solve(oracle, given).sound
    assert not solve(oracle, given, override={"h": 1.7}).sound


def test_a_step_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"has no steps \['nothing'\]"):
        solve(oracles.load("mlp/relu-sgd"), find("mlp/relu-sgd").seed(), override={"nothing": 1})
