"""The CNN exercises as asked: names of the answers, given values, task, personal numbers, probes."""

import numpy as np
import pytest

from course.exercises import CATALOGUE, find

STUDENTS = [f"student-{i:03d}" for i in range(200)]
ASKED = {
    "cnn/feature-maps": ["conv1", "pool1", "conv2", "pool2"],
    "cnn/weight-count": ["conv1", "conv2", "fc", "total"],
    "cnn/output-size": ["setting1", "setting2"],
    "cnn/conv-by-hand": ["O"],
    "cnn/two-channel": [
        "O1", "P", "loss1", "dP", "dO1", "dK1", "db1", "dX1", "O2", "loss2", "dO2", "dK2", "db2", "dX2",
    ],
    "cnn/softmax-ce": ["probs", "loss", "dlogits"],
    "cnn/softmax-ce-gradient": ["loss", "begun", "carried_out", "simplest"],
    "cnn/lenet-count": ["c1", "c3", "c5", "f6", "out", "total"],
    "cnn/dense-vs-conv": [],
    "cnn/receptive-field": ["y1", "y2", "y3", "corner"],
    "cnn/inception": [
        "naive_params", "naive_mults", "naive_adds", "naive_acts",
        "bottleneck_params", "bottleneck_mults", "bottleneck_adds", "bottleneck_acts",
    ],
    "cnn/split-transform-merge": ["plain", "paths"],
    "cnn/implement-conv": ["forward", "backward"],
    "cnn/implement-pool": ["forward", "backward"],
    "cnn/implement-split-merge": ["merged", "grouped"],
    "cnn/implement-softmax-ce": ["loss", "gradient"],
    "cnn/implement-geometry": ["output_size", "receptive_field", "parameter_count"],
}  # fmt: skip
PERSONAL = [exercise_id for exercise_id in ASKED if find(exercise_id).draw is not None]
FUNCTIONS = [exercise_id for exercise_id in ASKED if find(exercise_id).kind == "function"]


def test_every_row_of_the_catalogue_is_there_with_its_names():
    assert {e.id: list(e.answers) for e in CATALOGUE.values() if e.assignment == "cnn"} == ASKED


def test_counts_and_sizes_are_whole_numbers():
    for exercise_id in PERSONAL:
        for name, answer in find(exercise_id).answers.items():
            measured = exercise_id == "cnn/softmax-ce" or name in {"loss1", "loss2"}
            kind = "line" if find(exercise_id).kind == "derivation" else "float" if measured else "int"
            assert answer.dtype == kind


@pytest.mark.parametrize("exercise_id", ASKED)
def test_given_values_are_float64_and_have_a_symbol(exercise_id):
    exercise = find(exercise_id)
    seed = exercise.given()
    assert set(seed._fields) == set(exercise.symbols)
    for given in (seed, exercise.given("alice")):
        assert all(leaf.dtype == np.float64 for leaf in given)
        assert [leaf.shape for leaf in given] == [leaf.shape for leaf in seed]


@pytest.mark.parametrize("exercise_id", ASKED)
def test_the_task_is_a_text_with_an_end(exercise_id):
    exercise = find(exercise_id)
    assert exercise.title
    assert exercise.source
    assert exercise.task.rstrip().endswith((".", "?"))
    assert exercise.task.count("$") % 2 == 0
    assert "$$" not in exercise.task  # cards, pages and the terminal set formulas inside of lines only
    for name in ASKED[exercise_id] if exercise.kind == "function" else ():
        assert f"`{name}`" in exercise.task
        assert exercise.answers[name].signature.startswith(f"{name}(")


@pytest.mark.parametrize("exercise_id", PERSONAL)
def test_students_have_numbers_of_their_own(exercise_id):
    exercise = find(exercise_id)
    drawn = {str([leaf.tolist() for leaf in exercise.given(student)]) for student in STUDENTS}
    assert len(drawn) > 0.75 * len(STUDENTS)
    assert str([leaf.tolist() for leaf in exercise.seed()]) not in drawn


@pytest.mark.parametrize("exercise_id", [i for i in PERSONAL if not i.startswith("cnn/softmax-ce")])
def test_personal_numbers_are_whole(exercise_id):
    for student in STUDENTS:
        for leaf in find(exercise_id).given(student):
            np.testing.assert_array_equal(leaf, np.round(leaf))


@pytest.mark.parametrize("exercise_id", FUNCTIONS)
def test_probes_depend_on_the_secret_alone(exercise_id):
    exercise = find(exercise_id)
    one, again, other = (str(exercise.probes(secret)) for secret in ("a", "a", "b"))
    assert one == again != other
