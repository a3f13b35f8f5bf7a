"""Every exercise as it is asked: given values, the documents' numbers, personal variants, names of the answers."""

from course.exercises.base import Answer, Exercise
from course.exercises.catalogue import Catalogue, UnknownExercise
from course.exercises.in_order import TAUGHT

CATALOGUE = Catalogue(TAUGHT)
"""All exercises by id. An instructor's own are in it after `course.exercises.own.load` and no sooner."""


def find(exercise_id: str) -> Exercise:
    """Return the exercise of the catalogue with this id.

    Raises:
        UnknownExercise: if there is none.

    >>> find("mlp/relu-sdg")
    Traceback (most recent call last):
    course.exercises.catalogue.UnknownExercise: there is no exercise 'mlp/relu-sdg'; did you mean mlp/relu-sgd ...?
    """
    return CATALOGUE.find(exercise_id)


__all__ = ["CATALOGUE", "Answer", "Exercise", "UnknownExercise", "find"]
