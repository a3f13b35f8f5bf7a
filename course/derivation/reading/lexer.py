r"""From the text of a line to lexemes: words, numbers, signs, each with its place in the text.

LaTeX as people type it, Python-like text and unicode give the same lexemes: `\hat{y}` and `ŷ`, `\cdot` and `*`,
`x²` and `x^{2}`, `\alpha`, `alpha` and `α`. What only sets type (`\left`, `\,`, `\mathbf`) is dropped.
"""

import re
import unicodedata

from course.derivation.reading.braces import without_braces
from course.derivation.reading.lexemes import Lexeme, Unread

LONGEST_LINE = 4000  # characters
MOST_LEXEMES = 2000
LONGEST_WORD = 40

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "vartheta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
    "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ",
    "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω", "ell": "ℓ", "varsigma": "σ", "varrho": "ρ", "varpi": "π", "upsilon": "υ", "Xi": "Ξ",
}  # fmt: skip
_SAME_LETTER = {"ϕ": "φ", "ɸ": "φ", "𝜎": "σ", "ϵ": "ε", "µ": "μ", "ϑ": "θ", "𝓛": "L", "ℒ": "L", "∆": "Δ"}
_ONES = "𝟙𝟏𝟭"  # of an indicator
# Letters and signs that differ from others in their looks alone, one for one, so that places stay what they are.
_LOOKS = {
    **{at: unicodedata.normalize("NFKC", chr(at)) for at in range(0x1D400, 0x1D7CE) if chr(at) not in _ONES},
    **{at: chr(at - 0xFEE0) for at in range(0xFF01, 0xFF5F) if not chr(at).isalnum()},
    **{ord(one): "-" for one in "‐‑‒―﹣⁃"},
    **{ord(one): "'" for one in "´ʹʼ‘‛"},
    **{ord(one): "|" for one in "∣ǀ│"},
    **{ord(one): plain for one, plain in zip("ℯℎℰℒℋ⟦⟧", "ehELH[]", strict=True)},
}
_LOOKS = {at: plain for at, plain in _LOOKS.items() if len(plain) == 1} | {ord("𝖳"): "ᵀ"}
_ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303",
    "widetilde": "\u0303", "dot": "\u0307", "vec": "",
}  # fmt: skip
_STYLES = {
    "mathbf", "mathcal", "mathrm", "mathbb", "mathit", "mathsf", "boldsymbol", "bm", "operatorname",
    "underline", "cancel", "bcancel", "xcancel", "mathtt", "mathnormal", "pmb", "mathscr", "mathfrak", "symbf",
    "bold", "overrightarrow", "mathop", "mathrel", "mathbin", "mathord", "mathopen", "mathclose", "mathds",
    "mathbbm", "ensuremath", "smash", "uline", "symup", "symbfit", "mathbfit", "hbox",
}  # fmt: skip
_DROPPED = {
    "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr",
    "displaystyle",
    "textstyle", "limits", "nolimits", "nonumber", "quad", "qquad", "hline", "notag", "middle", "mleft", "mright",
    "Biggl", "Biggr", "rm", "it", "sf", "tt", "cal", "scriptstyle", "scriptscriptstyle", "small", "large", "Large",
    "tiny", "normalsize", "footnotesize", "noindent", "mathstrut", "strut", "hfill", "hfil", "centering", "par",
    "allowbreak", "bigm", "Bigm", "biggm", "thinspace", "medspace", "thickspace", "enspace", "item",
    "negthinspace", "newline", "vfill", "null", "bf",
}  # fmt: skip
_PROGRAMS = {"def", "let"}
# Commands of which the first argument says nothing.
_WITHOUT_FIRST = {
    "textcolor", "color", "colorbox", "hspace", "vspace", "phantom", "hphantom", "vphantom", "kern", "cellcolor",
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
    "cfrac": "frac", "nicefrac": "frac", "sfrac": "frac", "flatfrac": "frac", "over": "over", "triangleq": "=",
    "doteq": "=", "eqdef": "=", "eqqcolon": "=", "longleftarrow": "←", "Longleftarrow": "←", "longrightarrow": "⇒",
    "mapsto": "⇒", "longmapsto": "⇒", "leadsto": "⇒", "Longleftrightarrow": "⇒", "leftrightarrow": "⇒",
    "parallel": "‖", "lparen": "(", "rparen": ")", "llbracket": "[", "rrbracket": "]", "bullet": "*", "cdotp": "*",
    "centerdot": "*", "bigcdot": "*", "langle": "⟨", "rangle": "⟩", "dd": "∂", "leqslant": "≤", "geqslant": "≥",
    "Sigma": "∑", "Pi": "∏", "in": "∈",
}  # fmt: skip
_ESCAPED = {"{": "(", "}": ")", "|": "‖", "\\": "\\\\", "_": "_", "^": "^"}
_PAIRS = {
    "**": "^", "<-": "←", ":=": ":=", "==": "=", "=>": "⇒", "->": "⇒", "<=": "≤", ">=": "≥", "!=": "≠", "||": "‖",
    "//": "/", "-=": "-=", "+=": "+=", "=:": "=",
}  # fmt: skip
_ARROWS = {
    "<=>": "⇒", "<->": "⇒", "<==>": "⇒", "-->": "⇒", "==>": "⇒", "--->": "⇒", "<--": "←", "<---": "←", "===": "=",
}  # fmt: skip
_SIGNS = {
    "·": "*", "⋅": "*", "×": "*", "∗": "*", "@": "*", "•": "*", "∘": "⊙", "−": "-", "–": "-", "—": "-", "÷": "/",
    "∕": "/", "⁄": "/", "∑": "∑", "Σ": "∑", "∏": "∏", "Π": "∏", "√": "sqrt", "‖": "‖", "∥": "‖", "′": "'",
    "’": "'",
    "`": "'", "≜": "=", "≝": "=", "≐": "=", "⟶": "⇒", "↦": "⇒", "⟺": "⇒", "↔": "⇒", "⇝": "⇒", "➔": "⇒", "➜": "⇒",
    "⟵": "←", "⇐": "←", "∙": "*", "⨯": "*", "✕": "*", "⟨": "⟨", "⟩": "⟩", "∈": "∈", "⩽": "≤", "⩾": "≥", "ⅆ": "∂",
    "?": "?", "→": "⇒", "⟹": "⇒", "⇔": "⇒", "∴": "⇒", "≈": "=", "≡": "=", "≔": ":=", "ᵀ": "ᵀ", "⊤": "ᵀ", "″": "''",
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
    "Sigmoid", "sigm", "sig", "abs", "norm", "Sign", "Sgn", "signum", "Relu", "RELU", "Exp", "Log", "step",
    "heaviside", "Heaviside",
}  # fmt: skip
_LIBRARY = re.compile(
    r"(?:(?:np|jnp|numpy|math|torch|tf|jax|nn|scipy|special|linalg|functional|sympy|lax)\.)+(?=[A-Za-z])"
    r"|F\.(?=relu|sigmoid|softmax|tanh)"
)
_ABBREVIATIONS = re.compile(
    r"(?:w\.\s?r\.\s?t\.?|wrt|i\.\s?e\.|e\.\s?g\.|[qQ]\.\s?[eE]\.\s?[dD]\.?|w\.\s?z\.\s?b\.\s?w\.?|s\.\s?t\.|d\.\s?h\."
    r"|z\.\s?B\.|(?:resp|def|cf|etc|viz|const|approx|vgl|bzw)\."
    r"|[Ee]q(?:uation|n|ns)?s?\.?\s*(?:\(\d{1,3}[a-z]?\)|\d{1,3}[a-z]?)|(?:[Ll]ines?|[Ss]teps?)\s*(?:\(\d{1,3}\)|\d{1,3})"
    r"|[kn]\s*(?:→|->|\\to|\\rightarrow|⇒)\s*[kn]\s*\+\s*1"
    r"|(?:[Ll]et|[Ii]t|[Tt]hat|[Hh]ere|[Ww]e|[Tt]here|[Dd]on|[Dd]oesn|[Ii]sn|[Ww]hat|[Cc]an|[Ww]on|[Ww]asn|I)['’]"
    r"(?:s|re|ve|ll|t|d|m)"
    r"|I(?= (?:get|have|think|used?|know|can|will|would|am|obtain|find|compute|calculate|start|apply|just|also|"
    r"now|need|put|plug|insert|replace|write|see|take|first|then|recall|substitute|multiply)\b))(?!\w)"
)
_DOTS_AT_THE_END = re.compile(r"(?:…|⋯|\.\.\.+|\\(?:[lc]|dots[a-z])?dots)[\s.,;$]*$")
_FACE = re.compile(r"[:;]-?[)D]\s*$")
_SCRIPT_TAG = re.compile(r"<(sub|sup)>(.{0,40}?)</\1>")
_TWO_INDICES = re.compile(r"(\d|[ijklmn]),(\d|[ijklmn])(?!\w)")
_ACCENT_IN_WORDS = re.compile(
    r"(hat|bar|tilde|vec|widehat|overline)(?:\s*\{\s*\\?([A-Za-z]{1,7})\s*\}|\s*\(\s*\\?([A-Za-z]{1,7})\s*\)|\s+([a-zA-Z])(?![A-Za-z]))"
)
_HAT_BEHIND = re.compile("([A-Za-z])(?:-hat|Hat|\u02c6)(?![A-Za-z])")
_RELATIONS = {"=", ":=", "←", "<", ">", "≤", "≥", "≠"}
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
    text = text.translate(_LOOKS)
    if len(text) > LONGEST_LINE:
        raise Unread(LONGEST_LINE, f"the end of the line, after at most {LONGEST_LINE} characters")
    found: list[Lexeme] = []
    position = 0
    while position < len(text):
        position = _one(text, position, found)
        if len(found) > MOST_LEXEMES:
            raise Unread(position, f"the end of the line, after at most {MOST_LEXEMES} words and signs")
    notes = [one._replace(kind="prose") for one in found if one.kind == "note"]
    said = without_braces([one for one in found if one.kind != "note"])
    return [*said, *notes, Lexeme("end", "", len(text))]


