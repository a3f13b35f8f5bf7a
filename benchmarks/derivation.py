"""How derivations are marked: wrong lines accepted, harmless rewritings lost, slips explained, lines a second.

    python -m benchmarks.derivation --mutants 2000 --rewritings 2000 --explained 100

Lines of the model derivation of every exercise are changed at random in one place, and rewritten without
changing their meaning. Which changes are wrong is decided apart from the product: in decimals of 64 digits,
with every derivative as a central difference of the graph, and other unknown functions. What this takes for
equivalent is set aside. The result is in `benchmarks/results/derivation.txt`.
"""

import argparse
import math
import random
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, DecimalException, getcontext
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from course.derivation.check import Marked, Marker
from course.derivation.claims import agree
from course.derivation.meaning import Graph, MeaningError
from course.derivation.mutants import mutant, rewritten, true_claims
from course.derivation.reading import tree
from course.derivation.reading.lines import Line
from course.derivation.reading.reader import read_formula
from course.derivation.reading.symbols import Domain, Index, Symbol, Symbols
from course.derivation.reading.tree import Node, Number, Product, Sum
from course.derivation.reading.typeset import latex
from course.marking import registry
from course.marking.derivation_scheme import DerivationScheme
from tests.oracles import derivations as documents

getcontext().prec = 64
STEP = Decimal("1e-14")
EQUAL = Decimal("1e-20")
PI = Decimal("3.14159265358979323846264338327950288419716939937510")
TRIED = 4  # points at which the judge looks
SOLUTIONS = Path(__file__).parents[1] / "solutions"


class Case(NamedTuple):
    """A derivation: its symbols, its graph, the claims of its right lines, where symbols are to be drawn from."""

    name: str
    symbols: Symbols
    graph: Graph
    claims: tuple[tuple[str, str], ...]
    domains: Mapping[str, Domain] = MappingProxyType({})


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


# -- the judge ----------------------------------------------------------------------------------------------------


class Kink(ArithmeticError):
    """Raised at a point where a derivative has no value."""


def _polynomial(name: str) -> tuple[Decimal, ...]:
    """Return the coefficients of the cubic that stands for an unknown function."""
    return tuple(Decimal(zlib.crc32(f"{name} {k}".encode()) % 97 + 3) / 40 for k in range(4))


