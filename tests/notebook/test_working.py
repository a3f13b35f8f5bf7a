"""The lines of a derivation in a notebook: added, changed, handed over, and the receipt that shows how they were read."""

import pytest

from course.derivation.reading.lines import MOST_LINES
from course.exercises import find
from course.notebook import exercise, submit
from course.notebook import working as lines
from course.notebook.handover import write_down
from course.notebook.lines_receipt import blocks_receipt, lines_receipt
from course.notebook.owner import Owner
from course.notebook.session import Session
from course.notebook.working import NoSuchLine, Working
from course.sheet import BLOCKS, LINES, Lines, Unreadable, decode

ID = "mlp/relu-sgd-chain"
ASKED = find(ID)
SYMBOLS = ASKED.derivation(ASKED.seed()).symbols


@pytest.fixture
def work():
    return Working(ASKED, Owner("alice"))


def receipt(*typed):
    return lines_receipt(ID, typed, SYMBOLS)


def test_lines_are_added_one_by_one_or_as_one_text(work):
    work << r"a_1 = z_1" << "= 3\n= 4"
    assert list(work) == ["a_1 = z_1", "= 3", "= 4"]
    work << r"\begin{aligned} a &= b \\ &= c + \\ &= d \end{aligned}" << ["x_1 = 2", "= 3"] << ...
    assert list(work)[3:] == ["a = b", "= c +", "= d", "x_1 = 2", "= 3"]
    assert len(work) == 8
    assert repr(work).splitlines()[:2] == [f"Derivation of {ID}: 8 lines", "  1  a_1 = z_1"]


def test_one_line_is_changed_without_the_others(work):
    work << "a_1 = 1\n= 2\n= 3"
    work[2] = "= 5"
    assert (work[2], list(work)) == ("= 5", ["a_1 = 1", "= 5", "= 3"])
    work[2] = "= 5\n= 6"
    del work[1]
    work[4] = "= 7"
    assert list(work) == ["= 5", "= 6", "= 3", "= 7"]
    for number in (0, 6, -1, "2"):
        with pytest.raises(NoSuchLine, match="there are 4 lines, numbered from 1"):
            work[number] = "= 1"
    with pytest.raises(TypeError, match="a line is a text"):
        work << 3


def test_a_cell_that_runs_again_replaces_its_lines(work, monkeypatch):
    def run(cell, number, *texts):
        monkeypatch.setattr(lines, "_cell", lambda: (cell, number))
        for text in texts:
            work << text

    run("first", "1", "a_1 = 1", "= 2")
    run("second", "2", "= 3")
    run("first", "3", "a_1 = 5", "= 6\n= 7")
    assert list(work) == ["a_1 = 5", "= 6", "= 7", "= 3"]
    run("", "", "= 8")
    run("", "", "= 8")
    assert list(work)[-2:] == ["= 8", "= 8"]


def test_latex_without_the_r_before_it_is_restored(work):
    work << "= \frac{\beta}{\theta} \times \nabla_w L \right) \alpha"
    assert list(work) == [r"= \frac{\beta}{\theta} \times \nabla_w L \right) \alpha"]


def test_lines_are_handed_over_as_typed(work):
    work << r"\Delta w = 3" << "= ŷ"
    handed = write_down(work, Session())
    assert handed.sheet.answers == {LINES: Lines((r"\Delta w = 3", "= ŷ"))}
    assert decode(handed.text) == handed.sheet
    assert write_down(Working(ASKED, Owner()), Session()).sheet.answers == {}


def test_too_much_arrives_as_far_as_it_can_be_said(work):
    work << "= 1\n" * 500
    assert len(write_down(work, Session()).sheet.answers[LINES].lines) == MOST_LINES + 1
    huge = Working(ASKED, Owner("alice"))
    for _ in range(200):
        huge << "𝛼" * 4000
    handed = write_down(huge, Session())
    assert isinstance(handed.sheet.answers[LINES], Unreadable)
    assert decode(handed.text) == handed.sheet


def test_the_receipt_sets_every_line_in_type_and_points_at_what_cannot_be_read():
    shown = receipt(r"d = dL/dyhat", "= d x_2, by the chain rule", "= 3 foo", "= (1 + <b>")
    assert f"Receipt for {ID}: 2 of 4 lines can be read." in shown.text
    assert r"$d = \frac{\partial \mathcal{L}}{\partial \hat{y}}$" in shown.html
    assert "by the chain rule" in shown.html
    assert "= 3 foo\n    ^" in shown.html
    assert "A declared symbol was expected, got &#x27;foo&#x27;." in shown.html
    assert "<b>" not in shown.html
    assert "&lt;b&gt;" in shown.html
    for line in ("  3  = 3 foo", "         ^"):
        assert line in shown.text.splitlines()
    assert 'work[3] = r"..."' in shown.text
    assert not any(word in shown.text for word in ("follows", "wrong", "Right"))


def test_a_long_line_is_shown_around_the_place():
    shown = receipt("= " + "x_2 + " * 60 + "bar + " + "x_2 + " * 20 + "1")
    place = next(line for line in shown.text.splitlines() if line.strip() == "^").index("^")
    text = next(line for line in shown.text.splitlines() if line.lstrip().startswith("…"))
    assert text[place:].startswith("bar")
    assert len(text) < 100


def test_a_wrong_line_has_the_same_receipt_as_a_right_one():
    right, wrong = receipt("Δw = -η ∂L/∂w_{2,1}^{(1)}"), receipt("Δw = η ∂L/∂w_{2,1}^{(1)}")
    assert right.html.replace("-", "").replace(" ", "") == wrong.html.replace("-", "").replace(" ", "")


def test_the_exercise_shows_its_symbols_and_how_to_type_them(capsys):
    _, work = exercise(ID)
    said = capsys.readouterr().out
    assert r"y_hat  \hat{y}   yhat" in said
    assert "the chain rule, a factor for each step" in said
    assert isinstance(work, Working)
    work << "Δw = 3"
    submit(work)
    assert "1 of 1 lines can be read" in capsys.readouterr().out
    submit("something else")
    assert "1 of 1 lines can be read" in capsys.readouterr().out


def test_the_blocks_of_a_proof_are_handed_over_and_shown(work):
    proof = Working(find("momentum/two-forms-proof"), Owner("alice"))
    proof.blocks = ["S", "Q", "Z"]
    assert proof.blocks == "S Q Z"
    proof << "base"
    handed = write_down(proof, Session())
    assert handed.sheet.answers[BLOCKS].text == "S Q Z"
    shown = blocks_receipt("S q Z", proof_blocks())
    assert shown.text == "Blocks in your order: S Q.\nNo block is called Z."
    assert "We show" in shown.html
    assert BLOCKS not in write_down(work, Session()).sheet.answers
    with pytest.raises(TypeError, match="the labels of blocks are a text"):
        proof.blocks = 3


def proof_blocks():
    asked = find("momentum/two-forms-proof")
    return asked.derivation(asked.seed()).blocks
