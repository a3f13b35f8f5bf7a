"""`cnn/split-transform-merge`: the paths and the plain layer."""

import pytest

from tests.schemes.checks import CatalogueNumbers, slip_is_named
from tests.schemes.cnn.oracle import AgainstTheOracle


class TestOracle(AgainstTheOracle):
    pass


class TestDocument(CatalogueNumbers):
    sheet = '{"plain": 213504, "paths": 78592}'


NAMED = [  # sheet, step, cause, words of the remark
    ({"paths": 70656}, "paths", "shared bias", "grouped convolution"),
]


@pytest.mark.parametrize(("sheet", "step", "cause", "words"), NAMED)
def test_slips_of_the_catalogue_are_named(marker, exercise_id, sheet, step, cause, words):
    slip_is_named(marker, exercise_id, sheet, step, cause, words)