class Judge:
    """Evaluates formulas in decimals, arrays as arrays of decimals, derivatives as central differences.

    Symbols that have no numbers are drawn.
    """

    def __init__(self, case: Case, rng: random.Random, numbers: Mapping[str, object] | None = None) -> None:
        self.case = case
        self.free: dict[str, object] = {}
        for one in case.symbols.declared:
            if isinstance(one, Index):
                self.free[one.name] = Decimal(rng.randint(one.start, one.start + one.size - 1))
            elif isinstance(one, Symbol) and one.name not in case.graph.steps:
                drawn = [self._drawn(one, rng) for _ in range(math.prod(one.shape))]
                shape = (*one.shape, 1) if len(one.shape) == 1 else one.shape
                self.free[one.name] = np.array(drawn, object).reshape(shape) if one.shape else drawn[0]
        for name, number in (numbers or {}).items():
            if name in self.free:
                given = np.array([Decimal(repr(float(one))) for one in np.ravel(number)], object)  # type: ignore[arg-type]
                shape = getattr(self.free[name], "shape", None)
                self.free[name] = given[0] if shape is None else given.reshape(shape)

    def _drawn(self, symbol: Symbol, rng: random.Random) -> Decimal:
        domain = self.case.domains.get(symbol.name, symbol.domain)
        if domain.among:
            return Decimal(str(rng.choice(domain.among)))
        if domain.kind == "integer":
            return Decimal(rng.randint(int(domain.low), int(domain.high)))
        number = Decimal(str(rng.uniform(domain.low, domain.high)))
        return number * {"real": rng.choice((-1, 1)), "negative": -1}.get(domain.kind, 1)

    def value(self, node: Node):
        return self._of(node, {}, {})

    def _name(self, name: str, held: dict, memo: dict):
        """Return the value of a symbol: what it is held at, its step, or its own."""
        if name in held:
            return held[name]
        if name in self.case.graph.steps:
            if name not in memo:
                memo[name] = self._of(self.case.graph.steps[name], held, memo)
            return memo[name]
        if name in ("e", "π"):
            return (
                Decimal(1).exp()
                if name == "e"
                else Decimal("3.14159265358979323846264338327950288419716939937510")
            )
        return self.free[name]

    def _of(self, node: Node, held: dict, memo: dict):
        match node:
            case Number():
                return Decimal(node.text)
            case tree.Name():
                return self._name(node.name, held, memo)
            case tree.Entry():
                places = [int(self._of(one, held, memo)) - 1 for one in node.indices]
                if min(places) < 0:
                    raise IndexError
                return self._name(node.name, held, memo)[(*places, 0)[:2]]
            case Sum():
                return _total([self._of(one, held, memo) for one in node.terms])
            case tree.Negative():
                return -self._of(node.argument, held, memo)
            case Product():
                values = [self._of(one, held, memo) for one in node.factors]
                total = values[0]
                for value in values[1:]:
                    total = total * value if node.elementwise else _times(total, value)
                return total
            case tree.Quotient():
                return self._of(node.numerator, held, memo) / self._of(node.denominator, held, memo)
            case tree.Power():
                return self._of(node.base, held, memo) ** self._of(node.exponent, held, memo)
            case tree.Abs():
                return abs(_off_kink(self._of(node.argument, held, memo)))
            case tree.Transpose():
                value = self._of(node.argument, held, memo)
                return value.T if isinstance(value, np.ndarray) else value
            case tree.Call():
                return self._call(node, [self._of(one, held, memo) for one in node.arguments])
            case tree.Norm():
                order = Decimal(2) if node.order is None else self._of(node.order, held, memo)
                return sum(abs(one) ** order for one in self._of(node.argument, held, memo).ravel()) ** (1 / order)
            case tree.Big():
                values = [
                    self._of(node.body, {**held, node.index: Decimal(k)}, {})
                    for k in self._range(node, held, memo)
                ]
                return _total(values) if node.kind == "sum" else math.prod(values)
            case tree.Indicator():
                return Decimal(int(self._holds(node.condition, held, memo)))
            case tree.Cases():
                for one in node.cases:
                    if one.condition is None or self._holds(one.condition, held, memo):
                        return self._of(one.value, held, memo)
            case tree.Matrix():
                return _small(np.array([[self._of(one, held, memo) for one in row] for row in node.rows], object))
            case tree.Derivative():
                return self._slope(node, held, memo)
        raise NotImplementedError(type(node).__name__)

    def _range(self, node: tree.Big, held: dict, memo: dict) -> range:
        declared = self.case.symbols.get(node.index)
        values = declared.values if isinstance(declared, Index) else range(1, 1)
        for one in tree.walk(node.body):
            if isinstance(one, tree.Entry) and tree.Name(node.index) in one.indices:
                shape = self.case.symbols[one.name].shape  # type: ignore[union-attr]
                values = range(1, shape[one.indices.index(tree.Name(node.index))] + 1)
        low = values.start if node.low is None else int(self._of(node.low, held, memo))
        high = values.stop - 1 if node.high is None else int(self._of(node.high, held, memo))
        return range(low, high + 1)

    def _holds(self, condition: tree.Compare, held: dict, memo: dict) -> bool:
        left, right = (self._of(one, held, memo) for one in (condition.left, condition.right))
        if condition.relation in ("=", "≠"):
            return (left == right) is (condition.relation == "=")
        return (_off_kink(left - right) > 0) is (condition.relation in (">", "≥"))

    def _call(self, node: tree.Call, values: list):
        if node.function in ("max", "min"):
            _off_kink(values[0] - values[1])
            return max(values) if node.function == "max" else min(values)
        if node.function == "diag":
            return np.diag(values[0].ravel())
        if node.function in _KNOWN:
            return _mapped(lambda one: _slope_of(_KNOWN[node.function], one, node.primes), values[0])
        numbers = [
            one for value in values for one in (value.ravel() if isinstance(value, np.ndarray) else [value])
        ]
        return sum(
            _slope_of(lambda v, k=k: _cubic(f"{node.function} {k}", v), one, node.primes)
            for k, one in enumerate(numbers)
        )

    def _slope(self, node: tree.Derivative, held: dict, memo: dict):
        by = node.by
        now = self._name(by.name, held, memo)  # type: ignore[union-attr]
        if not isinstance(now, np.ndarray):
            return self._difference(node.of, by.name, [now - STEP, now + STEP], held)  # type: ignore[union-attr]
        if isinstance(by, tree.Entry):
            at = (*[int(self._of(one, held, memo)) - 1 for one in by.indices], 0)[:2]
            return self._difference(node.of, by.name, _moved(now, at), held)
        slopes = [self._difference(node.of, by.name, _moved(now, at), held) for at in np.ndindex(now.shape)]  # type: ignore[union-attr]
        if not isinstance(slopes[0], np.ndarray):
            shaped = np.array(slopes, object).reshape(now.shape)
            return shaped.T if self.case.graph.rows and now.shape[1] == 1 else shaped
        return np.concatenate([one.reshape(-1, 1) for one in slopes], axis=1)

    def _difference(self, of: Node, name: str, ends: list, held: dict):
        low, high = (self._of(of, {**held, name: end}, {}) for end in ends)
        return (high - low) / (2 * STEP)

    def agree(self, left: Node, right: Node) -> bool | None:
        """Return whether both have one value here; None where neither has any, or both are 0."""
        values = []
        for one in (left, right):
            try:
                values.append(np.atleast_2d(np.array(self.value(one), object)))
            except Kink:
                return None
            except (DecimalException, ZeroDivisionError, IndexError, ValueError, TypeError, AttributeError):
                values.append(None)
        if values[0] is None and values[1] is None:
            return None
        if values[0] is None or values[1] is None or values[0].shape != values[1].shape:
            return False
        if not any(one for value in values for one in value.ravel()):
            return None
        pairs = zip(values[0].ravel(), values[1].ravel(), strict=True)
        return all(abs(one - other) <= EQUAL * max(1, abs(one)) for one, other in pairs)


