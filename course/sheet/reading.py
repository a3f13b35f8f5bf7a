"""From a sheet's answers to what the engine takes: arrays with their precision, or why an answer is unusable."""

import re
from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from course.exercises import Answer, Exercise
from course.exercises.shapes import squeezed
from course.sheet.entries import arranged, between_wide_blanks
from course.sheet.format import Answer as Handed
from course.sheet.format import Chosen, Edges, Numbers, Outputs, Sheet, Text, Unreadable
from course.sheet.lists import Listed, NotAList, read_list
from course.sheet.names import at_most, counted, left_side, names_itself, stated_units, unbroken, without_name
from course.sheet.number import (
    NotANumber,
    Written,
    has_decimal_comma,
    has_decimal_point,
    is_formula,
    is_working,
    plain_characters,
    read_number,
)
from course.sheet.words import NoSuchWord, split_words, which_choice, which_unit


class Status(IntEnum):
    """How an answer was read from the sheet, before anything is marked."""

    READ = 0
    MISSING = 1
    UNUSABLE = 2
    TRANSPOSED = 3  # of the transposed shape; the value has been put right


class Reading(NamedTuple):
    """One answer as read.

    Attributes:
        value: in the shape that was asked for; the number of a choice, 1 for an edge of a graph. Of `several` 1
            for every choice that was made, of an `order` the number of the choice at each place, of a `matching`
            that of the choice for each unit; -1 where nothing stands.
        unit: precision of each entry, in the same shape.
        status: whether there is a value.
        reason: why it is unusable.
        shape: of an array as it was written.
        numbers: its entries as they were read, in row-major order of that shape.
        words: of several words, what was written for each entry of the value; empty where nothing was.
    """

    value: np.ndarray
    unit: np.ndarray
    status: Status
    reason: str = ""
    shape: tuple[int, ...] = ()
    numbers: tuple[Written, ...] = ()
    words: tuple[str, ...] = ()


class _Unusable(Exception):
    pass


def read_sheet(exercise: Exercise, sheet: Sheet) -> dict[str, Reading]:
    """Read the answer to every step of an exercise; what the exercise does not ask for is left out."""
    handed = by_asked_name(exercise, sheet)
    asked = exercise.answers
    return {name: read_answer(answer, handed.get(name), name, asked) for name, answer in asked.items()}


def by_asked_name(exercise: Exercise, sheet: Sheet) -> dict[str, Handed]:
    """Give the answers of a sheet by the names that are asked for, those under another accepted name too."""
    found = {}
    for name, answer in exercise.answers.items():
        stands = next((also for also in (name, *answer.also) if also in sheet.answers), None)
        if stands is not None:
            found[name] = sheet.answers[stands]
    return found


def unknown_names(exercise: Exercise, sheet: Sheet) -> list[str]:
    """Give the names on a sheet that the exercise does not ask for."""
    used = {id(handed) for handed in by_asked_name(exercise, sheet).values()}
    return [name for name, handed in sheet.answers.items() if id(handed) not in used]


def read_answer(
    answer: Answer, handed: Handed | None, name: str = "", beside: Mapping[str, Answer] | None = None
) -> Reading:
    """Read one answer. Never raises: what cannot be read is missing or unusable.

    Args:
        answer: what was asked for.
        handed: what was handed over, None for nothing.
        name: of the step, which may stand before the value.
        beside: all that is asked for, by name: no entry of an array is taken for another answer.
    """
    if handed is None:
        return _nothing(answer, Status.MISSING)
    try:
        if isinstance(handed, Unreadable):
            raise _Unusable(f"{handed.reason}{'' if 'expected' in handed.reason else _asked_for(answer)}")
        alone = _value_alone(answer, handed, name)
        if answer.dtype in ("float", "int"):
            return _read_typed_numbers(answer, handed, alone, name, beside or {})
        return _READERS[answer.dtype](answer, alone)
    except (_Unusable, NotANumber, NotAList, NoSuchWord) as reason:
        return _nothing(answer, Status.UNUSABLE, str(reason) + _other_name(answer, handed, name))


def _other_name(answer: Answer, handed: Handed, name: str) -> str:
    """Say that what stands before the value of an unusable answer is no name of it."""
    text = _single_text(handed)
    stands = left_side(text)
    if not stands or not name or without_name(text, name, answer) != text:
        return ""
    return f"; {stands[:24]!r} is no name of {name}, write the value alone"


