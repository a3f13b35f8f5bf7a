"""Same answer, same ruling: what is the same on numbers of one's own, and what is not."""

import numpy as np
import pytest

from course.grading.appeals.same_answer import FACTORS, Given, same_answer
from course.marking.scheme import State
from course.sheet import Numbers, Text

TRUTH, OTHER = [6.0, -3.0], [0.5, 2.0]


def given(value, expected=TRUTH, state=State.WRONG, *, truth=None, unit=0.01, slip=-1, handed=None, numeric=True):
    value, expected = np.array(value, float), np.array(expected, float)
    truth = expected if truth is None else np.array(truth, float)
    return Given(state, slip, handed, value, np.full(value.shape, unit), truth, expected, numeric)


def test_on_the_same_numbers_the_same_value_is_the_same():
    assert same_answer(given([1.0, 2.0]), given([1.0, 2.0]))
    assert not same_answer(given([1.0, 2.0]), given([1.0, 2.02]))
    assert not same_answer(given([1.0, 2.0]), given([2.0, 1.0]))


@pytest.mark.parametrize(
    ("first", "second", "unit", "same"),
    [
        (1.23, 1.2345, 0.01, True),  # one wrote two decimals, the other all
        (1.23, 1.239, 0.01, True),  # documents cut as well as round
        (1.23, 1.24, 0.01, False),
        (1.2345, 1.2355, 0.0001, False),
        (-1.23, 1.23, 0.01, False),
    ],
)
def test_values_are_compared_to_the_coarser_of_what_was_written(first, second, unit, same):
    assert same_answer(given([first], [7.0], unit=unit), given([second], [7.0], unit=1e-4)) is same


def test_whole_numbers_are_the_same_only_where_they_are_equal():
    assert same_answer(given([480.0], [608.0], unit=0.0), given([480.0], [608.0], unit=0.0))
    assert not same_answer(given([480.0], [608.0], unit=0.0), given([481.0], [608.0], unit=0.0))


@pytest.mark.parametrize("factor", [-1.0, 2.0, -2.0, 0.5, 10.0, 0.1, 12.0, 1 / 3, 1e6])
def test_on_other_numbers_the_same_multiple_is_the_same(factor):
    mine, theirs = factor * np.array(TRUTH), factor * np.array(OTHER)
    assert same_answer(given(mine, TRUTH, unit=1e-9), given(theirs, OTHER, unit=1e-9))
    assert not same_answer(given(mine, TRUTH, unit=1e-9), given(theirs * 1.01, OTHER, unit=1e-9))
    # The same on one entry only is another answer.
    assert not same_answer(given(mine, TRUTH, unit=1e-9), given([theirs[0], 7.7], OTHER, unit=1e-9))


@pytest.mark.parametrize("factor", [1.37, 13.0, 0.0, -7.5])
def test_any_other_relation_is_a_persons_to_name(factor):
    assert factor not in FACTORS
    mine, theirs = factor * np.array(TRUTH), factor * np.array(OTHER)
    assert not same_answer(given(mine, TRUTH), given(theirs, OTHER))


def test_a_multiple_is_of_what_follows_from_ones_own_answers():
    mine = given([-6.0, 3.0], [6.0, -3.0], truth=[5.0, 5.0])
    theirs = given([-0.5, -2.0], [0.5, 2.0], truth=[4.0, 4.0])
    assert same_answer(mine, theirs)
    assert not same_answer(mine, theirs._replace(expected=np.array([4.0, 4.0])))


def test_a_coarse_value_is_a_multiple_of_nothing():
    """0.00 is within a hundredth of ten thousandths of anything, and shows nothing."""
    assert not same_answer(given([0.0], [0.004]), given([0.0], [0.007]))
    assert not same_answer(given([0.01], [0.1]), given([0.02], [0.3]))


def test_zeros_that_are_right_are_zeros_in_the_multiple():
    assert same_answer(given([-6.0, 0.0], [6.0, 0.0]), given([-2.0, 0.0], [2.0, 0.0]))
    assert not same_answer(given([-6.0, 1.0], [6.0, 0.0]), given([-2.0, 0.0], [2.0, 0.0]))
    assert not same_answer(given([0.0, 0.0], [0.0, 0.0]), given([-2.0, 0.0], [2.0, 0.0]))


@pytest.mark.parametrize("state", [State.EXACT, State.FOLLOWS])
def test_who_wrote_what_was_expected_gave_the_same_answer(state):
    assert same_answer(given(TRUTH, TRUTH, state), given(OTHER, OTHER, state))


def test_what_was_judged_otherwise_is_another_answer():
    states = list(State)
    for one in states:
        for other in states:
            if one != other:
                assert not same_answer(given(TRUTH, TRUTH, one), given(TRUTH, TRUTH, other))


@pytest.mark.parametrize("state", [State.SLIP, State.FOLLOWS])
def test_the_same_slip_is_the_same_answer_whatever_the_numbers(state):
    mine, theirs = given([1.0, 2.0], TRUTH, state, slip=1), given([7.0, 8.0], OTHER, state, slip=1)
    assert same_answer(mine, theirs)
    assert not same_answer(mine, theirs._replace(slip=0))
    assert not same_answer(mine, theirs._replace(slip=-1))


def test_nothing_is_no_answer():
    assert not same_answer(given([0.0], [1.0], State.MISSING), given([0.0], [1.0], State.MISSING))


def test_what_cannot_be_read_is_the_same_where_the_same_was_written():
    one = given([0.0], [1.0], State.UNUSABLE, handed=Text("ten"))
    assert same_answer(one, given([0.0], [2.0], State.UNUSABLE, handed=Text("ten")))
    assert not same_answer(one, given([0.0], [1.0], State.UNUSABLE, handed=Text("eleven")))
    assert not same_answer(one, given([0.0], [1.0], State.UNUSABLE, handed=Numbers((), ("10",))))
    assert not same_answer(one._replace(handed=None), one._replace(handed=None))


def test_words_are_compared_only_where_the_right_one_is_the_same():
    one = given(1.0, 0.0, unit=0.0, numeric=False)
    assert same_answer(one, given(1.0, 0.0, unit=0.0, numeric=False))
    assert not same_answer(given(2.0, 1.0, numeric=False), given(4.0, 2.0, numeric=False))
    assert same_answer(given(2.0, 1.0), given(4.0, 2.0))


def test_it_does_not_matter_who_is_asked_first():
    rng = np.random.default_rng(3)
    answers = [given(rng.choice(FACTORS) * np.array(t), t) for t in (TRUTH, OTHER) for _ in range(12)]
    pairs = [(same_answer(a, b), same_answer(b, a)) for a in answers for b in answers]
    assert all(first == second for first, second in pairs)
    assert {first for first, _ in pairs} == {True, False}
