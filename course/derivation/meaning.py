"""What a formula means: its value at random points, in float64, all points at once.

Two formulas mean the same if they agree at every point. False is certain then, and true is wrong with very low
probability, because the points have both signs and keep clear of zero. Nothing is ever compiled.

Derivatives of what a graph of steps computes come from that graph, cut at the variable: ∂L/∂a is the sum over all
ways from a to L. A formula that the student writes behind ∂ or ∇ is differentiated as it stands.

```python
>>> from course.derivation.reading.reader import read_formula
>>> from course.derivation.reading.symbols import Symbol, Symbols
>>> symbols = Symbols(Symbol("L"), Symbol("a"), Symbol("w"), Symbol("x"))
>>> graph = Graph({"a": "w x", "L": "a^2"}, symbols)
>>> points = Points(graph)
>>> same(points.value(read_formula("dL/dw", symbols)), points.value(read_formula("2 w x^2", symbols)))
True

```
"""

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np

from course.derivation.calculus import Along, Unit, differentiate
from course.derivation.canonical import form
from course.derivation.reading import tree
from course.derivation.reading.reader import read_formula
from course.derivation.reading.symbols import Domain, Function, Index, Symbol, Symbols
from course.derivation.reading.tree import Entry, Name, Node
from course.errors import CourseError

POINTS = 64
ENOUGH = 16  # points that have to be left once those where nothing is defined are set aside
RELATIVE, FLOOR = 1e-9, 1e-11
KINK = 1e-9
MOST_KNOWN = 4000  # values that are kept, of half a kilobyte each
MOST_TERMS = 1024  # of sums one in another
LARGEST_DERIVATIVE = 1000  # nodes of a derivative that is differentiated once more
_WAVES = 5  # sines that an unknown smooth function is made of

Array = np.ndarray
Values = dict[str, Array]


class MeaningError(CourseError):
    """Raised for a formula without a meaning: shapes that do not fit, a function of the wrong arguments.

    Attributes:
        factors: two matrices that do not fit, where it is these.
    """

    def __init__(self, said: str, factors: tuple[Node, Node] | None = None) -> None:
        super().__init__(said)
        self.factors = factors


class BeyondError(MeaningError):
    """Raised for a formula that has a meaning which is not worked out here."""


class GraphError(CourseError):
    """Raised for a graph of steps that is none: a circle, a step that is no symbol."""


