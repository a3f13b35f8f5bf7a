"""The contract of the command line: what scripts may rely on."""

import json
import signal
import subprocess
import sys

import numpy as np
import pytest

from course.commands.autograde import print_marks
from course.commands.command_line import app
from course.exercises import find
from course.grading.engine.autograde import Result
from course.marking.report import Report, StepMark
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


def test_what_is_asked_for_is_listed_with_its_shape_and_choices(course):
    listed = [line.split(maxsplit=1) for line in course("given", "mlp/relu-sgd").out.splitlines()]
    asked = {name: rest.strip() for name, *about in listed for rest in about}
    assert asked["dW1"].startswith("2 x 3 numbers")
    assert asked["direction"].startswith("one of: decrease, increase")
    assert asked["loss"].split() == ["a", "number", "loss"]
    assert '{"lines"' in course("given", "mlp/relu-sgd-chain").out
    assert asked.keys() >= find("mlp/relu-sgd").answers.keys()


def test_mark_says_how_it_read_what_was_typed_and_what_follows_from_it(course, tmp_path):
    sheet = tmp_path / "sheet.json"
    typed = {"a1": "a1 = [6, -3]", "z1": [6, -3], "y_hat": "16,0", "direction": "it goes up", "A1": [1, 2]}
    sheet.write_text(json.dumps(typed))
    marked = json.loads(course("mark", "mlp/relu-sgd", sheet, "--json").out)["steps"]
    assert {name: step["read"] for name, step in marked.items() if "read" in step} == {
        "a1": "[6, -3]", "y_hat": "16.0", "direction": "increase",
    }  # fmt: skip
    assert [marked[name]["state"] for name in ("a1", "z1", "y_hat")] == ["exact", "slip", "follows"]
    shown = course("mark", "mlp/relu-sgd", sheet)
    assert "y_hat: '16,0' was read as 16.0" in shown.out
    assert "direction: 'it goes up' was read as increase" in shown.out
    assert "z1:" not in shown.out
    assert "'A1' is not asked for: did you mean a1?" in shown.err
    head = shown.out.splitlines()[0]
    assert head.index("expected") < head.index("from your values")
    follows = next(line for line in shown.out.splitlines() if line.split()[:1] == ["y_hat"])
    assert follows[head.index("expected") : head.index("from your values")].strip() == ""
    assert follows[head.index("from your values") :].split()[0] == "16"