def _one(text: str, position: int, found: list[Lexeme]) -> int:
    """Put the lexemes that begin here into `found` and return where the next begin."""
    character = text[position]
    if character.isspace() or character in "$~\u2061\u2062\u200b" or character in _ENDS:
        return position + 1
    special = _special(text, position, found)
    if special is not None:
        return special
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
    if character in "∀∵":
        found.append(Lexeme("prose", "for all" if character == "∀" else "because", position))
        return position + 1
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
        if re.match(r"\.(?!T\b|t\(|transpose)[(A-Za-z\\]", text[number.end() : number.end() + 10]):  # 2.(y - h)
            found.append(Lexeme("sign", "*", number.end()))
            return number.end() + 1
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
    said = _said(text, position, found)
    if said is not None:
        return said
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
    if word in ("Sum", "SUM"):
        word = "sum"
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
    if name in _PROGRAMS:
        raise Unread(position, f"a formula was expected, got \\{name}, which would change what commands mean")
    if name == "because":
        found.append(Lexeme("prose", "because", position))
        return end
    if name in _WITHOUT_FIRST:
        end = _group(text, end) or end
        return _dressed(text, name, position, end, found) if text[end : end + 1] == "{" else end
    if name in ("pdv", "dv", "pderiv", "deriv", "diff", "odv"):
        return _physics(text, position, end, found)
    if name in ("norm", "abs"):
        return _barred(text, "‖" if name == "norm" else "|", position, end, found)
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
    if name in ("text", "textrm", "mbox", "textit", "textbf", "textnormal", "textsf", "texttt", "intertext"):
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
    said = braced[1].strip()
    if said.count("$") == 2:  # \\text{if $a > 0$}
        for at, one in enumerate(said.split("$")):
            found += lex(one)[:-1] if at % 2 else [Lexeme("prose", one.strip(), position)] if one.strip() else []
        return braced.end()
    if re.fullmatch(r"[\d,\s]+", said):
        found += [one._replace(position=position) for one in lex(said)[:-1]]
        return braced.end()
    if len(said) == 1 and said.isalnum():
        _one(said, 0, found)
        found[-1] = found[-1]._replace(position=position)
        return braced.end()
    if said == "grad":
        found.append(Lexeme("sign", "∇", position))
        return braced.end()
    found.append(Lexeme("word" if said in _AS_TEXT else "prose", said, position))
    return braced.end()


