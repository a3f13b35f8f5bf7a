"""Inputs on which functions are tried tell every wrong function from the right one, whatever the secret."""

import json
from pathlib import Path

import numpy as np
import pytest

from course.exercises import CATALOGUE, find
from course.exercises.variants import Draw, UnknownSampler
from tests.oracles import functions

SECRETS = 2_000
FEW = 40


def fits(got, want):
    """As the marker compares functions, but a little more generous."""
    got, want = np.asarray(got, float), np.asarray(want, float)
    if got.shape != want.shape or not np.all(np.isfinite(got)):
        return False
    size = np.abs(want).max()
    allowed = np.where(want == 0, 1e-6 * size, np.maximum(1e-4 * np.abs(want), 1e-7 * size))
    return bool(np.all(np.abs(got - want) <= allowed))


def passing(exercise_id, secrets):
    """Return the wrong functions that some secret lets pass, with the secret."""
    exercise, known = find(exercise_id), functions.load(exercise_id)
    found = []
    for secret in secrets:
        probe = exercise.probes(secret)
        for answer, right in known.right.items():
            call = exercise.answers[answer].call
            want = call(right, probe)
            for wrong in known.wrong[answer]:
                with np.errstate(all="ignore"):
                    try:
                        got = call(wrong.function, probe)
                    except (ValueError, TypeError, IndexError, ZeroDivisionError):
                        continue  # it gives nothing that could be marked
                if fits(got, want):
                    found.append((answer, wrong.name, secret))
    return found


def test_no_wrong_geometry_passes_under_any_of_many_secrets():
    assert passing("cnn/implement-geometry", [f"secret {number}" for number in range(SECRETS)]) == []


OTHERS = [each for each in functions.exercises() if each != "cnn/implement-geometry"]


@pytest.mark.parametrize("exercise_id", OTHERS)
def test_no_wrong_function_passes_under_a_few_secrets(exercise_id):
    assert passing(exercise_id, [f"secret {number}" for number in range(FEW)]) == []


@pytest.mark.slow
@pytest.mark.parametrize("exercise_id", OTHERS)
def test_no_wrong_function_passes_under_any_of_many_secrets(exercise_id):
    assert passing(exercise_id, [f"secret {number}" for number in range(SECRETS)]) == []


def test_a_right_function_passes():
    """Otherwise the tests above would show nothing."""
    for exercise_id in functions.exercises():
        exercise, known = find(exercise_id), functions.load(exercise_id)
        probe = exercise.probes("practice")
        for answer, right in known.right.items():
            once = exercise.answers[answer].call(right, probe)
            again = exercise.answers[answer].call(right, exercise.probes("practice"))
            assert fits(once, again)
            assert not fits(np.asarray(once) * 1.01, again)


def nested(value):
    return [nested(part) for part in value] if isinstance(value, tuple | list) else np.asarray(value).tolist()


def test_functions_of_a_former_release_are_marked_on_the_inputs_they_were_tried_on():
    """Printed by the last version of the package that had sampler 1 alone."""
    former = json.loads((Path(__file__).parent / "probes_1.json").read_text())
    assert set(former) == {exercise.id for exercise in CATALOGUE.values() if exercise.probe is not None}
    for exercise_id, by_secret in former.items():
        exercise = find(exercise_id)
        for secret, probe in by_secret.items():
            assert nested(exercise.probes(secret, sampler=1)) == probe
            changed = exercise_id != "mlp/backprop"
            assert (nested(exercise.probes(secret)) != probe) == changed
        with pytest.raises(UnknownSampler, match="version 3 of the sampler"):
            exercise.probes("practice", sampler=3)


def test_different_numbers_are_drawn_in_any_order():
    drawn = {tuple(Draw("different", index).different(range(4), 2, without=(3,))) for index in range(200)}
    assert drawn == {(a, b) for a in range(3) for b in range(3) if a != b}
