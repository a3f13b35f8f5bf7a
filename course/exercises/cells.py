"""The names under which an exercise stands in a notebook and in nbgrader's gradebook.

The graded cell of `mlp/relu-sgd` is `mlp--relu-sgd`, since nbgrader allows letters, digits, `-` and `_` only;
the other cells of the exercise add a part: `mlp--relu-sgd--answer`.
"""

from course.exercises import CATALOGUE, Exercise

SETUP = "course--setup"
GIVEN, SHOW, ANSWER, WRITTEN = "given", "show", "answer", "written"
_SEPARATOR = "--"
_LONGEST_STUDENT = 200  # bytes of a folder's name that every file system allows, with room for an ending


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
    """Say what is wrong with a student id that no folder can carry, or no terminal show; empty if nothing.

    >>> unusual_student("Zoë O'Neil"), unusual_student("a/b")
    ('', "the student id 'a/b' cannot be graded: ...")
    """
    letters = student.isprintable() and student == student.strip() and not set(student) & set("/,*?[]")
    if letters and student.strip(".") and len(student.encode("utf-8", "replace")) <= _LONGEST_STUDENT:
        return ""
    return (
        f"the student id {student[:60]!r} cannot be graded: it may have letters, digits, signs, blanks inside, "
        f"{_LONGEST_STUDENT} bytes, and no line end or any of / , * ? [ ]; rename the folder of the submission"
    )
