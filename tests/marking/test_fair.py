"""The rules of a fair marker on sheets typed by hand, each beside the loophole that its clause closes.

The document's network of `mlp/relu-sgd`: x = (2, 3), y = 10, W1 = ((-1, 2, 1), (2, -1, -1)), W2 = (1, 2, -1), so
a1 = (6, -3), z1 = (6, 0), y_hat = 13. `mlp/relu-backprop`: x = 3, y = 6, W1 = (1, -1), W2 = ((-1, 1), (1, -1)),
W3 = (-1, 1), eta = 0.01.
"""

import json

import numpy as np
import pytest

from course.exercises import Answer, Exercise
from course.marking.marker import Marker
from course.marking.scheme import Scheme, SchemeError
from course.sheet import read_answers
from tests.marking.test_catalogue_mlp import RELU_SGD

DEAD = {
    "z1": [0, 0], "y_hat": 1, "loss": 40.5, "dy_hat": -9, "dW2": [-9, 0, 0], "delta1": [0, 0],
    "dW1": [[0, 0, 0], [0, 0, 0]], "delta_w": 0, "direction": "decrease",
}  # fmt: skip
"""What follows from any first layer with two negative pre-activations."""


def states(report):
    return {name: step.state for name, step in report.steps.items()}


def test_zeros_that_a_wrong_sign_forces_follow_and_one_step_is_withheld(mark):
    report = mark("mlp/relu-sgd", json.dumps({"a1": [-6, -3], **DEAD}))
    assert states(report)["a1"] == "wrong"
    assert {states(report)[name] for name in DEAD if name != "direction"} == {"follows"}
    # z1, dW2, delta1, dW1 and delta_w were trivial: six of eleven points, of which one is withheld.
    assert report.withheld in (0, 1)
    assert report.points == 10 - report.withheld


def test_zeros_on_invented_numbers_earn_nothing(mark):
    report = mark("mlp/relu-sgd", json.dumps({"a1": [-1, -2], **DEAD}))
    trivial = ("z1", "dW2", "delta1", "dW1", "delta_w")
    assert {states(report)[name] for name in trivial} == {"wrong"}
    tiny = {**DEAD, "z1": [2e-12, 2e-12], "delta1": [2e-12, 2e-12]}
    assert {states(mark("mlp/relu-sgd", json.dumps({"a1": [-1, -2], **tiny})))[name] for name in trivial} == {
        "wrong"
    }


@pytest.mark.parametrize("number", [1, 5, 1e6])
def test_one_number_in_every_place_earns_nothing_that_follows(mark, number):
    page = json.loads(json.dumps(RELU_SGD), parse_int=lambda _: number)
    page |= {"loss": number, "direction": "increase"}
    report = mark("mlp/relu-sgd", json.dumps(page))
    assert report.points == 0
    assert set(states(report).values()) <= {"wrong", "slip"}


def test_given_values_copied_are_no_work(mark):
    # W1 = (1, -1) in place of a1; what is computed from it is right, but h1 has nothing to stand on.
    report = mark("mlp/relu-backprop", '{"a1": [1, -1], "h1": [1, 0], "a2": [-1, 1], "h2": [0, 1], "y_hat": 1}')
    assert states(report)["a1"] == "wrong"
    assert states(report)["h1"] == "wrong"
    assert "copied" in report.steps["h1"].remark


def test_a_repeated_parent_pays_only_beside_real_work(mark):
    # z1 = a1 where both entries are positive: nothing was worked out.
    alone = mark("mlp/relu-sgd", '{"a1": [7, 8], "z1": [7, 8]}')
    assert states(alone)["z1"] == "wrong"
    assert "repeats" in alone.steps["z1"].remark
    # y_hat = 1 + 2 * 7 - 8 = 7.
    worked = mark("mlp/relu-sgd", '{"a1": [7, 8], "z1": [7, 8], "y_hat": 7}')
    assert (states(worked)["z1"], states(worked)["y_hat"]) == ("follows", "follows")


