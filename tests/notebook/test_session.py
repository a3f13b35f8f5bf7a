"""Whose numbers are shown, in every order of what the notebook and the grader say."""

import subprocess
import sys

import numpy as np
import pytest

from course.exercises import find
from course.exercises.variants import LONGEST_ID
from course.notebook import begin, exercise, receive, session

ID = "mlp/relu-sgd"


def same(given, other):
    return all(np.array_equal(a, b) for a, b in zip(given, other, strict=True))


def numbers():
    return exercise(ID)[0]


def test_nobody_gets_the_documents_numbers_and_is_warned(capsys):
    begin(sampler=2)
    assert same(numbers(), find(ID).seed())
    assert "! Write your student id" in capsys.readouterr().out


def test_an_id_typed_gives_its_own_numbers(capsys):
    begin("  Alice ", sampler=2)
    assert same(numbers(), find(ID).given("alice"))
    out = capsys.readouterr().out
    assert "These are the numbers of alice." in out
    assert "!" not in out.replace("!=", "")


def test_the_hubs_user_counts_where_nothing_is_typed(monkeypatch, capsys):
    monkeypatch.setenv("JUPYTERHUB_USER", "bob")
    begin("", sampler=2)
    assert same(numbers(), find(ID).given("bob"))
    begin("alice", sampler=2)
    assert same(numbers(), find(ID).given("alice"))
    assert "You are signed in as bob" in capsys.readouterr().out


def test_a_notebook_without_begin_still_has_numbers(monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_USER", "bob")
    assert same(numbers(), find(ID).given("bob"))


def test_another_course_gives_other_numbers():
    begin("alice", course="elsewhere", sampler=2)
    assert same(numbers(), find(ID).given("alice", "elsewhere"))
    assert not same(numbers(), find(ID).given("alice"))


def test_documents_numbers_on_purpose_bring_no_warning(capsys):
    begin("alice", variant="document", sampler=2)
    assert same(numbers(), find(ID).seed())
    out = capsys.readouterr().out
    assert "the same for everybody" in out
    assert "! " not in out


@pytest.mark.parametrize("student", ["", "   ", "x" * (LONGEST_ID + 1), "\ud800", None, ...])
def test_what_is_no_id_is_nobody(student):
    begin(student, sampler=2)
    assert session.current().owner().nobody
    assert same(numbers(), find(ID).seed())


def test_a_number_is_an_id_too():
    begin(4711, sampler=2)
    assert same(numbers(), find(ID).given("4711"))


def test_an_unknown_variant_is_refused():
    with pytest.raises(ValueError, match="'personal' or 'document', got 'own'"):
        begin("alice", variant="own", sampler=2)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("typed", ["", "bob", "BOB "])
def test_at_grading_the_graders_word_counts_where_the_notebook_declares_nobody_else(typed, monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_USER", "the-grader")
    receive(student="bob", course="c", variant="personal")
    begin(typed, course="c", sampler=2)
    assert same(numbers(), find(ID).given("bob", "c"))


def test_at_grading_an_id_that_the_notebook_declares_stands():
    receive(student="bob")
    begin("alice", sampler=2)
    assert same(numbers(), find(ID).given("alice"))


def test_a_student_pinned_to_the_documents_numbers_has_them_at_grading():
    receive(student="bob", variant="document")
    begin("bob", sampler=2)
    assert same(numbers(), find(ID).seed())


def test_probe_inputs_come_from_the_key_that_was_received(here):
    asked = find("mlp/backprop")
    practice = asked.probes("practice")
    assert np.array_equal(here.probes(asked).x[0], practice.x[0])
    receive(student="bob", probe_keys={asked.id: "secret"})
    assert np.array_equal(here.probes(asked).x[0], asked.probes("secret").x[0])
    assert not np.array_equal(here.probes(asked).x[0], practice.x[0])
    assert here.practising(find("mlp/sigmoid-ls"))
    assert not here.practising(asked)


def test_importing_is_cheap():
    source = (
        "import sys, course.notebook; print([m for m in ('jax', 'matplotlib', 'IPython') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
