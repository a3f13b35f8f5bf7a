"""The derivative of a tree by one symbol, as a tree: rules of calculus, nothing evaluated.

Names other than the variable count as constants here; what depends on the variable through a graph of steps is the
business of `course.derivation.meaning`.

```python
>>> from course.derivation.reading.tree import Name, Number, Power
>>> differentiate(Power(Name("x"), Number("2")), Name("x"), {})
Product(factors=(Number(text='2'), Name(name='x')), elementwise=False)

```
"""

from collections.abc import Mapping

from course.derivation.reading import tree
from course.derivation.reading.tree import (
    Abs,
    Big,
    Call,
    Case,
    Cases,
    Compare,
    Entry,
    Indicator,
    Name,
    Negative,
    Node,
    Norm,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
)

ZERO, ONE = Number("0"), Number("1")


class Unit(tree._Node, frozen=True):
    """An array of zeros with a one at an entry: the derivative of an array by that entry."""

    name: str
    indices: tuple[Node, ...]


class Along(tree._Node, frozen=True):
    """The derivative of an unknown function along changes of its arguments, one after another."""

    function: str
    arguments: tuple[Node, ...]
    directions: tuple[tuple[Node, ...], ...]


def differentiate(node: Node, by: Name | Entry, shapes: Mapping[str, tuple[int, ...]]) -> Node:
    """Return the derivative.

    Args:
        node: what is differentiated.
        by: a number, or one entry of an array.
        shapes: of the symbols that are arrays.

    Raises:
        TreeError: for what has no rule here, such as the norm of a sum.
    """
    return _Rules(by, shapes).of(node)


