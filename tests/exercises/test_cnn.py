"""The CNN exercises as asked: the documents' numbers, names of the answers, personal numbers, probes."""

import numpy as np
import pytest

from course.exercises import CATALOGUE, find
from course.exercises.cnn.functions.implement_pool import POOLINGS

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
            assert answer.dtype == ("float" if measured else "int")


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
    for name in ASKED[exercise_id] if exercise.kind == "function" else ():
        assert f"`{name}`" in exercise.task
        assert exercise.answers[name].signature.startswith(f"{name}(")


def test_the_documents_numbers_are_the_seeds():
    image, filters, kernel, stride, padding, window, units = find("cnn/feature-maps").given()
    assert (image.tolist(), filters.tolist(), float(units)) == ([3, 32, 32], [16, 32], 10)
    assert (kernel.tolist(), stride.tolist(), padding.tolist(), window.tolist()) == (
        [3, 3],
        [1, 1],
        [0, 0],
        [2, 2],
    )
    assert find("cnn/conv-by-hand").given().I.tolist() == [[1, 2, 3], [4, 5, 6], [1, 5, 3]]
    X = find("cnn/two-channel").given().X
    assert X[0].tolist() == [
        [2, 3, 4, 5, 6],
        [14, 15, 16, 1, 1],
        [6, 7, 8, 0, 0],
        [8, 10, 12, 1, 2],
        [22, 24, 26, 3, 3],
    ]
    assert X[1].tolist() == [
        [22, 23, 24, 12, 14], [14, 15, 16, 0, 0], [6, 7, 8, 0, 0], [8, 10, 12, 1, 2], [22, 24, 26, 5, 5],
    ]  # fmt: skip
    assert find("cnn/softmax-ce").given().logits.tolist() == [0.1, 0.9, 0.8]
    assert find("cnn/softmax-ce").given().target.tolist() == [0, 1, 0]
    assert find("cnn/receptive-field").given().kernel.tolist() == [3, 3, 2, 3, 3, 2]
    assert find("cnn/inception").given().filters.tolist() == [128, 192, 96]


@pytest.mark.parametrize("exercise_id", PERSONAL)
def test_students_have_numbers_of_their_own(exercise_id):
    exercise = find(exercise_id)
    drawn = {str([leaf.tolist() for leaf in exercise.given(student)]) for student in STUDENTS}
    assert len(drawn) > 0.75 * len(STUDENTS)
    assert str([leaf.tolist() for leaf in exercise.seed()]) not in drawn


@pytest.mark.parametrize("exercise_id", [i for i in PERSONAL if i != "cnn/softmax-ce"])
def test_personal_numbers_are_whole(exercise_id):
    for student in STUDENTS:
        for leaf in find(exercise_id).given(student):
            np.testing.assert_array_equal(leaf, np.round(leaf))


def test_every_division_of_a_personal_network_leaves_a_remainder():
    """In rows or in columns as much as can be, else rounding would be right; in the other one less."""
    for exercise_id in ("cnn/feature-maps", "cnn/weight-count"):
        for student in STUDENTS:
            g = find(exercise_id).given(student)
            sides = g.image[1:]
            assert sides[0] != sides[1]
            for i in (0, 1):
                for kernel, stride, padding in (
                    (g.kernel[i], g.stride[i], g.padding[i]),
                    (g.window[i], g.window[i], 0),
                ):
                    reach = sides + 2 * padding - kernel
                    assert sorted(reach % stride) == [stride - 2, stride - 1]
                    sides = reach // stride + 1
            assert np.all(sides >= 1)


def test_the_second_setting_leaves_a_remainder():
    for student in STUDENTS:
        g = find("cnn/output-size").given(student)
        stride = g.stride[1]
        assert g.stride[0] == 1 < stride
        assert sorted((g.image + 2 * g.padding - g.kernel) % stride) == [stride - 2, stride - 1]
        assert g.kernel - 2 * g.padding >= 2  # setting 1 is not the size of the input


def test_no_pooling_ties_and_a_winner_is_shared():
    for given in [find("cnn/two-channel").given(student) for student in (None, *STUDENTS)]:
        for kernels, b in zip(given.K, given.b, strict=True):
            maps = np.array(
                [[np.sum(kernels * given.X[:, i : i + 3, j : j + 3]) + b for j in range(3)] for i in range(3)]
            )
            windows = [np.sort(maps[i : i + 2, j : j + 2].ravel()) for i in (0, 1) for j in (0, 1)]
            assert all(window[-1] > window[-2] for window in windows)
            assert len({window[-1] for window in windows}) in {2, 3}


def test_lenet_variants_have_whole_maps_unlike_their_kernel():
    for student in STUDENTS:
        g = find("cnn/lenet-count").given(student)
        rows = ((g.image[1] - g.kernel + 1) / 2 - g.kernel + 1) / 2
        assert rows == np.round(rows) >= 3
        assert rows != g.kernel
        assert g.maps.tolist() == [6, 16]


@pytest.mark.parametrize("exercise_id", FUNCTIONS)
def test_probes_depend_on_the_secret_alone(exercise_id):
    exercise = find(exercise_id)
    one, again, other = (str(exercise.probes(secret)) for secret in ("a", "a", "b"))
    assert one == again != other


def test_pooling_probes_have_no_ties():
    for secret in "abcdef":
        probe = find("cnn/implement-pool").probes(secret)
        for case, x in zip(POOLINGS, probe.x, strict=True):
            assert x.shape == case.image
            assert len(np.unique(x)) == x.size
