r"""From the text of a line to lexemes: words, numbers, signs, each with its place in the text.

LaTeX as people type it, Python-like text and unicode give the same lexemes: `\hat{y}` and `ŷ`, `\cdot` and `*`,
`x²` and `x^{2}`, `\alpha`, `alpha` and `α`. What only sets type (`\left`, `\,`, `\mathbf`) is dropped.
"""

import re
import unicodedata
from typing import Literal, NamedTuple

from course.errors import CourseError

LONGEST_LINE = 4000  # characters
MOST_LEXEMES = 2000
LONGEST_WORD = 40

Kind = Literal["word", "number", "sign", "prose", "outside", "note", "end"]


class Unread(CourseError):
    """Raised where a line cannot be read.

    Attributes:
        position: the character at which reading stopped, from 0.
        expected: what would have been read there.
        nearest: the declared spelling that is most alike, or "".
    """

    def __init__(self, position: int, expected: str, nearest: str = "") -> None:
        self.position, self.expected, self.nearest = position, expected, nearest
        super().__init__(f"character {position + 1}: {expected}" + (f"; nearest is {nearest}" if nearest else ""))


class Lexeme(NamedTuple):
    """A word, a number, a sign, a piece of prose, or what stands outside of formulas, and where it begins."""

    kind: Kind
    text: str
    position: int


GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "vartheta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
    "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ",
    "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω", "ell": "ℓ",
}  # fmt: skip
_SAME_LETTER = {"ϕ": "φ", "ɸ": "φ", "𝜎": "σ", "ϵ": "ε", "µ": "μ", "ϑ": "θ", "𝓛": "L", "ℒ": "L", "∆": "Δ"}
_ONES = "𝟙𝟏𝟭"  # of an indicator
_ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303",
    "widetilde": "\u0303", "dot": "\u0307", "vec": "",
}  # fmt: skip
_STYLES = {
    "mathbf", "mathcal", "mathrm", "mathbb", "mathit", "mathsf", "boldsymbol", "bm", "bf", "operatorname",
    "underline", "cancel", "bcancel", "xcancel",
}  # fmt: skip
_DROPPED = {
    "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr",
    "displaystyle",
    "textstyle", "limits", "nolimits", "nonumber", "quad", "qquad", "hline", "notag", "middle",
}  # fmt: skip
# Signs that are written in several ways, by the one that the reader knows.
COMMANDS = {
    "cdot": "*", "times": "*", "ast": "*", "odot": "⊙", "circ": "⊙", "partial": "∂", "nabla": "∇", "grad": "∇",
    "sum": "∑", "prod": "∏", "leftarrow": "←", "gets": "←", "Leftarrow": "←", "Rightarrow": "⇒",
    "implies": "⇒", "to": "⇒",
    "rightarrow": "⇒", "Longrightarrow": "⇒", "therefore": "⇒", "iff": "⇒", "Leftrightarrow": "⇒", "le": "≤",
    "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "=", "simeq": "=", "equiv": "=",
    "coloneqq": ":=", "lVert": "‖", "rVert": "‖", "Vert": "‖", "lvert": "|", "rvert": "|", "vert": "|",
    "mid": "|", "top": "ᵀ", "intercal": "ᵀ", "prime": "'", "frac": "frac", "dfrac": "frac", "tfrac": "frac",
    "sqrt": "sqrt", "lt": "<", "gt": ">", "lbrace": "(", "rbrace": ")", "lbrack": "[", "rbrack": "]", "div": "/",
}  # fmt: skip
_ESCAPED = {"{": "(", "}": ")", "|": "‖", "\\": "\\\\", "_": "_"}
_PAIRS = {
    "**": "^", "<-": "←", ":=": ":=", "==": "=", "=>": "⇒", "->": "⇒", "<=": "≤", ">=": "≥", "!=": "≠", "||": "‖",
    "//": "/", "-=": "-=", "+=": "+=", "=:": "=",
}  # fmt: skip
_SIGNS = {
    "·": "*", "⋅": "*", "×": "*", "∗": "*", "@": "*", "•": "*", "∘": "⊙", "−": "-", "–": "-", "—": "-", "÷": "/",
    "∕": "/", "⁄": "/", "∑": "∑", "Σ": "∑", "∏": "∏", "Π": "∏", "√": "sqrt", "‖": "‖", "∥": "‖", "′": "'",
    "’": "'",
    "`": "'", "→": "⇒", "⟹": "⇒", "⇔": "⇒", "∴": "⇒", "≈": "=", "≡": "=", "≔": ":=", "ᵀ": "ᵀ", "⊤": "ᵀ", "″": "''",
}  # fmt: skip
_FRACTIONS = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4"}
_ENDS = "∎■□▪◻✓✔☑"
_END_COMMANDS = {"blacksquare", "square", "Box", "qed", "qedsymbol", "checkmark"}
# Commands that people write without a backslash, and functions that they write as text.
_BARE = {
    "frac",
    "dfrac",
    "tfrac",
    "cdot",
    "times",
    "partial",
    "nabla",
    "grad",
    "leftarrow",
    "rightarrow",
    "implies",
}
_AS_TEXT = {
    "sign", "sgn", "exp", "log", "ln", "max", "min", "relu", "ReLU", "sigmoid", "tanh", "diag", "logistic", "sqrt",
}  # fmt: skip
_LIBRARY = re.compile(r"(?:np|jnp|numpy|math|torch|tf)\.(?=[A-Za-z])")
_PLAIN = set("+-*/^_()[]{}|,;:=<>'&⊙∂∇←⇒≤≥≠.")
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-=()aehijklmnoprstuvx", strict=True))
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵏᵖʲˡᵐᵗ", "0123456789+-=()nikpjlmt", strict=True))
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+(?![0-9]))?|\.[0-9]+")
_BRACED = re.compile(r"\s*\{([^{}]*)\}")
_WORDS = re.compile(r"[^\W\d_]+")