class Graph:
    """Steps that compute symbols from earlier ones, each as a formula.

    Args:
        steps: a formula for each computed symbol, as text in the exercise's own notation, or as a tree.
        symbols: what is declared. What no step computes is free.
        rows: whether the derivative of a number by a vector is a row, so that the chain rule goes from the loss on
            from left to right; else it is a column like the vector.

    Raises:
        GraphError: if a step is no declared symbol, or depends on itself.
    """

    def __init__(self, steps: Mapping[str, str | Node], symbols: Symbols, *, rows: bool = False) -> None:
        self.symbols, self.rows = symbols, rows
        self.steps = {
            name: read_formula(one, symbols) if isinstance(one, str) else one for name, one in steps.items()
        }
        for name in self.steps:
            if not isinstance(symbols.get(name), Symbol):
                raise GraphError(f"a declared symbol was expected as the name of a step, got {name!r}")
        self._slopes: dict[tuple[Node, str], list[Node]] = {}
        self.parents = {name: tree.names_in(one) & set(self._named) for name, one in self.steps.items()}
        self.order = self._ordered()

    @cached_property
    def _named(self) -> dict[str, Symbol]:
        return {one.name: one for one in self.symbols.declared if isinstance(one, Symbol)}

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of all symbols."""
        return {name: one.shape for name, one in self._named.items()}

    @cached_property
    def free(self) -> tuple[Symbol, ...]:
        """Symbols that no step computes."""
        return tuple(one for one in self._named.values() if one.name not in self.steps)

    def _ordered(self) -> tuple[str, ...]:
        order: list[str] = []
        waiting = set(self.steps)
        while waiting:
            ready = sorted(name for name in waiting if not self.parents[name] & waiting)
            if not ready:
                raise GraphError(
                    f"steps that come after those they use were expected: {', '.join(sorted(waiting))}"
                )
            order += ready
            waiting -= set(ready)
        return tuple(order)

    @cached_property
    def derivatives(self) -> frozenset[str]:
        """Steps that are nothing but a derivative or its negative, such as δ for ∂L/∂a."""
        return frozenset(
            name
            for name, one in self.steps.items()
            if isinstance(one.argument if isinstance(one, tree.Negative) else one, tree.Derivative)
        )

    @cached_property
    def ancestors(self) -> dict[str, set[str]]:
        """All that each step depends on."""
        found: dict[str, set[str]] = {}
        for name in self.order:
            parents = self.parents[name]
            found[name] = parents.union(*(found.get(parent, set()) for parent in parents))
        return found

    def changed(self, steps: Mapping[str, Node]) -> "Graph":
        """Return the graph with other formulas for some steps."""
        return Graph({**self.steps, **steps}, self.symbols, rows=self.rows)

    def without(self, names: Iterable[str]) -> "Graph":
        """Return the graph in which these symbols are free."""
        left = set(names)
        kept = {name: one for name, one in self.steps.items() if name not in left}
        return Graph(kept, self.symbols, rows=self.rows)

    def slopes(self, node: Node, name: str) -> list[Node]:
        """Return the derivatives of a formula by the entries of a symbol, all else being constant.

        Raises:
            MeaningError: for what is no symbol.
            TreeError: for what has no derivative.
        """
        key = (node, name)
        if key not in self._slopes:
            shape = self.shapes.get(name)
            if shape is None:
                raise MeaningError(f"a symbol was expected below ∂, got {name}")
            places = [tuple(tree.Number(str(one + 1)) for one in place) for place in np.ndindex(shape)]
            variables = [Entry(name, place) for place in places] if shape else [Name(name)]
            if len(self._slopes) >= MOST_KNOWN:
                self._slopes.clear()
            self._slopes[key] = [differentiate(node, one, self.shapes) for one in variables]
        return self._slopes[key]


class Points:
    """Points at which formulas are evaluated.

    Args:
        graph: the steps.
        seed: of the random numbers; the same seed gives the same points.
        domains: other domains for some symbols, such as those of a region.
        numbers: values of free symbols; then there is one point, and no random number but for what is left free.
        claims: what the student has claimed, formulas by the derivatives and symbols that they stand for.
        forward: whether claimed derivatives count from the variable on, and not from the loss back.
        values: of all symbols, as other points on the same graph have them; then none are drawn.
        given: values of whole formulas, wherever they stand in another.
        like: points at which each case, such as on or off of a ReLU, is the same all over; only points of these
            cases are drawn.
        where: conditions that hold at all points that are drawn.

    Raises:
        MeaningError: if the conditions hold at no points, or only at a few.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        seed: int = 0,
        domains: Mapping[str, Domain] | None = None,
        numbers: Mapping[str, object] | None = None,
        claims: Mapping[Node, Node] | None = None,
        forward: bool = False,
        values: Values | None = None,
        given: Mapping[Node, Array] | None = None,
        like: "Points | None" = None,
        where: Sequence[tree.Compare] = (),
    ) -> None:
        self.graph, self.seed, self.forward = graph, seed, forward
        self.claims = dict(claims or {})
        self.given = dict(given or {})
        self._judging: set[Node] = set()
        self._totals: dict[tuple[str, str], Array] = {}  # derivatives over all ways, by both ends
        self._locals: dict[tuple[str, str], Array] = {}  # derivatives of a step by what it uses
        self._known: dict[Node, Array] = {}  # values of formulas that were asked for
        self._keeps = True
        self._kink = np.zeros(1, bool)
        self._drawn = values is not None
        self.signs: list[Array] = []  # on which side of each kink of the steps the points lie
        self._like, self._where = like, tuple(where)
        self._repeated = 1  # how often what is inside the sums around is evaluated
        self.evaluated = 0  # nodes so far
        self.values: Values = {} if values is None else dict(values)
        if values is None:
            self._draw(domains or {}, numbers or {})
        self.count = len(next(iter(self.values.values()), np.zeros(POINTS)))

    def _draw(self, domains: Mapping[str, Domain], numbers: Mapping[str, object]) -> None:
        count = 64 * POINTS if self._like is not None or self._where else 4 * POINTS
        if set(numbers) >= {one.name for one in self.graph.free} and not self.graph.symbols.indices:
            count = 1
        for one in self.graph.symbols.declared:
            random = np.random.default_rng([self.seed, zlib.crc32(one.name.encode())])
            if isinstance(one, Index) and one.name in numbers:
                self.values[one.name] = np.full(count, float(np.asarray(numbers[one.name])))
            elif isinstance(one, Index):
                self.values[one.name] = random.integers(one.start, one.start + one.size, count).astype(float)
            elif isinstance(one, Symbol) and one.name in numbers:
                self.values[one.name] = _as_values(numbers[one.name], one, count)
            elif isinstance(one, Symbol) and one.name not in self.graph.steps:
                self.values[one.name] = _column(draw(domains.get(one.name, one.domain), one.shape, count, random))
        self.count = count
        self._kink = np.zeros(count, bool)
        for name in self.graph.order:
            if name not in self.values:
                with np.errstate(all="ignore"):
                    self.values[name] = self._filled(self._node(self.graph.steps[name], {}), name)
        # at a kink, where two cases meet, a derivative has no value: other points are taken
        clear = ~self._kink
        if self._like is not None:
            for sign, other in zip(self.signs, self._like.signs, strict=True):
                decided = np.all(other == other[:1], axis=0)
                clear &= np.all(sign[:, decided] == other[0, decided], axis=1)
        if self._where:
            clear &= self.holding(self._where)
            if np.count_nonzero(clear) < min(ENOUGH, count):
                raise MeaningError("a case that occurs was expected")
        enough = np.count_nonzero(clear) >= min(ENOUGH, count)
        kept = np.flatnonzero(clear)[:POINTS] if enough else np.arange(min(POINTS, count))
        self._drawn, self.settled = True, bool(clear[kept].all())
        self.signs = [sign[kept] for sign in self.signs]
        self.values = {name: value[kept] for name, value in self.values.items()}
        self._totals, self._locals = {}, {}

    def holding(self, conditions: Iterable[tree.Compare]) -> Array:
        """Return at which points all of these conditions hold.

        Raises:
            MeaningError: for a condition without a meaning.
        """
        kept, self._drawn = self._drawn, True  # the kinks of conditions are none of the steps'
        self._keeps = False
        found = np.ones(self.count, bool)
        try:
            for one in conditions:
                found &= self._holds(one, {})
        except tree.TreeError as error:
            raise MeaningError(str(error)) from None
        finally:
            self._drawn = kept
        return found

    def _filled(self, value: Array, name: str) -> Array:
        shape = _column_shape(self.graph.shapes[name])
        if value.shape[1:] != shape:
            raise MeaningError(
                f"{name}: the shape {list(shape)} was expected, its formula gives {list(value.shape[1:])}"
            )
        return value

    def value(self, node: Node, keep: bool = True) -> Array:
        """Return the value of a formula at all points: `(points,)` of a number, `(points, n, m)` of a matrix.

        Args:
            node: the formula.
            keep: whether its value and those of its parts are kept for formulas that hold them as well.

        Raises:
            MeaningError: if it has none anywhere.
        """
        known = self._known.get(node)
        if known is not None:
            return known
        self._keeps = keep
        with np.errstate(all="ignore"):
            try:
                return self._node(node, {})
            except tree.TreeError as error:
                raise MeaningError(str(error)) from None

    def _node(self, node: Node, counting: dict[str, float]) -> Array:
        kept = self._drawn and not counting and not self._judging
        if kept and (known := self._known.get(node)) is not None:
            return known
        self.evaluated += 1
        if self.given and node in self.given:
            return self.given[node]
        rule = getattr(self, f"_{type(node).__name__.lower()}", None)
        if rule is None:
            raise MeaningError(f"a value was expected, got a {type(node).__name__}")
        value = rule(node, counting)
        if kept and self._keeps:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[node] = value
        return value

    def _full(self, number: float) -> Array:
        return np.full(self.count, number, float)

    # -- leaves ------------------------------------------------------------------------------------------------

    def _number(self, node: tree.Number, counting: dict[str, float]) -> Array:
        return self._full(float(node.text))

    def _name(self, node: Name, counting: dict[str, float]) -> Array:
        name = node.name
        if name in counting:
            return self._full(counting[name])
        claimed = self.claims.get(node)
        if claimed is not None and node not in self._judging:
            return self._judged(node, claimed)
        if name in self.values:
            return self.values[name]
        if name in ("π", "e"):
            return self._full(np.pi if name == "π" else np.e)
        raise MeaningError(f"a value of {name} was expected")

    def _judged(self, node: Node, claimed: Node) -> Array:
        self._judging.add(node)
        try:
            return self._node(claimed, {})
        finally:
            self._judging.discard(node)

    def _updated(self, node: tree.Updated, counting: dict[str, float]) -> Array:
        raise MeaningError("the value after the update is not known")

    def _entry(self, node: Entry, counting: dict[str, float]) -> Array:
        array = self._name(Name(node.name), counting)
        symbol = self.graph.symbols[node.name]
        return array[(np.arange(self.count), *self._places(node, symbol, counting))]  # type: ignore[arg-type]

    def _places(self, node: Entry | Unit, symbol: object, counting: dict[str, float]) -> list[Array]:
        shape = symbol.shape if isinstance(symbol, Symbol) else ()
        if len(shape) != len(node.indices):
            raise MeaningError(f"{len(shape)} indices of {node.name} were expected")
        places = []
        for one, size in zip(node.indices, shape, strict=True):
            place = np.rint(self._node(one, counting)).astype(int) - 1
            if np.any((place < 0) | (place >= size)):
                raise MeaningError(f"an index of {node.name} from 1 to {size} was expected")
            places.append(place)
        return places if len(places) == 2 else [*places, np.zeros(self.count, int)]

    def _unit(self, node: Unit, counting: dict[str, float]) -> Array:
        symbol = self.graph.symbols[node.name]
        unit = np.zeros((self.count, *_column_shape(symbol.shape)))  # type: ignore[union-attr]
        unit[(np.arange(self.count), *self._places(node, symbol, counting))] = 1
        return unit

    # -- arithmetic --------------------------------------------------------------------------------------------

    def _sum(self, node: tree.Sum, counting: dict[str, float]) -> Array:
        total = self._node(node.terms[0], counting)
        for term in node.terms[1:]:
            value = self._node(term, counting)
            if value.shape != total.shape:
                raise MeaningError("terms of one shape were expected")
            total = total + value
        return total

    def _negative(self, node: tree.Negative, counting: dict[str, float]) -> Array:
        return -self._node(node.argument, counting)

    def _product(self, node: tree.Product, counting: dict[str, float]) -> Array:
        total = self._node(node.factors[0], counting)
        for before, factor in zip(node.factors, node.factors[1:], strict=False):
            value = self._node(factor, counting)
            try:
                total = _elementwise(total, value) if node.elementwise else times(total, value)
            except MeaningError as error:
                raise MeaningError(str(error), None if node.elementwise else (before, factor)) from None
        return total

    def _quotient(self, node: tree.Quotient, counting: dict[str, float]) -> Array:
        above, below = self._node(node.numerator, counting), self._node(node.denominator, counting)
        if below.ndim > 1:
            raise MeaningError("a number was expected below the fraction line")
        return times(above, 1 / below)

    def _power(self, node: tree.Power, counting: dict[str, float]) -> Array:
        base, exponent = self._node(node.base, counting), self._node(node.exponent, counting)
        if base.ndim > 1 or exponent.ndim > 1:
            raise MeaningError("the power of a number was expected")
        return np.power(base, exponent)

    def _abs(self, node: tree.Abs, counting: dict[str, float]) -> Array:
        value = self._node(node.argument, counting)
        self._meet(value)
        return np.abs(value)

    def _norm(self, node: tree.Norm, counting: dict[str, float]) -> Array:
        value = self._node(node.argument, counting)
        order = self._full(2.0) if node.order is None else self._node(node.order, counting)
        powers = np.abs(value.reshape(self.count, -1)) ** order[:, None]
        return np.sum(powers, axis=1) ** (1 / order)

    def _transpose(self, node: tree.Transpose, counting: dict[str, float]) -> Array:
        value = self._node(node.argument, counting)
        return value if value.ndim == 1 else np.swapaxes(value, 1, 2)

    def _matrix(self, node: tree.Matrix, counting: dict[str, float]) -> Array:
        rows = [np.stack([self._scalar(one, counting) for one in row], axis=1) for row in node.rows]
        return _small(np.stack(rows, axis=1))

    def _scalar(self, node: Node, counting: dict[str, float]) -> Array:
        value = self._node(node, counting)
        if value.ndim > 1:
            raise MeaningError("a number was expected as the entry of a matrix")
        return value

    # -- cases, sums over an index -----------------------------------------------------------------------------

    def _holds(self, node: tree.Compare, counting: dict[str, float]) -> Array:
        left, right = self._scalar(node.left, counting), self._scalar(node.right, counting)
        close = np.abs(left - right) <= KINK * np.maximum(1, np.abs(left))
        if node.relation in ("=", "≠"):
            return close if node.relation == "=" else ~close
        self._meet(left - right)
        larger = left > right
        return {">": larger & ~close, "<": ~larger & ~close, "≥": larger | close, "≤": ~larger | close}[
            node.relation
        ]

    def _meet(self, distance: Array) -> None:
        """Note the points at which two cases meet, and on which side of that the others are."""
        if not self._drawn:
            self.signs.append(np.sign(distance).reshape(self.count, -1))
            self._kink |= np.any(np.abs(distance).reshape(self.count, -1) <= KINK, axis=1)

    def _indicator(self, node: tree.Indicator, counting: dict[str, float]) -> Array:
        return self._holds(node.condition, counting).astype(float)

    def _cases(self, node: tree.Cases, counting: dict[str, float]) -> Array:
        total, open_ = self._full(np.nan), np.ones(self.count, bool)
        for case in node.cases:
            here = open_ if case.condition is None else open_ & self._holds(case.condition, counting)
            total = np.where(here, self._scalar(case.value, counting), total)
            open_ = open_ & ~here
        return total

    def _big(self, node: tree.Big, counting: dict[str, float]) -> Array:
        low, high = self._range(node)
        count = max(1, high - low + 1)
        if self._repeated * count > MOST_TERMS:
            raise MeaningError(f"sums of together at most {MOST_TERMS} terms were expected")
        self._repeated *= count
        try:
            parts = [self._node(node.body, {**counting, node.index: float(one)}) for one in range(low, high + 1)]
        finally:
            self._repeated //= count
        if not parts:
            return self._full(0.0 if node.kind == "sum" else 1.0)
        return np.sum(parts, axis=0) if node.kind == "sum" else np.prod(parts, axis=0)

    def _range(self, node: tree.Big) -> tuple[int, int]:
        low, high = 1, 0
        declared = self.graph.symbols.get(node.index)
        if isinstance(declared, Index):
            low, high = declared.start, declared.start + declared.size - 1
        for one in tree.walk(node.body):
            symbol = self.graph.symbols.get(one.name) if isinstance(one, Entry) else None
            if isinstance(one, Entry) and isinstance(symbol, Symbol) and Name(node.index) in one.indices:
                low, high = 1, symbol.shape[one.indices.index(Name(node.index))]
        if isinstance(node.low, tree.Number):
            low = int(float(node.low.text))
        if isinstance(node.high, tree.Number):
            high = int(float(node.high.text))
        if high < low or high - low > MOST_TERMS:
            raise MeaningError(f"the range of {node.index} was expected, as of the index of an array")
        return low, high

    # -- functions ---------------------------------------------------------------------------------------------

    def _call(self, node: tree.Call, counting: dict[str, float]) -> Array:
        values = [self._node(one, counting) for one in node.arguments]
        if node.function in ("max", "min"):
            if any(value.ndim > 1 for value in values):
                raise MeaningError(f"numbers in {node.function} were expected")
            self._meet(values[0] - values[1])
            return (np.maximum if node.function == "max" else np.minimum)(*values)
        if node.function == "diag":
            return _diagonal(values[0])
        if node.function in _FUNCTIONS:
            if node.function in ("relu", "sign"):
                self._meet(values[0])
            slopes = _FUNCTIONS[node.function]
            if node.primes >= len(slopes):
                raise MeaningError(f"at most {len(slopes) - 1} primes at {node.function} were expected")
            return slopes[node.primes](values[0])
        return self._unknown(node.function, values, [np.ones((self.count, 1))] * node.primes)

    def _along(self, node: Along, counting: dict[str, float]) -> Array:
        values = [self._node(one, counting) for one in node.arguments]
        directions = []
        for direction in node.directions:
            parts = [
                self._direction(self._node(one, counting), value)
                for one, value in zip(direction, values, strict=True)
            ]
            directions.append(np.concatenate(parts, axis=1))
        return self._unknown(node.function, values, directions)

    def _direction(self, change: Array, value: Array) -> Array:
        flat = value.reshape(self.count, -1)
        return np.broadcast_to(change.reshape(self.count, -1), flat.shape)

    def _unknown(self, name: str, values: list[Array], directions: list[Array]) -> Array:
        """Return an unknown smooth function, a sum of sines, or its derivative along directions."""
        if not isinstance(self.graph.symbols.get(name), Function):
            raise MeaningError(f"a function was expected, got {name}")
        arguments = np.concatenate([value.reshape(self.count, -1) for value in values], axis=1)
        random = np.random.default_rng([self.seed, zlib.crc32(f"function {name}".encode())])
        size, shift = random.uniform(0.5, 1.5, (2, _WAVES))
        slopes = random.uniform(0.3, 1.2, (_WAVES, arguments.shape[1])) * random.choice([-1, 1], (_WAVES, 1))
        phase = arguments @ slopes.T + 3 * shift + len(directions) * np.pi / 2
        total = size * np.sin(phase)
        for direction in directions:
            if direction.shape[1] != slopes.shape[1]:
                raise MeaningError(f"{name} of as many numbers as it is differentiated by was expected")
            total = total * (direction @ slopes.T)
        return np.sum(total, axis=1)

    # -- derivatives -------------------------------------------------------------------------------------------

    def _derivative(self, node: tree.Derivative, counting: dict[str, float]) -> Array:
        claimed = self.claims.get(node) or self.claims.get(tree.Derivative(node.of, node.by, not node.nabla))
        if claimed is not None and node not in self._judging:
            return self._judged(node, claimed)
        if not isinstance(node.by, Name | Entry):
            return self._by_own_quantity(node, counting)
        of = self._expanded(node.of)
        self._refuse_whole(node.by)
        jacobian = self._direct(of, node.by.name, counting)
        for name in tree.names_in(of) & set(self.graph.steps):
            if node.by.name in self.graph.ancestors[name] and name != node.by.name:
                outer = self._identity(name) if of == Name(name) else self._direct(of, name, counting)
                jacobian = jacobian + outer @ self._total(name, node.by.name)
        return self._shaped(jacobian, of, node.by, counting)

    def _by_own_quantity(self, node: tree.Derivative, counting: dict[str, float]) -> Array:
        """Return the derivative by a quantity that the student named: for u = s a + c, by a over that of u by a.

        If what is differentiated depends on u alone, that is the same by everything in u; else it has no meaning.
        """
        above = set(tree.names_in(node.of))
        above |= {parent for name in above for parent in self.graph.ancestors.get(name, ())}
        found: list[Array] = []
        for name in sorted(tree.names_in(node.by) & above):
            of, own = [self._node(tree.Derivative(one, Name(name)), counting) for one in (node.of, node.by)]
            if of.shape != (self.count,) or own.shape != (self.count,) or not np.all(own):
                raise MeaningError("a variable was expected below ∂")
            found.append(of / own)
        if not found or not all(np.allclose(one, found[0], rtol=1e-9, atol=0.0) for one in found):
            raise MeaningError("a variable was expected below ∂")
        return found[0]

    def _refuse_whole(self, by: Name | Entry) -> None:
        """Refuse the derivative by an array that is only another name for entries which steps use by themselves.

        Raises:
            BeyondError: for such an array.
        """
        parents = self.graph.parents
        alone = by.name in parents and not any(by.name in some for some in parents.values())
        if alone and self.graph.shapes[by.name]:
            raise BeyondError(f"the derivative by an entry of {by.name} was expected; by the whole it is not read")

    def _expanded(self, node: Node) -> Node:
        """Return what is differentiated with derivatives inside it carried out."""

        def change(one: Node) -> Node | None:
            if not isinstance(one, tree.Derivative):
                return None
            if not isinstance(one.by, Name | Entry):
                raise MeaningError("a variable was expected below ∂")
            inner = self._expanded(self._spelled_out(one.of, one.by.name))
            if sum(1 for _ in tree.walk(inner)) > LARGEST_DERIVATIVE:
                raise MeaningError("fewer derivatives one in another were expected")
            return differentiate(inner, one.by, self.graph.shapes)

        return tree.rebuild(node, change)

    def _spelled_out(self, node: Node, cut: str) -> Node:
        """Return the formula with the formulas of all steps put in that depend on the cut."""

        def change(one: Node) -> Node | None:
            if isinstance(one, Name) and one.name != cut and cut in self.graph.ancestors.get(one.name, ()):
                return self._spelled_out(self.graph.steps[one.name], cut)
            return None

        return tree.rebuild(node, change)

    def _size(self, name: str) -> int:
        return int(np.prod(self.graph.shapes.get(name, ()), dtype=int))

    def _identity(self, name: str) -> Array:
        return np.broadcast_to(np.eye(self._size(name)), (self.count, self._size(name), self._size(name)))

    def _direct(self, node: Node, name: str, counting: dict[str, float]) -> Array:
        """Return the derivative by a symbol, all else being constant: `(points, size, size of the symbol)`."""
        columns = [self._node(one, counting) for one in self.graph.slopes(node, name)]
        flat = [column.reshape(self.count, -1) for column in columns]
        size = max(column.shape[1] for column in flat)
        return np.stack([np.broadcast_to(column, (self.count, size)) for column in flat], axis=2)

    def _local(self, name: str, parent: str) -> Array:
        key = (name, parent)
        if key not in self._locals:
            claimed = self.claims.get(tree.Derivative(Name(name), Name(parent)))
            self._locals[key] = (
                self._direct(self.graph.steps[name], parent, {})
                if claimed is None or self._size(name) * self._size(parent) > 1
                else self._node(claimed, {}).reshape(self.count, 1, 1)
            )
        local = self._locals[key]
        rows = self._size(name)
        return np.broadcast_to(local, (self.count, rows, local.shape[2])) if local.shape[1] != rows else local

    def _total(self, name: str, by: str) -> Array:
        """Return the derivative of a step by a symbol over all ways through the graph."""
        key = (name, by)
        if key not in self._totals:
            self._totals[key] = self._sum_of_ways(name, by)
        return self._totals[key]

    def _sum_of_ways(self, name: str, by: str) -> Array:
        total = np.zeros((self.count, self._size(name), self._size(by)))
        if self.forward:
            for parent in self.graph.parents[name]:
                if parent == by:
                    total = total + self._local(name, by)
                elif by in self.graph.ancestors.get(parent, ()):
                    total = total + self._local(name, parent) @ self._claimed_total(parent, by)
            return total
        for child in self.graph.order:
            if by in self.graph.parents[child]:
                if child == name:
                    total = total + self._local(name, by)
                elif child in self.graph.ancestors[name]:
                    total = total + self._claimed_total(name, child) @ self._local(child, by)
        return total

    def _claimed_total(self, name: str, by: str) -> Array:
        node = tree.Derivative(Name(name), Name(by))
        claimed = self.claims.get(node)
        if claimed is None or node in self._judging or self._size(name) * self._size(by) > 1:
            return self._total(name, by)
        return self._judged(node, claimed).reshape(self.count, 1, 1)

    def _shaped(self, jacobian: Array, of: Node, by: Name | Entry, counting: dict[str, float]) -> Array:
        shape = self.graph.shapes[by.name]
        if isinstance(by, Entry):
            first, second = self._places(by, self.graph.symbols[by.name], counting)
            at = first if len(shape) == 1 else first * shape[1] + second
            return _small(np.take_along_axis(jacobian, at[:, None, None], axis=2))
        if jacobian.shape[1] == 1 and self.graph.rows and len(shape) == 1:
            return _small(jacobian)
        if jacobian.shape[1] == 1:
            return _small(jacobian.reshape(self.count, *(_column_shape(shape) or (1, 1))))
        if len(shape) == 2:
            raise BeyondError(
                "the derivative of a number by a matrix was expected; that of a vector is not read: "
                "write one entry, as ∂z_i by ∂A_{ij}"
            )
        return _small(jacobian)


