r"""What stands around the formulas of a line: references, remarks, words before a colon; and decimal commas.

Everything is found in the text, before it is taken apart, and nothing here decides what a formula means. What
could be a formula, a condition or a symbol that was mistyped is left to the reader, which refuses it.

```python
>>> from course.derivation.reading.symbols import Symbol, Symbols
>>> line = "slope of the unit: a = 2   (chain rule, ok)"
>>> [line[start:end] for start, end in loose(line, Symbols(Symbol("a")))]
['slope of the unit', '(chain rule, ok)']

```
"""

import difflib
import re
from collections.abc import Iterator

from course.derivation.reading.lexemes import Lexeme, Unread
from course.derivation.reading.lexer import GREEK, lex, words
from course.derivation.reading.prose import PROSE
from course.derivation.reading.symbols import KNOWN, Symbols

Span = tuple[int, int]  # beginning and end of a part of the text

RELATION = re.compile(r"[=<>←≤≥≠≈∈→⇒]|\\(?:leftarrow|gets|leq?|geq?|lt|gt|neq?|approx|in|to|coloneqq)(?![A-Za-z])")
_REASON = re.compile(
    r"(?:since|because|bc|b/c|b\.c\.|cuz|coz|as|due to|thanks to|using|"
    r"by|from|da|denn|weil|nach|wegen|mit der|perché|poiché|siccome|car|puisque|parce|"
    r"porque|pues|ya que|remember|recall|note)\s+(?=[^\s/])",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"[<>≤≥≠]|\\(?:lt|gt|leq?|geq?|neq?)(?![A-Za-z])")
