"""The verdicts on the lines of one derivation, one after another, on what the student has claimed so far."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import NamedTuple

import numpy as np

from course.derivation import tree
from course.derivation.canonical import atoms, form, length
from course.derivation.edits import difference, edits
from course.derivation.lexer import Unread, words
from course.derivation.lines import CASE_WORDS, Line, Statement
from course.derivation.marks import CREDIT, WORSE, LineMark, State, WayMark
from course.derivation.meaning import Array, BeyondError, MeaningError, Points, same
from course.derivation.prepared import Elsewhere, Form, Prepared
from course.derivation.reader import finished
from course.derivation.symbols import Index, Symbol
from course.derivation.tree import Compare, Derivative, Entry, Matrix, Name, Negative, Node, Number, TreeError
from course.derivation.typeset import latex

MOST_EVALUATED = 500_000  # nodes in looking for what explains wrong lines, of one derivation
MOST_OF_A_LINE = 40_000  # the same, of one wrong line
MOST_CASES = 12  # that lines of one derivation are about
MOST_EXPLANATIONS = 20_000  # that a marker remembers from one derivation to the next
_COARSE = 0.25  # a rounded number may change a line by at most this share of its value


Conditions = tuple[Compare, ...]


class _Numeric(NamedTuple):
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
class _Judgement:
    state: State
    remark: str = ""
    points: float = 0.0
    uses: tuple[str, ...] = ()
    instead: Node | None = None
    ways: tuple[int, ...] = ()  # that it has met


class _Cased(NamedTuple):
    """A formula that something was said to be equal to in one case, what was meant, and the share it is worth."""

    target: Node
    node: Node
    meant: Node
    share: float


@dataclass
class Judge:
    """Judges one line after another and keeps what the student has claimed.

    Attributes:
        marker: what is prepared of the exercise.
        numbers: the student's, of the symbols that no step computes.
    """

    marker: Prepared
    numbers: Mapping[str, object]
    claims: dict[Node, Node] = field(default_factory=dict)
    own: dict[str, Node] = field(default_factory=dict)
    last: dict[Node, Node] = field(default_factory=dict)
    undefined: set[str] = field(default_factory=set)  # own names whose definition was too large
    seen: dict[tuple[Node, Node], list[Node]] = field(default_factory=dict)
    targets: list[Node | None] = field(default_factory=list)  # what the statements of the last line were about
    used: set[str] = field(default_factory=set)  # the words of the assumptions that lines have needed
    evaluated: int = 0  # nodes so far in looking for what explains wrong lines

    def __post_init__(self) -> None:
        self.symbols, self.graph, self.seed = self.marker.symbols, self.marker.graph, self.marker.seed
        self.truth = self.marker.truth
        self.target: Node | None = self.marker.goal
        self.shares: list[float | None] = [None] * len(self.marker.ways)
        self.met: list[tuple[int, bool] | None] = [None] * len(self.shares)  # by which line, whether it is true
        self._main: Node | None = None  # of what the last line was about, what a line goes on with
        self.number = -1  # of the line
        self.said: frozenset[str] = frozenset()  # the words of the line
        self._told: frozenset[str] = frozenset()  # assumptions that lines have said
        self._carried: frozenset[str] = frozenset()  # of these, after a wrong line, all
        self._claimed_points: dict[tuple, list[Points]] = {}
        self._number_points: dict[tuple, Points] = {}
        self.notes: dict[int, str] = {}  # why a waypoint has not earned all
        self._simpler: dict[int, tuple[int, Node]] = {}  # waypoints, with the line that may be their simplest form
        self._parts: set[Node] = set()  # what true claims were about
        self._charged: set[str] = set()  # sentences of slips that have been paid for
        self._attempted: set[int] = set()  # waypoints that a wrong line stands in the place of
        self._stray: dict[Node, int] = {}  # by what they are about, explained lines that belong to no waypoint
        # false claims that no waypoint has paid for, and the share that is left
        self._owed: dict[Node, float] = {}
        self._allowed = 0  # nodes that may still be evaluated for this line
        self._case: Conditions = ()  # in which the statement is judged
        self._last_case: Conditions = ()  # that there was
        self._header = False  # whether a line of its own has named the case
        self._cased: dict[Conditions, list[_Cased]] = {}

    @cached_property
    def patterned(self) -> Points | None:
        """Points in the cases of the student's numbers, such as a ReLU that is on; None without numbers."""
        if not {one.name for one in self.graph.free} & set(self.numbers):
            return None
        return self.marker.patterned(self._at_numbers(frozenset(), {}))

    # -- a line ------------------------------------------------------------------------------------------------

    def line(self, line: Line) -> LineMark:
        """Return the mark of the next line."""
        self.number += 1
        if line.problem is not None:
            nearest = f" The nearest symbol is {line.problem.nearest}." if line.problem.nearest else ""
            said = f"At character {line.problem.position + 1}: {line.problem.expected}.{nearest}"
            return LineMark(line.text, "unreadable", 0.0, said, line)
        if not line.statements:
            return LineMark(line.text, "defines", 0.0, "Only words: they are kept, and not judged.", line)
        self.said = frozenset(word for one in line.words for word in words(one))
        cased = any(one.case or one.otherwise or one.kind in ("case", "condition") for one in line.statements)
        self._unread_case = bool(self.said & CASE_WORDS) and not cased
        self._allowed = min(MOST_OF_A_LINE, MOST_EVALUATED - self.evaluated)
        try:
            found = self._statements(line.statements)
        except (TreeError, Unread) as error:
            return LineMark(line.text, "unreadable", 0.0, str(error), line)
        worst = max(found, key=lambda one: WORSE.index(one.state))
        self._told |= {one.words for one in self.marker.assumptions if self.said & set(one.said)}
        # a line back at the truth needs what the lines before have said already
        self._carried = self._told if worst.state in ("wrong", "edit", "slip") else frozenset()
        uses = tuple(dict.fromkeys(used for one in found for used in one.uses))
        points = sum(one.points for one in found)
        return LineMark(line.text, worst.state, points, worst.remark, line, uses, worst.instead)

    def ways(self) -> tuple[WayMark, ...]:
        """Return what became of each waypoint."""
        return tuple(
            WayMark(share or 0.0, *(met or (None, False)), self.notes.get(at, ""))
            for at, (share, met) in enumerate(zip(self.shares, self.met, strict=True))
        )

    def _statements(self, statements: tuple[Statement, ...]) -> list[_Judgement]:
        found: list[_Judgement] = []
        paired = all(one.kind == "continuation" for one in statements) and len(statements) == len(self.targets)
        targets: list[Node | None] = []
        if not paired and statements[0].kind == "continuation" and len(self.targets) > 1:
            self.target = self._goes_on_with(statements[0])
        for at, statement in enumerate(statements):
            if paired:  # "= 1, = 2" after "a = x, b = y", as lines over an index are
                self.target = self.targets[at]
            found += self._statement(statement)
            targets.append(self.target)
        self.targets = targets
        first = statements[0]
        parts = set[Node]().union(*(_leaves(self._expanded(node)) for node in first.chain))
        # what stands behind is said beside, such as the value of a factor
        beside = (
            first.kind == "continuation" or self._is_goal(targets[0]) or any(one in parts for one in targets[1:])
        )
        self._main = targets[0 if beside else -1]
        if len({(one.case, one.otherwise) for one in statements}) > 1:
            self._case = ()  # what goes on behind several cases is about all of them
        return found

    def _is_goal(self, target: Node | None) -> bool:
        return None not in (target, self.marker.goal) and form(target) == form(self.marker.goal)  # type: ignore

    def _goes_on_with(self, statement: Statement) -> Node | None:
        """Return which of what the line before was about a line goes on with, as after `= 2a   with a = 3 > 0`.

        Where the line follows from none of them it is what the line before had gone on with, or said last.
        """
        node = self._expanded(statement.chain[0])
        for target in dict.fromkeys([self._main, *self.targets]):
            if target is not None and not self._said_before(target, node):
                with suppress(MeaningError):
                    if self._followed(target, self.last.get(form(target)), node) is not None:
                        return target
        return self._main

    def _statement(self, statement: Statement) -> list[_Judgement]:
        if statement.kind == "definition":
            self.undefined.add(statement.target.name)  # type: ignore[union-attr]
        chain = [self._expanded(node) for node in statement.chain]
        if statement.kind == "condition":
            return [self._condition(chain[0])]  # type: ignore[arg-type]
        if statement.kind == "case":
            self._case, self._header = tuple(chain), True  # type: ignore[assignment]
            return [_Judgement("defines", "A case: the lines behind it may be true in this case alone.")]
        self._enter_case(statement)
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
            target = self.marker.target(self._expanded(statement.target))  # type: ignore[arg-type]
            target = self._updated_value(target, chain)
        target = self._whole(target, chain)
        self.target = target
        if self._case:
            return self._chain_in_case(target, chain)
        return self._chain(target, self.last.get(form(target)), chain)

    def _updated_value(self, target: Node, chain: list[Node]) -> Node:
        """Return the formula of an update in place of what is updated, where `w = 2 - 0.05 · 144` has its value.

        As an equation it would say that the old value is the new one.
        """
        formula = self.marker.updated.get(target.name) if isinstance(target, Name) else None
        if formula is None or not chain or self._followed(target, None, chain[0]) is not None:
            return target
        misread = _is_bare(chain[0]) and self._followed(formula, None, chain[0]) is None  # a number copied wrongly
        return target if misread else formula

    def _whole(self, target: Node, chain: list[Node]) -> Node:
        """Return the vector in place of any entry of it, where all are written: `p_i = [1, 2, 3]`."""
        if not isinstance(target, Entry) or len(target.indices) != 1:
            return target
        letter = target.indices[0]
        index = self.symbols.get(letter.name) if isinstance(letter, Name) else None
        whole = isinstance(index, Index) and all(isinstance(one, Matrix) and len(one.rows) > 1 for one in chain)
        return Name(target.name) if whole else target

    def _expanded(self, node: Node) -> Node:
        """Return the formula with the student's own names replaced by what they mean."""
        if not (self.own or self.undefined):
            return node
        undefined = self.undefined & tree.names_in(node)
        if undefined:
            raise TreeError(f"a definition of {min(undefined)} that could be read was expected before")
        found = tree.rebuild(node, lambda one: self.own.get(one.name) if isinstance(one, Name) else None)
        return finished(found)

    def _chain(self, target: Node, before: Node | None, chain: list[Node]) -> list[_Judgement]:
        found = []
        for node in chain:
            judgement = self._link(target, before, node)
            if self._unread_case and judgement.state in ("wrong", "edit", "slip"):
                raise TreeError("The case was expected as a formula, such as `for j = t: …` or `if a > 0: …`.")
            booked = self._booked(judgement, target, before, node)
            if judgement.state in ("wrong", "edit", "slip") and not booked and not self._taken_back(found):
                # who claims another value of what the task gives works on another task
                other_task = judgement.state == "wrong" and isinstance(target, Name)
                self._owed[target] = 0.0 if other_task else CREDIT["edit"]
                if judgement.state != "wrong":
                    self._strayed(target)
            self._show_part(judgement, target, node)
            if not judgement.remark:
                judgement.remark = self.marker.beside.get(form(target), "")
            self.seen.setdefault((form(target), form(node)), []).append(node)
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
        else:
            self._owed.pop(target, None)

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

    # -- cases -------------------------------------------------------------------------------------------------

    def _enter_case(self, statement: Statement) -> None:
        """Take up the case that a statement is about; one that goes on in the next line stays in its case."""
        if statement.case:
            self._case, self._header = tuple(self._expanded(one) for one in statement.case), False  # type: ignore
        elif statement.otherwise:
            self._case = tuple(map(_turned, self._last_case)) if len(self._last_case) == 1 else ()
            self._header = False
            self._unread_case = not self._case
        elif statement.kind != "continuation" and not self._header:
            self._case = ()
        self._last_case = self._case or self._last_case

    def _chain_in_case(self, target: Node, chain: list[Node]) -> list[_Judgement]:
        """Judge what is said of one case; what is true in all of them is judged as on any other line.

        Raises:
            TreeError: for a case that cannot be tried.
        """
        named = self._depends_on(set().union(*map(tree.names_in, [target, *chain])))
        case = tuple(one for one in self._case if tree.names_in(one) & named)
        if case and case not in self._cased and len(self._cased) >= MOST_CASES:
            raise TreeError(f"At most {MOST_CASES} cases were expected.")
        try:
            self.marker.in_case(case)
        except MeaningError as error:
            raise TreeError(f"The case cannot be tried: {error}.") from None
        found = []
        for node in chain:
            here = self._cased.setdefault(case, []) if case else []
            mine = [one.node for one in here if form(one.target) == form(target)]
            before = self.last.get(form(target))
            at_numbers = bool(self.numbers) and all(
                self._holds(self._at_numbers(frozenset(), {}), one) for one in case
            )
            general = at_numbers and self._followed(target, before, node) is not None
            if general or not case or self._same(self.truth, target, node):
                judgement, *_ = self._chain(target, before, [node])
            else:
                references = [*mine[-1:], *([before] if before is not None and not mine else []), target]
                judgement = self._link_in_case(case, target, references, node)
            if case:
                share = CREDIT.get(judgement.state, float(judgement.state == "repeats"))
                here.append(_Cased(target, node, judgement.instead or node, share))
                self._book_cases(judgement)
            found.append(judgement)
        return found

    def _depends_on(self, names: set[str]) -> set[str]:
        """Return these names with all that the steps behind them name, letters that count too."""
        found, waiting = set(names), [*names]
        while waiting:
            formula = self.graph.steps.get(waiting.pop())
            more = tree.names_in(formula) - found if formula is not None else set()
            found |= more
            waiting += more
        return found

    def _link_in_case(self, case: Conditions, target: Node, references: list[Node], node: Node) -> _Judgement:
        points = self.marker.in_case(case)
        try:
            points.value(node)
        except BeyondError as error:
            raise TreeError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
        except MeaningError as error:
            return _Judgement("wrong", self._without_meaning(error))
        settings = list(self._under_claims(points, target))
        if any(self._same(some, one, node) for some in settings for one in references):
            return _Judgement("follows")
        for one in self._numeric(target, references[0], node, points, case):
            if one.agrees(node):
                return _Judgement("at-numbers")
        for sentence, claimed, wrong in self.marker.named:
            if form(claimed) == form(target) and self._same(points, wrong, node):
                return _Judgement("slip", sentence)
        for one in references:
            sentences = self._sentences(points, node, one, target)
            if len(sentences) == 1:
                (said, instead), *_ = sentences.items()
                return _Judgement("edit", said, instead=instead)
        return _Judgement("wrong", "This does not follow in this case.")

    def _book_cases(self, judgement: _Judgement) -> None:
        """Book the waypoints that all cases together meet, once no case is left."""
        try:
            masks = {case: self.truth.holding(case) for case in self._cased}
        except MeaningError:
            return
        if not np.all(np.any([*masks.values()], axis=0)):
            return
        for at, way in enumerate(self.marker.ways):
            if self.shares[at] is not None:
                continue
            for target, forms in way.forms.items():
                shares = [self._share_of_case(at, target, forms, *one) for one in masks.items()]
                left = [share for share in shares if share is not None]
                if len(left) == len(shares) and any(left):
                    self._earn(judgement, at, target, sum(left) / len(left))
                    break

    def _share_of_case(
        self, at: int, target: Node, forms: list[Form], case: Conditions, mask: Array
    ) -> float | None:
        """Return what the lines of a case are worth for a waypoint; None where they say nothing of it."""
        longest = min(length(tree.rebuild(one.formula, _without_indicator)) for one in forms)
        way, points = self.marker.ways[at], self.marker.in_case(case)
        some = [one for one in self._cased[case] if self._same(points, one.target, target)]
        shares = [0.0 for one in some if one.share < 1]
        for one in some:
            if way.longest is not None and length(one.node) > longest:
                continue
            try:
                value = way.opaque.value(one.meant)
            except MeaningError:
                continue
            if any(value.shape == each.value.shape and same(value[mask], each.value[mask]) for each in forms):
                shares.append(one.share)
        return max(shares, default=None)

    # -- a link: one formula said to be equal to another -------------------------------------------------------

    def _followed(self, target: Node, before: Node | None, node: Node) -> _Judgement | None:
        """Return the judgement on a link that follows, everywhere or at the student's numbers, else None."""
        references = [one for one in (before, target) if one is not None]
        if any(
            self._same(points, one, node)
            for points in self._under_claims(self.truth, target)
            for one in references
        ):
            return _Judgement("follows")
        near = self._under_claims(self.patterned, target) if self.patterned is not None else ()
        if any(
            self._same(points, one, node) and np.any(points.value(node)) for points in near for one in references
        ):
            return _Judgement("at-numbers")  # but for zeros, which say nothing of how they came about
        if any(one.agrees(node) for one in self._numeric(target, before, node)):
            return _Judgement("at-numbers")
        return None

    def _link(self, target: Node, before: Node | None, node: Node) -> _Judgement:
        if self._said_before(target, node):
            return _Judgement("repeats", "This says again what was said before.")
        references = [one for one in (before, target) if one is not None]
        try:
            self.truth.value(node)
        except BeyondError as error:
            raise TreeError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
        except MeaningError as error:
            sentence, instead = self._explained(references, node, target, [])
            if not sentence:
                return _Judgement("wrong", self._without_meaning(error))
            return _Judgement("edit", sentence, instead=instead)
        followed = self._followed(target, before, node)
        if followed is not None:
            return self._or_jump(target, node) if followed.state == "follows" else followed
        if self._has_other_sign(target, node):
            said = "has the other sign here than in the task, and keeps it."
            return _Judgement("follows", f"${latex(target, self.symbols)}$ {said}")
        for place in self.marker.elsewhere:
            if any(self._same(place.points, one, node) for one in references):
                uses = tuple(one.words for one in place.assumptions)
                self.used.update(uses)
                if uses and all(
                    self.said & set(one.said) or one.words in self._carried for one in place.assumptions
                ):
                    return _Judgement("follows", uses=uses)
                said = self._where(references, node) if place.state == "where" else _under(place)
                return _Judgement(place.state, said, uses=uses)
        for sentence, claimed, wrong in self.marker.named:
            if form(claimed) == form(target) and any(
                self._same(points, wrong, node) for points in (self.truth, self.patterned) if points is not None
            ):
                return _Judgement("slip", sentence)
        sentence, instead = self._explained(references, node, target, [*self._numeric(target, before, node)])
        if not sentence:
            return _Judgement("wrong", "This does not follow.")
        return _Judgement("edit", sentence, instead=instead)

    def _without_meaning(self, error: MeaningError) -> str:
        if not error.factors:
            return f"It has no meaning: {error}."
        left, right = (latex(one, self.symbols) for one in error.factors)
        return (
            f"It has no meaning: the sizes of ${left}$ and ${right}$ do not fit, "
            "the first has not as many columns as the second has rows."
        )

    def _said_before(self, target: Node, node: Node) -> bool:
        """Return whether a line had this formula before; matrices in another order are another formula."""
        before = self.seen.get((form(target), form(node)), [])
        before = [target, *before] if form(node) == form(target) else before
        return any(one == node or self._same(self.truth, one, node) for one in before)

    def _where(self, references: list[Node], node: Node) -> str:
        """Return in which regions the line would follow."""
        regions = [
            one.words
            for one in self.marker.elsewhere
            if one.state == "where" and any(self._same(one.points, other, node) for other in references)
        ]
        return f"It would follow where {' or where '.join(regions)}."

    def _has_other_sign(self, target: Node, node: Node) -> bool:
        """Return whether a symbol that may be taken with either sign is claimed with the other one."""
        declared = self.symbols.get(target.name) if isinstance(target, Name) else None
        return (
            isinstance(declared, Symbol)
            and declared.either_sign
            and self._same(self.truth, target, Negative(node))
        )

    def _same(self, points: Points, left: Node, right: Node) -> bool:
        try:
            return same(points.value(left), points.value(right))
        except MeaningError:
            return False

    def _under_claims(self, points: Points, target: Node) -> Iterator[Points]:
        """Yield points, as they are and under the student's own claims."""
        yield points
        claims = {key: one for key, one in self.claims.items() if key != target and tree.names_in(one)}
        if claims:
            key = (id(points), *claims.items())
            if key not in self._claimed_points:
                self._claimed_points[key] = self._claimed(points, claims)
            yield from self._claimed_points[key]

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
        for way in self._ways_of(target, node):
            if self.shares[way] is None and self.marker.ways[way].has(target, node):
                before = self._before(way, target)
                if self._shown(before, target) < len(before) / 2:
                    self._pass(before)
                    self.shares[way], self.met[way] = 0.0, (self.number, True)
                    return _Judgement("jump", "Too big a step: what leads here has to be shown.")
                break
        return _Judgement("follows")

    # -- waypoints ---------------------------------------------------------------------------------------------

    def _ways_of(self, target: Node, node: Node) -> list[int]:
        """Return the places of the waypoints that a claim may meet.

        The simplest form means the same as what it was made from: it meets the waypoint that asks for it and none
        of those before, or the last line alone would show the whole working.
        """
        places = self._claimed_by(target)
        meant = [at for at in places if self.marker.ways[at].has(target, node)]
        if not meant:  # a wrong line stands for none that is more than twice as long
            forms = {at: self.marker.ways[at].forms[form(target)] for at in places}
            long = [at for at in places if 2 * length(node) >= min(length(one.formula) for one in forms[at])]
            return long or places
        simple = [at for at in meant if length(node) <= (self.marker.ways[at].longest or -1)]
        if isinstance(
            node, tree.Cases
        ):  # with the cases written out it is the step before, if nothing has shown it
            begun = [at for at in meant if at not in simple and self.shares[at] is None]
            return begun or simple or places
        return simple or places

    def _before(self, at: int, target: Node) -> list[int]:
        """Return the places of the waypoints before one that claims about the same may meet."""
        return [place for place in self._claimed_by(target) if place < at]

    def _shown(self, places: list[int], target: Node) -> int:
        """Return how many waypoints were met, or tried by a wrong line that names their derivatives.

        An explained line that belongs to no waypoint counts as one that was tried.
        """
        tried = {
            at
            for at in self._attempted
            if any(one.named for some in self.marker.ways[at].forms.values() for one in some)
        }
        return self._stray.get(form(target), 0) + sum(bool(self.shares[at]) or at in tried for at in places)

    def _strayed(self, target: Node) -> None:
        """Remember an explained line that belongs to no waypoint: it shows what leads on, though not rightly."""
        self._stray[form(target)] = self._stray.get(form(target), 0) + 1
        for at in [at for at in self._claimed_by(target) if self.shares[at] is None][:1]:
            self._note(at, f"Line {self.number + 1} stands in its place.")

    def _pass(self, places: list[int]) -> None:
        """Let waypoints that were passed over stay without points: what was jumped is not earned later."""
        for at in places:
            if self.shares[at] is None:
                self._note(at, f"No line shows it before line {self.number + 1}, which passes over it.")
            self.shares[at] = self.shares[at] or 0.0

    def _booked(self, judgement: _Judgement, target: Node, before: Node | None, node: Node) -> bool:
        """Book a line on the waypoints that it meets or stands in the place of; return whether there are any."""
        if judgement.state == "wrong":
            places = self._in_place_of(judgement, target, node)
            left = [at for at in self._claimed_by(target) if self.shares[at] is None and at not in self._attempted]
            for at in places or left[:1]:
                self._attempted.add(at)
                self._note(at, f"Line {self.number + 1} stands in its place.")
            return bool(places or left)
        if judgement.state not in CREDIT:
            return False
        true = judgement.state == "follows" and any(self._same(points, target, node) for points in self._granted())
        sure = true or self._true_at_numbers(judgement, target, node)
        if not sure and self._says_nothing(target, node) and not self._has_zero_for_one(target, node):
            return False
        if judgement.state == "at-numbers" and _is_bare(node):
            for at in self._claimed_by(target)[:1]:  # the result alone, without what it was worked out from
                self._note(at, f"Line {self.number + 1} has only the number, and not what it was worked out from.")
            return False
        if true:
            places = [at for at in self._ways_of(target, node) if self.marker.ways[at].has(target, node)]
        else:
            places = self._in_place_of(judgement, target, node, again=sure)
        places = [at for at in places if self.shares[at] is None]
        if sure and self._attempted & set(places):
            places = places[-1:]  # what a wrong line stands in the place of is not earned by a result behind it
        share = CREDIT[judgement.state] if sure or not places else self._share(judgement, target, before, node)
        if judgement.remark in self._charged:
            share = 1.0  # the same error once more: it is paid for once
        elif judgement.state in ("slip", "edit") and places and judgement.instead is None:
            self._charged.add(judgement.remark)
        if not sure and not places and judgement.state in ("follows", "at-numbers") and before is not None:
            self._note_simpler(target, before, node)
        for at in places:
            self._earn(judgement, at, target, share, sure)
            if judgement.state in ("follows", "at-numbers") and share < 1:
                self.notes[at] = f"Line {self.number + 1} rests on a line before that is not true."
            share = share if judgement.state in ("where", "under") else 1.0  # an error is paid for once
        return bool(places)

    def _earn(self, judgement: _Judgement, at: int, target: Node, share: float, sure: bool = True) -> None:
        """Give the judgement a share of a waypoint; the last one pays only if half of those before were met."""
        before_it = self._before(at, target)
        shown = self._shown(before_it, target)
        self._pass(before_it)
        last = at == self._claimed_by(target)[-1]
        self.met[at] = (self.number, sure)
        self.notes.pop(at, None)
        earned = self.shares[at] = 0.0 if last and shown < len(before_it) / 2 else share
        judgement.points += earned * self.marker.ways[at].points
        judgement.ways += (at,)

    def _note_simpler(self, target: Node, before: Node, node: Node) -> None:
        """Remember a line after an error that is simpler than the one before, though longer than what is asked."""
        for at in self._claimed_by(target):
            longest = self.marker.ways[at].longest
            if longest is not None and length(node) <= 2 * longest and _leaf_count(node) < _leaf_count(before):
                self._simpler[at] = (self.number, target)

    def settled(self) -> dict[int, float]:
        """Return the points of lines which only now, with no simpler one behind them, are the simplest form."""
        found: dict[int, float] = {}
        for at, (number, target) in self._simpler.items():
            if self.shares[at] is None and at not in self._attempted:
                judgement, self.number = _Judgement("follows"), number
                self._earn(judgement, at, target, 1.0, sure=False)
                found[number] = found.get(number, 0.0) + judgement.points
        return found

    def _show_part(self, judgement: _Judgement, target: Node, node: Node) -> None:
        """Book the waypoints that claims about their parts meet together, each with a formula of its own."""
        if not self.marker.in_parts:
            return
        bare = isinstance(node, Number) and node != Number("1")
        if judgement.state not in ("follows", "at-numbers") or bare or atoms(node) & {target}:
            return
        self._parts.add(form(target))
        for at, way in enumerate(self.marker.ways):
            if form(target) in way.together and self.shares[at] is None and way.together <= self._parts:
                self._earn(judgement, at, next(iter(way.forms)), 1.0)

    def _taken_back(self, links: list[_Judgement]) -> bool:
        """Take back half of what the line has earned so far, for an error behind it; return whether it was any."""
        earned = [one for one in links if one.points]
        for one in earned:
            one.points *= CREDIT["edit"]
            for at in one.ways:
                self.shares[at] = (self.shares[at] or 0.0) * CREDIT["edit"]
                self.notes[at] = f"Line {self.number + 1} has it, and goes on with something that is not true."
        return bool(earned)

    def _note(self, at: int, said: str) -> None:
        if self.met[at] is None:
            self.notes.setdefault(at, said)

    def _says_nothing(self, target: Node, node: Node) -> bool:
        """Return whether a formula is zero, or only by a false claim, as everything is after h = y or w = 0."""
        try:
            if not np.any(self.truth.value(node)):
                return True
            claimed = [points.value(node) for points in [*self._under_claims(self.truth, target)][1:]]
            if self.claims and self.numbers:
                claims = {key: one for key, one in self.claims.items() if key != target}
                claimed.append(self._at_numbers(frozenset(), claims).value(node))
                if not np.any(self._at_numbers(frozenset(), {}).value(node)):
                    return False  # zero at these numbers, as where a unit is off
        except ValueError:
            return False
        return any(not np.any(value) for value in claimed)

    def _has_zero_for_one(self, target: Node, node: Node) -> bool:
        """Return whether a formula is zero by one factor alone, as where a unit that is on was taken to be off."""
        meant = _replaced(node, Number("0"), Number("1"))
        settings = [self.truth] if self.patterned is None else [self.truth, self.patterned]
        return meant != node and any(self._same(points, target, meant) for points in settings)

    def _claimed_by(self, target: Node) -> list[int]:
        """Return the places of the waypoints that are claims about this."""
        return [at for at, way in enumerate(self.marker.ways) if form(target) in way.forms]

    def _in_place_of(self, judgement: _Judgement, target: Node, node: Node, again: bool = False) -> list[int]:
        """Return the waypoints that a line which is not true stands for.

        If one change makes it true, those that it meets with the change; else the next one that nothing was said
        for and that names the same, with those that the same formula would meet. With `again` it may be one that a
        wrong line stands for.
        """
        meant = judgement.instead
        if meant is not None and self._same(self.truth, target, meant):
            found = [at for at in self._ways_of(target, meant) if self.marker.ways[at].has(target, meant)]
            if found:
                return found
        explained = judgement.state in ("slip", "edit", "where", "under")
        places = self._ways_of(target, node) if explained else self._claimed_by(target)
        put_in = judgement.state == "at-numbers" and len(places) == 1
        left = [
            at
            for at in places
            if self.shares[at] is None
            and (again or at not in self._attempted)
            and (self._alike(at, target, node) or (put_in and self._in_numbers(at, target, node)))
        ]
        forms = [self._forms_alike(at, target, node) for at in left]
        return [
            at
            for at, some in zip(left, forms, strict=True)
            if at == left[0]
            or (self.marker.ways[at].longest is None and any(same(*pair) for pair in product(some, forms[0])))
        ]

    def _forms_alike(self, at: int, target: Node, node: Node) -> list[Array]:
        """Return the values of the waypoint's forms that name what a line names."""
        way = self.marker.ways[at]
        return [one.value for one in way.forms[form(target)] if one.named == way.named(node)]

    def _share(self, judgement: _Judgement, target: Node, before: Node | None, node: Node) -> float:
        """Return the share that a line which is not true earns; what false claims still owe is taken from it."""
        share = CREDIT[judgement.state]
        if judgement.state not in ("follows", "at-numbers"):
            return share
        if before is not None and self._same(self.truth, before, node):
            return min(share, self._owed.pop(target, share))
        for claim in [one for one in self._owed if one != target and one in self.claims]:
            left = {key: one for key, one in self.claims.items() if key not in (claim, target)}
            others = self._claimed(self.truth, left) if left else [self.truth]
            if not any(self._same(points, target, node) for points in others):
                share = min(share, self._owed.pop(claim))
        return share

    def _granted(self) -> Iterator[Points]:
        """Yield the points at which a line is true: all, and those on which the assumptions used so far hold."""
        yield self.truth
        for place in self.marker.elsewhere:
            if self.used and {one.words for one in place.assumptions} == self.used:
                yield place.points

    def _alike(self, at: int, target: Node, node: Node) -> bool:
        """Return whether a line after an error names the waypoint's derivatives and symbols."""
        way = self.marker.ways[at]
        if way.longest is not None and length(node) > way.longest:
            return False
        return way.named(node) in [one.named for one in way.forms[form(target)]]

    def _in_numbers(self, at: int, target: Node, node: Node) -> bool:
        """Return whether the line is the waypoint with numbers in place of what it names, as `-8 · 18`."""
        way = self.marker.ways[at]
        return any(way.named(node) <= one.named for one in way.forms[form(target)])

    def _true_at_numbers(self, judgement: _Judgement, target: Node, node: Node) -> bool:
        """Return whether a line with numbers is true at the student's, whatever was claimed before."""
        if judgement.state != "at-numbers":
            return False
        if self.patterned is not None and self._same(self.patterned, target, node):
            return True
        try:
            points = self._at_numbers(frozenset(tree.names_in(node)), {})
            cut = dict(self._rounded(None, node))
            value = points.value(target)
            if tree.names_in(node) & set(self.graph.steps) and not np.any(value):
                return False  # the graph is cut at these steps
            return _Numeric(points, value, _rounding(points, node, cut), cut).agrees(node)
        except ValueError:
            return False

    # -- numbers put in ----------------------------------------------------------------------------------------

    def _at_numbers(self, kept: frozenset[str], claims: dict[Node, Node], case: Conditions = ()) -> Points:
        """Return points at the student's numbers, but for the symbols that are kept free."""
        kept = kept & (set(self.graph.steps) | set(self.numbers))
        key = (kept, case, *claims.items())
        if key not in self._number_points:
            graph = self.marker.graph_without(kept & set(self.graph.steps))
            steps = {
                one.name: claimed
                for one, claimed in claims.items()
                if isinstance(one, Name) and one.name in graph.steps
            }
            graph = graph.changed(steps) if steps else graph
            numbers = {name: one for name, one in self.numbers.items() if name not in kept}
            self._number_points[key] = Points(graph, seed=self.seed, numbers=numbers, claims=claims, where=case)
        return self._number_points[key]

    def _numeric(
        self,
        target: Node,
        before: Node | None,
        node: Node,
        free: Points | None = None,
        case: Conditions = (),
    ) -> Iterator[_Numeric]:
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
        link = _Link(target, before, node, free or self.truth, case)
        claims = {key: one for key, one in self.claims.items() if key != target}
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
                    yield _Numeric(*made, _rounding(made[0], node, cut), cut)
            except (MeaningError, ValueError):
                continue

    def _with_vanished(self, link: _Link, claims: dict[Node, Node]) -> tuple[Points, Array] | None:
        """Return the line before with numbers for what has vanished from it."""
        if link.before is None:
            return None
        numbers = self._at_numbers(frozenset(), claims, link.case)
        return self._with_given(link.before, _leaves(link.before) - _leaves(link.node), numbers, link.free)

    def _with_vanished_symbols(self, link: _Link, claims: dict[Node, Node]) -> tuple[Points, Array] | None:
        """Return the line before with numbers for the symbols that have vanished; derivatives are carried out.

        In `δ · ∂a/∂w = -64 · x` the first factor has its number and the second its formula.
        """
        if link.before is None:
            return None
        gone = _leaves(link.before) - _leaves(link.node)
        symbols: set[Node] = {one for one in gone if not isinstance(one, Derivative)}
        if not symbols or symbols == gone:
            return None
        return self._with_given(link.before, symbols, self._at_numbers(frozenset(), claims, link.case), link.free)

    def _with_given(self, before: Node, gone: set[Node], numbers: Points, free: Points) -> tuple[Points, Array]:
        """Return points where some symbols and derivatives of a line have their numbers, and its value there."""
        given = {one: _repeated(numbers.value(one), free.count) for one in gone}
        points = Points(self.graph, seed=self.seed, values=free.values, given=given)
        return points, points.value(before)

    def _with_all_numbers(self, link: _Link, claims: dict[Node, Node]) -> tuple[Points, Array] | None:
        """Return what is claimed to be equal with numbers for all that the line does not name."""
        kept = frozenset(tree.names_in(link.node))
        points = self._at_numbers(kept, claims, link.case)
        value = points.value(link.target)
        # where steps are left free the graph is cut, and derivatives through them are zero for no good reason
        return None if kept & set(self.graph.steps) and not np.any(value) else (points, value)

    def _with_all_given(self, link: _Link, claims: dict[Node, Node]) -> tuple[Points, Array] | None:
        """Return what is claimed to be equal with the given numbers that the line does not name; steps follow."""
        names = tree.names_in(link.node)
        if not names & set(self.graph.steps):
            return None  # as with all numbers
        points = self._at_numbers(frozenset(names & set(self.numbers)), claims, link.case)
        value = points.value(link.target)
        return (points, value) if np.any(value) else None  # zeros say nothing of how they came about

    def _rounded(self, before: Node | None, node: Node) -> list[tuple[Node, Node]]:
        """Return the numbers of a line that may have been rounded, each with one half a unit further from zero."""
        literals = {one for one in tree.walk(node) if isinstance(one, Number) and "." in one.text}
        if not literals:
            return []
        known = {one for one in tree.walk(before) if isinstance(one, Number)} if before is not None else set()
        exact = {float(one) for given in self.numbers.values() for one in np.ravel(np.asarray(given, float))}
        return [
            (one, Number(repr(float(one.text) + 0.5 * 10.0 ** -len(one.text.partition(".")[2]))))
            for one in literals
            if one not in known and float(one.text) not in exact
        ]

    # -- what explains a wrong line ----------------------------------------------------------------------------

    def _explained(
        self, references: list[Node], node: Node, target: Node, numeric: list[_Numeric]
    ) -> tuple[str, Node | None]:
        """Return the one sentence that describes every change which makes the line right, and such a formula."""
        other = self._in_other_order(node)
        turned = [self._in_other_order(one) for one in references]
        if [other, *turned] != [node, *references] and any(self._same(self.truth, one, other) for one in turned):
            said = "The indices are read in the other order here; yours is right when they are read that way."
            return said, other
        layout = self.marker.other_layout
        if layout is not None and any(self._same(layout, one, node) for one in references):
            kinds = ("row", "column") if self.graph.rows else ("column", "row")
            return "The derivative by a vector is a {} here; this is right where it is a {}.".format(*kinds), None
        settings = list(self._under_claims(self.truth, target))[::-1]
        if self.patterned is not None:
            settings += list(self._under_claims(self.patterned, target))[::-1]
        for points in settings:
            for reference in references:
                sentences = self._sentences(points, node, reference, target)
                if len(sentences) == 1:
                    return next(iter(sentences.items()))
                if sentences:
                    return self._nearest(references, node)
        meant = self._meant(target, node)
        for reference in meant:
            sentences = self._sentences(self.truth, node, reference, target)
            if len(sentences) == 1:
                return next(iter(sentences.items()))
        for one in numeric:
            if self._agrees_at(one, Negative(node)):
                return "The sign of the whole is turned.", Negative(node)
            sentences = self._other_numbers(one, node, target)
            if sentences:
                return sentences.popitem() if len(sentences) == 1 else ("", None)
        return self._nearest(references, node)

    def _meant(self, target: Node, node: Node) -> list[Node]:
        """Return the author's forms of the next waypoint that names what a wrong line names.

        Not those with other numbers than the line or the task: they are results, which neither explain anything
        nor should be told.
        """
        numbers = _numbers_in(node).union(*map(_numbers_in, self.graph.steps.values()))
        for at in self._claimed_by(target):
            if self.shares[at] is None and at not in self._attempted and self._alike(at, target, node):
                way = self.marker.ways[at]
                forms = [one.formula for one in way.forms[form(target)] if one.named == way.named(node)]
                return [one for one in forms if _numbers_in(one) <= numbers][:2]
        return []

    def _firsts(self, target: Node) -> list[Node]:
        """Return the first form of each waypoint about a target, whose factors a line may have lost."""
        return [self.marker.ways[at].forms[form(target)][0].formula for at in self._claimed_by(target)]

    def _nearest(self, references: list[Node], node: Node) -> tuple[str, Node | None]:
        """Return the place at which the line differs from the line before, or from what it is claimed to be."""
        for reference in references:
            edit = difference(node, reference)
            if edit is not None and self._same(self.truth, edit.node, reference):
                return edit.sentence(self.symbols), reference
        return "", None

    def _in_other_order(self, node: Node) -> Node:
        def change(one: Node) -> Node | None:
            declared = self.symbols.get(one.name) if isinstance(one, Name) else None
            return Name(declared.other_order) if isinstance(declared, Symbol) and declared.other_order else None

        return tree.rebuild(node, change)

    def _sentences(self, points: Points, node: Node, reference: Node, target: Node) -> Mapping[str, Node]:
        """Return the sentences of the changes that make the line equal to what it is judged on, each with one."""
        known = self.marker.explanations
        key = (id(points), reference, node, target)
        if key in known:
            return known[key]
        try:
            value = points.value(reference)
        except MeaningError:
            return {}
        found: dict[int, dict[Node, tuple[str, Node]]] = {}
        leaves = _leaves(node)
        for edit in edits(node, reference, self.symbols, self._firsts(target) if reference == target else ()):
            if self._allowed <= 0:
                return {}
            if target in _leaves(edit.node) - leaves:
                continue  # that a = a, or that a = a + 0, says nothing about what was meant
            if (not found or edit.rank <= min(found)) and self._agrees(points, value, edit.node):
                # of one change in two wordings the first is the closer one
                told = edit.sentence(self.symbols), edit.node
                found.setdefault(edit.rank, {}).setdefault(form(edit.node), told)
        sentences = dict(found[min(found)].values()) if found else {}
        if points is self.truth or points is self.patterned:  # the same for the whole class
            if len(known) > MOST_EXPLANATIONS:
                known.clear()
            known[key] = sentences
        return sentences

    def _other_numbers(self, numeric: _Numeric, node: Node, target: Node) -> dict[str, Node]:
        """Return which one number, replaced by a given or computed one, makes a line with numbers right.

        A given number is named. Of a computed one it is said which it is and not how large.
        """
        said: dict[str, tuple[str, str]] = {}  # around the number of the line, by the one that would be right
        points = self._at_numbers(frozenset(), {})
        for name in self.graph.steps:
            with suppress(MeaningError):
                values = np.ravel(points.value(Name(name))[:1])
                if target != Name(name):
                    words = f" is not the value of ${latex(Name(name), self.symbols)}$ with your numbers."
                    said |= {f"{abs(one):g}": ("", words) for one in values if np.isfinite(one)}
        for number in self.numbers.values():
            given = {f"{abs(one):g}" for one in np.ravel(np.asarray(number, float))}
            said |= {text: (f"{text} is meant, not ", ".") for text in given}
        found: dict[str, Node] = {}
        for literal in {one for one in tree.walk(node) if isinstance(one, Number)}:
            for text, (front, back) in said.items():
                for changed in _each_replaced(node, literal, Number(text)) if text != literal.text else ():
                    if self._agrees_at(numeric, changed):
                        found[front + literal.text + back] = changed
        return found

    def _agrees(self, points: Points, value: Array, node: Node) -> bool:
        """Return whether a change explains the line."""
        return self._counted(points, lambda: same(value, points.value(node, keep=False)))

    def _agrees_at(self, numeric: _Numeric, node: Node) -> bool:
        """Return whether a change explains a line with numbers."""
        return self._counted(numeric.points, lambda: numeric.agrees(node, keep=False))

    def _counted(self, points: Points, trial: Callable[[], bool]) -> bool:
        """Return what a trial gives; false once too much was tried."""
        if self._allowed <= 0:
            return False
        before = points.evaluated
        try:
            return trial()
        except MeaningError:
            return False
        finally:
            self._allowed -= points.evaluated - before
            self.evaluated += points.evaluated - before


