r"""What an exercise declares: its symbols with their spellings, shapes and the numbers they are tried at.

```python
>>> symbols = Symbols(
...     Symbol("w21", r"w_{2,1}^{(1)}", "w21"),
...     Symbol("y_hat", r"\hat{y}", "yhat"),
...     Symbol("w", "w", shape=(4,)),
...     Function("phi", r"\varphi"),
...     Index("i", 4),
... )
>>> symbols.find(r"w^{(1)}_{21}"), symbols.find("ŷ")
('w21', 'y_hat')

```

Scripts are compared without braces, blanks and commas and in either order, `\mathbf{w}` is `w`, Greek letters may
be spelled: none of that has to be declared. What has to be are other names for one thing (`yhat` for `\hat{y}`).
"""

import copy
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from course.derivation.reading.lexemes import Lexeme, Unread
from course.derivation.reading.lexer import lex
from course.derivation.reading.tree import Node
from course.errors import CourseError

Key = tuple[str, str, str]  # base, subscript, superscript
Shape = tuple[int, ...]

_OPENING, _CLOSING = {"(": ")", "[": "]", "{": "}"}, {")", "]", "}"}
# A layer is marked [2] by some and (2), <2> or ⟨2⟩ by others; nobody writes a power that way.
_LAYER = {"[": "(", "]": ")", "<": "(", ">": ")", "⟨": "(", "⟩": ")", "{": "", "}": "", ",": "", ".": "", ";": ""}


class SymbolError(CourseError):
    """Raised for declarations that contradict each other or cannot be read."""


@dataclass(frozen=True)
class Domain:
    """The numbers at which a symbol is tried.

    Attributes:
        kind: `real` for both signs, `positive`, `negative`, `integer` for whole numbers, `unit` for 0 to 1.
        low: the least absolute value; of whole numbers the least value.
        high: the largest absolute value; of whole numbers the largest value.
        among: the only values, where they are few: a target of 0 or 1.
    """

    kind: Literal["real", "positive", "negative", "integer", "unit"] = "real"
    low: float = 0.3
    high: float = 2.0
    among: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise SymbolError(f"a domain goes from a smaller to a larger number, got {self.low} to {self.high}")


REAL = Domain()
POSITIVE = Domain("positive")
UNIT = Domain("unit", 0.05, 0.95)


def integers(low: int, high: int) -> Domain:
    """Return the domain of the whole numbers from `low` to `high`, both included."""
    return Domain("integer", low, high)


@dataclass(frozen=True, init=False)
class Symbol:
    """A number, vector or matrix that lines may name.

    Attributes:
        name: by which graphs and trees refer to it.
        latex: how it is set in type; a spelling too.
        spellings: other ways to type it.
        shape: `()` of a number, `(n,)` of a vector, which is a column, `(n, m)` of a matrix. Use distinct sizes,
            so that a transposed matrix does not fit.
        domain: the numbers at which it is tried.
        arguments: what may follow it in brackets and says nothing: `w` where `J(w)` is J.
        other_order: its name when its indices are read in the other order.
        either_sign: whether a student may claim it with the other sign, as δ = −∂L/∂a where the graph has ∂L/∂a;
            from there on it means what was claimed.
    """

    name: str
    latex: str
    spellings: tuple[str, ...]
    shape: Shape
    domain: Domain
    arguments: tuple[str, ...]
    other_order: str
    either_sign: bool

    def __init__(
        self,
        name: str,
        latex: str = "",
        *spellings: str,
        shape: Shape = (),
        domain: Domain = REAL,
        arguments: Iterable[str] = (),
        other_order: str = "",
        either_sign: bool = False,
    ) -> None:
        for attribute, value in (
            ("name", name), ("latex", latex or name), ("spellings", spellings), ("shape", tuple(shape)),
            ("domain", domain), ("arguments", tuple(arguments)), ("other_order", other_order),
            ("either_sign", either_sign),
        ):  # fmt: skip
            object.__setattr__(self, attribute, value)
        if len(self.shape) > 2 or any(size < 1 for size in self.shape):
            raise SymbolError(f"{name}: a shape of at most two sizes was expected, got {self.shape}")


@dataclass(frozen=True, init=False)
class Function:
    """A function that lines may name: one that is known, or any smooth function.

    Attributes:
        name: by which graphs and trees refer to it.
        latex: how it is set in type; a spelling too.
        spellings: other ways to type it.
        meaning: which known function it is, such as `sigmoid`; empty for a smooth function that nobody knows, for
            which only the chain rule holds.
        of: the symbols it depends on, where it may be written without them: `("w",)` for J in `∇_w J`.
    """

    name: str
    latex: str
    spellings: tuple[str, ...]
    meaning: str
    of: tuple[str, ...]

    def __init__(
        self, name: str, latex: str = "", *spellings: str, meaning: str = "", of: Iterable[str] = ()
    ) -> None:
        for attribute, value in (
            ("name", name), ("latex", latex or name), ("spellings", spellings), ("meaning", meaning),
            ("of", tuple(of)),
        ):  # fmt: skip
            object.__setattr__(self, attribute, value)
        if meaning and meaning not in KNOWN:
            raise SymbolError(
                f"{name}: one of {', '.join(sorted(set(KNOWN.values())))} was expected, got {meaning!r}"
            )


