"""Lines of a derivation in the feedback card, in the class report, and in instant marks."""

from pathlib import Path

import msgspec
import pytest

from course.exercises import find
from course.marking import registry
from course.reporting.card import LINE_STATES, PLAINLY, card_bundle, card_html, card_text, make_card, read_card
from course.reporting.class_report.graded_work import ClassWork, ExerciseWork
from course.reporting.class_report.page import class_page
from course.reporting.class_report.summary import summarise
from course.reporting.mime import CARD_MIME
from course.reporting.worked import as_markdown, solution
from course.service.practice_marker import PracticeMarker, Request
from course.sheet import LINES, Sheet, write_lines

ID = "mlp/relu-sgd-chain"
SOLUTIONS = (Path(__file__).parents[2] / "solutions",)
ASKED = find(ID)
CHAIN = "Δw = -η ∂L/∂ŷ · ∂ŷ/∂z_1^{(2)} · ∂z_1^{(2)}/∂a_1 · ∂a_1/∂z_1 · ∂z_1/∂w_{2,1}^{(1)}"
OTHER = "= -η (ŷ - y) · 1 · w_{2,1}^{(2)} · 1 · x_2"


@pytest.fixture(scope="module")
def marker():
    return registry.marker(SOLUTIONS, ID)


def mark(marker, *lines, student="alice"):
    return marker.mark(Sheet(ID, {LINES: write_lines(list(lines))}), ASKED.seed(), student=student)


def test_the_card_shows_every_line_and_the_first_that_does_not_follow(marker):
    report = mark(marker, CHAIN, OTHER, "= <b>", "= 3η")
    card = make_card(report, marker.scheme, solution(marker, ASKED.seed()))
    html = card_html(card)
    assert card.first_astray == 2
    assert html.count("This is the first line that does not follow.") == 1
    assert html.index("first line that does not follow") < html.index("It would follow as")
    assert "<code>= &lt;b&gt;</code>" in html
    assert "A derivation that earns all points, with" in html
    assert "line 2" in html
    assert "line 2: " not in html  # the line itself stands above
    assert PLAINLY not in html
    assert read_card(card_bundle(report, marker.scheme)[CARD_MIME]).lines == report.lines
    text = card_text(card)
    assert "◐  2  = -η (ŷ - y)" in text
    assert "one change away. w_(1,1)⁽²⁾ is meant" in text


def test_every_state_has_words_and_a_colour():
    from course.derivation.marks import State

    assert set(LINE_STATES) == set(State.__args__)


def test_the_model_is_a_list_of_formulas(marker):
    assert as_markdown(solution(marker, ASKED.seed())).splitlines()[-1] == r"5. $= -18 \eta$"


def test_the_class_report_puts_lines_together_and_says_where_they_break(marker):
    sheets = {
        "ann": (CHAIN, OTHER),
        "bob": (CHAIN, OTHER, "= ?"),
        "eve": (CHAIN,),
        "kim": ("Δw = η ∂L/∂w_{2,1}^{(1)}",),
    }
    reports = tuple(mark(marker, *lines, student=student) for student, lines in sheets.items())
    work = ExerciseWork(
        exercise=ID, notebook="n", students=tuple(sheets), reports=reports, reviews=("",) * 4, notes=("",) * 4,
        sheets=(1,) * 4, scheme=marker.scheme,
    )  # fmt: skip
    summary = summarise(ClassWork("c", "mlp", tuple(sheets), (), (work,)))
    assert [(group.state, group.students) for group in summary.lines] == [
        ("edit", ("ann", "bob")), ("unreadable", ("bob",)), ("slip", ("kim",)),
    ]  # fmt: skip
    assert summary.lines[0].remark == "$w_{1,1}^{(2)}$ is meant, not $w_{2,1}^{(2)}$."
    assert summary.exercises[0].breaks == {"factors": 2, "chain": 1}
    assert summary.slips == summary.candidates == ()
    page = class_page(summary)
    assert "Lines that do not follow" in page
    assert "<code>factors</code> (2)" in page
    assert "<code>= ?</code>" in page
    assert page.count('class="formula"') == 3  # a line that was read stands there in type


@pytest.mark.parametrize("told", [False, True])
def test_instant_marks_say_at_once_where_the_first_line_breaks(told):
    practice = PracticeMarker(
        SOLUTIONS, "c", (ID,), lambda exercise, student: exercise.seed(), worked_solutions=told
    )
    sheet = Sheet(ID, {LINES: write_lines([CHAIN, OTHER])})
    answer = practice.mark(ASKED, "alice", Request(sheet, card=True, solution=True))
    assert answer["first_that_does_not_follow"] == 2
    assert [line["state"] for line in answer["lines"]] == ["follows", "edit"]
    assert "This is the first line that does not follow." in answer["card"]["html"]
    assert ("solution" in answer, "It would follow as" in answer["card"]["html"]) == (told, told)
    assert msgspec.json.encode(answer)


def test_the_words_of_a_line_stand_beside_it_in_their_order():
    proof = registry.marker(SOLUTIONS, "momentum/two-forms-proof")
    given = proof.scheme.exercise.seed()
    worked = solution(proof, given)
    assert "since \u03b1 is constant" in [line.words for line in worked.lines]
    assert "$ by hypothesis" in as_markdown(worked)
    report = proof.mark(Sheet("momentum/two-forms-proof", {LINES: write_lines(proof.scheme.model(given))}), given)
    html = card_html(make_card(report, proof.scheme, worked))
    assert html.count("since \u03b1 is constant") == 2  # beside the student's line, and beside the model's


def test_a_sign_that_is_turned_is_not_turned_twice(marker):
    (line,) = mark(marker, "Δw = -(-η ∂L/∂ŷ · ∂ŷ/∂w_{2,1}^{(1)})").lines
    assert "--" not in line.instead.replace(" ", "")
    assert r"-\left(-" not in line.instead