def _physics(text: str, position: int, end: int, found: list[Lexeme]) -> int:
    r"""Read `\pdv{L}{w}`, and `\dv{w}` as an operator."""
    groups: list[list[Lexeme]] = []
    while len(groups) < 2 and (after := _group(text, end)) is not None:
        groups.append([Lexeme(kind, one, end + 1 + at) for kind, one, at in lex(text[end + 1 : after - 1])[:-1]])
        end = after
    if not groups:
        raise Unread(end, "what is differentiated, in braces, was expected")
    above, below = groups if len(groups) == 2 else ([], groups[0])
    found.append(Lexeme("sign", "frac", position))
    for part in (above, below):
        found += [
            Lexeme("sign", "{", position),
            Lexeme("sign", "∂", position),
            *part,
            Lexeme("sign", "}", position),
        ]
    return end


def _barred(text: str, bar: str, position: int, end: int, found: list[Lexeme]) -> int:
    r"""Read `\norm{w}` and `\abs{w}`."""
    after = _group(text, end)
    if after is None:
        found.append(Lexeme("word", "norm" if bar == "‖" else "abs", position))
        return end
    found.append(Lexeme("sign", bar, position))
    found += [Lexeme(kind, one, end + 1 + at) for kind, one, at in lex(text[end + 1 : after - 1])[:-1]]
    found.append(Lexeme("sign", bar, after - 1))
    return after


