"""Derivations at the instructor's desk: marked again, ruled on, handed in under another id, shown in the form."""

import json

import pytest
from bs4 import BeautifulSoup

from course import sheet
from course.exercises import find
from course.grading.appeals import form
from course.grading.review import in_words
from course.marking import registry
from course.sheet import LINES, Sheet, write_lines
from tests import mark_schemes
from tests.appeals.desk import ASSIGNMENT, NOTEBOOK, Desk
from tests.grading.classroom import COURSE, ROOT

EXERCISE = "mlp/relu-sgd-chain"
LOST = "in a notation of my own ("


def handed(student, declared=None, *, without=(), **instead):
    """A bundle with the model on somebody's numbers, but for some lines: `line3="..."`."""
    asked = find(EXERCISE)
    lines = list(registry.load((ROOT / "solutions",))[EXERCISE].model(asked.given(declared or student, COURSE)))
    lines = [instead.get(f"line{number}", line) for number, line in enumerate(lines, 1) if number not in without]
    return [sheet.encode(Sheet(EXERCISE, {LINES: write_lines(lines)}, declared))]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Alice is right, Bob has a line that nobody can read, Carol left the chain rule out, Dave's id is another."""
    desk = Desk(tmp_path_factory.mktemp("derivations") / "course", questions={NOTEBOOK: {EXERCISE: 4}})
    desk.enrol(["alice", "bob", "carol", "dave"])
    work = {
        "alice": handed("alice"),
        "bob": handed("bob", line3=LOST),
        "carol": handed("carol", without=(2,)),
        "dave": handed("dave", "davey"),
    }
    for student, bundles in work.items():
        desk.grade_notebook(student, NOTEBOOK, {EXERCISE: bundles})
    return desk


def points(desk, student):
    return desk.grade_of(student, NOTEBOOK, EXERCISE)[0]


def test_marking_again_changes_whom_a_corrected_scheme_changes_and_nobody_else(graded, course, tmp_path):
    assert {student: points(graded, student) for student in ("alice", "bob", "carol")} == {
        "alice": 4, "bob": 3, "carol": 0,
    }  # fmt: skip
    assert course("remark", ASSIGNMENT)[:2] == (0, "No marks change.\n")
    change = ("_both(CHAIN, *CHAINS)", "_both(CHAIN, GRADIENT, *CHAINS)")
    folder = mark_schemes.copied(tmp_path / "corrected", "mlp/relu_sgd_chain.py", change)
    settings = (graded.folder / "nbgrader_config.py").read_text()
    (graded.folder / "nbgrader_config.py").write_text(f"{settings}\nc.Gradbook.solutions = {str(folder)!r}\n")
    code, out, _ = course("remark", ASSIGNMENT, "--json")
    assert code == 0
    (change,) = json.loads(out)
    assert (change["student"], change["before"], change["after"]) == ("carol", 0.0, 4.0)
    assert points(graded, "carol") == 0
    assert course("remark", ASSIGNMENT, "--apply")[0] == 0
    assert points(graded, "carol") == 4
    assert [line["state"] for line in graded.card("carol")["lines"]] == ["follows"] * 2 + ["at-numbers", "follows"]
    assert course("remark", ASSIGNMENT)[:2] == (0, "No marks change.\n")


def test_a_ruling_on_a_line_that_nobody_can_read_holds_until_other_lines_are_handed_in(graded, course):
    assert "line 3 could not be read" in in_words(graded.kept()["bob"].review)
    rule = ("rule", ASSIGNMENT, EXERCISE, "factors", "--student", "bob")
    code, _, err = course(*rule, "--points", 1, "--reason", "Right on paper.", "--same-answer")
    assert (code, "lines are not compared between students" in " ".join(err.split())) == (2, True)
    assert course(*rule, "--points", 1, "--reason", "Right on paper.")[0] == 0
    assert points(graded, "bob") == 4
    assert graded.kept()["bob"].review == ()
    (ruling,) = json.loads(course("rulings", ASSIGNMENT, "--json")[1])
    assert LOST in ruling["answer"]
    assert " / = -η · ∂L/∂ŷ" in course("rulings", ASSIGNMENT)[1]

    assert course("remark", ASSIGNMENT)[:2] == (0, "No marks change.\n")
    graded.grade_notebook("bob", NOTEBOOK, {EXERCISE: handed("bob", line3=LOST)})
    assert points(graded, "bob") == 4
    assert not graded.grade_of("bob", NOTEBOOK, EXERCISE)[2]
    graded.grade_notebook("bob", NOTEBOOK, {EXERCISE: handed("bob", line3=f"{LOST} (")})
    assert "ruled on when another answer stood there: factors" in in_words(graded.kept()["bob"].review)
    assert course(*rule, "--withdraw")[0] == 0
    assert points(graded, "bob") == 3


def test_lines_under_another_id_count_once_it_is_accepted(graded, course):
    before = points(graded, "dave")
    assert before < 4
    (found,) = json.loads(course("accept", ASSIGNMENT, "--json")[1])
    assert (found["student"], found["declared"], found["points_declared"]) == ("dave", "davey", 4.0)
    accept = ("accept", ASSIGNMENT, "--student", "dave", "--as", "davey", "--reason", "A letter too many.")
    assert course(*accept)[0] == 0
    assert points(graded, "dave") == 4


def test_the_form_for_a_ruling_shows_the_lines_as_text(graded):
    graded.grade_notebook("bob", NOTEBOOK, {EXERCISE: handed("bob", line3="<script>x</script> (")})
    report = graded.kept()["bob"].report
    page = form._environment.get_template("appeal.html.j2").render(
        report=report, rulings={}, entered={}, student="bob", exercise=EXERCISE, back="/", xsrf=""
    )
    cells = [cell.text for cell in BeautifulSoup(page, "html.parser").select("td code")]
    assert cells == [line.text for line in report.lines]
    assert "<script>" in cells[2]
    assert "<script>" not in page
    assert "Same answer" not in page  # lines are not compared between students