def _under(place: Elsewhere) -> str:
    has_to_say = ", which the line has to say" if any(one.said for one in place.assumptions) else ""
    return f"It follows under the assumption that {place.words}{has_to_say}."


_OPPOSITE = {"=": "≠", "≠": "=", "<": "≥", "≥": "<", ">": "≤", "≤": ">"}


def _leaf_count(node: Node) -> int:
    """Return how many numbers and symbols a formula has."""
    return sum(isinstance(one, Number | Name | Entry) for one in tree.walk(node))


def _without_indicator(node: Node) -> Node | None:
    """Return 1 for an indicator, as it is in one of its cases."""
    return Number("1") if isinstance(node, tree.Indicator) else None


def _turned(condition: Compare) -> Compare:
    """Return the condition that holds where this one does not."""
    return Compare(_OPPOSITE[condition.relation], condition.left, condition.right)  # type: ignore[arg-type]


def _is_bare(node: Node) -> bool:
    """Return whether a formula is one number, with its sign."""
    return _leaf_count(node) <= 1


def _rounding(points: Points, node: Node, cut: Mapping[Node, Node]) -> Array:
    """Return how far the line may be off because of numbers that were rounded when they were written."""
    value = points.value(node)
    total = np.zeros_like(value)
    for literal, moved in cut.items():
        total += np.abs(points.value(_replaced(node, literal, moved)) - value)
    return np.where(total <= _COARSE * np.abs(value), total, 0.0)


def _replaced(node: Node, old: Node, new: Node) -> Node:
    return tree.rebuild(node, lambda one: new if one == old else None)


def _each_replaced(node: Node, old: Node, new: Node) -> Iterator[Node]:
    """Yield the formula with one of the places replaced that has another one; a factor of one is none."""
    if node == old:
        yield new
    for at, child in enumerate(tree.children(node)):
        if isinstance(node, tree.Product) and child == old == Number("1"):
            continue  # with a number in its place it would be a factor that is missing
        for changed in _each_replaced(child, old, new):
            yield tree.with_child(node, at, changed)


def _numbers_in(node: Node) -> set[str]:
    """Return the numbers of a formula that were not there without anybody's numbers."""
    return {one.text for one in tree.walk(node) if isinstance(one, Number)} - {"0", "1", "2"}


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
