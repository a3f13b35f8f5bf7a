"""Every exercise as it is asked: given values, the documents' numbers, personal variants, names of the answers."""

import difflib

from course.errors import CourseError
from course.exercises import (
    cnn,
    cnn_architectures,
    cnn_by_hand,
    cnn_formulas,
    cnn_layers,
    mlp,
    mlp_functions,
    momentum,
    regularization,
    regularization_functions,
    training,
)
from course.exercises.base import Answer, Exercise

_TOPICS = (
    mlp,
    mlp_functions,
    cnn,
    cnn_by_hand,
    cnn_architectures,
    cnn_layers,
    cnn_formulas,
    regularization,
    regularization_functions,
    momentum,
    training,
)

CATALOGUE: dict[str, Exercise] = {
    item.id: item for topic in _TOPICS for item in vars(topic).values() if isinstance(item, Exercise)
}
"""All exercises by id, in the order in which they are taught."""


class UnknownExercise(CourseError):
    """Raised for an id that no exercise has; the message names the nearest ones."""


def find(exercise_id: str) -> Exercise:
    """Give the exercise with this id.

    Raises:
        UnknownExercise: if there is none.

    >>> find("mlp/relu-sdg")
    Traceback (most recent call last):
    course.exercises.UnknownExercise: there is no exercise 'mlp/relu-sdg'; did you mean mlp/relu-sgd ...?
    """
    if exercise_id in CATALOGUE:
        return CATALOGUE[exercise_id]
    near = difflib.get_close_matches(exercise_id, CATALOGUE, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else "`course exercises` lists them all"
    raise UnknownExercise(f"there is no exercise {exercise_id[:64]!r}; {hint}")


__all__ = ["CATALOGUE", "Answer", "Exercise", "UnknownExercise", "find"]
