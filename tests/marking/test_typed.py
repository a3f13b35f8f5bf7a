"""Answers as people type them are marked like the plain numbers that they mean."""

import json

import numpy as np
import pytest

from course.exercises import find
from tests.marking.test_catalogue_mlp import RELU_SGD

# The document's numbers; the values stand in RELU_SGD.
TYPED = {
    "a1": "(6; −3)",
    "z1": r"\begin{pmatrix} 6 \\ 0 \end{pmatrix}",
    "y_hat": "= 13",
    "loss": r"\frac{9}{2}",
    "dy_hat": "$３$",
    "dW2": "[3 18 0]",
    "delta1": ["6.0", "0/1"],
    "dW1": "[[6 12 18]\n [0 0 0]]",
    "delta_w": "-18*eta",
    "direction": "Decreases.",
}


def test_a_sheet_in_every_way_of_typing_has_the_marks_of_the_plain_one(mark):
    assert list(TYPED) == list(RELU_SGD)
    plain, typed = mark("mlp/relu-sgd", json.dumps(RELU_SGD)), mark("mlp/relu-sgd", json.dumps(TYPED))
    assert typed.points == plain.points == 11
    assert {name: step.state for name, step in typed.steps.items()} == dict.fromkeys(TYPED, "exact")
    assert typed.steps["loss"].yours == r"\frac{9}{2}"  # shown as it was written


@pytest.mark.parametrize(
    ("written", "state"),
    [("132", "exact"), ("132.0", "exact"), ("1.32e2", "exact"), ("131.7", "exact"), ("131.66", "exact"), ("131", "exact"),
     ("130", "wrong"), ("133", "wrong"), ("131.5", "wrong"), ("1.3e2", "wrong"), ("13", "wrong"), ("1320", "wrong")],
)  # fmt: skip
def test_three_significant_digits_of_a_large_number_are_enough(mark, written, state):
    """2⁵ + 1 + 1 + 2.5⁵ = 131.65625: rounded or cut to three digits or more, and nothing else."""
    seed = find("regularization/p-norm").seed()
    given = seed._replace(w=np.array([-2.0, -1.0, -1.0, 2.5]), p=np.array(5.0), q=np.array(4.0))
    report = mark("regularization/p-norm", json.dumps({"norm": written}), given=given)
    assert report.steps["norm"].state == state


def test_twelve_is_not_thirteen(mark):
    for written in ("12", "12.0", "1.2e1", "12.", "14"):
        step = mark("mlp/relu-sgd", json.dumps({"y_hat": written})).steps["y_hat"]
        assert step.state in ("wrong", "slip")
        assert step.points < step.max_points


def test_a_comma_that_may_mean_either_earns_nothing_and_says_so(mark):
    step = mark("mlp/relu-sgd", '{"y_hat": "13,000"}').steps["y_hat"]
    assert (step.state, step.points) == ("unusable", 0)
    assert "13000 or 13.000" in step.remark