_VALUE = re.compile(r"\S+\s*=\s*[-−]?\d+(?:[.,]\d+)?")  # since z_1 = 6, which is judged
_REFERENCE = re.compile(r"\(\d{1,2}[a-z]?\)|(?<![\w.])\d{1,2}\)")
_COLON = re.compile(r":(?![=)(\-])")
_TEXT = re.compile(r"\\(?:text|textrm|mbox|textit)\s*\{([^{}$]*)\}")
_SIDE = r"(?:\d{1,3}|[a-zA-Z])"
_SIZE = rf"{_SIDE}\s*(?:x|×|\\times|·|\*)\s*{_SIDE}"
_GAP = r"(?:\s{2,}|\t|\s*\\q?quad|\s*[,;]\s)"
_BRACKETED = rf"[\[(]\s*(?:{_SIZE}|\d{{1,3}}\s*,\s*\d{{1,3}}|[nmdk]\s*,\s*[nmdk1])\s*(?:,\s*ok(?:ay)?)?\s*[\])]"
_BARE = (
    r"(?:\d{1,3}\s?(?:x|×|\\times|by)\s?(?:\d{1,3}|[nmdk])|[nmdk]\s?(?:x|×|\\times|by)\s?(?:\d{1,3}|[nmdk]))(?!\w)"
)
_BETWEEN = r"\s*(?:[*·⋅@x×]|\\cdot|\\times|times|mal)?\s*"
_SIZED = rf"(?:{_BRACKETED}|{_BARE})(?:{_BETWEEN}(?:{_BRACKETED}|{_BARE}))*"
_MATCHES = r"(?:,|;|\s|\\,)*(?:ok(?:ay)?|good|fits|matches|passt|matrix|vector|row|column|[✓✔!]|:\))?"
_SIZES_BEHIND = re.compile(
    rf"(?:(?:\s|\\q?quad|\\[,;:!])+(?={_BRACKETED})|{_GAP}\s*)((?:(?:[/#:→]+|->|=>)\s*)?(?:(?:of\s+)?(?:shapes?|sizes?|dims?|dimensions?)\s*"
    rf"(?:is|are|of|:|=)?\s*)?{_SIZED}(?:\s*(?:=|→|->|=>|⇒|\\to|\\rightarrow)\s*(?:{_SIZED}|{_SIZE}))?{_MATCHES})[.✓\s]*$"
)
_SIZES_TIMES = re.compile(rf"{_SIZE}(?:\s*(?:times|mal|by|[*·⋅@])\s*{_SIZE})+\s*=\s*{_SIZE}{_MATCHES}\s*")
_PAIR = re.compile(r"[\[(]\s*\w+\s*,\s*\w+\s*[\])]\W*")  # a vector as well as sizes
_ASKS = re.compile(r"(?:[=+*/·⋅←→⇒<>≤≥≠^_-]|\\(?:cdot|times|frac|leftarrow|gets|to|in))(?:\s|\\q?quad|\\[,;:!])*$")
_SHAPE_BEHIND = re.compile(
    r"[,;\s][\s(]*((?:of\s+)?(?:shapes?|sizes?|dims?|dimensions?)\s*(?:is|are|of|:|=)?\s*"
    r"[(\[]\s*\d{1,3}\s*,\s*\d{0,3}\s*[)\]])[\s).]*$",
    re.IGNORECASE,
)
_FROM_SPACE = re.compile(
    r"(?:∈|\\in(?![A-Za-z])|\bin\b)\s*(?:\\mathbb\s*\{?\s*R\s*\}?|\\mathbf\s*\{\s*R\s*\}|\\R(?:eals)?(?![A-Za-z])|ℝ|R)"
    r"(?:\s*\^\s*\{?\s*\w+(?:[+-]\d)?(?:\s*(?:x|×|\\times|\*|,|·)\s*\w+(?:[+-]\d)?)?\s*\}?|\s*[⁰-⁹ⁿᵐ]+(?:[ˣ×][⁰-⁹ⁿᵐ]+)?)?(?=\s*(?:[,;.]|$))"
)
_SIDES_AT_FIRST = re.compile(r"\s*([LR]\.?\s?H\.?\s?S\.?\s*[:=])", re.IGNORECASE)
_SIDES_AT_LAST = re.compile(r"(=\s*[LR]\.?\s?H\.?\s?S\.?)\s*$", re.IGNORECASE)
_GERMAN_SINCE = re.compile(r"(?:^|[,;])\s*(da)\s+(?=\S)")
# Words behind a formula: a reason, or whatever stands apart from it.
_BEHIND = re.compile(
    r"(?:(?<=\s)|(?<=,))((?:bc|b/c|b\.c\.|cuz|coz|cause|'cause|cos|since|because|as|due to|thanks to|weil|"
    r"denn|wegen|da|car|perché|porque)\s[^,;=<>]*)(?=[,;]|$)|(?:\s{2,}|\t|\\q?quad\s*)([^\W\d_][^=<>]*)$"
)
_LETTERS_COMPARED = re.compile(r"(?<![\w\\])[a-z]\s*(?:=|≠|!=|\\neq?(?![A-Za-z]))\s*(?:[a-z]|\d)(?!\w)")
_ENTRY = re.compile(r"\$?\\?[^\W\d_]+_\{?\w\}?\$?(?!\w)")
_SAID_TO_BE = re.compile(rf"(?<!\w)(?:is|are|equals?|gives?|becomes?|ist)\s+(?:\d|-|{_ENTRY.pattern})")
_CASES_BEGIN = {"for", "if", "when", "case", "in", "let", "assume", "suppose", "consider", "where", "with", "für"}
_OPERATOR = re.compile(r"[+^/_·⋅]|(?<![^\W\d_])[-−–]|[-−–](?![^\W\d_])|\\(?:frac|cdot)")
_ALIKE = 0.7  # of a word that may be a symbol or function that was mistyped
_TAIL = 100  # characters at the end of a line in which sizes are looked for, so that a long one costs no time
_SENTENCE = 4  # words, from which a line is one
_BESIDES = {
    "const",
    "konst",
    "consts",
    "exponent",
    "bc",
    "ok",
    "okay",
    "terms",
    "exponents",
    "sine",
    "cosine",
}  # words said too
_LONG = 6  # letters, from which one word in brackets is no symbol
_BOTH_CASES = re.compile(
    r"\s*[01],?\s+(?:for|if|when|at|in|on)\b[^\d=<>+*/^]*[,;]?\s+(?:else|otherwise)[,:]?\s+[01]\s*"
)
_ENDINGS = {"ok", "okay", "ans", "answer", "qed", "done", "approx", "circa", "ca"}
# Words that make what stands beside them a case, which has to be said as a formula.
CASE_IN_WORDS = {
    "if", "falls", "wenn", "when", "whenever", "unless", "case", "cases", "else", "otherwise", "sonst", "se", "si",
    "caso", "cas", "quando", "cuando", "fall", "positive", "negative", "positiv", "negativ", "positivo",
    "negativo", "positif", "négatif", "only", "nur",
}  # fmt: skip


