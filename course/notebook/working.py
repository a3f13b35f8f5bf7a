r"""The lines of a derivation as a student holds them: added, changed by number, read back, and never judged."""

import re
from collections.abc import Iterator
from typing import Any

from course.derivation.reading.lines import split_lines
from course.exercises import Exercise
from course.notebook.owner import Owner

# What Python makes of LaTeX in a text without the r before it: "\frac" begins with a form feed.
_ESCAPED = {"\a": r"\a", "\b": r"\b", "\f": r"\f", "\v": r"\v"}
_LOST = re.compile(
    r"[\a\b\f\v](?=[A-Za-z])|\t(?=heta|imes|au\b|anh|ext|ilde|op\b)|\r(?=ight|ho|m\b)|\n(?=abla|u\b|eq\b)"
)


class NoSuchLine(IndexError):
    """Raised for the number of a line that is not there."""


class Working:
    r"""The lines of one derivation: `work << r"= -2(y - \hat{y})"` adds one, `work[2] = r"…"` changes the second.

    A text of several lines adds them all. A cell that is run again replaces the lines that it has added before,
    where the notebook says which cell it is. Of a proof `work.blocks = "C B H"` puts its blocks in order.
    """

    __slots__ = ("_blocks", "_exercise", "_lines", "_owner")

    def __init__(self, exercise: Exercise, owner: Owner) -> None:
        self._exercise, self._owner = exercise, owner
        self._lines: list[tuple[str, tuple[str, str]]] = []  # the text, the cell and the run that it came from
        self._blocks = ""

    @property
    def blocks(self) -> str:
        """The labels of a proof's blocks in order, with blanks between them."""
        return self._blocks

    @blocks.setter
    def blocks(self, labels: Any) -> None:
        if isinstance(labels, list | tuple) and all(isinstance(label, str) for label in labels):
            labels = " ".join(labels)
        if labels is not ... and not isinstance(labels, str):
            raise TypeError(f'the labels of blocks are a text, such as "A C B"; got a {type(labels).__name__}')
        self._blocks = "" if labels is ... else labels.strip()

    def __lshift__(self, text: Any) -> "Working":
        cell, run = _cell()
        stale = [
            at for at, (_, origin) in enumerate(self._lines) if cell and origin[0] == cell and origin[1] != run
        ]
        at = stale[0] if stale else len(self._lines)
        for old in reversed(stale):
            del self._lines[old]
        after = [place for place, (_, origin) in enumerate(self._lines) if cell and origin == (cell, run)]
        at = after[-1] + 1 if after else at
        self._lines[at:at] = [(line, (cell, run)) for line in _split(text)]
        return self

    def __setitem__(self, number: int, text: Any) -> None:
        if number == len(self._lines) + 1:
            self.__lshift__(text)
            return
        at = self._place(number)
        self._lines[at : at + 1] = [(line, self._lines[at][1]) for line in _split(text)]

    def __getitem__(self, number: int) -> str:
        return self._lines[self._place(number)][0]

    def __delitem__(self, number: int) -> None:
        del self._lines[self._place(number)]

    def __len__(self) -> int:
        return len(self._lines)

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter([line for line, _ in self._lines])

    def __repr__(self) -> str:
        lines = [f"{number:>3}  {line}" for number, line in enumerate(self, start=1)]
        return "\n".join([f"Derivation of {self._exercise.id}: {len(lines)} lines", *lines])

    def _place(self, number: int) -> int:
        if isinstance(number, int) and 1 <= number <= len(self._lines):
            return number - 1
        there = f"there are {len(self._lines)} lines, numbered from 1" if self._lines else "there is no line yet"
        raise NoSuchLine(f'there is no line {number!r}: {there}; `work << r"..."` adds one')


def exercise_of(work: Working) -> Exercise:
    """Give the exercise that a derivation answers."""
    return work._exercise


def owner_of(work: Working) -> Owner:
    """Give the owner of the numbers with which a derivation was begun."""
    return work._owner


def _split(text: Any) -> list[str]:
    """Give the lines of what was typed; the placeholder `...` has none."""
    if text is ...:
        return []
    if isinstance(text, list | tuple) and all(isinstance(line, str) for line in text):
        text = "\n".join(text)
    if not isinstance(text, str):
        raise TypeError(f'a line is a text, such as r"= y - x"; got a {type(text).__name__}')
    return split_lines(_LOST.sub(_restored, text))


def _restored(found: re.Match[str]) -> str:
    return _ESCAPED.get(found[0]) or {"\t": r"\t", "\r": r"\r", "\n": r"\n"}[found[0]]


def _cell() -> tuple[str, str]:
    """Give the cell that is running and this run of it, as far as the notebook says so."""
    from IPython.core.interactiveshell import InteractiveShell

    if not InteractiveShell.initialized():
        return "", ""
    parent = getattr(InteractiveShell.instance(), "get_parent", dict)() or {}
    metadata, header = parent.get("metadata") or {}, parent.get("header") or {}
    return str(metadata.get("cellId") or ""), str(header.get("msg_id") or "")
