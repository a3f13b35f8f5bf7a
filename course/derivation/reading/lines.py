r"""From what a student typed to lines, and from a line to statements.

```python
>>> from course.derivation.reading.symbols import Symbol, Symbols
>>> line = read_line("a = 6 > 0, so d = 2a", Symbols(Symbol("a")))
>>> [(one.kind, len(one.chain)) for one in line.statements]
[('claim', 1), ('condition', 1), ('definition', 1)]

```

A line that cannot be read keeps its text and says where and why; the lines around it are read all the same.
"""

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from course.derivation.reading import tree
from course.derivation.reading.lexemes import Lexeme, Unread
from course.derivation.reading.lexer import LONGEST_LINE, canonical, lex, words
from course.derivation.reading.prose import PROSE
from course.derivation.reading.reader import (
    CONDITIONS,
    INDICATORS,
    OTHERWISE,
    Reader,
    array_named,
    finished,
    letter_named,
    sums_over,
    with_index,
)
from course.derivation.reading.remarks import (
    lexemes_around,
    loose,
    may_be_mistyped,
    referring,
    together,
    with_points,
)
from course.derivation.reading.symbols import KNOWN, Function, Index, OwnFunction, Symbol, Symbols
from course.derivation.reading.tree import Entry, Name, Node, TreeError, Updated
from course.errors import CourseError

MOST_LINES = 200
MOST_STATEMENTS = 12
MOST_CONDITIONS = 4  # of a case
MOST_TRIED = 6000  # words and signs of a line that are read once more with numbers for the letters that count
MOST_HEADING = 6  # words before a colon
LONGEST_TEXT = 64 * 1024  # characters of all lines together
LARGEST_READ = 1024 * 1024  # bytes of all lines together
LARGEST_LINE = 64 * 1024  # bytes of one
KEPT_FOR_PROBLEMS = 192 * 1024  # bytes left for what is said of the lines that have no room

_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq, "≠": operator.ne, "<": operator.lt, ">": operator.gt, "≤": operator.le, "≥": operator.ge,
}  # fmt: skip
_DENOTING = {"denote", "denotes", "be"}
_CALLED = {"where", "if", "step"}  # words that are functions, if they stand before a bracket
_NOT_NEW = {"diff", "norm", "sum", "prod", *INDICATORS, *_CALLED}
_NEW = {"new", "neu", "updated", "next"}  # marks of a value after its update
_SEPARATORS = {",", ";", "⇒", ":"}
_BEFORE_WORDS = {"/", "-", "|", "←", "≤", "⇒", "<", "*"}  # signs that set words apart: `… // chain rule`
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_RELATIONS = CONDITIONS | {":=", "←", "-=", "+="}
# Words before a condition that make it the case of what is said.
CASE_WORDS = frozenset({"if", "falls", "wenn", "when", "whenever", "unless", "case", "cases", *OTHERWISE})
_BEFORE_CASE = CASE_WORDS | {"for", "für", "where", "assume", "suppose", "consider"}
_NUMBERED_CASE = re.compile(r"\s*(?:case|Case|CASE)\s*(?:\d{1,2}|[ivxIVX]{1,4}|[A-Ca-c])?\s*(?:[:.)]|(?=\())\s*")
_COUNTED = re.compile(
    r"(?<![\w}])([a-z])\s*(?:=|∈|\\in)\s*(?:\\?\{)?\s*(\d)\s*,(?:\s*\d\s*,)?\s*(?:…|\\l?dots|\.\.\.?)\s*,?\s*[A-Za-z0-9]"
    r"(?:\\?\})?|(?:(?<=for )|(?<=, )|(?<=,)|(?<=\()|(?<=quad ))([a-z])\s*=\s*(\d)\s*(?:,| and| or)\s*\d(?![\w.])"
)
_BEFORE_ELSE = {
    "everything",
    "all",
    "anything",
    "nothing",
    "something",
    "anywhere",
    "everywhere",
    "nowhere",
    "every",
}
_NO_CASE_BEHIND = {"_", "^", "+", "-", "*", "/", "⊙", "1", "δ", "(", "[", "{", ",", *INDICATORS}
_OF = {"of", "von", "di", "de"}  # what follows is only spoken of: `the slope of s a + c is s`
# Words that change what is said behind them: without them another line would be judged.
_CHANGING = {"plus", "minus", "not", "or", "unless", "except", "mod"}
_CASE_AMONG_WORDS = re.compile(r"(?<!\w)(?:if|when|unless|falls|wenn)(?!\w)[^.;]*[<>≤≥]")
_REASONS = {"by", "because", "since", "as", "using", "hypothesis", "from"}
_AMONG_WORDS = re.compile(r"\$+([^$]+)\$+|\\\((.+?)\\\)")
_LETTER = re.compile(r"[^\W\d_]")
_MARKS_BEHIND = re.compile(r"\s*\(\s*(?:\*+|★+|☆|†|‡|\\(?:ast|star|dagger))\s*\)\s*$")
_BULLET = re.compile(r"\s*(?:[•◦‣▪●○]|\*(?!\*)|>|\\item|[-–—]\s*(?==))(?=[\s=])\s*")
_ROMAN_BEHIND = re.compile(r"\s+\(([ivx]{1,4}|[a-z])\)\s*$")
_CAPITAL_BEHIND = re.compile(r"(?:\s{2,}|\\q?quad\s*)\(([IVX]{1,4})\)\s*$")
_COMMENT_BEHIND = re.compile(r"\s//\s+(?=\S)")
_LONG_ENOUGH = 4  # letters of a word that nobody knows, from which it is no symbol at the beginning of a line
_FIRST = {"∂", "∇", "frac", "∑"}  # signs with which a formula may begin
_LONG_WORD = 6  # letters, from which one word in brackets is no symbol that was mistyped
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([A-Za-z]+)\*?\}(?:\{\d+\})?")
_DOLLARS_IN_TEXT = re.compile(r"\\(?:text|mbox|textrm)\{([^{}$]*)\$([^$]*)\$\s*\}")
_DASH = re.compile(r"\s*[-–—]\s+(?=\S)")
_WHOLE = {
    "aligned",
    "align",
    "alignat",
    "gather",
    "gathered",
    "equation",
    "split",
    "eqnarray",
    "multline",
    "math",
    "displaymath",
    "flalign",
    "center",
    "proof",
    "itemize",
    "enumerate",
    "displayquote",
}
_NUMBERED = re.compile(
    r"\s*(?:\((\d{1,3}[a-z]?'?|[a-z]'?|[ivxIVX]{2,4})\)[:.]?|#\d{1,3}[:.)]?|\d{1,3}[a-z]?[.):]|[a-z]\)|[ivxIVX]{2,4}[.):]"
    r"|\[\d{1,3}\])\s+"
)
_NUMBER_BEHIND = re.compile(r"(?:\\q?quad\s*|(?<!\s)\s{3,}|\t\s*)(\(\d{1,3}\)\s*)$")
_SIGNS_OF_RELATION = re.compile(r"[=<>←≤≥]|\\(?:leftarrow|gets|le|ge|geq|leq|approx|coloneqq)\b")
_NUMERAL = re.compile(r"[IVX]{1,4}|IH|IA|IV")
_OWN_NAME = re.compile(r"\w+(_\{?\w+\}?)*(\^\{?[A-Za-z]\w*([+-]\d)?\}?)?")  # u^k, but not u^2
_BREAK = re.compile(r"\\\\(?:\s*\[[^\]\n]{0,12}\])?|\n")

Kind = Literal["continuation", "claim", "definition", "update", "condition", "case"]


class ReadError(CourseError):
    """Raised for JSON that holds no lines that were read."""


