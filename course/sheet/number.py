r"""A number as somebody wrote it: its value, and the precision the writing claims.

What is read besides plain decimals such as `-0.42`, `.5`, `4.` and `1.32e3`:

| written | read as |
|---|---|
| `16 618`, `16'618`, `16_618`, `1,115,684` | groups of three digits; `16,618` in whole numbers only |
| `16.618`, `1.115.684` | groups of three digits, of what cannot be broken into parts |
| `0,35`, `1 115,5` | 0.35, 1115.5, where the comma can be nothing but a decimal one |
| `9/2`, `\frac{9}{2}`, `\frac92`, `4 1/2`, `4½` | the exact fraction of whole numbers |
| `45%` | 0.45 |
| `4.5×10^-1`, `4.5*10^{-1}`, `4.5·10⁻¹` | 0.45 |
| `= 4.5`, `≈4.5`, `~4.5`, `about 4.5`, `$4.5$`, `(4.5)` | 4.5 |
| `9/2 = 4.5`, `1/3 ≈ 0.33` | the finer of the two, if they agree; of a whole number the last |
| `-18η`, `-18*eta`, `η·(-18)`, `-36η/2`, `156 parameters` | -18, 156, where the task states the unit |
| `156 (with biases)`, `4.5 (since h(a) = a)` | 156, 4.5: a remark that says how it came about |
| `4.5+0j` | 4.5 |
| `−3`, `－３`, `- 3`, `minus 3` | -3: dashes and full-width characters count as their plain ones |

A comma before three digits is no decimal point: where `16,618` may be either, the reason names both, and so it
does for `16.618` where a whole number is asked for that a division may give.
Digits of other scripts are refused, since so are their separators. Nothing is evaluated, and a text is bounded.
"""

import math
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from course.sheet.format import LONGEST_ENTRY

SHORTEST = 2  # decimals: what is written shorter is read as written to two
ENOUGH = 3  # significant digits that always suffice
MOST_FORMS = 4  # of one number that may stand beside each other, `9/2 = 4.5`
TOO_LARGE = 1e64  # no answer is: products of such numbers would leave float64

_DECIMAL = re.compile(r"([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,4}))?", re.ASCII)
_FRACTION = re.compile(
    r"(\d+) ?/ ?(\d+)|\\frac ?\{ ?([+-]?) ?(\d+) ?\} ?\{ ?(\d+) ?\}|\\frac ?(\d) ?(\d)", re.ASCII
)
# What is worked out before an equals sign: numbers, operators and functions of them, and no other letter, for
# `y - 2 = 40` says something else.
_FUNCTIONS = r"d?frac|sqrt|ln|log|exp|floor|ceil|round|int|[lr]floor|[lr]ceil"
_WORKING = re.compile(
    r"(?=.*\d)(?=.*\S ?[-+*/^²³]|.*[a-z√]{2,}|[⌊⌈])"
    rf"(?:[\d\s.,+\-*/^()\[\]{{}}²³½√⌊⌋⌈⌉\u2064]|\\?(?:{_FUNCTIONS})(?![a-z]))+"
)
# What no formula has that leads to a value: what compares, and words of a sentence. Longer words are the field's.
_NO_FORMULA = re.compile(
    r"[<>≠≤≥±?!:]|(?<![a-z])(?:or|not|and|if|than|no|is|are|but|so)(?![a-z])|(?<![\\a-z])(?!(?:alpha|delta|gamma|"
    r"theta|kappa|lambda|sigma|sigmoid|softmax|logits|probs|output|penalty|target|maximum|minimum)(?![a-z]))[a-z]{5}",
    re.IGNORECASE,
)
_EQUALS = re.compile(r" ?[=≈] ?|,? (?:so|hence|thus|therefore) (?=[-+\d.])|(?<=\d) ?(?:→|⇒|->|=>) ?(?=[-+\d.])")
# A remark in brackets that says where a number comes from or how it is written, and never another number.
_REMARK = re.compile(
    r" ?\((?:(?:incl\.|including)(?: \d+ [a-z]+\b)?|same as|since|because|rounded|by|from|with|"
    r"thousands? separator|exact(?:ly)?)(?![a-z]| ?[-+\d])"
    r"(?![^()]*(?:[*^%]|(?<![a-z])(?:or|not|but|million|thousand|factor|times|per)(?![a-z])))"
    r"(?:[^()]|\([^()]*\))*\)$",
    re.IGNORECASE,
)
# As numpy, JAX, PyTorch and siunitx print or set one number.
_PRINTED = re.compile(
    r"(?:[a-z]+\.)?(?:float|int)(?:16|32|64)\((.*)\)|\\num ?\{([^{}]*)\}"
    r"|(?:[a-z]+\.)?(?:array|Array|tensor)\(([^(),]*)(?:, ?[a-z_]+ ?= ?[\w.]+)*\)"
)
# A whole number and a proper fraction; longer ones are taken for nothing, since a blank may separate thousands.
_MIXED = re.compile(
    r"(\d{1,15})(?:[ \u2064](\d{1,2}) ?/ ?(\d{1,2})| ?\\frac ?\{ ?(\d{1,2}) ?\} ?\{ ?(\d{1,2}) ?\})", re.ASCII
)
_POWER = re.compile(
    r"(?:(.*?) ?[*xX] ?)?10 ?(?:\^|\*\*) ?(?:([+-]?\d{1,4})|[{(] ?([+-]?) ?(\d{1,4}) ?[)}])", re.ASCII
)
_RAISED = re.compile(r"(?<=10)[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+")
_RAISED_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_GROUPED = re.compile(r"([1-9]\d{0,2}(?:([ ,'_])\d{3}(?:\2\d{3})*))(\.\d*)?", re.ASCII)
_DOTTED = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+", re.ASCII)
_DECIMAL_COMMA = re.compile(
    r"(0|[1-9]\d*|[1-9]\d{0,2}(?:([ .'_])\d{3}(?:\2\d{3})*)),(\d+)((?:[eE][+-]?\d{1,4})?)", re.ASCII
)
_COMMA = re.compile(r"(\d+|\d{1,3}(?:([ .'_])\d{3}(?:\2\d{3})*)),(\d+)", re.ASCII)
_ANNOUNCED = re.compile(
    r"^(?:about|approx\.?|approximately|around|roughly|circa|ca\.?) (?=[-+\d.(\\])", re.IGNORECASE
)
_NOTHING_IMAGINARY = re.compile(r" ?[+-] ?0(?:\.0*)?[ij]$", re.ASCII)

