"""The tree of a formula: plain structs that hold what was read, and their JSON.

A tree says nothing of right or wrong and refers to symbols by their declared names. It is what crosses from the
process that reads to the process that marks, so decoding checks everything: size, depth, names, digits.

```python
>>> from course.derivation.reading.tree import Name, Number, Power, decode, encode
>>> decode(encode(Power(Name("w"), Number("2"))), names={"w"})
Power(base=Name(name='w'), exponent=Number(text='2'))

```
"""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from course.errors import CourseError

MOST_NODES = 600
DEEPEST = 60
MOST_DIGITS = 30
LARGEST_EXPONENT = 64
LARGEST_NUMBER = 1e30
LARGEST_JSON = 128 * 1024  # bytes of one tree
LONGEST_NAME = 64

_NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?|\.[0-9]+([eE][+-]?[0-9]{1,3})?")

Identifier = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
Relation = Literal["=", "<", ">", "≤", "≥", "≠"]


class TreeError(CourseError):
    """Raised for a tree that is too large, too deep, or names what is not declared."""


class _Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """What all nodes share: they are immutable, comparable and hashable."""


class Number(_Node, frozen=True):
    """A literal as it was written, without a sign; its text keeps the precision."""

    text: Annotated[str, Meta(max_length=MOST_DIGITS + 8)]


class Name(_Node, frozen=True):
    """A declared symbol, an index, or a name that the student has defined."""

    name: Identifier


class Entry(_Node, frozen=True):
    """An entry of an array symbol: `w_i`, `W_{i,j}`; indices count as the exercise declares."""

    name: Identifier
    indices: tuple["Node", ...]


class Sum(_Node, frozen=True):
    """Terms added; a subtracted term is a `Negative`."""

    terms: tuple["Node", ...]


class Product(_Node, frozen=True):
    """Factors multiplied, matrices as matrices; `elementwise` for ⊙."""

    factors: tuple["Node", ...]
    elementwise: bool = False


class Negative(_Node, frozen=True):
    """The argument with its sign turned."""

    argument: "Node"


class Quotient(_Node, frozen=True):
    """A numerator over a denominator."""

    numerator: "Node"
    denominator: "Node"


class Power(_Node, frozen=True):
    """A base to an exponent."""

    base: "Node"
    exponent: "Node"


class Call(_Node, frozen=True):
    """A function at its arguments; `primes` counts derivatives."""

    function: Identifier
    arguments: tuple["Node", ...]
    primes: Annotated[int, Meta(ge=0, le=3)] = 0


class Derivative(_Node, frozen=True):
    """The derivative of something by a symbol: ∂L/∂a, ∂/∂a (…), ∇_a (…); which of them is kept for typesetting."""

    of: "Node"
    by: "Node"
    nabla: bool = False


class Big(_Node, frozen=True):
    """A sum or product over an index; without bounds over all that is declared for it."""

    kind: Literal["sum", "prod"]
    index: Identifier
    low: "Node | None"
    high: "Node | None"
    body: "Node"


class Abs(_Node, frozen=True):
    """An absolute value."""

    argument: "Node"


class Norm(_Node, frozen=True):
    """A norm of a vector; of order 2 unless an order is written."""

    argument: "Node"
    order: "Node | None" = None


class Transpose(_Node, frozen=True):
    """A transposed matrix or vector."""

    argument: "Node"


class Compare(_Node, frozen=True):
    """A condition: one thing compared with another."""

    relation: Relation
    left: "Node"
    right: "Node"


class Indicator(_Node, frozen=True):
    """One where the condition holds, else zero."""

    condition: Compare


class Case(_Node, frozen=True):
    """One case of several: its value where its condition holds; the last may have none."""

    value: "Node"
    condition: Compare | None


class Cases(_Node, frozen=True):
    """The value of the first case whose condition holds; nan where none does."""

    cases: tuple[Case, ...]


class Matrix(_Node, frozen=True):
    """A matrix by its rows; a column vector has rows of one entry."""

    rows: tuple[tuple["Node", ...], ...]


class Updated(_Node, frozen=True):
    """The value of a symbol after the update: the left side of `w ← …`."""

    name: "Name | Entry"


