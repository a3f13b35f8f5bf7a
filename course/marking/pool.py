"""What the draws of an exercise tell: how large its steps get, which values its givens take, and how often."""

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any, NamedTuple

import jax
import numpy as np

from course.exercises import Exercise

SAMPLE = 256  # draws of the pool that are looked at
MOST = 4096  # misreadings of which one step is worked out


class Candidate(NamedTuple):
    """Given values with one thing read otherwise: the field, what was read and what is given, for a person."""

    field: str
    read: str
    given: str
    numbers: Any


class Pool:
    """The first draws of an exercise, and the document's own numbers.

    Args:
        exercise: what is asked.
    """

    def __init__(self, exercise: Exercise) -> None:
        drawn = [] if exercise.draw is None else [exercise.variant(index) for index in range(SAMPLE)]
        self.givens = [exercise.seed(), *drawn]
        self.exercise = exercise
        self._values: dict[str, np.ndarray] = {}
        for field in exercise.seed()._fields if drawn else ():
            leaves = [getattr(given, field) for given in self.givens]
            plain = all(isinstance(leaf, int | float | np.ndarray | np.generic) for leaf in leaves)
            if plain and len({np.shape(leaf) for leaf in leaves}) == 1:
                self._values[field] = np.stack([np.asarray(leaf, dtype=float) for leaf in leaves])

    def bits(self, field: str, mine: Any, theirs: Any) -> float:
        """Give how unlikely somebody else's value of a field is by chance, in bits.

        The share of the draws that have it is counted entry by entry of those that differ.
        """
        if field not in self._values:
            return 0.0
        theirs = np.asarray(theirs, dtype=float)
        share = np.mean(self._values[field] == theirs, axis=0)
        differs = np.asarray(mine, dtype=float) != theirs
        # What was never drawn is taken for half as likely as what was drawn once.
        return float(np.sum(-np.log2(np.maximum(share, 0.5 / len(self.givens))) * differs))

    def misreadings(self, given: Any, fields: frozenset[str]) -> list[Candidate]:
        """Give the ways in which one of these fields may have been misread, at most `MOST`.

        One entry with the other sign, two digits swapped, two values exchanged, another value of its grid.
        """
        seen = {_key(given)}
        found: list[Candidate] = []
        for candidate in self._readings(given, fields):
            key = _key(candidate.numbers)
            if key not in seen and len(found) < MOST:
                seen.add(key)
                found.append(candidate)
        return found

    def _readings(self, given: Any, fields: frozenset[str]) -> Iterator[Candidate]:
        entries = [
            (field, index)
            for field in self._values
            if field in fields
            for index in np.ndindex(np.shape(getattr(given, field)))
        ]
        for field, index in entries:
            value = float(np.asarray(getattr(given, field))[index])
            for other in (-value, *_swapped(value)):
                if other:
                    yield _read(given, field, index, other)
        yield from self._exchanged(given, fields)
        others: list[tuple[float, Candidate]] = []
        for field, index in entries:
            value = float(np.asarray(getattr(given, field))[index])
            grid = np.unique(self._values[field])
            # The nearest first: if there are too many, far ones are left out of every entry alike.
            for rank, other in enumerate(sorted(grid[grid != value], key=lambda v: abs(v - value))):
                others.append((rank, _read(given, field, index, float(other))))
        yield from (candidate for _, candidate in sorted(others, key=lambda item: item[0]))

    def _exchanged(self, given: Any, fields: frozenset[str]) -> Iterator[Candidate]:
        for first, second in combinations(self._values, 2):
            one, two = np.asarray(getattr(given, first)), np.asarray(getattr(given, second))
            if one.shape == two.shape and {first, second} & fields:
                swapped = given._replace(**{first: two, second: one})
                names = f"{first} and {second}"
                yield Candidate(
                    names, f"{_shown(two)} and {_shown(one)}", f"{_shown(one)} and {_shown(two)}", swapped
                )
        for field in fields & self._values.keys():
            value = np.asarray(getattr(given, field))
            for i, j in combinations(range(value.size), 2) if value.size <= 9 else ():
                other = value.copy().reshape(-1)
                other[[i, j]] = other[[j, i]]
                new = other.reshape(value.shape)
                yield Candidate(field, _shown(new), _shown(value), given._replace(**{field: new}))


def _read(given: Any, field: str, index: tuple[int, ...], other: float) -> Candidate:
    value = np.array(getattr(given, field))
    before = float(value[index])
    value[index] = other
    place = "" if not index else "[" + ", ".join(str(i + 1) for i in index) + "]"
    return Candidate(f"{field}{place}", f"{other:g}", f"{before:g}", given._replace(**{field: value}))


def _swapped(value: float) -> Iterator[float]:
    """Give a number with two of its digits swapped."""
    text = f"{abs(value):g}"
    digits = [place for place, character in enumerate(text) if character.isdigit()]
    for i, j in combinations(digits, 2):
        if text[i] != text[j]:
            letters = list(text)
            letters[i], letters[j] = letters[j], letters[i]
            yield float("".join(letters)) * (1 if value >= 0 else -1)


def _shown(value: np.ndarray) -> str:
    return np.array2string(value, separator=", ", formatter={"float_kind": lambda v: f"{v:g}"}).replace("\n", "")


def _key(given: Any) -> bytes:
    return b"|".join(np.asarray(leaf, dtype=float).tobytes() for leaf in jax.tree.leaves(given))


def fields_used(call: Callable[..., Any], given: Any, probe: Any, parents: Mapping[str, Any]) -> set[str]:
    """Give the given values that a step's own formula uses, its parents' apart.

    Args:
        call: evaluates the step: (given, probe, parents) -> value.
        given: numbers with which it can be evaluated.
        probe: inputs of functions, if there are any.
        parents: values of its parents.
    """
    jaxpr = jax.make_jaxpr(lambda values: call(values, probe, parents))(given).jaxpr
    used = {id(variable) for equation in jaxpr.eqns for variable in equation.invars}
    used |= {id(variable) for variable in jaxpr.outvars}
    names: set[str] = set()
    place = 0
    for field in given._fields:
        leaves = len(jax.tree.leaves(getattr(given, field)))
        if any(id(variable) in used for variable in jaxpr.invars[place : place + leaves]):
            names.add(field)
        place += leaves
    return names
