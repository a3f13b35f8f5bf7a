"""Wrong lines by one change of a right one, and right lines in another spelling, drawn at random.

`course lint` tries a scheme with them, and the benchmarks count how many wrong ones would pass.
"""

import random
from collections.abc import Callable, Iterable, Iterator

from course.derivation.canonical import form
from course.derivation.meaning import MeaningError, same
from course.derivation.prepared import Prepared
from course.derivation.reading import tree
from course.derivation.reading.lines import Line
from course.derivation.reading.symbols import Index, Symbol, Symbols
from course.derivation.reading.tree import Node, Number, Product, Sum


def places(node: Node) -> list[Node]:
    """Return the formula and all of its parts, in the order in which `replaced` counts them."""
    return list(tree.walk(node))


def replaced(node: Node, at: int, new: Node) -> Node:
    """Return the tree with the node of this number, as `walk` counts, replaced."""
    count = iter(range(10**6))

    def visit(one: Node) -> Node:
        if next(count) == at:
            for _ in range(len(places(one)) - 1):
                next(count)
            return new
        return tree.replace_children(one, visit)

    return visit(node)


def _changed(one: Node, symbols: Symbols, rng: random.Random) -> Node | None:
    """Return the node with one wrong change, or None if the change drawn does not apply."""
    kind = rng.choice(("sign", "name", "exponent", "number", "drop", "twice", "prime", "abs", "swap"))
    if kind == "sign" and not isinstance(one, tree.Compare | tree.Case):
        return tree.Negative(one)
    if kind == "name" and isinstance(one, tree.Name) and isinstance(symbols.get(one.name), Symbol | Index):
        alike = [
            other.name
            for other in symbols.declared
            if type(other) is type(symbols[one.name])
            and getattr(other, "shape", ()) == getattr(symbols[one.name], "shape", ())
            and other.name != one.name
        ]
        return tree.Name(rng.choice(alike)) if alike else None
    if kind == "exponent" and isinstance(one, tree.Power):
        return tree.Power(one.base, Sum((one.exponent, rng.choice((Number("1"), tree.Negative(Number("1")))))))
    if kind == "number" and isinstance(one, Number):
        return Number(str(int(float(one.text)) + rng.choice((1, 2))))
    if kind == "drop" and isinstance(one, Product | Sum):
        parts = list(one.factors if isinstance(one, Product) else one.terms)
        parts.pop(rng.randrange(len(parts)))
        return parts[0] if len(parts) == 1 else type(one)(tuple(parts))
    if kind == "twice" and isinstance(one, tree.Name | tree.Entry | tree.Call | Sum):
        return tree.Power(one, Number("2")) if rng.random() < 0.5 else Product((Number("2"), one))
    if kind == "prime" and isinstance(one, tree.Call) and len(one.arguments) == 1 and one.function == "sigmoid":
        return tree.Call(one.function, one.arguments, 1 - min(one.primes, 1))
    if kind == "abs" and isinstance(one, tree.Abs):
        return one.argument
    if kind == "swap" and isinstance(one, tree.Quotient):
        return tree.Quotient(one.denominator, one.numerator)
    return None


def mutant(node: Node, symbols: Symbols, rng: random.Random) -> Node:
    """Return the formula with one change at a place that is not below a ∂."""
    inside = {
        at for at, one in enumerate(places(node)) if isinstance(one, tree.Derivative) for at in _below(node, one)
    }
    for _ in range(1000):
        at = rng.randrange(len(places(node)))
        new = None if at in inside else _changed(places(node)[at], symbols, rng)
        if new is not None:
            return replaced(node, at, new)
    return tree.Negative(node)


def _below(node: Node, derivative: tree.Derivative) -> set[int]:
    start = next(at for at, one in enumerate(places(node)) if one is derivative)
    behind = len(places(derivative.of))
    # the variable stays what it is; what is differentiated may be changed where it is a formula
    first = start + 1 if isinstance(derivative.of, tree.Name | tree.Call) else start + 1 + behind
    return set(range(first, start + len(places(derivative))))


def rewritten(node: Node, rng: random.Random, is_number: Callable[[Node], bool] = lambda _: True) -> Node:
    """Return another formula of the same meaning: orders, brackets, distributed products, double signs, ones."""
    node = tree.replace_children(node, lambda one: one if _kept(one) else rewritten(one, rng, is_number))
    kind = rng.choice(("order", "group", "distribute", "sign", "one", "square", "fraction", "none"))
    if kind == "order" and (isinstance(node, Sum) or (isinstance(node, Product) and _commutes(node, is_number))):
        parts = list(node.factors if isinstance(node, Product) else node.terms)
        rng.shuffle(parts)
        return type(node)(tuple(parts))
    if kind == "group" and isinstance(node, Product | Sum) and not getattr(node, "elementwise", False):
        parts = node.factors if isinstance(node, Product) else node.terms
        if len(parts) > 2:
            return type(node)((type(node)(parts[:2]), *parts[2:]))
    if kind == "distribute" and isinstance(node, Product) and _commutes(node, is_number):
        for at, factor in enumerate(node.factors):
            if isinstance(factor, Sum):
                others = (*node.factors[:at], *node.factors[at + 1 :])
                return Sum(tuple(Product((*others, term)) for term in factor.terms))
    if kind == "sign" and isinstance(node, Sum):
        return tree.Negative(Sum(tuple(tree.Negative(term) for term in node.terms)))
    if kind == "one" and isinstance(node, tree.Name | tree.Entry | tree.Call):
        return Product((Number("1"), node))
    if kind == "square" and isinstance(node, tree.Power) and node.exponent == Number("2"):
        return Product((node.base, node.base))
    if kind == "fraction" and isinstance(node, Product):
        return tree.Quotient(node, Number("1"))
    return node


def _commutes(node: Product, is_number: Callable[[Node], bool]) -> bool:
    return not node.elementwise and all(is_number(one) for one in node.factors)


def _kept(node: Node) -> bool:
    return isinstance(node, tree.Derivative | tree.Indicator | tree.Call | tree.Entry)


def true_claims(marker: Prepared, lines: Iterable[Line]) -> Iterator[tuple[Node, Node]]:
    """Yield what the lines claim and is true at every point, each once."""
    target: Node | None = marker.goal
    found: set[tuple[Node, Node]] = set()
    for statement in (one for line in lines for one in line.statements):
        if statement.kind not in ("claim", "continuation"):
            continue
        target = statement.target if statement.kind == "claim" else target
        for node in statement.chain:
            try:
                true = target is not None and same(marker.truth.value(target), marker.truth.value(node))
            except MeaningError:
                continue
            if true and target is not None and (target, node) not in found and form(target) != form(node):
                found.add((target, node))
                yield target, node
