"""What a scheme may say besides: caps, a share by entry, other names and shapes of an answer."""

import json
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import pytest

from course.authoring.lint import lint
from course.exercises import Answer, Exercise
from course.marking.marker import Marker
from course.marking.scheme import Scheme, SchemeError
from course.notebook.answer_sheet import AnswerSheet, answers_of
from course.notebook.owner import Owner
from course.notebook.receipt import read_back, receipt
from course.sheet import Sheet, read_answers, write


class Layer(NamedTuple):
    x: np.ndarray  # (2,)
    W: np.ndarray  # (2, 2)


GIVEN = Layer(np.array([2.0, 3.0]), np.array([[1.0, -2.0], [0.5, 4.0]]))
EXERCISE = Exercise(
    "t/says",
    "A layer",
    "",
    "steps",
    "",
    lambda: GIVEN,
    {
        "a": Answer("a", (2,), "pre-activation", also=("z", "pre")),
        "h": Answer("h", (2,), "activation"),
        "y": Answer("y", (), "sum"),
        "loss": Answer("L", (), "half the square"),
        "outer": Answer("O", (2, 2), "outer product", shapes=((4,),)),
    },
    symbols={"x": "x", "W": "W"},
)


def made():
    scheme = Scheme(EXERCISE)

    @scheme.step(points=2)
    def a(given):
        """$a = W x$"""
        return given.W @ given.x

    @scheme.step(points=2)
    def h(a):
        """$h = \\max(0, a)$"""
        return jnp.maximum(a, 0)

    @h.slip("The ReLU is missing.", cause="relu")
    def linear(a):
        return a

    @scheme.step(points=2)
    def y(h):
        """$y = \\sum h$"""
        return jnp.sum(h)

    @scheme.step(points=2)
    def loss(y):
        """$y^2 / 2$"""
        return y**2 / 2

    @scheme.step(points=4, parts="each")
    def outer(h, given):
        """$O = x h^T$"""
        return jnp.outer(given.x, h + 1)

    return scheme


@pytest.fixture(scope="module")
def marker():
    scheme = made()
    scheme.cap(3, of=("y", "loss"), cause="relu", sentence="without the ReLU the network is linear.")
    scheme.cap(
        1,
        of=("h", "y"),
        when=lambda given, answers: np.all(answers["a"] > 0),
        sentence="with positive values only the ReLU has nothing to do.",
    )
    return Marker(scheme)


@pytest.fixture(scope="module")
def mark(marker):
    return lambda **answers: marker.mark(read_answers(json.dumps(answers), "t/says"), GIVEN)


def test_right_answers_are_not_capped(mark):
    report = mark(a=[-4, 13], h=[0, 13], y=13, loss=84.5, outer=[[2, 28], [3, 42]])
    assert (report.points, report.withheld) == (12, 0)
    assert lint(made()).problems == []


def test_a_cap_by_a_cause_is_withheld_once_and_said(mark):
    report = mark(a=[-4, 13], h=[-4, 13], y=9, loss=40.5)
    assert [step.points for step in report.steps.values()] == [2, 1, 2, 2, 0]
    assert report.withheld == 1
    assert report.points == 2 + 1 + 3
    assert report.remarks == ("1 point is withheld, once: without the ReLU the network is linear.",)
    below = mark(a=[-4, 13], h=[-4, 13], y=9)
    assert (below.points, below.withheld) == (5, 0)


def test_a_cap_by_a_condition_on_the_students_own_answers(mark):
    report = mark(a=[4, 13], h=[4, 13], y=17, loss=144.5)
    assert [step.points for step in report.steps.values()] == [0, 2, 2, 2, 0]
    assert (report.withheld, report.points) == (3, 3)
    assert report.remarks == (
        "3 points are withheld, once: with positive values only the ReLU has nothing to do.",
    )
    without_a = mark(h=[0, 13], y=13)
    assert (without_a.points, without_a.withheld) == (4, 0)


def test_a_cap_where_nothing_else_earns_points():
    """The loss alone counts half a point; with anything else on the sheet that is right it counts whole."""
    scheme = made()
    scheme.cap(0.5, of=("loss",), alone=True, sentence="alone it counts half.")
    marker = Marker(scheme)
    alone = marker.mark(read_answers(json.dumps({"loss": 84.5}), "t/says"), GIVEN)
    assert (alone.points, alone.withheld) == (0.5, 1.5)
    assert alone.remarks == ("1.5 points are withheld, once: alone it counts half.",)
    assert marker.mark(read_answers(json.dumps({"loss": 84.5, "y": 13}), "t/says"), GIVEN).points == 4


@pytest.mark.parametrize(
    ("outer", "points"),
    [
        ([[2, 28], [3, 42]], 4),
        ([[2, 28], [3, 41]], 3),
        ([[2, 29], [3, 41]], 2),
        ([[2, 29], [4, 41]], 1),
        ([[5, 29], [4, 41]], 0),
        ([[2, 2], [2, 2]], 0),  # one number everywhere hits one entry
        ([[1, -2], [0.5, 4]], 0),  # the given matrix
    ],
)
def test_every_entry_earns_its_share(mark, outer, points):
    step = mark(a=[-4, 13], h=[0, 13], outer=outer).steps["outer"]
    assert step.points == points
    assert step.partial == (0 < points < 4)
    if points == 3:
        assert step.remark == "Right but for row 2 column 2."


def test_an_answer_may_have_another_name(mark):
    assert mark(z=[-4, 13]).steps["a"].state == "exact"
    both = mark(a=[-4, 13], z=[1, 1])
    assert both.steps["a"].state == "exact"
    assert both.remarks == ("Not asked for and not marked: z.",)
    sheet = AnswerSheet(EXERCISE, Owner())
    sheet.pre = [-4, 13]
    assert sheet.a == sheet.z == [-4, 13]
    assert answers_of(sheet) == {"a": [-4, 13]}
    assert "1 of 5 answers can be read" in receipt(EXERCISE, Sheet("t/says", {"z": write([-4, 13])})).text
    with pytest.raises(AttributeError, match="does not ask for 'b'"):
        sheet.b = 1


def test_an_answer_may_have_another_shape(mark):
    step = mark(a=[-4, 13], h=[0, 13], outer=[2, 28, 3, 42]).steps["outer"]
    assert (step.state, step.points) == ("exact", 4)
    assert read_back("outer", EXERCISE.answers["outer"], write([2, 28, 3, 42])).state == "received"
    assert mark(outer=[2, 28, 3]).steps["outer"].state == "unusable"
    with pytest.raises(ValueError, match="not as many entries"):
        Answer("O", (2, 2), "", shapes=((3,),))


def test_a_cap_that_makes_no_sense_is_refused():
    scheme = made()
    with pytest.raises(SchemeError, match="only one"):
        scheme.cap(1, of=("y",), sentence="")
    scheme.cap(2, of=("y",), cause="relu", sentence="")
    with pytest.raises(SchemeError, match="caps nothing; they have 2"):
        scheme.check()
    scheme = made()
    scheme.cap(1, of=("y",), cause="gate", sentence="")
    with pytest.raises(SchemeError, match="no slip has the cause 'gate'"):
        scheme.check()
    scheme = made()
    scheme.cap(1, of=("y",), when=lambda given, answers: answers["y"] == 13, sentence="")
    assert lint(scheme).problems == ["the cap of y holds on the right answers"]
