"""Handing over: whatever a sheet holds, it arrives, and the receipt says what was read."""

import json

import numpy as np
import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from course import sheet
from course.exercises import find
from course.notebook import begin, exercise, submit
from course.notebook.editor import AnswerSheet
from course.notebook.handover import write_down
from course.notebook.owner import Owner
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
        'sheet.a1 = ["0.42", 0.5]; sheet.a2 = 12.3; sheet.h = 0.123456789012; sheet.edges = [("x0", "z1")];'
        "sheet.dW1 = [[1, 2], [3, 4], [5, 6]]",
    )
    lines = {
        line.split()[0]: " ".join(line.split()[1:])
        for line in shown["text/plain"].splitlines()
        if line[:2] == "  "
    }
    assert lines["a1"] == "received [0.42, 0.5] 2 numbers, ± 0.01"
    assert lines["a2"] == "received 12.3 a number, ± 0.1"
    assert lines["h"] == "received 0.123457… a number, all digits"
    assert lines["edges"] == "received x0→z1 1 edges"
    assert "Missing: h_formula, z1, loss" in shown["text/plain"]
    assert lines["dW1"].endswith("2 × 3 numbers, ± 0.01; rows and columns are exchanged")
    assert check(shown["text/html"]) == []


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
    handed = write_down(filled, Session())
    assert sheet.decode(sheet.encode(handed)) == handed
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
    begin("", variant="document")
    _, filled = exercise(ID)
    capsys.readouterr()
    submit(filled)
    assert "! " not in capsys.readouterr().out


def test_the_receipt_names_the_owner(cells):
    cells('begin("Alice")')
    cells(f"given, sheet = exercise({ID!r})")
    (data,) = cells("submit(sheet)")
    assert "These are the numbers of alice." in data["text/plain"]
    assert data[sheet.MIME_TYPE]["student"] == "alice"


def test_a_sheet_opened_under_another_id_is_noticed(cells):
    cells(f'begin("alice"); given, sheet = exercise({ID!r}); begin("bob")')
    (data,) = cells("submit(sheet)")
    assert data[sheet.MIME_TYPE]["student"] == "alice"
    assert "opened before the first cell changed" in data["text/plain"]


def test_the_same_reading_as_the_markers():
    """What the receipt calls unusable is unusable to the marker, and nothing else is."""
    filled = AnswerSheet(find(ID), Owner("alice"))
    filled.a1, filled.z1, filled.y_hat, filled.loss = np.zeros(2), np.zeros(3), "1/2/3", "1,5"
    handed = write_down(filled, Session())
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
