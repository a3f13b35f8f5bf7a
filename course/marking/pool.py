"""What the draws of an exercise tell: how large its steps get, which values its givens take, and how often."""

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, combinations, islice, zip_longest
from typing import Any, NamedTuple

import jax
import numpy as np

from course.exercises import Exercise
from course.exercises.base import WORDS

SAMPLE = 256  # draws of the pool that are looked at
UNSEEN = 0.01  # of a class may have a value that the sample does not show
MOST = 4096  # misreadings of which one step is worked out
BEYOND = (1.25, 1.75, 2.5, 4.0, 7.0)  # times the largest value of a field
FAR = 100  # times the largest value of a field: nobody reads such a number there
NEAREST, MIDDLE = 8, 3  # numbers that answers do not tell apart, which are tried
DRAWN, UNDRAWN, FINER = range(3)  # how far-fetched it is that a number was read


Changes = tuple[tuple[str, int, float], ...]
"""Every entry that is read otherwise: its field, its place in the flattened value, what was read."""


class Candidate(NamedTuple):
    """Given values with one thing read otherwise.

    Attributes:
        given_values: what was given.
        changes: what is read otherwise: one entry, or two values that are exchanged.
        far_fetched: `DRAWN` if it is a slip of the eye, or one of the values that are drawn; the others are worked
            out from an answer: `UNDRAWN`, or `FINER` with more decimals than any that is drawn.
        about: whether the sheet does not tell it from numbers near it.
    """

    given_values: Any
    changes: Changes
    far_fetched: int = DRAWN
    about: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """The field that was misread, or the two that were exchanged."""
        return tuple(dict.fromkeys(field for field, _, _ in self.changes))

    @property
    def place(self) -> tuple[int, ...]:
        """Index of the entry that was misread, empty where values were exchanged or there is one alone."""
        if len(self.changes) > 1:
            return ()
        field, place, _ = next(iter(self.changes))
        return tuple(map(int, np.unravel_index(place, np.shape(getattr(self.given_values, field)))))

    @property
    def field(self) -> str:
        """What was misread, for a person."""
        place = "[" + ", ".join(str(i + 1) for i in self.place) + "]" if self.place else ""
        return " and ".join(self.fields) + place

    @property
    def read(self) -> str:
        """What was read, for a person."""
        return f"{'about ' if self.about else ''}{self._words(self.numbers)}"

    @property
    def given(self) -> str:
        """What is given, for a person."""
        return self._words(self.given_values)

    @property
    def numbers(self) -> Any:
        """The given values as they were read."""
        return jax.tree.map(lambda leaf: leaf[0], changed(self.given_values, [self.changes]))

    def _words(self, values: Any) -> str:
        leaves = [np.asarray(getattr(values, field)) for field in self.fields]
        return " and ".join(_shown(leaf[self.place] if self.place else leaf) for leaf in leaves)


