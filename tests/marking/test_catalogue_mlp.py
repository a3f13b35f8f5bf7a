"""The documents' numbers: what the catalogue states is right, and what the documents wrote loses nothing."""

import json

import pytest

RELU_SGD = {
    "a1": [6, -3], "z1": [6, 0], "y_hat": 13, "loss": 4.5, "dy_hat": 3, "dW2": [3, 18, 0], "delta1": [6, 0],
    "dW1": [[6, 12, 18], [0, 0, 0]], "delta_w": -18, "direction": "decrease",
}  # fmt: skip
SIGMOID_LS = {
    "a1": [0.18, 0.18], "z1": [0.54487889, 0.54487889], "a2": 0.41795156, "h": 0.41795156, "loss": 0.16939020,
    "delta2": -0.58204844, "dW2": [-0.58204844, -0.31714591, -0.31714591],
    "new_W2": [0.49102422, 0.35857296, 0.35857296], "delta1": [-0.02886796, -0.02886796],
    "dW1": [[-0.02886796, -0.00866039, -0.01443398]] * 2,
}  # fmt: skip
SIGMOID_CE = {
    "h": 0.60299297, "loss": 0.50584974, "delta2": -0.39700703, "dW2": [-0.39700703, -0.21632075, -0.21632075],
    "new_W2": [0.39850351, 0.30816037, 0.30816037], "delta1": [-0.01969043, -0.01969043],
    "dW1": [[-0.01969043, -0.00590713, -0.00984521]] * 2,
}  # fmt: skip
RELU_BACKPROP = {
    "a1": [3, -3], "h1": [3, 0], "a2": [-3, 3], "h2": [0, 3], "y_hat": 3, "loss": 9, "dy_hat": -6, "dW3": [0, -18],
    "delta2": [0, -6], "dW2": [[0, 0], [-18, 0]], "delta1": [-6, 0], "dW1": [-18, 0], "new_W1": [1.18, -1],
    "new_W2": [[-1, 1], [1.18, -1]], "new_W3": [-1, 1.18],
}  # fmt: skip
CATALOGUE = {
    "mlp/relu-sgd": RELU_SGD,
    "mlp/sigmoid-ls": SIGMOID_LS,
    "mlp/sigmoid-ce": SIGMOID_CE,
    "mlp/relu-backprop": RELU_BACKPROP,
}


@pytest.mark.parametrize("exercise_id", CATALOGUE)
def test_the_catalogues_numbers_are_exact(mark, exercise_id):
    sheet = CATALOGUE[exercise_id]
    report = mark(exercise_id, json.dumps(sheet))
    assert {name: report.steps[name].state for name in sheet} == dict.fromkeys(sheet, "exact")
    assert all(report.steps[name].points == report.steps[name].max_points for name in sheet)


@pytest.mark.parametrize("exercise_id", CATALOGUE)
def test_every_number_of_the_catalogue_is_needed(mark, exercise_id):
    """Each step's own number, moved by 7 % and more than two decimals, is no longer exact."""
    sheet = CATALOGUE[exercise_id]
    for name, value in sheet.items():
        if name == "direction":
            continue
        moved = json.loads(json.dumps(value), parse_int=float)
        report = mark(exercise_id, json.dumps({name: _moved(moved)}))
        assert report.steps[name].state not in {"exact", "follows"}, name


def _moved(value):
    return [_moved(item) for item in value] if isinstance(value, list) else round(value * 1.31 + 0.07, 5)


def test_the_rounded_sheet_of_the_squared_error_loses_nothing(mark):
    written = """{"a1": [0.18, 0.18], "z1": [0.54, 0.54], "a2": 0.42, "h": 0.42, "loss": 0.17, "delta2": -0.58,
        "dW2": [-0.58, -0.31, -0.31], "new_W2": [0.49, 0.35, 0.35], "delta1": [-0.03, -0.03],
        "dW1": [[-0.03, -0.009, -0.015], [-0.03, -0.009, -0.015]]}"""
    report = mark("mlp/sigmoid-ls", written)
    answered = [report.steps[name] for name in json.loads(written)]
    assert [step.points for step in answered] == [step.max_points for step in answered]


def test_the_rounded_sheet_of_the_cross_entropy_loses_nothing(mark):
    written = """{"a1": [0.18, 0.18], "z1": [0.54, 0.54], "a2": 0.42, "h": 0.60, "loss": 0.51, "delta2": -0.4,
        "dW2": [-0.4, -0.21, -0.21], "new_W2": [0.4, 0.3, 0.3]}"""
    report = mark("mlp/sigmoid-ce", written)
    answered = [report.steps[name] for name in json.loads(written)]
    assert [step.points for step in answered] == [step.max_points for step in answered]
    assert report.points < report.max_points  # what the document does not state is missing