def _value_alone(answer: Answer, handed: Handed, name: str) -> Handed:
    """Give what was handed over without the name of the answer before it: `L = 4.5`, `direction: decrease`."""
    text = _single_text(handed)
    if answer.dtype in ("matching", "graph", "function") or not _MAY_NAME.search(text):
        return handed
    value = without_name(text, name, answer)
    shape = handed.shape if isinstance(handed, Numbers) else ()
    return handed if value == text else Numbers(shape, (value,))


_MAY_NAME = re.compile(r"[=:≈~≃≅∼～＝：\\←]|<-| (?:is|are|equals) ")


def _nothing(answer: Answer, status: Status, reason: str = "") -> Reading:
    return Reading(np.zeros(answer.shape), np.zeros(answer.shape), status, reason)


def _read_typed_numbers(
    answer: Answer, handed: Handed, alone: Handed, name: str, beside: Mapping[str, Answer]
) -> Reading:
    """Read a number or a list, else entries with names or other signs between them, or what follows a working."""
    named = alone != handed
    try:
        return _read_numbers(answer, alone, formula=named and not names_itself(_single_text(alone), answer))
    except (_Unusable, NotANumber, NotAList) as reason:
        text = _single_text(handed)
        if not text or not squeezed(answer.shape):
            raise
        for typed in dict.fromkeys((text, _single_text(alone))):
            found = arranged(typed, answer, name, beside)
            if found is None:
                continue
            try:
                return _as_read(answer, found.shape, found.entries, formula=found.named)
            except NotANumber:
                if str(reason).startswith("write "):
                    raise reason from None
                raise
        last = _after_working(answer, _single_text(alone), named)
        if last is None:
            raise reason from None
        return _read_typed_numbers(answer, Numbers((), (last,)), Numbers((), (last,)), name, beside)


def _after_working(answer: Answer, text: str, named: bool) -> str | None:
    """Give an array that stands after how it was worked out: `(1, 2) - 0.1*(3, 4) = (0.7, 1.6)`."""
    *worked, last = re.split(r" ?[=≈] ?", plain_characters(text))
    if not worked or not last or names_itself(text, answer):
        return None
    for part in worked:
        if not (is_working(part) or (named and is_formula(part))) or _is_array(answer, part):
            return None
    return last


def _is_array(answer: Answer, text: str) -> bool:
    """Whether a text is an array as it is asked for: then two stand beside each other, and none of them counts."""
    try:
        return _read_numbers(answer, Numbers((), (text,))).status != Status.MISSING
    except (_Unusable, NotANumber, NotAList):
        return False


def _read_numbers(answer: Answer, handed: Handed, *, formula: bool = False) -> Reading:
    shape, entries = _entries(answer, handed)
    return _as_read(answer, shape, entries, formula=formula and not shape)


def _as_read(
    answer: Answer, shape: tuple[int, ...], entries: tuple[str, ...], *, formula: bool = False
) -> Reading:
    whole, units, words = answer.dtype == "int", stated_units(answer.symbol), counted(answer)
    if not shape and squeezed(answer.shape):
        raise _Unusable(f"expected {_shape(answer.shape)}, got a single number, {entries[0][:_SHOWN]!r}")
    status = _fit_shape(answer, shape)
    parts_impossible = whole and unbroken(answer)
    comma = not whole and len(entries) > 1 and any("," in entry and has_decimal_comma(entry) for entry in entries)
    point = whole and len(entries) > 1 and any(map(has_decimal_point, entries))
    for before in at_most(answer) if not shape else ():
        entries = tuple(entry.removeprefix(before) for entry in entries)
    numbers = tuple(
        read_number(
            entry,
            whole=whole,
            unbroken=parts_impossible,
            decimal_comma=comma,
            decimal_point=point,
            units=units,
            counted=words,
            formula=formula,
        )
        for entry in entries
    )
    kept = answer.shape[::-1] if status == Status.TRANSPOSED else answer.shape
    value = np.array([number.value for number in numbers], dtype=np.float64).reshape(kept)
    # Whole numbers are exact and carry no rounding on.
    unit = np.array([0.0 if whole else number.unit for number in numbers], dtype=np.float64).reshape(kept)
    if status == Status.TRANSPOSED:
        value, unit = value.T, unit.T
    return Reading(value, unit, status, "", shape, numbers)


