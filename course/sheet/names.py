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
_BECOMES = re.compile(r"([^=≈:<←]{1,200}?) ?(?:<-+|←|\\(?:left|get)s?(?:arrow)?(?![a-z])) ?(.+)")
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
    r"\ell": "l",
    "∑": "sigma",
}
_STYLES = re.compile(r"\\(?:text|mathrm|mathbf|boldsymbol|operatorname|displaystyle|quad|frac|dfrac|tfrac)")
_NORM = re.compile(r"\\\||\|\||[|‖∥]")
_SILENT = re.compile(r"[\s_^{}()\[\],.$\\*]")
_STATED_UNIT = re.compile(r"\s*/\s*(\\?)([A-Za-z]+)\s*$")
_INDEX = re.compile(r"\^\{\([^{}]*\)\}|_(?:\{(?:[^{}]|\{[^{}]*\})*\}|\w)")
_HEAD = re.compile(r" (?:of|after|in|at|with|from|to|before|under|over|where) |[,:$]")
_LETTER = re.compile(r"\\?[^\W\d_]+")
_ALONE = re.compile(r"\\?[^\W\d_]+(?![\w(^{])")
_ANYTHING = frozenset({"answer", "myanswer", "result", "value", "solution"})
_SIZE = frozenset({"size", "shape", "outputsize", "outputshape", "dimensions"})
_SUM = frozenset({"sum", "sigma", "total"})
_COUNTED = re.compile(r"(?:the |all |most |fewest )*(?:number of )?([a-z]+s)\b")
# Words under which the same is counted; weights and biases are counted together.
_COUNTED_TOGETHER = (
    ("parameters", "params", "weights", "weights and biases"),
    ("activations", "values", "outputs"),
    ("multiplications", "multiplies", "mults"),
    ("additions", "adds"),
    ("updates", "steps", "iterations", "batches", "minibatches", "mini-batches"),
    ("errors", "mistakes", "images", "test images", "wrong images", "misclassified images"),
)
# What is counted by multiplying and adding, so that a part of one comes out of no division.
_UNBROKEN = frozenset({"parameters", "weights", "activations", "multiplications", "additions"})
_IN_ALL = (" in total", " in all", " altogether")


def without_name(text: str, name: str, answer: Answer) -> str:
    r"""Take the name of an answer and what follows it, `=`, `:`, `≈` or `is`, off what was typed.

    >>> loss = Answer("L", (), "loss")
    >>> [without_name(text, "loss", loss) for text in ("L = 4.5", "Loss: 9/2", "E = 4.5", "-L = 4.5")]
    ['4.5', '9/2', 'E = 4.5', '-L = 4.5']
    """
    plain = plain_characters(text)
    names = names_of(name, answer.symbol, answer.about, answer.also, not answer.shape)
    if becomes := _BECOMES.fullmatch(plain):
        # A value that is written over the old one has the old one's name.
        said = said_by(becomes[1])
        new = {known.removesuffix("prime") for known in names if known.endswith("prime")}
        return becomes[2].strip() if said in names | new else text
    parts = _LEFT_SIDE.fullmatch(plain)
    if parts is None:
        return text
    said = said_by(parts[1])
    if answer.dtype == "int":
        names |= _SIZE if len(answer.shape) == 1 else _SUM if answer.about.endswith(" in all") else frozenset()
    known = names | _ANYTHING | set(map(said_by, counted(answer))) - {""}
    return parts[2].strip() if said in known else text


def names_itself(text: str, answer: Answer) -> bool:
    """Whether an answer's own letter stands in how it is worked out, as in `2L = 81`; in `L(x) = 81` it may."""
    if not _LETTER.fullmatch(answer.symbol):
        return False
    own = said_by(answer.symbol)
    *worked, _ = re.split(r"[=≈]", plain_characters(text))
    return any(said_by(letter) == own for part in worked for letter in _ALONE.findall(part))


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

    >>> counted(Answer("T", (), "updates in an epoch", "int"))[:4]
    ('updates in an epoch', 'updates', 'steps', 'iterations')
    """
    return _counted(answer.about) if answer.dtype == "int" and not answer.shape else ()


def unbroken(answer: Answer) -> bool:
    """Whether what is counted comes out of no division, so that `38.128` can be nothing but thousands."""
    match = _COUNTED.match(answer.about) if answer.dtype == "int" and not answer.shape else None
    return match is not None and match[1] in _UNBROKEN


def at_most(answer: Answer) -> tuple[str, ...]:
    """Give what may stand before a number that is the most, or the least, of what is asked: `at most 10`."""
    return {"most": ("at most ",), "fewest": ("at least ",)}.get(answer.about.split(" ")[0], ())


@functools.cache
def _counted(about: str) -> tuple[str, ...]:
    match = _COUNTED.match(about)
    if match is None:
        return ()
    group = next((group for group in _COUNTED_TOGETHER if match[1] in group), (match[1],))
    words = [word for word in group if "images" not in word or "images" in about]
    single = [f"{word[:-3]}y" if word.endswith("ies") else word[:-1] for word in words if " " not in word]
    single += [word.removesuffix("es") for word in words if word.endswith("ches")]
    rest = about[match.end() :]
    ends = (*_IN_ALL, rest, re.sub(r"^ in an? ", " per ", rest), re.sub(r"^ in ", " ", rest))
    in_all = [word + end for word in (*words, "") for end in ends]
    return tuple(dict.fromkeys(word.strip() for word in (about, *words, *single, *in_all) if word.strip()))


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
    symbols |= {undivided.replace("_2^2", "^2")}
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
