"""What the draws of an exercise tell: how likely a value is by chance, and what it may have been misread as."""

from typing import NamedTuple

import numpy as np
import pytest

from course.exercises import Answer, Exercise
from course.marking.pool import FINER, SAMPLE, UNDRAWN, Candidate, Pool, _grid, _swapped, changed
from course.marking.solving import bounds, lowest


class Given(NamedTuple):
    x: np.ndarray
    y: np.ndarray


SEED = Given(np.array([12.0, 3.0]), np.asarray(5.0))


def exercise(draw):
    return Exercise("t/pool", "", "", "steps", "", lambda: SEED, {"v": Answer("v", (), "")}, draw=draw)


@pytest.fixture(scope="module")
def pool():
    """x is (1, 2) in every other draw and (3, 4) in the rest; y always 5."""
    places = iter(range(SAMPLE))

    def draw(_):
        return Given(np.array([1.0, 2.0]) + 2.0 * (next(places) % 2), np.asarray(5.0))

    return Pool(exercise(draw))


def test_a_value_is_as_unlikely_as_the_draws_say(pool):
    rare = np.log2(2 * (SAMPLE + 1))  # never drawn: half as likely as once
    half = -np.log2(SAMPLE / 2 / (SAMPLE + 1))
    seen = pool.bits("x", np.array([12.0, 3.0]), np.array([1.0, 3.0]))  # the second entry is one's own
    assert seen == pytest.approx(half)
    assert pool.bits("x", np.array([0.0, 0.0]), np.array([1.0, 2.0])) == pytest.approx(2 * half)
    assert pool.bits("x", np.array([1.0, 2.0]), np.array([7.0, 2.0])) == pytest.approx(rare)
    assert pool.bits("x", SEED.x, SEED.x) == 0
    assert pool.bits("unknown", 1.0, 2.0) == 0


def test_digits_are_swapped_two_at_a_time():
    assert list(_swapped(12.0)) == [21.0]
    assert list(_swapped(-1.2)) == [-2.1]
    assert sorted(_swapped(123.0)) == [132.0, 213.0, 321.0]
    assert list(_swapped(11.0)) == list(_swapped(7.0)) == []


def misreadings(pool, given, fields):
    return [Candidate(given, changes) for changes in pool.misreadings(given, frozenset(fields))]


def test_misreadings_are_drawn_values_other_signs_and_swapped_digits_and_name_the_entry(pool):
    found = {(each.field, each.read, each.given) for each in misreadings(pool, SEED, {"x"})}
    # The grid of x is 1, 2, 3, 4, 12; a sign or two digits are misread whatever is drawn.
    assert found == {
        ("x", "[3, 12]", "[12, 3]"),
        *(("x[1]", read, "12") for read in ("1", "2", "3", "4", "-12", "21")),
        *(("x[2]", read, "3") for read in ("1", "2", "4", "12", "-3")),
    }
    numbers = {each.read: each.numbers.x.tolist() for each in misreadings(pool, SEED, {"x"})}
    assert numbers["[3, 12]"] == [3, 12]


def test_a_count_is_not_read_with_a_minus():
    class Counts(NamedTuple):
        stride: int

    asked = {"v": Answer("v", (), "", "int")}
    counts = Exercise("t/c", "", "", "steps", "", lambda: Counts(12), asked, draw=lambda _: Counts(3))
    found = misreadings(Pool(counts), Counts(12), {"stride"})
    assert {each.read for each in found} == {"3", "21"}


def test_two_values_of_one_shape_may_be_exchanged():
    class Two(NamedTuple):
        a: np.ndarray
        b: np.ndarray
        c: np.ndarray

    def draw(_):
        return Two(np.asarray(1.0), np.asarray(2.0), np.array([3.0, 4.0]))

    two = Pool(Exercise("t/two", "", "", "steps", "", lambda: draw(0), {"v": Answer("v", (), "")}, draw=draw))
    found = [(each.field, each.read, each.given) for each in misreadings(two, draw(0), {"a"})]
    assert ("a and b", "2 and 1", "1 and 2") in found
    assert not [each for each in found if "c" in each[0]]


def test_an_exercise_without_draws_tells_nothing():
    alone = Pool(exercise(None))
    assert alone.givens == [SEED]
    assert alone.bits("x", 1.0, 2.0) == 0
    assert misreadings(alone, SEED, {"x", "y"}) == []


def test_readings_are_stacked_and_leave_what_was_given_as_it_is(pool):
    found = misreadings(pool, SEED, {"x"})
    stacked = changed(SEED, [each.changes for each in found])
    assert stacked.x.shape == (len(found), 2)
    assert [row.tolist() for row in stacked.x] == [each.numbers.x.tolist() for each in found]
    assert stacked.y.tolist() == [5.0] * len(found)
    assert SEED.x.tolist() == [12, 3]


def test_a_grid_is_filled_where_a_sample_cannot_show_all_of_it():
    fine = np.array([-0.3, -0.3, 0.1, 0.2, 0.5])
    assert _grid(fine) == [-0.3, -0.2, -0.1, 0.1, 0.2, 0.3, 0.4, 0.5]  # nobody was given 0
    assert _grid(np.repeat([0.1, 0.2, 0.5], 50)) == [0.1, 0.2, 0.5]  # all that there are
    assert _grid(np.array([1.0, 1.1, 1.25])) == [1.0, 1.1, 1.25]  # no grid
    assert _grid(np.array([1.0, 2.0, 4.0])) == [1, 2, 3, 4]


