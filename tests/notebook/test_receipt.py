"""Handing over: whatever a sheet holds, it arrives, and the receipt says what was read."""

import json

import msgspec
import numpy as np
import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from course import sheet
from course.exercises import Answer, find
from course.notebook import begin, exercise, submit
from course.notebook.answer_sheet import AnswerSheet
from course.notebook.handover import write_down
from course.notebook.owner import Owner
from course.notebook.receipt import read_back
from course.notebook.session import Session
from course.sheet.reading import Status, read_sheet
from tests.notebook.test_view import check

ID = "mlp/relu-sgd"
VERDICTS = ("right", "wrong", "correct", "exact", "points", "expected 6", "slip")


def test_a_filled_sheet_arrives_as_written(bundle):
    data, shown = bundle(ID, 'sheet.a1 = [6, -3]; sheet.y_hat = "13.0"; sheet.direction = "decrease"')
    handed = sheet.decode(json.dumps(data))
    assert handed.exercise == ID
    assert handed.student is None
    assert handed.answers == {
        "a1": sheet.Numbers((2,), ("6", "-3")),
        "y_hat": sheet.Numbers((), ("13.0",)),
        "direction": sheet.Text("decrease"),
    }
    assert "3 of 10 answers can be read" in shown["text/plain"]


def test_the_receipt_reads_back_shape_and_precision(bundle):
    _, shown = bundle(
        "mlp/sigmoid-ls",
        'sheet.a1 = ["0.42", "0.50"]; sheet.a2 = 12.3; sheet.h = 0.123456789012; sheet.edges = [("x0", "z1")];'
        "sheet.dW1 = [[1, 2], [3, 4], [5, 6]]",
    )
    lines = {
        line.split()[0]: " ".join(line.split()[1:])
        for line in shown["text/plain"].splitlines()
        if line[:2] == "  "
    }
    assert lines["a1"] == "received [0.42, 0.50] 2 numbers, ± 0.01"
    assert lines["a2"] == "received 12.3 a number, ± 0.1"
    assert lines["h"] == "received 0.123457… a number, all digits"
    assert lines["edges"] == "received x0→z1 1 edges"
    assert "Missing: h_formula, z1, loss" in shown["text/plain"]
    assert lines["dW1"].endswith("2 × 3 numbers, ± 0.01; rows and columns are exchanged")
    assert check(shown["text/html"]) == []


@pytest.fixture
def line():
    """Reads one answer back."""

    def read(answer, value):
        return read_back("a", answer, sheet.write(value))

    return read


NUMBER, PAIR = Answer("a", (), ""), Answer("a", (2,), "")


@pytest.mark.parametrize(
    ("answer", "typed", "shown"),
    [
        (NUMBER, "9/2", "4.5"), (NUMBER, "45%", "0.45"), (NUMBER, "= 4.5", "4.5"), (NUMBER, "1 115 684 864", "1115684864"),
        (NUMBER, "4.5×10^1", "45"), (NUMBER, "0.420", "0.420"), (NUMBER, "1/3", "0.333333…"), (NUMBER, "-1.32e3", "-1.32e3"),
        (NUMBER, np.float32(1115684864), "1115684864"), (NUMBER, 1115684864.0, "1115684864.0"), (NUMBER, "[4.5]", "[4.5]"),
        (PAIR, "(6; −3)", "[6, -3]"), (PAIR, "6, -3", "[6, -3]"), (PAIR, [[6], [-3]], "[[6], [-3]]"),
        (Answer("n", (), "", "int"), "16,618", "16618"),
        (find(ID).answers["delta_w"], "-18η", "-18"), (find(ID).answers["direction"], "Decreases.", "decrease"),
        (find("regularization/p-norm").answers["holds"], "even", "for even p"),
        (find("mlp/sigmoid-ls").answers["edges"], [("x_0", "z1"), ("Z2", "h1")], "x0→z1, z2→h"),
    ],
)  # fmt: skip
def test_an_answer_is_shown_as_it_was_read(line, answer, typed, shown):
    assert (line(answer, typed).state, line(answer, typed).value) == ("received", shown)


