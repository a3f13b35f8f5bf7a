"""Ordinary graded cells whose outcome is unclear, beside what nbgrader itself makes of them."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.utils import determine_grade
from traitlets.config import Config

from course.grading.record import Record
from course.grading.review import in_words
from course.grading.stages.fail_closed import FailClosed

ABOUT = {"grade": True, "solution": False, "locked": True, "grade_id": "tests", "points": 3, "schema_version": 3}


def value(text):
    return new_output("execute_result", data={"text/plain": text})


ERROR = new_output("error", ename="AssertionError", evalue="", traceback=[])
PRINT = new_output("stream", name="stdout", text="fine")


def grade(outputs, *, completed=True, **settings):
    cell = new_code_cell("check(answer)", metadata={"nbgrader": dict(ABOUT)}, outputs=[*outputs])
    record = Record(completed={cell.id} if completed else set())
    stage = FailClosed(config=Config({"Gradbook": settings}))
    stage.preprocess(new_notebook(cells=[cell]), {"course": record})
    return determine_grade(cell)[0], in_words(record.review.get("tests", ()))


@pytest.mark.parametrize(
    ("outputs", "points"),
    [([], 3), ([PRINT], 3), ([value("1.5")], 1.5), ([value("0")], 0), ([value("3")], 3), ([ERROR], 0)],
)
def test_what_is_clear_is_what_nbgrader_makes_of_it(outputs, points):
    assert grade(outputs) == (points, "")


@pytest.mark.parametrize("text", ["nan", "-1", "True", "array(2.)", "inf", "", "'3'"])
def test_a_value_that_is_no_number_of_points_earns_nothing(text):
    points, why = grade([value(text)])
    assert points == 0
    assert "no number of points from 0 to 3" in why


@pytest.mark.parametrize("text", ["nan", "-1", "True", "array(2.)"])
def test_switched_off_it_is_as_nbgrader_has_it(text):
    assert grade([value(text)], fail_closed=False) == (3, "")


def test_a_cell_that_never_ran_earns_nothing():
    assert grade([], completed=False) == (0, "it did not run to its end")
    assert grade([], completed=False, fail_closed=False) == (3, "")


def test_a_value_put_before_a_failure_or_another_value_earns_nothing():
    assert grade([value("3.0"), ERROR]) == (0, "it gave a value and failed")
    assert grade([value("3.0"), ERROR], fail_closed=False) == (3, "")
    assert grade([value("3.0"), value("1.0")])[0] == 0
    assert grade([ERROR, value("3.0")]) == (0, "")
