"""`cnn/inception`: parameters, operations and activations."""

import pytest

from tests.schemes.checks import CatalogueNumbers, slip_is_named
from tests.schemes.cnn.oracle import AgainstTheOracle


class TestOracle(AgainstTheOracle):
    pass


class TestDocument(CatalogueNumbers):
    sheet = """{"naive_params": 1089952, "naive_mults": 1115684864, "naive_adds": 1115684864,
        "naive_acts": 425984, "bottleneck_params": 346720, "bottleneck_mults": 354418688,
        "bottleneck_adds": 354418688, "bottleneck_acts": 622592}"""


NAMED = [  # sheet, step, cause, words of the remark
    ({"naive_params": 696736}, "naive_params", "five", r"$3 \times 3$ kernels"),
]


@pytest.mark.parametrize(("sheet", "step", "cause", "words"), NAMED)
def test_slips_of_the_catalogue_are_named(marker, exercise_id, sheet, step, cause, words):
    slip_is_named(marker, exercise_id, sheet, step, cause, words)
