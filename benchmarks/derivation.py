"""How derivations are marked: wrong lines accepted, harmless rewritings lost, slips explained, lines a second.

    python -m benchmarks.derivation --mutants 2000 --rewritings 2000 --explained 100

Lines of the documents' derivations are changed at random in one place, and rewritten at random without changing
their meaning. Which changes are wrong is decided apart from the product: in decimal arithmetic of 50 digits, with
every derivative as a central difference of the graph, and other unknown functions. What this takes for equivalent
is set aside. The result is in `benchmarks/results/derivation.txt`.
"""

import argparse
import random
import time
from collections import Counter
from decimal import Decimal, DecimalException, getcontext
from typing import NamedTuple

from course.derivation import tree
from course.derivation.check import check
from course.derivation.lines import read_lines
from course.derivation.meaning import Graph, MeaningError, Points, same
from course.derivation.reader import read_formula
from course.derivation.symbols import Index, Symbol, Symbols
from course.derivation.tree import (
    Abs,
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
from course.derivation.typeset import latex
from tests.oracles import derivations as documents

getcontext().prec = 50
STEP = Decimal("1e-16")
EQUAL = Decimal("1e-22")
TRIED = 4  # points at which the judge looks
SLOPE = Decimal("0.7")


class Case(NamedTuple):
    """A derivation: its symbols, its graph, the claims of its right lines."""

    name: str
    symbols: Symbols
    graph: Graph
    claims: tuple[tuple[str, str], ...]


CASES = (
    Case(
        "004, penalty",
        documents.PENALTY,
        documents.PENALTY_GRAPH,
        tuple(
            (documents.PENALTY_GOAL, line)
            for line in (
                r"\nabla_{w_i} J + \alpha \nabla_{w_i} \sum_j |w_j|^p",
                r"\nabla_{w_i} J + \alpha \nabla_{w_i} |w_i|^p",
                r"\nabla_{w_i} J + \alpha p |w_i|^{p-1} sign(w_i)",
            )
        ),
    ),
    Case(
        "000, update",
        documents.SLIDE,
        documents.SLIDE_GRAPH,
        tuple(
            (r"\Delta w_{2,1}^{(1)}", line)
            for line in (
                r"-\eta ∂L/∂ŷ · ∂ŷ/∂z_1^{(2)} · ∂z_1^{(2)}/∂a_1^{(1)} "
                r"· ∂a_1^{(1)}/∂z_1^{(1)} · ∂z_1^{(1)}/∂w_{2,1}^{(1)}",
                r"-\eta (ŷ - y) w_{1,1}^{(2)} · 1[z_1^{(1)} > 0] · x_2",
            )
        ),
    ),
    Case(
        "001, local error",
        documents.SIGMOID,
        documents.SIGMOID_GRAPH,
        tuple(
            ("∂E_1/∂a_2^{[1]}", line)
            for line in (
                "∂E_1/∂a_1^{[2]} · ∂a_1^{[2]}/∂z_2^{[1]} · ∂z_2^{[1]}/∂a_2^{[1]}",
                "(h - y) w_{12}^{[2]} σ'(a_2^{[1]})",
                "(h - y) w_{12}^{[2]} σ(a_2^{[1]}) (1 - σ(a_2^{[1]}))",
            )
        ),
    ),
    Case(
        "004, backward pass",
        documents.BACKPROP,
        documents.BACKPROP_GRAPH,
        (
            ("∂J/∂h^{(3)}", "-2(y - h^{(3)})"),
            ("∂J/∂a_2^{(2)}", "∂J/∂h^{(3)} · w_{1,2}^{(3)} · 1[a_2^{(2)} > 0]"),
            ("∂J/∂a_1^{(1)}", "∂J/∂a_1^{(2)} w_{1,1}^{(2)} 1[a_1^{(1)} > 0] + "
                "∂J/∂a_2^{(2)} w_{2,1}^{(2)} 1[a_1^{(1)} > 0]"),
        ),
    ),
)  # fmt: skip


# -- one change, and rewritings -----------------------------------------------------------------------------------


def places(node: Node) -> list[Node]:
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
        return Negative(one)
    if kind == "name" and isinstance(one, Name) and isinstance(symbols.get(one.name), Symbol | Index):
        alike = [
            other.name
            for other in symbols.declared
            if type(other) is type(symbols[one.name])
            and getattr(other, "shape", ()) == getattr(symbols[one.name], "shape", ())
            and other.name != one.name
        ]
        return Name(rng.choice(alike)) if alike else None
    if kind == "exponent" and isinstance(one, Power):
        return Power(one.base, Sum((one.exponent, rng.choice((Number("1"), Negative(Number("1")))))))
    if kind == "number" and isinstance(one, Number):
        return Number(str(int(float(one.text)) + rng.choice((1, 2))))
    if kind == "drop" and isinstance(one, Product | Sum):
        parts = list(one.factors if isinstance(one, Product) else one.terms)
        parts.pop(rng.randrange(len(parts)))
        return parts[0] if len(parts) == 1 else type(one)(tuple(parts))
    if kind == "twice" and isinstance(one, Name | Entry | Call | Sum):
        return Power(one, Number("2")) if rng.random() < 0.5 else Product((Number("2"), one))
    if kind == "prime" and isinstance(one, Call) and len(one.arguments) == 1 and one.function == "sigmoid":
        return Call(one.function, one.arguments, 1 - min(one.primes, 1))
    if kind == "abs" and isinstance(one, Abs):
        return one.argument
    if kind == "swap" and isinstance(one, Quotient):
        return Quotient(one.denominator, one.numerator)
    return None


def mutant(node: Node, symbols: Symbols, rng: random.Random) -> Node:
    """Return the formula with one change at a place that is not below a ∂."""
    inside = {at for at, one in enumerate(places(node)) if isinstance(one, Derivative) for at in _below(node, one)}
    while True:
        at = rng.randrange(len(places(node)))
        new = None if at in inside else _changed(places(node)[at], symbols, rng)
        if new is not None:
            return replaced(node, at, new)


def _below(node: Node, derivative: Derivative) -> set[int]:
    start = next(at for at, one in enumerate(places(node)) if one is derivative)
    behind = len(places(derivative.of))
    # the variable stays what it is; what is differentiated may be changed where it is a formula
    first = start + 1 if isinstance(derivative.of, Name | Call) else start + 1 + behind
    return set(range(first, start + len(places(derivative))))


def rewritten(node: Node, rng: random.Random) -> Node:
    """Return another formula of the same meaning: orders, brackets, distributed products, double signs, ones."""
    node = tree.replace_children(node, lambda one: one if _kept(one) else rewritten(one, rng))
    kind = rng.choice(("order", "group", "distribute", "sign", "one", "square", "fraction", "none"))
    if kind == "order" and isinstance(node, Product | Sum):
        parts = list(node.factors if isinstance(node, Product) else node.terms)
        rng.shuffle(parts)
        return type(node)(tuple(parts))
    if kind == "group" and isinstance(node, Product | Sum):
        parts = node.factors if isinstance(node, Product) else node.terms
        if len(parts) > 2:
            return type(node)((type(node)(parts[:2]), *parts[2:]))
    if kind == "distribute" and isinstance(node, Product):
        for at, factor in enumerate(node.factors):
            if isinstance(factor, Sum):
                others = (*node.factors[:at], *node.factors[at + 1 :])
                return Sum(tuple(Product((*others, term)) for term in factor.terms))
    if kind == "sign" and isinstance(node, Sum):
        return Negative(Sum(tuple(Negative(term) for term in node.terms)))
    if kind == "one" and isinstance(node, Name | Entry | Call):
        return Product((Number("1"), node))
    if kind == "square" and isinstance(node, Power) and node.exponent == Number("2"):
        return Product((node.base, node.base))
    if kind == "fraction" and isinstance(node, Product):
        return Quotient(node, Number("1"))
    return node


def _kept(node: Node) -> bool:
    return isinstance(node, Derivative | tree.Indicator | Call | Entry)


# -- the judge ----------------------------------------------------------------------------------------------------


class Kink(ArithmeticError):
    """Raised at a point where a derivative has no value."""


class Judge:
    """Evaluates formulas in decimals of 50 digits, derivatives as central differences."""

    def __init__(self, case: Case, rng: random.Random) -> None:
        self.case = case
        self.free: dict[str, object] = {}
        for one in case.symbols.declared:
            if isinstance(one, Index):
                self.free[one.name] = Decimal(rng.randint(1, one.size))
            elif isinstance(one, Symbol) and one.name not in case.graph.steps:
                signs = (1,) if one.domain.kind == "positive" else (-1, 1)
                numbers = [
                    Decimal(str(rng.uniform(0.3, 2))) * rng.choice(signs) for _ in range(max((1, *one.shape)))
                ]
                self.free[one.name] = numbers if one.shape else numbers[0]

    def value(self, node: Node, held: dict[str, object] | None = None) -> Decimal:
        return self._of(node, dict(held or {}))

    def _name(self, name: str, held: dict[str, object]) -> object:
        if name in held:
            return held[name]
        if name in self.case.graph.steps:
            held[name] = self._of(self.case.graph.steps[name], held)
            return held[name]
        return self.free[name]

    def _of(self, node: Node, held: dict[str, object]):
        match node:
            case Number():
                return Decimal(node.text)
            case Name():
                return self._name(node.name, held)
            case Entry():
                array = self._name(node.name, held)
                return array[int(self._of(node.indices[0], held)) - 1]  # type: ignore[index]
            case Sum():
                return sum((self._of(one, held) for one in node.terms), Decimal(0))
            case Negative():
                return -self._of(node.argument, held)
            case Product():
                return self._product(node, held)
            case Quotient():
                return self._of(node.numerator, held) / self._of(node.denominator, held)
            case Power():
                return self._of(node.base, held) ** self._of(node.exponent, held)
            case Abs():
                return abs(self._of(node.argument, held))
            case Call():
                return self._call(node, held)
            case tree.Norm():
                order = Decimal(2) if node.order is None else self._of(node.order, held)
                return sum(abs(one) ** order for one in self._of(node.argument, held)) ** (1 / order)
            case tree.Big():
                size = next(
                    self.case.graph.shapes[one.name][0]
                    for one in tree.walk(node.body)
                    if isinstance(one, Entry)
                )  # fmt: skip
                return sum(self._of(node.body, {**held, node.index: Decimal(k + 1)}) for k in range(size))
            case tree.Indicator():
                left, right = (self._of(one, held) for one in (node.condition.left, node.condition.right))
                return Decimal(
                    int({"=": left == right, ">": left > right, "<": left < right}[node.condition.relation])
                )
            case tree.Matrix():
                return [
                    self._of(row[0] if len(row) == 1 else tree.Matrix(tuple((x,) for x in row)), held)
                    for row in node.rows
                ]
            case Derivative():
                return self._slope(node, held)
        raise NotImplementedError(type(node).__name__)

    def _product(self, node: Product, held: dict[str, object]):
        total = self._of(node.factors[0], held)
        for one in node.factors[1:]:
            value = self._of(one, held)
            if isinstance(total, list):  # a row times a column
                row = total[0] if isinstance(total[0], list) else total
                total = sum(a * b for a, b in zip(row, value, strict=True))
            else:
                total = total * value
        return total

    def _call(self, node: Call, held: dict[str, object]) -> Decimal:
        values = [self._of(one, held) for one in node.arguments]
        if node.function == "max":
            if abs(values[0] - values[1]) < 1000 * STEP:
                raise Kink
            return max(values)
        if node.function == "sign":
            return Decimal(1).copy_sign(values[0])
        if node.function == "sigmoid":
            value = 1 / (1 + (-values[0]).exp())
            return value * (1 - value) if node.primes else value
        if node.function == "J":  # some smooth function, no sine
            return sum((SLOPE + k) * one**3 + one for k, one in enumerate(values[0]))
        raise NotImplementedError(node.function)

    def _slope(self, node: Derivative, held: dict[str, object]) -> Decimal:
        name = node.by.name  # type: ignore[union-attr]
        ends = []
        for step in (-STEP, STEP):
            moved = {key: one for key, one in held.items() if key not in self.case.graph.steps}
            now = self._name(name, dict(held))
            if isinstance(node.by, Entry):
                now = list(now)  # type: ignore[call-overload]
                now[int(self._of(node.by.indices[0], dict(held))) - 1] += step
                moved[name] = now
            else:
                moved[name] = now + step  # type: ignore[operator]
            ends.append(self._of(node.of, moved))
        return (ends[1] - ends[0]) / (2 * STEP)

    def agree(self, left: Node, right: Node) -> bool | None:
        """Return whether both have one value here; None where neither has any, or both are 0."""
        values = []
        for one in (left, right):
            try:
                values.append(self.value(one))
            except Kink:
                return None
            except (DecimalException, ZeroDivisionError, IndexError):
                values.append(None)
        if values in ([None, None], [0, 0]):
            return None
        if None in values:
            return False
        return abs(values[0] - values[1]) <= EQUAL * max(1, abs(values[0]))


def equivalent(case: Case, target: Node, node: Node, seed: int) -> bool:
    """Return whether both agree at all points that are looked at, those where both are 0 or undefined apart."""
    agreed = 0
    for at in range(20 * TRIED):
        found = Judge(case, random.Random(f"{seed} {at}")).agree(target, node)
        if found is False:
            return False
        agreed += bool(found)
        if agreed == TRIED:
            return True
    return agreed > 0


# -- the measurement ----------------------------------------------------------------------------------------------


def meaning_agrees(points: Points, target: Node, node: Node) -> bool:
    try:
        return same(points.value(target), points.value(node))
    except MeaningError:
        return False


def measure(case: Case, options: argparse.Namespace, rng: random.Random) -> list[str]:
    points = Points(case.graph)
    claims = [tuple(read_formula(one, case.symbols) for one in claim) for claim in case.claims]
    for target, node in claims:
        assert equivalent(case, target, node, 0), f"the judge refuses a right line of {case.name}: {node}"
        assert meaning_agrees(points, target, node)
    wrong, aside, accepted, lost = 0, 0, [], []
    made = []
    for _ in range(options.mutants):
        target, node = rng.choice(claims)
        changed = mutant(node, case.symbols, rng)
        if equivalent(case, target, changed, options.seed):
            aside += 1
            continue
        wrong += 1
        made.append((target, node, changed))
        if meaning_agrees(points, target, changed):
            accepted.append(latex(changed, case.symbols))
    for _ in range(options.rewritings):
        target, node = rng.choice(claims)
        changed = rewritten(rewritten(node, rng), rng)
        text = latex(changed, case.symbols)
        if not meaning_agrees(points, target, read_formula(text, case.symbols)):
            lost.append(text)
    states, spent = explained(case, rng.sample(made, min(options.explained, len(made))))
    told = sum(states[state] for state in ("where", "slip", "edit"))
    lines = [
        f"{case.name:20} {wrong:6} {aside:6} {len(accepted):9} {options.rewritings:11} {len(lost):5} "
        f"{100 * told / max(1, states.total()):9.0f} % {1000 * spent:8.0f} ms"
    ]
    return lines + [f"    accepted: {one}" for one in accepted[:5]] + [f"    lost: {one}" for one in lost[:5]]


def explained(case: Case, made: list[tuple[Node, Node, Node]]) -> tuple[Counter[str], float]:
    """Return the states of wrong lines behind the right one, and the median of the seconds that they took."""
    states: Counter[str] = Counter()
    seconds = []
    for target, node, changed in made:
        texts = [f"{latex(target, case.symbols)} = {latex(one, case.symbols)}" for one in (node, changed)]
        before = time.perf_counter()
        marked = check(texts, case.symbols, case.graph)
        seconds.append(time.perf_counter() - before)
        states[marked.lines[1].state] += 1
    return states, sorted(seconds)[len(seconds) // 2] if seconds else 0.0


def speed() -> list[str]:
    texts = [text for _, text, _ in documents.BACKWARD]
    before = time.perf_counter()
    for _ in range(5):
        read_lines(texts, documents.BACKPROP)
    reading = 5 * len(texts) / (time.perf_counter() - before)
    before = time.perf_counter()
    check(
        texts,
        documents.BACKPROP,
        documents.BACKPROP_GRAPH,
        numbers=documents.BACKPROP_NUMBERS,
        updates=documents.UPDATES,
    )
    marking = len(texts) / (time.perf_counter() - before)
    return [
        f"Lines of the backward pass a second, one process: {reading:.0f} read, {marking:.0f} read and marked."
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=2000, help="a derivation")
    parser.add_argument("--rewritings", type=int, default=2000, help="a derivation")
    parser.add_argument(
        "--explained", type=int, default=100, help="wrong lines of a derivation that are marked whole"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    print("derivation            wrong  aside  accepted  rewritings  lost  explained   median")
    for case in CASES:
        print("\n".join(measure(case, options, rng)), flush=True)
    print("\n".join(speed()))


if __name__ == "__main__":
    main()