class Two(NamedTuple):
    eta: float
    count: int


@pytest.fixture(scope="module")
def tenths():
    """eta is 0.1 or 0.4, count 3 or 4; all that is asked are whole numbers, so that no count has a minus."""
    places = iter(range(SAMPLE))
    asked = {"v": Answer("v", (), "", "int")}

    def draw(_):
        odd = next(places) % 2
        return Two(0.1 + 0.3 * odd, 3 + odd)

    return Pool(Exercise("t/two", "", "", "steps", "", lambda: Two(0.1, 3), asked, draw=draw))


def test_a_point_may_be_read_a_place_off(tenths):
    found = {(each.field, each.read) for each in misreadings(tenths, Two(0.4, 3), Two._fields)}
    assert {("eta", "4"), ("eta", "0.04"), ("eta", "0.1")} <= found
    assert not {each for each in found if each[0] == "count"} - {("count", "4")}
    found = {(each.field, each.read) for each in misreadings(tenths, Two(0.25, 3), Two._fields)}
    assert {("eta", "2.5"), ("eta", "0.025")} <= found  # no two digits changed places


@pytest.mark.parametrize(
    ("field", "low", "high", "found"),
    [
        ("eta", 0.259, 0.261, {0.26: FINER}),
        ("eta", 0.195, 0.205, {0.2: UNDRAWN}),
        ("eta", 0.25, 0.34, {0.3: UNDRAWN, 0.29: FINER, 0.31: FINER}),
        ("eta", 0.2612, 0.2618, {}),  # three decimals, where one is given
        ("eta", -0.004, 0.004, {}),  # nobody reads a zero
        ("eta", 30.0, 30.0, {30.0: UNDRAWN}),
        ("eta", 70.0, 70.0, {}),  # nor a number a hundred times too large
        ("count", 6.9, 7.2, {7.0: UNDRAWN}),
        ("count", 2.4, 2.6, {}),  # a part of what is counted
        ("count", -7.1, -6.9, {}),
    ],
)
def test_a_person_reads_short_numbers(tenths, field, low, high, found):
    read = tenths.readable(field, low, high)
    assert found.items() <= read.items()
    assert read.keys() <= found.keys() | ({0.28, 0.3} if found else set())


def test_it_is_found_from_where_a_step_has_levelled_off_and_across_a_kink():
    """A whole step of Newton's method leads from 8 to -792 on the sigmoid, and to and fro over the kink."""

    def values(numbers):
        return np.stack([1 / (1 + np.exp(-numbers[:, 0])), np.cbrt(numbers[:, 1] - 2)], axis=1)[..., None]

    target = np.array([[1 / (1 + np.exp(-1))], [0.5]])
    low, high = bounds(values, np.array([8.0, 1.0]), target, np.array([[1e-4], [1e-4]]))
    assert low[0] < 1 < high[0]
    assert high[0] - low[0] < 0.01
    assert low[1] < 2.125 < high[1]  # 2 + 0.5^3


def test_a_search_starts_where_an_answer_is_nearest_on_each_side():
    numbers = np.array([3.0, -2.0, -1.0, 0.0, 1.0, 2.0])
    assert lowest(numbers, np.abs(numbers**2 - 3.5), 2) == [-2.0, 2.0]  # of -1.87 and +1.87
    assert lowest(numbers, np.array([0.1, np.nan, 5, 4, 6, 7]), 9) == [3.0, 0.0]
    assert lowest(numbers, np.full(6, np.nan), 2) == []


def test_the_search_goes_beyond_what_is_drawn_but_not_below_zero_for_a_count(pool):
    found = pool.beyond(SEED, frozenset({"y"}))
    assert {changes[0][:2] for changes in found} == {("y", 0)}
    assert min(abs(changes[0][2]) for changes in found) > 5
    assert {changes[0][2] < 0 for changes in found} == {True, False}


def test_the_number_that_gives_an_answer_is_found_with_its_bounds():
    # Rows: 3 n = 7.5 to 0.3; n^2 = 9, from the left; n = 1 and n = 2 at once, which no number is; 0 n = 0.
    rate, square, start = (
        np.array([[3, 0], [0, 0], [1, 1], [0, 0]]),
        np.array([0, 1, 0, 0]),
        np.array([1, -1, 5, 1.0]),
    )

    def values(numbers):
        return rate * numbers[..., None] + (square * numbers**2)[..., None]

    target = np.array([[7.5, 0], [9, 9], [1, 2], [0, 0]])
    low, high = bounds(values, start, target, np.array([[0.3, 0.3], [0.06, 0.06], [0.1, 0.1], [1, 1]]))
    assert [low[0], high[0]] == pytest.approx([2.4, 2.6], abs=1e-4)
    assert [low[1], high[1]] == pytest.approx([-3.01, -2.99], abs=1e-4)
    assert low[2] > high[2]
    assert np.isnan(low[3])
