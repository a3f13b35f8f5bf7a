"""`cnn/conv-by-hand`: one convolution, and the flipped kernel."""

from course.exercises import find
from course.sheet import Sheet, write
from tests.schemes.checks import CatalogueNumbers
from tests.schemes.cnn.oracle import AgainstTheOracle


class TestOracle(AgainstTheOracle):
    pass


class TestDocument(CatalogueNumbers):
    sheet = '{"O": [[6, 8], [9, 8]]}'


def test_a_flipped_kernel_is_named_where_it_makes_a_difference(marker):
    given = find("cnn/conv-by-hand").given("alice")
    flipped = [
        [sum(given.I[i + u, j + v] * given.K[1 - u, 1 - v] for u in (0, 1) for v in (0, 1)) for j in (0, 1)]
        for i in (0, 1)
    ]
    report = marker("cnn/conv-by-hand").mark(Sheet("cnn/conv-by-hand", {"O": write(flipped)}), given)
    assert (report.steps["O"].state, report.steps["O"].slip) == ("slip", "flipped")
