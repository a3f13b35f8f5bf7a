"""Sizes and receptive fields against sliding windows, the catalogue's closed form and real Jacobians."""

import itertools

import numpy as np
import pytest

from course.models.cost import Conv, Pool
from course.models.geometry import (
    Field,
    Range,
    Window,
    backward_range,
    forward_range,
    output_size,
    output_sizes,
    receptive_field,
)

CONV, POOL = Window(3, padding=1), Window(2, stride=2)
VGG = [CONV, CONV, POOL, CONV, CONV, POOL]
CHAINS = [
    [],
    [Window(3)],
    [Window(1, stride=2), Window(3)],
    [Window(3, padding=2), Window(5, padding=1)],
    [Window(3), POOL, Window(3), POOL],
    [Window(5, stride=3, padding=2), Window(3, padding=1), Window(2, stride=2)],
    [Window(1, padding=1), Window(2, stride=3)],
    VGG,
]


def dependence(windows, size):
    """Row i, column m: does output i depend on input m? Window by window, entry by entry."""
    pattern = np.eye(size, dtype=bool)
    for k, s, p in windows:
        padded = np.pad(pattern, ((p, p), (0, 0)))
        places = [start for start in range(0, len(padded), s) if start + k <= len(padded)]
        pattern = np.array([padded[start : start + k].any(axis=0) for start in places])
    return pattern


@pytest.mark.parametrize("size", [5, 9, 32])
def test_output_size_counts_the_places_of_a_sliding_window(size):
    for k, s, p in itertools.product(range(1, 5), range(1, 4), range(3)):
        places = [start for start in range(-p, size + p, s) if start + k <= size + p]
        assert output_size(size, k, s, p) == len(places)


def test_the_catalogues_sizes():
    assert output_sizes(32, [Window(3), POOL, Window(3), POOL]) == [32, 30, 15, 13, 6]
    assert output_sizes(5, [Window(3)]) == [5, 3]
    assert output_sizes(5, [Window(3, stride=2)]) == [5, 2]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ((4, 5), "a window of 5 does not fit into 4 entries with padding 0"),
        ((0, 1), "a window of 1 does not fit into 0 entries with padding 0"),
        ((5, 0), "got kernel 0, stride 1, padding 0"),
        ((5, 3, 0), "got kernel 3, stride 0, padding 0"),
        ((5, 3, 1, -1), "got kernel 3, stride 1, padding -1"),
    ],
)
def test_output_size_refuses_what_is_no_window(call, message):
    with pytest.raises(ValueError, match=message):
        output_size(*call)


@pytest.mark.parametrize(
    ("layers", "field", "size"),
    [(2, Field(1, -2, 2), 5), (3, Field(2, -2, 3), 6), (6, Field(4, -6, 9), 16)],
)
def test_the_catalogues_receptive_fields(layers, field, size):
    assert receptive_field(VGG[:layers]) == field
    assert field.high - field.low + 1 == size


def test_the_catalogues_corner():
    assert backward_range(VGG, 224, low=0) == Range(0, 9)
    assert backward_range(VGG, 224, low=55) == Range(4 * 55 - 6, 223)


def test_layers_of_a_network_are_windows():
    assert receptive_field([Conv(64, 3, padding=1), Pool(2, 2)]) == receptive_field([CONV, POOL])


@pytest.mark.parametrize("windows", CHAINS)
def test_the_field_is_the_catalogues_closed_form(windows):
    k, s, p = np.array(windows, dtype=int).reshape(-1, 3).T
    before = np.cumprod([1, *s])
    u, v = 7, 7
    first = u * before[-1] - np.sum(p * before[:-1])
    last = v * before[-1] - np.sum((1 + p - k) * before[:-1])
    field = receptive_field(windows)
    assert (field.stride * u + field.low, field.stride * v + field.high) == (first, last)


@pytest.mark.parametrize("size", [16, 21])
@pytest.mark.parametrize("windows", CHAINS)
def test_ranges_are_the_bounds_of_the_dependence(windows, size):
    pattern = dependence(windows, size)
    holes = any(window.kernel < window.stride for window in windows)

    def bounds(indices):
        return Range(indices.min(), indices.max()) if indices.size else None

    for i, row in enumerate(pattern):
        expected = bounds(np.flatnonzero(row))
        got = backward_range(windows, size, i)
        assert got == expected
    for m, column in enumerate(pattern.T):
        expected = bounds(np.flatnonzero(column))
        got = forward_range(windows, size, m)
        # With holes the range may only be too wide, never too narrow.
        assert got == expected or (
            holes and (expected is None or got.low <= expected.low <= expected.high <= got.high)
        )


def test_ranges_of_several_indices_are_unions():
    assert backward_range(VGG, 64, 3, 5) == Range(backward_range(VGG, 64, 3).low, backward_range(VGG, 64, 5).high)
    assert forward_range(VGG, 64, 20, 40) == Range(forward_range(VGG, 64, 20).low, forward_range(VGG, 64, 40).high)


def test_clamping_at_every_layer_is_narrower_than_clamping_the_field():
    """With 7 entries the pool drops the last one, which the padded second layer cannot bring back."""
    windows = [POOL, CONV]
    field = receptive_field(windows)
    assert min(field.stride * 2 + field.high, 6) == 6
    assert backward_range(windows, 7, 2) == Range(2, 5)


def test_an_output_of_nothing_but_padding_depends_on_nothing():
    assert backward_range([Window(1, padding=1)], 3, 0) is None
    assert backward_range([Window(1, padding=1)], 3, 1) == Range(0, 0)


@pytest.mark.parametrize(
    ("ranged", "low", "high", "message"),
    [
        (backward_range, 30, None, "outputs are numbered 0 to 29; got 30 to 30"),
        (forward_range, -1, None, "inputs are numbered 0 to 31; got -1 to -1"),
        (forward_range, 5, 4, "inputs are numbered 0 to 31; got 5 to 4"),
    ],
)
def test_indices_outside_are_refused(ranged, low, high, message):
    with pytest.raises(IndexError, match=message):
        ranged([Window(3)], 32, low, high)
