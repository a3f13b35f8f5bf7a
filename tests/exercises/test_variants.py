"""Personal numbers are the same on every machine, in every mode, and well spread."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course.errors import CourseError
from course.exercises import CATALOGUE, find
from course.exercises.variants import (
    POOL,
    BadStudentId,
    Draw,
    UnknownSampler,
    index_for,
    next_well_posed,
    normalise_id,
    passed_over,
)

TABLE = Path(__file__).parent / "variants.json"
PRINT = """
import json, sys
from tests.exercises.test_variants import table
json.dump(table(), sys.stdout)
"""


def table():
    """Fifty variants of every exercise with personal numbers, as nested lists."""
    return {
        exercise.id: [[leaf.tolist() for leaf in exercise.given(f"student-{i:02d}")] for i in range(50)]
        for exercise in CATALOGUE.values()
        if exercise.draw is not None
    }


@pytest.mark.parametrize("x64", ["0", "1"])
def test_the_committed_table_of_variants_holds(x64):
    environment = {**os.environ, "JAX_ENABLE_X64": x64}
    root = Path(__file__).parents[2]
    printed = subprocess.run(
        [sys.executable, "-c", PRINT], capture_output=True, text=True, check=True, env=environment, cwd=root
    )
    assert json.loads(printed.stdout) == json.loads(TABLE.read_text())


def test_another_student_exercise_or_course_has_other_numbers():
    exercise = find("mlp/relu-sgd")
    assert index_for(exercise.id, "alice") != index_for(exercise.id, "bob")
    assert index_for(exercise.id, "alice") != index_for("mlp/sigmoid-ls", "alice")
    assert index_for(exercise.id, "alice") != index_for(exercise.id, "alice", "another course")


def test_ids_are_stripped_and_casefolded():
    assert index_for("mlp/relu-sgd", " Alice\n") == index_for("mlp/relu-sgd", "alice")
    assert normalise_id("ＡＬＩＣＥ") == "alice"
    for bad in ("", "   ", "x" * 201):
        with pytest.raises(BadStudentId, match="student id"):
            index_for("mlp/relu-sgd", bad)


def test_ill_posed_draws_are_passed_over():
    mask = passed_over("mlp/relu-sgd")
    assert mask.shape == (POOL,)
    assert 0 < mask.sum() < POOL
    first = int(np.argmax(mask))
    assert next_well_posed("mlp/relu-sgd", first) > first
    assert not any(mask[index_for("mlp/relu-sgd", f"student-{i}")] for i in range(500))


def test_what_follows_ill_posed_draws_is_no_likelier_than_the_rest():
    """Nine draws of ten are passed over in runs of nine: going on to the next one, all would land on the last."""
    mask = np.arange(POOL) % 100 < 90
    drawn = np.array([index_for("mlp/relu-sgd", f"student-{i}", ill_posed=mask) for i in range(4000)])
    assert not mask[drawn].any()
    counts = np.bincount(drawn % 100 - 90, minlength=10)
    assert counts.min() > 320  # 400 expected of each
    assert counts.max() < 480


def test_a_former_release_keeps_its_numbers():
    """The table that was committed with sampler 1, of which ten students an exercise are kept."""
    former = json.loads((TABLE.parent / "variants_1.json").read_text())
    later = {exercise.id for exercise in CATALOGUE.values() if exercise.kind == "derivation"}
    assert set(former) == {exercise.id for exercise in CATALOGUE.values() if exercise.draw is not None} - later
    for exercise_id, givens in former.items():
        exercise = find(exercise_id)
        again = [exercise.given(f"student-{i:02d}", sampler=1) for i in range(len(givens))]
        assert [[leaf.tolist() for leaf in given] for given in again] == givens
    relu = find("mlp/relu-sgd")
    assert str(relu.given("alice", sampler=1)) != str(relu.given("alice"))


@pytest.mark.parametrize("version", [0, 3])
def test_a_sampler_that_is_not_here_is_refused(version):
    with pytest.raises(
        UnknownSampler, match=rf"version {version} of the sampler, and this package has versions 1"
    ):
        find("mlp/relu-sgd").given("alice", sampler=version)


def test_draws_stay_on_their_grid_and_cover_it():
    draw = Draw("topic", 1)
    numbers = draw.decimals(-3, 3, 1, (2000,), without=(0,))
    assert set(np.round(numbers * 10).astype(int)) == {-3, -2, -1, 1, 2, 3}
    np.testing.assert_array_equal(numbers, np.round(numbers, 1))
    counts = np.unique(numbers, return_counts=True)[1]
    assert counts.min() > 250  # 333 expected of each


def test_an_exercise_all_of_whose_draws_are_passed_over_is_an_error():
    nothing = np.ones(POOL, dtype=bool)
    with pytest.raises(CourseError, match="sampler"):
        next_well_posed("mlp/relu-sgd", 3, nothing)
    with pytest.raises(CourseError, match="sampler"):
        index_for("mlp/relu-sgd", "alice", ill_posed=nothing)
