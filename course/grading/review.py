"""Why a person should look at a graded cell: kinds with their details; words are made where they are shown.

>>> seen = (Reason(Kind.SEVERAL_SHEETS, ("2",)), Reason(Kind.RULED_BEFORE, ("a1, z1",)))
>>> in_words(seen)
'2 sheets in one cell; ruled on when another answer stood there: a1, z1'
>>> decode(encode(seen)) == seen
True
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec


class Kind(StrEnum):
    """What is to be looked at; what its details are shows in `_WORDS`, in their order."""

    # How a submitted notebook differed from the released one: of the cell that is named first.
    CELL_CHANGED = "cell changed"
    CELL_TAGGED = "cell tagged"
    CELL_RETYPED = "cell retyped"
    CELL_TWICE = "cell twice"
    CELL_DELETED = "cell deleted"
    CELL_MOVED = "cell moved"
    CELL_RECOGNISED = "cell recognised"
    ANSWER_BESIDE = "answer beside"
    ANSWER_MISSING = "answer missing"
    # What was seen when it ran.
    RUN_BROKEN = "run broken"
    CARD_FORGED = "card forged"
    CODE_REACHES = "code reaches"
    NOT_RUN = "not run"
    RUN_ENDED = "run ended"
    KERNEL_LOST = "kernel lost"
    VALUE_AND_FAILED = "value and failed"
    SEVERAL_VALUES = "several values"
    NO_POINTS = "no points"
    # What was found when it was marked.
    NOT_MARKED = "not marked"
    SEVERAL_SHEETS = "several sheets"
    OTHER_NUMBERS = "other numbers"
    EVIDENCE = "evidence"
    LIKE_OTHER_NUMBERS = "like other numbers"
    ID_DECLARED = "id declared"
    ID_OF_CLASSMATE = "id of classmate"
    UNREADABLE_LINES = "unreadable lines"
    ANOTHER_WAY = "another way"
    RULED_BEFORE = "ruled before"
    # Kept by a version that kept words.
    WORDS = "words"


_WORDS = {
    Kind.CELL_CHANGED: "the locked cell {} was changed",
    Kind.CELL_TAGGED: "the locked cell {} was tagged {}",
    Kind.CELL_RETYPED: "the cell {} was turned into {}",
    Kind.CELL_TWICE: "the cell {} is there more than once, and one of them is graded",
    Kind.CELL_DELETED: "the cell {} was deleted and is put back",
    Kind.CELL_MOVED: "the cell {} and {} stand in another order than in the release",
    Kind.CELL_RECOGNISED: (
        "the cell {} had lost nbgrader's metadata and is recognised by its place: see whether it is the right one"
    ),
    Kind.ANSWER_BESIDE: "nothing is written in {}, and there are cells beside it that were not released",
    Kind.ANSWER_MISSING: "the cell {} is missing and is put back empty: see whether the answer stands elsewhere",
    Kind.RUN_BROKEN: "{}",
    Kind.CARD_FORGED: "the notebook put out a card of marks of its own making",
    Kind.CODE_REACHES: "the code {}: compare it with its points",
    Kind.NOT_RUN: "it did not run to its end",
    Kind.RUN_ENDED: "the run did not come to the end of it: {}",
    Kind.KERNEL_LOST: "in a cell above, {}",
    Kind.VALUE_AND_FAILED: "it gave a value and failed",
    Kind.SEVERAL_VALUES: "it gave {} values",
    Kind.NO_POINTS: "its value is {}, which is no number of points from 0 to {}",
    Kind.NOT_MARKED: "not marked: {}",
    Kind.SEVERAL_SHEETS: "{} sheets in one cell",
    Kind.OTHER_NUMBERS: "worked on {}; under these it has {} points",
    Kind.EVIDENCE: "the evidence for it is {} bits, from the given values {}",
    Kind.LIKE_OTHER_NUMBERS: (
        "what is wrong here is right on {}, with {} points in all; {} bits are too few to say that it was worked "
        "on these: compare the two"
    ),
    Kind.ID_DECLARED: (
        "the notebook declares the id {}; under its numbers it has {} points, which `course accept` takes"
    ),
    Kind.ID_OF_CLASSMATE: (
        "the notebook declares the id {}; under its numbers it has {} points, that is somebody else here: "
        "compare the two before any `course accept`"
    ),
    Kind.UNREADABLE_LINES: "points are lost and {} could not be read: see whether they are right",
    Kind.ANOTHER_WAY: "every line is right, and points are lost: line {} goes another way, see whether it holds",
    Kind.RULED_BEFORE: "ruled on when another answer stood there: {}",
    Kind.WORDS: "{}",
}


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reason why a person should look, with its details as plain texts."""

    kind: Kind
    details: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The reason for a person."""
        return _WORDS[self.kind].format(*self.details)


class Sign(NamedTuple):
    """Something in the code that tampers with tests, or may.

    Attributes:
        what: what it does.
        seen: the code.
        sure: whether it has hardly another use.
    """

    what: str
    seen: str
    sure: bool

    @property
    def words(self) -> str:
        """The sign for a person."""
        return f"{self.what}{'' if self.sure else ', which may be harmless'} (`{self.seen}`)"


Reasons = tuple[Reason, ...]


def in_words(reasons: Iterable[Reason]) -> str:
    """Give reasons as one text for a person; empty where there are none."""
    return "; ".join(reason.words for reason in reasons)


def encode(reasons: Sequence[Reason]) -> str:
    """Give reasons as the JSON text that is kept; empty where there are none."""
    return msgspec.json.encode(reasons).decode() if reasons else ""


def decode(text: str) -> Reasons:
    """Read what `encode` gave; a text of an older version becomes one reason.

    >>> decode("2 sheets in one cell")[0].words
    '2 sheets in one cell'
    """
    if not text:
        return ()
    try:
        return msgspec.json.decode(text, type=Reasons)
    except msgspec.DecodeError:  # a validation error too
        return (Reason(Kind.WORDS, (text,)),)