# -- arrays ----------------------------------------------------------------------------------------------------


def draw(domain: Domain, shape: tuple[int, ...], count: int, random: np.random.Generator) -> Array:
    """Return random values from a domain, `(count, *shape)`."""
    size = (count, *shape)
    if domain.among:
        return random.choice(np.asarray(domain.among, float), size)
    if domain.kind == "integer":
        return random.integers(int(domain.low), int(domain.high) + 1, size).astype(float)
    values = random.uniform(domain.low, domain.high, size)
    if domain.kind == "real":
        return values * random.choice([-1.0, 1.0], size)
    return -values if domain.kind == "negative" else values


def _column_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (*shape, 1) if len(shape) == 1 else shape


def _column(values: Array) -> Array:
    return values[:, :, None] if values.ndim == 2 else values


def _as_values(number: object, symbol: Symbol, count: int) -> Array:
    values = np.asarray(number, float)
    if values.shape != symbol.shape:
        raise MeaningError(f"{symbol.name}: the shape {list(symbol.shape)} was expected, got {list(values.shape)}")
    return _column(np.broadcast_to(values, (count, *values.shape)))


def _small(value: Array) -> Array:
    """Return a matrix of one entry as a number."""
    return value[:, 0, 0] if value.ndim == 3 and value.shape[1:] == (1, 1) else value


