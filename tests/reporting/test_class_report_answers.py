"""What was right for everybody, and what follows from their own answers, by hand on the document's numbers.

x = (2, 3), W1 = [-1 2 1; 2 -1 -1], W2 = (1, 2, -1): a1 = (6, -3), z1 = (6, 0), y_hat = 1 + 2·6 - 0 = 13.
"""

import numpy as np
import pytest

from course.demo.students import chain
from course.exercises import find
from course.marking import registry
from course.marking.report import Report, StepMark
from course.reporting.class_report.answers import answers_of, given_of, operands_of
from course.reporting.class_report.graded_work import ClassWork, ExerciseWork, Graded
from course.reporting.class_report.summary import summarise
from course.sheet import Sheet, write
from tests.mark_schemes import SOLUTIONS

EXERCISE = "mlp/relu-sgd"


@pytest.fixture(scope="module")
def scheme():
    return registry.load((SOLUTIONS,))[EXERCISE]


def report(states=None, *, foreign=False, slip=""):
    marks = {name: StepMark(state, 0.0, 1.0, "", slip=slip) for name, state in (states or {}).items()}
    return Report(EXERCISE, None, 0.0, 11.0, marks, foreign)


def sheet(**answers):
    return Sheet(EXERCISE, {name: write(value) for name, value in answers.items()})


@pytest.fixture(scope="module")
def found(scheme):
    sheets = [
        sheet(a1=[6, -3], z1=[6, -3]),
        sheet(a1=[4, -3]),
        sheet(a1=[4, -3]),
        sheet(a1="six", z1=[[1, 2], [3, 4]]),
    ]
    reports = [report(), report(), report(foreign=True), None]
    givens = [find(EXERCISE).seed()] * 4
    return answers_of(scheme, sheets, reports, givens, [None] * 4)


def test_the_right_values_are_the_documents(found):
    assert found["a1"].truth.tolist() == [[6, -3]] * 4
    assert found["y_hat"].truth.tolist() == [13] * 4


def test_what_follows_rests_on_the_students_own_answers(found):
    # The ReLU forgotten: 1 + 2·6 + 3. A missing z1 is max(0, a1) = (4, 0): 1 + 2·4. Foreign sheets are not followed.
    assert found["y_hat"].expected.tolist() == [16, 9, 13, 13]
    assert found["z1"].expected.tolist() == [[6, 0], [4, 0], [6, 0], [6, 0]]


def test_what_cannot_be_read_is_no_answer(found):
    assert found["a1"].read.tolist() == [True, True, True, False]
    assert found["z1"].read.tolist() == [True, False, False, False]


def test_a_square_matrix_taken_for_transposed_goes_on_turned():
    scheme = registry.load((SOLUTIONS,))["mlp/relu-backprop"]
    given = scheme.exercise.seed()
    right = chain(scheme, given)
    assert not np.allclose(right["dW2"], right["dW2"].T)
    handed = Sheet("mlp/relu-backprop", {"dW2": write(right["dW2"].T.tolist())})
    marks = [report({"dW2": "slip"}, slip=slip) for slip in ("transposed", "another")]
    turned = answers_of(scheme, [handed] * 2, marks, [given] * 2, [None] * 2)["new_W2"]
    assert np.allclose(turned.expected[0], right["new_W2"])
    assert not np.allclose(turned.expected[1], right["new_W2"])


def test_an_answer_is_not_explained_by_what_was_made_of_it(scheme, found):
    given = given_of([find(EXERCISE).seed()] * 4)
    assert set(operands_of(scheme, "z1", given, found)) == {"x", "y", "W1", "W2", "a1"}
    # The weight's change is made from dW1, and the direction from that.
    assert {"delta_w", "direction"} & set(operands_of(scheme, "dW1", given, found)) == set()


GUILTY, CARELESS = (3, 7, 11, 12), (0, 5)


def candidates(scheme, mistake):
    """The report's candidates of a class with personal numbers, four of whom make the mistake in y_hat."""
    students = tuple(f"student-{n:02d}" for n in range(16))
    givens = [scheme.exercise.given(student, "a course") for student in students]
    sheets, reports = [], []
    for place, given in enumerate(givens):
        right = chain(scheme, given)
        y_hat = float(right["y_hat"])
        if place in GUILTY:
            y_hat = mistake(given, right)
        if place in CARELESS:
            y_hat += 3.7 + place
        sheets.append(sheet(a1=right["a1"].tolist(), z1=right["z1"].tolist(), y_hat=y_hat))
        state = "wrong" if place in GUILTY + CARELESS else "exact"
        reports.append(report({"a1": "exact", "z1": "exact", "y_hat": state}))
    nothing = ("",) * len(students)
    work = ExerciseWork(
        exercise=EXERCISE,
        notebook="one",
        students=students,
        reports=tuple(reports),
        reviews=nothing,
        notes=nothing,
        sheets=(1,) * len(students),
        scheme=scheme,
        sheet=tuple(sheets),
        given=given_of(givens),
        answers=answers_of(scheme, sheets, reports, givens, [None] * len(students)),
    )
    graded = tuple(Graded(student, 1.0, 11.0) for student in students)
    return summarise(ClassWork("c", "mlp", students, graded, (work,))).candidates


def test_a_mistake_that_the_scheme_does_not_know_is_found_on_personal_numbers(scheme):
    (found,) = candidates(scheme, lambda given, right: float(right["y_hat"] + given.y))
    assert (found.step, found.kind) == ("y_hat", "expression")
    assert found.students == tuple(f"student-{place:02d}" for place in GUILTY)
    assert found.explanation == "the right value + `y`"


def test_what_no_short_expression_gives_is_not_claimed(scheme):
    assert candidates(scheme, lambda given, right: float(right["z1"][0] ** 2 * given.W2[1] + given.x[0])) == ()
