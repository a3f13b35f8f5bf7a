"""`momentum/two-forms-proof`: the skeleton by criteria, the algebra line by line, the document's own lines."""

import itertools
import json

import pytest

from course.authoring.lint import lint
from course.exercises import find
from course.reporting.worked import as_json, solution
from course.sheet import read_derivation
from tests.oracles.document_derivations import as_in_document


@pytest.fixture
def scheme(marker, exercise_id):
    return marker(exercise_id).scheme


@pytest.fixture
def handed(marker, exercise_id):
    def mark(blocks, lines):
        sheet = read_derivation(json.dumps({"blocks": blocks, "lines": list(lines)}), exercise_id)
        return marker(exercise_id).mark(sheet, find(exercise_id).seed())

    return mark


def points(report):
    return {name: step.points for name, step in report.steps.items()}


def test_lint_finds_nothing(scheme):
    assert lint(scheme).problems == []


def test_the_model_earns_all_points(handed, scheme, marker, exercise_id):
    report = handed(scheme.model_blocks, scheme.model(None))
    assert report.points == report.max_points == scheme.points == 8
    assert {step.state for step in report.steps.values()} == {"exact"}
    printed = as_json(solution(marker(exercise_id), find(exercise_id).seed()))
    assert handed(printed["blocks"], printed["lines"]).points == 8


def test_every_order_that_holds_is_right_and_no_other(handed):
    """Worked out by hand: the claim first, the hypothesis before the step, the conclusion last."""
    right = {"S Q T V P", "S T Q V P", "S T V Q P"}
    found = set()
    for order in itertools.permutations("SQTVP"):
        if order[0] == "S" or order[-1] == "P":  # the others miss by more
            report = handed(" ".join(order), [])
            if all(report.steps[name].state == "exact" for name in ("base", "hypothesis", "conclusion")):
                found.add(" ".join(order))
    assert found == right


@pytest.mark.parametrize(
    ("blocks", "lost"),
    [
        ("S T V P", {"base": 0, "conclusion": 0}),  # without its base a proof proves nothing
        ("S Q R V P", {"hypothesis": 0}),  # in a circle
        ("S Q T V U P", {"base": 0, "conclusion": 0}),  # by examples
        ("S Q V T P", {"hypothesis": 0.5}),  # the step before what it assumes
        ("", {"base": 0, "hypothesis": 0, "conclusion": 0}),
    ],
)
def test_what_a_skeleton_loses(blocks, lost, handed, scheme):
    report = handed(blocks, scheme.model(None))
    for name, most in (("base", 1), ("hypothesis", 1), ("used", 1), ("constant", 1), ("conclusion", 1)):
        assert report.steps[name].points == lost.get(name, most), name


def test_labels_that_are_none_are_said(handed):
    assert "No block is called Z." in handed("S Q T V P Z", []).remarks


def test_the_hypothesis_and_the_rate_have_to_be_said(handed, scheme):
    lines = list(scheme.model(None))
    silent = [line.replace(" by hypothesis", "").replace(" since α is constant", "") for line in lines]
    report = handed(scheme.model_blocks, silent)
    assert [line.state for line in report.lines if line.state == "under"] == ["under"] * 2
    assert points(report) | {"used": 0.5, "constant": 0.5, "velocity": 0.5} == points(report)
    # said on another line it is not said where it is needed
    moved = list(silent)
    moved[-1] += " since α is constant"
    assert handed(scheme.model_blocks, moved).steps["constant"].points == 0.5


def test_with_rates_that_change_exactly_one_line_breaks(handed, scheme):
    report = handed(scheme.model_blocks, [line.replace(" since α is constant", "") for line in scheme.model(None)])
    assert [line.state for line in report.lines].count("under") == 1
    broken = next(line for line in report.lines if line.state == "under")
    assert broken.text.startswith(r"= \theta_{II}^k - α g^k - α β v^k")


def test_the_hypothesis_in_the_base_is_refused(handed, scheme):
    lines = list(scheme.model(None))
    lines[2] = r"\theta_{II}^1 = \theta^0 - α g^0 by hypothesis"
    report = handed(scheme.model_blocks, lines)
    assert report.lines[2].state == "wrong"
    assert "not known in the base" in report.lines[2].remark
    assert report.steps["first_step"].points == 0


def wrong(line, factor="-"):
    """Multiply what a line says last, its reason apart."""
    left, _, right = line.rpartition("= ")
    formula, by, reason = right.partition(" by")
    formula, since, why = formula.partition(" since")
    return f"{left}= {factor}({formula}){by}{reason}{since}{why}"


def test_a_wrong_line_in_the_middle_costs_that_line_alone(handed, scheme):
    lines = list(scheme.model(None))
    for at, line in enumerate(lines[:-1]):
        if line in ("base", "step"):
            continue
        broken = [*lines[:at], wrong(line), *lines[at + 1 :]]
        report = handed(scheme.model_blocks, broken)
        assert report.lines[at].state in ("edit", "wrong", "slip"), broken[at]
        for place, one in enumerate(report.lines):
            assert place == at or one.state in ("follows", "defines"), (broken[at], one.text, one.remark)


@pytest.mark.parametrize("factor", ["-", r"\frac{7}{3} "])
def test_an_error_that_is_carried_on_costs_its_line_alone(scheme, factor):
    """Whatever stands behind a wrong line is made to follow from it, and no other line loses by it."""
    lines = list(scheme.model(None))
    right = scheme.judge(lines, None)
    for at, line in enumerate(lines):
        if line in ("base", "step"):
            continue
        carried = [*lines[:at], wrong(line, factor)]
        for behind in lines[at + 1 :]:
            if behind in ("base", "step"):
                carried.append(behind)
                continue
            changed = scheme.judge([*carried, wrong(behind, factor)], None).lines[-1]
            carried.append(wrong(behind, factor) if changed.state in ("follows", "at-numbers") else behind)
        marked = scheme.judge(carried, None)
        pairs = [*zip(marked.lines, right.lines, strict=True)]
        less = [place for place, (now, before) in enumerate(pairs) if now.points < before.points]
        if right.lines[at].points:
            assert less == [at], (carried, less)
        else:  # what earns nothing by itself is paid for where it is used
            assert len(less) <= 1, (carried, less)
        assert marked.lines[at].state in ("edit", "slip", "wrong"), carried[at]
        others = [now.state for place, (now, _) in enumerate(pairs) if place != at]
        assert set(others) <= {"follows", "at-numbers", "defines"}, (carried, others)


def test_the_sign_of_the_last_step_is_a_slip_of_its_own(handed, scheme):
    lines = list(scheme.model(None))
    lines[6] = r"= \theta_I^k - α g^k + α β v^k since α is constant"
    report = handed(scheme.model_blocks, lines)
    assert report.lines[6].state == "slip"
    assert "The sign is turned" in report.lines[6].remark


def test_document_003(handed):
    """Its own lines: the common points and the constant rate are used and not said; no base for form II."""
    blocks, lines = as_in_document("document-003", "momentum/two-forms-proof")
    report = handed(blocks, lines)
    assert report.points == 6
    assert points(report) == {
        "base": 1, "hypothesis": 1, "used": 0.5, "constant": 0.5, "conclusion": 1, "first_step": 0, "velocity": 1,
        "form_II": 1,
    }  # fmt: skip
