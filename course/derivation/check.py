r"""Mark a derivation line by line: what follows, what does not, and what would have had to be written.

```python
>>> from course.derivation.symbols import Symbol, Symbols
>>> symbols = Symbols(Symbol("L"), Symbol("h"), Symbol("y"), Symbol("w"), Symbol("x"))
>>> network = Graph({"h": "w x", "L": "(y - h)^2"}, symbols)
>>> marked = check(["∂L/∂w = ∂L/∂h · ∂h/∂w", "= 2(y - h) x"], symbols, network)
>>> for line in marked.lines:
...     print(line.state, line.remark)
follows
edit The sign of the whole is turned.

```
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from course.derivation import tree
from course.derivation.canonical import atoms, form
from course.derivation.edits import edits
from course.derivation.lexer import Unread
from course.derivation.lines import Line, Statement, read_line, read_lines
from course.derivation.meaning import Array, Graph, MeaningError, Points, independent, same
from course.derivation.reader import finished
from course.derivation.symbols import Domain, Symbol, SymbolError, Symbols
from course.derivation.tree import Compare, Derivative, Entry, Name, Node, Number, TreeError, Updated

State = Literal[
    "follows", "defines", "at-numbers", "where", "under", "slip", "edit", "wrong", "jump", "repeats", "unreadable"
]
# The state of a line with several statements is the last of these that one of them has.
_WORSE: tuple[State, ...] = (
    "repeats", "defines", "follows", "at-numbers", "where", "under", "slip", "edit", "jump", "wrong", "unreadable",
)  # fmt: skip
_CREDIT: dict[State, float] = {
    "follows": 1, "at-numbers": 1, "where": 0.5, "under": 0.5, "slip": 0.5, "edit": 0.5,
}  # fmt: skip
MOST_EVALUATED = 500_000  # nodes in looking for what explains wrong lines, of one derivation
_COARSE = 0.25  # a rounded number may change a line by at most this share of its value


@dataclass(frozen=True)
class Region:
    """Where a line may be true that is not true everywhere: `Region("p is even", {"p": Domain(among=(2, 4))})`."""

    words: str
    domains: Mapping[str, Domain]


@dataclass(frozen=True)
class Assumption:
    """An assumption or hypothesis, as formulas for the symbols that it fixes."""

    words: str
    equal: Mapping[str, str]


@dataclass(frozen=True)
class Slip:
    """A wrong line that people write: what it claims to be equal to which formula, and what they are told."""

    sentence: str
    claim: str


@dataclass(frozen=True)
class Waypoint:
    """What has to appear in a derivation.

    Attributes:
        claim: as `A = e`, or `e` for the goal.
        points: what it earns.
        forms: other formulas, or claims `B = e` about something else, that count as well.
        apart: computed symbols that are numbers of their own here, so that it shows whether they were put in:
            `h = φ(a)` is then met by no line that has the formula of a in its place.
        simple: whether only a formula counts that names no more symbols than this one, such as `h - y` where
            `h (1 - y) - y (1 - h)` means the same.
    """

    claim: str
    points: float = 1.0
    forms: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    simple: bool = False


@dataclass(frozen=True)
class LineMark:
    """What became of a line: its state, the points it earned, what the student is told, and the line as read."""

    text: str
    state: State
    points: float
    remark: str
    read: Line


@dataclass(frozen=True)
class Marked:
    """A marked derivation: its lines in the order handed in, and which waypoints were met."""

    lines: tuple[LineMark, ...]
    met: tuple[bool, ...]
    points: float


def check(
    lines: str | Iterable[str] | Sequence[Line],
    symbols: Symbols,
    graph: Graph,
    *,
    goal: str = "",
    waypoints: Sequence[Waypoint] = (),
    regions: Sequence[Region] = (),
    assumptions: Sequence[Assumption] = (),
    slips: Sequence[Slip] = (),
    numbers: Mapping[str, object] | None = None,
    updates: Mapping[str, str] | None = None,
    seed: int = 0,
) -> Marked:
    """Mark a derivation.

    Each line is judged on the student's own line before and under the student's own earlier claims, so that an
    error costs the line in which it is made and no other.

    Args:
        lines: one text, or one text a line, or lines that were read already.
        symbols: what lines may name.
        graph: the steps that the derivatives are of.
        goal: what the first line is equal to where it does not say so itself.
        waypoints: what has to appear, in its order; the points stand on it.
        regions: where else a line may be true.
        assumptions: under which else a line may be true.
        slips: wrong lines with a sentence of their own.
        numbers: the student's numbers, of the symbols that no step computes.
        updates: formulas for the value of a symbol after its update, for `w ← …`.
        seed: of the points.

    Raises:
        SymbolError: if a formula of the author's cannot be read.
    """
    given = list(lines) if not isinstance(lines, str) else lines
    read = given if given and isinstance(given[0], Line) else read_lines(given, symbols)  # type: ignore[arg-type]
    rules = _Rules(
        symbols, graph, goal, waypoints, regions, assumptions, slips, numbers or {}, updates or {}, seed
    )
    marks = tuple(rules.line(line) for line in read)  # type: ignore[arg-type]
    met = tuple(bool(way.share) for way in rules.ways)
    return Marked(marks, met, sum(mark.points for mark in marks))


@dataclass(eq=False)
class _Way:
    """A waypoint as trees, its forms by the form of what they are equal to, and the share of points earned."""

    target: Node
    forms: dict[Node, list[Node]]
    apart: frozenset[Node]
    points: float
    longest: int | None = None  # symbols that a line may name, one by one
    share: float | None = None


@dataclass
class _Judgement:
    state: State
    remark: str = ""
    points: float = 0.0


@dataclass
class _Rules:
    """Judges one line after another and keeps what the student has claimed."""

    symbols: Symbols
    graph: Graph
    goal: str
    waypoints: Sequence[Waypoint]
    regions: Sequence[Region]
    assumptions: Sequence[Assumption]
    slips: Sequence[Slip]
    numbers: Mapping[str, object]
    updates: Mapping[str, str]
    seed: int
    claims: dict[Node, Node] = field(default_factory=dict)
    own: dict[str, Node] = field(default_factory=dict)
    last: dict[Node, Node] = field(default_factory=dict)
    evaluated: int = 0  # nodes so far in looking for what explains wrong lines
    undefined: set[str] = field(default_factory=set)  # own names whose definition was too large
    seen: set[tuple[Node, Node]] = field(default_factory=set)
    targets: list[Node | None] = field(default_factory=list)  # what the statements of the last line were about

    def __post_init__(self) -> None:
        self.truth = Points(self.graph, seed=self.seed)
        self.patterned = self._patterned()
        self.updated = {name: self._authored(text) for name, text in self.updates.items()}
        self.target: Node | None = self._authored(self.goal) if self.goal else None
        self.ways = [self._way(one) for one in self.waypoints]
        self.named = [(one.sentence, *self._claim(one.claim)) for one in self.slips]
        self.elsewhere: list[tuple[State, str, Points]] = [
            (
                "where",
                f"It would follow where {one.words}.",
                Points(self.graph, seed=self.seed, domains=one.domains),
            )
            for one in self.regions
        ]
        for one in self.assumptions:
            fixed = self.graph.changed({name: self._authored(text) for name, text in one.equal.items()})
            said = f"It follows under the assumption that {one.words}."
            self.elsewhere.append(("under", said, Points(fixed, seed=self.seed)))

    def _patterned(self) -> Points | None:
        """Return points in the cases of the student's numbers, such as a ReLU that is on; None without numbers."""
        if not {one.name for one in self.graph.free} & set(self.numbers):
            return None
        points = Points(self.graph, seed=self.seed, like=self._at_numbers(frozenset(), {}))
        return points if points.settled else None

    # -- the author's formulas ---------------------------------------------------------------------------------

    def _authored(self, text: str) -> Node:
        line = read_line(text, self.symbols)
        if line.problem or len(line.statements) != 1 or len(line.statements[0].chain) != 1:
            raise SymbolError(f"a formula was expected, got {text!r} ({line.problem})")
        return line.statements[0].chain[0]

    def _claim(self, text: str, goal: Node | None = None) -> tuple[Node, Node]:
        line = read_line(text, self.symbols)
        statement = line.statements[0] if not line.problem and len(line.statements) == 1 else None
        target = statement and (
            self._target(statement.target) if statement.target else self.target if goal is None else goal
        )
        if statement is None or target is None or len(statement.chain) != 1:
            raise SymbolError(f"a claim such as A = e was expected, got {text!r} ({line.problem})")
        return target, statement.chain[0]

    def _way(self, waypoint: Waypoint) -> _Way:
        target, node = self._claim(waypoint.claim)
        forms = {form(target): [node]}
        for text in waypoint.forms:
            other, node = self._claim(text, target)
            forms.setdefault(form(other), []).append(node)
        apart = frozenset(Name(one) for one in waypoint.apart)
        longest = max(_length(one) for found in forms.values() for one in found) if waypoint.simple else None
        return _Way(form(target), forms, apart, waypoint.points, longest)

    # -- a line ------------------------------------------------------------------------------------------------

    def line(self, line: Line) -> LineMark:
        """Return the mark of the next line."""
        if line.problem is not None:
            nearest = f" The nearest symbol is {line.problem.nearest}." if line.problem.nearest else ""
            said = f"At character {line.problem.position + 1}: {line.problem.expected}.{nearest}"
            return LineMark(line.text, "unreadable", 0.0, said, line)
        if not line.statements:
            return LineMark(line.text, "defines", 0.0, "Only words: they are kept, and not judged.", line)
        try:
            found = self._statements(line.statements)
        except (TreeError, Unread) as error:
            return LineMark(line.text, "unreadable", 0.0, str(error), line)
        worst = max(found, key=lambda one: _WORSE.index(one.state))
        remark = next((one.remark for one in found if one.state == worst.state), "")
        return LineMark(line.text, worst.state, sum(one.points for one in found), remark, line)

    def _statements(self, statements: tuple[Statement, ...]) -> list[_Judgement]:
        found: list[_Judgement] = []
        paired = all(one.kind == "continuation" for one in statements) and len(statements) == len(self.targets)
        targets: list[Node | None] = []
        for at, statement in enumerate(statements):
            if paired:  # "= 1, = 2" after "a = x, b = y", as lines over an index are
                self.target = self.targets[at]
            found += self._statement(statement)
            targets.append(self.target)
        self.targets = targets
        return found

    def _statement(self, statement: Statement) -> list[_Judgement]:
        if statement.kind == "definition":
            self.undefined.add(statement.target.name)  # type: ignore[union-attr]
        chain = [self._expanded(node) for node in statement.chain]
        if statement.kind == "condition":
            return [self._condition(chain[0])]  # type: ignore[arg-type]
        if statement.kind == "definition":
            self.own[statement.target.name] = chain[0]  # type: ignore[union-attr]
            self.undefined.discard(statement.target.name)  # type: ignore[union-attr]
            self.target = chain[0]
            return [_Judgement("defines"), *self._chain(chain[0], chain[0], chain[1:])]
        if statement.kind == "continuation":
            target = self.target
            if target is None:
                self.target = chain[0]
                return [_Judgement("follows"), *self._chain(chain[0], chain[0], chain[1:])]
        else:
            target = self._target(self._expanded(statement.target))  # type: ignore[arg-type]
        before = self.last.get(form(target))
        self.target = target
        return self._chain(target, before, chain)

    def _target(self, node: Node) -> Node:
        if not isinstance(node, Updated):
            return node
        formula = self.updated.get(node.name.name)
        if formula is None:
            raise TreeError(f"no update of {node.name.name} was asked for")
        return formula

    def _expanded(self, node: Node) -> Node:
        """Return the formula with the student's own names replaced by what they mean."""
        undefined = self.undefined & tree.names_in(node)
        if undefined:
            raise TreeError(f"a definition of {min(undefined)} that could be read was expected before")
        found = tree.rebuild(node, lambda one: self.own.get(one.name) if isinstance(one, Name) else None)
        return finished(found)

    def _chain(self, target: Node, before: Node | None, chain: list[Node]) -> list[_Judgement]:
        found = []
        for node in chain:
            judgement = self._link(target, before, node)
            if judgement.state in _CREDIT:
                self._credit(judgement, target, node)
            self.seen.add((form(target), form(node)))
            found.append(judgement)
            before = self.last[form(target)] = node
        if chain and isinstance(target, Name | Derivative):
            self._keep(target, chain[-1])
        return found

    def _keep(self, target: Node, node: Node) -> None:
        """Let a claim that is false stand for what it claims from here on."""
        self.claims.pop(target, None)
        if not self._same(self.truth, target, node):
            self.claims[target] = node

    def _condition(self, condition: Compare) -> _Judgement:
        if self._holds(self.truth, condition):
            return _Judgement("follows")
        if not self.numbers:
            return _Judgement("defines", "A condition: it is kept, and not judged.")
        if self._holds(self._at_numbers(frozenset(), {}), condition):
            return _Judgement("at-numbers")
        return _Judgement("wrong", "This does not hold at your numbers.")

    def _holds(self, points: Points, condition: Compare) -> bool:
        try:
            return bool(np.all(points.value(tree.Indicator(condition)) == 1))
        except MeaningError:
            return False

    # -- a link: one formula said to be equal to another -------------------------------------------------------

    def _link(self, target: Node, before: Node | None, node: Node) -> _Judgement:
        if form(node) == form(target) or (form(target), form(node)) in self.seen:
            return _Judgement("repeats", "This says again what was said before.")
        try:
            self.truth.value(node)
        except MeaningError as error:
            return _Judgement("wrong", f"It has no meaning: {error}.")
        references = [one for one in (before, target) if one is not None]
        if any(
            self._same(points, one, node)
            for points in self._under_claims(self.truth, target)
            for one in references
        ):
            return self._or_jump(target, node)
        near = self._under_claims(self.patterned, target) if self.patterned is not None else []
        if any(
            self._same(points, one, node) and np.any(points.value(node)) for points in near for one in references
        ):
            return _Judgement("at-numbers")  # but for zeros, which say nothing of how they came about
        numeric = self._numeric(target, before, node)
        if any(same(value, points.value(node), allowed) for points, value, allowed in numeric):
            return _Judgement("at-numbers")
        for state, remark, points in self.elsewhere:
            if any(self._same(points, one, node) for one in references):
                return _Judgement(state, remark)
        for sentence, claimed, wrong in self.named:
            if form(claimed) == form(target) and self._same(self.truth, wrong, node):
                return _Judgement("slip", sentence)
        sentence = self._explained(references, node, target, numeric)
        return _Judgement("edit", sentence) if sentence else _Judgement("wrong", "This does not follow.")

    def _same(self, points: Points, left: Node, right: Node) -> bool:
        try:
            return same(points.value(left), points.value(right))
        except MeaningError:
            return False

    def _under_claims(self, points: Points, target: Node) -> list[Points]:
        """Return points, as they are and under the student's own claims."""
        claims = {key: one for key, one in self.claims.items() if key != target and tree.names_in(one)}
        return [points, *self._claimed(points, claims)] if claims else [points]

    def _claimed(self, points: Points, claims: dict[Node, Node]) -> list[Points]:
        steps = {
            key.name: one for key, one in claims.items() if isinstance(key, Name) and key.name in self.graph.steps
        }
        try:
            graph = self.graph.changed(steps) if steps else self.graph
            values = None if steps else points.values
            both = (False, True)
            return [Points(graph, seed=self.seed, claims=claims, forward=one, values=values) for one in both]
        except ValueError:  # a claim that goes round in a circle, or whose shape does not fit, changes nothing
            return []

    def _or_jump(self, target: Node, node: Node) -> _Judgement:
        """Return `follows`, or `jump` where fewer than half of the waypoints before this one were met."""
        for way in self._ways_of(target):
            before = self._before(way, target)
            if way.share is None and self._meets(way, target, node):
                if sum(one.share is not None for one in before) < len(before) / 2:
                    for one in before:
                        one.share = one.share or 0.0
                    way.share = 0.0
                    return _Judgement("jump", "Too big a step: what leads here has to be shown.")
                break
        return _Judgement("follows")

    # -- waypoints ---------------------------------------------------------------------------------------------

    def _ways_of(self, target: Node) -> list[_Way]:
        """Return the waypoints that a claim about this may meet."""
        return [way for way in self.ways if form(target) in way.forms]

    def _before(self, way: _Way, target: Node) -> list[_Way]:
        """Return the waypoints that come first, if the claim is about what the waypoint is about."""
        same_target = [one for one in self.ways if one.target == way.target]
        return same_target[: same_target.index(way)] if form(target) == way.target else []

    def _credit(self, judgement: _Judgement, target: Node, node: Node) -> None:
        true = judgement.state == "follows" and self._same(self.truth, target, node)
        for way in self._ways_of(target):
            if way.share is not None:
                continue
            if not (self._meets(way, target, node) if true else self._alike(way, target, node)):
                continue
            before = self._before(way, target)
            met = sum(bool(one.share) for one in before)
            for passed in before:
                passed.share = passed.share or 0.0  # what was jumped is not earned later
            last = way.target not in {one.target for one in self.ways[self.ways.index(way) + 1 :]}
            way.share = 0.0 if last and met < len(before) / 2 else _CREDIT[judgement.state]
            judgement.points += way.share * way.points
            if not true:
                return

    def _meets(self, way: _Way, target: Node, node: Node) -> bool:
        return (way.longest is None or _length(node) <= way.longest) and self._is(way, target, node)

    def _is(self, way: _Way, target: Node, node: Node) -> bool:
        """Return whether the line is the waypoint with each derivative in them as a number of its own."""
        for one in way.forms[form(target)]:
            points = Points(self.graph, seed=self.seed, values=self.truth.values)
            try:
                points.opaque = independent(atoms(one) | atoms(node) | way.apart, self.truth)
            except MeaningError:
                continue
            if self._same(points, one, node):
                return True
        return False

    def _alike(self, way: _Way, target: Node, node: Node) -> bool:
        """Return whether a line after an error names the waypoint's derivatives and symbols."""
        if way.longest is not None and _length(node) > way.longest:
            return False

        def named(one: Node) -> frozenset[Node]:
            return atoms(one) | {name for name in way.apart if name.name in tree.names_in(one)}  # type: ignore[union-attr]

        return any(named(one) == named(node) for one in way.forms[form(target)])

    # -- numbers put in ----------------------------------------------------------------------------------------

    def _at_numbers(self, kept: frozenset[str], claims: dict[Node, Node]) -> Points:
        """Return points at the student's numbers, but for the symbols that are kept free."""
        steps = {name: one for name, one in self.graph.steps.items() if name not in kept}
        for key, claimed in claims.items():
            if isinstance(key, Name) and key.name in steps:
                steps[key.name] = claimed
        numbers = {name: one for name, one in self.numbers.items() if name not in kept}
        return Points(Graph(steps, self.symbols), seed=self.seed, numbers=numbers, claims=claims)

    def _numeric(self, target: Node, before: Node | None, node: Node) -> list[tuple[Points, Array, Array]]:
        """Return what the line would have to be with numbers put in, at which points, and how exactly."""
        if not self.numbers or not any(isinstance(one, Number) for one in tree.walk(node)):
            return []
        claims = {key: one for key, one in self.claims.items() if key != target}
        found = []
        for one in self._with_numbers(target, before, node, claims):
            points, value = one
            try:
                found.append((points, value, self._rounding(points, before, node)))
            except MeaningError:
                continue
        return found

    def _with_numbers(
        self, target: Node, before: Node | None, node: Node, claims: dict[Node, Node]
    ) -> list[tuple[Points, Array]]:
        found = []
        kept = frozenset(tree.names_in(node))
        try:
            if before is not None:
                all_numbers = self._at_numbers(frozenset(), claims)
                gone = _leaves(before) - _leaves(node)
                points = Points(self.graph, seed=self.seed, values=self.truth.values)
                points.opaque = {one: _repeated(all_numbers.value(one), self.truth.count) for one in gone}
                found.append((points, points.value(before)))
            points = self._at_numbers(kept, claims)
            found.append((points, points.value(target)))
        except ValueError:
            pass
        return found

    def _rounding(self, points: Points, before: Node | None, node: Node) -> Array:
        """Return how far the line may be off because of numbers that were rounded when they were written."""
        value = points.value(node)
        known = {one for one in tree.walk(before) if isinstance(one, Number)} if before is not None else set()
        exact = {float(one) for given in self.numbers.values() for one in np.ravel(np.asarray(given, float))}
        total = np.zeros_like(value)
        for literal in {one for one in tree.walk(node) if isinstance(one, Number) and "." in one.text}:
            if literal in known or float(literal.text) in exact:
                continue
            half = 0.5 * 10.0 ** -len(literal.text.partition(".")[2])
            moved = Number(repr(float(literal.text) + half))
            total += np.abs(points.value(_replaced(node, literal, moved)) - value)
        return np.where(total <= _COARSE * np.abs(value), total, 0.0)

    # -- what explains a wrong line ----------------------------------------------------------------------------

    def _explained(
        self, references: list[Node], node: Node, target: Node, numeric: list[tuple[Points, Array, Array]]
    ) -> str:
        """Return the one sentence that describes every single change which makes the line right, or nothing."""
        other = self._in_other_order(node)
        turned = [self._in_other_order(one) for one in references]
        if [other, *turned] != [node, *references] and any(self._same(self.truth, one, other) for one in turned):
            return "The indices are read in the other order here; yours is right when they are read that way."
        settings = self._under_claims(self.truth, target)[::-1]
        if self.patterned is not None:
            settings += self._under_claims(self.patterned, target)[::-1]
        trials = [(points, one) for points in settings for one in references]
        for points, reference in trials:
            sentences = self._sentences(points, _value(points, reference), node, reference)
            if sentences:
                return sentences.pop() if len(sentences) == 1 else ""
        for points, value, allowed in numeric:
            sentences = self._other_numbers(points, value, allowed, node)
            if sentences:
                return sentences.pop() if len(sentences) == 1 else ""
        return ""

    def _in_other_order(self, node: Node) -> Node:
        def change(one: Node) -> Node | None:
            declared = self.symbols.get(one.name) if isinstance(one, Name) else None
            return Name(declared.other_order) if isinstance(declared, Symbol) and declared.other_order else None

        return tree.rebuild(node, change)

    def _sentences(self, points: Points, value: Array | None, node: Node, reference: Node) -> set[str]:
        if value is None:
            return set()
        found: dict[int, set[str]] = {}
        for sentence, changed, rank in edits(node, reference, self.symbols):
            if self._agrees(points, value, changed):
                found.setdefault(rank, set()).add(sentence)
        return found[min(found)] if found else set()

    def _other_numbers(self, points: Points, value: Array, allowed: Array, node: Node) -> set[str]:
        """Return which one number, replaced by one of the student's, makes a line with numbers right."""
        given = {
            f"{float(one):g}" for number in self.numbers.values() for one in np.ravel(np.asarray(number, float))
        }
        found = set()
        for literal in {one for one in tree.walk(node) if isinstance(one, Number)}:
            for text in given:
                if text == literal.text or text.startswith("-"):
                    continue
                changed = _replaced(node, literal, Number(text))
                if self._agrees(points, value, changed, allowed):
                    found.add(f"{text} is meant, not {literal.text}.")
        return found

    def _agrees(self, points: Points, value: Array, node: Node, allowed: Array | float = 0.0) -> bool:
        """Return whether a change explains the line; never once too much was tried on this derivation."""
        if self.evaluated > MOST_EVALUATED:
            return False
        before = points.evaluated
        try:
            return same(value, points.value(node), allowed)
        except MeaningError:
            return False
        finally:
            self.evaluated += points.evaluated - before


def _replaced(node: Node, old: Node, new: Node) -> Node:
    return tree.rebuild(node, lambda one: new if one == old else None)


def _value(points: Points, node: Node) -> Array | None:
    """Return the value of a formula at these points, or None if it has none."""
    try:
        return points.value(node)
    except MeaningError:
        return None


def _length(node: Node) -> int:
    """Return how many symbols a formula names, counted one by one."""
    return sum(isinstance(one, Name | Entry) for one in tree.walk(node))


def _leaves(node: Node) -> set[Node]:
    """Return the symbols and derivatives of a formula; what is inside of a derivative is not looked at."""
    found: set[Node] = set(atoms(node))
    rest = tree.rebuild(node, lambda one: Number("0") if one in found else None)
    return found | {one for one in tree.walk(rest) if isinstance(one, Name | Entry)}


def _repeated(value: Array, count: int) -> Array:
    """Return a value that is the same at all points, at this many of them.

    Raises:
        MeaningError: if it is not the same at all points, as where one of its symbols has no number.
    """
    if not np.allclose(value, value[:1], equal_nan=True):
        raise MeaningError("a number for each symbol was expected")
    return np.broadcast_to(value[:1], (count, *value.shape[1:]))