def test_one_cause_is_charged_once(mark):
    sheet = {
        "a1": [6, -3], "z1": [6, -3], "y_hat": 16, "loss": 18, "dy_hat": 6, "dW2": [6, 36, -18],
    }  # fmt: skip
    for local_error in ([12, -6], [12, 0]):
        report = mark("mlp/relu-sgd", json.dumps({**sheet, "delta1": local_error}))
        states = {name: step.state for name, step in report.steps.items()}
        assert states["a1"] == "exact"
        assert states["z1"] == "slip"
        assert "ReLU is missing" in report.steps["z1"].remark
        assert {states[n] for n in ("y_hat", "loss", "dy_hat", "dW2")} == {"follows"}
        assert report.steps["dW2"].points == report.steps["dW2"].max_points
        # No ReLU on the way forward and no gate on the way back are two facts.
        assert states["delta1"] == ("slip" if local_error[1] else "follows")
    alone = mark("mlp/relu-sgd", json.dumps({**RELU_SGD, "delta1": [6, -3]}))
    assert alone.steps["delta1"].state == "slip"
    assert alone.steps["delta1"].points == 0.5


@pytest.mark.parametrize("index", [None, 0, 6, 9])
def test_ten_times_the_step_size_is_named_in_every_variant(mark, marker, index):
    exercise = marker("mlp/relu-backprop").scheme.exercise
    from course.exercises.variants import next_well_posed

    given = exercise.seed() if index is None else exercise.variant(next_well_posed(exercise.id, index))
    truth = marker("mlp/relu-backprop").truths(given)
    sheet = {name: value.tolist() for name, value in truth.items()}
    for layer in ("W1", "W2", "W3"):
        weights = getattr(given, layer)
        sheet[f"new_{layer}"] = (weights - 10 * given.eta * truth[f"d{layer}"]).tolist()
    if index is None:
        assert sheet["new_W1"][0] == pytest.approx(2.8)
    report = mark("mlp/relu-backprop", json.dumps(sheet), given=given)
    assert report.steps["new_W1"].state == "slip"
    assert "Ten times" in report.steps["new_W1"].remark
    assert report.steps["new_W2"].state == report.steps["new_W3"].state == "follows"
    assert report.points == report.max_points - 0.5


SLIPS = [
    ("mlp/relu-sgd", {"a1": [7, -5]}, "bias"),
    ("mlp/relu-sgd", {"a1": [6, -3], "z1": [6, -3]}, "relu"),
    ("mlp/relu-sgd", {"a1": [6, -3], "z1": [6, 0], "y_hat": 16}, "relu"),
    ("mlp/relu-sgd", {"y_hat": 13, "loss": 9}, "half"),
    ("mlp/relu-sgd", {"y_hat": 13, "dy_hat": 6}, "half"),
    ("mlp/relu-sgd", {"y_hat": 13, "dy_hat": -3}, "sign"),
    ("mlp/relu-sgd", {"delta1": [6, -3]}, "relu"),
    ("mlp/relu-sgd", {"delta_w": 18}, "uphill"),
    ("mlp/relu-sgd", {"delta_w": 6}, "index"),
    ("mlp/relu-sgd", {"delta_w": -12}, "index"),
    ("mlp/relu-sgd", {"direction": "increase"}, "uphill"),
    ("mlp/sigmoid-ls", {"a1": [0.08, 0.08]}, "bias"),
    ("mlp/sigmoid-ls", {"delta1": [-0.06342918, -0.06342918]}, "slope"),
    ("mlp/sigmoid-ls", {"delta1": [-0.02411250, -0.02411250]}, "slope"),
    ("mlp/sigmoid-ls", {"delta1": [-0.00715888, -0.00715888]}, "slope"),
    ("mlp/sigmoid-ls", {"delta2": -0.14159}, "linear output"),
    ("mlp/sigmoid-ce", {"delta2": -0.0950394}, "slope kept"),
    ("mlp/sigmoid-ce", {"loss": 0.2196877}, "base 10"),
    ("mlp/sigmoid-ce", {"loss": 0.9238}, "swapped"),
    ("mlp/relu-backprop", {"loss": 4.5}, "half"),
    ("mlp/relu-backprop", {"dy_hat": 6}, "sign"),
    ("mlp/relu-backprop", {"dW2": [[0, -18], [0, 0]]}, "transposed"),
]


@pytest.mark.parametrize(("exercise_id", "sheet", "cause"), SLIPS)
def test_slips_of_the_catalogue_are_named(mark, exercise_id, sheet, cause):
    report = mark(exercise_id, json.dumps(sheet))
    last = report.steps[list(sheet)[-1]]
    assert (last.state, last.slip) == ("slip", cause)
    assert last.points == (0 if sheet.get("direction") else last.max_points / 2)
