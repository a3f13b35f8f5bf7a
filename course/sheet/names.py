r"""What may stand beside the value of an answer: its name before it, `L = 4.5`, its unit after it, `156 weights`.

Names are compared by what they say, not by how they are set: `\hat y`, `ŷ` and `y_hat` are one, and so are
`\frac{\partial L}{\partial W^{(2)}}`, `∂L/∂W⁽²⁾` and `dL/dW2`. A name that is not the answer's own is never
taken off, so that a value of something else is not read.
"""

import functools
import re
import unicodedata

from course.exercises import Answer
from course.sheet.number import plain_characters

_LEFT_SIDE = re.compile(r"([^=≈:]{1,200}?)(?: ?(?::=|[=≈:])| (?:is|are|equals) )(.+)")
_OVER = re.compile(r"\\(?:wide)?(hat|tilde|bar) ?(?:\{ ?(\\?[a-zA-Z]+) ?\}|(\\[a-zA-Z]+|[a-zA-Z]))")
_ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar"}
_STAR = re.compile(r"\^ ?\{? ?(?:\\ast|\\star|[*⋆])|[*⋆]$")
_SPELLED = {
    r"\partial": "d",
    "∂": "d",
    r"\nabla": "nabla",
    "∇": "nabla",
    "∆": "delta",
    r"\prime": "prime",
    "'": "prime",
}
_STYLES = re.compile(r"\\(?:text|mathrm|mathbf|boldsymbol|operatorname|displaystyle|quad|frac|dfrac|tfrac)")
_NORM = re.compile(r"\\\||\|\||[|‖∥]")
_SILENT = re.compile(r"[\s_^{}()\[\],.$\\*]")
_STATED_UNIT = re.compile(r"\s*/\s*(\\?)([A-Za-z]+)\s*$")
_INDEX = re.compile(r"\^\{\([^{}]*\)\}|_(?:\{(?:[^{}]|\{[^{}]*\})*\}|\w)")
_HEAD = re.compile(r" (?:of|after|in|at|with|from|to|before|under|over|where) |[,:$]")
_ANYTHING = frozenset({"answer", "myanswer", "result", "value", "solution"})
_COUNTED = re.compile(r"(?:the |all |most |fewest )*(?:number of )?([a-z]+s)\b")
# The words under which weights and biases together are counted.
_PARAMETERS = ("parameters", "params", "weights", "weights and biases")


def without_name(text: str, name: str, answer: Answer) -> str:
    r"""Take the name of an answer and what follows it, `=`, `:`, `≈` or `is`, off what was typed.

    >>> loss = Answer("L", (), "loss")
    >>> [without_name(text, "loss", loss) for text in ("L = 4.5", "Loss: 9/2", "E = 4.5", "-L = 4.5")]
    ['4.5', '9/2', 'E = 4.5', '-L = 4.5']
    """
    plain = plain_characters(text)
    parts = _LEFT_SIDE.fullmatch(plain)
    if parts is None:
        return text
    said = said_by(parts[1])
    names = names_of(name, answer.symbol, answer.about, answer.also, not answer.shape)
    return parts[2].strip() if said in names | _ANYTHING or said in map(said_by, counted(answer)) else text


def left_side(text: str) -> str:
    """Give the name that stands before `=`, `:` or `≈` in a text, or nothing.

    >>> left_side("E = 4.5"), left_side("3 = 3")
    ('E', '')
    """
    parts = _LEFT_SIDE.fullmatch(plain_characters(text))
    return parts[1] if parts and re.search(r"[a-z]", said_by(parts[1])) else ""


@functools.cache
def stated_units(symbol: str) -> tuple[str, ...]:
    r"""Give the spellings of the unit that a symbol is divided by, such as $\eta$ in $\Delta w / \eta$."""
    match = _STATED_UNIT.search(symbol)
    if match is None:
        return ()
    command, name = match.groups()
    letter = unicodedata.lookup(f"GREEK SMALL LETTER {name}") if command else name
    return (f"\\{name}", name, letter)


def counted(answer: Answer) -> tuple[str, ...]:
    """Give the words for what a whole number counts, `parameters` and `parameter`, from what it is said to be.

    >>> counted(Answer("T", (), "updates in an epoch", "int"))
    ('updates in an epoch', 'updates', 'update')
    """
    return _counted(answer.about) if answer.dtype == "int" and not answer.shape else ()


@functools.cache
def _counted(about: str) -> tuple[str, ...]:
    match = _COUNTED.match(about)
    if match is None:
        return ()
    words = _PARAMETERS if match[1] in _PARAMETERS else (match[1],)
    single = [f"{word[:-3]}y" if word.endswith("ies") else word[:-1] for word in words if " " not in word]
    return tuple(dict.fromkeys((about, *words, *single)))


@functools.cache
def names_of(name: str, symbol: str, about: str, also: tuple[str, ...], single: bool) -> frozenset[str]:
    """Give all that an answer may be called, as `said_by` gives it.

    Args:
        name: of the step.
        symbol: its LaTeX; indices may be left out, and the unit that it is divided by.
        about: what it is; its first words are enough.
        also: other names of the step.
        single: whether it is one value, and not an array whose entries may have names of their own.
    """
    undivided = _STATED_UNIT.sub("", symbol)
    symbols = {symbol, undivided}
    if r"\|" not in symbol:
        bare = _INDEX.sub("", undivided)
        symbols |= {bare, _INDEX.sub("", symbol), re.sub(r"\^\{\([^{}]*\)\}", "", undivided)}
    if undivided.endswith(("'", r"\prime}")):
        plain = said_by(undivided).removesuffix("prime")
        symbols |= {f"new{plain}", f"{plain}new"}
    about = re.sub(r"^(?:the|its) ", "", about)
    head, *rest = _HEAD.split(about, maxsplit=1)
    words = {about, head} if single or "," not in "".join(rest) else {about}
    return frozenset(said_by(said) for said in {name, *also, *symbols, *words}) - {""}


@functools.lru_cache(maxsize=4096)
def said_by(text: str) -> str:
    r"""Give what a name says, in small letters and digits; empty for a text that is more than a name.

    >>> said_by(r"\hat y"), said_by("ŷ"), said_by("y_hat"), said_by("the loss"), said_by("2 - L")
    ('yhat', 'yhat', 'yhat', 'loss', '')
    """
    plain = text.replace("}{", "}/{") if r"frac" in text else text
    plain = _OVER.sub(lambda over: f"{over[2] or over[3]}{over[1]} ", _STAR.sub("star ", plain))
    for sign, spelled in _SPELLED.items():
        plain = plain.replace(sign, spelled)
    plain = _STYLES.sub("", _NORM.sub("norm", plain))
    plain = "".join(_spelled(c) for c in unicodedata.normalize("NFKD", plain))
    plain = re.sub(r"^the ", "", plain.strip(), flags=re.IGNORECASE)
    plain = _SILENT.sub("", re.sub(r"(?<=[A-Za-z])-(?=[A-Za-z])", "", plain)).casefold()
    return plain if re.fullmatch(r"[a-z0-9/]+", plain) else ""


def _spelled(character: str) -> str:
    """Give a Greek letter by its name, an accent by its own, and other characters as they are."""
    if character in _ACCENTS:
        return _ACCENTS[character]
    name = unicodedata.name(character, "")
    return name.split()[-1].casefold() if name.startswith("GREEK ") and "LETTER" in name else character