def _total(values: list):
    if len({getattr(one, "shape", ()) for one in values}) > 1:
        raise ValueError("shapes that differ are added")
    return sum(values[1:], values[0])


def _times(left, right):
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return _small(left @ right)
    return left * right


def _small(value):
    return value[0, 0] if isinstance(value, np.ndarray) and value.shape == (1, 1) else value


def _mapped(function, value):
    if not isinstance(value, np.ndarray):
        return function(value)
    return np.array([function(one) for one in value.ravel()], object).reshape(value.shape)


def _moved(now: np.ndarray, at: tuple[int, ...]) -> list[np.ndarray]:
    ends = [now.copy(), now.copy()]
    ends[0][at] -= STEP
    ends[1][at] += STEP
    return ends


def _off_kink(value: Decimal) -> Decimal:
    if abs(value) < 1000 * STEP:
        raise Kink
    return value


def _cubic(name: str, value: Decimal) -> Decimal:
    a, b, c, d = _polynomial(name)
    return a + b * value + c * value**2 + d * value**3


def _slope_of(function, value: Decimal, primes: int) -> Decimal:
    if not primes:
        return function(value)
    ends = [_slope_of(function, value + step, primes - 1) for step in (-STEP, STEP)]
    return (ends[1] - ends[0]) / (2 * STEP)


_KNOWN = {
    "exp": lambda v: v.exp(),
    "log": lambda v: v.ln(),
    "log10": lambda v: v.log10(),
    "sqrt": lambda v: v.sqrt(),
    "sign": lambda v: Decimal(1).copy_sign(_off_kink(v)),
    "relu": lambda v: max(_off_kink(v), Decimal(0)),
    "sigmoid": lambda v: 1 / (1 + (-v).exp()),
    "tanh": lambda v: 1 - 2 / ((2 * v).exp() + 1),
}


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


class Row(NamedTuple):
    """An exercise: its case, its marker, its right claims as trees."""

    case: Case
    marker: Marker
    claims: list[tuple[Node, Node]]
    lines: list[Line]
    check: Callable[[list[str]], Marked]