Node = (
    Number | Name | Entry | Sum | Product | Negative | Quotient | Power | Call | Derivative | Big | Abs | Norm
    | Transpose | Compare | Indicator | Case | Cases | Matrix | Updated
)  # fmt: skip


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below, in the order in which they are written."""
    found: list[Node] = []
    for field in node.__struct_fields__:
        value = getattr(node, field)
        if isinstance(value, _Node):
            found.append(value)  # type: ignore[arg-type]
        elif isinstance(value, tuple):
            for item in value:
                found.extend(item if isinstance(item, tuple) else (item,))
    return tuple(found)


def replace_children(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return the node with each child put through `change`; the node itself if nothing changed."""
    changed = {}
    for field in node.__struct_fields__:
        value = getattr(node, field)
        if isinstance(value, _Node):
            new = change(value)  # type: ignore[arg-type]
            if new is not value:
                changed[field] = new
        elif isinstance(value, tuple) and value:
            nested = isinstance(value[0], tuple)
            new = tuple(tuple(map(change, item)) if nested else change(item) for item in value)
            if new != value:
                changed[field] = new
    return msgspec.structs.replace(node, **changed) if changed else node


def with_child(node: Node, at: int, new: Node) -> Node:
    """Return the node with another one in place of its child of this number."""
    count = iter(range(len(children(node))))
    return replace_children(node, lambda child: new if next(count) == at else child)


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and all below it, parents first."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(children(one)))


def rebuild(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """Return the tree with each node replaced for which `change` gives another one."""
    new = change(node)
    return replace_children(node, lambda child: rebuild(child, change)) if new is None else new


def names_in(node: Node) -> set[str]:
    """Return all names that the tree mentions, indices and functions apart."""
    return {one.name for one in walk(node) if isinstance(one, Name | Entry)}


def check(node: Node, names: Collection[str] | None = None) -> Node:
    """Return the tree if it is within the limits.

    Args:
        node: the tree.
        names: what it may mention, functions and indices included; anything if None.

    Raises:
        TreeError: if it is too large, too deep, has a number that is none, or mentions an undeclared name.
    """
    waiting, count = [(node, 1)], 0
    while waiting:
        one, depth = waiting.pop()
        count += 1
        if count > MOST_NODES or depth > DEEPEST:
            raise TreeError(
                f"a formula of at most {MOST_NODES} parts, nested at most {DEEPEST} deep, was expected"
            )
        if isinstance(one, Number) and not (_NUMBER.fullmatch(one.text) and len(one.text) <= MOST_DIGITS):
            raise TreeError(f"a number of at most {MOST_DIGITS} digits was expected, got {one.text[:40]!r}")
        if isinstance(one, Number) and float(one.text) > LARGEST_NUMBER:
            raise TreeError(f"a number of at most {LARGEST_NUMBER:g} was expected, got {one.text[:40]!r}")
        if isinstance(one, Power):
            _check_exponent(one.exponent)
        if names is not None:
            _check_names(one, names)
        waiting += [(child, depth + 1) for child in children(one)]
    return node


def _check_exponent(exponent: Node) -> None:
    if isinstance(exponent, Negative):
        exponent = exponent.argument
    if isinstance(exponent, Number) and float(exponent.text) > LARGEST_EXPONENT:
        raise TreeError(f"an exponent of at most {LARGEST_EXPONENT} was expected, got {exponent.text}")
    if isinstance(exponent, Power) and isinstance(exponent.base, Number) and isinstance(exponent.exponent, Number):
        raise TreeError("an exponent that is a symbol or a number was expected, got a power of numbers")


def _check_names(node: Node, names: Collection[str]) -> None:
    mentioned = [getattr(node, field) for field in ("name", "function", "index") if hasattr(node, field)]
    for name in mentioned:
        if isinstance(name, str) and name not in names:
            raise TreeError(f"a declared name was expected, got {name!r}")


def encode(node: Node) -> bytes:
    """Return the tree as JSON."""
    return msgspec.json.encode(node)


_decoder: msgspec.json.Decoder[Node] = msgspec.json.Decoder(Node)


def decode(data: bytes, names: Collection[str] | None = None) -> Node:
    """Return the tree that the JSON holds, checked.

    Raises:
        TreeError: if it is no tree, or not within the limits (see `check`).
    """
    if len(data) > LARGEST_JSON:
        raise TreeError(f"a tree of at most {LARGEST_JSON} bytes was expected, got {len(data)}")
    try:
        node = _decoder.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise TreeError(f"the JSON of a formula's tree was expected: {error}") from None
    return check(node, names)
