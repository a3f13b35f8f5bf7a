"""CSV that other programs take as it is meant: numbers as numbers, and no text that a spreadsheet would run."""

import csv
import re
from collections.abc import Iterable, Sequence
from typing import TextIO

# What spreadsheets take for the beginning of a formula, also behind white space and in full width.
_FORMULA = re.compile(r"[\s\x00]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_GUARDED = re.compile(r"'+" + f"(?:{_FORMULA.pattern})")

Value = str | float | int | None


def write(file: TextIO, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """Write a table as RFC 4180 has it; None is an empty cell."""
    writer = csv.writer(file)
    writer.writerow([safe(name) for name in header])
    writer.writerows([cell(value) for value in row] for row in rows)


def cell(value: Value) -> str:
    """Give one value as it stands in a cell."""
    if value is None:
        return ""
    return safe(value) if isinstance(value, str) else number(value)


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