def rows() -> Iterator[Row]:
    """Yield all exercises that ask for a derivation, on the documents' own numbers."""
    for scheme in registry.load((SOLUTIONS,)).values():
        if isinstance(scheme, DerivationScheme):
            given = scheme.exercise.seed()
            about = scheme.about(given)
            case = Case(scheme.exercise.id, about.symbols, about.graph, ())
            marker = Marker(about.symbols, about.graph, goal=about.goal)
            lines = marker.lines(scheme.model(given))
            yield Row(
                case,
                marker,
                list(true_claims(marker, lines)),
                lines,
                lambda texts, s=scheme, g=given: s.judge(texts, g),
            )


def measure(row: Row, options: argparse.Namespace, rng: random.Random) -> list[str]:
    case, points = row.case, row.marker.truth
    for target, node in row.claims:
        assert equivalent(case, target, node, 0), f"the judge refuses a right line of {case.name}: {node}"
    wrong, aside, accepted, lost, made = 0, 0, [], [], []
    for _ in range(options.mutants):
        target, node = rng.choice(row.claims)
        changed = mutant(node, case.symbols, rng)
        if equivalent(case, target, changed, options.seed):
            aside += 1
            continue
        wrong += 1
        made.append((target, node, changed))
        if agree(points, target, changed):
            accepted.append(latex(changed, case.symbols))

    def is_number(node: Node) -> bool:
        try:
            return points.value(node).ndim == 1
        except MeaningError:  # below the sign of a sum
            return False

    for _ in range(options.rewritings):
        target, node = rng.choice(row.claims)
        changed = rewritten(rewritten(node, rng, is_number), rng, is_number)
        text = latex(changed, case.symbols)
        if not agree(points, target, read_formula(text, case.symbols)):
            lost.append(text)
    sample = rng.sample(made, min(options.explained, len(made)))
    plain, spent = explained(row, sample, options.show)
    other = [(*pair, rewritten(rewritten(changed, rng, is_number), rng, is_number)) for *pair, changed in sample]
    rewrote, _ = explained(row, other, options.show)
    lines = [
        f"{case.name:34} {wrong:6} {aside:6} {len(accepted):9} {options.rewritings:11} {len(lost):5} "
        f"{_share(plain):9.0f} % {_share(rewrote):9.0f} % {1000 * spent:6.0f} ms"
    ]
    return lines + [f"    accepted: {one}" for one in accepted[:5]] + [f"    lost: {one}" for one in lost[:5]]


def _share(states: Counter[str]) -> float:
    """Return of how many wrong lines in a hundred the student is told why; those true at the numbers are none."""
    told = sum(states[state] for state in ("where", "slip", "edit"))
    return 100 * told / max(1, told + sum(states[state] for state in ("wrong", "jump", "under")))


def explained(row: Row, made: list[tuple[Node, Node, Node]], show: bool) -> tuple[Counter[str], float]:
    """Return the states of wrong lines behind the right one, and the median of the seconds that they took."""
    states: Counter[str] = Counter()
    seconds = []
    for target, node, changed in made:
        texts = [f"{latex(target, row.case.symbols)} = {latex(one, row.case.symbols)}" for one in (node, changed)]
        before = time.perf_counter()
        marked = row.check(texts)
        seconds.append(time.perf_counter() - before)
        states[marked.lines[1].state] += 1
        if show and marked.lines[1].state in ("wrong", "jump", "under"):
            print(f"    {marked.lines[1].state}: {texts[1]}   after   {texts[0]}")
    return states, sorted(seconds)[len(seconds) // 2] if seconds else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=2000, help="of an exercise")
    parser.add_argument("--rewritings", type=int, default=2000, help="of an exercise")
    parser.add_argument(
        "--explained", type=int, default=100, help="wrong lines of an exercise that are marked whole"
    )
    parser.add_argument("--exercise", default="", help="only those whose name has this in it")
    parser.add_argument("--show", action="store_true", help="print the wrong lines that are not explained")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"{'exercise':34}  wrong  aside  accepted  rewritings  lost  explained  rewritten   median")
    for row in rows():
        if options.exercise in row.case.name:
            rng = random.Random(f"{options.seed} {row.case.name}")
            print("\n".join(measure(row, options, rng)), flush=True)


if __name__ == "__main__":
    main()
