"""The contract of the command line: what scripts may rely on."""

import json
import subprocess
import sys

import numpy as np
import pytest

from course.cli import app
from course.exercises import find
from tests.cli.conftest import ROOT


def test_exercises_lists_everything_as_json(course):
    run = course("exercises", "--json")
    assert run.code == 0
    rows = {row["id"]: row for row in json.loads(run.out)}
    row = rows["mlp/relu-sgd"]
    assert row["kind"] == "steps"
    assert row["assignment"] == "mlp"
    assert [step["name"] for step in row["steps"]][:2] == ["a1", "z1"]
    assert row["steps"][1] == {"name": "z1", "shape": [2], "dtype": "float", "points": 1.0, "parents": ["a1"]}
    assert row["points"] == sum(step["points"] for step in row["steps"])
    assert rows["mlp/why-backprop"]["kind"] == "written"


def test_without_schemes_there_are_no_points_and_marking_says_why(course, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = json.loads(course("exercises", "--json").out)
    assert rows[0]["points"] is None
    assert rows[0]["steps"][0]["points"] is None
    for command in (["mark", "mlp/relu-sgd", "sheet.json"], ["solve", "mlp/relu-sgd"], ["lint"]):
        run = course(*command)
        assert run.code == 2
        assert "--solutions" in run.err
        assert "Traceback" not in run.err
    assert course("lint", "mlp/why-backprop", "--solutions", ROOT / "solutions").code == 0


@pytest.mark.parametrize(
    "command",
    [
        ["build"],
        ["solve", "mlp/relu-sgd", "--solutions", ROOT / "solutions"],
        ["autograde", "mlp"],
    ],
    ids=lambda command: command[0],
)
def test_what_only_graders_have_is_asked_for_by_name(command, tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    missing = ["nbgrader", "jinja2", "nbformat", "jupytext", "nbconvert"]
    program = f"import sys; sys.modules.update(dict.fromkeys({missing})); from course import cli; cli.main()"
    arguments = [sys.executable, "-c", program, *map(str, command)]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert "not installed here: pip install 'gradbook[grading]'" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_given_values_of_a_student_and_of_the_document(course):
    document = json.loads(course("given", "mlp/relu-sgd", "--json").out)
    assert document == {
        "exercise": "mlp/relu-sgd",
        "student": None,
        "given": {"x": [2, 3], "y": 10, "W1": [[-1, 2, 1], [2, -1, -1]], "W2": [1, 2, -1]},
    }
    alice = json.loads(course("given", "mlp/relu-sgd", "--student", "alice", "--json").out)
    assert alice["student"] == "alice"
    assert alice["given"] != document["given"]
    assert "W1" in course("given", "mlp/relu-sgd").out


def test_solve_gives_every_step(course):
    run = course("solve", "mlp/relu-sgd", "--json")
    steps = json.loads(run.out)["steps"]
    assert steps["z1"] == [6, 0]
    assert steps["dW1"] == [[6, 12, 18], [0, 0, 0]]
    assert "13" in course("solve", "mlp/relu-sgd").out


def test_mark_a_sheet(course, tmp_path):
    sheet = tmp_path / "sheet.json"
    sheet.write_text('{"a1": [6, -3], "z1": [6, -3], "y_hat": "16.0"}')
    marked = json.loads(course("mark", "mlp/relu-sgd", sheet, "--json").out)
    assert marked["foreign"] is False
    assert marked["points"] == 2.5
    assert marked["steps"]["z1"]["state"] == "slip"
    assert set(marked["steps"]["z1"]) == {"state", "points", "max_points", "remark"}
    assert marked["steps"]["loss"]["state"] == "missing"
    shown = course("mark", "mlp/relu-sgd", sheet)
    assert "2.5 of 11 points" in shown.out


def test_numbers_that_were_given_out_under_an_older_sampler(course, tmp_path):
    old = json.loads(course("given", "mlp/relu-sgd", "--student", "alice", "--sampler", "1", "--json").out)[
        "given"
    ]
    assert old["W1"] == find("mlp/relu-sgd").given("alice", sampler=1).W1.tolist()
    sheet = tmp_path / "sheet.json"
    a1 = np.array(old["W1"]) @ [1, *old["x"]]
    sheet.write_text(json.dumps({"a1": a1.tolist()}))

    def state(*options):
        marked = course("mark", "mlp/relu-sgd", sheet, "--student", "alice", "--json", *options)
        return json.loads(marked.out)["steps"]["a1"]["state"]

    assert (state("--sampler", "1"), state(), state("--sampler", "2")) == ("exact", "wrong", "wrong")


def test_the_documents_sheet_is_foreign_for_a_student_with_other_numbers(course, tmp_path):
    sheet = tmp_path / "sheet.json"
    sheet.write_text(course("solve", "mlp/relu-sgd", "--json").out)
    answers = json.loads(sheet.read_text())["steps"]
    sheet.write_text(json.dumps({**answers, "direction": "decrease"}))
    marked = json.loads(course("mark", "mlp/relu-sgd", sheet, "--student", "alice", "--json").out)
    assert marked["foreign"] is True
    assert marked["points"] < 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["given", "mlp/relu-sdg"], "did you mean mlp/relu-sgd"),
        (["given", "mlp/relu-sgd", "--student", "  "], "student id"),
        (["mark", "mlp/relu-sgd", "no-such-file.json"], "cannot be read"),
        (["mark", "mlp/relu-sgd", "README.md"], "not JSON"),
        (["mark", "mlp/relu-sgd", ".", "--solutions", "no-such-folder"], "not a folder"),
        (["build", "no-such-assignment"], "no-such-assignment"),
        (["autograde", "no-such-assignment"], "no-such-assignment"),
        (["no-such-command"], "No such command"),
        (["mark"], "Missing argument"),
    ],
)
def test_wrong_use_is_one_clear_message_and_exit_code_2(course, arguments, says):
    run = course(*arguments)
    assert run.code == 2
    assert says in " ".join(run.err.split())
    assert run.out == ""
    assert "Traceback" not in run.err


def test_every_command_has_help_with_an_example(course):
    for command in app.registered_commands:
        name = command.callback.__name__
        run = course(name, "--help")
        assert run.code == 0
        assert "Example: course" in " ".join(run.out.split()), name


def test_lint_reports_and_exits_with_1_when_something_is_to_mend(course, monkeypatch):
    from course.marking import registry

    scheme = registry.load((ROOT / "solutions",))["mlp/why-backprop"]
    assert course("lint", "mlp/why-backprop").code == 0
    monkeypatch.setattr("course.authoring.lint._documentation", lambda _: ["something to mend"])
    run = course("lint", scheme.exercise.id)
    assert run.code == 1
    assert "something to mend" in run.out


def test_the_solutions_of_an_assignment_on_one_page(course, tmp_path):
    page = tmp_path / "solutions.html"
    run = course("solve", "mlp", "--student", "alice", "--page", page)
    assert run.code == 0
    html = page.read_text("utf-8")
    numbers = json.loads(course("solve", "mlp/relu-sgd", "--student", "alice", "--json").out)["steps"]
    assert f"{abs(numbers['loss']):g}" in html
    for part in (
        "mlp/relu-sgd",
        "mlp/why-backprop",
        "The ReLU is missing",
        "Model answer",
        "<math",
        "numbers of alice",
    ):
        assert part in html
    assert "http" not in html.replace("http-equiv", "").replace("http://www.w3.org/1998/Math/MathML", "")
    assert "$" not in html
    refused = course("solve", "mlp", "--page", tmp_path / "no" / "folder.html")
    assert refused.code == 2
    assert "cannot be written" in refused.err
