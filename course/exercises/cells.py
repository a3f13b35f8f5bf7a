"""The names under which an exercise stands in a notebook and in nbgrader's gradebook.

The graded cell of `mlp/relu-sgd` is `mlp--relu-sgd`, since nbgrader allows letters, digits, `-` and `_` only;
the other cells of the exercise add a part: `mlp--relu-sgd--answer`.
"""

import re

from course.exercises import CATALOGUE, Exercise

SETUP = "course--setup"
GIVEN, SHOW, ANSWER, WRITTEN = "given", "show", "answer", "written"
_SEPARATOR = "--"
_STUDENT = re.compile(r"[\w.@+-]{1,120}")


def grade_id(exercise_id: str, part: str = "") -> str:
    """Give the name of an exercise's graded cell, or of another of its cells.

    >>> grade_id("mlp/relu-sgd"), grade_id("mlp/relu-sgd", ANSWER)
    ('mlp--relu-sgd', 'mlp--relu-sgd--answer')
    """
    return exercise_id.replace("/", _SEPARATOR) + (_SEPARATOR + part if part else "")


def graded_exercise(name: str) -> Exercise | None:
    """Give the exercise that a graded cell of this name hands over, or None.

    >>> graded_exercise("mlp--relu-sgd").id
    'mlp/relu-sgd'
    >>> graded_exercise("mlp--relu-sgd--answer") is graded_exercise("cell-1") is None
    True
    """
    return CATALOGUE.get(name.replace(_SEPARATOR, "/"))


def unusual_student(student: str) -> str:
    """Say what is wrong with a student id that nbgrader's folders and patterns cannot carry; empty if nothing.

    >>> unusual_student("alice@example.org"), unusual_student("a*b")
    ('', "the student id 'a*b' cannot be graded: ...")
    """
    if _STUDENT.fullmatch(student) and student.strip(".") and not student.startswith("-"):
        return ""
    return (
        f"the student id {student[:60]!r} cannot be graded: it may have letters, digits and . _ @ + - only, "
        "at most 120 of them, and not begin with -; rename the folder of the submission"
    )