# Characters that mean a plain one; first the full-width forms, and the letters and digits of set mathematics.
_PLAIN: dict[int, str | None] = {
    **{
        code: unicodedata.normalize("NFKC", chr(code))
        for code in (*range(0xFF01, 0xFF5F), *range(0x1D400, 0x1D800))
    },
    **dict.fromkeys(map(ord, "−–—‐‑‒―﹣－"), "-"),
    **dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2060\ufeff")),
    **dict.fromkeys(map(ord, "’ʼ′´`‘＇"), "'"),
    **dict.fromkeys(map(ord, "×·⋅∙∗"), "*"),
    **dict.fromkeys(map(ord, "⁄∕÷"), "/"),
    **dict(zip(map(ord, "⟨⟩"), "()", strict=True)),
    # Between invisible pluses, so that `4½` is one number where a blank separates two.
    **{
        code: f"\u2064{unicodedata.normalize('NFKC', chr(code)).replace('⁄', '/')}\u2064"
        for code in (*range(0xBC, 0xBF), *range(0x2150, 0x215F))
    },
    **dict.fromkeys(map(ord, "≃≅∼~～"), "≈"),
}
_COMMANDS = {
    r"\leftarrow": "←",
    r"\rightarrow": "→",
    r"\Rightarrow": "⇒",
    r"\\": ";",
    "&": ",",
    r"\dfrac": r"\frac",
    r"\tfrac": r"\frac",
    r"\approx": "≈",
    r"\cdot": "*",
    r"\times": "*",
    r"\left": "",
    r"\right": "",
    "{,}": ",",
    r"\%": "%",
    r"\,": " ",
    r"\;": " ",
    r"\:": " ",
    "\\ ": " ",
    r"\(": "",
    r"\)": "",
}


class Written(NamedTuple):
    """A number that was read.

    Attributes:
        value: the number.
        unit: what the last place that the writing claims is worth; 0 for a fraction, which is exact.
        digits: significant digits that were written; 0 for a zero.
        text: the number as read, in plain decimals.
    """

    value: float
    unit: float
    digits: int
    text: str


class NotANumber(ValueError):
    """Raised for a text that is no finite number; the message is for the person who wrote it."""


