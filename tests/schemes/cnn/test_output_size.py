"""`cnn/output-size`: two settings."""

import pytest

from tests.schemes.checks import CatalogueNumbers, slip_is_named
from tests.schemes.cnn.oracle import AgainstTheOracle


class TestOracle(AgainstTheOracle):
    pass


class TestDocument(CatalogueNumbers):
    sheet = '{"setting1": [2, 3, 3], "setting2": [2, 2, 2]}'


NAMED = [  # sheet, step, cause, words of the remark
    ({"setting1": [2, 3, 2]}, "setting1", "other setting", "setting 2"),
    ({"setting2": [2, 3, 3]}, "setting2", "stride", "division by the stride"),
]


@pytest.mark.parametrize(("sheet", "step", "cause", "words"), NAMED)
def test_slips_of_the_catalogue_are_named(marker, exercise_id, sheet, step, cause, words):
    slip_is_named(marker, exercise_id, sheet, step, cause, words)
