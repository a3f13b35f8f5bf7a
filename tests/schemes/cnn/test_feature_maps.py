"""`cnn/feature-maps`: sizes, floors and the order of the axes."""

import pytest

from tests.schemes.checks import CatalogueNumbers, mark_text, slip_is_named
from tests.schemes.cnn.oracle import AgainstTheOracle


class TestOracle(AgainstTheOracle):
    pass


class TestDocument(CatalogueNumbers):
    sheet = '{"conv1": [16, 30, 30], "pool1": [16, 15, 15], "conv2": [32, 13, 13], "pool2": [32, 6, 6]}'


NAMED = [  # sheet, step, cause, words of the remark
    ({"conv2": [32, 13, 13], "pool2": [32, 7, 7]}, "pool2", "floor", "rounded up"),
    ({"conv2": [32, 13, 13], "pool2": [32, 6.5, 6.5]}, "pool2", "floor", "whole number"),
    ({"conv1": [16, 29, 29]}, "conv1", "plus one", "$+1$"),
    ({"conv1": [30, 30, 16]}, "conv1", "order", "channels come first"),
]


@pytest.mark.parametrize(("sheet", "step", "cause", "words"), NAMED)
def test_slips_of_the_catalogue_are_named(marker, exercise_id, sheet, step, cause, words):
    slip_is_named(marker, exercise_id, sheet, step, cause, words)


def test_channels_last_throughout_is_one_slip(marker):
    sheet = '{"conv1": [30, 30, 16], "pool1": [15, 15, 16], "conv2": [13, 13, 32], "pool2": [6, 6, 32]}'
    report = mark_text(marker, "cnn/feature-maps", sheet)
    assert [step.state for step in report.steps.values()] == ["slip", "follows", "follows", "follows"]