class _Asked(NamedTuple):
    """What is known of a number before it is read; the arguments of `read_number`."""

    whole: bool
    unbroken: bool
    decimal_comma: bool
    units: tuple[str, ...]
    counted: tuple[str, ...]


def read_number(
    text: str,
    *,
    whole: bool = False,
    unbroken: bool = False,
    decimal_comma: bool = False,
    decimal_point: bool = False,
    units: Iterable[str] = (),
    counted: Iterable[str] = (),
    formula: bool = False,
) -> Written:
    r"""Read one written number.

    What is written with $d$ decimals is written to $10^{-d}$ if $d \ge 2$, or if $d = 1$ and there are three
    significant digits. Anything shorter is read as written to two decimals: 0.6 is 0.60 and 13 is 13.00, so
    that 12 never passes for 13.

    Three significant digits always suffice: a whole number of three digits or more is written to its last digit
    that is not zero, but its first three digits count in any case. 132 is written to ones, 1320 to tens, 1300
    and 1000 to tens, 1317 to ones, 132000 to thousands. The trailing `.0` that Python adds changes nothing in
    that; zeros after the decimal point of a power of ten count as written, so 1.320e3 is written to ones.

    Args:
        text: as typed.
        whole: whether a whole number is asked for: there a comma can only separate thousands.
        unbroken: whether no division leads to that whole number, so that a point can only separate thousands.
        decimal_comma: whether what stands beside it shows that commas are decimal ones.
        decimal_point: whether what stands beside it shows that points are decimal ones.
        units: spellings of a letter that the number may be multiplied by.
        counted: words for what is counted, which may stand after the number.
        formula: whether any formula may stand before the value and an equals sign.

    Raises:
        NotANumber: if the text is not a finite number; the message says what to write instead.

    >>> [read_number(text).unit for text in ("0.42", "0.6", "13", "12.3", "132", "1320.0", "1.32e3", "0.00e9")]
    [0.01, 0.01, 0.01, 0.1, 1.0, 10.0, 10.0, 0.01]
    >>> read_number("1,115,684").text, read_number(r"-\frac{9}{2}").value, read_number("-18η", units=["η"]).value
    ('1115684', -4.5, -18.0)
    """
    if len(text) > LONGEST_ENTRY:
        raise NotANumber(f"a number of at most {LONGEST_ENTRY} characters was expected, got {len(text)}")
    match = _DECIMAL.fullmatch(text)
    dotted = (whole or decimal_comma) and not decimal_point and _DOTTED.fullmatch(text.lstrip("+-"))
    if match is not None and not dotted:
        return _decimal(match, text)
    return _read_typed(text, _Asked(whole, unbroken, decimal_comma, tuple(units), tuple(counted)), formula)


def plain_characters(text: str) -> str:
    r"""Give a text with plain signs, digits and single blanks, LaTeX's commands for them spelled out.

    >>> plain_characters(r"$−１{,}115 \cdot 2$")
    '-1,115 * 2'
    """
    plain = text.translate(_PLAIN)
    if "\\" in plain or "{,}" in plain:
        for command, meaning in _COMMANDS.items():
            plain = plain.replace(command, meaning)
    return " ".join(" ".join(plain.split()).strip("$").split()).replace(" \u2064", "\u2064").strip("\u2064")


def _decimal(match: re.Match[str], text: str, power: int = 0) -> Written:
    """Give what a plain decimal says, times ten to a power."""
    sign, whole, fraction, bare_fraction, exponent = match.groups()
    whole, fraction = whole or "", fraction or bare_fraction or ""
    shift = int(exponent or 0) + power
    value = float(f"{sign}{whole}.{fraction}e{shift}" if power else text)
    _refuse_large(value, text)
    digits = (whole + fraction).lstrip("0")
    place = _claimed(digits, whole, fraction, shift)
    return Written(value, _UNITS.get(place) or float(f"1e{place}"), len(digits), text)


_UNITS = {place: float(f"1e{place}") for place in range(-20, 10)}


def _claimed(digits: str, whole: str, fraction: str, power: int) -> int:
    """Tell the last place that `whole.fraction` times ten to a power claims, as a power of ten."""
    place = power - len(fraction)  # of the last written digit
    if fraction == "0" and power == 0 and len(digits) > ENOUGH:
        digits, fraction, place = digits[:-1], "", 0
    if place < 0:
        return place if place <= -SHORTEST or len(digits) >= ENOUGH else -SHORTEST
    count = len(digits) + place if digits else 0  # digits of the whole number
    if count < ENOUGH:
        return -SHORTEST
    zeros = 0 if fraction else len(digits) - len(digits.rstrip("0"))
    return min(place + zeros, count - ENOUGH)


