"""Derivations on the command line: what scripts may rely on, and files that nobody expects."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT

CHAIN = "mlp/relu-sgd-chain"
STATES = [
    "follows",
    "defines",
    "at-numbers",
    "where",
    "under",
    "slip",
    "edit",
    "wrong",
    "jump",
    "repeats",
    "unreadable",
]


def first_line(lines):
    return json.dumps({"lines": lines}).encode()


@pytest.fixture
def mark(course, tmp_path):
    """Mark the bytes of a sheet and give the run."""

    def run(data, *options, exercise=CHAIN):
        sheet = tmp_path / "sheet.json"
        sheet.write_bytes(data)
        done = course("mark", exercise, sheet, *options)
        assert "Traceback" not in done.err
        return done

    return run


@pytest.mark.parametrize("exercise", [CHAIN, "momentum/two-forms-proof"])
def test_the_model_of_a_student_earns_all_points_when_it_is_handed_in(course, mark, exercise):
    solved = json.loads(course("solve", exercise, "--student", "alice", "--json").out)
    sheet = {name: solved[name] for name in ("lines", "blocks") if name in solved}
    assert ("blocks" in sheet) == (exercise != CHAIN)
    marked = json.loads(mark(json.dumps(sheet).encode(), "--student", "alice", "--json", exercise=exercise).out)
    assert marked["points"] == marked["max_points"]
    assert [line["text"] for line in marked["lines"]] == solved["lines"]
    for line in marked["lines"]:
        assert set(line) == {"text", "state", "points", "remark"}
        assert line["state"] in STATES
    rows = {row["id"]: row for row in json.loads(course("exercises", "--json").out)}
    assert rows[exercise]["kind"] == "derivation"
    assert list(marked["steps"]) == [step["name"] for step in rows[exercise]["steps"]]


def test_the_symbols_of_a_task_and_how_they_are_typed(course):
    document = json.loads(course("given", CHAIN, "--json").out)
    assert document["symbols"]["y_hat"] == [r"\hat{y}", "yhat", "y_hat"]
    assert document["given"]["W1"] == [[-1, 2, 1], [2, -1, -1]]
    shown = course("given", CHAIN).out.splitlines()
    assert r"  y_hat: \hat{y}   yhat   y_hat" in shown
    assert json.loads(course("given", "momentum/two-forms-proof", "--json").out)["symbols"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "this is not JSON: it is empty"),
        (b"{}", '{"lines": ["...", "..."]} was expected for mlp/relu-sgd-chain, got nothing'),
        (b"a = b", "this is not JSON"),
        (b"[" * 100_000, "this is not JSON"),
        (b'["a = b"]', "a JSON object of answers by name was expected, got a list"),
        (b'"a = b"', "a JSON object of answers by name was expected, got a text"),
        (b'{"lines": ["\xff\xfe = 3"]}', "text in UTF-8 was expected, got the byte 0xff"),
        (b'{"lines": ["a\x00b"]}', "this is not JSON: Invalid control character"),
        (b'{"lines": [3, 4]}', "line 1 of mlp/relu-sgd-chain: a text in quotes was expected, got a number"),
        (b'{"lines": ["a", null]}', "line 2 of mlp/relu-sgd-chain: a text in quotes was expected, got nothing"),
        (b'{"lines": {"1": "a"}}', "line 1 of mlp/relu-sgd-chain: a text in quotes was expected, got a dict"),
        (b'{"lines": ["a"], "lines": ["b"]}', "'lines' stands twice"),
        (b'{"line": ["a"]}', '{"lines": ["...", "..."]} was expected for mlp/relu-sgd-chain, got \'line\''),
        (first_line(["x" * 1_000_000]), "a sheet of at most 256 KiB is read, got 977 KiB"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else None,
)
def test_a_file_that_is_no_sheet_is_one_clear_message(mark, data, says):
    run = mark(data)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("course: ")
    assert f"sheet.json: {says}" in run.err
    assert len(run.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("data", "count", "says"),
    [
        (first_line([]), 0, ""),
        (first_line(""), 0, ""),
        (first_line(["= 2"] * 10_000), 201, "at most 200 lines"),
        (first_line(["Δw = " + "(" * 2500 + "1" + ")" * 2500]), 1, "at most"),
        (first_line(["(" * 5000]), 1, "at most"),
        (first_line(["x" * 200_000]), 1, "at most"),
        (first_line(["a\0 = b"]), 1, "a control character"),
        (b"\xef\xbb\xbf" + first_line(["Δw = -η ∂L/∂w_{2,1}^{(1)}"]), 1, ""),
        (first_line("Δw = -η ∂L/∂w_{2,1}^{(1)}\r\n= -η ∂L/∂ŷ · ∂ŷ/∂w_{2,1}^{(1)}\r\n"), 2, ""),
    ],
    ids=["none", "nothing", "10000", "deep", "open", "long", "nul", "mark-of-utf-8", "crlf"],
)
def test_what_cannot_be_read_is_unreadable_and_nothing_else(mark, data, count, says):
    run = mark(data, "--json")
    assert (run.code, run.err) == (0, "")
    lines = json.loads(run.out)["lines"]
    assert len(lines) == count
    last = lines[-1] if lines else {"state": "", "remark": ""}
    assert (last["state"] == "unreadable") == bool(says)
    assert says in last["remark"]


def test_text_of_a_student_does_not_reach_the_terminal_as_commands(mark):
    run = mark(first_line(["\x1b[31m\x1b]0;title\x07 [red]= 3", "(" * 5000]))
    assert "\x1b" not in run.out
    assert "\x07" not in run.out
    assert r"\x1b[31m" in run.out
    assert max(len(line) for line in run.out.splitlines()) < 500
    steps = mark(json.dumps({"y_hat": "\x1b[2J13"}).encode(), exercise="mlp/relu-sgd")
    assert "\x1b" not in steps.out


def test_without_schemes_a_derivation_is_not_marked_and_its_symbols_are_known(course, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sheet.json").write_bytes(first_line(["Δw = 3"]))
    assert json.loads(course("given", CHAIN, "--json").out)["symbols"]["eta"]
    run = course("mark", CHAIN, "sheet.json")
    assert run.code == 2
    assert "--solutions" in run.err
    assert course("mark", CHAIN, "sheet.json", "--solutions", ROOT / "solutions").code == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_one_message(tmp_path):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "course.cli", "given", CHAIN],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
    assert done.returncode == 2
    assert (
        done.stderr
        == "course: the disk is full, and not everything was written; make room, and give the same command again\n"
    )


def test_a_pipe_that_is_closed_after_a_line_says_nothing(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-m", "course.cli", "given", CHAIN],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={"LC_ALL": "C", "COLUMNS": "20", "PYTHONIOENCODING": "ascii"},
    ) as running:
        assert running.stdout.readline() == (
            b"mlp/relu-sgd-chain: One step of SGD, by the chain rule (the document's own numbers)\n"
        )
        running.stdout.close()
        assert running.stderr.read() == b""