class _Rules:
    def __init__(self, by: Name | Entry, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.by, self.shapes = by, shapes

    def of(self, node: Node) -> Node:
        rule = getattr(self, f"_{type(node).__name__.lower()}", None)
        if rule is None:
            raise tree.TreeError(f"something that can be differentiated was expected, got {type(node).__name__}")
        return rule(node)

    def _number(self, node: Number) -> Node:
        return ZERO

    _indicator = _number

    def _name(self, node: Name) -> Node:
        if node.name != self.by.name:
            return ZERO
        return Unit(node.name, self.by.indices) if isinstance(self.by, Entry) else ONE  # type: ignore[return-value]

    def _entry(self, node: Entry) -> Node:
        if node.name != self.by.name or not isinstance(self.by, Entry):
            return ZERO
        same = [Indicator(Compare("=", *pair)) for pair in zip(node.indices, self.by.indices, strict=True)]
        return same[0] if len(same) == 1 else Product(tuple(same))

    def _sum(self, node: Sum) -> Node:
        return _sum(self.of(term) for term in node.terms)

    def _negative(self, node: Negative) -> Node:
        inner = self.of(node.argument)
        return ZERO if inner == ZERO else Negative(inner)

    def _product(self, node: Product) -> Node:
        found = []
        for at, factor in enumerate(node.factors):
            inner = self.of(factor)
            if inner != ZERO:
                factors = (*node.factors[:at], inner, *node.factors[at + 1 :])
                found.append(Product(factors, node.elementwise))
        return _sum(found)

    def _quotient(self, node: Quotient) -> Node:
        above, below = node.numerator, node.denominator
        first, second = self.of(above), self.of(below)
        terms = []
        if first != ZERO:
            terms.append(Quotient(first, below))
        if second != ZERO:
            terms.append(Negative(Quotient(Product((above, second)), Power(below, Number("2")))))
        return _sum(terms)

    def _power(self, node: Power) -> Node:
        base, exponent = self.of(node.base), self.of(node.exponent)
        terms = []
        if base != ZERO:
            lower = _one_less(node.exponent)
            power = node.base if lower == ONE else Power(node.base, lower)
            terms.append(_product(node.exponent, power, base))
        if exponent != ZERO:
            terms.append(_product(node, Call("log", (node.base,)), exponent))
        return _sum(terms)

    def _call(self, node: Call) -> Node:
        inner = tuple(self.of(argument) for argument in node.arguments)
        if all(one == ZERO for one in inner):
            return ZERO
        if node.function in ("max", "min"):
            relations = (">", "<") if node.function == "max" else ("<", ">")
            parts = zip(relations, inner, strict=True)
            return _sum(_product(Indicator(Compare(one, *node.arguments)), part) for one, part in parts)  # type: ignore[arg-type]
        if node.function == "diag":
            return Call("diag", inner)
        if len(inner) == 1 and not self._is_array(node.arguments[0]):
            return _product(Call(node.function, node.arguments, node.primes + 1), inner[0])
        if len(inner) == 1 and node.function in tree_functions():  # of each entry by itself
            return Product((Call(node.function, node.arguments, node.primes + 1), inner[0]), elementwise=True)
        if node.function in tree_functions() or node.primes:
            raise tree.TreeError(f"a number as the argument of {node.function} was expected")
        return Along(node.function, node.arguments, (inner,))  # type: ignore[return-value]

    def _along(self, node: Along) -> Node:
        inner = tuple(self.of(argument) for argument in node.arguments)
        terms: list[Node] = []
        if any(one != ZERO for one in inner):
            terms.append(Along(node.function, node.arguments, (*node.directions, inner)))  # type: ignore[arg-type]
        return _sum(terms)

    def _is_array(self, node: Node) -> bool:
        return any(isinstance(one, Name) and self.shapes.get(one.name) for one in tree.walk(node))

    def _abs(self, node: Abs) -> Node:
        return _product(Call("sign", (node.argument,)), self.of(node.argument))

    def _norm(self, node: Norm) -> Node:
        return self.of(as_sum(node, self.shapes))

    def _transpose(self, node: Transpose) -> Node:
        inner = self.of(node.argument)
        return ZERO if inner == ZERO else Transpose(inner)

    def _cases(self, node: Cases) -> Node:
        return Cases(tuple(Case(self.of(case.value), case.condition) for case in node.cases))

    def _matrix(self, node: tree.Matrix) -> Node:
        rows = tuple(tuple(self.of(one) for one in row) for row in node.rows)
        return ZERO if all(one == ZERO for row in rows for one in row) else tree.Matrix(rows)

    def _unit(self, node: Unit) -> Node:
        return ZERO

    def _big(self, node: Big) -> Node:
        free = (
            set()
            if isinstance(self.by, Name)
            else {name for one in self.by.indices for name in tree.names_in(one)}
        )
        index, body = node.index, node.body
        if index in free:  # the variable's index is another one than that of the sum
            index, body = f"{index}'", rename_index(body, node.index, f"{node.index}'")
        inner = self.of(body)
        if inner == ZERO:
            return ZERO
        if node.kind == "sum":
            return Big("sum", index, node.low, node.high, inner)
        return Product((node, Big("sum", index, node.low, node.high, Quotient(inner, body))))


def tree_functions() -> set[str]:
    """Return the functions whose meaning is known."""
    return {"exp", "log", "log10", "sin", "cos", "tanh", "sigmoid", "relu", "sign", "sqrt", "max", "min", "diag"}


def rename_index(node: Node, old: str, new: str) -> Node:
    """Return the tree with an index under another name."""
    return tree.rebuild(node, lambda one: Name(new) if one == Name(old) else None)


def as_sum(node: Norm, shapes: Mapping[str, tuple[int, ...]]) -> Node:
    """Return the norm of a named vector as the root of a sum over its entries."""
    if not isinstance(node.argument, Name) or len(shapes.get(node.argument.name, ())) != 1:
        raise tree.TreeError("the norm of a vector that has a name was expected")
    order = node.order or Number("2")
    entry = Abs(Entry(node.argument.name, (Name("k'"),)))
    return Power(Big("sum", "k'", None, None, Power(entry, order)), Quotient(ONE, order))


def _one_less(exponent: Node) -> Node:
    if isinstance(exponent, Number) and exponent.text.isdigit() and int(exponent.text) > 0:
        return Number(str(int(exponent.text) - 1))
    return Sum((exponent, Negative(ONE)))


def _product(*factors: Node) -> Node:
    if ZERO in factors:
        return ZERO
    kept = [factor for factor in factors if factor != ONE]
    return kept[0] if len(kept) == 1 else Product(tuple(kept)) if kept else ONE


def _sum(terms) -> Node:
    kept = [term for term in terms if term != ZERO]
    return kept[0] if len(kept) == 1 else Sum(tuple(kept)) if kept else ZERO