def lex(text: str) -> list[Lexeme]:
    r"""Return the lexemes of a line, ending with one of kind `end`.

    ```python
    >>> [lexeme.text for lexeme in lex(r"\hat{y} \cdot x²")]
    ['ŷ', '*', 'x', '^', '{', '2', '}', '']

    ```

    Raises:
        Unread: for a line that is too long, or where a character or command begins that is none of the language.
    """
    if len(text) > LONGEST_LINE:
        raise Unread(LONGEST_LINE, f"the end of the line, after at most {LONGEST_LINE} characters")
    found: list[Lexeme] = []
    position = 0
    while position < len(text):
        position = _one(text, position, found)
        if len(found) > MOST_LEXEMES:
            raise Unread(position, f"the end of the line, after at most {MOST_LEXEMES} words and signs")
    notes = [one._replace(kind="prose") for one in found if one.kind == "note"]
    return [*(one for one in found if one.kind != "note"), *notes, Lexeme("end", "", len(text))]


def _one(text: str, position: int, found: list[Lexeme]) -> int:
    """Put the lexemes that begin here into `found` and return where the next begin."""
    character = text[position]
    if character.isspace() or character in "$~\u2061\u2062\u200b" or character in _ENDS:
        return position + 1
    if character in _FRACTIONS:
        signs = [
            ("sign", "("),
            ("number", _FRACTIONS[character][0]),
            ("sign", "/"),
            ("number", _FRACTIONS[character][2]),
        ]
        found += [Lexeme(kind, one, position) for kind, one in (*signs, ("sign", ")"))]  # type: ignore[arg-type]
        return position + 1
    if character == "\\":
        return _command(text, position, found)
    if character in _ONES:
        found.append(Lexeme("word", "𝟙", position))
        return position + 1
    if character == "∀":
        found.append(Lexeme("prose", "for all", position))
        return position + 1
    if character == "#":
        found.append(Lexeme("outside", text[position + 1 :].strip(), position))
        return len(text)
    for scripts, sign in ((_SUBSCRIPTS, "_"), (_SUPERSCRIPTS, "^")):
        if character in scripts:
            end = position
            while end < len(text) and (text[end] in scripts or _is_comma_between(text, end, scripts)):
                end += 1
            inner = lex("".join(scripts.get(one, one) for one in text[position:end]))[:-1]
            found.append(Lexeme("sign", sign, position))
            found.append(Lexeme("sign", "{", position))
            found += [Lexeme(kind, one, position + at) for kind, one, at in inner]
            found.append(Lexeme("sign", "}", end - 1))
            return end
    number = _NUMBER.match(text, position)
    if number:
        found.append(Lexeme("number", number[0], position))
        return number.end()
    pair = text[position : position + 2]
    if pair in _PAIRS:
        found.append(Lexeme("sign", _PAIRS[pair], position))
        return position + 2
    if character in _SIGNS:
        found.append(Lexeme("sign", _SIGNS[character], position))
        return position + 1
    if character in _PLAIN:
        found.append(Lexeme("sign", character, position))
        return position + 1
    library = _LIBRARY.match(text, position)
    if library:
        return library.end()
    if character.isalpha() or character in _SAME_LETTER:
        return _word(text, position, found)
    name = unicodedata.name(character, "a control character").lower()
    raise Unread(position, f"a letter, a number or a sign was expected, got {character!r} ({name})")


