"""A student asks that a misread number be looked at by a person; the ruling decides, and stays."""

import urllib.parse

import pytest
from bs4 import BeautifulSoup
from traitlets import TraitError
from traitlets.config import Config

from course.exercises import find
from course.grading.appeals.remark import remark
from course.grading.appeals.ruling import rule, withdraw
from course.grading.config import Gradbook
from course.reporting.card import card_html, card_page, read_card
from tests import oracles
from tests.appeals.desk import ASSIGNMENT, EXERCISE, Desk, answers, bundle
from tests.grading.classroom import COURSE
from tests.oracles.solution import solve

MISREAD = (ASSIGNMENT, EXERCISE, "loss", "alice")


@pytest.fixture(scope="module")
def template(empty, tmp_path_factory):
    """Alice read y as one more than it is, Bob handed in Carol's sheet, Dave turned a sign, Erin is right."""
    given = find(EXERCISE).given("alice", COURSE)
    misread = solve(oracles.load(EXERCISE), given._replace(y=given.y + 1)).written
    handed = {
        "alice": misread,
        "bob": answers("carol"),
        "dave": answers("dave", a1=[-value for value in answers("dave")["a1"]]),
        "erin": answers("erin"),
    }
    desk = empty.copy(tmp_path_factory.mktemp("requests") / "course")
    desk.enrol(["carol"])
    desk.hand_in({student: [bundle(values)] for student, values in handed.items()})
    return desk


def link(card):
    (found,) = BeautifulSoup(card_html(card), "html.parser").select(".course-card-note a")
    return found


def test_the_page_of_a_misread_number_asks_with_the_step_filled_in(graded):
    card = graded.card("alice")
    assert "You worked with y = " in card["remarks"][0]
    assert {step["name"]: step["points"] for step in card["steps"]}["loss"] == 0.0
    assert link(card).text == "Ask a person to look at loss"
    address = urllib.parse.urlsplit(link(card)["href"])
    assert address.scheme == "mailto"
    message = urllib.parse.parse_qs(address.query)
    assert message["subject"] == ["small: mlp/relu-sgd, step loss"]
    assert "look at step loss of mlp/relu-sgd in small. I am alice." in message["body"][0]
    assert "course rule small mlp/relu-sgd loss --student alice" in message["body"][0]
    # The instructor's form begins with that step.
    assert "student=alice&amp;exercise=mlp%2Frelu-sgd&amp;step=loss" in graded.html("alice")


def test_so_does_that_of_a_sheet_held_to_be_somebody_elses_and_no_other(graded):
    assert graded.kept()["bob"].report.foreign
    assert link(graded.card("bob")).text == "Ask a person to look at a1"
    assert "carol" not in urllib.parse.unquote(link(graded.card("bob"))["href"])
    for student in ("dave", "erin"):
        assert graded.card(student)["appeal"] is None
        assert "Ask a person" not in card_html(graded.card(student))


def test_the_ruling_decides_and_is_kept(graded):
    before = graded.grade_of("alice")[0]
    (change,) = rule(graded.config, *MISREAD, 1.0, "The y on your sheet was blurred.").changes
    assert (change.before, change.after) == (before, before + 1)
    card = graded.card("alice")
    assert card["appeal"] is None
    assert "Ruling: The y on your sheet was blurred." in card_html(card)
    # The rest is still marked on the number that was used.
    assert "You worked with y = " in card["remarks"][0]
    assert remark(graded.config, ASSIGNMENT, apply=True) == []
    graded.grade("alice", graded.kept()["alice"].bundles)
    assert graded.grade_of("alice")[0] == before + 1
    withdraw(graded.config, *MISREAD)
    assert graded.grade_of("alice")[0] == before
    assert link(graded.card("alice")).text == "Ask a person to look at loss"


def test_a_form_of_the_instructors_own_is_given_all_it_needs(graded):
    assert link(graded.card("alice"))["href"].startswith("mailto:")
    own = Desk(graded.folder, 'c.Gradbook.appeals = "https://forms.example.org/look"\n')
    own.grade("alice", graded.kept()["alice"].bundles)
    about = "assignment=small&exercise=mlp%2Frelu-sgd&step=loss&student=alice"
    assert link(graded.card("alice"))["href"] == f"https://forms.example.org/look?{about}"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "mailto:a@b.example?cc=c", "forms.example.org", ""])
def test_an_address_that_is_none_is_refused_by_name(address):
    with pytest.raises(TraitError, match=r"Gradbook\.appeals is '.*'; 'mailto:ADDRESS' or 'https://ADDRESS'"):
        _ = Gradbook(config=Config({"Gradbook": {"appeals": address}})).appeals


def test_a_page_leads_to_no_address_that_runs_something(graded):
    card = graded.card("alice")
    card["appeal"]["address"] = "javascript:alert(1)"
    assert "javascript" not in card_html(card)
    assert "javascript" not in card_page(read_card(card))