class Problem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where and why a line cannot be read: the character, from 0, what was expected, the nearest spelling."""

    position: Annotated[int, Meta(ge=0)]
    expected: Annotated[str, Meta(max_length=600)]
    nearest: Annotated[str, Meta(max_length=200)] = ""


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement of a line.

    Attributes:
        kind: `continuation` of the line before (`= e`), `claim` (`A = e`), `definition` of a new name (`d = e`) or
            function (`f(x) = e`), or a rule for any argument (`σ'(u) = e`, where u is no symbol), `update`
            (`w ← e`), or a `condition` (`z > 0`).
        target: the left side of a claim; the new name of a definition; what is updated.
        chain: what it is said to be equal to, from left to right; of a condition the comparison, of a `case` by
            itself (`for j = t:`) all of its conditions.
        case: conditions of the only case that it is about, as in `for j = t: A = e`.
        otherwise: whether it is about all other cases than the last.
    """

    kind: Kind
    target: Node | None
    chain: Annotated[tuple[Node, ...], Meta(max_length=MOST_STATEMENTS)]
    case: Annotated[tuple[tree.Compare, ...], Meta(max_length=MOST_CONDITIONS)] = ()
    otherwise: bool = False


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line as it was read: its text, its statements or the problem, and the words around them."""

    text: Annotated[str, Meta(max_length=LONGEST_LINE)]
    statements: Annotated[tuple[Statement, ...], Meta(max_length=MOST_STATEMENTS)] = ()
    words: Annotated[tuple[str, ...], Meta(max_length=4 * MOST_STATEMENTS)] = ()
    problem: Problem | None = None


def split_lines(typed: str | Iterable[str]) -> list[str]:
    r"""Return the lines of a text: split at line ends and at `\\`, but not inside cases or a matrix.

    ```python
    >>> split_lines(r"\begin{aligned} a &= b + c \\ &= d \end{aligned}")
    ['a = b + c', '= d']

    ```
    """
    texts = [typed] if isinstance(typed, str) else list(typed)[: MOST_LINES + 1]
    found: list[str] = []
    for text in texts:
        found += _split(text[: LONGEST_TEXT + 1])
    return found


def _split(text: str) -> list[str]:
    inside, whole, start, parts = 0, 0, 0, []
    parted = r"\\" in text  # then a line end inside of a display is a blank
    marks = sorted([*_ENVIRONMENT.finditer(text), *_BREAK.finditer(text)], key=lambda mark: mark.start())
    for mark in marks:
        if mark.re is _ENVIRONMENT:
            if mark[2] in _WHOLE:
                whole = max(0, whole + (1 if mark[1] == "begin" else -1))
                parts.append(text[start : mark.start()])
                start = mark.end()
            else:
                inside = max(0, inside + (1 if mark[1] == "begin" else -1))
        elif not inside and not (whole and parted and mark[0] == "\n"):
            parts.append(text[start : mark.start()])
            start = mark.end()
    parts.append(text[start:])
    kept = (_without_dollars(_without_alignment(part).replace("\n", " ").strip()) for part in parts)
    return [part for part in kept if part]


def _without_dollars(text: str) -> str:
    """Return the text without the dollars around it, unless they are of several formulas among words."""
    if len(text) > 4 and text.startswith("**") and text.endswith("**"):  # all of it bold
        text = text[2:-2].strip()
    if text[:1] in "\"“”„'`":
        text = text.strip('"“”„`').strip()
    if text.endswith(("$.", "$,", "$;")):
        text = text[:-1]
    inside = text.strip("$").strip()
    if inside.startswith("{") and inside.endswith("}") and _closes(inside) == len(inside):
        inside = inside[1:-1].strip()
    return text if "$" in inside else inside


def _closes(text: str) -> int:
    """Return the place after the group in braces that the text begins with."""
    depth = 0
    for at, one in enumerate(text, 1):
        depth += (one == "{") - (one == "}")
        if not depth:
            return at
    return 0


def _without_alignment(text: str) -> str:
    """Return the text without the `&` that align formulas; those of cases and matrices stay."""
    if "begin" in text or "&" not in text:
        return text
    return text.replace("&", "")


Known = dict[tuple[str, tuple[str, ...], tuple[OwnFunction, ...], tuple[tuple[str, Node], ...]], Line]


def defined(statement: Statement, symbols: Symbols) -> Symbols:
    """Return the symbols with the name or function that a statement defines."""
    if statement.kind != "definition":
        return symbols
    if isinstance(statement.target, Name):
        return symbols.with_own(statement.target.name, array_named(statement.chain, symbols))
    if isinstance(statement.target, tree.Call) and statement.target.function not in symbols.names:
        arguments = tuple(one.name for one in statement.target.arguments if isinstance(one, Name))
        return symbols.with_function(OwnFunction(statement.target.function, arguments, statement.chain[0]))
    return symbols


def read_lines(typed: str | Iterable[str], symbols: Symbols, known: Known | None = None) -> list[Line]:
    r"""Return the lines of a text or list, each read with the names that earlier ones have defined.

    Lines beyond the limits (200 lines, 64 KiB together) are kept as one line that says so.

    Args:
        typed: a text, or one text a line.
        symbols: what lines may name.
        known: lines that were read before, by text and the names that were defined; those read now are put in.
    """
    known = {} if known is None else known
    found: list[Line] = []
    length = 0
    texts = split_lines(typed)
    if len(texts) > 1 and all(_DASH.match(text) for text in texts):  # a list
        texts = [text[_DASH.match(text).end() :] for text in texts]  # type: ignore[union-attr]
    for text in texts:
        length += len(text)
        if len(found) == MOST_LINES or length > LONGEST_TEXT:
            problem = Problem(0, f"at most {MOST_LINES} lines of together {LONGEST_TEXT} characters were expected")
            found.append(Line(text[:80], problem=problem))
            break
        key = (text, symbols.own, symbols.functions, symbols.arrays)
        line = known.get(key)
        if line is None:
            line = known[key] = read_line(text, symbols)
        for statement in line.statements:
            symbols = defined(statement, symbols)
        found.append(line)
    return found


def read_line(text: str, symbols: Symbols) -> Line:
    """Return one line, read; if it cannot be, with the problem in place of statements."""
    text = _DOLLARS_IN_TEXT.sub(r"\\text{\1}\2  ", text[: LONGEST_LINE + 1])
    spans = [*_AMONG_WORDS.finditer(text[:LONGEST_LINE])]
    outside = _AMONG_WORDS.sub(" ", text)
    if not spans or len(text) > LONGEST_LINE or not _LETTER.search(outside):
        return _among_words(text, symbols)
    if not _SIGNS_OF_RELATION.search(outside):
        return _read(text, symbols, lambda: _between_words(text, spans))
    line = _among_words(text, symbols)
    return line if line.problem is None else _read(text, symbols, lambda: _between_words(text, spans))


def _among_words(text: str, symbols: Symbols) -> Line:
    """Read a line; if it cannot be read as it stands, without what may be words around its formulas."""
    whole: list[str] = []

    def lexemes() -> list[Lexeme]:
        whole.append(with_points(_without_number(text, symbols)))
        return lexemes_around(whole[0], referring(whole[0], symbols))

    line = _read(text, symbols, lexemes)
    if line.problem is None or not whole or len(text) > LONGEST_LINE:
        return line
    spans = together([*referring(whole[0], symbols), *loose(whole[0], symbols)])
    if not spans:
        return line
    other = _read(text, symbols, lambda: lexemes_around(whole[0], spans))
    return other if other.problem is None else line


def _read(text: str, symbols: Symbols, lexemes: Callable[[], list[Lexeme]]) -> Line:
    try:
        return _Statements(lexemes(), symbols).line(text)
    except Unread as error:
        problem = Problem(error.position, error.expected[:600], error.nearest[:200])
    except RecursionError:
        problem = Problem(0, "a formula with fewer brackets one in another was expected")
    return Line(text[:LONGEST_LINE], problem=problem)


def _between_words(text: str, spans: Sequence[re.Match[str]]) -> list[Lexeme]:
    """Return the lexemes of the formulas that stand between dollars; all outside of them is words."""
    found: list[Lexeme] = []
    end = 0
    for span in spans:
        said = text[end : span.start()].strip()
        group = 1 if span[1] is not None else 2
        if len(said) == 1 and said.isalpha() and _SIGNS_OF_RELATION.match(span[group].lstrip()):
            raise Unread(end, f"dollars around all of the formula were expected: {said} may be a symbol or a word")
        if _is_part_of_formula(said):
            raise Unread(end, "dollars around all of the formula were expected")
        found.append(Lexeme("outside", said, end))
        found += [
            one._replace(position=one.position + span.start(group))
            for one in lex(span[group])
            if one.kind != "end"
        ]
        end = span.end()
    if _is_part_of_formula(text[end:]):
        raise Unread(end, "dollars around all of the formula were expected")
    return [*found, Lexeme("outside", text[end:].strip(), end), Lexeme("end", "", len(text))]


def _is_part_of_formula(said: str) -> bool:
    """Return whether what stands outside of dollars names a symbol with an index, or calculates without a word."""
    spoken = any(word in PROSE or len(word) >= _LONG_WORD for word in words(said))
    return bool(re.search(r"\w_\w", said) or (re.search(r"\w\s*[-+*/^]\s*\w", said) and not spoken))


def _without_number(text: str, symbols: Symbols) -> str:
    """Return the text with blanks in place of the number or letter that a line is marked with.

    Raises:
        Unread: where a letter in brackets may be a mark or a factor.
    """
    text = text[: LONGEST_LINE + 1]
    text = _MARKS_BEHIND.sub("", text)
    text = _without_bullet(text)
    capital = _CAPITAL_BEHIND.search(text)
    if capital and symbols.find(capital[1]) is not None:
        said = f"· {capital[1]}, or the line without its mark, was expected: it may be either"
        raise Unread(capital.start(1) - 1, said)
    roman = _ROMAN_BEHIND.search(text)
    if roman and not isinstance(symbols.get(symbols.find(roman[1]) or ""), Symbol | Function):
        text = text[: roman.start()]
    comment = _COMMENT_BEHIND.search(text)
    if comment and any(word in PROSE for word in words(text[comment.end() :])):
        text = text[: comment.start()] + " #" + text[comment.end() - 1 :]
    case = _NUMBERED_CASE.match(text)
    if case:
        text = "case".ljust(case.end()) + text[case.end() :]
    if symbols.indices:
        text = _COUNTED.sub(lambda one: f"{one[1] or one[3]} ≥ {one[2] or one[4]}".ljust(len(one[0])), text)
    behind = _NUMBER_BEHIND.search(text)
    if behind:
        text = text[: behind.start(1)]
    mark = _NUMBERED.match(text)
    rest = text[mark.end() :] if mark else ""
    if not mark or not rest or rest[0] in "+-*/^·_−" or rest.startswith("\\cdot"):
        return text
    if mark[1]:
        if not _SIGNS_OF_RELATION.search(rest):
            return text
        named = symbols.get(symbols.find(mark[1]) or "") if mark[1].isalpha() else None
        if named is not None and not isinstance(named, Index):
            raise Unread(
                0, f"{mark[1]} · …, or the line without its mark, was expected: ({mark[1]}) may be either"
            )
    return " " * mark.end() + rest


def _without_bullet(text: str) -> str:
    """Return the text with blanks in place of the bullet of a list.

    Raises:
        Unread: where a dash may be one or a minus.
    """
    bullet = _BULLET.match(text)
    if bullet:
        rest = text[bullet.end() :]
        if "*" in bullet[0] and not _SIGNS_OF_RELATION.search(rest):
            return text
        return " " * bullet.end() + rest
    dash = _DASH.match(text)
    if dash and _SIGNS_OF_RELATION.search(text):
        said = "no blank behind a minus, or the line without its dash, was expected: it may be either"
        raise Unread(dash.end() - 2, said)
    return text


class _Segment(NamedTuple):
    """What stands between words and separators, and what stands before it.

    Attributes:
        lexemes: of what may be a statement.
        words: that stand right before it.
        beside: whether any words stand right before or behind it.
        because: whether a word such as `because` stands before it.
        colon: whether a colon or an arrow stands behind it.
        after: words that stand behind it at the end of the line.
    """

    lexemes: list[Lexeme]
    words: tuple[str, ...] = ()
    beside: bool = False
    because: bool = False
    colon: bool = False
    after: tuple[str, ...] = ()

    @property
    def otherwise(self) -> bool:
        """Whether it is said of all other cases."""
        return any(_says_otherwise(spoken) for spoken in (self.words, self.after))


def _changes(spoken: tuple[str, ...]) -> bool:
    """Return whether words right before a formula change it: `plus x`, `multiplied by x`, `unless z > 0`."""
    return bool({*spoken[-1:]} & _CHANGING) or spoken[-2:] in (("multiplied", "by"), ("divided", "by"))


def _says_otherwise(spoken: tuple[str, ...]) -> bool:
    """Return whether words such as `else` name all other cases; `everything else drops out` names none."""
    for at, word in enumerate(spoken):
        if word in OTHERWISE and not (spoken[at + 1 :] and spoken[max(0, at - 1)] in _BEFORE_ELSE):
            return True
    return False


class _Case(NamedTuple):
    """The conditions under which something is said, or `otherwise`."""

    conditions: tuple[tree.Compare, ...] = ()

    def joined(self, other: "_Case") -> "_Case":
        """Return both together."""
        return _Case((*self.conditions, *other.conditions)[:MOST_CONDITIONS])

    def of(self, statement: Statement) -> Statement:
        """Return the statement as one about this case alone, unless it says its own."""
        if not self.conditions or statement.case or statement.otherwise:
            return statement
        return msgspec.structs.replace(statement, case=self.conditions)

    def values(self, index: Index) -> list[int]:
        """Return what the letter counts in this case, as far as it is compared with numbers."""
        found = [*index.values]
        for one in self.conditions:
            if one.left == Name(index.name) and isinstance(one.right, tree.Number):
                number = float(one.right.text)
                found = [value for value in found if _HOLDS[one.relation](value, number)]
        return found


class _Statements:
    """Takes a line apart: words, then statements between them."""

    def __init__(self, lexemes: list[Lexeme], symbols: Symbols) -> None:
        self.symbols = _with_other_letters(lexemes, symbols)
        self._tried = 0  # words and signs, of statements with numbers put in for letters
        lexemes = _with_two_indices(lexemes, self.symbols)
        self._counted = _Case()  # of what is being read
        self.lexemes = self._with_words_settled(self._with_denoted(lexemes))
        self.lexemes = self._with_heading(self.lexemes)
        self.lexemes = self._with_comments_apart()
        self.lexemes = self._with_words_behind_apart()

    def _with_words_settled(self, lexemes: list[Lexeme]) -> list[Lexeme]:
        r"""Return the lexemes with symbols that were typed as text, and unknown words before all, told apart.

        `\text{softmax}` is a symbol where it is declared. A line may begin with a word that nobody knows, if it is
        no symbol that was mistyped.
        """
        found = list(lexemes)
        for at, one in enumerate(found):
            if one.kind == "prose" and (canonical(one.text), "", "") in self.symbols.table:
                found[at] = one._replace(kind="word", text=canonical(one.text))
            if one.text == "sum" and [each.text for each in found[at + 1 : at + 2]] == ["over"]:
                self._settle_sum_over(found, at)
        found = [one for one in found if one.text != "\0"]
        run = 0
        while found[run].kind in ("word", "prose") and not self._is_named(found[run]):
            run += 1
        strange = [one for one in found[:run] if one.text.lower() not in PROSE and one.kind == "word"]
        behind = found[run]
        ends = (
            behind.text in (",", ":")
            or (behind.kind == "word" and self._is_named(behind))
            or behind.text in _FIRST
        )
        related = any(one.text in ("=", "←", ":=") for one in found[run:])
        unknown = all(len(one.text) >= _LONG_ENOUGH and self._is_strange(one) for one in strange)
        if (
            strange
            and ends
            and related
            and unknown
            and not any(may_be_mistyped(one.text, self.symbols) for one in strange)
        ):
            found[:run] = [one._replace(kind="prose") for one in found[:run]]
        return found

    def _with_denoted(self, lexemes: list[Lexeme]) -> list[Lexeme]:
        """Return `let δ denote ŷ - y` and `let δ be the error ŷ - y` with `=` in place of the words between."""
        if any(one.text in _RELATIONS for one in lexemes):
            return lexemes
        for at, one in enumerate(lexemes):
            if at and one.kind == "word" and one.text in _DENOTING and lexemes[at - 1].kind != "sign":
                start = at + 1
                while lexemes[start].kind == "word" and lexemes[start].text.lower() in PROSE:
                    start += 1
                before = lexemes[at - 1]
                if lexemes[start].kind != "end" and before.text.lower() not in PROSE:
                    return [*lexemes[:at], one._replace(kind="sign", text="="), *lexemes[start:]]
        return lexemes

    def _settle_sum_over(self, found: list[Lexeme], at: int) -> None:
        """Write `sum over k of` as `sum_k`."""
        letter = found[at + 2] if at + 2 < len(found) else None
        if letter is None or not isinstance(self.symbols.get(letter.text), Index):
            return
        behind = found[at + 3]
        of = behind.text in ("of", ":")
        first = found[at + 4] if of else behind
        if first.kind == "end" or (first.kind == "word" and first.text.lower() in PROSE and len(first.text) > 1):
            return
        found[at + 1] = found[at + 1]._replace(kind="sign", text="_")
        if of:
            found[at + 3] = behind._replace(text="\0")

    def _is_named(self, one: Lexeme) -> bool:
        """Return whether a word is a symbol, a function, or made of them, and no word of the language."""
        if one.kind != "word":
            return False
        known = any(base == one.text for base, _, _ in self.symbols.table) or one.text in KNOWN
        return known or not (one.text.lower() in PROSE or self._is_strange(one))

    def _with_words_behind_apart(self) -> list[Lexeme]:
        """Return the lexemes with `;` in place of signs that only set apart the words behind them."""
        found = list(self.lexemes)
        for at, one in enumerate(found):
            if not at or one.kind != "sign" or one.text not in _BEFORE_WORDS:
                continue
            start = at + 1
            while found[start].kind == "sign" and found[start].text in ("-", "/"):
                start += 1
            if found[start].kind == "end" or self._prose_from(start) < len(found) - 1:
                continue
            if any(word in PROSE for each in found[start:] for word in words(each.text)):
                found[at:start] = [each._replace(text=";") for each in found[at:start]]
                break
        return found

    def _with_heading(self, lexemes: list[Lexeme]) -> list[Lexeme]:
        """Return the lexemes with words before a first colon as prose, `Hidden units: …`, if none is a symbol."""
        end = next((at for at, one in enumerate(lexemes) if one.kind != "word"), 0)
        if not end or lexemes[end].text != ":" or end > MOST_HEADING:
            return lexemes
        if any(len(one.text) < 3 or (one.text, "", "") in self.symbols.table for one in lexemes[:end]):
            return lexemes
        return [*(one._replace(kind="prose") for one in lexemes[:end]), *lexemes[end:]]

    def _with_comments_apart(self) -> list[Lexeme]:
        """Return the lexemes with `;` in place of brackets around words, such as `(chain rule)` and `(II)`."""
        found, opened = list(self.lexemes), []
        for at, one in enumerate(self.lexemes):
            if one.kind != "sign" or one.text not in _BRACKETS:
                continue
            if _BRACKETS[one.text] > 0:
                opened.append(at)
            elif opened:
                start = opened.pop()
                if not opened and one.text in ")]" and self._is_aside(start, at):
                    said = " ".join(each.text for each in self.lexemes[start + 1 : at])
                    blank = one._replace(kind="outside", text="")
                    found[start : at + 1] = [blank._replace(text=said), *[blank] * (at - start)]
                elif not opened and one.text == ")" and self._is_case_behind(start, at):
                    found[start] = found[start]._replace(text=";")
                    found[at] = one._replace(text=";")
                elif not opened and one.text in ")]}" and self._is_comment(start, at):
                    found[start] = one._replace(text=";", position=found[start].position)
                    found[at] = one._replace(text=";")
                    if at == start + 2:
                        found[start + 1] = found[start + 1]._replace(kind="prose")
        return found

    def _is_aside(self, start: int, end: int) -> bool:
        """Return whether brackets at the end hold words: `(chain rule)`, `[put numbers in]`, `(Kettenregel)`."""
        inside = self.lexemes[start + 1 : end]
        before = self.lexemes[start - 1] if start else None
        if before is not None and self._is_size(before, start, end):
            return True
        if (
            before is None
            or before.text in ("_", "^", "frac", "sqrt", "diff")
            or before.text in KNOWN
            or self.lexemes[end + 1].kind != "end"
        ):
            return False
        texts = {one.text for one in inside}
        known = [one for one in inside if one.kind == "word" and one.text.lower() in PROSE]
        strange = [one for one in inside if one.kind == "word" and self._is_strange(one)]
        if any(one.text.lower() not in PROSE and may_be_mistyped(one.text, self.symbols) for one in strange):
            return False
        if texts & {"if", *OTHERWISE} or (texts & set("+-*/^") and not known):
            return False
        if not known and not (len(strange) > 1 or any(len(one.text) >= _LONG_WORD for one in strange)):
            return False
        try:  # a claim or condition behind the words is judged
            opened = Reader([*inside, Lexeme("end", "", 0)], self.symbols)
            opened.formula()
            return opened.next.kind != "end" and not self._is_comment(start, end)
        except Unread:
            return not (self._is_comment(start, end) and self._reads_behind_words(start + 1, end))

    def _is_size(self, before: Lexeme, start: int, end: int) -> bool:
        """Return whether brackets apart at the end say how large a matrix is: `A^T x   (62×39)`."""
        inside = self.lexemes[start + 1 : end]
        apart = self.lexemes[start].position - before.position - len(before.text) > 1
        whole = [one.text for one in inside if one.kind == "number" and one.text.isdigit()]
        arrays = any(getattr(one, "shape", ()) for one in self.symbols.declared)
        ends = self.lexemes[end + 1].kind == "end"
        return apart and arrays and ends and len(whole) == 2 and [one.text for one in inside[1:-1]] == ["*"]

    def _is_case_behind(self, start: int, end: int) -> bool:
        """Return whether brackets behind a formula name its case: `p_j  (j ≠ t)`."""
        before, behind = self.lexemes[start - 1], self.lexemes[end + 1]
        ends = behind.kind == "end" or behind.text in _SEPARATORS
        if not start or not ends or before.text in _NO_CASE_BEHIND or before.text in _RELATIONS | KNOWN.keys():
            return False
        try:
            conditions = self._conditions(self.lexemes[start + 1 : end])
        except Unread:
            return False
        return bool(conditions) and all(self._counts(one) for one in conditions)

    def _is_strange(self, one: Lexeme) -> bool:
        """Return whether a word is none of the symbols and functions, nor made of them."""
        if len(one.text) < 2 or not one.text.isalpha() or one.text in KNOWN or one.text in OTHERWISE:
            return False
        bases = {base for base, _, _ in self.symbols.table}
        if one.text in bases or one.text in ("frac", "sum", "prod"):
            return False
        return not Reader([one, Lexeme("end", "", 0)], self.symbols)._split_where_declared()

    def _reads_behind_words(self, start: int, end: int) -> bool:
        """Return whether nothing but words, or words and statements that can be read, stands here."""
        run = self._prose_from(start)
        return run >= end or self._reads(self.lexemes[run:end])

    def _is_comment(self, start: int, end: int) -> bool:
        before, first = self.lexemes[start - 1] if start else None, self.lexemes[start + 1]
        if before is not None and (before.text in ("_", "^", "frac", "sqrt") or before.text in KNOWN):
            return False
        if end == start + 2 and first.kind == "word" and _NUMERAL.fullmatch(first.text):
            return (first.text, "", "") not in self.symbols.table
        return first.text not in ("if", *OTHERWISE) and self._is_prose(start + 1)

    def line(self, text: str) -> Line:
        for one in self.lexemes:
            if one.kind in ("outside", "prose") and _CASE_AMONG_WORDS.search(one.text):
                raise Unread(one.position, "the case as a formula outside of the text was expected")
        found: list[Statement] = []
        said: list[tuple[int, str]] = []  # words, and where they stand
        segments = self._with_definitions_first(self._segments(said))
        cases = self._cases(segments)
        whole = [any(one.text in _RELATIONS for one in segment.lexemes) for segment in segments]
        outside = any(one.kind == "outside" and words(one.text) for one in self.lexemes) and len(segments) == 1
        waiting: list[Statement] = []  # of which the case may follow
        case, first = _Case(), bool(segments) and cases[0] is not None
        for at, (segment, new) in enumerate(zip(segments, cases, strict=True)):
            if new is not None:
                if {"unless", "not"} & {*segment.words}:
                    raise Unread(segment.lexemes[0].position, "a case without unless and not was expected")
                if first:  # the cases stand before what is said of them
                    case = case.joined(new) if at and cases[at - 1] is not None else new
                else:
                    found, waiting = [*found, *(new.of(one) for one in waiting)], []
                continue
            lexemes = segment.lexemes
            if _changes(segment.words) and not (whole[at] and segment.words[-1] == "or"):
                said_so = " ".join(segment.words[-2:])
                raise Unread(lexemes[0].position, f"a sign or a formula in place of {said_so!r} was expected")
            if lexemes[-1].text == "=" and len(lexemes) > 1:
                if at < len(segments) - 1:
                    raise Unread(lexemes[-1].position, "a formula was expected after =")
                lexemes = lexemes[:-1]  # the chain goes on in the next line
            stated = segment.otherwise or (not first and at and cases[at - 1] is not None and cases[at + 1 :][:1])
            if at and self._is_bracketed_relation(lexemes):
                lexemes = lexemes[1:-1]  # a remark such as `(α_{k-1} = α)`, and no factor that is 0 or 1
            spoken_of = not _OF.isdisjoint(segment.words[-1:])
            mentioned = spoken_of or self._is_shape(lexemes) or self._is_mention(lexemes, outside)
            named = segment.beside and not (whole[at] or stated) and mentioned
            if (any(whole) and not whole[at] and (named or segment.because)) or (outside and named):
                said.append((lexemes[0].position, " ".join(one.text for one in lexemes)))
                continue
            if first and cases[at - 1] is not None and [one.kind for one in lexemes] == ["number"]:
                raise Unread(lexemes[0].position, "one case after the other was expected, as in `for m = 1: …`")
            said_of = case if first else next((one for one in cases[at:] if one is not None), _Case())
            self._counted = _Case() if segment.otherwise else said_of
            read = self._statements(self._with_numbers(lexemes))
            if segment.otherwise:
                read = [msgspec.structs.replace(one, otherwise=True) for one in read]
            waiting += [case.of(one) for one in read]
            if len(found) + len(waiting) > MOST_STATEMENTS:
                raise Unread(lexemes[0].position, f"at most {MOST_STATEMENTS} statements on a line were expected")
        found += waiting
        if not found and first:
            found = [Statement("case", None, case.conditions)]
        return Line(text, tuple(found), tuple(one for _, one in sorted(said)[: 4 * MOST_STATEMENTS]))

    def _is_bracketed_relation(self, lexemes: list[Lexeme]) -> bool:
        """Return whether round brackets around all hold a relation."""
        if (lexemes[0].text, lexemes[-1].text) != ("(", ")"):
            return False
        depths = list(accumulate(_BRACKETS.get(one.text, 0) for one in lexemes))
        return min(depths[:-1]) > 0 and any(one.text in _RELATIONS for one in lexemes)

    def _is_shape(self, lexemes: list[Lexeme]) -> bool:
        """Return whether words go on with a size, as in `which is 62 × 39`, where matrices are declared."""
        whole = [one.text.isdigit() for one in lexemes if one.kind == "number"]
        arrays = any(getattr(one, "shape", ()) for one in self.symbols.declared)
        return arrays and whole == [True, True] and [one.text for one in lexemes[1:-1]] == ["*"]

    def _with_definitions_first(self, segments: list[_Segment]) -> list[_Segment]:
        """Return the segments with names that are explained behind them first: `… s (1 - s) where s = σ(a)`."""
        explained = []
        for one in segments[1:]:
            if {"where", "with"} & {*one.words} and not one.because:
                reader = Reader([*one.lexemes, Lexeme("end", "", 0)], self.symbols)
                explained += [one] if self._defined(reader) is not None else []
        return [*explained, *(one for one in segments if one not in explained)] if explained else segments

    def _cases(self, segments: list[_Segment]) -> list["_Case | None"]:
        """Return of each segment the case that it names, or None where it says something else."""
        equal = [any(one.text == "=" for one in segment.lexemes) for segment in segments]
        return [self._case(one, len(segments) > 1, any(equal[at + 1 :])) for at, one in enumerate(segments)]

    def _case(self, segment: _Segment, several: bool, before_claim: bool) -> "_Case | None":
        relations = [one.text for one in segment.lexemes if one.text in _RELATIONS]
        if not relations or not set(relations) <= CONDITIONS:
            return None
        longest = 2 * len(relations) + 3  # of letters and numbers that are compared, in brackets
        if "=" in relations and len(segment.lexemes) > longest:
            return None
        try:
            conditions = self._conditions(segment.lexemes)
        except Unread:
            return None
        counts = all(self._counts(one) for one in conditions)
        named = _BEFORE_CASE & set(segment.words) and not segment.because
        introduced = (named and (several or segment.colon)) or (segment.colon and before_claim)
        if counts or (conditions and "=" not in relations and introduced and not segment.because):
            return _Case(conditions)
        return None

    def _conditions(self, lexemes: list[Lexeme]) -> tuple[tree.Compare, ...]:
        """Read `j = t`, `0 < z` or `(j ≠ t)`, or nothing where it is no comparison.

        Raises:
            Unread: for more or less than that.
        """
        reader = Reader([*lexemes, Lexeme("end", "", 0)], self.symbols)
        left = reader.formula()
        if isinstance(left, tree.Indicator) and lexemes[0].text == "(" and reader.next.kind == "end":
            return (left.condition,)
        found: list[tree.Compare] = []
        while reader.sees(*CONDITIONS):
            relation = reader.next.text
            reader.at += 1
            right = reader.formula()
            found.append(tree.Compare(relation, left, right))  # type: ignore[arg-type]
            left = right
        reader.expect_end()
        if len(found) > MOST_CONDITIONS:
            raise reader.unread(f"at most {MOST_CONDITIONS} conditions were expected")
        return tuple(found)

    def _counts(self, condition: tree.Compare) -> bool:
        """Return whether letters that count are compared, with one another or with a number."""
        sides = (condition.left, condition.right)
        letters = [one for one in sides if isinstance(one, Name) and isinstance(self.symbols.get(one.name), Index)]
        return bool(letters) and all(one in letters or isinstance(one, tree.Number) for one in sides)

    def _is_mention(self, segment: list[Lexeme], alone: bool) -> bool:
        """Return whether a symbol is named among words, and nothing said of it: `since α is constant`.

        A number that stands alone, as in `The result is $-15$`, is what the line says.
        """
        reader = Reader([*segment, Lexeme("end", "", 0)], self.symbols)
        try:
            node = reader.formula()
        except Unread:
            return False
        said = (Name, Entry, tree.Derivative) if alone else (Name, Entry, tree.Derivative, tree.Number)
        return reader.next.kind == "end" and isinstance(node, said)

    def _segments(self, said: list[tuple[int, str]]) -> list[_Segment]:
        """Return what stands between words and separators outside brackets; the words go into `said`."""
        segments = [_Segment([])]
        depth, at, conditional = 0, 0, self._conditional()
        while self.lexemes[at].kind != "end":
            one = self.lexemes[at]
            depth = max(0, depth + _BRACKETS.get(one.text, 0) if one.kind == "sign" else depth)
            depth += one.text.startswith("begin ") - one.text.startswith("end ")
            if depth or not self._between(at, conditional):
                segments[-1].lexemes.append(one)
                at += 1
                continue
            self._refuse_decimal_comma(at)
            run = self._prose_from(at)
            spoken = tuple(
                word
                for lexeme in self.lexemes[at:run]
                if not (lexeme.kind == "outside" and lexeme.text.startswith("("))  # a remark says no case
                for word in words(lexeme.text)
            )
            if run > at:
                text = " ".join(lexeme.text for lexeme in self.lexemes[at:run]).strip()
                said += [(self.lexemes[at].position, text)] if words(text) else []
                segments[-1] = segments[-1]._replace(beside=True)
            if not segments[-1].lexemes:  # `For the target, if …`
                spoken = (*segments[-1].words, *spoken)
            because = bool(_REASONS & set(spoken)) or (segments[-1].because and one.text not in (":", "⇒", ";"))
            if segments[-1].lexemes and one.text in (":", "⇒"):
                segments[-1] = segments[-1]._replace(colon=True)
            segments.append(_Segment([], spoken, run > at, because))
            at = max(run, at + 1)
        found = [one for one in segments if one.lexemes]
        if found and not segments[-1].lexemes:
            found[-1] = found[-1]._replace(after=segments[-1].words)
        return found

    def _refuse_decimal_comma(self, at: int) -> None:
        before, comma, after = self.lexemes[max(0, at - 1) : at + 2] if at else (None, self.lexemes[0], None)
        if (
            comma.text != ","
            or before is None
            or after is None
            or before.kind != "number"
            or after.kind != "number"
        ):
            return
        if before.position + len(before.text) == comma.position == after.position - 1:
            said = f"a point as in {before.text}.{after.text}, or a blank after the comma, was expected"
            raise Unread(comma.position, said)

    def _conditional(self) -> bool:
        """Return whether the line has `a if b else c` without a comma in it."""
        texts = [one.text for one in self.lexemes]
        start = texts.index("if") if "if" in texts else len(texts)
        end = next((at for at in range(start, len(texts)) if texts[at] in OTHERWISE), start)
        return end > start and not {",", ";"} & set(texts[start:end])

    def _between(self, at: int, conditional: bool) -> bool:
        """Return whether this lexeme separates statements: a comma, an arrow, a word."""
        one = self.lexemes[at]
        if one.kind == "sign":
            return one.text in _SEPARATORS or (
                one.text == "." and self.lexemes[at + 1].text not in ("T", "t", "transpose")
            )
        return self._is_prose(at) and not (conditional and one.text in ("if", *OTHERWISE))

    def _is_prose(self, at: int) -> bool:
        one = self.lexemes[at]
        if at and self.lexemes[at - 1].kind == "sign" and self.lexemes[at - 1].text in ("_", "^"):
            return False  # a script, as in z_out
        if (
            one.kind == "word"
            and one.text in {*_CALLED, *KNOWN, *INDICATORS}
            and self.lexemes[at + 1].text in ("(", "{")
        ):
            return False  # where(a > 0, 1, 0)
        if one.text in ("sum", "prod") and (
            self.lexemes[at + 1].text == "_"
            or sums_over(self.lexemes, at)
            or letter_named(self.lexemes, at + 1, self.symbols)
        ):
            return False
        if one.kind == "outside":
            return True
        if one.kind == "prose":
            return not any(word in self.symbols.table or word in KNOWN for word in words(one.text))
        if one.kind != "word" or len(one.text) < 2 or (one.text, "", "") in self.symbols.table:
            return False
        if one.text in KNOWN:  # `ReLU is active`
            after = self.lexemes[at + 1]
            begins = not at or self.lexemes[at - 1].kind != "sign" or self.lexemes[at - 1].text in _SEPARATORS
            return after.kind == "word" and begins and len(after.text) > 1 and self._is_prose(at + 1)
        return one.text.lower() in PROSE

    def _prose_from(self, at: int) -> int:
        """Return where the words that begin here end; after `by` or `because` any words may follow."""
        reason = False
        while self.lexemes[at].kind in ("word", "prose", "outside"):
            one = self.lexemes[at]
            if not self._is_prose(at) and not (reason and one.kind == "word" and self._is_strange(one)):
                break
            reason = reason or bool(_REASONS & set(words(one.text)))
            at += 1
        return at

    def _statements(self, segment: list[Lexeme]) -> list[Statement]:
        index = self._free_index(segment)
        if index is not None:
            each = [with_index(segment, index.name, value) for value in self._counted.values(index)]
            read = [other for other in each if other != segment and self._reads_counted(other)]
            return [one for other in read for one in self._statements(other)]
        end = Lexeme("end", "", segment[-1].position + len(segment[-1].text))
        reader = Reader([*segment, end], self.symbols)
        updated = self._new_value(segment)
        if updated is not None:
            return updated
        function = self._function_defined(segment)
        if function is not None:
            return [function]
        segment = self._without_arguments(segment)
        reader = Reader([*segment, end], self.symbols)
        defined = self._defined(reader)
        if defined is not None:
            chain = self._chain(reader)
            self.symbols = self.symbols.with_own(defined, array_named(chain, self.symbols))
            return [Statement("definition", Name(defined), chain)]
        if reader.sees("=", ":="):
            return [Statement("continuation", None, self._chain(reader))]
        first = finished(reader.formula())
        reader.equal_to = reader.shape(first)
        if reader.next.kind == "end":
            return [Statement("continuation", None, (first,))]
        if reader.sees("-=", "+=") and isinstance(first, Name | Entry):
            reader.at += 1
            change = finished(reader.formula())
            reader.expect_end()
            value = tree.Sum((first, tree.Negative(change) if "-=" in [one.text for one in segment] else change))
            return [Statement("update", Updated(first), (value,))]
        if reader.sees("←", ":=") and isinstance(first, Name | Entry):
            reader.at += 1
            value = finished(reader.formula())
            return [Statement("update", Updated(first), (value, *self._chain(reader, empty=True)))]
        return self._compared(reader, first)

    def _with_numbers(self, segment: list[Lexeme]) -> list[Lexeme]:
        """Return what is said in a case such as `j = 1` with the number in place of the letter."""
        for one in self._counted.conditions:
            if one.relation == "=" and isinstance(one.left, Name) and isinstance(one.right, tree.Number):
                index = self.symbols.get(one.left.name)
                if isinstance(index, Index) and not self._counted.values(index):
                    last = index.start + index.size - 1
                    said = f"a number from {index.start} to {last} was expected for {index.name}"
                    raise Unread(segment[0].position, said)
                changed = with_index(segment, one.left.name, int(float(one.right.text)))
                if changed != segment and self._reads(changed):
                    segment = changed
        return segment

    def _free_index(self, segment: list[Lexeme]) -> Index | None:
        """Return an index for each of whose values the statement is made, where its symbols have no entries.

        `z_m = φ(a_m)` is three statements where z_0, z_1 and z_2 are symbols.
        """
        texts = {one.text for one in segment if one.kind == "word" and len(one.text) <= 3}
        for index in self.symbols.declared:
            if not isinstance(index, Index) or not any(index.name in text for text in texts):
                continue
            if self._reads(segment):
                return None
            counted = [with_index(segment, index.name, value) for value in index.values]
            if any(one != segment and self._reads_counted(one) for one in counted):
                return index
        return None

    def _reads_counted(self, segment: list[Lexeme]) -> bool:
        """Return whether a statement can be read, perhaps with numbers for another letter that counts."""
        return self._reads(segment) or self._free_index(segment) is not None

    def _reads(self, segment: list[Lexeme]) -> bool:
        """Return whether the formulas of a statement can be read without a new name.

        A line that cannot be read with any numbers for its letters is given up after some.
        """
        self._tried += len(segment)
        if self._tried > MOST_TRIED:
            return False
        end = Lexeme("end", "", 0)
        reader = Reader([*segment, end], self.symbols)
        reader.takes("=")
        try:
            reader.formula()
            while reader.takes(*_RELATIONS):
                reader.formula()
        except Unread:
            return False
        return reader.next.kind == "end"

    def _new_value(self, segment: list[Lexeme]) -> list[Statement] | None:
        """Read `w_new = …`, `w_{11,new} = …` or `w' = …`, an update without an arrow; None if it is none."""
        texts = [one.text for one in segment]
        end = next((at for at, text in enumerate(texts) if text in ("=", ":=")), 0)
        if end > 2 and texts[end - 2 : end] == ["^", "+"]:  # w^+
            texts[end - 2 : end] = ["^", "new"]
        marks = [at for at in range(end) if texts[at].lower() in _NEW or (texts[at] == "'" and at == end - 1)]
        if len(marks) != 1:
            return None
        at, named = marks[0], segment[:end]
        if texts[at] == "'" and self._reads(named):  # h', a derivative
            return None
        before = at - 1 if at and texts[at - 1] in (",", "_", "^") else at
        named = [*named[:before], *named[at + 1 :]]
        named = _without_empty_scripts(named)
        reader = Reader([*named, *segment[end:], Lexeme("end", "", segment[-1].position + 1)], self.symbols)
        try:
            target = reader.formula()
        except Unread:
            return None
        if not isinstance(target, Name | Entry) or not reader.sees("=", ":="):
            return None
        chain = self._chain(reader)
        return [Statement("update", Updated(target), chain)]

    def _arguments_on_the_left(self, segment: list[Lexeme]) -> tuple[int, list[list[Lexeme]]]:
        """Return where a bracket right behind a name and before the first `=` opens, and what its commas part."""
        texts = [one.text for one in segment]
        end = next((at for at, text in enumerate(texts) if text in ("=", ":=")), 0)
        if end < 4 or texts[end - 1] != ")" or segment[0].kind != "word":
            return 0, []
        start = max((at for at in range(end) if texts[at] == "("), default=0)
        before = segment[start - 1]
        if not start or before.position + len(before.text) < segment[start].position:
            return 0, []
        parts: list[list[Lexeme]] = [[]]
        for one in segment[start + 1 : end - 1]:
            if one.text == ",":
                parts.append([])
            else:
                parts[-1].append(one)
        return start, parts if all(parts) else []

    def _function_defined(self, segment: list[Lexeme]) -> Statement | None:
        """Read `f(x) = …` of a function of one's own, and `σ'(u) = …` for any u; None if it is neither."""
        start, parts = self._arguments_on_the_left(segment)
        head = [one.text for one in segment[:start]]
        if not parts or any(len(part) != 1 or part[0].kind != "word" for part in parts) or set(head[1:]) - {"'"}:
            return None
        named = self.symbols.table.get((head[0], "", ""))
        known = isinstance(self.symbols.get(named or ""), Function) or (named is None and head[0] in KNOWN)
        new = named is None and not known and head[0].isalpha() and not head[1:] and head[0] not in _NOT_NEW
        letters = [part[0].text for part in parts]
        free = [one for one in letters if (one, "", "") not in self.symbols.table]
        if not (new or (known and free == letters and all(len(one) == 1 for one in letters))):
            return None
        if new and self._reads(segment[:start]):  # a product of symbols, w x
            return None
        symbols = self.symbols
        for one in free:
            symbols = symbols.with_own(one)
        end = Lexeme("end", "", segment[-1].position + len(segment[-1].text))
        relation = next(at for at, one in enumerate(segment) if one.text in ("=", ":="))
        reader = Reader([*segment[relation:], end], symbols)
        chain = self._chain(reader)
        arguments = tuple(Name(symbols.table[one, "", ""]) for one in letters)
        if known:
            left = Reader([*segment[:relation], end], symbols).formula()
            return Statement("definition", left, chain) if isinstance(left, tree.Call) else None
        statement = Statement("definition", tree.Call(head[0], arguments), chain)
        self.symbols = defined(statement, self.symbols)
        return statement

    def _without_arguments(self, segment: list[Lexeme]) -> list[Lexeme]:
        """Return `L(ŷ, y) = …` as `L = …`, where L is a symbol: what it depends on is the exercise's to say."""
        start, parts = self._arguments_on_the_left(segment)
        if not parts:
            return segment
        reader = Reader([*segment[:start], Lexeme("end", "", 0)], self.symbols)
        try:
            node = reader.formula()
        except Unread:
            return segment
        declared = self.symbols.get(node.name) if isinstance(node, Name) else None
        if reader.next.kind != "end" or not isinstance(declared, Symbol) or declared.shape:
            return segment
        if not all(self._is_argument(part) for part in parts):
            return segment
        relation = next(at for at, one in enumerate(segment) if one.text in ("=", ":="))
        return [*segment[:start], *segment[relation:]]

    def _is_argument(self, part: list[Lexeme]) -> bool:
        """Return whether there is one symbol, or one letter that is none, and no number."""
        if len(part) == 1 and part[0].kind == "word" and (part[0].text, "", "") not in self.symbols.table:
            return len(part[0].text) == 1
        reader = Reader([*part, Lexeme("end", "", 0)], self.symbols)
        try:
            node = reader.formula()
        except Unread:
            return False
        return reader.next.kind == "end" and isinstance(node, Name | Entry)

    def _defined(self, reader: Reader) -> str | None:
        """Go past a name that nobody has declared and return it, if it stands before `=`."""
        texts = [one.text for one in reader.lexemes]
        relation = next((at for at, text in enumerate(texts) if text in ("=", ":=")), 0)
        before = reader.lexemes[:relation]
        if not before or before[0].kind != "word" or len("".join(texts[:relation])) > 30:
            return None
        name = "".join(texts[:relation])
        if any(one.kind == other.kind == "word" for one, other in pairwise(before)):
            return None  # two words are no name
        if not _OWN_NAME.fullmatch(name):
            return None
        try:
            Reader([*before, Lexeme("end", "", 0)], self.symbols).formula()
        except Unread:
            reader.at = relation
            return name
        if name == "e" and not self.symbols.find(name):  # e = ŷ - y, and no more Euler's number
            reader.at = relation
            return name
        return name if self._is_own(name, reader, relation) else None

    def _is_own(self, name: str, reader: Reader, relation: int) -> bool:
        """Return whether the name is one of the student's, defined once more."""
        if name in self.symbols.own:
            reader.at = relation
            return True
        return False

    def _chain(self, reader: Reader, empty: bool = False) -> tuple[Node, ...]:
        """Read `= e1 = e2 …` to the end."""
        found: list[Node] = []
        while reader.takes("=", ":="):
            found.append(finished(reader.formula()))
            self._limit(found, reader)
        if reader.next.kind != "end" or not (found or empty):
            raise reader.unread("= and a formula, or the end of the line, were expected")
        return tuple(found)

    def _limit(self, links: Sequence[object], reader: Reader) -> None:
        if len(links) > MOST_STATEMENTS:
            raise reader.unread(f"at most {MOST_STATEMENTS} equalities in one statement were expected")

    def _compared(self, reader: Reader, first: Node) -> list[Statement]:
        """Read `A = e1 = e2 > 0`: a claim, and a condition on its last link."""
        chain: list[Node] = []
        conditions: list[Statement] = []
        last = first
        while reader.sees(*_RELATIONS):
            relation = reader.next.text
            reader.at += 1
            right = finished(reader.formula())
            if relation in ("=", ":="):
                chain.append(right)
            elif relation in CONDITIONS:
                compared = tree.Compare(relation, last, right)  # type: ignore[arg-type]
                conditions.append(Statement("condition", None, (compared,)))
            else:
                raise reader.unread("a symbol before ← was expected")
            last = right
            self._limit(chain or conditions, reader)
        reader.expect_end()
        claims = [Statement("claim", first, tuple(chain))] if chain else []
        return [*claims, *conditions]


def _with_other_letters(lexemes: list[Lexeme], symbols: Symbols) -> Symbols:
    """Return the symbols with letters that count as all declared ones do: z_j where z_m is declared.

    Where there are arrays, whose entries are looked up by the letter, it has to be a declared one.
    """
    ranges = {one.values for one in symbols.indices}
    if len(ranges) != 1 or any(getattr(one, "shape", ()) for one in symbols.declared):
        return symbols
    known = {base for base, _, _ in symbols.table}
    values = ranges.pop()
    letters = {
        letter
        for before, one in pairwise(lexemes)
        if one.kind == "word" and len(one.text) <= 2 and before.text in ("_", "{", "1", "2", ",")
        for letter in one.text
        if letter in "ijklmn" and letter not in known
    }
    if not letters:
        return symbols
    more = Symbols(
        *symbols.declared, *(Index(one, len(values), values.start) for one in sorted(letters)), own=symbols.own
    )
    for function in symbols.functions:
        more = more.with_function(function)
    return more


def _with_two_indices(lexemes: list[Lexeme], symbols: Symbols) -> list[Lexeme]:
    """Return the lexemes with braces around a digit and a letter that counts, typed right behind `_`: `w_1m`."""
    letters = {one.name for one in symbols.indices}
    found = list(lexemes)
    for at in range(len(found) - 4, -1, -1):
        sign, digit, letter, behind = found[at : at + 4]
        close = digit.position == sign.position + 1 == letter.position - 1
        if sign.text != "_" or digit.kind != "number" or letter.text not in letters or not close:
            continue
        if behind.text != "_" and not (behind.kind == "word" and behind.position == letter.position + 1):
            opened, closed = sign._replace(text="{"), sign._replace(text="}", position=letter.position)
            found[at + 1 : at + 3] = [opened, digit, letter, closed]
    return found


def _without_empty_scripts(lexemes: list[Lexeme]) -> list[Lexeme]:
    """Return the lexemes without `_{}` and `^{}`."""
    for at, pair in enumerate(pairwise([one.text for one in lexemes])):
        if pair == ("{", "}"):
            script = at > 0 and lexemes[at - 1].text in ("_", "^")
            return _without_empty_scripts([*lexemes[: at - script], *lexemes[at + 2 :]])
    return lexemes


def encode_lines(lines: Sequence[Line]) -> bytes:
    """Return lines that were read as JSON, to hand them from the process that reads to the one that marks.

    A line that is too large for what all may hold together is unreadable, and so are those that use a name which
    only such a line defines; the others are there.
    """
    found: list[bytes] = []
    room = LARGEST_READ - KEPT_FOR_PROBLEMS
    lost: set[str] = set()
    for line in lines:
        line = _without_lost_names(line, lost)
        part = msgspec.json.encode(line)
        if line.problem is None and len(part) > min(LARGEST_LINE, room):
            lost |= {one.target.name for one in line.statements if _is_definition(one)}  # type: ignore[union-attr]
            said = "a shorter formula was expected: with its sums written out it is too large"
            part = msgspec.json.encode(Line(line.text[:80], problem=Problem(0, said)))
        else:
            room -= len(part) + 1
        found.append(part)
    return b"[" + b",".join(found) + b"]"


def _is_definition(statement: Statement) -> bool:
    return statement.kind == "definition" and isinstance(statement.target, Name)


def _without_lost_names(line: Line, lost: set[str]) -> Line:
    """Return a line that names what was lost as unreadable; one that defines it anew brings it back."""
    for one in line.statements:
        named = set[str]().union(*(tree.names_in(node) for node in one.chain))
        if not _is_definition(one) and one.target is not None:
            named |= tree.names_in(one.target)
        if named & lost:
            said = f"a definition of {min(named & lost)} that could be read was expected before"
            return Line(line.text[:80], problem=Problem(0, said))
        if _is_definition(one):
            lost.discard(one.target.name)  # type: ignore[union-attr]
    return line


_decoder: msgspec.json.Decoder[list[Line]] = msgspec.json.Decoder(list[Line])


def decode_lines(data: bytes, symbols: Symbols) -> list[Line]:
    """Return the lines that the JSON holds, with every tree checked against what is declared.

    Raises:
        ReadError: if it holds none or too many, or a tree that is too large or names what is not declared.
    """
    if len(data) > LARGEST_READ:
        raise ReadError(f"lines of at most {LARGEST_READ} bytes were expected, got {len(data)}")
    try:
        lines = _decoder.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ReadError(f"the JSON of lines that were read was expected: {error}") from None
    if len(lines) > MOST_LINES + 1:
        raise ReadError(f"at most {MOST_LINES} lines were expected, got {len(lines)}")
    own: set[str] = set()
    try:
        for line in lines:
            for statement in line.statements:
                _check(statement, symbols, own)
    except TreeError as error:
        raise ReadError(str(error)) from None
    return lines


def _check(statement: Statement, symbols: Symbols, own: set[str]) -> None:
    """Check the trees of a statement; the name that a definition gives is added to those of the student's own."""
    if statement.kind == "definition" and isinstance(statement.target, tree.Call):
        letters = {one.name for one in statement.target.arguments if isinstance(one, Name)}
        if not letters or len(letters) != len(statement.target.arguments):
            raise TreeError("letters were expected as the arguments of a function that is defined")
        for node in statement.chain:
            counting = {one.index for one in tree.walk(node) if isinstance(one, tree.Big) and len(one.index) == 1}
            tree.check(node, symbols.names | counting | own | letters)
        return
    if statement.kind == "definition":
        name = statement.target.name if isinstance(statement.target, Name) else ""
        free = name in symbols.own or (name == "e" and symbols.get(name) is None)
        if not name or (name in symbols.names and not free):
            raise TreeError("a new name was expected on the left of a definition")
        own.add(name)
    if statement.kind == "case" and not all(isinstance(one, tree.Compare) for one in statement.chain):
        raise TreeError("conditions were expected as a case")
    for node in (*((statement.target,) if statement.target else ()), *statement.chain, *statement.case):
        counting = {one.index for one in tree.walk(node) if isinstance(one, tree.Big) and len(one.index) == 1}
        tree.check(node, symbols.names | counting | own)
