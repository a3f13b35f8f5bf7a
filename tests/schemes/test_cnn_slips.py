"""What the documents and real answers get wrong in the CNN exercises is named, and what they get right is right."""

import numpy as np
import pytest

from course.exercises import find
from course.sheet import Sheet, read_answers, write

DOCUMENTS = {
    "cnn/feature-maps": '{"conv1": [16, 30, 30], "pool1": [16, 15, 15], "conv2": [32, 13, 13], "pool2": [32, 6, 6]}',
    "cnn/weight-count": '{"conv1": 448, "conv2": 4640, "fc": 11530, "total": 16618}',
    "cnn/output-size": '{"setting1": [2, 3, 3], "setting2": [2, 2, 2]}',
    "cnn/conv-by-hand": '{"O": [[6, 8], [9, 8]]}',
    "cnn/softmax-ce": '{"probs": [0.190, 0.424, 0.3843], "loss": 0.85618669, "dlogits": [0.191, -0.575, 0.384]}',
    "cnn/lenet-count": '{"c1": 156, "c3": 2416, "c5": 48120, "f6": 10164, "out": 850, "total": 61706}',
    "cnn/receptive-field": '{"y1": [1, -2, 2], "y2": [2, -2, 3], "y3": [4, -6, 9], "corner": [0, 9]}',
    "cnn/inception": """{"naive_params": 1089952, "naive_mults": 1115684864, "naive_adds": 1115684864,
        "naive_acts": 425984, "bottleneck_params": 346720, "bottleneck_mults": 354418688,
        "bottleneck_adds": 354418688, "bottleneck_acts": 622592}""",
    "cnn/split-transform-merge": '{"plain": 213504, "paths": 78592}',
}


def mark(marker, exercise_id, text, given=None):
    exercise = find(exercise_id)
    return marker(exercise_id).mark(read_answers(text, exercise_id), exercise.seed() if given is None else given)


@pytest.mark.parametrize("exercise_id", DOCUMENTS)
def test_the_catalogues_numbers_earn_full_marks(marker, exercise_id):
    report = mark(marker, exercise_id, DOCUMENTS[exercise_id])
    assert {step.state for step in report.steps.values()} == {"exact"}
    assert report.points == report.max_points


def test_the_documents_softmax_of_its_outputs(marker):
    given = find("cnn/softmax-ce").seed()._replace(logits=np.array([0.5, 0.3, 0.2]))
    truth = marker("cnn/softmax-ce").truths(given)["probs"]
    np.testing.assert_allclose(truth, [0.39069383, 0.31987306, 0.28943311], atol=5e-9)


