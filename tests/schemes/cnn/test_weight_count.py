"""`cnn/weight-count`: biases, channels, and one cause charged once."""

import pytest

from tests.schemes.checks import CatalogueNumbers, mark_text, slip_is_named
from tests.schemes.cnn.oracle import AgainstTheOracle


class TestOracle(AgainstTheOracle):
    pass


class TestDocument(CatalogueNumbers):
    sheet = '{"conv1": 448, "conv2": 4640, "fc": 11530, "total": 16618}'


NAMED = [  # sheet, step, cause, words of the remark
    ({"conv1": 432}, "conv1", "bias", "biases"),
    ({"conv2": 320}, "conv2", "channels", "input channels"),
    ({"total": 16560}, "total", "bias", "biases"),
    ({"total": 16810}, "total", "pool weights", "Pooling has no weights"),
]


@pytest.mark.parametrize(("sheet", "step", "cause", "words"), NAMED)
def test_slips_of_the_catalogue_are_named(marker, exercise_id, sheet, step, cause, words):
    slip_is_named(marker, exercise_id, sheet, step, cause, words)


def test_one_cause_is_charged_once(marker):
    """Forgotten biases cost half a point, not half of every step."""
    sheet = '{"conv1": 432, "conv2": 4608, "fc": 11520, "total": 16560}'
    report = mark_text(marker, "cnn/weight-count", sheet)
    assert [step.state for step in report.steps.values()] == ["slip", "follows", "follows", "follows"]
    assert report.points == report.max_points - 0.5
