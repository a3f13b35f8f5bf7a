"""Points come from nbgrader's id; another one that a notebook declares is shown, and accepted with one command."""

import json

import pytest

from course.errors import CourseError
from course.grading.appeals.declared_id import accept, declared, withdraw
from course.grading.appeals.remark import remark
from course.grading.review import in_words
from tests.appeals.desk import ASSIGNMENT, Desk, answers, bundle
from tests.grading.classroom import numbers


@pytest.fixture(scope="module")
def template(empty, tmp_path_factory):
    """Alice mistyped her id; Bob declares Carol's; Carol and Dave their own, each in a way of their own."""
    desk = empty.copy(tmp_path_factory.mktemp("ids") / "course")
    desk.hand_in(
        {
            "alice": [bundle(answers("alise"), " Alise ")],
            "bob": [bundle(answers("carol"), "carol")],
            "carol": [bundle(answers("carol"), "CAROL")],
            "dave": [bundle(answers("dave"))],
        }
    )
    return desk


def test_points_come_from_nbgraders_id_and_the_instructor_is_shown_the_others(graded):
    points, _, flagged = graded.grade_of("alice")
    assert points < 3
    assert flagged
    assert "declares the id alise; under its numbers it has 11 points" in in_words(graded.kept()["alice"].review)
    assert "alise" not in json.dumps(graded.card("alice")["steps"])
    for student in ("carol", "dave"):
        assert graded.grade_of(student) == (11.0, 11.0, False)
    found = {item.student: item for item in declared(graded.config, ASSIGNMENT)}
    assert {student: (item.declared, item.points_declared) for student, item in found.items()} == {
        "alice": ("alise", 11.0),
        "bob": ("carol", 11.0),
    }
    assert not found["alice"].accepted


def test_what_is_accepted_counts_at_once_and_survives_autograde_and_remark(graded):
    before = graded.grade_of("alice")[0]
    (change,) = accept(graded.config, ASSIGNMENT, "alice", "ALISE", "A slip of  the pen.")
    assert (change.before, change.after) == (before, 11.0)
    assert graded.grade_of("alice") == (11.0, 11.0, False)
    assert graded.card("alice")["remarks"] == ["Marked with the numbers of alise, as accepted: A slip of the pen."]
    # The worked solution is that of the numbers which the student had.
    worked = json.dumps(graded.card("alice")["worked"])
    assert f"{numbers('alise')['y_hat']:g}" in worked
    graded.grade("alice", [bundle(answers("alise"), "alise")])
    assert graded.grade_of("alice") == (11.0, 11.0, False)
    assert remark(graded.config, ASSIGNMENT, apply=True) == []
    (mine,) = [item for item in declared(graded.config, ASSIGNMENT) if item.student == "alice"]
    assert mine.accepted
    assert "carol" not in json.dumps(graded.card("alice"))


def test_it_holds_for_sheets_that_declare_this_id_and_no_other(graded):
    accept(graded.config, ASSIGNMENT, "alice", "alise", "A slip of the pen.")
    graded.grade("alice", [bundle(answers("carol"), "carol")])
    assert graded.grade_of("alice")[0] < 3
    graded.grade("alice", [bundle(answers("alice"), "alice")])
    assert graded.grade_of("alice") == (11.0, 11.0, False)
    assert graded.card("alice")["remarks"] == []


def test_it_is_taken_back(graded):
    before = graded.grade_of("alice")
    accept(graded.config, ASSIGNMENT, "alice", "alise", "A slip of the pen.")
    (change,) = withdraw(graded.config, ASSIGNMENT, "alice")
    assert (change.before, change.after) == (11.0, before[0])
    assert graded.grade_of("alice") == before
    with pytest.raises(CourseError, match="no id is accepted for 'alice' in small"):
        withdraw(graded.config, ASSIGNMENT, "alice")


@pytest.mark.parametrize(
    ("student", "id_", "reason", "message"),
    [
        ("alice", "alyce", "why", "the notebook of alice does not declare the id 'alyce': it declares alise"),
        ("dave", "alise", "why", "the notebook of dave does not declare the id 'alise': it declares no other id"),
        ("carol", "carol", "why", "it declares no other id"),
        ("alise", "alise", "why", "no answers of 'alise' are kept; did you mean alice"),
        ("alice", " ", "why", "a student id of 1 to 200 characters was expected"),
        ("alice", "alise", " ", "a reason of 1 to 1000 characters was expected, got 0"),
    ],
)
def test_only_what_a_notebook_declares_is_accepted(graded, student, id_, reason, message):
    with pytest.raises(CourseError, match=message):
        accept(graded.config, ASSIGNMENT, student, id_, reason)
    assert not [item for item in declared(graded.config, ASSIGNMENT) if item.accepted]


def test_an_id_with_the_same_numbers_is_no_other_id(tmp_path):
    desk = Desk(tmp_path / "fixed", 'c.Gradbook.variant = "document"\n')
    desk.hand_in({"alice": [bundle(numbers(None), "alise")], "bob": [bundle(answers("bob"), "bob")]})
    assert desk.grade_of("alice") == (11.0, 11.0, False)
    assert desk.grade_of("bob")[0] < 11
    assert declared(desk.config, ASSIGNMENT) == []


def test_nothing_that_a_sheet_declares_can_break_marking(desk):
    strange = ["", "   ", "x" * 200, "\u0130", "<script>", "../../etc", "bob\n; rm -rf", "\ud7ff", "０"]
    desk.hand_in({f"student-{n:03}": [bundle(answers(None), name)] for n, name in enumerate(strange)})
    assert remark(desk.config, ASSIGNMENT) == []
    assert all(item.report is not None for item in desk.kept().values())
    assert len(desk.kept()) == len(strange)