def _is_comma_between(text: str, at: int, scripts: dict[str, str]) -> bool:
    """Return whether a comma stands right between two small letters, as in `w₂,₁`: there is no small comma."""
    return text[at] == "," and text[at + 1 : at + 2] in scripts


def _word(text: str, position: int, found: list[Lexeme]) -> int:
    end = position
    while end < len(text) and _in_word(text[end]):
        end += 1
    word = text[position:end]
    if len(word) > LONGEST_WORD:
        raise Unread(position, f"a word of at most {LONGEST_WORD} letters was expected")
    strange = [one for one in word if one.isalpha() and not _known_letter(one)]
    if strange:
        name = unicodedata.name(strange[0], "an unknown letter").lower()
        raise Unread(position + word.index(strange[0]), f"a Latin or Greek letter was expected, got the {name}")
    if word in _BARE:
        found.append(Lexeme("sign", COMMANDS[word], position))
    else:
        found.append(Lexeme("word", canonical(word), position))
    return end


def _in_word(character: str) -> bool:
    if character in _SUBSCRIPTS or character in _SUPERSCRIPTS or character in _SIGNS:
        return False
    return character.isalpha() or character in "0123456789" or character in "\u0302\u0303\u0304\u0307"


def _known_letter(character: str) -> bool:
    name = unicodedata.name(character, "")
    return character in _SAME_LETTER or name.startswith(("LATIN ", "GREEK ")) or character == "ℓ"


def canonical(word: str) -> str:
    """Return a word in one spelling: Greek letters by themselves, accents composed.

    ```python
    >>> canonical("alpha"), canonical("ϕ")
    ('α', 'φ')

    ```
    """
    composed = unicodedata.normalize("NFC", "".join(_SAME_LETTER.get(one, one) for one in word))
    return GREEK.get(composed, composed)


def _command(text: str, position: int, found: list[Lexeme]) -> int:
    command = _COMMAND.match(text, position)
    if not command:
        character = text[position + 1 : position + 2]
        if character in _ESCAPED:
            found.append(Lexeme("sign", _ESCAPED[character], position))
        elif character not in ",;:! ()[]":
            raise Unread(position, "the name of a LaTeX command was expected after the backslash")
        return position + 2
    name, end = command[1], command.end()
    if name in COMMANDS:
        found.append(Lexeme("sign", COMMANDS[name], position))
        return end
    if name in GREEK:
        return _letter(text, GREEK[name], position, end, found)
    if name in _DROPPED:
        # `\right.` closes nothing that is seen
        return end + 1 if name in ("left", "right") and text[end : end + 1] == "." else end
    if name in ("tag", "label"):
        braced = _BRACED.match(text, end)
        return braced.end() if braced else end
    if name in ("begin", "end"):
        braced = _BRACED.match(text, end)
        if not braced:
            raise Unread(end, f"the name of an environment in braces was expected after \\{name}")
        found.append(Lexeme("sign", f"{name} {braced[1].strip().rstrip('*')}", position))
        return braced.end()
    if name in _END_COMMANDS:
        return end
    if name == "forall":
        found.append(Lexeme("prose", "for all", position))
        return end
    if name in ("underbrace", "overbrace"):
        return _braced_note(text, position, end, found)
    if name in ("boxed", "fbox", "overset", "underset", "stackrel"):
        return _decorated(text, name, end, found)
    if name in ("text", "textrm", "mbox", "textit", "textbf"):
        return _text(text, position, end, found)
    if name in _ACCENTS or name in _STYLES:
        return _dressed(text, name, position, end, found)
    found.append(Lexeme("word", name, position))
    return end


