"""The form of a formula without the order of its terms and factors, its brackets and its ones.

```python
>>> from course.derivation.reading.tree import Name, Number, Product
>>> form(Product((Name("b"), Number("1"), Name("a")))) == form(Product((Name("a"), Name("b"))))
True

```
"""

from functools import lru_cache

from course.derivation.reading import tree
from course.derivation.reading.tree import (
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
)

_MINUS = Negative(Number("1"))


@lru_cache(maxsize=8192)
def form(node: Node) -> Node:
    """Return the one form of all formulas that differ in order, brackets and factors of one only."""
    node = tree.replace_children(node, form)
    if isinstance(node, Negative):
        return _product([_MINUS, node.argument])
    if isinstance(node, Quotient):
        return _product([node.numerator, Power(node.denominator, _MINUS)])
    if isinstance(node, Power) and node.exponent == Number("1"):
        return node.base
    if isinstance(node, Product) and not node.elementwise:
        return _product(list(node.factors))
    if isinstance(node, Sum):
        terms = [term for one in node.terms for term in (one.terms if isinstance(one, Sum) else (one,))]
        return Sum(_sorted(terms))
    return Derivative(node.of, node.by) if isinstance(node, Derivative) else node


def _product(factors: list[Node]) -> Node:
    flat = [part for one in factors for part in (one.factors if isinstance(one, Product) else (one,))]
    negative = sum(one == _MINUS for one in flat) % 2
    kept = [one for one in flat if one not in (_MINUS, Number("1"))]
    if negative:
        kept.append(_MINUS)
    if not kept:
        return Number("1")
    return kept[0] if len(kept) == 1 else Product(_sorted(kept))


def _sorted(nodes: list[Node]) -> tuple[Node, ...]:
    return tuple(sorted(nodes, key=tree.encode))


def atoms(node: Node) -> frozenset[Node]:
    """Return what stands for a derivative in a formula: each ∂, ∇ and φ′, but not what is inside of it."""
    if isinstance(node, Derivative) or (isinstance(node, Call) and node.primes):
        return frozenset({node})
    return frozenset().union(*map(atoms, tree.children(node)))


@lru_cache(maxsize=8192)
def length(node: Node) -> int:
    """Return how many symbols a formula names, counted one by one; of several cases the longest counts."""
    if isinstance(node, tree.Cases):
        return max(length(one.value) for one in node.cases)
    return isinstance(node, Name | Entry) + sum(map(length, tree.children(node)))
