"""What is said of a step, in words and numbers, for verdicts made by hand."""

import numpy as np
import pytest

from course.exercises import Answer, Exercise
from course.exercises.base import nothing
from course.marking.follow_through import Verdict
from course.marking.report import Misread, Ruling, digits_of, show_answer, show_number, show_value, step_marks
from course.marking.scheme import Reason, Scheme, State
from course.sheet import Edges, Numbers, Outputs, Text, Unreadable, write
from course.sheet.reading import Reading, Status, read_answer

SHAPES = {"a": (2,), "b": (3, 3), "c": (), "k": ()}


@pytest.fixture(scope="module")
def scheme():
    """Four steps, a -> b -> c and k of nothing, with one slip."""
    answers = {name: Answer(name, shape, "") for name, shape in SHAPES.items()}
    made = Scheme(Exercise("t/words", "", "", "steps", "", nothing, answers))

    @made.step(points=2)
    def a():
        """$a$

        Because it is given.
        """

    @made.step()
    def b(a):
        """$b$"""

    @made.step()
    def c(a, b):
        """$c$"""

    @made.step()
    def k():
        """$k$"""

    a.slip("Turned round.", cause="turned")(lambda: None)
    return made


def verdict(shape, state, **found):
    found = {
        "points": 0.0, "slip": -1, "alike": (), "slip_off": np.inf, "charged_at": -1, "alternative": -1, "reason": Reason.NONE, "partial": False,
        "eased": False, "rounded": False, "right": np.zeros(shape, bool), "expected": np.ones(shape),
        "truth": np.ones(shape), **found,
    }  # fmt: skip
    return Verdict(state=state, **found)


def marks(scheme, rulings=None, misread=None, answers=None, **verdicts):
    made = {name: verdict(shape, State.WRONG) for name, shape in SHAPES.items()} | verdicts
    readings = {n: Reading(np.zeros(s), np.zeros(s), Status.READ) for n, s in SHAPES.items()}
    return step_marks(scheme, made, readings, answers or {}, rulings or {}, misread)


def test_entries_that_are_off_are_named_and_counted(scheme):
    right = np.zeros((3, 3), bool)
    right[0, 0] = True
    b = marks(scheme, a=verdict((2,), State.EXACT), b=verdict((3, 3), State.WRONG, right=right))["b"]
    shown = "row 1 column 2, row 1 column 3, row 2 column 1, row 2 column 2"
    assert b.remark == f"Off: {shown} and 4 more."
    a = marks(scheme, a=verdict((2,), State.WRONG, right=np.array([False, True])))["a"]
    assert a.remark == "Off: entry 1."
    b = marks(scheme, b=verdict((3, 3), State.WRONG, right=~right))["b"]
    assert b.remark == "Off: row 1 column 1. This is judged with your `a`."


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.NONE, "Not right. This is judged with your `a` and `b`."),
        (Reason.TRIVIAL, "Not right, and zeros or a given value copied show no method."),
        (Reason.MADE_UP, "Not right, and nothing follows from `a` and `b`: zeros, one number in every place, or "
         "given values copied."),
        (Reason.SENSELESS, "Not right: such a value is not possible here, so nothing follows from it."),
        (Reason.FROM_SENSELESS, "Not right, and nothing follows from `a` and `b`: a value there is not possible."),
        (Reason.REPEATS, "Not right: it only repeats an answer that is not right, and nothing is worked out from it."),
    ],
)  # fmt: skip
def test_why_a_wrong_answer_does_not_follow(scheme, reason, words):
    assert marks(scheme, c=verdict((), State.WRONG, reason=reason))["c"].remark == words


def test_what_follows_says_from_what(scheme):
    follows = verdict((), State.FOLLOWS)
    assert marks(scheme, c=follows)["c"].remark == "Follows from your `a` and `b`."
    sound = {"a": verdict((2,), State.EXACT), "b": verdict((3, 3), State.EXACT)}
    assert marks(scheme, **sound, c=follows)["c"].remark == "Follows."
    assert marks(scheme, **sound, c=verdict((), State.FOLLOWS, rounded=True))["c"].remark == (
        "Follows from your rounded values."
    )
    charged = marks(scheme, a=verdict((2,), State.FOLLOWS, slip=0, charged_at=3))["a"]
    assert charged.remark == "Follows. Turned round. The cause was charged at `k` already."
    assert charged.slip == "turned"
    assert marks(scheme, a=verdict((2,), State.SLIP, slip=1))["a"].slip == "transposed"


def test_only_the_step_that_is_charged_for_a_misreading_says_so(scheme):
    misread = Misread("x[1]", "4", "3", "b")
    found = marks(scheme, misread=misread, a=verdict((2,), State.FOLLOWS), k=verdict((), State.WRONG))
    assert found["a"].remark == "Follows from x[1] = 4, as you read it."
    assert found["b"].remark == "You worked with x[1] = 4; yours is 3."
    assert found["k"].remark == "Not right."


def test_a_ruling_decides_the_points_within_those_of_the_step(scheme):
    found = marks(scheme, {"a": Ruling(1.5, "half of it is there"), "c": Ruling(9, "generous")})
    assert (found["a"].points, found["a"].remark) == (1.5, "Not right. Ruling: half of it is there")
    assert (found["c"].points, found["k"].points, found["k"].remark) == (1, 0, "Not right.")