def _entries(answer: Answer, handed: Handed) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Give the shape and the entries of what was handed over, also where an array was typed as one text."""
    if isinstance(handed, Numbers) and len(handed.entries) != 1:
        return handed.shape, handed.entries
    text = _single_text(handed)
    asked = squeezed(answer.shape)
    if len(asked) == 1 and (wide := between_wide_blanks(text, *asked)):
        return asked, wide
    listed = _listed(answer, text, asked) if text and (asked or not _SEPARATORS.isdisjoint(text)) else None
    if listed is not None:
        return listed
    if isinstance(handed, Text) and not asked:
        return (), (text,)
    if not isinstance(handed, Numbers):
        raise _Unusable(f"{_what(answer)} was expected, got {_describe(handed)}")
    return handed.shape, handed.entries


def _asked_for(answer: Answer) -> str:
    return f"; {_what(answer)} was expected" if answer.dtype in ("float", "int") else ""


def _what(answer: Answer) -> str:
    return f"an array of {_shape(answer.shape)}" if answer.shape else "a number"


def _listed(answer: Answer, text: str, asked: tuple[int, ...]) -> Listed | None:
    """Take an array that was typed as one text apart."""
    if len(asked) > 0 and "\n" in text and not any(sign in text for sign in "[(;\\"):
        text = ";".join(line for line in text.splitlines() if line.strip())
    sizes = answer.dtype == "int" and len(asked) == 1
    try:
        listed = read_list(text, bare=bool(asked), sizes=sizes)
    except NotAList as reason:
        raise _Unusable(f"{_what(answer)} was expected, got {text[:_SHOWN]!r}: {reason}") from None
    if listed is not None and squeezed(listed.shape) not in (asked, asked[::-1]):
        with_blanks = read_list(text, bare=bool(asked), blanks=False)
        listed = with_blanks if with_blanks and squeezed(with_blanks.shape) == asked else listed
    if listed is None or not asked or squeezed(listed.shape) != (*asked, 2) or "," not in text:
        return listed
    between_semicolons = tuple(entry.strip(" []()") for entry in text.split(";"))
    if len(asked) == 1 and all(re.fullmatch(r"[^,]*\d,\d[^,]*", entry) for entry in between_semicolons):
        return Listed(asked, between_semicolons)
    raise _Unusable(f"write decimal points, not commas, in {text[:24]!r}")


_SHOWN = 40  # characters of what was typed
_SEPARATORS = frozenset("([,;\\，；（")


def _single_text(handed: Handed) -> str:
    """Give a word, or the only entry of an array, as it stands; empty for anything else."""
    match handed:
        case Text(text) | Numbers(_, (text,)):
            return text
    return ""


def _read_outputs(answer: Answer, handed: Handed) -> Reading:
    if not isinstance(handed, Outputs):
        raise _Unusable(f"a function {answer.signature} was expected, got {_describe(handed)}")
    reading = _read_numbers(answer, handed.numbers)
    return reading._replace(unit=np.zeros(answer.shape))


def _read_choice(answer: Answer, handed: Handed) -> Reading:
    text = _single_text(handed)
    if not text:
        raise _Unusable(f"choose one of {', '.join(answer.choices)}; got {_describe(handed)}")
    value = np.array(which_choice(text, answer.choices, answer.about), dtype=np.float64)
    return Reading(value, np.zeros(()), Status.READ)


def _read_several(answer: Answer, handed: Handed) -> Reading:
    value, words = np.zeros(answer.shape), [""] * len(answer.choices)
    for text in _list_of_words(answer, handed):
        number = which_choice(text, answer.choices)
        value[number], words[number] = 1.0, text
    return Reading(value, np.zeros(answer.shape), Status.READ, words=tuple(words))


def _read_order(answer: Answer, handed: Handed) -> Reading:
    if isinstance(handed, Chosen):
        raise _Unusable('a set has no order: write a list, ["...", "..."]')
    texts = _list_of_words(answer, handed)
    numbers = [which_choice(text, answer.choices) for text in texts]
    for place, number in enumerate(numbers):
        if number in numbers[:place]:
            raise _Unusable(f"{answer.choices[number]!r} stands twice in the order")
    left = len(answer.choices) - len(numbers)
    value = np.array([*numbers, *[-1] * left], dtype=np.float64)
    return Reading(value, np.zeros(answer.shape), Status.READ, words=(*texts, *[""] * left))


def _read_matching(answer: Answer, handed: Handed) -> Reading:
    value, words = np.full(answer.shape, -1.0), [""] * len(answer.units)
    for left, right in _pairs_of_words(answer, handed):
        unit, number = which_choice(left, answer.units), which_choice(right, answer.choices)
        if value[unit] not in (-1, number):
            raise _Unusable(f"{answer.units[unit]!r} is matched twice")
        value[unit], words[unit] = number, right
    return Reading(value, np.zeros(answer.shape), Status.READ, words=tuple(words))


def _list_of_words(answer: Answer, handed: Handed) -> tuple[str, ...]:
    """Give the words of a list, of a set, or of a text with commas, semicolons or arrows between them."""
    if isinstance(handed, Chosen):
        return handed.words
    if isinstance(handed, Numbers) and len(handed.shape) == 1 and len(handed.entries) != 1:
        return handed.entries
    text = _single_text(handed)
    if not text.strip():
        raise _Unusable(f"a list of {', '.join(answer.choices)} was expected, got {_describe(handed)}")
    return (text,) if text in answer.choices else split_words(text)


def _pairs_of_words(answer: Answer, handed: Handed) -> tuple[tuple[str, str], ...]:
    """Give pairs of words; a list of as many words as there are units has them in the order of the units."""
    match handed:
        case Edges(pairs):
            return pairs
        case Numbers((_, 2), entries):
            return tuple(zip(entries[::2], entries[1::2], strict=True))
        case Numbers((count,), entries) if count == len(answer.units):
            return tuple(zip(answer.units, entries, strict=True))
    parts = [re.split(r" ?(?::|=|→|->) ?", part) for part in split_words(_single_text(handed), arrows=False)]
    pairs = [(part[0], part[1]) for part in parts if len(part) == 2]
    if not pairs or len(pairs) < len(parts):
        example = f'{{"{answer.units[0]}": "...", ...}}'
        raise _Unusable(f"pairs such as {example} were expected, got {_describe(handed)}")
    return tuple(pairs)


def _read_graph(answer: Answer, handed: Handed) -> Reading:
    if isinstance(handed, Numbers) and handed.entries:
        return _read_adjacency(answer, handed)
    if not isinstance(handed, Edges | Numbers):
        raise _Unusable(f"pairs (from, to) of units were expected, got {_describe(handed)}")
    value = np.zeros(answer.shape)
    # An empty list is a graph without edges.
    for start, end in handed.pairs if isinstance(handed, Edges) else ():
        value[which_unit(start, answer.units), which_unit(end, answer.units)] = 1.0
    return Reading(value, np.zeros(answer.shape), Status.READ)


def _read_adjacency(answer: Answer, handed: Numbers) -> Reading:
    zero_or_one = {"True": "1", "False": "0"}
    numbers = Numbers(handed.shape, tuple(zero_or_one.get(entry, entry) for entry in handed.entries))
    reading = _read_numbers(answer, numbers)
    if not np.isin(reading.value, (0.0, 1.0)).all():
        raise _Unusable("an adjacency matrix has entries 0 and 1 only")
    return reading._replace(unit=np.zeros(answer.shape))


def _refuse_line(answer: Answer, handed: Handed) -> Reading:
    raise _Unusable("it is looked for among the lines of the derivation; write it there")


_READERS = {
    "choice": _read_choice,
    "several": _read_several,
    "order": _read_order,
    "matching": _read_matching,
    "graph": _read_graph,
    "function": _read_outputs,
    "line": _refuse_line,
}


def _fit_shape(answer: Answer, got: tuple[int, ...]) -> Status:
    """Tell whether an array has a shape that was asked for; axes of length one never matter."""
    wanted, had = squeezed(answer.shape), squeezed(got)
    if had in (wanted, *map(squeezed, answer.shapes)):
        return Status.READ
    if len(wanted) == 2 and had == wanted[::-1]:
        return Status.TRANSPOSED
    raise _Unusable(f"expected {_shape(answer.shape)}, got {_shape(got)}")


def _shape(shape: tuple[int, ...]) -> str:
    return f"shape {tuple(shape)}" if shape else "a single number"


def _describe(handed: Handed) -> str:
    match handed:
        case Text(text):
            return repr(text[:40])
        case Numbers(shape, entries):
            return (entries[0][:40] or "an empty text") if shape == () else f"an array of {_shape(shape)}"
        case Outputs():
            return "a function"
        case Edges(((start, end), *_)):
            return f"pairs of words, ({start[:20]}, {end[:20]}) …"
        case Chosen():
            return "a set of words"
    return "something else"