NAMED = [  # exercise, sheet, step, cause, words of the remark
    ("cnn/softmax-ce", {"probs": [0.190, 0.424, 0.3843], "loss": -0.85}, "loss", "log sign", "minus sign"),
    ("cnn/softmax-ce", {"loss": 0.3718}, "loss", "log 10", "base 10"),
    ("cnn/lenet-count", {"total": 61750}, "total", "trainable subsampling", "trainable subsampling"),
    ("cnn/lenet-count", {"c3": 1516}, "c3", "sparse C3", "LeCun's own C3"),
    ("cnn/lenet-count", {"c3": 1516, "total": 60850}, "total", "trainable subsampling", "coefficient and a bias"),
    ("cnn/lenet-count", {"c3": 2416, "total": 60850}, "total", "trainable subsampling", "historic network"),
    ("cnn/lenet-count", {"total": 60806}, "total", "sparse C3", "sparse C3"),
    ("cnn/inception", {"naive_params": 696736}, "naive_params", "five", r"$3 \times 3$ kernels"),
    ("cnn/split-transform-merge", {"paths": 70656}, "paths", "shared bias", "grouped convolution"),
    ("cnn/output-size", {"setting1": [2, 3, 2]}, "setting1", "other setting", "setting 2"),
    ("cnn/output-size", {"setting2": [2, 3, 3]}, "setting2", "stride", "division by the stride"),
    ("cnn/feature-maps", {"conv2": [32, 13, 13], "pool2": [32, 7, 7]}, "pool2", "floor", "rounded up"),
    ("cnn/feature-maps", {"conv2": [32, 13, 13], "pool2": [32, 6.5, 6.5]}, "pool2", "floor", "whole number"),
    ("cnn/feature-maps", {"conv1": [16, 29, 29]}, "conv1", "plus one", "$+1$"),
    ("cnn/feature-maps", {"conv1": [30, 30, 16]}, "conv1", "order", "channels come first"),
    ("cnn/weight-count", {"conv1": 432}, "conv1", "bias", "biases"),
    ("cnn/weight-count", {"conv2": 320}, "conv2", "channels", "input channels"),
    ("cnn/weight-count", {"total": 16560}, "total", "bias", "biases"),
    ("cnn/weight-count", {"total": 16810}, "total", "pool weights", "Pooling has no weights"),
    ("cnn/receptive-field", {"y3": [4, -6, 9], "corner": [-6, 9]}, "corner", "not cut", "not cut"),
    ("cnn/receptive-field", {"y1": [1, 0, 4]}, "y1", "padding", "padding"),
    (
        "cnn/receptive-field",
        {"y1": [1, -2, 2], "y2": [2, -2, 3], "y3": [4, -4, 6]},
        "y3",
        "strides",
        "not multiplied",
    ),
    ("cnn/receptive-field", {"y1": [1, -1, 3]}, "y1", "counted from 1", "counted from 0"),
]


@pytest.mark.parametrize(("exercise_id", "sheet", "step", "cause", "words"), NAMED)
def test_slips_of_the_catalogue_are_named(marker, exercise_id, sheet, step, cause, words):
    answers = {name: write(value) for name, value in sheet.items()}
    report = marker(exercise_id).mark(Sheet(exercise_id, answers), find(exercise_id).seed())
    found = report.steps[step]
    assert (found.state, found.slip) == ("slip", cause)
    assert words in found.remark
    assert 0 < found.points < found.max_points


def test_a_flipped_kernel_is_named_where_it_makes_a_difference(marker):
    given = find("cnn/conv-by-hand").given("alice")
    flipped = [
        [sum(given.I[i + u, j + v] * given.K[1 - u, 1 - v] for u in (0, 1) for v in (0, 1)) for j in (0, 1)]
        for i in (0, 1)
    ]
    report = marker("cnn/conv-by-hand").mark(Sheet("cnn/conv-by-hand", {"O": write(flipped)}), given)
    assert (report.steps["O"].state, report.steps["O"].slip) == ("slip", "flipped")


def test_one_cause_is_charged_once(marker):
    """Forgotten biases cost half a point, not half of every step."""
    sheet = '{"conv1": 432, "conv2": 4608, "fc": 11520, "total": 16560}'
    report = mark(marker, "cnn/weight-count", sheet)
    assert [step.state for step in report.steps.values()] == ["slip", "follows", "follows", "follows"]
    assert report.points == report.max_points - 0.5


def test_the_historic_network_loses_less_than_a_mistake(marker):
    right = DOCUMENTS["cnn/lenet-count"]
    assert mark(marker, "cnn/lenet-count", right.replace("61706", "61750")).points == 5.75
    assert mark(marker, "cnn/lenet-count", right.replace("61706", "61470")).points == 5.5  # without biases
    assert mark(marker, "cnn/lenet-count", right.replace("61706", "61751")).points == 5


def test_channels_last_throughout_is_one_slip(marker):
    sheet = '{"conv1": [30, 30, 16], "pool1": [15, 15, 16], "conv2": [13, 13, 32], "pool2": [6, 6, 32]}'
    report = mark(marker, "cnn/feature-maps", sheet)
    assert [step.state for step in report.steps.values()] == ["slip", "follows", "follows", "follows"]