@pytest.mark.parametrize(
    ("answer", "typed", "remark"),
    [
        (NUMBER, "0.42", "a number, ± 0.01"), (NUMBER, 13, "a number, ± 0.01"), (NUMBER, 132, "a number, ± 1"), (NUMBER, 1320.0, "a number, ± 10"),
        (NUMBER, "131.7", "a number, ± 0.1"), (NUMBER, "9/2", "a number, all digits"), (NUMBER, 2.5, "a number, ± 0.01"), (NUMBER, 6.0, "a number, ± 0.01"),
        (NUMBER, 0, "a number, ± 0.01"),
        (NUMBER, 0.3, "a number, ± 0.01; 0.3: give two significant digits"),
        (NUMBER, "-0.03", "a number, ± 0.01; -0.03: give two significant digits"),
        (NUMBER, "5e-3", "a number, ± 0.001; 5e-3: give two significant digits"),
        (NUMBER, "0.0", "a number, ± 0.01; 0.0 counts as zero: of what is not zero give two significant digits"),
        (PAIR, ["0.00", "0.4"], "2 numbers, ± 0.01; 0.4: give two significant digits; 0.00 counts as zero: of what is not zero give two significant digits"),
        (Answer("a", (5,), ""), [0.1, 0.2, 0.3, 0.4, 0.1], "5 numbers, ± 0.01; 0.1, 0.2, 0.3 …: give two significant digits"),
        (Answer("n", (), "", "int"), "3", "a number, exact"),
    ],
)  # fmt: skip
def test_the_receipt_says_how_precisely_an_answer_counts(line, answer, typed, remark):
    assert line(answer, typed).remark == remark


@pytest.mark.parametrize(
    ("answer", "typed", "reason"),
    [
        (NUMBER, "16,618", "write 16618 or 16.618"),
        (NUMBER, "1115,500", "1115.500"),
        (find(ID).answers["direction"], "sideways", "choose one of"),
    ],
)
def test_the_receipt_says_what_to_write_instead(line, answer, typed, reason):
    assert line(answer, typed).state == "unusable"
    assert line(answer, typed).value == typed
    assert reason in line(answer, typed).remark


def test_each_answer_is_encoded_once(cells, monkeypatch):
    """Of everything that `submit` turns into JSON, one piece only holds a given answer."""
    made = []

    def kept(encode):
        def call(*args, **options):
            made.append(encode(*args, **options))
            return made[-1]

        return call

    monkeypatch.setattr(json, "dumps", kept(json.dumps))
    monkeypatch.setattr(msgspec.json, "encode", kept(msgspec.json.encode))
    cells(f"given, sheet = exercise({ID!r})")
    cells(
        "sheet.a1 = [6.125, -3.25]; sheet.y_hat = 13.75; sheet.loss = [0.1] * 30000; sheet.direction = 'decrease'"
    )
    (data,) = cells("submit(sheet)")
    assert "13.75" in json.dumps(data[sheet.MIME_TYPE])
    made.pop()  # that of the line above
    texts = [text if isinstance(text, str) else text.decode() for text in made]
    for answer in ("6.125", "13.75", '"decrease"', "at most 20000 numbers"):
        assert sum(answer in text for text in texts) == 1, answer


@pytest.mark.parametrize("good", [True, False])
def test_a_receipt_never_judges(bundle, good):
    values = ("[6, -3]", "[6, 0]", "13") if good else ("[9, 9]", "[9, 9]", "9")
    _, shown = bundle(ID, "sheet.a1 = {}; sheet.z1 = {}; sheet.y_hat = {}".format(*values))
    text = shown["text/plain"].replace("A receipt does not say what is right.", "")
    assert not any(word in text.casefold() for word in VERDICTS)
    # The same sheet of right and of wrong numbers differs in nothing but the numbers.
    assert [line.split()[1] for line in text.splitlines() if line[:2] == "  "] == ["received"] * 3