def _tagged(tag: re.Match[str], found: list[Lexeme]) -> int:
    """Read `<sub>1</sub>`."""
    found += [Lexeme("sign", "_" if tag[1] == "sub" else "^", tag.start()), Lexeme("sign", "{", tag.start())]
    found += [Lexeme(kind, one, tag.start(2) + at) for kind, one, at in lex(tag[2])[:-1]]
    found.append(Lexeme("sign", "}", tag.end() - 1))
    return tag.end()


def _indexed(pair: re.Match[str], found: list[Lexeme]) -> int:
    """Read the indices of `w_1,2`, typed without braces."""
    first, second = (Lexeme("number" if pair[at].isdigit() else "word", pair[at], pair.start(at)) for at in (1, 2))
    start = pair.start()
    found += [Lexeme("sign", "_", start - 1), Lexeme("sign", "{", start), first]
    found += [Lexeme("sign", ",", pair.end(1)), second, Lexeme("sign", "}", pair.end())]
    return pair.end()


def _is_open(found: list[Lexeme]) -> bool:
    """Return whether what stands before asks for more, such as the sign of a sum."""
    return bool(found) and found[-1].kind == "sign" and found[-1].text not in (")", "]", "}", "'", "|", "‖", "ᵀ")


def _is_factor_before(text: str, position: int) -> bool:
    """Return whether a blank stands before this place, and a factor before that: `w . x`."""
    before = text[:position]
    return before[-1:] == " " and bool(re.search(r"[\w)}\]']$", before.rstrip()))


