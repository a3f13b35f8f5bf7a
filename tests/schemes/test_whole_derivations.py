"""Whole derivations in the notations people use earn everything, and sheets without work a tenth at most."""

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from course.exercises import CATALOGUE, find
from course.exercises.mlp.closed_formula import Sizes
from course.exercises.mlp.layer_gradients import Layer
from course.exercises.mlp.networks import TwoLayers
from course.exercises.mlp.relu_backprop import ThreeLayers
from course.exercises.mlp.sigmoid_ce_local_error import Stretched
from course.exercises.mlp.sigmoid_ls_chain import HiddenUnit
from course.exercises.regularization.p_norm_derivation import Weighed
from course.sheet import read_derivation

SHEETS = tomllib.loads(Path(__file__).with_name("whole_derivations.toml").read_text("utf-8"))
OF = np.array
# the numbers that the sheets were typed for
GIVEN = {
    "mlp/relu-sgd-chain": TwoLayers(
        x=OF([4.0, 1]), y=OF(-9.0), W1=OF([[-3.0, 2, -3], [-1, -2, 1]]), W2=OF([2.0, -3, 4])
    ),
    "mlp/closed-formula": Sizes(OF(2), OF(2)),
    "mlp/sigmoid-ls-chain": HiddenUnit(
        x=OF([2.5, 2.4]), y=OF(-3.0), W1=OF([[0.8, -0.6, -0.6], [-0.8, 0.4, 0.9]]), W2=OF([-1.2, -1.4, -0.6]),
        unit=OF(2),
    ),
    "mlp/sigmoid-ce-local-error": Stretched(OF(9.3), OF(1.3)),
    "mlp/relu-backprop-working": ThreeLayers(
        x=OF(3.0), y=OF(-32.0), W1=OF([2.0, -3]), W2=OF([[-2.0, -1], [3, -1]]), W3=OF([1.0, -2]), eta=OF(0.05)
    ),
    "mlp/layer-gradients": Layer(OF(6), OF(48), OF(51)),
    "cnn/softmax-ce-gradient": find("cnn/softmax-ce-gradient").seed()._replace(
        logits=OF([0.5, -1, -0.4]), target=OF([0.0, 1, 0])
    ),
    "regularization/p-norm-derivation": Weighed(OF(90), OF(78)),
    "momentum/two-forms-proof": find("momentum/two-forms-proof").seed(),
}  # fmt: skip


def sheets(kind):
    return [
        pytest.param(name, one, id=f"{name}: {one['said']}")
        for name, kinds in SHEETS.items()
        for one in kinds[kind]
    ]


def marked(marker, name, one):
    handed = {"lines": one["lines"].strip().splitlines()}
    if "blocks" in one:
        handed["blocks"] = one["blocks"]
    return marker(name).mark(read_derivation(json.dumps(handed), name), GIVEN[name])


@pytest.mark.parametrize(("name", "one"), sheets("right"))
def test_a_right_derivation_earns_everything(name, one, marker):
    report = marked(marker, name, one)
    assert report.points == report.max_points, [(line.text, line.state, line.remark) for line in report.lines]


@pytest.mark.parametrize(("name", "one"), sheets("cheap"))
def test_a_sheet_without_work_earns_next_to_nothing(name, one, marker):
    report = marked(marker, name, one)
    assert report.points <= report.max_points / 10, [(line.text, line.state, line.points) for line in report.lines]


def test_every_derivation_has_enough_of_both():
    assert set(SHEETS) == {name for name, exercise in CATALOGUE.items() if exercise.kind == "derivation"}
    for name, kinds in SHEETS.items():
        assert len(kinds["right"]) >= 6, name
        assert len(kinds["cheap"]) >= 3, name