_DRESS = r"(?:\\(?:text\w*|emph|underline|mathrm|mathbf|bf|item)(?![A-Za-z])|[\s*_{}$(\[#>])*"
_PART = re.compile(
    rf"{_DRESS}(?:\d{{1,2}}[.)]\s*)?(?:the\s+|induction\s+|inductive\s+)*(base|step)"
    r"(?:\s+case|\s+of\s+(?:the\s+)?induction)?"
    r"(?:[\s,{}]*[($]*\s*(?:for\s+)?[kn]\s*(?:=\s*[01]|(?:→|->|⇒|\\to|\\rightarrow)\s*[kn]\s*\+\s*1)[\s$]*\)?)?"
    r"(?:[\s*_}$]*(?:[:.](?!=)|[-–—](?=\s))|[\s*_}$]*[)\]][\s*_}$]*[:.]?)[*_}$]*(?:\s*\}+)?",
    re.IGNORECASE,
)


def part_named(text: str) -> tuple[str, int]:
    r"""Return the part of a proof that begins with a line, `base` or `step`, and where the words of it end.

    ```python
    >>> part_named(r"\textbf{Base case} (k = 0): a = b"), part_named("step 2: a = b")
    (('base', 27), ('', 0))

    ```
    """
    found = _PART.match(text)
    return (found[1].lower(), found.end()) if found else ("", 0)


def referring(text: str, symbols: Symbols) -> list[Span]:
    r"""Return the parts of a line that are words however the rest is read: references and remarks with a reason.

    `Putting (2)-(5) in (1): …` and `…   [since log e^x = x]`, which may have letters of its own.
    """
    found = []
    if _told_apart(text) and _is_sentence(text, symbols):
        return [(0, len(text))]
    part = part_named(text)[1]
    if part and text[:part].count("{") == text[:part].count("}"):
        found.append((0, part))
    end = _first_colon(text)
    head = text[: end or 0]
    if end and not found and _REFERENCE.search(head) and _says(head) and not RELATION.search(head):
        found.append((0, end))
    behind = _bracket_behind(text)
    shape = _SHAPE_BEHIND.search(text, max(0, len(text) - _TAIL))
    if shape and not _ASKS.search(text[: shape.start(1)]):
        bracketed = behind is not None and behind[0] < shape.start(1)
        found.append(behind if bracketed else shape.span(1))  # type: ignore[arg-type]
    elif behind is not None:
        inside = text[behind[0] + 1 : behind[1] - 1].strip()
        reason = _REASON.match(inside)
        if _SIZES_TIMES.fullmatch(inside) or (
            reason and not (_COMPARED.search(inside) or _VALUE.fullmatch(inside[reason.end() :]))
        ):
            found.append(behind)
    return found


