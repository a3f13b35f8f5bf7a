"""Practice numbers are apart from graded ones: of everybody, whatever their id."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from course.exercises import CATALOGUE, find, practice
from course.exercises.practice import LAST_ROUND, NoPractice, practice_draws, practice_given
from course.exercises.variants import COURSE, POOL, SAMPLER_VERSION, BadStudentId, Draw, UnknownSampler
from course.notebook.owner import Owner

DRAWN = [name for name, exercise in CATALOGUE.items() if exercise.draw is not None]
QUICK = ["mlp/relu-sgd", "cnn/output-size", "cnn/split-transform-merge", "cnn/softmax-ce"]


def flat(given):
    """An independent reading of given values: their numbers in order, rounded to what the grids have."""
    if isinstance(given, tuple | list):
        return tuple(number for part in given for number in flat(part))
    return tuple(round(float(number), 9) for number in np.ravel(given))


def graded_pool(exercise, sampler):
    return {flat(exercise.variant(index, sampler)) for index in range(POOL)} | {flat(exercise.seed())}


def check_apart(exercise_id, sampler=SAMPLER_VERSION):
    """Every graded draw there is, against every practice draw there is."""
    exercise = find(exercise_id)
    draws = practice_draws(exercise, sampler)
    rehearsed = [flat(exercise.variant(index, sampler)) for index in draws]
    assert len(rehearsed) >= 50
    assert len(set(rehearsed)) == len(rehearsed)
    graded = graded_pool(exercise, sampler)
    assert not graded & set(rehearsed)
    # Were the draws of the pool itself taken, this would be found.
    assert flat(exercise.variant(3, sampler)) in graded


@pytest.mark.parametrize("exercise_id", QUICK)
def test_no_practice_draw_is_anybodys_graded_one(exercise_id):
    check_apart(exercise_id)


@pytest.mark.parametrize("exercise_id", ["mlp/relu-sgd", "cnn/output-size"])
def test_who_has_the_numbers_of_sampler_1_practises_on_those_of_its_draw(exercise_id):
    check_apart(exercise_id, 1)
    exercise = find(exercise_id)
    mine = practice_given(exercise, "alice", 2, sampler=1)
    assert flat(mine) in {flat(exercise.former_draw(Draw(exercise_id, i))) for i in practice_draws(exercise, 1)}
    assert flat(mine) != flat(practice_given(exercise, "alice", 2))
    assert flat(Owner("alice", practice=2, sampler=1).given(exercise)) == flat(mine)
    with pytest.raises(UnknownSampler, match="versions 1 to 2"):
        practice_given(exercise, "alice", 2, sampler=3)


@pytest.mark.slow
@pytest.mark.parametrize("exercise_id", [name for name in DRAWN if name not in QUICK])
def test_no_practice_draw_of_any_other_exercise_is_anybodys_graded_one(exercise_id):
    check_apart(exercise_id)


@settings(max_examples=60, deadline=None)
@over(
    student=st.text(min_size=1, max_size=30).filter(lambda text: text.strip()),
    number=st.integers(1, LAST_ROUND),
    exercise_id=st.sampled_from(DRAWN),
)
def test_a_students_practice_is_not_their_graded_sheet(student, number, exercise_id):
    exercise = find(exercise_id)
    try:
        graded = exercise.given(student)
    except BadStudentId:
        return
    mine = practice_given(exercise, student, number)
    assert flat(mine) != flat(graded)
    assert flat(mine) != flat(exercise.seed())
    assert flat(mine) == flat(practice_given(exercise, f" {student.upper().lower()} ", number)) or (
        student.upper().lower().casefold() != student.casefold()
    )


def test_rounds_bring_new_numbers_until_all_were_used():
    exercise = find("cnn/output-size")
    count = len(practice_draws(exercise))
    seen = [flat(practice_given(exercise, "alice", number)) for number in range(1, count + 1)]
    assert len(set(seen)) == count
    assert flat(practice_given(exercise, "alice", count + 1)) == seen[0]


def test_students_and_courses_have_other_numbers():
    exercise = find("mlp/sigmoid-ls")
    starts = {flat(practice_given(exercise, f"student-{number}")) for number in range(60)}
    assert len(starts) > 45
    assert flat(practice_given(exercise, "alice")) != flat(practice_given(exercise, "alice", 1, "another course"))
    assert flat(practice_given(exercise, "alice")) == flat(practice_given(exercise, " ALICE "))
    assert COURSE != "another course"


def test_an_exercise_without_a_table_is_searched():
    exercise = dataclasses.replace(find("cnn/output-size"), id="mine/output-size")
    draws = practice_draws(exercise)
    rehearsed = {flat(exercise.variant(index)) for index in draws}
    assert len(draws) == len(rehearsed) > 20
    assert not graded_pool(exercise, SAMPLER_VERSION) & rehearsed


@pytest.mark.parametrize("number", [0, -1, LAST_ROUND + 1])
def test_rounds_have_bounds(number):
    with pytest.raises(NoPractice, match="from 1 to 1000"):
        practice_given(find("mlp/relu-sgd"), "alice", number)


def test_what_has_nothing_apart_is_not_practised():
    with pytest.raises(NoPractice, match="prose"):
        practice_given(find("mlp/why-backprop"), "alice")
    common = dataclasses.replace(find("mlp/relu-sgd"), draw=None)
    with pytest.raises(NoPractice, match="the same numbers for everybody"):
        practice_given(common, "alice")
    function = find("cnn/implement-conv")
    assert flat(practice_given(function, "alice")) == flat(function.seed())


def test_values_that_are_equal_have_one_fingerprint():
    assert practice.fingerprint((np.zeros(2), 1)) == practice.fingerprint(([-0.0, 0.0], np.array(1.0)))
    assert practice.fingerprint((np.zeros(2), 1)) != practice.fingerprint((np.zeros((1, 2)), 1))
    assert practice.fingerprint(0.1) != practice.fingerprint(0.1 + 1e-12)