def _read_typed(text: str, asked: _Asked, formula: bool = False) -> Written:
    """Read what is more than a plain decimal: take its decoration off, from the outside in."""
    plain = _REMARK.sub("", plain_characters(text))
    body = plain[1:].lstrip() if plain[:1] in ("=", "≈") else _ANNOUNCED.sub("", plain)
    if printed := _PRINTED.fullmatch(body):
        body = next(filter(None, printed.groups()), "")
    parts = _EQUALS.split(body)
    if len(parts) > 1:
        return _last_of(parts, plain, asked, formula)
    body = _NOTHING_IMAGINARY.sub("", _without_brackets(body))
    body = _without_counted(_without_letter(body, asked.units), asked.counted)
    body = _without_brackets(body).strip(" \u2064")
    power = 0
    if body[-1:] == "%":
        if asked.whole:
            raise NotANumber(
                f"a whole number was expected, got {_shown(plain)}, which is a share; write the number"
            )
        body, power = body[:-1].rstrip(" \u2064"), -2
    body = re.sub(r"^(minus|negative) (?=[\d.])", "-", body, flags=re.IGNORECASE)
    sign = body[:1] if body[:1] in ("+", "-") else ""
    body = body[len(sign) :].lstrip(" \u2064")
    if fraction := _FRACTION.fullmatch(body):
        return _fraction(fraction, sign, power)
    if (mixed := _MIXED.fullmatch(body)) and (read := _mixed(mixed, sign, power)):
        return read
    if product := _POWER.fullmatch(_RAISED.sub(lambda raised: "^" + raised[0].translate(_RAISED_DIGITS), body)):
        mantissa, bare, inner_sign, inner = product.groups()
        body = "1" if mantissa is None else mantissa
        power += int(bare or inner_sign + inner)
    elif _DOTTED.fullmatch(body):
        body = _thousands_or_decimals(body, sign, asked)
    if body[-1:] == "." and body.count(".") == 2:
        body = body[:-1]  # the end of a sentence
    digits = sign + _without_groups(body, asked)
    match = _DECIMAL.fullmatch(digits)
    if match is None:
        raise NotANumber(_advice(plain, asked.whole))
    return _decimal(match, digits, power)._replace(text=_spelled_out(digits, power))


def _last_of(parts: list[str], plain: str, asked: _Asked, formula: bool) -> Written:
    """Read a number that stands in several forms, or after how it was worked out: `2·3 + 1 = 7`."""
    if len(parts) > MOST_FORMS + formula or not all(parts):
        raise NotANumber(_advice(plain, asked.whole))
    *earlier, last = parts
    forms = [form for part in earlier if (form := _earlier_form(part, asked, formula))]
    value = _read_form(last, asked)
    most = max(form.digits for form in (*forms, value))
    # A whole number is the last, since a division may stand before it: `1438/28 = 51.36, so 51`.
    if asked.whole and value.value.is_integer():
        same = value if all(_rounds(form, value.value) for form in forms) else None
    else:
        same = _finest([*forms, value])
    if same is None:
        raise NotANumber(
            f"one number was expected, got {_shown(plain)!r}, which are several; write the value alone"
        )
    return same._replace(digits=most)


def _rounds(form: Written, whole: float) -> bool:
    """Whether a whole number may come from an earlier form: cut, rounded, or the form itself a round number."""
    off = abs(form.value - whole)
    return off < 1 or (form.unit > 1 and off <= 0.5 * form.unit)


def _earlier_form(part: str, asked: _Asked, formula: bool) -> Written | None:
    """Read what stands before an equals sign; None if it says how the number was worked out."""
    for each in (asked, asked._replace(whole=False)):
        try:
            return _read_form(part, each)
        except NotANumber as reason:
            said = reason
    bare = part
    for letter in asked.units:
        bare = bare.replace(letter, " ")
    if is_working(part) or is_working(bare) or (formula and is_formula(part)):
        return None
    raise said


def is_working(text: str) -> bool:
    """Whether a text is made of numbers and signs alone, so that it can be how a number was worked out.

    >>> is_working("2*3 + 1"), is_working("y - 2"), is_working("7")
    (True, False, False)
    """
    return bool(_WORKING.fullmatch(text))