def loose(text: str, symbols: Symbols) -> list[Span]:
    """Return the parts of a line that may be words, if the line cannot be read with them."""
    found: list[Span] = []
    bases = {base for base, _, _ in symbols.table}
    for pattern in (_SIDES_AT_FIRST, _SIDES_AT_LAST):
        side = pattern.search(text) if pattern is _SIDES_AT_LAST else pattern.match(text)
        if side and side[1].strip(" :=") not in bases:
            found.append(side.span(1))
    found += _headings(text, symbols, found[0][1] if found and found[0][0] == 0 else 0)
    sizes = _SIZES_BEHIND.search(text, max(0, len(text) - _TAIL))
    if sizes and not (_PAIR.fullmatch(sizes[1]) or _ASKS.search(text[: sizes.start(1)])):
        found.append(sizes.span(1))
    elif (behind := _bracket_behind(text)) is not None and _is_remark(text, behind, symbols):
        found.append(behind)
    found += [one.span() for one in _TEXT.finditer(text) if _is_text(one[1])]
    found += _spaces(text)
    for one in _BEHIND.finditer(text):
        start, end = one.span(one.lastindex or 0)
        if _is_reason(text[start:end], symbols) and not _ASKS.search(text[:start]):
            found.append((start, end))
    if _is_sentence(text, symbols):
        found.append((0, len(text)))
    if not {"a", "da"} & bases:
        found += [one.span(1) for one in _GERMAN_SINCE.finditer(text)]
    return together(found)


def lexemes_around(text: str, spans: list[Span]) -> list[Lexeme]:
    """Return the lexemes of a line of which these parts are words."""
    found: list[Lexeme] = []
    at = 0
    for start, end in [*spans, (len(text), len(text))]:
        found += [one._replace(position=one.position + at) for one in lex(text[at:start]) if one.kind != "end"]
        if end > start:
            found.append(Lexeme("outside", text[start:end].strip(), start))
        at = end
    return [*found, Lexeme("end", "", len(text))]


def with_points(text: str) -> str:
    """Return the text with points for decimal commas, where it can have no other.

    One stands outside of all brackets, between two digits without a blank, and no number has a point; then those
    in brackets that only group are decimal too. `w_2,1`, `k = 1,2`, `a, b = 1,5`, `(3,5)` and `1,500` are none.

    Raises:
        Unread: for one in other brackets, beside decimal commas: it may be either.
    """
    if re.search(r"\d\.\d", text):
        return text
    commas = [*_DECIMAL.finditer(text)]
    depths = _brackets(text)
    outside = [one for one in commas if not depths[one.start(2)]]
    sure = [one for one in outside if one[1].startswith("0") or len(one[3]) != 3]
    head = re.split(RELATION, text, maxsplit=1)[0]
    if not sure or "," in re.sub(r"\{[^{}]*\}|\([^()]*\)|\[[^\[\]]*\]|\d,\d", "", head):
        return text
    if any(len(one[0]) == 3 and _COUNTED.search(text[: one.start(1)]) for one in commas):
        return text
    at = [one.start(2) for one in commas if all(_groups(text, begin) for begin in depths[one.start(2)])]
    for one in commas:
        if one.start(2) not in at:
            raise Unread(
                one.start(2), f"a point as in {one[1]}.{one[3]}, or a blank after the comma, was expected"
            )
    return "".join("." if place in at else one for place, one in enumerate(text))


_DECIMAL = re.compile(r"(?<![\w.,^>])(\d+)(,)(\d+)(?![\w.]|,\d)")
_COUNTED = re.compile(r"(?<![A-Za-z\\])[a-z]\s*=\s*$")  # k = 1,2
_OF_ONE = re.compile(r"(?:σ|\\?sigma|\\?exp|\\?log|\\?ln|\\?tanh|[Rr]e[Ll][Uu]|sigmoid)(?:\\left)?$")
_NAMED = re.compile(r"[\w}\]'_^|‖]$")


