"""A class of six, small enough to be worked out by hand, with names and answers that try to be more than text.

`mlp/relu-sgd`, three of its steps, on the document's numbers. Points by step (a1, z1, y_hat), each of 1:

| student      | a1    | z1       | y_hat | sum |
|--------------|-------|----------|-------|-----|
| ann          | exact | exact    | exact | 3   |
| bea          | exact | slip ½   | follows | 2.5 |
| cem          | exact | slip ½   | wrong | 1.5 |
| dan          | wrong | follows  | wrong | 1   |
| eve (foreign)| wrong | wrong    | wrong | 0   |
| HOSTILE      | exact | missing  | unusable | 1 |
"""

import numpy as np

from course.exercises import find
from course.marking.report import Report, StepMark
from course.reporting.class_report.graded_work import Answers, ClassWork, ExerciseWork, Graded, Ran

EXERCISE = "mlp/relu-sgd"
HOSTILE = "<img src=https://example.org/x onerror=alert(1)>"
ANSWER = '"><script>document.title = "taken"</script><style>body { display: none }</style>'
SLIP = "The ReLU is missing: a negative pre-activation becomes 0."
STUDENTS = ("ann", "bea", "cem", "dan", "eve", HOSTILE)
STATES = (
    ("exact", "exact", "exact"),
    ("exact", "slip", "follows"),
    ("exact", "slip", "wrong"),
    ("wrong", "follows", "wrong"),
    ("wrong", "wrong", "wrong"),
    ("exact", "missing", "unusable"),
)
EARNED = {"exact": 1.0, "follows": 1.0, "slip": 0.5, "wrong": 0.0, "missing": 0.0, "unusable": 0.0}
POINTS = np.array([[EARNED[state] for state in row] for row in STATES])
STEPS = ("a1", "z1", "y_hat")


def report(student: str, states: tuple[str, ...]) -> Report:
    steps = {}
    for name, state in zip(STEPS, states, strict=True):
        remark = SLIP if state == "slip" else ANSWER
        symbol = find(EXERCISE).answers[name].symbol
        steps[name] = StepMark(state, EARNED[state], 1.0, remark, yours=ANSWER, expected="1", symbol=symbol)
    foreign = student == "eve"
    points = sum(step.points for step in steps.values())
    return Report(EXERCISE, student, points, 3.0, steps, foreign, "the numbers of ann" if foreign else "", 3.0)


def answers() -> dict[str, Answers]:
    """Of y_hat, where cem and dan are −1 times the right value; nobody's numbers are equal."""
    truth = np.array([13.0, 17.5, 21.25, 30.75, 40.5, 50.25])
    value = truth.copy()
    value[[2, 3]] *= -1
    read = np.array([True, True, True, True, True, False])
    ones = np.full(6, 0.01)
    return {"y_hat": Answers(value, ones, read, truth, truth)}


def small_class(scheme=None) -> ClassWork:
    """The class; with a scheme its unexplained answers are looked at too."""
    work = ExerciseWork(
        exercise=EXERCISE,
        notebook="one",
        students=STUDENTS,
        reports=tuple(map(report, STUDENTS, STATES)),
        reviews=("", "", "", "", "worked on the numbers of ann", ANSWER),
        notes=("", "", "", "", "", ANSWER),
        sheets=(1, 1, 1, 1, 1, 2),
        scheme=scheme,
        answers=answers() if scheme is not None else {},
    )
    graded = tuple(
        Graded(student, float(row.sum()), 4.0, 0.25 if student == "cem" else 0.0, student == "bea")
        for student, row in zip(STUDENTS, POINTS, strict=True)
    )
    ran = (
        Ran("ann", "one", 1.25),
        Ran("dan", "one", 12.5, ("The kernel died.",)),
        Ran(HOSTILE, "one", None, (ANSWER,)),
    )
    return ClassWork("course " + HOSTILE, "one", (*STUDENTS, "zoë", ANSWER), graded, (work,), ran)