@dataclass(frozen=True)
class Index:
    """A letter that counts: `i` from `start`, over `size` entries; free where no sum binds it."""

    name: str
    size: int
    start: int = 1

    @property
    def values(self) -> range:
        """What it counts."""
        return range(self.start, self.start + self.size)


Declared = Symbol | Function | Index

# Functions that every line may use, by spelling.
KNOWN = {
    "exp": "exp", "log": "log", "ln": "log", "sin": "sin", "cos": "cos", "tanh": "tanh", "sigmoid": "sigmoid",
    "logistic": "sigmoid", "relu": "relu", "ReLU": "relu", "RELU": "relu", "sign": "sign", "sgn": "sign",
    "sqrt": "sqrt", "abs": "abs", "max": "max", "min": "min", "diag": "diag", "norm": "norm", "square": "square",
    "maximum": "max", "minimum": "min", "log10": "log10", "transpose": "transpose",
    "sigm": "sigmoid", "sig": "sigmoid", "Sigmoid": "sigmoid", "SIGMOID": "sigmoid", "expit": "sigmoid",
    "Relu": "relu", "Sign": "sign", "SIGN": "sign", "Sgn": "sign", "SGN": "sign", "signum": "sign", "Abs": "abs",
    "fabs": "abs", "absolute": "abs", "Exp": "exp", "EXP": "exp", "Log": "log", "LOG": "log", "Ln": "log",
    "LN": "log",
    "Tanh": "tanh", "Max": "max", "Min": "min", "pow": "pow", "power": "pow", "array": "array", "asarray": "array",
    "Diag": "diag",
}  # fmt: skip


class OwnFunction(NamedTuple):
    """A function that a student has defined: `f(x) = x^2`."""

    name: str
    arguments: tuple[str, ...]
    value: Node


@dataclass(frozen=True)
class Symbols:
    """All that an exercise declares, and how to find what a line names.

    Raises:
        SymbolError: if two symbols share a name or a spelling, or one cannot be read.
    """

    declared: tuple[Declared, ...]
    own: tuple[str, ...] = ()
    functions: tuple[OwnFunction, ...] = ()
    arrays: tuple[tuple[str, Node], ...] = ()
    _table: dict[Key, str] = field(default_factory=dict, compare=False, repr=False)
    _by_name: dict[str, Declared] = field(default_factory=dict, compare=False, repr=False)

    def __init__(self, *declared: Declared, own: Iterable[str] = ()) -> None:
        object.__setattr__(self, "declared", declared)
        object.__setattr__(self, "own", tuple(own))
        object.__setattr__(self, "functions", ())
        object.__setattr__(self, "arrays", ())
        object.__setattr__(self, "_table", {})
        object.__setattr__(self, "_by_name", {})
        for one in declared:
            if one.name in self._by_name:
                raise SymbolError(f"a name for each symbol was expected, got two called {one.name!r}")
            self._by_name[one.name] = one
            for spelling in self.spellings(one.name):
                self._add(spelling, one.name)
        for name in self.own:
            self._table[own_key(name)] = name

    def _add(self, spelling: str, name: str) -> None:
        try:
            key = key_of(spelling)
        except Unread as error:
            raise SymbolError(
                f"{name}: a spelling such as w_{{2,1}} was expected, got {spelling!r} ({error})"
            ) from None
        other = self._table.setdefault(key, name)
        if other != name:
            raise SymbolError(f"a spelling for each symbol was expected, but {spelling!r} is {other} and {name}")

    def spellings(self, name: str) -> tuple[str, ...]:
        """Return how this one may be typed, LaTeX first."""
        one = self._by_name[name]
        given = (one.name,) if isinstance(one, Index) else (one.latex, *one.spellings)
        return tuple(dict.fromkeys((*given, one.name) if _is_spelling(one.name) else given))

    def __getitem__(self, name: str) -> Declared:
        return self._by_name[name]

    def get(self, name: str) -> Declared | None:
        """Return what is declared under this name, or None."""
        return self._by_name.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @property
    def table(self) -> Mapping[Key, str]:
        """Names by key."""
        return self._table

    @property
    def names(self) -> frozenset[str]:
        """All that a tree may mention: declared, known, and the student's own."""
        return frozenset({*self._by_name, *KNOWN.values(), *self.own, "π", "e"})

    def find(self, spelling: str) -> str | None:
        """Return the name that is typed like this, or None."""
        return self._table.get(key_of(spelling))

    @property
    def indices(self) -> tuple[Index, ...]:
        """The letters that count."""
        return tuple(one for one in self.declared if isinstance(one, Index))

    def with_own(self, name: str, array: Node | None = None) -> "Symbols":
        """Return the same with one more name that the student has defined.

        Args:
            name: the new name.
            array: the array, or derivative by one, that the name stands for: what its entries are looked up in.
        """
        arrays = (*(one for one in self.arrays if one[0] != name), *([(name, array)] if array is not None else []))
        if name in self.own and arrays == self.arrays:
            return self
        more = copy.copy(self)
        object.__setattr__(more, "own", tuple(dict.fromkeys((*self.own, name))))
        object.__setattr__(more, "arrays", arrays)
        object.__setattr__(more, "_table", {**self._table, own_key(name): name})
        return more

    def array(self, name: str) -> Node | None:
        """Return the array that a name of the student's own stands for, or None."""
        return dict(self.arrays).get(name)

    def with_function(self, function: OwnFunction) -> "Symbols":
        """Return the same with one more function that the student has defined."""
        more = copy.copy(self)
        others = (one for one in self.functions if one.name != function.name)
        object.__setattr__(more, "functions", (*others, function))
        return more

    def nearest(self, word: str) -> str:
        """Return the declared spelling that is most alike, or an empty text."""
        known = [spelling for one in self.declared for spelling in self.spellings(one.name)]
        found = difflib.get_close_matches(word, [*known, *KNOWN], n=1, cutoff=0.5)
        return found[0] if found else ""

    def in_words(self) -> dict[str, list[str]]:
        """Return the spellings by name, as a table for students has them."""
        return {one.name: list(self.spellings(one.name)) for one in self.declared}


