"""The one rule for when a written number is right, on numbers; the same for numpy and for JAX."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course.marking.tolerance import compare, vanishes


def right(value, target, unit=0.0, **how):
    value, target = np.asarray(value, float), np.asarray(target, float)
    return compare(value, target, np.full(target.shape, unit), **{"exact": False, **how}).right.tolist()


@pytest.mark.parametrize(
    ("value", "target", "unit", "expected"),
    [
        (0.18, 0.1833, 0.01, True),  # off by less than the unit
        (0.17, 0.1833, 0.01, False),  # by more than it
        (0.16, 0.18, 0.05, False),  # by less than the unit, but by 11 %
        (13.001, 13.0, 0.0, True),  # 1e-4 of 13 is 0.0013
        (13.002, 13.0, 0.0, False),
        (-13.0, 13.0, 0.01, False),
    ],
)
def test_a_number_is_right_within_its_unit_or_the_arithmetic(value, target, unit, expected):
    assert right(value, target, unit) is expected


def test_whole_numbers_are_held_to_the_last_digit():
    count = 1_115_684_864.0
    assert right(count + 5e-4, count, exact=True)  # 1e-12 of it is 1.1e-3
    assert not right(count + 1, count, exact=True)
    assert not right(1.001, 1.0, unit=0.01, exact=True)


def test_zeros_are_measured_by_the_largest_entry():
    assert right([6.0, 5e-6], [6.0, 0.0]) == [True, True]  # 1e-6 of 6
    assert right([6.0, 7e-6], [6.0, 0.0]) == [True, False]
    assert right([5e-7, 0.0], [0.0, 0.0]) == [False, True]  # nothing to measure by
    assert right([3.0, 0.0], [3.0, 1e-3], unit=0.01) == [True, False]


def test_outputs_of_functions_may_be_off_by_float32_in_the_largest_entry():
    assert right([100.0, 1e-3 + 5e-6], [100.0, 1e-3], computed=True) == [True, True]  # 1e-7 of 100
    assert right([100.0, 1e-3 + 2e-5], [100.0, 1e-3], computed=True) == [True, False]
    assert right([100.0, 1e-3 + 5e-6], [100.0, 1e-3]) == [True, False]


def test_nothing_fits_what_is_not_finite():
    for target in (np.inf, np.nan):
        assert not right(3.0, target, unit=1.0)
        assert right([3.0, 1.0], [target, 1.0], unit=1.0) == [False, False]
        assert not right(3.0, target, exact=True)  # a count with a stride of 0


def test_too_coarse_is_within_the_unit_and_not_right():
    def coarse(value, target, unit):
        return bool(compare(np.asarray(value), np.asarray(target), np.asarray(unit), exact=False).coarse)

    assert coarse(0.03, 0.0266, 0.01)  # 13 % off
    assert not coarse(0.18, 0.1833, 0.01)  # right
    assert not coarse(0.05, 0.0266, 0.01)  # a unit off
    assert not coarse(0.004, 0.0, 0.01)  # a zero is never too coarse


def test_rows_are_measured_each_by_its_own_entries():
    values, targets = np.array([[5e-6, 6.0]]), np.array([[0.0, 6.0], [0.0, 0.6]])
    found = compare(values, targets, np.zeros((1, 2)), exact=False, axis=-1)
    assert found.right.tolist() == [[True, True], [False, False]]


def test_what_vanishes_does_so_beside_the_largest_or_the_usual_size():
    assert vanishes(np.array([0.0, 1.0, 5e-13, 5e-12])).tolist() == [True, False, True, False]
    assert vanishes(np.array([0.0, 5e-10]), typical=1e3).tolist() == [True, True]
    assert vanishes(np.array([0.0, 1e3, 5e-10])).tolist() == [True, False, True]


def test_numpy_and_jax_agree():
    value, target = np.array([0.18, 6.0, 5e-6, 0.03]), np.array([0.1833, 6.01, 0.0, 0.0266])
    unit = np.array([0.01, 0.001, 0.0, 0.01])
    with jax.enable_x64(True):
        traced = compare(*map(jnp.asarray, (value, target, unit)), exact=False)
    plain = compare(value, target, unit, exact=False)
    for one, other in zip(traced, plain, strict=True):
        np.testing.assert_array_equal(one, other)
