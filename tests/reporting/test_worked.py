import json

import numpy as np
import pytest

from course.exercises import CATALOGUE
from course.reporting.worked import as_json, as_markdown, as_text, solution
from course.sheet import read_answers

WORKED = ("mlp/relu-sgd", "mlp/sigmoid-ls")


def test_the_documents_numbers_are_those_of_the_catalogue(marker):
    own = marker("mlp/relu-sgd")
    result = as_json(solution(own, own.scheme.exercise.seed()))
    assert result == {
        "exercise": "mlp/relu-sgd",
        "student": None,
        "steps": {
            "a1": [6, -3], "z1": [6, 0], "y_hat": 13, "loss": 4.5, "dy_hat": 3, "dW2": [3, 18, 0], "delta1": [6, 0],
            "dW1": [[6, 12, 18], [0, 0, 0]], "delta_w": -18, "direction": "decrease",
        },
    }  # fmt: skip


@pytest.mark.parametrize("exercise_id", WORKED)
def test_a_worked_solution_handed_in_as_it_is_earns_every_point(marker, exercise_id):
    own = marker(exercise_id)
    exercise = own.scheme.exercise
    given, probe = exercise.given("student-01"), exercise.probes("practice")
    result = as_json(solution(own, given, student="student-01"))
    report = own.mark(read_answers(json.dumps(result["steps"]), exercise_id), given, probe=probe)
    functions = {name for name, answer in exercise.answers.items() if answer.dtype == "function"}
    # A function cannot be handed in as numbers.
    assert {name for name, step in report.steps.items() if step.state != "exact"} == functions
    assert report.points == sum(s.max_points for name, s in report.steps.items() if name not in functions)


def test_another_students_solution_does_not(marker):
    own = marker("mlp/relu-sgd")
    exercise = own.scheme.exercise
    result = as_json(solution(own, exercise.given("student-01")))
    report = own.mark(read_answers(json.dumps(result["steps"]), exercise.id), exercise.given("student-02"))
    assert report.points < report.max_points / 2


def test_each_step_names_the_values_it_is_computed_from(marker):
    own = marker("mlp/relu-sgd")
    steps = {step.name: step for step in solution(own, own.scheme.exercise.seed()).steps}
    uses = {name: {use.name: use.value for use in step.uses} for name, step in steps.items()}
    assert uses["a1"] == {"x": "(2, 3)", "W1": "[-1, 2, 1; 2, -1, -1]"}
    assert uses["loss"] == {"y": "10", "y_hat": "13"}
    assert uses["dW1"] == {"x": "(2, 3)", "delta1": "(6, 0)"}
    assert steps["dW1"].parents == ("delta1",)
    assert steps["dy_hat"].why.startswith("The factor 2")


def test_a_zero_has_no_sign(marker):
    own = marker("mlp/relu-backprop")
    for student in ("student-01", "student-02", "student-03"):
        steps = as_json(solution(own, own.scheme.exercise.given(student)))["steps"]
        assert not any(np.signbit(v) and v == 0 for value in steps.values() for v in np.ravel(value))
        assert "-0," not in json.dumps(steps)


@pytest.mark.parametrize("exercise_id", WORKED)
def test_as_text_every_step_stands_in_order_without_latex(marker, exercise_id):
    own = marker(exercise_id)
    text = as_text(solution(own, own.scheme.exercise.given("student-01"), student="student-01"))
    places = [text.index(f"{n}. {name}:") for n, name in enumerate(own.scheme.steps, start=1)]
    assert places == sorted(places)
    assert "$" not in text
    assert "\\" not in text
    assert "student-01" in text
    assert max(map(len, text.splitlines())) < 140


def test_as_markdown_it_keeps_its_latex(marker):
    own = marker("mlp/relu-sgd")
    text = as_markdown(solution(own, own.scheme.exercise.seed()))
    assert r"$L = \frac12 (y - \hat y)^2$" in text
    assert r"$\hat y$ = **13**" in text
    assert "the document's own numbers" in text


def test_functions_are_worked_on_the_practice_inputs_unless_told(marker):
    own = marker("mlp/backprop")
    exercise = CATALOGUE["mlp/backprop"]
    practice = as_json(solution(own, exercise.seed()))["steps"]
    secret = as_json(solution(own, exercise.seed(), probe=exercise.probes("another key")))["steps"]
    assert np.shape(practice["forward"]) == (3,)
    assert practice["forward"] != secret["forward"]
