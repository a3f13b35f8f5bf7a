"""Numbers put in: what a line with some of the student's numbers in it would have to be."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, islice, product
from typing import NamedTuple

import numpy as np

from course.derivation.canonical import atoms
from course.derivation.claims import Claims, agree
from course.derivation.meaning import Array, MeaningError, Points, same
from course.derivation.prepared import Prepared
from course.derivation.reading import tree
from course.derivation.reading.tree import Compare, Derivative, Entry, Name, Negative, Node, Number

MOST_FORMS = 24  # true formulas to which a line with numbers is held
MOST_LITERALS = 8  # numbers of a line that may stand for something else
MOST_PARTS = 300  # parts of these formulas that a number may be the value of
MOST_NAMES = 6  # of these for one number
MOST_TRIED = 200  # choices of them
MOST_FACTORS = 6  # of a product whose factors are taken together
_COARSE = 0.25  # a rounded number may change a line by at most this share of its value

Conditions = tuple[Compare, ...]


class Numeric(NamedTuple):
    """What a line with numbers has to be.

    Attributes:
        points: where.
        value: what it has to be there.
        allowed: how far it may be off, because of numbers that were rounded.
        cut: for each such number one half a unit further from zero, amid what it may have been cut from.
    """

    points: Points
    value: Array
    allowed: Array
    cut: Mapping[Node, Node]

    def agrees(self, node: Node, keep: bool = True) -> bool:
        """Return whether the line is that, with its numbers rounded or cut, as 0.424 for 0.42478."""
        if same(self.value, self.points.value(node, keep), self.allowed):
            return True
        if not np.any(self.allowed):
            return False
        return same(self.value, self.points.value(tree.rebuild(node, self.cut.get), keep=False), self.allowed)


class _Link(NamedTuple):
    """A formula that is said to be equal to another, and where it is looked at."""

    target: Node
    before: Node | None  # the line before
    node: Node
    free: Points  # at which the line before is taken
    case: Conditions  # that hold there


@dataclass
class NumbersPutIn:
    """The numbers of a student, put into formulas under what the student has claimed.

    Attributes:
        marker: what is prepared of the exercise.
        numbers: the student's, of the symbols that no step computes.
        claims: the student's.
        spent: nodes that were evaluated for lines with numbers, as a bound on what a sheet may take.
    """

    marker: Prepared
    numbers: Mapping[str, object]
    claims: Claims

    def __post_init__(self) -> None:
        self._points: dict[tuple, Points] = {}
        self.spent = 0

    @cached_property
    def patterned(self) -> Points | None:
        """Points in the cases of the student's numbers, such as a ReLU that is on; None without numbers."""
        if not {one.name for one in self.marker.graph.free} & set(self.numbers):
            return None
        return self.marker.patterned(self.points(frozenset(), {}))

    def points(self, kept: frozenset[str], claims: dict[Node, Node], case: Conditions = ()) -> Points:
        """Return points at the student's numbers, but for the symbols that are kept free."""
        kept = kept & (set(self.marker.graph.steps) | set(self.numbers))
        key = (kept, case, *claims.items())
        if key not in self._points:
            graph = self.marker.graph_without(kept & set(self.marker.graph.steps))
            steps = {
                one.name: claimed
                for one, claimed in claims.items()
                if isinstance(one, Name) and one.name in graph.steps
            }
            graph = graph.changed(steps) if steps else graph
            numbers = {name: one for name, one in self.numbers.items() if name not in kept}
            self._points[key] = Points(graph, seed=self.marker.seed, numbers=numbers, claims=claims, where=case)
        return self._points[key]

    def ways(
        self,
        target: Node,
        before: Node | None,
        node: Node,
        free: Points | None = None,
        case: Conditions = (),
    ) -> Iterator[Numeric]:
        """Yield what the line would have to be with numbers put in, at which points, and how exactly.

        Args:
            target: what it is claimed to be equal to.
            before: the line before.
            node: the line.
            free: points at which the line before is taken, if not at all.
            case: conditions that hold at these points.
        """
        if not self.numbers or not any(isinstance(one, Number) for one in tree.walk(node)):
            return
        link = _Link(target, before, node, free or self.marker.truth, case)
        claims = self.claims.beside(target)
        ways = [(self._with_vanished, claims), (self._with_vanished_symbols, claims)]
        ways += [(self._with_all_numbers, claims), (self._with_all_given, claims)]
        on_line_before = [make for make, _ in ways[:2]]
        if claims:  # a line back at the truth
            ways += [(self._with_all_numbers, {}), (self._with_all_given, {})]
        for make, under in ways:
            try:
                made = make(link, under)
                if made is not None:
                    # only on the line before are its rounded numbers taken as they stand
                    cut = dict(self._rounded(before if make in on_line_before else None, node))
                    self._spend(node, len(cut) + 2)
                    yield Numeric(*made, _rounding(made[0], node, cut), cut)
            except (MeaningError, ValueError):
                continue

    def _with_vanished(self, link: _Link, claims: dict[Node, Node]) -> tuple[Points, Array] | None:
        """Return the line before with numbers for what has vanished from it."""
        if link.before is None:
            return None
        numbers = self.points(frozenset(), claims, link.case)
        return self._with_given(link.before, leaves(link.before) - leaves(link.node), numbers, link.free)

    def _with_vanished_symbols(self, link: _Link, claims: dict[Node, Node]) -> tuple[Points, Array] | None:
        """Return the line before with numbers for the symbols that have vanished; derivatives are carried out.

        In `δ · ∂a/∂w = -64 · x` the first factor has its number and the second its formula.
        """
        if link.before is None:
            return None
        gone = leaves(link.before) - leaves(link.node)
        symbols: set[Node] = {one for one in gone if not isinstance(one, Derivative)}
        if not symbols or symbols == gone:
            return None
        return self._with_given(link.before, symbols, self.points(frozenset(), claims, link.case), link.free)

    def _with_given(self, before: Node, gone: set[Node], numbers: Points, free: Points) -> tuple[Points, Array]:
        """Return points where some symbols and derivatives of a line have their numbers, and its value there."""
        given = {one: _repeated(numbers.value(one), free.count) for one in gone}
        points = Points(self.marker.graph, seed=self.marker.seed, values=free.values, given=given)
        return points, points.value(before)

    def _with_all_numbers(self, link: _Link, claims: dict[Node, Node]) -> tuple[Points, Array] | None:
        """Return what is claimed to be equal with numbers for all that the line does not name."""
        kept = frozenset(tree.names_in(link.node))
        points = self.points(kept, claims, link.case)
        value = points.value(link.target)
        # where steps are left free the graph is cut, and derivatives through them are zero for no good reason
        return None if kept & set(self.marker.graph.steps) and not np.any(value) else (points, value)

    def _with_all_given(self, link: _Link, claims: dict[Node, Node]) -> tuple[Points, Array] | None:
        """Return what is claimed to be equal with the given numbers that the line does not name; steps follow."""
        names = tree.names_in(link.node)
        if not names & set(self.marker.graph.steps):
            return None  # as with all numbers
        points = self.points(frozenset(names & set(self.numbers)), claims, link.case)
        value = points.value(link.target)
        return (points, value) if np.any(value) else None  # zeros say nothing of how they came about

    def agrees_with_forms(self, target: Node, before: Node | None, node: Node) -> bool:
        """Return whether a line is right with some numbers put in, where what they stand for is named elsewhere.

        In `∂J/∂w = 64 · x` the number is the value of δ, which depends on x; in `w - 0.01 · 128` that of a
        derivative by w. So the line is held to a true formula of the same, the line before or the author's: either
        what has vanished from it has its numbers, or each number of the line is replaced by a part of it that has
        this value, and the line has to be true of all numbers then.
        """
        if not self.numbers or not any(isinstance(one, Number) for one in tree.walk(node)):
            return False
        whole = [] if isinstance(target, Name | Derivative) else [target]
        references = [*([before] if before is not None else []), *whole, *self.marker.true_forms(target)]
        return any(
            self._agrees_under(claims, target, references, node)
            for claims in ([self.claims.beside(target), {}] if self.claims.beside(target) else [{}])
        )

    def _agrees_under(self, claims: dict[Node, Node], target: Node, references: list[Node], node: Node) -> bool:
        try:
            numbers = self.points(frozenset(), claims)
            value = numbers.value(target)
            cut = dict(self._rounded(None, node))
            self._spend(node, len(cut) + 2)
            allowed = _rounding(numbers, node, cut)
            if not Numeric(numbers, value, allowed, cut).agrees(node):
                return False  # nor is it right at the student's numbers
        except ValueError:
            return False
        # Any product with a 0 is zero at the numbers: what the 0 stands for has to be found then.
        for one in references[:MOST_FORMS] if np.any(value) else []:
            try:
                gone = leaves(one) - leaves(node)
                self._spend(node, len(cut) + 4)
                points, value = self._with_given(one, gone, numbers, self.marker.truth)
                if np.any(value) and Numeric(points, value, _rounding(points, node, cut), cut).agrees(node):
                    return True
            except ValueError:
                continue
        settings = [*self.claims.under(self.marker.truth, target)] if claims else [self.marker.truth]
        if self.patterned is not None:
            settings += [*self.claims.under(self.patterned, target)] if claims else [self.patterned]
        return any(
            agree(points, target, named)
            for named in self._with_names(references, node, numbers)
            for points in settings
        )

    def _with_names(self, references: list[Node], node: Node, numbers: Points) -> Iterator[Node]:
        """Yield the line with parts of true formulas in place of the numbers that are their values."""
        literals = list(dict.fromkeys(one for one in tree.walk(node) if isinstance(one, Number)))
        if len(literals) > MOST_LITERALS:
            return
        names: dict[Node, Array] = {}
        for one in (part for whole in references[:MOST_FORMS] for part in _scalar_parts(whole)):
            if len(names) < MOST_PARTS and one not in names:
                with suppress(ValueError):
                    value = numbers.value(one, keep=False)
                    if value.ndim == 1 and np.all(np.isfinite(value)):
                        names[one] = value
        choices = [[literal, *self._named_by(literal, names)][:MOST_NAMES] for literal in literals]
        for chosen in islice(product(*choices), MOST_TRIED):
            replacing: dict[Node, Node] = dict(zip(literals, chosen, strict=True))
            self._spend(node, 2)
            if list(replacing.values()) != literals:
                yield tree.rebuild(node, lambda one, some=replacing: some.get(one))  # type: ignore[arg-type]

    def _named_by(self, literal: Number, names: Mapping[Node, Array]) -> Iterator[Node]:
        number = float(literal.text)
        places = len(literal.text.partition(".")[2]) if "." in literal.text else None
        off = 1e-9 * max(1.0, abs(number)) if places is None else 1.0 * 10.0**-places
        for node, value in names.items():
            if np.all(np.abs(value - number) <= off):
                yield node
            elif np.all(np.abs(value + number) <= off):
                yield Negative(node)

    def _spend(self, node: Node, times: int) -> None:
        self.spent += times * sum(1 for _ in tree.walk(node))

    def _rounded(self, before: Node | None, node: Node) -> list[tuple[Node, Node]]:
        """Return the numbers of a line that may have been rounded, each with one half a unit further from zero."""
        literals = {one for one in tree.walk(node) if isinstance(one, Number) and "." in one.text}
        if not literals:
            return []
        known = {one for one in tree.walk(before) if isinstance(one, Number)} if before is not None else set()
        # a minus stands before a literal, and is no part of it
        exact = {abs(float(one)) for given in self.numbers.values() for one in np.ravel(np.asarray(given, float))}
        return [
            (one, Number(repr(float(one.text) + 0.5 * 10.0 ** -len(one.text.partition(".")[2]))))
            for one in literals
            if one not in known and float(one.text) not in exact
        ]

    def true_at(self, target: Node, node: Node) -> bool:
        """Return whether a line with numbers is true at the student's, whatever was claimed before."""
        if self.patterned is not None and agree(self.patterned, target, node):
            return True
        return self._true_with_rest_free(target, node) or self._agrees_under(
            {}, target, self.marker.true_forms(target), node
        )

    def _true_with_rest_free(self, target: Node, node: Node) -> bool:
        try:
            points = self.points(frozenset(tree.names_in(node)), {})
            cut = dict(self._rounded(None, node))
            value = points.value(target)
            if tree.names_in(node) & set(self.marker.graph.steps) and not np.any(value):
                return False  # the graph is cut at these steps
            return Numeric(points, value, _rounding(points, node, cut), cut).agrees(node)
        except ValueError:
            return False


def _scalar_parts(node: Node) -> Iterator[Node]:
    """Yield the parts of a formula that may be a number, several factors of a product together too."""
    for one in tree.walk(node):
        if isinstance(one, tree.Product) and not one.elementwise and len(one.factors) <= MOST_FACTORS:
            for count in range(2, len(one.factors)):
                yield from (tree.Product(some) for some in combinations(one.factors, count))
        if not isinstance(one, Number | Compare | tree.Case):
            yield one


def _rounding(points: Points, node: Node, cut: Mapping[Node, Node]) -> Array:
    """Return how far the line may be off because of numbers that were rounded when they were written."""
    value = points.value(node)
    total = np.zeros_like(value)
    for literal, moved in cut.items():
        total += np.abs(points.value(replaced(node, literal, moved)) - value)
    return np.where(total <= _COARSE * np.abs(value), total, 0.0)


def replaced(node: Node, old: Node, new: Node) -> Node:
    """Return the formula with one node in place of another, wherever it stands."""
    return tree.rebuild(node, lambda one: new if one == old else None)


def leaves(node: Node) -> set[Node]:
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
