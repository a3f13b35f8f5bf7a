"""CSV that other programs take as it is meant: numbers as numbers, and no text that a spreadsheet would run."""

import csv
import re
from collections.abc import Iterable, Sequence
from typing import TextIO

# What spreadsheets take for the beginning of a formula, also behind white space and in full width.
_FORMULA = re.compile(r"[\s\x00]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_GUARDED = re.compile(r"'+" + f"(?:{_FORMULA.pattern})")

# What a terminal obeys, or what turns the order around in which letters are shown.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


Value = str | float | int | None


def write(file: TextIO, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """Write a table as RFC 4180 has it; None is an empty cell."""
    writer = csv.writer(file)
    writer.writerow([safe(name) for name in header])
    writer.writerows([cell(value) for value in row] for row in rows)


def cell(value: Value) -> str:
    r"""Give one value as it stands in a cell; a replacement character stands for what a terminal would obey.

    >>> cell("a\x1b[2J")
    'a�[2J'
    """
    if value is None:
        return ""
    return safe(_UNSEEN.sub("\N{REPLACEMENT CHARACTER}", value)) if isinstance(value, str) else number(value)


def safe(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula; numbers and a lone dash stay.

    A text that looks as if it had been guarded gets one more, so that `plain` gives every text back.

    >>> safe("=HYPERLINK(1)"), safe("-0.5"), safe("Ann"), safe("'=1")
    ("'=HYPERLINK(1)", '-0.5', 'Ann', "''=1")
    """
    if _GUARDED.match(text):
        return f"'{text}"
    if text == "-" or _NUMBER.fullmatch(text) or not _FORMULA.match(text):
        return text
    return f"'{text}"


def plain(text: str) -> str:
    """Give a text back as it was before `safe`.

    >>> plain(safe("=1+1")), plain(safe("'=1")), plain("'t was")
    ('=1+1', "'=1", "'t was")
    """
    return text[1:] if _GUARDED.match(text) else text


def number(value: float) -> str:
    """Give points without a superfluous end.

    >>> number(7.0), number(10.5), number(1 / 3)
    ('7', '10.5', '0.3333')
    """
    return f"{value:.4f}".rstrip("0").rstrip(".")
