"""The sheet in a student's hands."""

import pytest
from IPython.core.completer import provisionalcompleter

from course.exercises import find
from course.notebook.answer_sheet import AnswerSheet, NoSuchAnswer, answers_of
from course.notebook.owner import Owner


@pytest.fixture
def sheet():
    return AnswerSheet(find("mlp/relu-sgd"), Owner("alice"))


def test_answers_are_set_read_back_and_deleted(sheet):
    sheet.a1 = [6, -3]
    assert sheet.a1 == [6, -3]
    sheet.a1 = [6, 0]
    assert sheet.a1 == [6, 0]
    del sheet.a1
    del sheet.a1
    assert answers_of(sheet) == {}
    with pytest.raises(NoSuchAnswer, match="a1 has no value yet"):
        _ = sheet.a1


@pytest.mark.parametrize("name", ["a_1", "A1", "yhat", "delta_1"])
def test_an_unknown_name_is_refused_with_the_nearest(sheet, name):
    near = {"a_1": "a1", "A1": "a1", "yhat": "y_hat", "delta_1": "delta1"}[name]
    for use in (lambda: setattr(sheet, name, 1), lambda: getattr(sheet, name), lambda: delattr(sheet, name)):
        with pytest.raises(NoSuchAnswer, match=f"does not ask for '{name}'; .*{near}"):
            use()


def test_a_name_near_to_nothing_gets_the_list(sheet):
    with pytest.raises(NoSuchAnswer, match="it asks for a1, z1, y_hat"):
        sheet.qqqqqq = 1


def test_its_own_parts_cannot_be_overwritten(sheet):
    with pytest.raises(NoSuchAnswer):
        sheet._values = {}
    assert answers_of(sheet) == {}


def test_names_are_completed(sheet):
    assert set(dir(sheet)) == set(find("mlp/relu-sgd").answers)


def test_completion_in_ipython(cells):
    cells('given, sheet = exercise("mlp/relu-sgd")')
    with provisionalcompleter():
        found = {completion.text for completion in cells.shell.Completer.completions("sheet.del", 9)}
    assert {text.rpartition(".")[2] for text in found} >= {"delta1", "delta_w"}


def test_dots_are_no_answer(sheet):
    sheet.a1 = ...
    assert answers_of(sheet) == {}
    assert "0 of 10" in repr(sheet)


def test_repr_shows_what_is_set_and_what_is_to_come(sheet):
    sheet.z1 = [6, 0]
    sheet.a1 = [6, -3]
    text = repr(sheet)
    assert text.startswith("Sheet of mlp/relu-sgd: 2 of 10 answers set\n  a1 = [6, -3]\n  z1 = [6, 0]\n")
    assert "to come: y_hat, loss" in text


def test_repr_survives_what_cannot_be_shown(sheet):
    class Hostile:
        def __repr__(self):
            raise RuntimeError

    sheet.a1 = Hostile()
    sheet.z1 = "x" * 1000
    sheet.y_hat = min
    assert "a1 = a Hostile that cannot be shown (RuntimeError)" in repr(sheet)
    assert max(map(len, repr(sheet).splitlines())) < 200


def test_the_error_points_at_the_students_line(cells):
    cells('given, sheet = exercise("mlp/relu-sgd")')
    cells("sheet.a_1 = [6, -3]")
    assert isinstance(cells.result.error_in_exec, NoSuchAnswer)