def _read_form(part: str, asked: _Asked) -> Written:
    return read_number(
        part,
        whole=asked.whole,
        unbroken=asked.unbroken,
        decimal_comma=asked.decimal_comma,
        units=asked.units,
        counted=asked.counted,
    )


def is_formula(text: str) -> bool:
    """Whether a text may be the formula that leads from the name of an answer to its value.

    >>> is_formula("ŷ - y"), is_formula("40 or 41"), is_formula("x < 3")
    (True, False, False)
    """
    outside = text
    for _ in range(4):  # a comma may stand in brackets only, and these in others
        outside = re.sub(r"[(\[{][^()\[\]{}]*[)\]}]", "()", outside)
    return not _NO_FORMULA.search(text) and "," not in outside and ";" not in outside


def has_decimal_point(text: str) -> bool:
    """Whether a text is a number with a point that can be nothing but a decimal one, and parts behind it.

    Python adds `.0` to whole numbers: it says nothing of how the others were typed.

    >>> [has_decimal_point(text) for text in ("0.25", "-1.5", "1234.125", "3.0", "-1.125", "16.618", "12")]
    [True, True, True, False, False, False, False]
    """
    digits = text.lstrip("+-")
    parts = digits.partition(".")[2].strip("0")
    return bool(parts) and _DECIMAL.fullmatch(digits) is not None and _DOTTED.fullmatch(digits) is None


def _thousands_or_decimals(body: str, sign: str, asked: _Asked) -> str:
    """Read `38.128`, where a whole number is asked for or commas are the decimal ones, or refuse to guess."""
    groups = body.count(".")
    if not (asked.whole or asked.decimal_comma) or (groups > 1 and not asked.whole):
        return body
    joined = body.replace(".", "")
    if asked.whole and (groups > 1 or (asked.unbroken and not body.endswith("000"))):
        return joined
    # with one digit more it is no group of three
    alone = body[:-4] if body.endswith(".000") else f"{body}0"
    raise NotANumber(
        f"write {sign}{joined} or {sign}{alone}: the point in {sign}{body} may mean either"
        + ("" if not asked.whole or body.endswith(".000") else ", and a whole number was expected")
    )


def _finest(forms: list[Written]) -> Written | None:
    """Give the finest of the forms in which a number stands, `9/2 = 4.5`; None if they are several numbers."""
    finest = min(forms, key=lambda form: form.unit)
    agree = all(abs(form.value - finest.value) <= max(form.unit, _rounding(form)) for form in forms)
    return finest if agree else None


def _rounding(form: Written) -> float:
    """Give by how much rounding to the last decimal that was written may change a number."""
    place = Decimal(form.text).as_tuple().exponent
    return 0.5 * 10.0 ** min(int(place), 0) if form.unit else 0.0


def _without_brackets(body: str) -> str:
    return body[1:-1].strip() if body[:1] == "(" and body[-1:] == ")" else body


def _without_letter(body: str, letters: Iterable[str]) -> str:
    """Take off a letter that the number is multiplied by: after it, before it, or above a fraction line."""
    for letter in map(re.escape, letters):
        if after := re.fullmatch(rf"(.*[\d.}})\u2064]) ?\*? ?{letter}\.?", body):
            return after[1]
        if before := re.fullmatch(rf"([+-]?) ?{letter} ?(?:\* ?(.+)|(\([^()]+\)))", body):
            sign, number = before[1], _without_brackets(before[2] or before[3])
            return body if sign and number[:1] in ("+", "-") else sign + number
        if above := re.fullmatch(rf"(.*\d) ?\*? ?{letter} ?(\}}?)( ?/ ?\d+| ?\{{ ?\d+ ?\}})", body):
            return "".join(above.groups())
    return body


def _without_counted(body: str, counted: Iterable[str]) -> str:
    """Take off the word for what is counted, `156 parameters`."""
    if not body[-1:].isalnum() and body[-1:] != ".":
        return body
    for word in counted:
        if after := re.fullmatch(rf"(.*\d\.?) ?{re.escape(word)}\.?", body, re.IGNORECASE):
            return after[1]
    return body


def has_decimal_comma(text: str) -> bool:
    """Whether a number has a comma that can be nothing but a decimal one."""
    comma = _DECIMAL_COMMA.fullmatch(plain_characters(text).lstrip("+-= ≈"))
    return comma is not None and (comma[1] == "0" or len(comma[3]) != 3)


