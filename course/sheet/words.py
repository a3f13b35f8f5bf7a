"""Words that are read: which of several choices is meant, which unit of a graph."""

import re
from collections.abc import Sequence

from course.sheet.number import NotANumber, plain_characters, read_number

_INFLECTIONS = ("s", "d", "es", "ed")
_ENDINGS = ("", "s", "d", "es", "ed", "ing")
# Other words for a choice, and the word that makes them mean it.
_SYNONYMS = {
    "increase": ("rise", "rising", "grow", "up", "upward", "upwards", "larger", "bigger", "higher", "more", "↑"),
    "decrease": ("fall", "shrink", "drop", "decline", "down", "downward", "downwards", "smaller", "lower", "↓"),
    "every": ("all", "any", "each"),
    "no": ("none", "never"),
}
# Words that say nothing about which choice is meant. A text with any other word in it is not read, so that neither
# a negation nor a second choice is overlooked.
_SILENT_WORDS = """
    a an the it its which what where whether this that these those is are be becomes become gets get goes go going
    gone moves move moving will would should must has have so thus then hence therefore only when if whenever holds
    hold does do it's answer value values number numbers case as i think choose my
"""
_SILENT = frozenset(_SILENT_WORDS.split())
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_SHOWN = 40


class NoSuchWord(ValueError):
    """Raised for a word that names nothing, or more than one thing; the message is for the person who wrote it."""


def which_choice(text: str, choices: Sequence[str], about: str = "") -> int:
    """Tell which choice a text means.

    Case, blanks and a full stop do not matter. A choice that is a number may be written in any way. A part of a
    choice, with its last word shortened or inflected, means it if it is part of no other. A phrase means the only
    choice that it names, by a word of its own or another word for it, if all its other words say nothing or stand
    in what is asked: `it goes up` is read, while `does not increase` and `up or down` are not.

    Args:
        text: as typed.
        choices: what there is to choose from.
        about: what is asked, whose words may stand in a phrase.

    Raises:
        NoSuchWord: if the text is none of the choices, or part of several.

    >>> which_choice("Decreases.", ("decrease", "increase")), which_choice("even p", ("for every p", "for even p"))
    (0, 1)
    >>> which_choice("2.0", ("1", "2")), which_choice("it goes up", ("decrease", "increase"))
    (1, 1)
    """
    options = [_words(choice) for choice in choices]
    words = _words(_TEXT.sub(r"\1", text))
    if words in options:
        return options.index(words)
    found = [number for number, choice in enumerate(choices) if _same_number(text, choice)]
    if not found:
        found = [number for number, option in enumerate(options) if words and _part(words, option)]
    if not found:
        found = _named(words, options, about)
    if len(found) == 1:
        return found[0]
    meant = f"; it may be {' or '.join(choices[number] for number in found)}" if found else ""
    raise NoSuchWord(f"choose one of {', '.join(choices)}; got {text[:_SHOWN]!r}{meant}")


_TEXT = re.compile(r"\$? ?\\(?:text|mathrm|textbf|mathbf) ?\{([^{}]*)\} ?\$?")


def _named(words: Sequence[str], options: Sequence[Sequence[str]], about: str) -> list[int]:
    """Give the choice of which a phrase has every word that is its own, or none if it says anything else."""
    shared = set.intersection(*map(set, options)) if options else set()
    subject = set(re.findall(r"[a-z]+", re.sub(r"\$[^$]*\$", "", about.casefold()))) - _SILENT
    letters = {word[0] for word in subject if len(word) > 1}  # `w` for the weight
    harmless = _SILENT | shared | subject | letters
    own = {(number, word) for number, option in enumerate(options) for word in option if word not in shared}
    said: set[tuple[int, str]] = set()
    reason = next((place for place, word in enumerate(words) if word in ("because", "since")), len(words))
    words = words[:reason]
    for word in (word.strip("()*_\"'`$").rstrip(".,;:!") for word in words):
        names = {(number, name) for number, name in own if _means(word, name)}
        if not (names or word in harmless or not word):
            return []
        said |= names
    meant = {number for number, _ in said}
    return sorted(meant) if len(meant) == 1 and said == {pair for pair in own if pair[0] in meant} else []


def _means(word: str, name: str) -> bool:
    """Whether a word is one of a choice in any form, or another word for it."""
    return _form(word, name) or any(_form(word, other) for other in _SYNONYMS.get(name, ()))


def _form(word: str, own: str) -> bool:
    if word == own:
        return True
    stem = own.removesuffix("e")
    return len(own) > 2 and any(word in (own + ending, stem + ending) for ending in _ENDINGS[1:])


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
    return text.casefold().strip(" \t\r\n\"'`").rstrip(" \t\r\n.,;!\"'`").split()


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
