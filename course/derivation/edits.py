"""One small change of a formula at a time, each with the sentence that says what would have had to be written.

```python
>>> from course.derivation.reader import read_formula
>>> from course.derivation.symbols import Symbol, Symbols
>>> symbols = Symbols(Symbol("a"), Symbol("b"))
>>> [edit.sentence for edit in edits(read_formula("a - b", symbols), None, symbols)][:3]
['The sign of $a$ is turned.', 'The sign of $b$ is turned.', 'The sign of the whole is turned.']

```
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from course.derivation import tree
from course.derivation.canonical import form
from course.derivation.symbols import Function, Index, Symbol, Symbols, key_of
from course.derivation.tree import (
    Abs,
    Big,
    Call,
    Derivative,
    Entry,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
)
from course.derivation.typeset import latex

MOST = 400  # changes that are tried of one line
LARGEST = 150  # nodes of a line of which any are tried
ONE, TWO = Number("1"), Number("2")


_One = TypeVar("_One", bound=Node)


class Edit(NamedTuple):
    """What would have had to be written, in words, and the formula with that change.

    Attributes:
        sentence: what the student is told.
        node: the formula.
        rank: 0 where the change uses only what is in the line or the line before, 1 where it brings in another
            symbol or is made below a ∂, 2 where it brings in a factor of 2. It counts only if none of a lower rank
            explains the line.
    """

    sentence: str
    node: Node
    rank: int = 0


def edits(node: Node, before: Node | None, symbols: Symbols) -> list[Edit]:
    """Return the changes of one node of a formula: signs, symbols, exponents, factors, terms, transposed.

    Args:
        node: the formula.
        before: that of the line before, whose factors and terms may have been dropped.
        symbols: what is declared.
    """
    if sum(1 for _ in tree.walk(node)) > LARGEST:
        return []
    made: dict[Node, Edit] = {}
    for edit in _Changes(before, symbols).of(node):
        made.setdefault(form(edit.node), edit)  # of one change in two wordings the first is the closer one
        if len(made) == MOST:
            break
    return list(made.values())


class _Changes:
    def __init__(self, before: Node | None, symbols: Symbols) -> None:
        self.symbols = symbols
        self.names = tree.names_in(before) if before is not None else set()
        parts = list(tree.walk(before)) if before is not None else []
        self.sums = _distinct(one for one in parts if isinstance(one, Sum))
        self.numbers = _distinct(one for one in parts if isinstance(one, Number))
        self.factors = _distinct(_parts(before, Product)) if before is not None else []
        self.terms = _distinct(_parts(before, Sum)) if before is not None else []

    def of(self, node: Node) -> Iterator[Edit]:
        yield from self._signs(node)
        yield Edit("The sign of the whole is turned.", Negative(node))
        yield from self._below(node)
        yield from self._missing(node)

    def _set(self, node: Node) -> str:
        return f"${latex(node, self.symbols)}$"

    def _below(self, node: Node) -> Iterator[Edit]:
        """Yield the changes at this node and at all below it."""
        yield from self._here(node)
        for at, child in enumerate(tree.children(node)):
            for sentence, changed, rank in self._below(child):
                # below a ∂ another name is another derivative: rather a factor of the chain is missing
                yield Edit(sentence, _with_child(node, at, changed), max(rank, int(isinstance(node, Derivative))))

    def _signs(self, node: Node) -> Iterator[Edit]:
        if isinstance(node, Sum):
            for at, term in enumerate(node.terms):
                bare = term.argument if isinstance(term, Negative) else term
                turned = term.argument if isinstance(term, Negative) else Negative(term)
                yield Edit(f"The sign of {self._set(bare)} is turned.", _with_child(node, at, turned))
        elif isinstance(node, Power):
            yield self._turned(node, node.exponent, 1)
        elif isinstance(node, Call):
            for at, argument in enumerate(node.arguments):
                yield self._turned(node, argument, at)._replace(rank=1)
        for at, child in enumerate(tree.children(node)):
            for sentence, changed, rank in self._signs(child):
                yield Edit(sentence, _with_child(node, at, changed), rank)

    def _turned(self, node: Node, part: Node, at: int) -> Edit:
        bare = part.argument if isinstance(part, Negative) else part
        turned = bare if isinstance(part, Negative) else Negative(part)
        return Edit(f"The sign of {self._set(bare)} is turned.", _with_child(node, at, turned))

    def _here(self, node: Node) -> Iterator[Edit]:
        for larger in self.sums:
            if node in larger.terms:
                yield Edit(f"{self._set(larger)} is meant, not {self._set(node)}.", larger)
        if isinstance(node, Name):
            yield from self._other_names(node)
        elif isinstance(node, Number):
            yield from self._other_numbers(node)
        elif isinstance(node, Entry):
            yield from self._other_indices(node)
        elif isinstance(node, Power):
            yield from self._exponents(node)
        elif isinstance(node, Call):
            yield from self._calls(node)
        elif isinstance(node, Product):
            yield from self._too_much(node, node.factors, "factor")
        elif isinstance(node, Sum):
            yield from self._too_much(node, node.terms, "term")
        elif isinstance(node, Quotient):
            yield Edit(f"The factor {self._set(Quotient(ONE, node.denominator))} is too many.", node.numerator)
        elif isinstance(node, Big):
            yield from self._other_sums(node)
        elif isinstance(node, Abs):
            yield Edit(f"{self._set(node.argument)} should stand without the absolute value.", node.argument)
        elif isinstance(node, Transpose):
            yield Edit(f"{self._set(node.argument)} should not be transposed.", node.argument)
        if isinstance(node, Power) and isinstance(node.base, Name | Entry):
            yield Edit(
                f"The absolute value of {self._set(node.base)} is missing.", Power(Abs(node.base), node.exponent)
            )

    def _other_names(self, node: Name) -> Iterator[Edit]:
        declared = self.symbols.get(node.name)
        if not isinstance(declared, Symbol):
            return
        base = key_of(declared.latex)[0]
        alike = (one for one in self.symbols.declared if isinstance(one, Symbol) and one.shape == declared.shape)
        for other in alike:
            rank = 0 if other.name in self.names else 1
            if other.name != node.name and (rank == 0 or key_of(other.latex)[0] == base):
                said = f"{self._set(Name(other.name))} is meant, not {self._set(node)}."
                yield Edit(said, Name(other.name), rank)
        if declared.shape:
            yield Edit(f"{self._set(node)} should be transposed.", Transpose(node))

    def _other_numbers(self, node: Number) -> Iterator[Edit]:
        for other in self.numbers:
            if other != node:
                yield Edit(f"{other.text} is meant, not {node.text}.", other)

    def _other_indices(self, node: Entry) -> Iterator[Edit]:
        if len(node.indices) == 2 and node.indices[0] != node.indices[1]:
            swapped = Entry(node.name, node.indices[::-1])
            yield Edit(f"{self._set(swapped)} is meant, not {self._set(node)}.", swapped)
        used = [one.name for one in self.symbols.declared if isinstance(one, Index)]
        for at, index in enumerate(node.indices):
            for name in used:
                if Name(name) != index:
                    other = Entry(node.name, (*node.indices[:at], Name(name), *node.indices[at + 1 :]))
                    yield Edit(f"{self._set(other)} is meant, not {self._set(node)}.", other)

    def _other_sums(self, node: Big) -> Iterator[Edit]:
        for one in self.symbols.declared:
            if isinstance(one, Index) and one.name != node.index:
                changed = Big(node.kind, one.name, node.low, node.high, node.body)
                yield Edit(f"The index ${one.name}$ of the sum is meant, not ${node.index}$.", changed)

    def _exponents(self, node: Power) -> Iterator[Edit]:
        exponent = node.exponent
        others: list[Node] = [ONE]
        if isinstance(exponent, Number) and exponent.text.isdigit():
            others = [Number(str(int(exponent.text) + step)) for step in (-1, 1) if int(exponent.text) + step > 0]
        elif isinstance(exponent, Sum) and exponent.terms[-1] in (ONE, Negative(ONE)):
            rest = exponent.terms[:-1]
            others.append(rest[0] if len(rest) == 1 else Sum(rest))
        elif not isinstance(exponent, Negative):
            others.append(Sum((exponent, Negative(ONE))))
        for other in others:
            new = node.base if other == ONE else Power(node.base, other)
            said = (
                f"The exponent of {self._set(node.base)} should be {self._set(other)}, not {self._set(exponent)}."
            )
            yield Edit(said, new)

    def _calls(self, node: Call) -> Iterator[Edit]:
        if len(node.arguments) != 1:
            return
        if node.function in ("sigmoid", "exp", "tanh") or isinstance(self.symbols.get(node.function), Function):
            other = Call(node.function, node.arguments, 0 if node.primes else 1)
            yield Edit(f"{self._set(other)} is meant, not {self._set(node)}.", other)
        yield Edit(f"{self._set(Power(node, TWO))} is meant, not {self._set(node)}.", Power(node, TWO))

    def _too_much(self, node: Product | Sum, parts: tuple[Node, ...], kind: str) -> Iterator[Edit]:
        for at, part in enumerate(parts):
            rest = (*parts[:at], *parts[at + 1 :])
            new: Node = rest[0] if len(rest) == 1 else type(node)(rest)
            bare = part.argument if kind == "term" and isinstance(part, Negative) else part
            yield Edit(f"The {kind} {self._set(bare)} is too many.", new)

    def _missing(self, node: Node) -> Iterator[Edit]:
        """Yield the whole, or one of its terms, with a factor or a term of the line before."""
        for factor in self.factors:
            yield from _multiplied(node, factor, f"The factor {self._set(factor)} is missing.", 0)
        yield from _multiplied(node, TWO, "A factor of 2 is missing.", 2)
        yield from _multiplied(node, Quotient(ONE, TWO), "A factor of 2 is too many.", 2)
        for term in self.terms:
            bare = term.argument if isinstance(term, Negative) else term
            yield Edit(f"The term {self._set(bare)} is missing.", Sum((node, term)))


def _multiplied(node: Node, factor: Node, said: str, rank: int) -> Iterator[Edit]:
    """Yield the whole, or one of its terms, times a factor."""
    yield Edit(said, Product((factor, node)), rank)
    yield Edit(said, Product((node, factor)), rank)
    if isinstance(node, Sum):
        for at, term in enumerate(node.terms):
            yield Edit(said, _with_child(node, at, Product((factor, term))), rank)


def _distinct(nodes: Iterable[_One]) -> list[_One]:
    return list(dict.fromkeys(nodes))


def _parts(node: Node, kind: type) -> Iterator[Node]:
    """Yield all factors, or all terms, of a formula."""
    for one in tree.walk(node):
        if isinstance(one, kind):
            yield from one.factors if isinstance(one, Product) else one.terms  # type: ignore[union-attr]


def _with_child(node: Node, at: int, new: Node) -> Node:
    """Return the node with another node in place of its child of this number."""
    count = iter(range(len(tree.children(node))))
    return tree.replace_children(node, lambda child: new if next(count) == at else child)
