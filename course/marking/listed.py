"""Answers of several words: what a scheme says is right, and what is said of the rest.

Their values are numbers, one an entry: of `several` 1 for every choice that was made, of an `order` the number of
the choice at each place, of a `matching` that of the choice for each unit; -1 where nothing stands.
"""

import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from course.errors import CourseError
from course.exercises import Answer
from course.exercises.base import WORDS

_SAID = 3  # things that a remark names


class NotOffered(CourseError):
    """Raised for a word in a scheme that the exercise does not offer; the message names both."""


def in_numbers(answer: Answer, function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a step's or slip's function that returns words return their numbers."""
    if answer.dtype not in WORDS:
        return function

    @functools.wraps(function)
    def numbers(*args: Any, **named: Any) -> Any:
        return as_numbers(answer, function(*args, **named))

    return numbers


def as_numbers(answer: Answer, result: Any) -> Any:
    """Give what a step returned as numbers: a word or words by their places among the choices.

    Raises:
        NotOffered: for a word that the exercise does not offer.

    >>> as_numbers(Answer.order("o", ("loss", "forward", "update"), ""), ["forward", "loss", "update"])
    [1, 0, 2]
    >>> as_numbers(Answer.several("s", ("a", "b", "c"), ""), ["c", "a"])
    [1, 0, 1]
    >>> as_numbers(Answer.matching("m", ("L1", "L2"), ("small", "sparse"), ""), {"L2": "small", "L1": "sparse"})
    [1, 0]
    """
    if isinstance(result, str):
        return _number(answer, result, answer.choices)
    if isinstance(result, Mapping):
        found = {
            _number(answer, unit, answer.units): _number(answer, word, answer.choices)
            for unit, word in result.items()
        }
        return [found.get(unit, -1) for unit in range(len(answer.units))]
    if not isinstance(result, Sequence | set | frozenset) or not all(isinstance(word, str) for word in result):
        return result
    numbers = [_number(answer, word, answer.choices) for word in result]
    if answer.dtype == "several":
        return [int(number in numbers) for number in range(len(answer.choices))]
    return numbers


def _number(answer: Answer, word: str, known: Sequence[str]) -> int:
    if word not in known:
        raise NotOffered(f"{answer.symbol}: {word!r} is none of {', '.join(known)}")
    return known.index(word)


def remark(answer: Answer, value: np.ndarray, target: np.ndarray, words: Sequence[str]) -> str:
    """Say what is wrong, in the student's own words.

    Args:
        answer: what was asked for.
        value: as read.
        target: what is right, or follows.
        words: what stands on the sheet for each entry of the value; empty where nothing does.
    """
    mine, right = np.rint(value).astype(int), np.rint(target).astype(int)
    match answer.dtype:
        case "several":
            off = [f"“{words[i]}” does not belong here" for i in _places((mine == 1) & (right == 0))]
            left = int(np.sum((mine == 0) & (right == 1)))
            missing = f"{left} {'is' if left == 1 else 'are'} missing"
        case "order":
            place = {int(thing): at for at, thing in enumerate(right)}
            there = [(place[int(thing)], words[at]) for at, thing in enumerate(mine) if thing >= 0]
            off = [
                f"“{first}” comes after “{second}”"
                for (one, first), (two, second) in itertools.pairwise(there)
                if one > two
            ]
            left = len(mine) - len(there)
            missing = f"{left} {'is' if left == 1 else 'are'} missing"
        case _:
            wrong = _places((mine >= 0) & (mine != right))
            off = [f"“{words[i]}” does not go with “{answer.units[i]}”" for i in wrong]
            left = int(np.sum(mine < 0))
            missing = f"{left} {'has' if left == 1 else 'have'} no partner"
    said = off[:_SAID] + ([f"{len(off) - _SAID} more are off"] if len(off) > _SAID else [])
    said += [missing] if left else []
    text = "; ".join(said) or "not right"
    return text[:1].upper() + text[1:] + "."


def _places(flags: np.ndarray) -> list[int]:
    return np.flatnonzero(flags).tolist()


def show(answer: Answer, value: np.ndarray) -> str:
    """Give a right answer as a person would write it."""
    numbers = [int(number) if np.isfinite(number) else -1 for number in value]
    match answer.dtype:
        case "several":
            return (
                ", ".join(choice for choice, made in zip(answer.choices, numbers, strict=True) if made == 1)
                or "none"
            )
        case "order":
            return " → ".join(answer.choices[number] for number in numbers if 0 <= number < len(answer.choices))
    return ", ".join(
        f"{unit}: {answer.choices[number]}"
        for unit, number in zip(answer.units, numbers, strict=True)
        if 0 <= number < len(answer.choices)
    )


def plain(answer: Answer, value: np.ndarray) -> Any:
    """Give a right answer as a sheet has it: a list of words, or an object of them by unit."""
    numbers = np.rint(value).astype(int)
    if answer.dtype == "several":
        return [choice for choice, made in zip(answer.choices, numbers, strict=True) if made == 1]
    words = [answer.choices[number] for number in numbers]
    return words if answer.dtype == "order" else dict(zip(answer.units, words, strict=True))