def times(left: Array, right: Array) -> Array:
    """Return the product: of numbers, of a number and a matrix, of matrices."""
    if left.ndim == 1 or right.ndim == 1:
        first = left[:, None, None] if left.ndim < right.ndim else left
        second = right[:, None, None] if right.ndim < left.ndim else right
        return first * second
    if left.shape[2] != right.shape[1]:
        raise MeaningError(
            f"matrices that fit were expected, got {list(left.shape[1:])} times {list(right.shape[1:])}"
        )
    return _small(left @ right)


def _elementwise(left: Array, right: Array) -> Array:
    if left.shape != right.shape:
        raise MeaningError("arrays of one shape were expected around ⊙")
    return left * right


def _diagonal(value: Array) -> Array:
    if value.ndim == 1:
        return value
    if 1 not in value.shape[1:]:
        raise MeaningError("a vector was expected in diag")
    flat = value.reshape(len(value), -1)
    return flat[:, :, None] * np.eye(flat.shape[1])


def _sigmoid(value: Array) -> Array:
    return 0.5 * (1 + np.tanh(0.5 * value))


def _zero(value: Array) -> Array:
    return np.zeros_like(value)


# Each function with its derivatives, as far as they may be asked for.
_FUNCTIONS = {
    "exp": (np.exp,) * 4,
    "log": (np.log, lambda v: 1 / v, lambda v: -1 / v**2),
    "log10": (np.log10, lambda v: 1 / (v * np.log(10))),
    "sin": (np.sin, np.cos, lambda v: -np.sin(v)),
    "cos": (np.cos, lambda v: -np.sin(v), lambda v: -np.cos(v)),
    "tanh": (np.tanh, lambda v: 1 - np.tanh(v) ** 2, lambda v: -2 * np.tanh(v) * (1 - np.tanh(v) ** 2)),
    "sigmoid": (
        _sigmoid,
        lambda v: _sigmoid(v) * (1 - _sigmoid(v)),
        lambda v: _sigmoid(v) * (1 - _sigmoid(v)) * (1 - 2 * _sigmoid(v)),
    ),
    "relu": (lambda v: np.maximum(v, 0), lambda v: (v > 0).astype(float), _zero),
    "sign": (np.sign, _zero),
    "sqrt": (np.sqrt, lambda v: 0.5 / np.sqrt(v), lambda v: -0.25 * v**-1.5),
}


