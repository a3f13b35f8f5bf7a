"""`cnn/lenet-count`: today's network and the historic one."""

import pytest

from tests.schemes.checks import CatalogueNumbers, mark_text, slip_is_named
from tests.schemes.cnn.oracle import AgainstTheOracle


class TestOracle(AgainstTheOracle):
    pass


class TestDocument(CatalogueNumbers):
    sheet = '{"c1": 156, "c3": 2416, "c5": 48120, "f6": 10164, "out": 850, "total": 61706}'


NAMED = [  # sheet, step, cause, words of the remark
    ({"total": 61750}, "total", "trainable subsampling", "trainable subsampling"),
    ({"c3": 1516}, "c3", "sparse C3", "LeCun's own C3"),
    ({"c3": 1516, "total": 60850}, "total", "trainable subsampling", "coefficient and a bias"),
    ({"c3": 2416, "total": 60850}, "total", "trainable subsampling", "historic network"),
    ({"total": 60806}, "total", "sparse C3", "sparse C3"),
]


@pytest.mark.parametrize(("sheet", "step", "cause", "words"), NAMED)
def test_slips_of_the_catalogue_are_named(marker, exercise_id, sheet, step, cause, words):
    slip_is_named(marker, exercise_id, sheet, step, cause, words)


def test_the_historic_network_loses_less_than_a_mistake(marker):
    right = TestDocument.sheet
    assert mark_text(marker, "cnn/lenet-count", right.replace("61706", "61750")).points == 5.75
    assert mark_text(marker, "cnn/lenet-count", right.replace("61706", "61470")).points == 5.5  # without biases
    assert mark_text(marker, "cnn/lenet-count", right.replace("61706", "61751")).points == 5
