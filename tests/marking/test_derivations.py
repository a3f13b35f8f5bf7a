"""Derivations from sheet to report: the page's example, the process that reads, the states of waypoints, rulings."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path

import msgspec
import pytest

from course import confined
from course.authoring.derivation_lint import derivation_problems
from course.authoring.lint import lint
from course.derivation.meaning import Graph
from course.derivation.reading import reading_process
from course.derivation.reading.symbols import POSITIVE, REAL, Symbol, Symbols
from course.errors import CourseError
from course.exercises.base import Answer, Derivation, Exercise, nothing
from course.marking.derivation_marker import DerivationMarker
from course.marking.derivation_scheme import DerivationScheme
from course.marking.report import Report, Ruling
from course.marking.scheme import SchemeError
from course.sheet import LINES, Lines, Numbers, Sheet, SheetError, Unreadable, decode, encode, read_derivation

CHAIN = "∂L/∂w = ∂L/∂ŷ · ∂ŷ/∂a · ∂a/∂w"
SLOPE = "= (ŷ - y) σ'(a) x"
RESULT = "= (ŷ - y) σ(a) (1 - σ(a)) x"


@pytest.fixture(scope="module")
def page():
    """What the block of docs/authoring.md defines."""
    text = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text("utf-8")
    names: dict = {}
    exec(text.partition("### Derivations")[2].partition("```python\n")[2].partition("```")[0], names)
    return names


@pytest.fixture(scope="module")
def marker(page):
    return DerivationMarker(page["scheme"])


def mark(marker, *lines, **more):
    return marker.mark(Sheet("stats/one-unit", {LINES: Lines(lines)}), nothing(), **more)


def states(report):
    return {name: step.state for name, step in report.steps.items()}


def test_the_example_of_the_page_runs(page, marker):
    assert lint(page["scheme"]).problems == []
    report = mark(marker, CHAIN, SLOPE, RESULT)
    assert (report.points, report.max_points) == (3, 3)
    assert states(report) == {"chain": "exact", "result": "exact"}


def test_the_declaration_of_the_page_is_short(page):
    text = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text("utf-8")
    block = text.partition("### Derivations")[2].partition("```python\n")[2].partition("```")[0]
    scheme = block.partition("scheme = ")[2]
    assert len([line for line in scheme.splitlines() if line.strip()]) <= 15


def test_the_states_of_waypoints(marker):
    assert states(mark(marker)) == {"chain": "missing", "result": "missing"}
    assert states(mark(marker, CHAIN)) == {"chain": "exact", "result": "missing"}
    follows = mark(marker, CHAIN, "= (y - ŷ) σ'(a) x", "= (y - ŷ) σ(a) (1 - σ(a)) x")
    # the sign slip of a line that no waypoint asks for is paid for where it is used
    assert states(follows) == {"chain": "exact", "result": "slip"}
    assert follows.points == 2
    assert [line.state for line in follows.lines] == ["follows", "edit", "follows"]
    assert follows.lines[1].instead == r"= -\left(y - \hat{y}\right) \sigma'\left(a\right) x"
    assert states(mark(marker, "∂L/∂w " + RESULT))["result"] == "wrong"
    unread = mark(marker, CHAIN, "= (ŷ - y) (")
    assert unread.steps["result"].remark == "No line shows it that could be read; 1 could not be."
    assert unread.lines[1].latex == ""


def test_a_slip_of_the_author_is_told(marker):
    report = mark(marker, CHAIN, "= (ŷ - y) x")
    assert (report.lines[1].state, report.lines[1].remark) == ("slip", "The slope of the sigmoid is missing.")


def test_a_ruling_changes_a_waypoint(marker):
    report = mark(marker, CHAIN, rulings={"result": Ruling(1.5, "on paper")})
    assert report.points == 2.5
    assert report.steps["result"].remark.endswith("Ruling: on paper")


def test_other_answers_on_the_sheet_are_named_and_no_sheet_is_no_derivation(marker):
    sheet = Sheet("stats/one-unit", {"chain": Numbers((), ("3",)), LINES: Unreadable("too large")})
    report = marker.mark(sheet, nothing())
    assert report.remarks == ("Not asked for and not marked: chain.",)
    assert states(report) == {"chain": "unusable", "result": "unusable"}
    assert report.points == 0


def test_a_report_survives_its_json(marker):
    report = mark(marker, CHAIN, SLOPE, "?!")
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report


def test_the_plain_form_of_a_sheet():
    split = read_derivation('{"lines": "a = b\\n= c\\\\\\\\ = d"}', "x/y").answers[LINES]
    assert split == Lines(("a = b", "= c", "= d"))
    assert decode(encode(Sheet("x/y", {LINES: split}))).answers[LINES] == split
    for text in ('{"lines": 3}', '{"lines": ["a", 3]}'):
        with pytest.raises(SheetError, match="a text in quotes was expected, got a number"):
            read_derivation(text, "x/y")
    with pytest.raises(SheetError, match="was expected for x/y, got 'a1'"):
        read_derivation('{"a1": 3}', "x/y")
    many = read_derivation(msgspec.json.encode({"lines": ["a"] * 5000}), "x/y").answers[LINES]
    assert len(many.lines) == 201


def test_lines_are_read_in_a_process_that_is_replaced_when_it_fails():
    symbols = Symbols(Symbol("a"), Symbol("b", shape=(3,)))
    read = reading_process.read(["d = a", "a = 2d", "a = +"], symbols)
    assert [line.problem is None for line in read] == [True, True, False]
    first = reading_process.PROCESS._process
    os.kill(first.pid, signal.SIGSTOP)  # on a busy machine it could answer in no time
    unread = reading_process.read(["a", "2a"], symbols, seconds=0)
    assert [(line.text, line.statements) for line in unread] == [("a", ()), ("2a", ())]
    assert all(line.problem.expected.startswith("it could not be read: it takes more than 0 s") for line in unread)
    assert first.poll() is not None
    assert reading_process.read(["a = 3"], symbols)[0].problem is None
    assert reading_process.PROCESS._process is not confined.PROCESS._process


def test_what_no_line_can_be_is_unreadable_and_not_wrong(monkeypatch):
    symbols = Symbols(Symbol("a"))
    for instead, says in (
        (zlib.compress, "the JSON of lines that were read was expected"),
        (zlib.decompress, "header"),
    ):
        monkeypatch.setattr(reading_process, "answer", instead)
        (line,) = reading_process.read(["a = 3"], symbols)
        assert line.problem.expected.startswith("it could not be read: ")
        assert says in line.problem.expected


def test_lines_need_neither_jax_nor_nbgrader():
    code = "import sys, course.confined, course.derivation.reading.reading_process; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True).stdout
    assert "course.derivation.reading.lines" in loaded.split()
    assert not {"jax", "numpy", "nbgrader", "nbformat", "traitlets"} & set(loaded.split())


def test_hostile_lines_cost_bounded_time():
    symbols = Symbols(Symbol("a"))
    start = time.process_time()
    for lines in (["(" * 4000] * 200, ["9^9^9^9"] * 200, ["\\frac{" * 600] * 200):
        assert all(line.problem is not None for line in reading_process.read(lines, symbols))
    assert time.process_time() - start < 10


def test_a_scheme_has_the_waypoints_that_are_asked_for(page):
    asked = page["asked"]
    with pytest.raises(SchemeError, match="the waypoints chain, result were expected, got chain"):
        DerivationScheme(asked, waypoints={"chain": page["Waypoint"](CHAIN)}, model=[CHAIN])
    steps = Exercise("a/b", "", "", "steps", "", nothing, {"x": Answer("x", (), "")})
    with pytest.raises(SchemeError, match="of the kind derivation was expected, got steps"):
        DerivationScheme(steps, waypoints={}, model=[])
    with pytest.raises(SchemeError, match="no steps that are computed"):
        page["scheme"].step()
    with pytest.raises(ValueError, match="of the kind derivation if"):
        Exercise("a/b", "", "", "derivation", "", nothing, {})


def test_lint_names_the_line_that_would_pass_and_where_it_is_wrong(page):
    claim = "∂L/∂w = |x|"
    for domain, says in (
        (POSITIVE, r"\partial w} = x would pass: it is wrong where x has the other sign"),
        (REAL, ""),
    ):
        symbols = Symbols(Symbol("L"), Symbol("w"), Symbol("x", domain=domain))
        about = Derivation(symbols, Graph({"L": "w |x|"}, symbols))
        asked = dataclasses.replace(page["asked"], derivation=lambda given, about=about: about)
        waypoints = {name: page["Waypoint"](claim) for name in page["scheme"].waypoints(nothing())}
        problems = derivation_problems(DerivationScheme(asked, waypoints=waypoints, model=[claim]), mutants=60)
        assert any("would pass" in one for one in problems) == bool(says)
        assert any(says in one for one in problems)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, []),
        ({"model": [CHAIN, SLOPE]}, ["it does not earn all points of result"]),
        ({"model": [CHAIN, "= -(ŷ - y) σ'(a) x"]}, ["line 2 is judged edit. The sign of the whole is turned."]),
        ({"slips": [("So it is", "∂L/∂w = (ŷ - y) x")]}, ["does not end like a sentence"]),
        ({"slips": [("Lost.", "∂L/∂w = x (ŷ - y) σ'(a)")]}, ["σ'(a) is true: Lost."]),
        (
            {"slips": [("One.", "∂L/∂w = 3x"), ("Two.", "∂L/∂w = x + 2x")]},
            ["judged slip and told 'One.' in place of"],
        ),
        ({"slips": [("Lost.", "∂L/∂w = 3 x (")]}, ["a claim such as A = e was expected, got '∂L/∂w = 3 x ('"]),
        (
            {"result": "∂L/∂w = (y - ŷ) σ(a) (1 - σ(a)) x"},
            ["earn all points of result", "waypoint result is judged edit"],
        ),
        ({"result": "∂L/∂w = ∂a/∂w · ∂ŷ/∂a · ∂L/∂ŷ"}, ["waypoints chain and result are not told apart"]),
        ({"result": "∂L/∂w = (ŷ - y) σ(a) v x"}, ["a claim such as A = e was expected"]),
        (
            {"graph": {"a": "x", "h": "σ(a)", "L": "(y - ŷ)^2"}},
            ["line 1 of the model would pass with its sign turned"],
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_lint_names_what_an_author_has_to_mend(page, changed, says):
    waypoints = page["scheme"].waypoints(nothing())
    asked, model, slips = page["asked"], [CHAIN, SLOPE, RESULT], []
    if "result" in changed:
        waypoints = {**waypoints, "result": page["Waypoint"](changed["result"])}
    if "slips" in changed:
        slips = [page["Slip"](*one) for one in changed["slips"]]
    if "graph" in changed:  # L does not depend on w, so that all of its derivatives are zero
        graph = Graph(changed["graph"], page["SYMBOLS"])
        about = Derivation(page["SYMBOLS"], graph, goal="∂L/∂w")
        asked = dataclasses.replace(asked, derivation=lambda given: about)
        waypoints = {name: page["Waypoint"](CHAIN) for name in waypoints}
        model = [CHAIN, "= (ŷ - y) σ'(a) x · 0"]
    try:
        scheme = DerivationScheme(asked, waypoints=waypoints, model=changed.get("model", model), slips=slips)
        problems = lint(scheme).problems
    except CourseError as error:
        problems = [str(error)]
    assert len(problems) == len(says) or "graph" in changed, problems
    for said in says:
        assert any(said in problem for problem in problems), problems
