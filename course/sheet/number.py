"""A number as somebody wrote it: its value, and the precision the writing claims."""

import math
import re
from typing import NamedTuple

_NUMBER = re.compile(r"[+-]?(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,4}))?", re.ASCII)
_MINUS_SIGNS = str.maketrans({"−": "-", "–": "-", "\u00a0": None, "\u202f": None})
LONGEST = 64
COARSEST = 2  # decimals: what is written shorter is read as written to two


class Written(NamedTuple):
    """The value of a written number and one unit of the last place it claims."""

    value: float
    unit: float


class NotANumber(ValueError):
    """Raised for a text that is no finite number; the message is for the person who wrote it."""


def read_number(text: str) -> Written:
    r"""Read one written number.

    The unit is $10^{-d}$ for $d$ written decimals when $d \\ge 2$, or when $d = 1$ and three significant
    digits are given. Anything shorter is read as written to two decimals: 0.6 is 0.60 and 13 is 13.00. A
    negative exponent narrows the unit, a positive one never widens it.

    Raises:
        NotANumber: if the text is not a finite decimal number.

    >>> read_number("0.42")
    Written(value=0.42, unit=0.01)
    >>> read_number("13").unit, read_number("12.3").unit, read_number("0.00e9").unit
    (0.01, 0.1, 0.01)
    """
    cleaned = text.strip().translate(_MINUS_SIGNS)
    if len(cleaned) > LONGEST:
        raise NotANumber(f"a number of at most {LONGEST} characters was expected, got {len(cleaned)}")
    match = _NUMBER.fullmatch(cleaned)
    if match is None:
        raise NotANumber(_advice(cleaned))
    value = float(cleaned)
    if not math.isfinite(value):
        raise NotANumber(f"a finite number was expected, got {cleaned}")
    whole, fraction, bare_fraction, exponent = match.groups()
    fraction = fraction or bare_fraction or ""
    significant = len(((whole or "") + fraction).lstrip("0"))
    decimals = len(fraction) - min(int(exponent or 0), 0)
    if decimals < COARSEST and not (decimals == 1 and significant >= 3):
        decimals = COARSEST
    return Written(value, float(f"1e-{decimals}"))


def _advice(text: str) -> str:
    shown = text if len(text) <= 24 else text[:24] + "…"
    if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        return f"a finite number was expected, got {shown}"
    if re.fullmatch(r"[+-]?\d+,\d+", text, re.ASCII):
        return f"write a decimal point, not a comma: {text.replace(',', '.')}"
    if "/" in text:
        return f"write a decimal number, not a fraction: got {shown!r}"
    if not text:
        return "a number was expected, got an empty text"
    return f"a number was expected, got {shown!r}"
