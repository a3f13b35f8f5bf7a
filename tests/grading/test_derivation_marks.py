"""A derivation from what a graded cell put out to its card and points; what is not offered for lines is refused."""

from datetime import datetime

import msgspec
import pytest
from nbformat.v4 import new_code_cell

from course.exercises import find
from course.grading.appeals.ruling import RulingError, rule
from course.grading.marks.batch import mark_all, mark_sheet
from course.grading.marks.context import ExerciseContext
from course.grading.marks.graded_cell import write_marks
from course.grading.marks.store import KeptRuling, open_store
from course.grading.review import in_words
from course.marking import registry
from course.marking.report import Report
from course.reporting.card import read_card
from course.reporting.mime import CARD_MIME
from course.sheet import LINES, Lines, Sheet, encode, write_lines

ASKED = find("mlp/relu-sgd-chain")
LOST = "not to be read by anybody ("


def model(config, student):
    scheme = registry.load(config.solutions_dirs)[ASKED.id]
    return list(scheme.model(config.given(ASKED, student)))


def context(config, student, lines, **more):
    answers = {LINES: write_lines(lines)} if isinstance(lines, list) else lines
    return ExerciseContext(config, ASKED, student, [encode(Sheet(ASKED.id, answers, student))], **more)


def test_a_graded_cell_holds_the_card_and_the_points(config):
    lines = model(config, "alice")
    asked = context(config, "alice", [*lines[:2], LOST, *lines[3:]], notebook="n", assignment="a")
    (marked,) = mark_all([asked])
    assert marked.report.points == 3
    assert in_words(marked.review) == "points are lost and line 3 could not be read: see whether they are right"
    cell = new_code_cell("submit(work)", metadata={"nbgrader": {"points": 4.0}})
    write_marks(cell, asked, marked)
    card = read_card(cell.outputs[0]["data"][CARD_MIME])
    assert [line.state for line in card.lines] == ["follows", "follows", "unreadable", "at-numbers", "follows"]
    assert cell.outputs[1]["data"]["text/plain"] == "3.0"
    kept = asked.kept(marked.report, marked.review).report
    assert msgspec.json.decode(msgspec.json.encode(kept), type=Report) == marked.report


def test_right_lines_that_cannot_be_read_beside_others_need_nobody(config):
    marked = mark_sheet(context(config, "alice", [*model(config, "alice"), LOST]))
    assert marked.report.points == marked.report.max_points
    assert marked.review == ()


def test_a_right_way_that_was_not_asked_for_is_looked_at_by_a_person(config):
    lines = ["r = yhat - y", "dL/dyhat = r", "dw = -eta * r * w2_11 * relu'(z1) * x2"]
    (marked,) = mark_all([context(config, "alice", lines)])
    assert marked.report.points < marked.report.max_points
    assert in_words(marked.review) == (
        "every line is right, and points are lost: line 3 goes another way, see whether it holds"
    )
    alone = lines[2].replace("r", "(yhat - y)", 1)
    for wrong in ([alone], [*lines[:2], lines[2].replace("x2", "x1")]):  # the result alone, an error
        (marked,) = mark_all([context(config, "alice", wrong)])
        assert marked.review == ()


def test_lines_are_marked_on_the_students_own_numbers(config):
    marked = mark_sheet(context(config, "bob", model(config, "alice"), enrolled=("alice", "bob")))
    assert marked.report.steps["factors"].state == "exact"
    assert marked.report.steps["numbers"].remark == "Line 4 stands in its place."
    assert marked.report.points == 3
    assert not marked.report.foreign


def test_a_sheet_of_answers_or_of_trees_is_no_derivation(config):
    empty = mark_sheet(context(config, "alice", {"chain": Lines(("3",))}))
    assert empty.report.points == 0
    forged = ExerciseContext(config, ASKED, "alice", [b'{"exercise": "x", "answers": {"lines": {"type": "lines", '
                             b'"lines": [{"statements": []}]}}}'])  # fmt: skip
    assert "not an answer sheet" in mark_sheet(forged).report.steps["chain"].remark


def test_a_ruling_on_a_waypoint_stays_and_those_who_wrote_the_same_are_not_sought(config):
    lines = model(config, "alice")
    decided = KeptRuling("a", "alice", ASKED.id, "factors", 1.0, "read by hand", "", "", datetime(2031, 1, 1))
    marked = mark_sheet(context(config, "alice", [*lines[:2], *lines[3:]], rulings=[decided]))
    assert marked.report.points == 4
    asked = context(config, "alice", lines, assignment="a", notebook="n")
    with open_store(config) as store:
        store.save_all([asked.kept(mark_sheet(asked).report, ())])
    with pytest.raises(RulingError, match="is a derivation, whose lines are not compared"):
        rule(config, "a", ASKED.id, "factors", "alice", 1.0, "x", same=True)