def _special(text: str, position: int, found: list[Lexeme]) -> int | None:
    """Read what is told by more than its first character; None if nothing of that begins here."""
    character = text[position]
    if character in ".…⋯\\" and _DOTS_AT_THE_END.match(text, position) and not _is_open(found):
        return len(text)
    if character in ":;" and _FACE.match(text, position) and text[position - 1 : position].isspace():
        return len(text)
    if character in "%#":
        found.append(Lexeme("outside", text[position + 1 :].strip(), position))
        return len(text)
    if text.startswith("/*", position):
        end = text.find("*/", position + 2)
        found.append(Lexeme("outside", text[position + 2 : end if end > 0 else len(text)].strip(), position))
        return end + 2 if end > 0 else len(text)
    if character in "!?" and text[position + 1 : position + 2] in (" ", ")", "") and ":" not in text[position:]:
        return position + 1
    tag = _SCRIPT_TAG.match(text, position)
    if tag:
        return _tagged(tag, found)
    for length in (4, 3):
        arrow = text[position : position + length]
        if arrow in _ARROWS:
            found.append(Lexeme("sign", _ARROWS[arrow], position))
            return position + length
    pair = _TWO_INDICES.match(text, position + 1)
    if character == "_" and pair:
        return _indexed(pair, found)
    if character == "." and _is_factor_before(text, position) and re.match(r"\s[^\s.]", text[position + 1 :]):
        found.append(Lexeme("sign", "*", position))
        return position + 1
    return None


def _said(text: str, position: int, found: list[Lexeme]) -> int | None:
    """Read abbreviations such as `w.r.t.`, and letters with an accent in words, such as `hat(y)` and `y-hat`."""
    if position and (text[position - 1].isalnum() or text[position - 1] == "\\"):
        return None
    said = _ABBREVIATIONS.match(text, position)
    if said:
        found.append(Lexeme("prose", said[0], position))
        return said.end()
    accent = _ACCENT_IN_WORDS.match(text, position)
    if accent:
        letter = accent[2] or accent[3] or accent[4]
        if len(letter) == 1 or letter in GREEK:
            found.append(Lexeme("word", canonical(GREEK.get(letter, letter) + _ACCENTS[accent[1]]), position))
            return accent.end()
    hat = _HAT_BEHIND.match(text, position)
    if hat:
        found.append(Lexeme("word", canonical(hat[1] + _ACCENTS["hat"]), position))
        return hat.end()
    return None


def _decorated(text: str, command: str, end: int, found: list[Lexeme]) -> int:
    r"""Read what is in a box, or under a note as in `\overset{IH}{=}`; the note stands at the end of the line."""
    note = ""
    if command not in ("boxed", "fbox"):
        after = _group(text, end)
        if after is None:
            raise Unread(end, f"what is written over a sign, in braces, was expected after \\{command}")
        note, end = text[end + 1 : after - 1], after
        if note.strip() in ("\\wedge", "^"):
            return _dressed(text, "hat", end, end, found)
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
    while text[end : end + 1] == " ":
        end += 1
    after = _group(text, end)
    if after is not None:
        inner, end = lex(text[end + 1 : after - 1])[:-1], after
        if [inner[0].text, inner[-1].text] == ["{", "}"] if len(inner) == 3 else False:
            inner = inner[1:-1]
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
    if len(inner) == 1 and inner[0].text == "1" and command not in _ACCENTS and not _in_script(found):
        found.append(Lexeme("word", "𝟙", position))  # an indicator, \mathbb{1}
        return end
    if len(inner) == 1 and inner[0].kind in ("number", "sign") and not _ACCENTS.get(command):
        found.append(inner[0]._replace(position=position))
        return end
    if _ACCENTS.get(command):
        raise Unread(position, f"one letter was expected under \\{command}")
    if any(one.kind == "sign" and one.text in _RELATIONS for one in inner):  # a whole line in a type of its own
        found += [one._replace(position=position) for one in inner]
        return end
    found.append(Lexeme("sign", "{", position))
    found += [Lexeme(kind, one, position) for kind, one, _ in inner]
    found.append(Lexeme("sign", "}", position))
    return end


def _in_script(found: list[Lexeme]) -> bool:
    before = [one.text for one in found[-2:]]
    return before[-1:] in (["_"], ["^"]) or before in (["_", "{"], ["^", "{"])


def words(text: str) -> list[str]:
    """Return the words of a piece of prose, in small letters."""
    return [word.lower() for word in _WORDS.findall(text)]
