"""An instructor decides on a step: it counts at once, stands in the card, and survives grading and marking."""

import json

import pytest

from course.errors import CourseError
from course.grading.appeals.remark import remark
from course.grading.appeals.ruling import rule, withdraw
from course.grading.marks.store import open_store
from course.grading.review import in_words
from tests.appeals.desk import ASSIGNMENT, EXERCISE, answers, bundle, rulings

A1 = (ASSIGNMENT, EXERCISE, "a1")
CLASS = ("alice", "bob", "carol", "dave", "erin", "frank")


def negated(student):
    """The right answers, except that the sign of a1 is turned: no slip of the scheme."""
    right = answers(student)
    return answers(student, a1=[-value for value in right["a1"]])


@pytest.fixture(scope="module")
def template(empty, tmp_path_factory):
    """Alice and Bob turned a sign, Carol wrote something else, Dave is right, Erin left it out, Frank copied."""
    handed = {
        "alice": negated("alice"),
        "bob": negated("bob"),
        "carol": answers("carol", a1=[41.0, 43.0]),
        "dave": answers("dave"),
        "erin": answers("erin", a1=None),
        "frank": negated("alice"),
    }
    desk = empty.copy(tmp_path_factory.mktemp("rulings") / "course")
    desk.hand_in({student: [bundle(values)] for student, values in handed.items()})
    return desk


def test_a_ruling_counts_at_once_and_is_in_the_card(graded):
    before = graded.grade_of("alice")[0]
    done = rule(graded.config, *A1, "alice", 1.0, "  Right on paper,\nseen by me. ")
    (change,) = done.changes
    assert (change.student, change.before, change.after) == ("alice", before, before + 1)
    assert [step.words for step in change.steps] == ["a1: wrong 0 → wrong 1 (ruling)"]
    assert graded.grade_of("alice")[0] == before + 1
    step = graded.card("alice")["steps"][0]
    assert (step["name"], step["points"]) == ("a1", 1.0)
    assert step["remark"].endswith("Ruling: Right on paper, seen by me.")
    (kept,) = rulings(graded.config)
    assert (kept.reason, kept.answer) == ("Right on paper, seen by me.", step["yours"])
    assert graded.grade_of("bob")[0] == before


def test_it_survives_autograde_and_remark_until_it_is_withdrawn(graded):
    before = graded.grade_of("alice")[0]
    rule(graded.config, *A1, "alice", 0.5, "Half.")
    graded.grade("alice", [bundle(negated("alice"))])
    assert graded.grade_of("alice") == (before + 0.5, before + 0.5, False)
    assert remark(graded.config, ASSIGNMENT, apply=True) == []
    assert graded.grade_of("alice")[0] == before + 0.5
    rule(graded.config, *A1, "alice", 0.25, "A quarter, then.")
    assert graded.grade_of("alice")[0] == before + 0.25
    (change,) = withdraw(graded.config, *A1, "alice").changes
    assert (change.before, change.after) == (before + 0.25, before)
    assert "Ruling" not in json.dumps(graded.card("alice"))
    assert rulings(graded.config) == []


def test_a_ruling_on_an_answer_that_was_replaced_is_shown_to_a_person(graded):
    rule(graded.config, *A1, "alice", 1.0, "Fine.")
    assert not graded.grade_of("alice")[2]
    graded.grade("alice", [bundle(answers("alice", a1=[41.0, 43.0]))])
    assert graded.grade_of("alice")[2]
    assert in_words(graded.kept()["alice"].review) == "ruled on when another answer stood there: a1"


def test_same_answer_same_ruling_is_shown_first_and_then_applied(graded):
    before = {student: graded.grade_of(student)[0] for student in CLASS}
    shown = rule(graded.config, *A1, "alice", 1.0, "The sign was not asked for.", same=True, apply=False)
    # Everybody who turned the sign on numbers of their own; Frank's are somebody else's.
    assert [ruling.student for ruling in shown.rulings] == ["alice", "bob"]
    assert [(c.student, c.after - c.before) for c in shown.changes] == [("alice", 1.0), ("bob", 1.0)]
    assert {student: graded.grade_of(student)[0] for student in CLASS} == before
    assert rulings(graded.config) == []

    done = rule(graded.config, *A1, "alice", 1.0, "The sign was not asked for.", same=True)
    assert [ruling.same_as for ruling in done.rulings] == ["", "alice"]
    assert done.changes == shown.changes
    after = {student: graded.grade_of(student)[0] for student in CLASS}
    assert after == before | {"alice": before["alice"] + 1, "bob": before["bob"] + 1}
    assert graded.card("bob")["steps"][0]["remark"].endswith("Ruling: The sign was not asked for.")

    gone = withdraw(graded.config, *A1, "alice", same=True)
    assert [ruling.student for ruling in gone.rulings] == ["alice", "bob"]
    assert {student: graded.grade_of(student)[0] for student in CLASS} == before


