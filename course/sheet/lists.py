r"""Arrays typed as a text: `[6, -3]`, `(6; -3)`, `6, -3`, `[[1 2] [3 4]]` as numpy prints it, LaTeX's matrices."""

import re
from typing import NamedTuple

from course.sheet.number import plain_characters

_DEEPEST = 8
_OPEN, _CLOSE = "([", ")]"
_CALL = re.compile(
    r"(?:[a-z]+\.)?(?:array|Array|tensor|matrix|Matrix|Size|list|tuple) ?\((.*?)(?:, ?[a-z_]+ ?= ?[\w.]+)*,? ?\)",
    re.ASCII,
)
_TURNED = re.compile(r"(.*[\])]) ?(?:\^ ?\{? ?(?:T|\\top|\\intercal) ?\}?|\.T|ᵀ)")
_SIZES = re.compile(r"([1-9]\d* ?[*xX@] ?[1-9]\d*(?: ?[*xX] ?[1-9]\d*)*)(?: ?px| ?pixels)?", re.ASCII)
_DECIMAL = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_BLANKS = re.compile(rf"{_DECIMAL}(?: (?!\d\d\d(?![\d.eE])){_DECIMAL})+", re.ASCII)
_BRACES = str.maketrans("{}", "[]")
_MATRIX = re.compile(r"\\begin ?\{([a-z]*matrix)\}(.*)\\end ?\{\1\}", re.ASCII)


class NotAList(ValueError):
    """Raised for a text whose parts make no array; the message is for the person who wrote it."""


class Listed(NamedTuple):
    """The entries of a typed array in row-major order, as they stand, and its shape."""

    shape: tuple[int, ...]
    entries: tuple[str, ...]


def read_list(text: str, *, bare: bool, blanks: bool = True, sizes: bool = False) -> Listed | None:
    r"""Split a typed array into its entries, or give None for a text that is none.

    Commas separate entries, and so do blanks where there is no comma; a semicolon separates rows, or the
    entries of a column.

    Args:
        text: as typed.
        bare: whether an array is expected, so that `6, -3` without brackets is one.
        blanks: whether blanks separate entries; they may also separate thousands.
        sizes: whether `6 x 28 x 28` and `6@28x28` are arrays.

    Raises:
        NotAList: if the brackets do not match, an entry is empty, or the rows have different lengths.

    >>> read_list("[6, -3]", bare=False), read_list("(1, 2; 3, 4)", bare=False)
    (Listed(shape=(2,), entries=('6', '-3')), Listed(shape=(2, 2), entries=('1', '2', '3', '4')))
    >>> read_list("6; -3", bare=True).entries, read_list("6, -3", bare=False)
    (('6', '-3'), None)
    """
    plain = plain_characters(text)
    plain = plain[1:].lstrip() if plain[:1] in ("=", "≈") else plain
    if call := _CALL.fullmatch(plain):
        plain = call[1]
    if "\\" not in plain:
        plain = plain.translate(_BRACES)
    if matrix := _MATRIX.fullmatch(plain):
        plain = f"[{matrix[2]}]"
    if turned := _TURNED.fullmatch(plain):
        row = read_list(turned[1], bare=False, blanks=blanks)
        return row if row and len(row.entries) in row.shape else None
    whole = _inside(plain)
    if whole is None:
        whole = _without_brackets(plain, sizes) if bare else None
        if whole is None:
            return None
    nested = _split(whole, blanks, 1)
    entries: list[str] = []
    shape = _flatten(nested, entries)
    return Listed(shape, tuple(entries))


def _without_brackets(plain: str, sizes: bool) -> str | None:
    """Give the entries of an array that is typed without brackets, with commas or semicolons between them."""
    if sizes and (sides := _SIZES.fullmatch(plain)):
        return re.sub(r"[*xX@]", ",", sides[1])
    if _BLANKS.fullmatch(plain):
        return plain.replace(" ", ",")
    plain = re.sub(r",? and (?=[-+.\d])", ", ", plain)
    return plain if any(sign in plain for sign in ",;") else None


Nested = str | list["Nested"]


def _split(inside: str, blanks: bool, depth: int) -> "list[Nested]":
    """Take the inside of a pair of brackets apart."""
    if depth > _DEEPEST:
        raise NotAList(f"lists are nested more than {_DEEPEST} deep")
    rows = _parts(inside, ";")
    if len(rows) > 1:
        split = [_split(row, blanks, depth + 1) for row in rows]
        # A column: `(6; -3)` has as many entries as rows.
        return [row[0] for row in split] if all(len(row) == 1 for row in split) else list(split)
    parts = _parts(inside, ",")
    if len(parts) == 1 and blanks:
        parts = _parts(re.sub(r"(?<![^ ])([+-]) (?=[\d.])", r"\1", inside), " ")
    return [part if (inner := _list_inside(part)) is None else _split(inner, blanks, depth + 1) for part in parts]


def _list_inside(part: str) -> str | None:
    """Give what stands in the brackets of a list, None for an entry; `(4.5+0j)` is a number."""
    inner = _inside(part)
    return None if inner is None or (part[0] == "(" and not any(sign in inner for sign in ",;[(")) else inner


def _parts(text: str, separator: str) -> list[str]:
    """Split at the separators that stand in no brackets; one at the very end separates nothing."""
    parts, level, start = [], 0, 0
    for place, sign in enumerate(text):
        level += (sign in _OPEN) - (sign in _CLOSE)
        if level < 0:
            raise NotAList("the brackets do not match")
        if sign == separator and level == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    if level:
        raise NotAList("the brackets do not match")
    last = text[start:].strip()
    return [*parts, last] if last or not parts else parts


def _inside(text: str) -> str | None:
    """Give what stands in the brackets that enclose a whole text, None where none do."""
    if text[:1] not in tuple(_OPEN) or text[-1:] not in tuple(_CLOSE):
        return None
    level = 0
    for place, sign in enumerate(text):
        level += (sign in _OPEN) - (sign in _CLOSE)
        if level == 0:
            return text[1:-1].strip() if place == len(text) - 1 else None
    return None


def _flatten(nested: "Nested", entries: list[str]) -> tuple[int, ...]:
    if isinstance(nested, str):
        if not nested:
            raise NotAList("an entry of the list is empty")
        entries.append(nested)
        return ()
    shapes = {_flatten(part, entries) for part in nested}
    if len(shapes) != 1:
        raise NotAList("the rows of the list have different lengths")
    return (len(nested), *shapes.pop())
