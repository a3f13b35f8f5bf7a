r"""Arrays whose entries have names, `m1 = 0.16, m2 = 0.13`, or other signs between them than commas, `8 | 22`.

What is read here is read only where an array is asked for and a plain list (`course.sheet.lists`) was not found.

| written | read as |
|---|---|
| `m1 = 0.16, m2 = 0.13`, `C=2 H=5 W=2`, `[0]: 3, [1]: 4`, `row 1: 1 2; row 2: 3 4` | each entry by its name |
| `channels 2, height 10, width 3`, `2 maps, 5 rows, 2 columns`, `2 channels of 10 x 3` | each by its name |
| `79 x 68 x 7 (height x width x channels)`, `(s, low, high) = (8, -11, 22)` | in the order that is said |
| `8 \| -11 \| 22`, `7 / 26 / 22`, `1,7 4,1 -5,15`, several blanks, tabs | entry after entry |
| `0 to 22`, `rows 0-22` | the first and the last, where these are asked for |
| one line a row, an empty line or `channel 2:` before the next matrix | row after row |

A name must be that of an entry of the answer itself, with each entry named once and none left out; any other is
refused with a reason, since the numbers would be somebody's guess.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from course.exercises import Answer
from course.exercises.shapes import squeezed
from course.sheet.lists import NotAList, read_list
from course.sheet.names import names_of, said_by
from course.sheet.number import plain_characters

_EQUALS = re.compile(r"\s*(?::=|[=:≈])\s*")
_AT_THE_END = re.compile(r"(?:[\s,;|&]|\\q?quad|(?<![a-z])and)+$")
_PARTS = re.compile(r"\s*(?:[,;|]|(?<![a-z])(?:of|with|and)(?![a-z]))\s*")
_ONE = r"[+-]?(?:\d+(?:[.,]\d+)?|\.\d+)"
_BLANKS = re.compile(rf"{_ONE}(?: (?!\d\d\d(?![\d.,])){_ONE})+", re.ASCII)  # a blank may separate thousands
_WIDE_BLANKS = re.compile(r"[ \u00a0]{2,}|\s*\t\s*")
_TIMES = re.compile(r"(?<=\d) ?[*xX] ?(?=\d)")
_RANGE = re.compile(
    r"(?:(?:from|rows?|from rows?) )?([+-]?\d+) ?(to|through|until|up to|…|\.\.\.?|-) ?(?:rows? )?([+-]?\d+)",
    re.I | re.A,
)
_HEADING = re.compile(r"(?:channel|map|filter|kernel|matrix|output|class)? ?#?\(?(\d+)\)?[:.]?", re.I | re.A)
_WHOLE, _BROKEN = re.compile(r"[+-]?\d+", re.ASCII), re.compile(r"\d[.,]\d", re.ASCII)
_DECIMALS = re.compile(r"(?:^| )(?:[+-]|0,)\d")
_ORDINALS = ("first", "second", "third", "fourth")
_COUNTED_OFF = {
    1: ("entry", "component", "element", "unit", "neuron", "hiddenunit"),
    2: ("row",),
    3: ("channel", "map"),
}
_SUFFIXES = ("prime", "star", "new")


class Arranged(NamedTuple):
    """The entries of a typed array in row-major order, as they stand, its shape, and whether they were named."""

    shape: tuple[int, ...]
    entries: tuple[str, ...]
    named: bool = False


def arranged(text: str, answer: Answer, name: str, beside: Mapping[str, Answer]) -> Arranged | None:
    """Take apart an array whose entries have names or stand apart by other signs; None for any other text.

    Args:
        text: as typed, with or without the name of the answer before it.
        answer: what was asked for, an array.
        name: of the step.
        beside: all answers that are asked for, by name.

    Raises:
        NotAList: if the entries have names that are not those of the answer.

    >>> arranged("w_1 = 3, w_2 = 4", Answer("w", (2,), "weights"), "w", {}).entries
    ('3', '4')
    >>> arranged("8 | -11 | 22", Answer("y", (3,), ""), "y", {}).entries
    ('8', '-11', '22')
    """
    asked = squeezed(answer.shape)
    plain = plain_characters(text)
    if len(asked) > 1 and "\n" in text and (rows := _row_after_row(text, asked)):
        return rows
    found = _named(plain, answer, name, beside) or _in_words(plain, answer) or _in_said_order(plain, answer)
    if found is not None:
        return found
    if len(asked) > 1:
        return _row_after_row(text, asked)
    entries = _separated(text, len(answer.entries) or math.prod(asked))
    return None if entries is None else Arranged(asked, entries)


def _named(plain: str, answer: Answer, name: str, beside: Mapping[str, Answer]) -> Arranged | None:
    """Take apart what has a name before each entry, row or matrix, and a sign between the two."""
    pieces = _EQUALS.split(plain)
    if len(pieces) < 3:
        return None
    asked = squeezed(answer.shape)
    tried = ""
    for places, count, shape, bare in _namings(answer, name, asked):
        labels, values = _labels_and_values(pieces, places)
        if len(labels) < 2:
            continue
        tried = tried or ", ".join(labels)[:60]
        order = [places[said_by(label)] for label in labels]
        if sorted(order) != list(range(count)):
            continue
        # A number is no vector that has the same name, `a1 = 6, a2 = -3`.
        others = [other for other, one in beside.items() if other != name and (shape or not one.shape)]
        of_others = {said for other in others for said in _all_names(other, beside[other])}
        if taken := [label for label in labels if said_by(label) in of_others]:
            raise NotAList(f"{taken[0]!r} is another answer's name too; write the numbers alone")
        if bare and order != sorted(order):
            raise NotAList(f"entries in their order were expected, got those numbered {', '.join(labels)[:60]}")
        in_order = [value for _, value in sorted(zip(order, values, strict=True))]
        if not shape:
            return Arranged(asked, tuple(in_order), named=True)
        rows = [_as_list(value, shape) for value in in_order]
        return Arranged(asked, tuple(entry for row in rows for entry in row), named=True)
    if tried:
        raise NotAList(f"each of the answer's own {asked[0]} entries was expected once, got {tried}")
    return None


def _namings(
    answer: Answer, name: str, asked: tuple[int, ...]
) -> Iterator[tuple[dict[str, int], int, tuple[int, ...], bool]]:
    """Give ways to name entries or rows: where each is by what its name says, how many, their shape, if bare."""
    size, *rest = asked
    inner = tuple(rest)
    if answer.entries:
        yield (
            {said_by(word): place for place, words in enumerate(answer.entries) for word in words},
            size,
            (),
            False,
        )
        if any(character.isdigit() for words in answer.entries for word in words for character in word):
            return
    # Of a matrix `W_1` may be another matrix: there the whole name stands before the number.
    bases = _all_names(name, answer) if inner else _own_bases(name, answer)
    counted_off = {*_COUNTED_OFF.get(len(asked), ()), *(("layer",) if "layers" in answer.about else ())}
    for start in (1, 0):
        numbers = [str(place + start) for place in range(size)]
        yield _numbered(bases, numbers), size, inner, False
        yield _numbered(frozenset(counted_off), numbers), size, inner, False
        yield {number: place for place, number in enumerate(numbers)}, size, inner, True
        if len(asked) == 2:
            pairs = [f"{row + start}{column + start}" for row in range(size) for column in range(inner[0])]
            yield _numbered(_own_bases(name, answer), pairs), len(pairs), (), False
    yield {word: place for place, word in enumerate(_ORDINALS[:size])}, size, inner, False


def _numbered(bases: frozenset[str], numbers: list[str]) -> dict[str, int]:
    """Give what a name says with each number after it, or before what stands at its end: `w'_1`, `w_1'`."""
    found = {}
    for base in bases:
        for place, number in enumerate(numbers):
            found[base + number] = place
            for suffix in _SUFFIXES:
                if base.endswith(suffix):
                    found[base.removesuffix(suffix) + number + suffix] = place
    return found


def _all_names(name: str, answer: Answer) -> frozenset[str]:
    return names_of(name, answer.symbol, answer.about, answer.also, not answer.shape)


def _own_bases(name: str, answer: Answer) -> frozenset[str]:
    """Give the names of an answer, also without the number of its layer: `a` of `a1`."""
    names = _all_names(name, answer)
    return names | {re.sub(r"\d+", "", said, count=1) for said in names} - {""}


def _labels_and_values(pieces: list[str], places: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """Take a text that was split at its signs of equality apart, at the names of entries before them."""
    labels, values = [pieces[0].strip()], []
    if said_by(labels[0]) not in places:
        return [], []
    value = ""
    for piece in pieces[1:-1]:
        value += f" = {piece}" if value else piece
        cut = next((cut for cut in _words_from(value) if said_by(value[cut:]) in places), None)
        if cut is not None:
            labels.append(value[cut:].strip())
            values.append(_AT_THE_END.sub("", value[:cut]))
            value = ""
    return labels, [*values, _AT_THE_END.sub("", f"{value} = {pieces[-1]}" if value else pieces[-1])]


def _words_from(text: str) -> Iterator[int]:
    """Give where the last one, two or three words of a text begin, the longest first; a name has no comma."""
    begins = [found.start() + 1 for found in re.finditer(r"[\s,;]", text)][-3:]
    return (cut for cut in begins if text[cut:].strip() and not re.search(r"[,;](?![^{}]*\})", text[cut:]))


def _as_list(text: str, shape: tuple[int, ...]) -> tuple[str, ...]:
    listed = read_list(text, bare=True)
    if listed is None or squeezed(listed.shape) != shape:
        raise NotAList(f"each of shape {shape} was expected, got {text[:24]!r}")
    return listed.entries


def _in_words(plain: str, answer: Answer) -> Arranged | None:
    """Read `channels 2, height 10`, `2 maps, 5 rows`, `2 channels of 10 x 3`, and the range `0 to 22`."""
    if not answer.entries or "=" in plain or ":" in plain:
        return None
    asked = squeezed(answer.shape)
    if "last" in answer.entries[-1] and (ends := _RANGE.fullmatch(plain)):
        first, sign, last = ends.groups()
        # A dash may also be a minus sign.
        return Arranged(asked, (first, last)) if sign != "-" or 0 <= int(first) <= int(last) else None
    places = {word.casefold(): place for place, words in enumerate(answer.entries) for word in words}
    found: dict[int, str] = {}
    unnamed: list[str] = []
    for part in _PARTS.split(plain.removesuffix(" each")):
        words = _TIMES.sub(" x ", part).split()
        named = _pairs(words, places)
        if named is None and words[1::2] == ["x"] * (len(words) // 2) and not unnamed:
            unnamed = words[::2]
        elif named is None or any(place in found for place in named):
            return None
        else:
            found |= named
    left = [place for place in range(len(answer.entries)) if place not in found]
    if not found or len(left) != len(unnamed):
        return None
    found |= dict(zip(left, unnamed, strict=True))
    entries = tuple(found[place] for place in range(len(answer.entries)))
    return Arranged(asked, entries, named=True) if all(re.fullmatch(_ONE, entry) for entry in entries) else None


def _pairs(words: list[str], places: Mapping[str, int]) -> dict[int, str] | None:
    """Read words of which each second is a number, after its name or before it."""
    if len(words) > 2 and re.fullmatch(_ONE, words[-1]) and " ".join(words[:-1]).casefold() in places:
        words = [" ".join(words[:-1]), words[-1]]
    if not words or len(words) % 2:
        return None
    for names, numbers in ((words[::2], words[1::2]), (words[1::2], words[::2])):
        known = [places.get(name.casefold()) for name in names]
        if None not in known and len(set(known)) == len(known):
            return dict(zip(known, numbers, strict=True))  # type: ignore[arg-type]
    return None


def _in_said_order(plain: str, answer: Answer) -> Arranged | None:
    """Read `(s, low, high) = (8, -11, 22)` and `79 x 68 x 7 (height x width x channels)`."""
    if not answer.entries:
        return None
    after = re.fullmatch(r"(.*\S) ?\(([^()]*)\)", plain)
    before = re.fullmatch(r"([^=:]*?) ?[=:] ?([^=:]*)", plain)
    for said, values in ((after[2], after[1]) if after else ("", ""), before.groups() if before else ("", "")):
        words = re.split(r" ?(?:[,;*/|]| x ) ?", said.strip("() "))
        places = {said_by(word): place for place, names in enumerate(answer.entries) for word in names}
        order = [places.get(said_by(word), -1) for word in words]
        if sorted(order) != list(range(len(answer.entries))):
            continue
        listed = read_list(values, bare=True, sizes=answer.dtype == "int")
        entries = listed.entries if listed else _separated(values, len(order))
        if entries is not None and len(entries) == len(order):
            in_order = [entry for _, entry in sorted(zip(order, entries, strict=True))]
            return Arranged(squeezed(answer.shape), tuple(in_order), named=True)
    return None


def _row_after_row(text: str, asked: tuple[int, ...]) -> Arranged | None:
    """Read a matrix of a row on each line, or several with an empty line or a heading before each."""
    *_, width = asked
    size = math.prod(asked[1:-1])  # rows of one matrix, of what has several
    lines = text.strip().splitlines()
    if len(lines) == 1 and len(asked) == 2:
        lines = plain_characters(text).split(";")
    entries: list[str] = []
    count = matrices = 0
    for line in map(str.strip, lines):
        between = len(asked) > 2 and count == size * matrices
        heading = _HEADING.fullmatch(line) if between else None
        if not line:
            if count % size:
                return None
        elif heading is None or int(heading[1]) != matrices + 1:
            row = _row(line, width)
            if row is None:
                return None
            matrices += between
            count += 1
            entries += row
    return Arranged(asked, tuple(entries)) if len(entries) == math.prod(asked) else None


def _row(line: str, size: int) -> tuple[str, ...] | None:
    if wide := between_wide_blanks(line, size):
        return wide
    try:
        listed = read_list(line.strip(" ,;"), bare=True)
    except NotAList:
        listed = None
    return listed.entries if listed and squeezed(listed.shape) == (size,) else _separated(line, size)


def _separated(text: str, size: int) -> tuple[str, ...] | None:
    """Give as many entries as are asked for, where one sign stands between each two of them."""
    inner = plain_characters(text).strip(",;")
    if inner[:1] in ("(", "[") and inner[-1:] in (")", "]") and not re.search(r"[()\[\]]", inner[1:-1]):
        inner = inner[1:-1].strip()
    if re.search("[=:]", inner):
        return None
    if inner.count("|") == size + 1 and inner[0] == inner[-1] == "|":
        inner = inner[1:-1]  # the row of a table
    for separator in ("|", ";", " and ", "/"):
        parts = [part.strip() for part in inner.split(separator)]
        if len(parts) != size or not all(parts):
            continue
        # Two whole numbers with a stroke between them are a fraction.
        if separator != "/" or (size > 2 and all(map(_WHOLE.fullmatch, parts))) or any(map(_BROKEN.search, parts)):
            return tuple(parts)
    # One blank: something has to show that the commas are decimal ones, and `1,5 2,5` no two pairs.
    narrow = inner.split(" ") if _BLANKS.fullmatch(inner) and _DECIMALS.search(inner) else []
    return tuple(narrow) if len(narrow) == size else None


def between_wide_blanks(text: str, size: int) -> tuple[str, ...] | None:
    """Give numbers that stand apart by more than one blank, or by tabs."""
    parts = _WIDE_BLANKS.split(text.strip())
    read = len(parts) == size and all(re.fullmatch(_ONE, plain_characters(part), re.ASCII) for part in parts)
    return tuple(parts) if read else None
