"""What is made once of an exercise before its derivations are marked: points, values, the author's formulas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from course.derivation.canonical import atoms, form, length
from course.derivation.marks import Assumption, Region, Slip, State, Waypoint
from course.derivation.meaning import Array, Graph, MeaningError, Opaque, Points, same
from course.derivation.reading import tree
from course.derivation.reading.lines import read_line
from course.derivation.reading.symbols import SymbolError, Symbols
from course.derivation.reading.tree import Compare, Name, Node, TreeError, Updated

MOST_ASSUMPTIONS = 6
MOST_CASES = 200  # for which points are kept


class Form(NamedTuple):
    """A form of a waypoint, its value where every derivative is a number of its own, and what it names."""

    formula: Node
    value: Array
    named: frozenset[bytes | Name]


@dataclass(eq=False)
class Way:
    """A waypoint as trees: its forms by the form of what they are equal to, and what is a number of its own."""

    forms: dict[Node, list[Form]]
    apart: frozenset[Name]
    points: float
    opaque: Opaque
    longest: int | None  # symbols that a line may name, one by one
    together: frozenset[Node]  # forms of what claims have to be about that meet it together

    def has(self, target: Node, node: Node) -> bool:
        """Return whether a claim is this waypoint, with each derivative in them as a number of its own."""
        if self.longest is not None and length(node) > self.longest:
            return False
        try:
            value = self.opaque.value(node)
        except MeaningError:
            return False
        return any(same(one.value, value) for one in self.forms.get(form(target), ()))

    def named(self, node: Node) -> frozenset[bytes | Name]:
        """Return the derivatives that a formula names, and which of the symbols that are numbers of their own."""
        derivatives = {self.opaque.key(one)[0] for one in atoms(form(node))} - {b""}
        return frozenset(derivatives | {name for name in self.apart if name.name in tree.names_in(node)})


@dataclass(frozen=True)
class Elsewhere:
    """Points of a region, or under assumptions, with the state of a line that is true only there."""

    state: State
    words: str  # of the region, or of the assumptions
    points: Points
    assumptions: tuple[Assumption, ...] = ()


class Prepared:
    """An exercise ready for marking; `course.derivation.check.Marker` says what its arguments are."""

    def __init__(
        self,
        symbols: Symbols,
        graph: Graph,
        *,
        goal: str = "",
        waypoints: Sequence[Waypoint] = (),
        regions: Sequence[Region] = (),
        assumptions: Sequence[Assumption] = (),
        slips: Sequence[Slip] = (),
        updates: Mapping[str, str] | None = None,
        beside: Mapping[str, str] | None = None,
        seed: int = 0,
    ) -> None:
        self.symbols, self.graph, self.seed = symbols, graph, seed
        self.regions, self.assumptions = tuple(regions), tuple(assumptions)
        if len(self.assumptions) > MOST_ASSUMPTIONS:
            raise SymbolError(f"at most {MOST_ASSUMPTIONS} assumptions were expected, got {len(self.assumptions)}")
        self.truth = Points(graph, seed=seed)
        self._opaque: dict[frozenset[Name], Opaque] = {}
        self.updated = {name: self._authored(text) for name, text in (updates or {}).items()}
        self.goal = self._authored(goal) if goal else None
        self.ways = [self._way(one) for one in waypoints]
        self.in_parts = any(way.together for way in self.ways)
        self.beside = {form(self._authored(left)): said for left, said in (beside or {}).items()}
        self.named = [(one.sentence, *self.claim(one.claim)) for one in slips]
        self.explanations: dict[tuple[int, Node, Node, Node], Mapping[str, Node]] = {}
        self._patterned: dict[bytes, Points | None] = {}
        self._cases: dict[tuple[Compare, ...], Points] = {}
        self._graphs: dict[frozenset[str], Graph] = {}
        self._true_forms: dict[Node, list[Node]] = {}

    @cached_property
    def elsewhere(self) -> list[Elsewhere]:
        """Where else a line may be true: in each region, and under the fewest assumptions that it takes."""
        found = [
            Elsewhere("where", one.words, Points(self.graph, seed=self.seed, domains=one.domains))
            for one in self.regions
        ]
        for count in range(1, len(self.assumptions) + 1):
            found += [self._under(some) for some in combinations(self.assumptions, count)]
        return found

    @cached_property
    def other_layout(self) -> Points | None:
        """The same points where derivatives by vectors are columns instead of rows; None where there are none."""
        if not any(len(shape) == 1 for shape in self.graph.shapes.values()):
            return None
        other = Graph(self.graph.steps, self.symbols, rows=not self.graph.rows)
        return Points(other, seed=self.seed, values=self.truth.values)

    def _under(self, assumptions: tuple[Assumption, ...]) -> Elsewhere:
        fixed = {
            name: self._authored(text) for assumption in assumptions for name, text in assumption.equal.items()
        }
        words = " and ".join(one.words for one in assumptions)
        return Elsewhere("under", words, Points(self.graph.changed(fixed), seed=self.seed), assumptions)

    def patterned(self, numbers: Points) -> Points | None:
        """Return points in the cases of these numbers, such as a ReLU that is on; None where there are none."""
        key = b"".join(sign.tobytes() for sign in numbers.signs)
        if key not in self._patterned:
            points = Points(self.graph, seed=self.seed, like=numbers)
            self._patterned[key] = points if points.settled else None
        return self._patterned[key]

    def in_case(self, conditions: tuple[Compare, ...]) -> Points:
        """Return points at which all of these conditions hold.

        Raises:
            MeaningError: if there are none.
        """
        if conditions not in self._cases:
            if len(self._cases) >= MOST_CASES:
                self._cases.clear()
            self._cases[conditions] = Points(self.graph, seed=self.seed, where=conditions)
        return self._cases[conditions]

    def graph_without(self, names: frozenset[str]) -> Graph:
        """Return the graph in which these symbols are free."""
        if names not in self._graphs:
            self._graphs[names] = self.graph.without(names) if names else self.graph
        return self._graphs[names]

    def about(self, target: Node) -> list[int]:
        """Return the places of the waypoints that are claims about this."""
        return [at for at, way in enumerate(self.ways) if form(target) in way.forms]

    def true_forms(self, target: Node) -> list[Node]:
        """Return the author's forms of all waypoints about a target that are true of it everywhere."""
        key = form(target)
        if key not in self._true_forms:
            forms = [one.formula for at in self.about(target) for one in self.ways[at].forms[key]]
            self._true_forms[key] = [one for one in dict.fromkeys(forms) if self._is_true(target, one)]
        return self._true_forms[key]

    def _is_true(self, target: Node, node: Node) -> bool:
        try:
            return same(self.truth.value(target), self.truth.value(node))
        except MeaningError:
            return False

    # -- the author's formulas ---------------------------------------------------------------------------------

    def _authored(self, text: str) -> Node:
        line = read_line(text, self.symbols)
        if line.problem or len(line.statements) != 1 or len(line.statements[0].chain) != 1:
            raise SymbolError(f"a formula was expected, got {text!r} ({line.problem})")
        return line.statements[0].chain[0]

    def claim(self, text: str, goal: Node | None = None) -> tuple[Node, Node]:
        """Return both sides of a claim of the author's; without a left side it is about the goal.

        Raises:
            SymbolError: if it cannot be read.
        """
        line = read_line(text, self.symbols)
        statement = line.statements[0] if not line.problem and len(line.statements) == 1 else None
        target = goal or self.goal
        if statement is not None and statement.target is not None:
            target = self.target(statement.target)
        if statement is None or target is None or len(statement.chain) != 1:
            raise SymbolError(f"a claim such as A = e was expected, got {text!r} ({line.problem})")
        return target, statement.chain[0]

    def target(self, node: Node) -> Node:
        """Return what the left side of a claim stands for: of an update its formula.

        Raises:
            TreeError: for an update that the exercise does not ask for.
        """
        if not isinstance(node, Updated):
            return node
        formula = self.updated.get(node.name.name)
        if formula is None:
            raise TreeError(f"no update of {node.name.name} was asked for")
        return formula

    def _way(self, waypoint: Waypoint) -> Way:
        target, node = self.claim(waypoint.claim)
        apart = frozenset(Name(one) for one in waypoint.apart)
        if apart not in self._opaque:
            self._opaque[apart] = Opaque(self.truth, waypoint.apart)
        claims = [(target, node), *(self.claim(text, target) for text in waypoint.forms)]
        longest = max(length(one) for _, one in claims) if waypoint.simple else None
        together = frozenset(form(self._authored(one)) for one in waypoint.together)
        way = Way({}, apart, waypoint.points, self._opaque[apart], longest, together)
        for other, one in claims:
            try:
                value = way.opaque.value(one)
            except MeaningError as error:
                raise SymbolError(f"{waypoint.claim}: a formula with a meaning was expected ({error})") from None
            way.forms.setdefault(form(other), []).append(Form(one, value, way.named(one)))
        return way