def test_a_value_a_thousand_times_too_large_is_senseless(mark):
    report = mark("mlp/relu-sgd", '{"a1": [1000000, 2000000], "z1": [1000000, 2000000], "y_hat": 1}')
    assert {states(report)[name] for name in ("a1", "z1", "y_hat")} == {"wrong"}
    assert "not possible" in report.steps["a1"].remark


def test_a_cause_is_charged_once_a_layer_and_direction(mark):
    # x = 3: no ReLU, so h1 = (3, -3), a2 = W2 h1 = (-6, 6), h2 = a2, y_hat = 6 + 6 = 12, dy_hat = 2 (12 - 6) = 12,
    # delta2 = 12 W3 = (-12, 12), delta1 = W2^T delta2 = (24, -24).
    sheet = {
        "a1": [3, -3], "h1": [3, -3], "a2": [-6, 6], "h2": [-6, 6], "y_hat": 12, "loss": 36, "dy_hat": 12,
        "dW3": [-72, 72], "delta2": [-12, 12], "dW2": [[-36, 36], [36, -36]], "delta1": [24, -24],
    }  # fmt: skip
    report = mark("mlp/relu-backprop", json.dumps(sheet))
    charged = [name for name, step in report.steps.items() if step.state == "slip"]
    assert charged == ["h1", "h2", "delta2", "delta1"]
    assert {report.steps[name].points for name in charged} == {0.5}
    assert report.withheld == 1


def test_a_transposed_matrix_is_carried_as_written_or_as_meant(mark):
    # The document's dW2 = ((0, 0), (-18, 0)); W2 - 0.01 dW2 = ((-1, 1), (1.18, -1)).
    right = {"h1": [3, 0], "delta2": [0, -6]}
    for new in ([[-1, 1], [1.18, -1]], [[-1, 1.18], [1, -1]]):
        report = mark("mlp/relu-backprop", json.dumps({**right, "dW2": [[0, -18], [0, 0]], "new_W2": new}))
        assert report.steps["dW2"].slip == "transposed"
        assert report.steps["new_W2"].points == 1
    neither = mark(
        "mlp/relu-backprop", json.dumps({**right, "dW2": [[0, -18], [0, 0]], "new_W2": [[-1, 1.18], [1.18, -1]]})
    )
    assert states(neither)["new_W2"] == "follows"  # each entry is right or follows


def test_a_misread_number_costs_one_step(mark, marker):
    exercise = marker("mlp/relu-sgd").scheme.exercise
    seed = exercise.seed()
    read = seed._replace(x=np.array([2.0, 4.0]))
    sheet = {name: value.tolist() for name, value in marker("mlp/relu-sgd").truths(read).items()}
    sheet["direction"] = "decrease"
    report = mark("mlp/relu-sgd", json.dumps(sheet))
    assert report.misread is not None
    assert (report.misread.field, report.misread.read, report.misread.given) == ("x[2]", "4", "3")
    assert report.points == 10
    assert "x[2] = 4" in report.steps["a1"].remark
    assert "3" in report.steps["a1"].remark
    assert "slip" not in states(report).values()


def test_one_wrong_step_is_no_misreading(mark):
    # a1 = (7, -4) would be right for x = (2, 4): any answer fits some misreading.
    report = mark("mlp/relu-sgd", '{"a1": [7, -4]}')
    assert report.misread is None


def made(answers, given, **declared):
    """An exercise of two steps, v = x and w = 2 v, and its scheme."""
    exercise = Exercise("t/made", "", "", "steps", "", lambda: given, answers)
    scheme = Scheme(exercise)

    @scheme.step(**declared)
    def v(given):
        """$v$"""
        return given.x

    if "w" in answers:

        @scheme.step()
        def w(v):
            """$w = 2 v$"""
            return 2 * v

    return scheme


def numbers(*values):
    from typing import NamedTuple

    class X(NamedTuple):
        x: np.ndarray

    return X(np.array(values, dtype=float))


