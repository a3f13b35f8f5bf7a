"""Every line of the documents' derivations gets the verdict that was decided by hand."""

import json

import pytest

from course.exercises import CATALOGUE, find
from course.sheet import read_derivation
from tests.oracles.document_derivations import ALL, VERDICTS, as_in_document


@pytest.mark.parametrize(("document", "exercise_id"), ALL)
def test_every_line_gets_the_verdict_decided_by_hand(document, exercise_id, marker):
    blocks, lines = as_in_document(document, exercise_id)
    decided = VERDICTS[document][exercise_id]["lines"]
    assert len(lines) == len(decided)
    sheet = read_derivation(json.dumps({"blocks": blocks, "lines": lines}), exercise_id)
    report = marker(exercise_id).mark(sheet, find(exercise_id).seed())
    for number, (line, verdict) in enumerate(zip(report.lines, decided, strict=True), start=1):
        assert line.state == verdict["state"], (number, verdict["at"], line.text, line.remark)
        assert verdict["why"]


def test_every_derivation_comes_from_a_document():
    derived = {name for name, exercise in CATALOGUE.items() if exercise.kind == "derivation"}
    assert {exercise_id for _, exercise_id in ALL} == derived


@pytest.mark.parametrize(
    ("document", "exercise_id", "at", "said"),
    [
        ("document-001", "mlp/sigmoid-ls-chain", "(c) iii, the slope", "nothing is squared"),
        ("document-002", "cnn/softmax-ce-gradient", "question 2, its value", "The sign of the whole is turned."),
        ("document-004", "mlp/relu-backprop-working", "(44)", "$a_1^{(1)}$ is meant, not $a_2^{(1)}$."),
        ("document-004", "mlp/relu-backprop-working", "(45)", "The indices are read in the other order here"),
        ("document-004", "mlp/relu-backprop-working", "(47)", "0.01 is meant, not 0.1."),
        ("document-004", "mlp/relu-backprop-working", "(48)", "0.01 is meant, not 0.1."),
        ("document-004", "mlp/relu-backprop-working", "(49)", "0.01 is meant, not 0.1."),
        ("document-004", "regularization/p-norm-derivation", "(58)", "where $p$ is even or where $w > 0$."),
    ],
)
def test_the_documents_errors_are_named(document, exercise_id, at, said, marker):
    _, lines = as_in_document(document, exercise_id)
    number = [verdict["at"] for verdict in VERDICTS[document][exercise_id]["lines"]].index(at)
    marked = marker(exercise_id).scheme.judge(lines, find(exercise_id).seed())
    assert said in marked.lines[number].remark