def test_mark_says_what_waits_for_a_person_and_what_has_no_points(course, tmp_path, capsys):
    from course.commands.exercises import _print_report

    sheet = tmp_path / "sheet.json"
    sheet.write_text("{}")
    marked = json.loads(course("mark", "mlp/why-backprop", sheet, "--json").out)
    assert (marked["max_points"], marked["written"]) == (0, 3)
    assert "3 of the 3 points" in course("mark", "mlp/why-backprop", sheet).out
    steps = {"free": StepMark("exact", 0.0, 0.0, "Right."), "paid": StepMark("exact", 2.0, 2.0, "Right.")}
    _print_report(Report("mlp/relu-sgd", None, 2.0, 2.0, steps), {}, 5.0)
    out = capsys.readouterr().out
    assert "0/0: the answer is the same for everybody" in out
    assert "5 of the 7 points of the exercise, waits for a person" in out
    assert "from your values" not in out


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (b"", "it is empty"), (b"[[6, -3]]", "got a list"), (b"null", "got null"), (b"true", "got a truth value"), (b"13", "got a number"),
        (b"{'a1': [6, -3]}", "double quotes"), (b'{"a1": [6, -3],}', "no comma after the last"), (b'{"a1": [6, -3]', "not JSON"),
        (b"a1 = [6, -3]", "not JSON"), (b'{"a1": [6, -3]} {}', "Extra data"), (b'{"a1": 1, "a1": 2}', "'a1' stands twice"),
        ('{"a1": 1}'.encode("utf-16"), "UTF-8 was expected, got the byte 0xff"), (b'{"direction": "f\xfcr"}', "got the byte 0xfc"),
        (b'{"' + b"x" * 65 + b'": 1}', "at most 64 characters"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_sheet_is_refused_with_what_was_received(course, tmp_path, written, says):
    sheet = tmp_path / "sheet.json"
    sheet.write_bytes(written)
    run = course("mark", "mlp/relu-sgd", sheet)
    assert (run.code, run.out) == (2, "")
    assert says in " ".join(run.err.split())
    assert "Traceback" not in run.err


ODD = [
    (b'{"a1": NaN}', "a1", "got a single number, 'NaN'"), (b'{"loss": -Infinity}', "loss", "finite number was expected, got -Infinity"),
    (b'{"loss": 1e999}', "loss", "finite number was expected"), (b'{"a1": [null, 3]}', "a1", "got nothing"), (b'{"loss": true}', "loss", "got 'True'"),
    (b'{"a1": {"x": 6, "y": -3}}', "a1", "got pairs of words, (x, 6)"), (b'{"a1": [[1], [2, 3]]}', "a1", "shape (2,) was expected"),
    (b'{"a1": [6, -3, 1]}', "a1", "got shape (3,)"), (b'{"a1": []}', "a1", "got shape (0,)"), (b'{"loss": " "}', "loss", "empty"),
    (b'{"loss": "40,500"}', "loss", "40500 or 40.500"), (b'{"loss": "\\ud800"}', "loss", "character that is none"),
    (b'{"direction": ["increase", "decrease"]}', "direction", "one of decrease, increase"), (b'{"loss": "4.5 apples"}', "loss", "got '4.5 apples'; write the value alone"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "name", "says"), ODD)
def test_an_answer_that_cannot_be_read_costs_itself_and_says_why(written, name, says):
    from course.sheet import read_answers
    from course.sheet.reading import Status, read_sheet

    reading = read_sheet(find("mlp/relu-sgd"), read_answers(written, "mlp/relu-sgd"))
    assert reading[name].status == Status.UNUSABLE
    assert says in reading[name].reason
    assert all(other.status == Status.MISSING for known, other in reading.items() if known != name)


def test_null_is_no_answer_and_a_mark_of_the_encoding_no_fault():
    from course.sheet import read_answers

    assert read_answers(b'\xef\xbb\xbf{"a1": null, "loss": "40,5"}', "mlp/relu-sgd").answers.keys() == {"loss"}


def test_the_table_of_a_class_has_the_exercises_in_which_nobody_has_points(capsys):
    reports = {
        "mlp/relu-sgd": Report("mlp/relu-sgd", None, 0.0, 11.0, {}),
        "mlp/backprop": Report("mlp/backprop", None, 6.0, 6.0, {}),
        # By hand: the engine has no points to give.
        "mlp/why-backprop": Report("mlp/why-backprop", None, 0.0, 0.0, {}),
    }
    print_marks([Result("ann", 6.0, 20.0, reports, {}, ()), Result("bo", None, None, {}, {}, ())])
    head, row, other = (line.split() for line in capsys.readouterr().out.split("\n")[1:5] if "──" not in line)
    assert head == ["student", "relu-sgd", "(11)", "backprop", "(6)", "total"]
    assert row == ["ann", "0", "6", "6", "of", "20"]
    assert other == ["bo", "–", "–", "–"]


def test_below_the_table_nothing_is_cut_off_where_there_is_no_window(capsys):
    problem = f"{'a long story, ' * 20}and its end"
    print_marks([Result("ann", 0.0, 1.0, {}, {}, (problem, "and\nanother"))])
    assert capsys.readouterr().out.endswith(f"\nann\n    {problem}\n    and\n    another\n")


STUCK = """
import sys, time
module, *sys.argv[1:] = sys.argv[1:]
class Stuck:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            print("importing", flush=True)
            time.sleep(600)
sys.meta_path.insert(0, Stuck())
from course import cli
cli.main()
"""


@pytest.mark.parametrize(
    ("module", "arguments"), [("typer", ["--help"]), ("numpy", ["exercises"]), ("nbgrader", ["remark", "mlp"])]
)
def test_ctrl_c_while_a_library_is_being_imported_is_one_line(module, arguments):
    """Whatever comes first: the libraries of the command line itself, of all commands, of one of them."""
    command = [sys.executable, "-c", STUCK, module, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "importing\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (130, "", "Stopped.\n")


def test_ctrl_c_that_a_command_sees_itself_is_one_line(course, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("course.commands.exercises.common.schemes", interrupted)
    run = course("exercises")
    assert (run.code, run.out, run.err) == (130, "", "Stopped.\n")


def test_what_python_did_with_ctrl_c_before_it_does_again_afterwards(course):
    before = signal.getsignal(signal.SIGINT)
    assert course("exercises", "--json").code == 0
    assert signal.getsignal(signal.SIGINT) is before