def _groups(text: str, begin: int) -> bool:
    """Return whether the bracket that opens here groups a formula, or holds the argument of a function of one."""
    end = _closing(text, begin)
    inside = text[begin + 1 : end]
    before = text[:begin].rstrip()
    if text[begin] == "{" or re.search(r",\s|;", inside) or not end:
        return False
    if _OF_ONE.search(before):
        return True
    bare = before.removesuffix("\\left").rstrip()
    named = _NAMED.search(bare) and not text[begin - 1].isspace()
    factor = bool(re.search(r"(?:[+*/·−–-]|\\cdot)$", bare))
    if not named and factor and re.fullmatch(r"\s*[-−–]?\s*\d+,\d+\s*", inside):
        return True
    return not named and bool(re.search(r"[\w)}]\s*(?:[+*/·−–-]|\\cdot)", inside))


def _closing(text: str, begin: int) -> int:
    depth = 0
    for at in range(begin, len(text)):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if not depth:
            return at
    return 0


def _brackets(text: str) -> list[tuple[int, ...]]:
    """Return for each character where the brackets around it open."""
    found: list[tuple[int, ...]] = []
    opened: tuple[int, ...] = ()
    for at, one in enumerate(text):
        if one in ")]}":
            opened = opened[:-1]
        found.append(opened)
        if one in "([{":
            opened = (*opened, at)
    return found


def _first_colon(text: str, start: int = 0) -> int | None:
    """Return the place of the first colon outside of all brackets."""
    depths = _brackets(text)
    return next((one.start() for one in _COLON.finditer(text, start) if not depths[one.start()]), None)


def _headings(text: str, symbols: Symbols, start: int) -> Iterator[Span]:
    """Yield words before colons: `Totales Differential:`, `slope of the sigmoid:`, but no case and no formula."""
    while (end := _first_colon(text, start)) is not None:
        head = text[start:end]
        said = words(_plain(head))
        if RELATION.search(head) or CASE_IN_WORDS & {*said} or not _is_said(said, symbols):
            return
        yield start, end
        start = end + 1


def _is_said(said: list[str], symbols: Symbols) -> bool:
    """Return whether one of these words is longer than a symbol, and none itself."""
    return any(len(one) > 2 and not _is_named(one, symbols) for one in said)


def _is_named(word: str, symbols: Symbols) -> bool:
    return word in KNOWN or any(base.lower() == word for base, _, _ in symbols.table)


def _plain(text: str) -> str:
    """Return the text without the commands that set its words."""
    return re.sub(r"\\(?:text|textrm|mbox|textit|textbf|mathrm)(?![A-Za-z])|\\[A-Za-z]+", " ", text)


def _bracket_behind(text: str) -> Span | None:
    """Return the bracket that stands at the end of the line, a blank before it."""
    end = len(text.rstrip(" .✓\t"))
    if text[end - 1 : end] not in (")", "]"):
        return None
    depth = 0
    for at in range(end - 1, -1, -1):
        depth += (text[at] in ")]}") - (text[at] in "([{")
        if not depth:
            return (at, end) if at and text[at - 1].isspace() and text[at] in "([" else None
    return None


def _is_remark(text: str, span: Span, symbols: Symbols) -> bool:
    """Return whether a bracket behind a formula holds words: `(Zeile, 1×n)`, `(ReLU spenta)`, `(Ans.)`."""
    inside = text[span[0] + 1 : span[1] - 1]
    said = words(_plain(inside))
    if _BOTH_CASES.fullmatch(inside) and re.search(r"(?:\s{2,}|\t|quad\s*)$", text[: span[0]]):
        return True
    if RELATION.search(inside) or _OPERATOR.search(inside) or CASE_IN_WORDS & {*said}:
        return False
    if {*said} & _ENDINGS:
        return True
    strange = [one for one in said if len(one) > 3 and not _is_named(one, symbols)]
    named = [one for one in said if _is_named(one, symbols) and one not in KNOWN]
    return (
        len(strange) > len(named)
        and not _has_mistyped(strange, symbols)
        and (len(said) > 1 or len(strange[0]) >= _LONG)
    )


