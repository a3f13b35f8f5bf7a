"""The format of an answer sheet: what a student handed over, as written, and its JSON.

A sheet is data and nothing else. Every number travels as the text that was written, so that the precision
survives; functions travel as their outputs on the inputs they were probed with. Reading a sheet never runs
code and either gives a `Sheet` or raises one `SheetError`.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta

from course.errors import CourseError

VERSION = 1
MIME_TYPE = "application/vnd.course.sheet+json"
LARGEST_SHEET = 256 * 1024  # bytes
MOST_ENTRIES = 20_000
LONGEST_ENTRY = 400  # characters of a number
LINES = "lines"  # the name under which a derivation stands on its sheet
BLOCKS = "blocks"  # the name under which the order of a proof's blocks does
LONGEST_LINE = 4001  # characters; a line that is one too long is kept, so that it can be said
MOST_LINES = 201  # of a derivation, likewise

Name = Annotated[str, Meta(max_length=64)]
Entry = Annotated[str, Meta(max_length=LONGEST_ENTRY)]


class SheetError(CourseError):
    """Raised for bytes that are no answer sheet; the message says what was received and what was expected."""


class Numbers(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="numbers"):
    """An array of numbers as written: its shape and its entries in row-major order."""

    shape: Annotated[tuple[Annotated[int, Meta(ge=0)], ...], Meta(max_length=8)]
    entries: Annotated[tuple[Entry, ...], Meta(max_length=MOST_ENTRIES)]

    def __post_init__(self) -> None:
        if len(self.entries) != int(np.prod(self.shape, dtype=object)):
            raise ValueError(f"{len(self.entries)} entries do not fill the shape {list(self.shape)}")
        if rows(self.shape) > MOST_ENTRIES:
            raise ValueError(f"an array without entries has at most {MOST_ENTRIES} rows")


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="text"):
    """A word: one of the choices of a question."""

    text: Annotated[str, Meta(max_length=400)]


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="chosen"):
    """Words in no order; a list of words, which has one, is an array whose entries are words."""

    words: Annotated[tuple[Entry, ...], Meta(max_length=1000)]


class Edges(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="edges"):
    """Pairs of words: the edges of a graph, each from one unit to another, or what belongs together."""

    pairs: Annotated[tuple[tuple[Entry, Entry], ...], Meta(max_length=1000)]


class Outputs(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="outputs"):
    """What a student's function returned on the probe inputs."""

    numbers: Numbers


class Unreadable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="unreadable"):
    """Something that is no answer, with the reason in words."""

    reason: Annotated[str, Meta(max_length=1000)]


class Lines(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="lines"):
    """The lines of a derivation, as typed."""

    lines: Annotated[tuple[Annotated[str, Meta(max_length=LONGEST_LINE)], ...], Meta(max_length=MOST_LINES)]


Answer = Numbers | Text | Chosen | Edges | Outputs | Lines | Unreadable


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answers to one exercise; what is not answered is not there.

    Attributes:
        exercise: id of the exercise the sheet says it answers. Marking never relies on it.
        student: id the notebook declared, or None. Marking never relies on it.
        answers: answer by step name.
        version: of this format.
    """

    exercise: Name
    answers: Annotated[dict[Name, Answer], Meta(max_length=200)]
    student: Annotated[str, Meta(max_length=200)] | None = None
    version: Literal[1] = VERSION


def rows(shape: Sequence[int]) -> int:
    """Count what somebody writes who shows an array of this shape as nested lists, empty ones among them.

    An axis of length 0 leaves no entries, however long the others are said to be.
    """
    return int(np.prod([max(length, 1) for length in shape], dtype=object))


def encode(sheet: Sheet) -> bytes:
    """Give the JSON of a sheet.

    Raises:
        SheetError: if it would be larger than `LARGEST_SHEET`.
    """
    data = msgspec.json.encode(sheet)
    refuse_large(len(data))
    return data


def decode(data: bytes | str) -> Sheet:
    """Read a sheet back from its JSON.

    Raises:
        SheetError: for anything that is not a sheet of this version within the size limit.

    >>> decode(encode(Sheet("mlp/relu-sgd", {"y_hat": Numbers((), ("13.0",))}))).answers["y_hat"]
    Numbers(shape=(), entries=('13.0',))
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    refuse_large(len(raw))
    try:
        return msgspec.json.decode(raw, type=Sheet)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as error:
        raise SheetError(f"this is not an answer sheet: {error}") from None


def refuse_large(size: int) -> None:
    """Raise a `SheetError` if a sheet has more bytes than are read."""
    if size > LARGEST_SHEET:
        raise SheetError(
            f"a sheet of at most {LARGEST_SHEET // 1024} KiB is read, got {size / 1024:.0f} KiB; "
            "hand over what is asked for and nothing else"
        )
