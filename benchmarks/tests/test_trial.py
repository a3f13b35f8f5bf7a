"""The trial finds what is wrong with a marker: it is given markers of which that is known."""

import numpy as np
import pytest

from benchmarks.trial import cheap, error, honest, misconception, misread
from benchmarks.trial.case import Case, plain, sheet_of
from benchmarks.trial.kept import kept
from benchmarks.trial.marking import Marked
from benchmarks.trial.table import page, show
from benchmarks.trial.trial import Lost, Share, Trial
from course.exercises import find
from course.sheet import Numbers, Text
from tests import oracles
from tests.oracles.solution import solve

ID = "mlp/relu-sgd"


class FakeMarking:
    """A marker that is told what to give: (case, step, right value) -> points of 0..1."""

    def __init__(self, exercise_id, judge):
        self.exercise, self.judge = find(exercise_id), judge
        self.solution = oracles.load(exercise_id)
        self.steps = dict.fromkeys(self.solution.asked, 1.0)

    def given(self, student):
        return self.exercise.given(student)

    def mark(self, cases, others=(), elsewhere=()):
        points = np.zeros((len(cases), len(self.steps)))
        for row, case in enumerate(cases):
            right = solve(self.solution, self.given(case.student)).written
            for column, step in enumerate(self.steps):
                points[row, column] = self.judge(case, step, right[step])
        states = np.where(points == 1, "exact", np.where(points > 0, "slip", "wrong"))
        told = np.where(points == 1, "", "Something is wrong.")
        none = np.zeros(len(cases))
        return Marked(
            tuple(self.steps),
            np.ones(len(self.steps)),
            points,
            states,
            told,
            none,
            none > 0,
            none > 0,
            none.astype(str),
            [{}] * len(cases),
        )

    def mark_groups(self, groups):
        return {name: self.mark(cases) for name, cases in groups.items()}


def equal(case, step, right):
    value = case.written.get(step, "")
    return float(value == right if isinstance(right, str) else np.array_equal(value, right))


def trial_of(judge, exercise_id=ID):
    return Trial(
        oracles.load(exercise_id), FakeMarking(exercise_id, judge), ("student-1", "student-2", "student-3")
    )


def test_a_marker_without_follow_through_loses_steps_after_an_error():
    found = error.run(trial := trial_of(equal))
    assert found["lost per error"] > 1
    assert any("lost afterwards" in finding.what for finding in trial.findings)


def test_a_generous_marker_loses_none_and_pays_for_sheets_without_work():
    found = error.run(trial_of(lambda *_: 1.0))
    assert (found["lost per error"], found["lost per error outside"]) == (0, 0)
    assert cheap.run(trial_of(lambda *_: 1.0))["cheapest"] == 1
    assert cheap.run(trial_of(equal))["cheapest"] < 0.5


def test_a_marker_that_knows_no_rounding_loses_points_of_the_honest():
    found = honest.run(trial_of(equal, "mlp/sigmoid-ls"))
    assert found["advice, carried"].sheets == 3
    exact = honest.run(trial_of(lambda *_: 1.0, "mlp/sigmoid-ls"))
    assert all(lost.sheets == 0 for lost in exact.values())


def test_misconceptions_count_as_named_where_the_step_is_a_slip():
    names = misconception.run(trial_of(lambda case, step, right: 1.0 if equal(case, step, right) else 0.5))
    assert names["named"] == names["tried"] > 40
    assert misconception.run(trial_of(equal))["named"] == 0


def test_an_error_changes_the_value_and_what_follows_is_worked_from_it():
    worked = solve(oracles.load(ID), find(ID).seed(), override={"a1": np.array([-6.0, -3.0])})
    written = {name: plain(value) for name, value in worked.written.items()}
    assert written["z1"] == [0, 0]
    assert (written["y_hat"], written["loss"], written["dy_hat"]) == (1, 40.5, -9)
    assert written["dW2"] == [-9, 0, 0]
    assert written["direction"] == ""


@pytest.mark.parametrize(
    ("kind", "value", "wrong"),
    [
        ("sign", [2.0], [[-2.0]]),
        ("swap", [2.0, 3.0], [[3.0, 2.0]]),
        ("transposed", [[1.0, 2.0], [3.0, 4.0]], [[[1.0, 3.0], [2.0, 4.0]]]),
        ("10 %", [10.0], [[11.2]]),
    ],
)
def test_the_kinds_of_errors(kind, value, wrong):
    got = error.ERRORS[kind](np.array(value), np.random.default_rng(0), False)
    np.testing.assert_allclose(list(got), wrong)


def test_digits_that_are_swapped():
    assert [misread._swapped(value) for value in (16.0, 0.25, -3.0, 10.0)] == [61.0, 0.52, -3.0, 10.0]


def test_a_sheet_holds_what_a_student_types():
    sheet = sheet_of(find(ID), Case("x", {"a1": np.array([6.0, -2.5]), "direction": "decrease", "z1": ""}, "test"))
    assert sheet.answers == {"a1": Numbers((2,), ("6", "-2.5")), "direction": Text("decrease")}


def test_tables_show_shares_in_per_cent_and_losses_with_their_points():
    assert [show(value) for value in (Share(0.125), Lost(3, 4.5, 0), Lost(0, 0.0, 7), 0.0040, 12)] == [
        "12.5%", "3 (4.5)", "0 (0) + 7", "0.004", "12",
    ]  # fmt: skip
    text = page(
        "today",
        {"cheap": {ID: {"cheapest": Share(0.3), "which": "1", "from a start": Share(0.5), "which start": "9"}}},
    )
    assert "| mlp/relu-sgd | 30.0% | 1 | 50.0% | 9 |" in text
    assert "at most 30% (mlp/relu-sgd: 1); above 10 % in 1 exercises" in text


def test_what_a_part_found_is_kept_and_not_run_again(tmp_path):
    row = {"cheapest": Share(0.3), "carried": Lost(3, 4.5, 0), "which": "1", "sheets": 12, "mean": np.float64(0.5)}
    part = ([("cheap", ID, row)], "# Findings")
    path = tmp_path / "trial" / "mlp-relu-sgd.json"
    assert kept(path, lambda: part) == part
    found, findings = kept(path, lambda: pytest.fail("it is run again"))
    assert (findings, [(kind, name) for kind, name, _ in found]) == ("# Findings", [("cheap", ID)])
    assert [show(value) for value in found[0][2].values()] == [show(value) for value in row.values()]
