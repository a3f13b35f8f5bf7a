"""Answers that must not pass: each gets the state it should, no points, and nothing raises."""

import json

import pytest

from course.sheet import SheetError, decode, encode, read_answers
from tests.marking.test_catalogue_mlp import RELU_SGD

HOSTILE = {
    "zeros": {n: ([[0] * 3] * 2 if n == "dW1" else [0] * (len(v) if isinstance(v, list) else 1)) for n, v in RELU_SGD.items() if n != "direction"},
    "nan": {n: "nan" for n in RELU_SGD if n != "direction"},
    "infinite": {n: "1e999" for n in RELU_SGD if n != "direction"},
    "words": dict.fromkeys(RELU_SGD, "thirteen"),
    "wrong shapes": {n: [1, 2, 3, 4, 5] for n in RELU_SGD},
    "objects": {n: {"a": 1} for n in RELU_SGD},
    "nothing": dict.fromkeys(RELU_SGD),
    "truth values": dict.fromkeys(RELU_SGD, True),
    "ragged": dict.fromkeys(RELU_SGD, [[1, 2], [3]]),
    "deep": dict.fromkeys(RELU_SGD, [[[[[[[[[[1]]]]]]]]]]),
    "huge": dict.fromkeys(RELU_SGD, 10**300),
    "the given values copied": {"a1": [2, 3], "z1": [2, 3], "y_hat": 10, "loss": 10, "dy_hat": 10, "dW2": [1, 2, -1], "delta1": [2, 3], "dW1": [[-1, 2, 1], [2, -1, -1]], "delta_w": 10},
    "edges": {n: [["x0", "z1"]] for n in RELU_SGD},
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_sheets_earn_nothing(mark, kind):
    report = mark("mlp/relu-sgd", json.dumps(HOSTILE[kind]))
    assert report.points == 0
    assert {step.state for step in report.steps.values()} <= {"wrong", "missing", "unusable"}
    assert all(step.remark for step in report.steps.values())


def test_json_with_bare_nan_is_unusable(mark):
    report = mark("mlp/relu-sgd", '{"a1": [NaN, -3], "y_hat": Infinity, "loss": 4.5}')
    assert (report.steps["a1"].state, report.steps["y_hat"].state) == ("unusable", "unusable")
    assert report.steps["loss"].state == "exact"


def test_right_numbers_in_the_wrong_step_earn_nothing(mark):
    moved = {"z1": [6, -3], "y_hat": 4.5, "loss": 13, "dW2": [6, 0, 3], "delta1": [0, 6], "delta_w": 13}
    report = mark("mlp/relu-sgd", json.dumps(moved))
    assert {n: report.steps[n].state for n in moved if n != "z1"} == dict.fromkeys(
        [n for n in moved if n != "z1"], "wrong"
    )
    assert report.steps["z1"].state == "slip"  # the pre-activations in place of the activations


def test_names_that_are_not_asked_for_are_reported(mark):
    report = mark("mlp/relu-sgd", '{"a1": [6, -3], "yhat": 13}')
    assert "yhat" in report.remarks[0]
    assert report.steps["y_hat"].state == "missing"


def test_ten_megabytes_are_refused_in_one_sentence():
    with pytest.raises(SheetError, match="at most 256 KiB"):
        read_answers(json.dumps({"a1": [0.123456789] * 1_000_000}), "mlp/relu-sgd")
    with pytest.raises(SheetError, match="at most 256 KiB"):
        decode(b" " * 10_000_000)


def test_many_entries_within_the_size_limit_are_unusable(mark):
    report = mark("mlp/relu-sgd", json.dumps({"a1": [1] * 30_000, "loss": 4.5}))
    assert report.steps["a1"].state == "unusable"
    assert report.steps["loss"].state == "exact"


@pytest.mark.parametrize("text", ["", "[", "[1, 2]", "3", "null", '{"a": ', "\x00", '{"a1": [1,}', "{" * 100_000])
def test_what_is_no_sheet_is_one_clear_error(text):
    with pytest.raises(SheetError):
        read_answers(text, "mlp/relu-sgd")


def test_a_sheet_too_large_to_send_is_refused_when_written():
    from course.sheet import Sheet, write

    with pytest.raises(SheetError, match="256 KiB"):
        encode(Sheet("mlp/relu-sgd", {f"n{i}": write([0.123456789] * 10_000) for i in range(10)}))
