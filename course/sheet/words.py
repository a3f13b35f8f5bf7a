"""Words that are read: which of several choices is meant, which unit of a graph."""

from collections.abc import Sequence

from course.sheet.number import NotANumber, plain_characters, read_number

_INFLECTIONS = ("s", "d", "es", "ed")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_SHOWN = 40


class NoSuchWord(ValueError):
    """Raised for a word that names nothing, or more than one thing; the message is for the person who wrote it."""


def which_choice(text: str, choices: Sequence[str]) -> int:
    """Tell which choice a text means.

    Case, blanks and a full stop do not matter. A choice that is a number may be written in any way. A part of a
    choice, with its last word shortened or inflected, means it if it is part of no other: nothing is read from a
    text that says more than a choice does.

    Raises:
        NoSuchWord: if the text is none of the choices, or part of several.

    >>> which_choice("Decreases.", ("decrease", "increase")), which_choice("even p", ("for every p", "for even p"))
    (0, 1)
    >>> which_choice("2.0", ("1", "2"))
    1
    """
    options = [_words(choice) for choice in choices]
    words = _words(text)
    if words in options:
        return options.index(words)
    found = [number for number, choice in enumerate(choices) if _same_number(text, choice)]
    if not found:
        found = [number for number, option in enumerate(options) if words and _part(words, option)]
    if len(found) == 1:
        return found[0]
    meant = f"; it may be {' or '.join(choices[number] for number in found)}" if found else ""
    raise NoSuchWord(f"choose one of {', '.join(choices)}; got {text[:_SHOWN]!r}{meant}")


def split_words(text: str, *, arrows: bool = True) -> tuple[str, ...]:
    """Take a text of several words apart: at line ends, else at semicolons, else arrows, else commas.

    >>> split_words("[forward, loss, update]"), split_words("forward -> loss, then update")
    (('forward', 'loss', 'update'), ('forward', 'loss, then update'))
    """
    plain = text.strip()
    while plain[:1] + plain[-1:] in ("[]", "()", "{}"):
        plain = plain[1:-1].strip()
    between = ("\n", ";", *(("→", "->") if arrows else ()))
    separator = next((sign for sign in between if sign in plain), ",")
    parts = (part.strip(" \t\r\n\"'") for part in plain.split(separator))
    return tuple(part for part in parts if part)


def which_unit(name: str, units: Sequence[str]) -> int:
    """Tell which unit of a graph a name means: `x_0`, `x₀` and `X0` are x0, and `h1` is h where there is one h.

    Raises:
        NoSuchWord: if it is none of the units.

    >>> which_unit("x_{0}", ("x0", "x1", "h")), which_unit("h1", ("x0", "x1", "h"))
    (0, 2)
    """
    known = [_plain_name(unit) for unit in units]
    meant = _plain_name(name)
    if meant in known:
        return known.index(meant)
    # `h` and `h1` mean the same where there is no other h.
    letter = meant.removesuffix("1")
    alike = [number for number, unit in enumerate(known) if unit.rstrip("0123456789") == letter]
    if len(alike) == 1 and known[alike[0]] in (letter, letter + "1"):
        return alike[0]
    raise NoSuchWord(f"the units are {', '.join(units)}; got {name[:_SHOWN]!r}")


def _words(text: str) -> list[str]:
    return text.casefold().strip(" \t\r\n.,;!\"'`").split()


def _part(words: Sequence[str], option: Sequence[str]) -> bool:
    """Whether words stand one after the other in an option, the last one perhaps shortened or inflected."""
    *first, last = words
    return any(
        list(option[start : start + len(first)]) == first and _stem(last, option[start + len(first)])
        for start in range(len(option) - len(words) + 1)
    )


def _stem(word: str, option: str) -> bool:
    return option.startswith(word) or (word.startswith(option) and word[len(option) :] in _INFLECTIONS)


def _same_number(text: str, choice: str) -> bool:
    try:
        return read_number(text).value == read_number(choice).value
    except NotANumber:
        return False


def _plain_name(name: str) -> str:
    plain = plain_characters(name[:200].translate(_LOWERED))
    return "".join(c for c in plain.casefold() if c.isalnum())
