"""Python code as fingerprints that neither names, numbers, comments nor formatting change.

Code becomes a sequence of tokens in which every name of the author's own is alike. Of the hashes of all runs of
`RUN` tokens, the smallest of each `WINDOW` neighbours are the fingerprints (winnowing: Schleimer, Wilkerson and
Aiken, SIGMOD 2003), so that two texts which share `RUN + WINDOW - 1` tokens in a row share a fingerprint. The
code is read, never run.
"""

import builtins
import io
import keyword
import token
import tokenize
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

RUN, WINDOW = 12, 5
MOST_CHARACTERS = 200_000
"""Of one text or submission; what comes after is not looked at, so that time and memory are bounded."""

_KEPT = frozenset(keyword.kwlist) | frozenset(dir(builtins))
_LAYOUT = frozenset({tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING})
_DATA = frozenset(["0", "s", *",()[]{}:-+.=", "True", "False", "None"])
_BASE, _PRIME = 1_000_003, (1 << 61) - 1


class Token(NamedTuple):
    """A token without what an author may choose, and the line that it is on."""

    text: str
    line: int


class Print(NamedTuple):
    """The hash of a run of tokens, and from which line to which it goes in which text."""

    hash: int
    text: str
    first: int
    last: int


class Prints(NamedTuple):
    """Fingerprints of several texts: those of all runs of tokens, and the ones that winnowing chose."""

    every: dict[int, Print]
    chosen: frozenset[int]

    def without(self, others: Iterable[int]) -> "Prints":
        """Leave out what is in other texts too."""
        gone = set(others)
        kept = {number: found for number, found in self.every.items() if number not in gone}
        return Prints(kept, self.chosen - gone)

    def thin(self) -> "Prints":
        """Keep only what winnowing chose: a third of it, enough to compare a class."""
        return Prints({number: self.every[number] for number in self.chosen}, self.chosen)


def normalise(code: str) -> list[Token]:
    r"""Give the tokens of Python code, of which names, numbers and strings are only said to be such.

    Imports, docstrings and lines that only write down data say nothing about who wrote them, and are left out;
    so are the notebook's own commands. Of code that is no Python, what comes before the mistake is read.

    >>> [found.text for found in normalise("# twice\ntotal = np.sum(x) * 2")]
    ['n', '=', 'n', '.', 'sum', '(', 'n', ')', '*', '0']
    >>> normalise("import numpy\nsheet.a = [1, 2.5]")
    []
    """
    tokens: list[Token] = []
    for line in _lines(code[:MOST_CHARACTERS]):
        texts = [found.text for found in line]
        if texts[0] not in ("import", "from") and not _DATA.issuperset(_assigned(texts)):
            tokens += line
    return tokens


def fingerprints(texts: Iterable[tuple[str, str]]) -> Prints:
    r"""Give the fingerprints of named texts; a run of tokens never goes over the end of one.

    >>> one = fingerprints([("a", "def f(x):\n    return [g(y) + 1 for y in x if y > 0]")])
    >>> two = fingerprints([("b", "def h(q): return [k(z) + 7 for z in q if z > 3]  # mine")])
    >>> one.chosen == two.chosen != frozenset()
    True
    """
    every: dict[int, Print] = {}
    chosen: set[int] = set()
    for name, code in texts:
        found = list(_runs(name, normalise(code)))
        for each in found:
            every.setdefault(each.hash, each)
        chosen |= _winnow([each.hash for each in found])
    return Prints(every, frozenset(chosen))


def _lines(code: str) -> Iterator[list[Token]]:
    """Give the logical lines of code, normalised; empty ones are passed over."""
    line: list[Token] = []
    before = ""
    try:
        for found in tokenize.generate_tokens(io.StringIO(_python(code)).readline):
            if found.type in _LAYOUT:
                continue
            if found.type in (token.NEWLINE, token.ENDMARKER) or found.string == ";":
                if line:
                    yield line
                line = []
            else:
                line.append(Token(_plain(found, before), found.start[0]))
            before = found.string
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass
    if line:
        yield line


def _assigned(line: list[str]) -> list[str]:
    """Give what stands after the first `=` that assigns, else the whole line."""
    depth = 0
    for place, text in enumerate(line):
        depth += (text in "([{") - (text in ")]}")
        if text == "=" and not depth:
            return line[place + 1 :]
    return line


def _python(code: str) -> str:
    """Code without the commands of the notebook, line for line, and without what no tokenizer reads."""
    code = code.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")
    if code.lstrip().startswith("%%"):
        code = code.replace("%%", "# ", 1)
    lines = code.split("\n")
    return "\n".join("" if line.lstrip().startswith(("%", "!", "?")) else line for line in lines)


def _plain(found: tokenize.TokenInfo, before: str) -> str:
    match found.type:
        case token.NAME:
            # An attribute is mostly a library's; everything else that is no keyword has a name of the author's.
            return found.string if found.string in _KEPT or before == "." else "n"
        case token.NUMBER:
            return "0"
        case token.OP:
            return found.string
    return "s"


def _runs(name: str, tokens: list[Token]) -> Iterator[Print]:
    """Hash every run of tokens, each from the one before it."""
    numbers = [zlib.crc32(found.text.encode()) + 1 for found in tokens]
    top, rolling = pow(_BASE, RUN - 1, _PRIME), 0
    for place, number in enumerate(numbers):
        if place >= RUN:
            rolling -= numbers[place - RUN] * top
        rolling = (rolling * _BASE + number) % _PRIME
        if place >= RUN - 1:
            yield Print(rolling, name, tokens[place - RUN + 1].line, tokens[place].line)


def _winnow(hashes: list[int]) -> set[int]:
    """Give the smallest of each window of hashes."""
    chosen: set[int] = set()
    waiting: deque[int] = deque()
    for place, number in enumerate(hashes):
        while waiting and hashes[waiting[-1]] >= number:
            waiting.pop()
        waiting.append(place)
        if waiting[0] <= place - WINDOW:
            waiting.popleft()
        if place >= min(WINDOW, len(hashes)) - 1:
            chosen.add(hashes[waiting[0]])
    return chosen
