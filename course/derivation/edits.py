"""One small change of a formula at a time, each with the sentence that says what would have had to be written.

```python
>>> from course.derivation.reading.reader import read_formula
>>> from course.derivation.reading.symbols import Symbol, Symbols
>>> symbols = Symbols(Symbol("a"), Symbol("b"))
>>> [edit.sentence(symbols) for edit in edits(read_formula("a - b", symbols), None, symbols)][:3]
['The sign of $a$ is turned.', 'The sign of $b$ is turned.', 'The sign of the whole is turned.']

```
"""

from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from typing import NamedTuple, TypeVar

from course.derivation.canonical import form
from course.derivation.reading import tree
from course.derivation.reading.symbols import Function, Index, Symbol, Symbols, key_of
from course.derivation.reading.tree import (
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
from course.derivation.reading.typeset import latex

MOST = 600  # changes that are tried of one line
LARGEST_DIFFERENCE = 16  # nodes of what is meant and what is written, where a line differs from the one before
LARGEST = 150  # nodes of a line of which any are tried
ONE, TWO = Number("1"), Number("2")


_One = TypeVar("_One", bound=Node)


class Edit(NamedTuple):
    """What would have had to be written, in words, and the formula with that change.

    Attributes:
        words: what the student is told, with `{}` for each of the formulas.
        node: the formula.
        rank: 0 where the change uses only what is in the line or the line before, 1 where it brings in another
            symbol or is made below a ∂, 2 where it brings in a factor of 2. It counts only if none of a lower rank
            explains the line.
    """

    words: str
    node: Node
    rank: int = 0
    formulas: tuple[Node, ...] = ()

    def sentence(self, symbols: Symbols) -> str:
        """Return what the student is told, its formulas set in type."""
        return self.words.format(*(f"${latex(one, symbols)}$" for one in self.formulas))


def edits(node: Node, before: Node | None, symbols: Symbols, others: Iterable[Node] = ()) -> Iterator[Edit]:
    """Yield the changes of one node of a formula: signs, symbols, exponents, factors, terms, transposed.

    Args:
        node: the formula.
        before: that of the line before, whose factors and terms may have been dropped.
        symbols: what is declared.
        others: formulas whose factors may have been dropped as well.
    """
    if sum(1 for _ in tree.walk(node)) > LARGEST:
        return
    yield from islice(_Changes(before, symbols, others).of(node), MOST)


def difference(node: Node, before: Node) -> Edit | None:
    """Return the place at which a formula differs from that of the line before; None if it is not one, or large.

    That the formula of the edit means the same as the line before is not said: factors may stand in another order.

    Args:
        node: the formula.
        before: that of the line before.
    """
    edit = _difference(node, before)
    if edit is None:
        return None
    size = sum(1 for one in edit.formulas for _ in tree.walk(one))
    whole = sum(1 for one in (node, before) for _ in tree.walk(one))
    return edit if 2 * size < whole and size <= LARGEST_DIFFERENCE else None


def _difference(node: Node, before: Node) -> Edit | None:
    if form(node) == form(before):
        return None
    for kind in (Sum, Product):
        if isinstance(node, kind) and isinstance(before, kind):
            return _difference_of_parts(node, before)
    if Negative(before) == node or Negative(node) == before:
        return Edit(
            "The sign of {} is turned.", before, 0, (node.argument if isinstance(node, Negative) else node,)
        )
    below, others = tree.children(node), tree.children(before)
    if (
        type(node) is type(before)
        and len(below) == len(others)
        and not isinstance(node, Name | Number | Derivative)
    ):
        unlike = [at for at, pair in enumerate(zip(below, others, strict=True)) if form(pair[0]) != form(pair[1])]
        if len(unlike) == 1 and _rebuilt(node, others) == before:
            (at,) = unlike
            edit = _difference(below[at], others[at])
            return None if edit is None else edit._replace(node=tree.with_child(node, at, edit.node))
    return Edit("{} is meant, not {}.", before, 0, (before, node))


def _difference_of_parts(node: Sum | Product, before: Sum | Product) -> Edit | None:
    """Return the one term or factor in which two sums or two products differ; None if they differ in more."""
    kind, name = (Sum, "term") if isinstance(node, Sum) else (Product, "factor")
    ours, theirs = _flat(node, kind), _flat(before, kind)
    left, right = _without(ours, theirs), _without(theirs, ours)

    def changed(at: int, *new: Node, instead: int = 1) -> Node:
        parts = (*ours[:at], *new, *ours[at + instead :])
        if len(parts) == 1:
            return parts[0]
        return Sum(parts) if isinstance(node, Sum) else Product(parts, node.elementwise)

    if len(left) == len(right) == 1:
        edit = _difference(left[0], right[0])
        return None if edit is None else edit._replace(node=changed(ours.index(left[0]), edit.node))
    if len(left) == 1 and not right:
        return Edit(f"The {name} {{}} is too many.", changed(ours.index(left[0])), 0, (left[0],))
    if len(right) == 1 and not left:
        longer = changed(theirs.index(right[0]), right[0], instead=0)
        return Edit(f"The {name} {{}} is missing.", longer, 0, (right[0],))
    return None


def _flat(node: Node, kind: type) -> list[Node]:
    parts = tree.children(node) if isinstance(node, kind) else (node,)
    return [one for part in parts for one in (_flat(part, kind) if isinstance(part, kind) else [part])]


def _without(parts: list[Node], others: list[Node]) -> list[Node]:
    """Return the parts that are not among the others, each as often as it is there more often."""
    left = [form(one) for one in others]
    found = []
    for one in parts:
        if form(one) in left:
            left.remove(form(one))
        else:
            found.append(one)
    return found


def _rebuilt(node: Node, below: tuple[Node, ...]) -> Node:
    waiting = iter(below)
    return tree.replace_children(node, lambda _: next(waiting))


class _Changes:
    def __init__(self, before: Node | None, symbols: Symbols, others: Iterable[Node]) -> None:
        self.symbols = symbols
        self.shaped = any(one.shape for one in symbols.declared if isinstance(one, Symbol))
        self.names = tree.names_in(before) if before is not None else set()
        parts = list(tree.walk(before)) if before is not None else []
        self.sums = _distinct(one for one in parts if isinstance(one, Sum))
        self.numbers = _distinct(one for one in parts if isinstance(one, Number))
        wholes = [before, *others] if before is not None else [*others]
        self.factors = _distinct(one for whole in wholes for one in _parts(whole, Product))
        self.terms = _distinct(_parts(before, Sum)) if before is not None else []

    def of(self, node: Node) -> Iterator[Edit]:
        yield from self._signs(node)
        turned = node.argument if isinstance(node, Negative) else Negative(node)
        yield Edit("The sign of the whole is turned.", turned)
        if self.shaped:
            yield Edit("The whole should be transposed.", Transpose(node))
        yield from self._below(node)
        yield from self._missing(node)

    def _below(self, node: Node) -> Iterator[Edit]:
        """Yield the changes at this node and at all below it."""
        yield from self._here(node)
        for at, child in enumerate(tree.children(node)):
            for edit in self._below(child):
                if isinstance(node, Transpose) and isinstance(edit.node, Transpose):
                    continue  # that nothing should be transposed is said above
                # below a ∂ another name is another derivative: rather a factor of the chain is missing
                rank = max(edit.rank, int(isinstance(node, Derivative)))
                yield edit._replace(node=tree.with_child(node, at, edit.node), rank=rank)

    def _signs(self, node: Node) -> Iterator[Edit]:
        if isinstance(node, Sum):
            for at, term in enumerate(node.terms):
                bare = term.argument if isinstance(term, Negative) else term
                turned = term.argument if isinstance(term, Negative) else Negative(term)
                yield Edit("The sign of {} is turned.", tree.with_child(node, at, turned), 0, (bare,))
        elif isinstance(node, Power):
            yield self._turned(node, node.exponent, 1)
        elif isinstance(node, Call):
            for at, argument in enumerate(node.arguments):
                yield self._turned(node, argument, at)._replace(rank=1)
        for at, child in enumerate(tree.children(node)):
            for edit in self._signs(child):
                yield edit._replace(node=tree.with_child(node, at, edit.node))

    def _turned(self, node: Node, part: Node, at: int) -> Edit:
        bare = part.argument if isinstance(part, Negative) else part
        turned = bare if isinstance(part, Negative) else Negative(part)
        return Edit("The sign of {} is turned.", tree.with_child(node, at, turned), 0, (bare,))

    def _here(self, node: Node) -> Iterator[Edit]:
        for larger in self.sums:
            if node in larger.terms:
                yield Edit("{} is meant, not {}.", larger, 0, (larger, node))
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
            if self.shaped:
                yield from _other_order(node)
        elif isinstance(node, Sum):
            yield from self._too_much(node, node.terms, "term")
        elif isinstance(node, Quotient):
            yield Edit("The factor {} is too many.", node.numerator, 0, (Quotient(ONE, node.denominator),))
        elif isinstance(node, Big):
            yield from self._other_sums(node)
        elif isinstance(node, Abs):
            yield Edit("{} should stand without the absolute value.", node.argument, 0, (node.argument,))
        elif isinstance(node, Derivative):
            yield Edit("{} should be transposed.", Transpose(node), 0, (node,))
        elif isinstance(node, Transpose):
            yield Edit("{} should not be transposed.", node.argument, 0, (node.argument,))
        if isinstance(node, Power) and isinstance(node.base, Name | Entry):
            yield Edit(
                "The absolute value of {} is missing.", Power(Abs(node.base), node.exponent), 0, (node.base,)
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
                yield Edit("{} is meant, not {}.", Name(other.name), rank, (Name(other.name), node))
        if declared.shape:
            yield Edit("{} should be transposed.", Transpose(node), 0, (node,))

    def _other_numbers(self, node: Number) -> Iterator[Edit]:
        for other in self.numbers:
            if other != node:
                yield Edit(f"{other.text} is meant, not {node.text}.", other)

    def _other_indices(self, node: Entry) -> Iterator[Edit]:
        if len(node.indices) == 2 and node.indices[0] != node.indices[1]:
            swapped = Entry(node.name, node.indices[::-1])
            yield Edit("{} is meant, not {}.", swapped, 0, (swapped, node))
        used = [one.name for one in self.symbols.declared if isinstance(one, Index)]
        for at, index in enumerate(node.indices):
            for name in used:
                if Name(name) != index:
                    other = Entry(node.name, (*node.indices[:at], Name(name), *node.indices[at + 1 :]))
                    yield Edit("{} is meant, not {}.", other, 0, (other, node))

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
            yield Edit("The exponent of {} should be {}, not {}.", new, 0, (node.base, other, exponent))

    def _calls(self, node: Call) -> Iterator[Edit]:
        if len(node.arguments) != 1:
            return
        if node.function in ("sigmoid", "exp", "tanh") or isinstance(self.symbols.get(node.function), Function):
            other = Call(node.function, node.arguments, 0 if node.primes else 1)
            yield Edit("{} is meant, not {}.", other, 0, (other, node))
        yield Edit("{} is meant, not {}.", Power(node, TWO), 0, (Power(node, TWO), node))

    def _too_much(self, node: Product | Sum, parts: tuple[Node, ...], kind: str) -> Iterator[Edit]:
        for at, part in enumerate(parts):
            rest = (*parts[:at], *parts[at + 1 :])
            new: Node = rest[0] if len(rest) == 1 else type(node)(rest)
            bare = part.argument if kind == "term" and isinstance(part, Negative) else part
            yield Edit(f"The {kind} {{}} is too many.", new, 0, (bare,))

    def _missing(self, node: Node) -> Iterator[Edit]:
        """Yield the whole, or one of its terms, with a factor or a term of the line before."""
        for factor in self.factors:
            yield from _multiplied(node, factor, Edit("The factor {} is missing.", node, 0, (factor,)))
        yield from _multiplied(node, TWO, Edit("A factor of 2 is missing.", node, 2))
        yield from _multiplied(node, Quotient(ONE, TWO), Edit("A factor of 2 is too many.", node, 2))
        for term in self.terms:
            bare = term.argument if isinstance(term, Negative) else term
            yield Edit("The term {} is missing.", Sum((node, term)), 0, (bare,))


def _multiplied(node: Node, factor: Node, edit: Edit) -> Iterator[Edit]:
    """Yield the whole, or a term of a sum in it, times a factor."""
    yield edit._replace(node=Product((factor, node)))
    yield edit._replace(node=Product((node, factor)))
    for one in _terms_multiplied(node, factor):
        yield edit._replace(node=one)


def _terms_multiplied(node: Node, factor: Node) -> Iterator[Node]:
    """Yield the formula with one term of one of its sums times a factor; what is below a ∂ stays as it is."""
    if isinstance(node, Derivative):
        return
    for at, child in enumerate(tree.children(node)):
        if isinstance(node, Sum):
            yield tree.with_child(node, at, Product((factor, child)))
        for one in _terms_multiplied(child, factor):
            yield tree.with_child(node, at, one)


def _other_order(node: Product) -> Iterator[Edit]:
    """Yield the product with two neighbours in the other order."""
    for at, (first, second) in enumerate(pairwise(node.factors)):
        parts = (*node.factors[:at], second, first, *node.factors[at + 2 :])
        yield Edit("{} should stand before {}.", Product(parts, node.elementwise), 0, (second, first))


def _distinct(nodes: Iterable[_One]) -> list[_One]:
    return list(dict.fromkeys(nodes))


def _parts(node: Node, kind: type) -> Iterator[Node]:
    """Yield all factors, or all terms, of a formula."""
    for one in tree.walk(node):
        if isinstance(one, kind):
            yield from one.factors if isinstance(one, Product) else one.terms  # type: ignore[union-attr]
