"""`cnn/receptive-field`: strides, padding, and the pattern of a Jacobian."""

import numpy as np
import pytest

from course.exercises import find
from tests.schemes.checks import CatalogueNumbers, slip_is_named
from tests.schemes.cnn.oracle import AgainstTheOracle


class TestOracle(AgainstTheOracle):
    pass


class TestDocument(CatalogueNumbers):
    sheet = '{"y1": [1, -2, 2], "y2": [2, -2, 3], "y3": [4, -6, 9], "corner": [0, 9]}'


NAMED = [  # sheet, step, cause, words of the remark
    ({"y3": [4, -6, 9], "corner": [-6, 9]}, "corner", "not cut", "not cut"),
    ({"y1": [1, 0, 4]}, "y1", "padding", "padding"),
    ({"y1": [1, -2, 2], "y2": [2, -2, 3], "y3": [4, -4, 6]}, "y3", "strides", "not multiplied"),
    ({"y1": [1, -1, 3]}, "y1", "counted from 1", "counted from 0"),
]


@pytest.mark.parametrize(("sheet", "step", "cause", "words"), NAMED)
def test_slips_of_the_catalogue_are_named(marker, exercise_id, sheet, step, cause, words):
    slip_is_named(marker, exercise_id, sheet, step, cause, words)


def test_the_receptive_field_is_the_nonzero_pattern_of_a_jacobian(marker):
    """One column is enough; the chain is linear, so its Jacobian is what it makes of the unit vectors."""
    given = find("cnn/receptive-field").given()
    truth = marker("cnn/receptive-field").truths(given)
    size = 64

    def rows(x, upto):
        for k, s, p in list(zip(given.kernel, given.stride, given.padding, strict=True))[:upto]:
            x = np.convolve(np.pad(x, int(p)), np.ones(int(k)), mode="valid")[:: int(s)]
        return x

    for name, upto in (("y1", 2), ("y2", 3), ("y3", 6)):
        stride, low, high = truth[name].astype(int)
        pattern = np.stack([rows(unit, upto) for unit in np.eye(size)], axis=1) != 0
        for i, row in enumerate(pattern):
            expected = np.zeros(size, dtype=bool)
            expected[max(0, stride * i + low) : stride * i + high + 1] = True
            np.testing.assert_array_equal(row, expected)
    assert np.flatnonzero(pattern[0])[[0, -1]].tolist() == truth["corner"].tolist() == [0, 9]