def same(left: Array, right: Array, allowed: float | Array = 0.0) -> bool:
    """Return whether two values agree at every point at which they are defined.

    Args:
        left: one value at all points.
        right: the other.
        allowed: how far they may be apart besides float64's own errors, as for numbers that were rounded.
    """
    if left.shape != right.shape:
        return False
    with np.errstate(all="ignore"):
        close = np.abs(left - right) <= RELATIVE * np.maximum(np.abs(left), np.abs(right)) + FLOOR + allowed
        if close.all():
            return bool(np.isfinite(left).all() and np.isfinite(right).all())  # ∞ is close to everything
        undefined = ~np.isfinite(left) & ~np.isfinite(right)
    defined = ~undefined.reshape(len(left), -1).any(axis=1)
    if not close[defined].all() or np.count_nonzero(defined) < min(ENOUGH, len(left)):
        return False
    return bool(np.isfinite(left[defined]).all() and np.isfinite(right[defined]).all())


class Opaque(Points):
    """The same points, where each ∂, ∇ and φ′ is an independent random number instead of a derivative.

    Two formulas agree here only if they name the same derivatives: the meaning of a waypoint. A symbol that a step
    declares to be a derivative, such as δ for ∂L/∂a, is that derivative.

    Args:
        points: where the formulas are evaluated.
        apart: symbols that are independent numbers as well.
    """

    def __init__(self, points: Points, apart: Iterable[str] = ()) -> None:
        super().__init__(points.graph, seed=points.seed, values=points.values)
        self._points, self._apart = points, frozenset(apart)
        self._keys: dict[Node, tuple[bytes, float]] = {}

    def _own(self, node: Node, counting: dict[str, float]) -> Array:
        if counting:
            node = tree.rebuild(node, lambda one: _counted(one, counting))
        shape = self._points.value(node).shape[1:]
        key, factor = self.key(node)
        if not key:
            return self._full(factor)
        digest = hashlib.blake2b(key, digest_size=8).digest()
        random = np.random.default_rng([self.seed, int.from_bytes(digest, "big")])
        return factor * draw(Domain(), shape, self.count, random)

    def key(self, node: Node) -> tuple[bytes, float]:
        """Return what tells a derivative from all others, and the number by which it is multiplied.

        What is differentiated, or the argument of φ′, is told by its value, however it is spelled: Σ e^z with one
        index or another, S for it, its negative. The derivative by another name of the same, such as ŷ by the
        output that it is, is no derivative, and told by nothing.
        """
        if node not in self._keys:
            try:
                self._keys[node] = self._key(node)
            except (MeaningError, tree.TreeError):
                self._keys[node] = tree.encode(form(node)), 1.0
        return self._keys[node]

    def _key(self, node: Node) -> tuple[bytes, float]:
        if isinstance(node, tree.Call):
            values = b"".join(_rounded(self.value(one)) for one in node.arguments)
            return f"{node.function} {node.primes} ".encode() + values, 1.0
        if not isinstance(node, tree.Derivative) or (
            isinstance(node.of, Name) and node.of.name in self.graph.derivatives
        ):
            return tree.encode(form(node)), 1.0
        value, slope = self._points.value(node.of), self._points.value(node)
        first = float(value.flat[0])
        if not np.isfinite(first) or first == 0:
            raise MeaningError("a value that is not zero was expected")
        variable = self._points.value(node.by)
        if value.ndim == 1 and same(value, variable) and same(slope, np.ones_like(slope)):
            return b"", 1.0
        # a norm is told from what it is short for: to write it out is a step
        norm = b"norm" if any(isinstance(one, tree.Norm) for one in tree.walk(node.of)) else b""
        return norm + tree.encode(form(node.by)) + _rounded(value / first) + _rounded(slope / first), first

    def _derivative(self, node: tree.Derivative, counting: dict[str, float]) -> Array:
        return self._own(node, counting)

    def _call(self, node: tree.Call, counting: dict[str, float]) -> Array:
        return self._own(node, counting) if node.primes else super()._call(node, counting)

    def _name(self, node: Name, counting: dict[str, float]) -> Array:
        if node.name in self._apart:
            return self._own(node, {})
        if node.name in self.graph.derivatives and node.name not in counting:
            return self._node(self.graph.steps[node.name], {})
        return super()._name(node, counting)


def _rounded(value: Array) -> bytes:
    """Return a value to nine digits, so that it is the same for all formulas that mean it."""
    with np.errstate(all="ignore"):
        scale = 10.0 ** (8 - np.floor(np.log10(np.abs(value))))
        return np.where(np.abs(value) > FLOOR, np.rint(value * scale) / scale, 0.0).tobytes()


def _counted(node: Node, counting: dict[str, float]) -> Node | None:
    """Return the number that an index stands for in a sum, or None for anything else."""
    return tree.Number(f"{counting[node.name]:g}") if isinstance(node, Name) and node.name in counting else None