def _has_mistyped(said: list[str], symbols: Symbols) -> bool:
    return any(may_be_mistyped(one, symbols) for one in said if one not in PROSE and one not in _BESIDES)


def may_be_mistyped(word: str, symbols: Symbols) -> bool:
    """Return whether a word looks like the name of a symbol or function, as `yhatt` and `sigmma` do."""
    bases = {base for base, _, _ in symbols.table}
    known = {*bases, *KNOWN, *(name for name, letter in GREEK.items() if letter in bases)}
    return bool(difflib.get_close_matches(word, [one for one in known if len(one) > 2], n=1, cutoff=_ALIKE))


def _spaces(text: str) -> Iterator[Span]:
    """Yield `∈ R^{n×m}` behind a formula with a relation before it, or the line that says only that."""
    for one in _FROM_SPACE.finditer(text):
        before = text[: one.start()]
        start = max(before.rfind(mark) for mark in (",", ";")) + 1
        yield one.span() if RELATION.search(before[start:]) else (start, one.end())


def _is_reason(said: str, symbols: Symbols) -> bool:
    """Return whether words behind a formula say nothing that could be judged: no operator, case or symbol."""
    spoken = words(_plain(said))
    strange = [one for one in spoken if not _is_named(one, symbols)]
    named = [one for one in spoken if _is_named(one, symbols) and one not in KNOWN]
    several = len(spoken) > 1 and any(len(one) > 3 for one in spoken)
    return (
        bool(
            {*spoken} & _ENDINGS
            or several
            or any(len(one) >= _LONG for one in strange)
            or _REASON.match(said or "")
        )
        and len(strange) > len(named)
        and not RELATION.search(said)
        and not _OPERATOR.search(said.replace("b/c", "bc"))
        and not CASE_IN_WORDS & {*spoken}
        and not _has_mistyped(strange, symbols)
    )


def _told_apart(text: str) -> bool:
    """Return whether the letters that are compared tell a term from others, and name no case."""
    compared = _LETTERS_COMPARED.search(text)
    before = words(text[: compared.start()]) if compared else []
    if _SAID_TO_BE.search(text):
        return False
    return len(before) > 2 and before[-1] in ("with", "where", "mit") and before[0] not in _CASES_BEGIN


def _is_sentence(text: str, symbols: Symbols) -> bool:
    """Return whether a line is words, and compares letters that count alone: `all but the one with j = i`."""
    rest = _LETTERS_COMPARED.sub(" ", text)
    rest = _ENTRY.sub(" ", rest) if _told_apart(text) else rest
    compared = _LETTERS_COMPARED.search(text)
    counting = {one.name for one in symbols.indices}
    if any(letter not in counting for one in _LETTERS_COMPARED.finditer(text) for letter in words(one[0])):
        return False
    spoken = words(_plain(rest))
    long = [one for one in spoken if len(one) > 2]
    return (
        compared is not None
        and len(long) >= _SENTENCE
        and bool(words(text[: compared.start()]))
        and not RELATION.search(rest)
        and not _OPERATOR.search(rest)
        and not re.search(r"\d", rest)
        and not any(_is_named(one, symbols) and len(one) > 1 and one not in KNOWN for one in spoken)
        and not _has_mistyped(long, symbols)
    )


def _is_text(said: str) -> bool:
    """Return whether text in a formula holds several words and no relation."""
    return len(words(said)) > 1 and not RELATION.search(said) and not CASE_IN_WORDS & {*words(said)}


def _says(head: str) -> bool:
    return any(len(one) > 2 for one in words(_plain(head)))


def together(spans: list[Span]) -> list[Span]:
    """Return parts of a line in order, without those that lie in another."""
    found: list[Span] = []
    for start, end in sorted(spans, key=lambda one: (one[0], -one[1])):
        if not found or start >= found[-1][1]:
            found.append((start, end))
    return found