HOSTILE = {
    "None": "None",
    "a dict": "{'a': 1}",
    "a class": "int",
    "a module": "__import__('os')",
    "a generator": "(i for i in [1])",
    "nan": "float('nan')",
    "inf": "[float('inf'), 1]",
    "complex": "1j",
    "booleans": "[True, False]",
    "ragged": "[1, [2]]",
    "empty": "[]",
    "nine axes": "__import__('numpy').zeros((1,) * 9)",
    "an object array": "__import__('numpy').array([{}, None], dtype=object)",
    "a million numbers": "__import__('numpy').zeros(10**6)",
    "a long list": "[0.1] * 10**6",
    "a long text": "'x' * 10**6",
    "a long number": "'1' * 10**6",
    "a huge integer": "10**5000",
    "half a surrogate": "'a\\ud800'",
    "a surrogate number": "'\\ud800'",
    "html": "'<script>alert(1)</script>'",
    "mathematics": "'$\\\\href{x}{y}$'",
    "many edges": "[('a', 'b')] * 5000",
    "long edges": "[('a' * 100, 'b')]",
    "nested": "[[[[[[[[[[1]]]]]]]]]]",
    "itself": "(lambda l: (l.append(l), l)[1])([])",
    "raises": "type('H', (), {'__array__': lambda self, *a, **k: 1/0})()",
    "exits": "type('H', (), {'__array__': lambda self, *a, **k: exit()})()",
    "fakes": "type('H', (), {'__eq__': lambda s, o: True, '__str__': lambda s: 'x' * 10**6})()",
    "quits": "type('H', (), {'__str__': lambda s: (_ for _ in ()).throw(SystemExit)})()",
    "interrupts": "type('H', (), {'__array__': lambda s, *a, **k: (_ for _ in ()).throw(KeyboardInterrupt)})()",
}  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_a_bad_answer_costs_only_itself(bundle, value):
    data, shown = bundle(ID, f"sheet.z1 = [6, 0]; sheet.a1 = {value}; sheet.direction = {value}")
    handed = sheet.decode(json.dumps(data))
    readings = read_sheet(find(ID), handed)
    assert readings["z1"].status == Status.READ
    assert readings["a1"].status == Status.UNUSABLE
    assert readings["direction"].status == Status.UNUSABLE
    assert readings["a1"].reason
    assert "<script>alert" not in shown["text/html"]
    assert check(shown["text/html"]) == []
    assert shown["text/plain"].count("unusable") == 2


def test_a_sheet_beyond_the_limit_loses_its_largest_answers_only(bundle):
    big = "__import__('numpy').linspace(0, 1, 8000) / 3"
    data, shown = bundle(ID, f"sheet.a1 = {big}; sheet.dW1 = {big}; sheet.z1 = [6, 0]")
    handed = sheet.decode(json.dumps(data))
    assert handed.answers["z1"] == sheet.Numbers((2,), ("6", "0"))
    assert sum(isinstance(answer, sheet.Unreadable) for answer in handed.answers.values()) == 1
    assert "KiB" in shown["text/plain"]
    assert sheet.LARGEST_SHEET / 2 < len(json.dumps(data)) <= sheet.LARGEST_SHEET


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.complex_numbers() | st.binary(),
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner) | st.sets(st.integers())
    ),
    max_leaves=20,
)


@over(st.dictionaries(st.sampled_from(sorted(find(ID).answers)), anything))
@settings(max_examples=60, deadline=None)
def test_any_values_make_a_sheet_that_reads_back(values):
    filled = AnswerSheet(find(ID), Owner("alice"))
    for name, value in values.items():
        setattr(filled, name, value)
    handed, text = write_down(filled, Session())
    assert sheet.decode(sheet.encode(handed)) == sheet.decode(text) == handed
    assert text == json.dumps(json.loads(sheet.encode(handed)))  # as a notebook's file spells it
    assert set(handed.answers) == set(values)


def test_a_sheet_overwritten_by_something_else_is_not_lost(cells):
    cells(f"given, sheet = exercise({ID!r})\nsheet.a1 = [6, -3]\nsheet = {{'z1': [6, 0]}}")
    (data,) = cells("submit(sheet)")
    assert cells.result.success
    assert data[sheet.MIME_TYPE]["answers"] == {"a1": {"type": "numbers", "shape": [2], "entries": ["6", "-3"]}}
    assert "got `dict`" in data["text/plain"]
    assert 'role="alert"' in data["text/html"]