def test_half_for_three_quarters_of_the_entries():
    given = numbers(1, 2, 3, 4, 5, 6, 7, 8)
    marker = Marker(made({"v": Answer("v", (8,), "", "int")}, given, parts=True, axes=("place",)))

    def step(text):
        return marker.mark(read_answers('{"v": ' + text + "}", "t/made"), given).steps["v"]

    most = step("[1, 2, 3, 4, 5, 6, 7, 9]")
    assert (most.state, most.points, most.partial) == ("wrong", 0.5, True)
    assert most.remark == "Right but for place 8."
    assert step("[1, 2, 3, 4, 5, 0, 0, 0]").points == 0
    assert step("[0, 0, 0, 0, 0, 0, 0, 0]").points == 0


def test_an_exact_parent_carries_no_slack():
    given = numbers(0.5)._replace(x=np.asarray(0.5))
    marker = Marker(made({"v": Answer("v", (), ""), "w": Answer("w", (), "")}, given))

    def state(text):
        return marker.mark(read_answers(text, "t/made"), given).steps["w"].state

    assert state('{"v": "0.5", "w": "1.005"}') == "wrong"  # 0.5 is exact, so nothing of 0.01 * 2 is carried
    assert state('{"v": "0.503", "w": "1.0061"}') == "follows"


def test_another_convention_is_right_and_named():
    given = numbers(1, 2, 3)
    scheme = made({"v": Answer("v", (3,), ""), "w": Answer("w", (3,), "")}, given)

    @scheme.steps["w"].accept("counted from the other end")
    def reversed_w(v):
        return 2 * v[::-1]

    report = Marker(scheme).mark(read_answers('{"v": [1, 2, 3], "w": [6, 4, 2]}', "t/made"), given)
    assert report.points == 2
    assert "counted from the other end" in report.steps["w"].remark


def test_of_several_slips_the_nearest_is_named_and_all_that_are_as_near():
    given = numbers(1)._replace(x=np.asarray(1.0))
    scheme = made({"v": Answer("v", (), ""), "w": Answer("w", (), "")}, given)
    w = scheme.steps["w"]
    w.slip("B.", cause="B.")(lambda v: 3.004 * v)
    w.slip("A.", cause="A.")(lambda v: 3 * v)
    w.slip("C.", cause="C.")(lambda v: 4.997 * v)
    w.slip("D.", cause="D.")(lambda v: 5.004 * v)
    marker = Marker(scheme)

    def step(written):
        text = json.dumps({"v": 1, "w": written})
        return marker.mark(read_answers(text, "t/made"), given).steps["w"]

    assert (step("3.00").state, step("3.00").remark) == ("slip", "A.")
    assert step("3.004").remark == "B."
    both = step("5.00")
    assert (both.points, both.slip) == (0.5, "C. or D.")
    assert both.remark == "One of 2 slips, which come to the same here. C. Or: D."


def test_impossible_values_do_not_follow():
    given = numbers(3)._replace(x=np.asarray(3.0))
    scheme = made({"v": Answer("v", (), "", "int"), "w": Answer("w", (), "", "int")}, given, range=(1, 100))
    marker = Marker(scheme)
    for value, state in ((4, "follows"), (-4, "wrong"), (0.5, "wrong")):
        report = marker.mark(read_answers(json.dumps({"v": value, "w": 2 * value}), "t/made"), given)
        assert report.steps["w"].state == state


def test_a_wrong_choice_earns_nothing():
    given = numbers(1)
    exercise = Exercise(
        "t/choice", "", "", "steps", "", lambda: given, {"v": Answer("v", (), "", "choice", choices=("a", "b"))}
    )
    scheme = Scheme(exercise)

    @scheme.step()
    def v(given):
        """$v$"""
        return 0.0

    v.slip("The other one.")(lambda given: 1.0)
    step = Marker(scheme).mark(read_answers('{"v": "b"}', "t/choice"), given).steps["v"]
    assert (step.state, step.points, step.remark) == ("slip", 0.0, "The other one.")
    with pytest.raises(SchemeError, match="earns nothing"):
        v.slip("The other one.", credit=0.5)


def test_the_expected_value_has_as_many_digits_as_were_written(mark):
    report = mark("mlp/sigmoid-ls", '{"z1": ["0.54487", "0.55487889"]}')
    assert "0.54487889" in report.steps["z1"].expected