def _without_groups(body: str, asked: _Asked) -> str:
    """Take out what separates groups of three digits, where it can be nothing else."""
    whole = asked.whole
    comma = None if whole else _DECIMAL_COMMA.fullmatch(body)
    if comma and (asked.decimal_comma or comma[1] == "0" or len(comma[3]) != 3):
        return f"{re.sub(r'[^0-9]', '', comma[1])}.{comma[3]}{comma[4]}"
    match = _GROUPED.fullmatch(body)
    if match is None:
        return body
    digits, separator, decimals = match.groups()
    if separator == "," and digits.count(",") == 1 and not decimals and not whole:
        return body
    return digits.replace(separator, "") + (decimals or "")


def _fraction(match: re.Match[str], sign: str, power: int) -> Written:
    above, below, inner_sign, latex_above, latex_below, short_above, short_below = match.groups()
    top, bottom = above or latex_above or short_above, below or latex_below or short_below
    if not bottom.strip("0"):
        raise NotANumber(f"a finite number was expected, got {_shown(match[0])}")
    exact = Fraction(int(top), int(bottom))
    return _exactly(
        -exact if (sign == "-") != (inner_sign == "-") else exact,
        power,
        max(len(top.lstrip("0")), len(bottom.lstrip("0"))) if top.strip("0") else 0,
        match[0],
    )


def _mixed(match: re.Match[str], sign: str, power: int) -> Written | None:
    """Give what `4 1/2` says, or None where the fraction is not a proper one."""
    whole, *parts = match.groups()
    above, below = (int(part) for part in parts if part is not None)
    if not 0 < above < below:
        return None
    exact = int(whole) + Fraction(above, below)
    return _exactly(-exact if sign == "-" else exact, power, len(whole.lstrip("0")) + 1, match[0])


def _exactly(exact: Fraction, power: int, digits: int, text: str) -> Written:
    largest = Fraction(int(TOO_LARGE))  # a float can hold no more than 1e308
    value = float(max(min(exact * Fraction(10) ** power, largest), -largest))
    _refuse_large(value, text)
    return Written(value, 0.0, digits, f"{value:.17g}" if value.is_integer() else repr(value))


def _refuse_large(value: float, text: str) -> None:
    if abs(value) < TOO_LARGE:
        return
    if math.isfinite(value):
        raise NotANumber(f"a number below {TOO_LARGE:g} was expected, got {_shown(text)}")
    raise NotANumber(f"a finite number was expected, got {_shown(text)}")


def _spelled_out(digits: str, power: int) -> str:
    """Give a decimal times a power of ten without the power, unless that would be longer than anybody reads."""
    if power == 0:
        return digits
    exact = Decimal(f"{digits}e{power}" if "e" not in digits.lower() else digits)
    if "e" in digits.lower():
        exact = exact.scaleb(power)
    return f"{exact:f}" if abs(exact.adjusted()) < 20 else str(exact)


def _advice(text: str, whole: bool) -> str:
    shown = _shown(text)
    bare = text.lstrip("=≈ ")
    sign, bare = ("-", bare[1:].lstrip()) if bare[:1] == "-" else ("", bare.removeprefix("+").lstrip())
    if bare.lower() in {"nan", "inf", "infinity"}:
        return f"a finite number was expected, got {shown}"
    if comma := _COMMA.fullmatch(bare):
        left = re.sub(r"\D", "", comma[1])
        if whole:
            return f"a whole number was expected, with commas between thousands only, as in 16,618; got {shown}"
        point = f"{sign}{left}.{comma[3]}"
        if _GROUPED.fullmatch(bare):
            return f"write {sign}{left}{comma[3]} or {point}: the comma in {text[:24]} may mean either"
        return f"write a decimal point, not a comma: {point[:40]}"
    if "/" in bare or "\\frac" in bare:
        return f"write a decimal number, or a fraction of two whole numbers such as 9/2; got {shown!r}"
    if any(c.isdigit() and not c.isascii() for c in bare):
        return f"write the digits 0 to 9; got {shown!r}"
    if not text:
        return "a number was expected, got an empty text"
    if re.search(r"\d.*[-+*^!]|sqrt|log|exp", bare):
        return f"a number was expected, got {shown!r}; formulas are not worked out, write the value"
    return f"a number was expected, got {shown!r}; write the value alone, such as 4.5 or 9/2"


def _shown(text: str) -> str:
    plain = " ".join(text.replace("\u2064", " ").split())
    return plain if len(plain) <= 24 else plain[:24] + "…"
