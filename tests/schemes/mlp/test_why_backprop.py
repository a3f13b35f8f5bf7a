"""`mlp/why-backprop`: an explanation, marked by hand."""

from tests.schemes.checks import Lint


class TestLint(Lint):
    pass


def test_the_explanation_is_marked_by_hand(marker, exercise_id):
    scheme = marker(exercise_id).scheme
    assert (scheme.points, scheme.written_points, len(scheme.steps)) == (3, 3, 0)
    assert "goes through the network once" in scheme.model_answer