def _is_spelling(name: str) -> bool:
    try:
        key_of(name)
    except Unread:
        return False
    return True


def own_key(name: str) -> Key:
    """Return the key of a name that a student has defined."""
    return key_of(name)


def key_of(spelling: str) -> Key:
    r"""Return base, subscript and superscript of a spelling.

    ```python
    >>> key_of(r"w_{2,1}^{(1)}"), key_of(r"\Delta w_{21}")
    (('w', '21', '(1)'), ('Δw', '21', ''))

    ```

    Raises:
        Unread: if it is not one symbol.
    """
    lexemes = lex(spelling)
    key, end = read_key(lexemes, 0)
    if lexemes[end].kind != "end":
        raise Unread(lexemes[end].position, "the end of the symbol")
    return key


def read_key(lexemes: list[Lexeme], at: int) -> tuple[Key, int]:
    """Return the longest key that begins at this lexeme, and the place after it."""
    base, at = _base(lexemes, at)
    scripts = {"_": "", "^": ""}
    while (sign := lexemes[at].text) in scripts and lexemes[at].kind == "sign" and not scripts[sign]:
        text, end = script(lexemes, at + 1)
        if not text:
            break
        scripts[sign], at = text, end
    return (base, scripts["_"], scripts["^"]), at


def _base(lexemes: list[Lexeme], at: int) -> tuple[str, int]:
    if lexemes[at].text in ("∂", "∇") and lexemes[at + 1].kind == "word":
        return lexemes[at].text + lexemes[at + 1].text, at + 2
    if lexemes[at].text == "∂" and lexemes[at + 1].text == "_":  # a local error, ∂_1
        return "∂", at + 1
    if lexemes[at].kind != "word":
        raise Unread(lexemes[at].position, "a symbol was expected")
    base = lexemes[at].text
    if base == "Δ" and lexemes[at + 1].kind == "word":
        return base + lexemes[at + 1].text, at + 2
    return base, at + 1


def script(lexemes: list[Lexeme], at: int) -> tuple[str, int]:
    """Return the text of a subscript or superscript without braces, blanks and commas, and the place after it."""
    first = lexemes[at]
    if first.text in _OPENING and first.kind == "sign":
        depth, end = 0, at
        while lexemes[end].kind != "end":
            text = lexemes[end].text
            depth += (text in _OPENING) - (text in _CLOSING)
            end += 1
            if not depth:
                break
        if depth:
            return "", at
        group = first.text == "{" or any(one.text in ("+", "-") for one in lexemes[at:end])  # _(k-1)
        inner = lexemes[at + 1 : end - 1] if group else lexemes[at:end]
        text = "".join(_LAYER.get(one.text, one.text) if one.kind == "sign" else one.text for one in inner)
        return text.replace(".", ""), end
    if first.kind in ("word", "number"):
        return first.text.replace(".", ""), at + 1
    if first.text == "-" and lexemes[at + 1].kind == "number":  # θ^-1
        return f"-{lexemes[at + 1].text}", at + 2
    return ("ᵀ", at + 1) if first.text == "ᵀ" else ("", at)
