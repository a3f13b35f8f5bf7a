"""Instant marks are no oracle for graded numbers, and whatever is handed in is either marked or refused."""

import json

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from course import sheet as sheets
from course.exercises import find
from course.exercises.practice import practice_given
from course.marking import registry
from course.marking.scheme import State
from course.service import practice_marker
from course.service.practice_marker import Refusal, Request, read_request
from course.sheet import Sheet
from tests.oracles.sheets import kinds
from tests.service.conftest import OFFERED, SOLUTIONS, make_practice

ID, OTHER = OFFERED


def right_sheet(exercise_id, given):
    exercise = find(exercise_id)
    return kinds(registry.marker((SOLUTIONS,), exercise_id), given, exercise.probes("practice"))["right"]


def test_graded_numbers_are_marked_once_released_and_for_whom():
    exercise = find(OTHER)
    practice = make_practice(released=lambda exercise, student: (exercise.assignment, student) == ("cnn", "alice"))
    for student in ("alice", "bob"):
        sheet = right_sheet(OTHER, exercise.given(student))
        if student == "alice":
            assert practice.mark(exercise, student, Request(sheet, round=0))["points"] > 0
            assert practice.mark(exercise, student, Request(Sheet(OTHER, {}), round=0))["points"] == 0
        else:
            for ask in (
                lambda: practice.mark(exercise, "bob", Request(sheet, round=0)),  # noqa: B023, called here
                lambda: practice.numbers(exercise, "bob", 0),
            ):
                with pytest.raises(Refusal) as refused:
                    ask()
                assert (refused.value.status, refused.value.code) == (403, "not_released")


@pytest.mark.parametrize("declared", [None, "alice", "bob", "the documents"])
def test_right_answers_to_graded_numbers_are_told_from_nothing(declared):
    """Neither a state nor a remark differs between a right graded sheet and one that is wrong as a whole."""
    exercise, practice = find(ID), make_practice()
    mine = practice_given(exercise, "alice", 1)
    for graded in (exercise.given("alice"), exercise.given("bob"), exercise.seed()):
        sheet = right_sheet(ID, graded)
        told = practice.mark(exercise, "alice", Request(Sheet(ID, sheet.answers, declared)))
        truths = registry.marker((SOLUTIONS,), ID).truths(mine)
        for name, step in told["steps"].items():
            same = [float(e) for e in sheet.answers[name].entries] == truths[name].ravel().tolist()
            assert (step["state"] == "exact") == same
        assert told["remarks"] == []
        assert "foreign" not in json.dumps(told)
        assert "somebody else" not in json.dumps(told)


def test_should_practice_numbers_ever_be_graded_ones_nothing_is_told(monkeypatch):
    exercise, practice = find(ID), make_practice()
    for graded in (exercise.given("alice"), exercise.seed()):
        monkeypatch.setattr(practice_marker, "practice_given", lambda *_, numbers=graded: numbers)
        for ask in (
            lambda: practice.mark(exercise, "alice", Request(Sheet(ID, {}))),
            lambda: practice.numbers(exercise, "alice", 1),
        ):
            with pytest.raises(Refusal) as refused:
                ask()
            assert refused.value.code == "not_released"


def test_a_course_of_one_variant_for_all_can_be_practised():
    exercise = find(ID)
    practice = make_practice(graded=lambda exercise, student: exercise.seed())
    sheet = right_sheet(ID, practice_given(exercise, "alice", 1))
    assert practice.mark(exercise, "alice", Request(sheet))["points"] > 0


def test_prose_is_not_marked():
    practice = make_practice(exercises=("mlp/why-backprop",), released=lambda exercise, student: True)
    for number in (0, 1):
        with pytest.raises(Refusal, match="prose") as refused:
            practice.numbers(find("mlp/why-backprop"), "alice", number)
        assert refused.value.status == 404


def read(body):
    """What becomes of bytes: a request, or a refusal that blames the sender."""
    try:
        return read_request(body)
    except Refusal as refused:
        assert refused.status in {400, 413}
        assert refused.message
        return None


@settings(max_examples=300, deadline=None)
@over(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(body):
    read(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
NAMES = st.sampled_from(
    ["sheet", "round", "card", "solution", "exercise", "answers", "student", "version", "type"]
)


@settings(max_examples=300, deadline=None)
@over(st.dictionaries(NAMES | st.text(max_size=5), JSON, max_size=6))
def test_any_json_is_read_or_refused(data):
    assert read(json.dumps(data).encode()) is None or set(data) >= {"sheet"}


ENTRIES = st.text(max_size=70) | st.sampled_from(
    ["NaN", "inf", "-0", "1e9999", "1e-9999", "9" * 64, "0x10", "1_000", "١", "1/0", "-1e308", "5e-324", "12"]
)
SHAPES = st.lists(st.integers(0, 4), max_size=3)
ANSWERS = (
    st.builds(
        lambda shape, entry: sheets.Numbers(tuple(shape), (entry,) * _size(shape)),
        SHAPES | st.just([3]) | st.just([]),
        ENTRIES,
    )
    | st.builds(sheets.Text, st.text(max_size=40))
    | st.builds(sheets.Unreadable, st.text(max_size=40))
    | st.builds(sheets.Edges, st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=4).map(tuple))
)


def _size(shape):
    count = 1
    for length in shape:
        count *= length
    return count


@settings(max_examples=80, deadline=None)
@over(
    st.dictionaries(
        st.sampled_from(["probs", "loss", "dlogits", "setting1"]) | st.text(max_size=6), ANSWERS, max_size=4
    ),
    st.integers(1, 1000),
)
def test_any_sheet_is_marked_within_its_points(answers, number):
    body = b'{"sheet":%b,"round":%d,"card":true}' % (sheets.encode(Sheet(OTHER, answers)), number)
    told = make_practice().mark(find(OTHER), "alice", read_request(body))
    assert 0 <= told["points"] <= told["max_points"]
    assert {step["state"] for step in told["steps"].values()} <= {state.word for state in State}
    assert "<script" not in told["card"]["html"].lower().replace("&lt;script", "")


def test_what_a_student_writes_is_escaped_on_the_card():
    nasty = sheets.Numbers((), ('<img src=x onerror="alert(1)">',))
    sheet = Sheet(OTHER, {"loss": nasty, "<script>alert(2)</script>": nasty})
    told = make_practice().mark(find(OTHER), "alice", Request(sheet, card=True))
    card = told["card"]["html"]
    assert "<img" not in card
    assert "<script" not in card
    assert "&lt;img" in card