def test_who_has_a_ruling_of_their_own_keeps_it(graded):
    rule(graded.config, *A1, "bob", 0.25, "Agreed with Bob.")
    done = rule(graded.config, *A1, "alice", 1.0, "Fine.", same=True)
    assert done.passed_over == ["bob"]
    assert [ruling.student for ruling in done.rulings] == ["alice"]
    assert {r.student: r.points for r in rulings(graded.config)} == {"alice": 1.0, "bob": 0.25}
    # One that repeats another's follows it when that changes.
    withdraw(graded.config, *A1, "bob")
    rule(graded.config, *A1, "alice", 1.0, "Fine.", same=True)
    again = rule(graded.config, *A1, "alice", 0.5, "Half after all.", same=True)
    assert again.passed_over == []
    assert {r.student: r.points for r in rulings(graded.config)} == {"alice": 0.5, "bob": 0.5}


def test_all_who_are_right_gave_the_same_answer_and_nothing_is_none(graded):
    done = rule(graded.config, *A1, "dave", 0.0, "It was given away.", same=True, apply=False)
    assert [ruling.student for ruling in done.rulings] == ["dave"]
    done = rule(graded.config, *A1, "erin", 1.0, "On paper.", same=True, apply=False)
    assert [ruling.student for ruling in done.rulings] == ["erin"]
    done = rule(graded.config, ASSIGNMENT, EXERCISE, "dy_hat", "dave", 0.0, "Given away.", same=True, apply=False)
    assert [ruling.student for ruling in done.rulings] == ["dave", "alice", "bob", "carol", "erin"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"student": "alise"}, r"no answers of 'alise' are kept; did you mean alice"),
        ({"step": "a2"}, r"has no step 'a2'; its steps are a1, z1"),
        ({"points": 1.5}, r"a1 of mlp/relu-sgd earns 0 to 1 points, got 1.5"),
        ({"points": -1.0}, r"earns 0 to 1 points, got -1"),
        ({"points": float("nan")}, r"earns 0 to 1 points, got nan"),
        ({"reason": " \n "}, r"a reason of 1 to 1000 characters was expected, got 0"),
        ({"reason": "x" * 1001}, r"got 1001"),
        ({"exercise": "mlp/relu"}, r"mlp/relu"),
        ({"exercise": "mlp/sigmoid-ls", "step": "h"}, r"no answers of 'mlp/sigmoid-ls in small' are kept"),
        ({"assignment": "smal"}, r"no answers of 'mlp/relu-sgd in smal' are kept"),
    ],
)
def test_what_cannot_be_ruled_is_said_and_changes_nothing(graded, change, message):
    asked = {"student": "alice", "step": "a1", "points": 1.0, "reason": "Why.", "exercise": EXERCISE}
    asked |= {"assignment": ASSIGNMENT} | change
    order = ("assignment", "exercise", "step", "student", "points", "reason")
    before = graded.kept()
    with pytest.raises(CourseError, match=message):
        rule(graded.config, *(asked[name] for name in order))
    assert rulings(graded.config) == []
    assert graded.kept() == before


def test_only_a_ruling_that_is_there_can_be_withdrawn(graded):
    rule(graded.config, *A1, "bob", 0.25, "Agreed with Bob.")
    with pytest.raises(
        CourseError, match=r"there is no ruling on a1 of mlp/relu-sgd for 'alice'; there is for bob"
    ):
        withdraw(graded.config, *A1, "alice", same=True)
    assert len(rulings(graded.config)) == 1


def test_points_given_by_hand_go_before_a_ruling(graded):
    graded.by_hand("alice", 2.0)
    (change,) = rule(graded.config, *A1, "alice", 1.0, "Fine.").changes
    assert change.by_hand
    assert graded.grade_of("alice")[0] == 2.0


def test_an_old_ruling_without_its_answer_counts_as_before(graded):
    from course.marking.report import Ruling

    before = graded.grade_of("alice")[0]
    with open_store(graded.config) as store:
        store.rule(ASSIGNMENT, "alice", EXERCISE, "a1", Ruling(1.0, "Kept by an older version."))
    (change,) = remark(graded.config, ASSIGNMENT, apply=True)
    assert change.after == before + 1
    assert graded.kept()["alice"].review == ()
