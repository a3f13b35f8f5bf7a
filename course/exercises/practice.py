"""Practice numbers: never the graded numbers of anybody, so that marking them tells nothing of a graded sheet.

Graded numbers are among the first `POOL` draws of an exercise, or the document's own. Practice numbers are later
draws, and only those whose values are none of all these. `course lint --write` keeps a table of such draws that
are well-posed too; an exercise without a table is searched for them.
"""

import functools
import hashlib
import importlib.resources
import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from course.errors import CourseError
from course.exercises.base import Exercise
from course.exercises.variants import COURSE, POOL, SAMPLER_VERSION, Draw, normalise_id, require_sampler

LAST = 2 * POOL  # one past the last draw that is looked at
KEPT = 256  # practice draws an exercise
LAST_ROUND = 1000
TABLE = "practice.json"


class NoPractice(CourseError):
    """Raised for an exercise or a round that cannot be practised; the message says why."""


def practice_given(
    exercise: Exercise,
    student: str | None,
    round_number: int = 1,
    course: str = COURSE,
    sampler: int = SAMPLER_VERSION,
) -> Any:
    """Give a student's numbers for one round of practice.

    The key has a salt of its own, and successive rounds have different numbers until all of the exercise's
    practice draws were used. Functions have the document's numbers, and are tried on the practice inputs.

    Args:
        exercise: what is practised.
        student: whose numbers; None for nobody's.
        round_number: from 1 to `LAST_ROUND`.
        course: name of the course.
        sampler: the version of the sampler under which the graded numbers were given out.

    Raises:
        UnknownSampler: for a version that this package does not have.
        NoPractice: for a round out of range, or where nothing would be apart from the graded numbers.
        BadStudentId: if the id is empty or too long.
    """
    if not 1 <= round_number <= LAST_ROUND:
        raise NoPractice(f"a round of practice from 1 to {LAST_ROUND} was expected, got {round_number}")
    require_sampler(sampler)
    refuse_unpractised(exercise)
    if exercise.draw is None:
        return exercise.seed()
    draws = practice_draws(exercise, sampler)
    who = "" if student is None else normalise_id(student)
    key = f"practice|{course}|{sampler}|{exercise.id}|{who}"
    start = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    return exercise.variant(draws[(start + round_number) % len(draws)], sampler)


def refuse_unpractised(exercise: Exercise) -> None:
    """Refuse an exercise of which nothing can be practised.

    Raises:
        NoPractice: if it asks for no answers, or everybody has the same numbers and they are the graded ones.
    """
    if not exercise.answers:
        raise NoPractice(f"{exercise.id} is answered in prose, which nothing but a person can mark")
    if exercise.draw is None and any(answer.dtype != "function" for answer in exercise.answers.values()):
        raise NoPractice(f"{exercise.id} has the same numbers for everybody, and these are graded")
    if exercise.draw is not None and not practice_draws(exercise):
        raise NoPractice(f"{exercise.id} has too few variants: there are no numbers that are not graded ones")


def practice_draws(exercise: Exercise, sampler: int = SAMPLER_VERSION) -> tuple[int, ...]:
    """Give the draws of an exercise that are for practice, from its table or by searching."""
    if exercise.draw is None:
        return ()
    listed = _tables(sampler).get(exercise.id)
    return tuple(listed) if listed is not None else _searched(exercise.id, exercise.draw, exercise.seed)


def apart(exercise_id: str, draw: Callable[[Draw], Any], seed: Callable[[], Any]) -> Iterator[int]:
    """Find the later draws that have numbers of their own: not the document's, no graded draw's, none twice."""
    taken = {fingerprint(draw(Draw(exercise_id, index))) for index in range(POOL)}
    taken.add(fingerprint(seed()))
    for index in range(POOL, LAST):
        numbers = fingerprint(draw(Draw(exercise_id, index)))
        if numbers not in taken:
            taken.add(numbers)
            yield index


def fingerprint(given: Any) -> str:
    """Give a text that is the same for given values that are equal as numbers, and for no others.

    >>> fingerprint((np.array([1.0, -0.0]), 2)) == fingerprint(([1, 0], np.array(2.0)))
    True
    """
    if isinstance(given, tuple | list):
        return f"({','.join(map(fingerprint, given))})"
    array = np.asarray(given, dtype=np.float64) + 0.0  # -0.0 + 0.0 is 0.0
    return fingerprint(list(array)) if array.ndim else repr(float(array))


def listed(given: Any) -> dict[str, Any]:
    """Give the given values as nested lists of numbers by name, as JSON has them.

    >>> from course.exercises import find
    >>> listed(find("mlp/relu-sgd").seed())["W2"]
    [1.0, 2.0, -1.0]
    """
    return {name: _as_lists(getattr(given, name)) for name in given._fields}


def _as_lists(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_as_lists(part) for part in value]
    return np.asarray(value, dtype=np.float64).tolist()


@functools.cache  # 2 s for each answer to practice otherwise, where no table has the exercise
def _searched(exercise_id: str, draw: Callable[[Draw], Any], seed: Callable[[], Any]) -> tuple[int, ...]:
    return tuple(islice(apart(exercise_id, draw, seed), KEPT))


@functools.cache  # 0.3 ms for each answer to practice otherwise
def _tables(sampler: int) -> dict[str, list[int]]:
    name = TABLE if sampler == SAMPLER_VERSION else f"practice_{sampler}.json"
    return json.loads(importlib.resources.files("course.exercises").joinpath(name).read_text("utf-8"))