@pytest.mark.parametrize("value", ["None", "3", "submit", "given"])
def test_no_sheet_at_all_is_answered_and_nothing_is_handed_over(cells, value):
    cells("given = (1, 2)")
    (data,) = cells(f"submit({value})")
    assert cells.result.success
    assert sheet.MIME_TYPE not in data
    assert "Nothing is handed over" in data["text/plain"]


def test_nobodys_numbers_are_a_loud_warning(capsys):
    _, filled = exercise(ID)
    submit(filled)
    assert "! This course gives everybody numbers of their own" in capsys.readouterr().out
    begin("", variant="document", sampler=2)
    _, filled = exercise(ID)
    capsys.readouterr()
    submit(filled)
    assert "! " not in capsys.readouterr().out


def test_the_receipt_names_the_owner(cells):
    cells('begin("Alice", sampler=2)')
    cells(f"given, sheet = exercise({ID!r})")
    (data,) = cells("submit(sheet)")
    assert "These are the numbers of alice." in data["text/plain"]
    assert data[sheet.MIME_TYPE]["student"] == "alice"


def test_a_sheet_opened_under_another_id_is_noticed(cells):
    cells(f'begin("alice", sampler=2); given, sheet = exercise({ID!r}); begin("bob", sampler=2)')
    (data,) = cells("submit(sheet)")
    assert data[sheet.MIME_TYPE]["student"] == "alice"
    assert "opened before the first cell changed" in data["text/plain"]


def test_the_same_reading_as_the_markers():
    """What the receipt calls unusable is unusable to the marker, and nothing else is."""
    filled = AnswerSheet(find(ID), Owner("alice"))
    filled.a1, filled.z1, filled.y_hat, filled.loss = np.zeros(2), np.zeros(3), "1/2/3", "1,500"
    handed = write_down(filled, Session()).sheet
    states = {name: reading.status for name, reading in read_sheet(find(ID), handed).items()}
    assert [states[name] for name in ("a1", "z1", "y_hat", "loss", "dW1")] == [
        Status.READ,
        Status.UNUSABLE,
        Status.UNUSABLE,
        Status.UNUSABLE,
        Status.MISSING,
    ]


def test_an_exercise_of_prose_needs_no_numbers(capsys):
    _, filled = exercise("mlp/why-backprop")
    submit(filled)
    assert "the written answer is all" in capsys.readouterr().out


def test_a_written_sheet_is_given_to_python_without_a_notebook(capsys):
    _, filled = exercise(ID)
    filled.a1 = [6, -3]
    submit(filled)
    assert "  a1  received  [6, -3]" in capsys.readouterr().out


def test_a_point_in_a_whole_number_is_said():
    counts = Answer("n", (2,), "", "int")
    line = read_back("n", counts, sheet.write(["16.61", "4.0"]))
    assert line.state == "received"
    assert line.remark.endswith("16.61: whole numbers are asked for, with commas or blanks between thousands")
    assert "asked for" not in read_back("n", counts, sheet.write(["16,618", "4.0"])).remark


def test_a_point_that_may_separate_thousands_is_not_read():
    line = read_back("n", Answer("n", (2,), "", "int"), sheet.write(["16.618", "4.0"]))
    assert line.state == "unusable"
    assert "write 16618 or 16.618" in line.remark


def test_it_is_read_as_the_marker_reads_it_beside_the_other_answers(capsys):
    _, filled = exercise("mlp/sigmoid-ls")
    filled.a1, filled.z1 = "a1 = 0.5, a2 = 0.7", "z1 = 0.62, z2 = 0.67"
    handed = write_down(filled, Session()).sheet
    assert read_sheet(find("mlp/sigmoid-ls"), handed)["a1"].status == Status.UNUSABLE
    submit(filled)
    said = capsys.readouterr().out
    assert "'a2' is another answer's name too" in said
    assert "[0.62, 0.67]" in said