def changed(given: Any, readings: Sequence[Changes]) -> Any:
    """Give the given values of one sheet as they were read, in every one of these ways, along a new axis 0."""

    def again(leaf: Any) -> np.ndarray:
        return np.repeat(np.asarray(leaf)[None], len(readings), axis=0)

    read: dict[str, list[tuple[int, int, float]]] = {}
    for row, changes in enumerate(readings):
        for field, place, value in changes:
            read.setdefault(field, []).append((row, place, value))
    stacked = jax.tree.map(again, given)
    for field, entries in read.items():
        rows, places, values = (np.array(column) for column in zip(*entries, strict=True))
        leaf = getattr(stacked, field)
        # Whole numbers may be read as, or exchanged with, numbers that are not whole.
        leaf = leaf.astype(np.result_type(leaf, values)) if np.any(values != np.round(values)) else leaf
        leaf.reshape(len(readings), -1)[rows, places] = values
        stacked = stacked._replace(**{field: leaf})
    return stacked


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
        self._grids = {field: _grid(values) for field, values in self._values.items()}
        # Nobody reads a size or a count with a minus, and with one any whole number would be what some formula
        # gives. A given value is one where all that is asked are whole numbers and it was never drawn below zero.
        whole = {answer.dtype for answer in exercise.answers.values()} <= {"int"} | WORDS
        self._counts = {
            field
            for field, values in self._values.items()
            if whole and np.all((values >= 0) & (values == np.round(values)))
        }
        self._decimals = {field: max(map(_decimals, grid)) for field, grid in self._grids.items()}
        # A class has few values in a field, and is asked for them many times.
        self._of_entry = functools.lru_cache(maxsize=1 << 14)(self._misread_entry)
        self._unlikely = functools.lru_cache(maxsize=1 << 14)(self._bits_of)

    def bits(self, field: str, mine: Any, theirs: Any) -> float:
        """Give how unlikely somebody else's value of a field is by chance, in bits.

        The share of the draws that have it is counted entry by entry of those that differ.
        """
        if field not in self._values:
            return 0.0
        theirs = np.asarray(theirs, dtype=float)
        differs = np.asarray(mine, dtype=float) != theirs
        return float(np.sum(self._unlikely(field, theirs.tobytes()) * differs))

    def _bits_of(self, field: str, value: bytes) -> np.ndarray:
        """Give how unlikely each entry of a field's value is, in bits; the value is that of doubles."""
        values = self._values[field]
        share = np.mean(values == np.frombuffer(value).reshape(values.shape[1:]), axis=0)
        # What was never drawn is taken for half as likely as what was drawn once.
        return -np.log2(np.maximum(share, 0.5 / len(self.givens)))

    def misreadings(self, given: Any, fields: frozenset[str]) -> list[Changes]:
        """Give the ways in which one of these fields may have been misread, at most `MOST`.

        One entry with the other sign, two digits swapped, the point a place off, two values exchanged, another
        value of its grid.
        """
        entries = [self._of_entry(*entry) for entry in self.entries(given, fields)]
        found = dict.fromkeys(chain.from_iterable(slips for slips, _ in entries))
        found |= dict.fromkeys(self._exchanged(given, fields))
        # The nearest first: if there are too many, far ones are left out of every entry alike.
        found |= dict.fromkeys(chain.from_iterable(zip_longest(*(others for _, others in entries))))
        return list(islice(filter(None, found), MOST))

    def beyond(self, given: Any, fields: frozenset[str]) -> list[Changes]:
        """Give numbers outside of what is drawn, from which it is worked out what was read for an entry."""
        found: list[Changes] = []
        for field, place, _ in self.entries(given, fields):
            largest = float(np.max(np.abs(self._values[field]))) or 1.0
            signs = (1,) if field in self._counts else (1, -1)
            found += [((field, place, sign * times * largest),) for sign in signs for times in BEYOND]
        return found

    def entries(self, given: Any, fields: frozenset[str]) -> list[tuple[str, int, float]]:
        """Give every number of these fields: the field, its place in the flattened value, itself."""
        return [
            (field, place, value)
            for field in self._values
            if field in fields
            for place, value in enumerate(np.asarray(getattr(given, field), dtype=float).ravel().tolist())
        ]

    def readable(self, field: str, low: float, high: float) -> dict[float, int]:
        """Give the numbers between two bounds that a person may have read in a field.

        These are the shortest, those with as many decimals as the field has, and the middle ones of those with one
        more. Nobody reads a part of what is counted, a zero, a minus before a count, or a number a hundred
        times too large.

        Args:
            field: of the given values.
            low: the least that agrees with an answer.
            high: the largest.

        Returns:
            How far-fetched each is: `FINER` with more decimals than the field has, else `UNDRAWN`.
        """
        decimals, middle = self._decimals[field], (low + high) / 2
        largest = FAR * float(np.max(np.abs(self._values[field])))
        found: dict[float, int] = {}
        if not (math.isfinite(middle) and low <= high and abs(middle) <= largest):
            return found
        for places in range(decimals + 1):
            if places == decimals or not found:
                found |= dict.fromkeys(_between(low, high, places, NEAREST), UNDRAWN)
        if decimals:
            finer = _between(low, high, decimals + 1, MIDDLE if found else NEAREST)
            found = dict.fromkeys(finer, FINER) | found
        counts = field in self._counts
        return {number: how for number, how in found.items() if number and not (number < 0 and counts)}

    def _misread_entry(self, field: str, place: int, value: float) -> tuple[list[Changes], list[Changes]]:
        """Give the slips of the eye at one entry, and the other values of its grid, the nearest first."""
        turned = () if field in self._counts else (-value,)
        slipped = () if value == round(value) else (round(10 * value, 9), round(value / 10, 9))
        slips = [other for other in (*turned, *_swapped(value), *slipped) if other]
        others = sorted((other for other in self._grids[field] if other != value), key=lambda o: abs(o - value))
        read_so = [[((field, place, other),) for other in each] for each in (slips, others)]
        return read_so[0], read_so[1]

    def _exchanged(self, given: Any, fields: frozenset[str]) -> Iterator[Changes]:
        for first, second in combinations(self._values, 2):
            one, two = np.asarray(getattr(given, first)), np.asarray(getattr(given, second))
            if one.shape == two.shape and {first, second} & fields:
                pairs = list(enumerate(zip(one.ravel().tolist(), two.ravel().tolist(), strict=True)))
                read = [(first, place, theirs) for place, (mine, theirs) in pairs if mine != theirs]
                read += [(second, place, mine) for place, (mine, theirs) in pairs if mine != theirs]
                yield tuple(read)
        for field in (name for name in self._values if name in fields):
            value = np.asarray(getattr(given, field)).ravel().tolist()
            for i, j in combinations(range(len(value)), 2) if len(value) <= 9 else ():
                if value[i] != value[j]:
                    yield (field, i, value[j]), (field, j, value[i])


def _grid(values: np.ndarray) -> list[float]:
    """Give the values that a field takes: those drawn, and those between them where a sample cannot show all.

    The share of values that were drawn once is about how likely another draw has one that was not (Good, 1953).
    """
    seen, often = np.unique(values, return_counts=True)
    if np.sum(often == 1) <= UNSEEN * values.size or len(seen) < 3:
        return seen.tolist()
    step = np.min(np.diff(seen))
    places = (seen - seen[0]) / step
    if np.any(np.abs(places - np.round(places)) > 1e-6) or places[-1] > SAMPLE:
        return seen.tolist()
    between = np.round(seen[0] + step * np.arange(round(places[-1]) + 1), 9)
    return np.union1d(np.round(seen, 9), between[between != 0]).tolist()


def _between(low: float, high: float, places: int, most: int) -> list[float]:
    """Give numbers with so many decimals from low to high, the nearest to their middle first."""
    unit = 10.0**-places
    slack = 1e-9 * max(abs(low), abs(high))
    first, last = math.ceil((low - slack) / unit), math.floor((high + slack) / unit)
    middle = (low + high) / (2 * unit)
    around = range(max(first, round(middle) - most), min(last, round(middle) + most) + 1)
    return [round(number * unit, places) for number in sorted(around, key=lambda each: abs(each - middle))[:most]]


def _decimals(value: float) -> int:
    """Give how many decimals a number is written with."""
    return len(np.format_float_positional(value, precision=9, trim="-").partition(".")[2])


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
    if value.shape == ():
        return f"{float(value):g}"
    return np.array2string(value, separator=", ", formatter={"float_kind": lambda v: f"{v:g}"}).replace("\n", "")


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