def test_a_sentence_is_a_sentence(scheme):
    readings = {n: Reading(np.zeros(s), np.zeros(s), Status.READ) for n, s in SHAPES.items()}
    readings["c"] = readings["c"]._replace(status=Status.UNUSABLE, reason="expected a number, got x")
    verdicts = {name: verdict(shape, State.UNUSABLE) for name, shape in SHAPES.items()}
    found = step_marks(scheme, verdicts, readings, {}, {})
    assert (found["a"].remark, found["c"].remark) == (
        "Give two significant digits.",
        "Expected a number, got x.",
    )


def test_who_gave_two_digits_is_told_to_work_with_more(scheme):
    two = read_answer(scheme.steps["c"].answer, Numbers((), ("0.014",)))
    readings = {n: Reading(np.zeros(s), np.zeros(s), Status.READ) for n, s in SHAPES.items()} | {"c": two}
    verdicts = {name: verdict(shape, State.UNUSABLE) for name, shape in SHAPES.items()}
    found = step_marks(scheme, verdicts, readings, {}, {})
    assert found["c"].remark == "This has become too coarse: work with more digits on the way."


def test_who_is_right_is_shown_the_right_value_and_others_what_follows(scheme):
    def shown(state):
        return marks(scheme, c=verdict((), state, expected=np.asarray(2.5), truth=np.asarray(2.0)))["c"]

    assert (shown(State.EXACT).expected, shown(State.EXACT).own_chain) == ("2", False)
    assert (shown(State.WRONG).expected, shown(State.WRONG).own_chain) == ("2.5", True)
    lost = marks(scheme, c=verdict((), State.WRONG, expected=np.asarray(np.inf), truth=np.asarray(2.0)))["c"]
    assert (lost.expected, lost.own_chain) == ("2", False)


def test_answers_are_shown_as_they_were_written():
    assert show_answer(write([[1, 2.50], [-3, 4]])) == "[1, 2.5; -3, 4]"
    assert show_answer(Numbers((2, 1, 2), ("1", "2", "3", "4"))) == "[[1, 2]; [3, 4]]"
    assert show_answer(Numbers((0, 3), ())) == "[]"
    assert show_answer(Numbers((3,), ("1", "2", "3"))) == "(1, 2, 3)"
    assert show_answer(write(np.zeros((5, 13)))) == "an array of shape (5, 13)"
    assert show_answer(write(np.zeros(64))).startswith("(0.0, 0.0")
    assert show_answer(Text("up")) == "up"
    assert show_answer(Outputs(Numbers((2, 3), ("1",) * 6))) == "outputs of shape (2, 3)"
    assert show_answer(Edges((("x1", "h"), ("x2", "h")))) == "x1→h, x2→h"
    assert show_answer(Unreadable("no")) == show_answer(None) == ""


def test_right_values_are_shown_as_a_person_would_write_them():
    assert show_value(Answer("v", (), "", "choice", choices=("up", "down")), np.asarray(1.0)) == "down"
    assert show_value(Answer("v", (), "", "choice", choices=("up", "down")), np.asarray(np.nan)) == ""
    graph = Answer("v", (2, 2), "", "graph", units=("x", "h"))
    assert show_value(graph, np.array([[0.0, 1.0], [0.0, 0.0]])) == "x→h"
    assert show_value(Answer("v", (2,), ""), np.array([0.123456, 3.0])) == "(0.1235, 3)"
    assert show_value(Answer("v", (2,), ""), np.array([0.123456, 3.0]), 6) == "(0.123456, 3)"
    assert show_value(Answer("v", (), "", "int"), np.asarray(1115684864.0)) == "1115684864"
    assert [show_number(v) for v in (123456.0, 1234567.0, 0.5, np.inf)] == ["123456", "1235000", "0.5", "–"]


@pytest.mark.parametrize(
    ("typed", "digits"),
    [(0.5, 4), ("0.012345", 5), ("-1.23e-5", 4), ("0." + "1" * 20, 12), ("up", 4), ("≈ 0.123456", 6), ("1/3", 4),
     ("123456/7", 6), ("1.23456·10^-3", 6), ("L = 9/2 = 4.50000", 6), ("12 345,67", 7), ("loss: 0.1234567", 7),
     ("0.1234567 or so", 7), ("12.3456%", 6)],
)  # fmt: skip
def test_as_many_digits_are_shown_as_were_written_between_four_and_twelve(typed, digits):
    loss = Answer("L", (), "loss")
    assert digits_of(read_answer(loss, write(typed), "loss"), write(typed)) == digits


@pytest.mark.parametrize(
    ("typed", "digits"),
    [([1, "0.1234567"], 7), ("[0.1234567, 3]", 7), ("a_1 = 0.12345; a_2 = 3", 5), ("0,12345 | 3", 5)],
)
def test_of_an_array_the_longest_entry_counts(typed, digits):
    pair = Answer("a", (2,), "")
    assert digits_of(read_answer(pair, write(typed), "a"), write(typed)) == digits