def _letter(text: str, letter: str, position: int, end: int, found: list[Lexeme]) -> int:
    r"""Take a digit that stands right after a Greek letter without a blank (`\delta1`) into its word."""
    digits = re.compile("[0-9]*").match(text, end)
    found.append(Lexeme("word", letter + (digits[0] if digits else ""), position))
    return digits.end() if digits else end


def _text(text: str, position: int, end: int, found: list[Lexeme]) -> int:
    braced = _BRACED.match(text, end)
    if not braced:
        raise Unread(end, "text in braces was expected after \\text")
    function = braced[1].strip() in _AS_TEXT
    found.append(Lexeme("word" if function else "prose", braced[1].strip(), position))
    return braced.end()


def _decorated(text: str, command: str, end: int, found: list[Lexeme]) -> int:
    r"""Read what is in a box, or under a note as in `\overset{IH}{=}`; the note stands at the end of the line."""
    note = ""
    if command not in ("boxed", "fbox"):
        after = _group(text, end)
        if after is None:
            raise Unread(end, f"what is written over a sign, in braces, was expected after \\{command}")
        note, end = text[end + 1 : after - 1], after
    body = _group(text, end)
    if body is None:
        raise Unread(end, f"a formula in braces was expected after \\{command}")
    found += [Lexeme(kind, one, end + 1 + at) for kind, one, at in lex(text[end + 1 : body - 1])[:-1]]
    if words(note):
        found.append(Lexeme("note", " ".join(_WORDS.findall(note)), end))
    return body


def _braced_note(text: str, position: int, end: int, found: list[Lexeme]) -> int:
    r"""Read `\underbrace{e}_{note}`: e alone, what is noted at the brace is not judged."""
    body = _group(text, end)
    if body is None:
        raise Unread(end, "a formula in braces was expected after the brace")
    found.append(Lexeme("sign", "{", position))
    found += [Lexeme(kind, one, end + at) for kind, one, at in lex(text[end + 1 : body - 1])[:-1]]
    found.append(Lexeme("sign", "}", body - 1))
    note = _group(text, body + 1) if text[body : body + 1] in ("_", "^") else None
    return body if note is None else note


def _group(text: str, start: int) -> int | None:
    """Return the place after the group in braces that begins here, or None if none does."""
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] == "{") - (text[at] == "}")
        if not depth:
            return at + 1 if text[start] == "{" else None
    return None


def _dressed(text: str, command: str, position: int, end: int, found: list[Lexeme]) -> int:
    """Read a letter or word with an accent, or in a type of its own, which says nothing."""
    braced = _BRACED.match(text, end)
    if braced:
        inner, end = lex(braced[1])[:-1], braced.end()
    else:
        while text[end : end + 1].isspace():
            end += 1
        if end >= len(text):
            raise Unread(end, f"a letter was expected after \\{command}")
        inner: list[Lexeme] = []
        if text[end] == "\\":
            end = _command(text, end, inner)
        else:
            _one(text[end], 0, inner)
            end += 1
    if command == "mathbb" and len(inner) == 1 and inner[0].text == "I":
        found.append(Lexeme("word", "𝟙", position))
        return end
    if len(inner) == 1 and inner[0].kind == "word":
        found.append(Lexeme("word", canonical(inner[0].text + _ACCENTS.get(command, "")), position))
        return end
    if [one.text for one in inner] == ["∇"]:  # \operatorname{grad}
        found.append(Lexeme("sign", "∇", position))
        return end
    if len(inner) == 1 and inner[0].text == "1" and command not in _ACCENTS:
        found.append(Lexeme("word", "𝟙", position))  # an indicator, \mathbb{1}
        return end
    if _ACCENTS.get(command):
        raise Unread(position, f"one letter was expected under \\{command}")
    found.append(Lexeme("sign", "{", position))
    found += [Lexeme(kind, one, position) for kind, one, _ in inner]
    found.append(Lexeme("sign", "}", position))
    return end


def words(text: str) -> list[str]:
    """Return the words of a piece of prose, in small letters."""
    return [word.lower() for word in _WORDS.findall(text)]
