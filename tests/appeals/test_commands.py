"""`course remark`, `rule`, `rulings`, `accept`: what scripts may rely on."""

import json

import pytest

from course.grading.marks.store import open_store
from tests.appeals.desk import ASSIGNMENT, EXERCISE, NOTEBOOK, Desk, answers, bundle


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("commands") / "course")
    turned = {s: answers(s, a1=[-value for value in answers(s)["a1"]]) for s in ("alice", "bob")}
    handed = {student: [bundle(values)] for student, values in turned.items()}
    desk.hand_in({**handed, "carol": [bundle(answers("carole"), "carole")]})
    return desk


def test_the_way_of_a_ruling(course, graded):
    rule = ("rule", ASSIGNMENT, EXERCISE, "a1", "--student", "alice")
    decide = (*rule, "--points", 1, "--reason", "The sign was not asked for.", "--same-answer")
    code, out, err = course(*decide, "--json")
    shown = json.loads(out)
    assert (code, shown["written"]) == (0, False)
    assert [change["student"] for change in shown["changes"]] == ["alice", "bob"]
    code, out, err = course(*decide)
    assert "Concerns: alice, bob" in out
    assert "--apply" in err
    assert course("rulings", ASSIGNMENT)[:2] == (0, "No rulings.\n")

    code, out, err = course(*decide, "--apply", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["written"]
    code, out, _ = course("rulings", ASSIGNMENT, "--json")
    assert [(r["student"], r["points"], r["same_as"]) for r in json.loads(out)] == [
        ("alice", 1.0, ""),
        ("bob", 1.0, "alice"),
    ]
    assert "alice" in course("rulings", ASSIGNMENT)[1]
    code, out, _ = course(*rule, "--withdraw", "--same-answer")
    assert code == 0
    assert "Withdrawn for: alice, bob" in out
    assert json.loads(course("rulings", ASSIGNMENT, "--json")[1]) == []


def test_the_way_of_an_id(course, graded):
    code, out, _ = course("accept", ASSIGNMENT, "--json")
    assert code == 0
    (found,) = json.loads(out)
    assert (found["student"], found["declared"], found["points_declared"]) == ("carol", "carole", 11.0)
    code, out, _ = course("accept", ASSIGNMENT)
    assert "carole" in out
    reason = ("--reason", "A letter too many.")
    code, out, _ = course("accept", ASSIGNMENT, "--student", "carol", "--as", "carole", *reason)
    assert code == 0
    assert graded.grade_of("carol")[0] == 11.0
    assert "accepted" in course("accept", ASSIGNMENT)[1]
    code, out, _ = course("accept", ASSIGNMENT, "--student", "carol", "--withdraw", "--json")
    assert code == 0
    assert json.loads(out)[0]["before"] == 11.0


def test_remark_shows_then_writes_and_ends_with_1_where_something_cannot_be_marked(course, graded):
    assert course("remark", ASSIGNMENT)[:2] == (0, "No marks change.\n")
    with open_store(graded.config) as store:
        (item,) = store.load(ASSIGNMENT, student="bob")
        store.save_all([item._replace(report=None)])
    code, out, err = course("remark", ASSIGNMENT, "--student", "bob")
    assert code == 0
    assert "bob" in out
    assert "--apply" in err
    assert graded.kept()["bob"].report is None
    code, out, _ = course("remark", ASSIGNMENT, "--apply", "--json")
    assert (code, [change["student"] for change in json.loads(out)]) == (0, ["bob"])
    assert graded.kept()["bob"].report == item.report
    with open_store(graded.config) as store:
        store.save(ASSIGNMENT, NOTEBOOK, "zoe", "mlp/gone", [b"{}"])
    code, out, _ = course("remark", ASSIGNMENT)
    with open_store(graded.config) as store:
        store.forget(ASSIGNMENT, NOTEBOOK, "zoe")
    assert code == 1
    assert "mlp/gone" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rule", ASSIGNMENT, EXERCISE, "a1", "--student", "alice", "--reason", "x"), "--points is missing"),
        (("rule", ASSIGNMENT, EXERCISE, "a1", "--student", "alice", "--points", "1"), "--reason is missing"),
        (("rule", ASSIGNMENT, EXERCISE, "a1", "--student", "alice", "--points", "1", "--withdraw"), "neither"),
        (
            ("rule", ASSIGNMENT, EXERCISE, "a1", "--student", "a", "--points", "1", "--reason", "x", "--apply"),
            "--apply goes with --same-answer",
        ),
        (
            ("rule", ASSIGNMENT, EXERCISE, "zz", "--student", "alice", "--points", "1", "--reason", "x"),
            "no step 'zz'",
        ),
        (("accept", ASSIGNMENT, "--as", "carole"), "--student is missing"),
        (("accept", ASSIGNMENT, "--student", "carol", "--reason", "x"), "--as is missing"),
        (("accept", ASSIGNMENT, "--student", "carol", "--as", "carole"), "--reason is missing"),
        (("accept", ASSIGNMENT, "--student", "carol", "--as", "x", "--reason", "x"), "it declares carole"),
        (("remark", "nothing"), "no answers of 'nothing' are kept"),
    ],
)
def test_wrong_use_is_one_message_and_exit_code_2(course, graded, arguments, message):
    code, out, err = course(*arguments)
    assert (code, out) == (2, "")
    assert message in " ".join(err.split())
    assert "Traceback" not in err


@pytest.mark.parametrize("command", ["remark", "rule", "rulings", "accept"])
def test_help_has_an_example(course, graded, command):
    code, out, _ = course(command, "--help")
    assert code == 0
    assert f"Example: course {command}" in " ".join(out.split())
