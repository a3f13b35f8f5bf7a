"""What the waypoints of a derivation earn: which one a line meets or stands in the place of, and its share."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from course.derivation.canonical import atoms, form, length
from course.derivation.claims import Claims, agree
from course.derivation.marks import CREDIT, State, WayMark
from course.derivation.meaning import Array, Points, same
from course.derivation.numbers_put_in import NumbersPutIn, replaced
from course.derivation.prepared import Prepared, Way
from course.derivation.reading import tree
from course.derivation.reading.tree import Derivative, Entry, Name, Negative, Node, Number, Sum

ERRORS = ("wrong", "edit", "slip")


@dataclass
class Judgement:
    """The verdict on one link of a line, with what it has earned."""

    state: State
    remark: str = ""
    points: float = 0.0
    uses: tuple[str, ...] = ()
    instead: Node | None = None
    ways: tuple[int, ...] = ()  # that it has met
    aside: bool = False  # right, about what is asked, and worth nothing


class Credit:
    """Books lines on waypoints, one after another.

    Attributes:
        number: of the line.
        used: the words of the assumptions that lines have needed.
        shares: of each waypoint, what was earned; None where nothing was said for it.
        attempted: waypoints that a wrong line stands in the place of.
        notes: why a waypoint has not earned all.
    """

    def __init__(self, marker: Prepared, claims: Claims, put_in: NumbersPutIn) -> None:
        self.marker, self.truth, self.claims, self.put_in = marker, marker.truth, claims, put_in
        self.number = -1
        self.used: set[str] = set()
        self.shares: list[float | None] = [None] * len(marker.ways)
        self.attempted: set[int] = set()
        self.notes: dict[int, str] = {}
        self._met: list[tuple[int, bool] | None] = [None] * len(self.shares)  # by which line, whether it is true
        self._simpler: dict[int, tuple[int, Node]] = {}  # waypoints, with the line that may be their simplest form
        self._parts: set[Node] = set()  # what true claims were about
        # by what true claims were about, the derivatives that each of their formulas still has
        self._worked_out: dict[Node, list[frozenset[Node]]] = {}
        self._met_with: dict[int, frozenset[Node]] = {}  # the derivatives of the line that met a waypoint
        self._charged: set[str] = set()  # sentences of slips that have been paid for
        self._stray: dict[Node, int] = {}  # by what they are about, explained lines that belong to no waypoint
        # false claims that no waypoint has paid for, and the share that is left
        self._owed: dict[Node, float] = {}

    def ways(self) -> tuple[WayMark, ...]:
        """Return what became of each waypoint."""
        return tuple(
            WayMark(share or 0.0, *(met or (None, False)), self.notes.get(at, ""))
            for at, (share, met) in enumerate(zip(self.shares, self._met, strict=True))
        )

    def book(
        self, judgement: Judgement, target: Node, before: Node | None, node: Node, links: list[Judgement]
    ) -> None:
        """Book a link; an error that belongs to no waypoint is paid for by what the line has earned, or later.

        Args:
            judgement: on it.
            target: what it is about.
            before: the line before.
            node: the formula.
            links: the judgements on what stands before it in the same line.
        """
        if judgement.state in ("follows", "at-numbers"):
            self._put_together(judgement, target, node)
        booked = self._booked(judgement, target, before, node)
        if judgement.state == "where" and not booked and not links:
            self._owed[target] = CREDIT["where"]
        if judgement.state in ERRORS and not booked and not self._taken_back(links):
            # who claims another value of what the task gives works on another task
            other_task = judgement.state == "wrong" and isinstance(target, Name)
            self._owed[target] = 0.0 if other_task else CREDIT["edit"]
            if judgement.state != "wrong":
                self._strayed(target)
        self._show_part(judgement, target, node)
        if judgement.state in ("follows", "at-numbers"):
            self._note_part(target, node)

    def forgive(self, target: Node) -> None:
        """Let nothing be owed for claims about something that the student has said rightly since."""
        self._owed.pop(target, None)

    def jumps(self, target: Node, node: Node) -> bool:
        """Return whether fewer than half of the waypoints before the one that a line meets were met.

        What was jumped is not earned later.
        """
        for way in self._ways_of(target, node):
            if self.shares[way] is None and self.marker.ways[way].has(target, node):
                before = self._before(way, target)
                shown = self._shown(before, target) + len(self._shown_by_parts(way, target, node))
                if shown < len(before) / 2:
                    self._pass(before)
                    self.shares[way], self._met[way] = 0.0, (self.number, True)
                    return True
                break
        return False

    def next_alike(self, target: Node, node: Node) -> Way | None:
        """Return the next waypoint that nothing was said for and that names what a line names."""
        for at in self.marker.about(target):
            if self.shares[at] is None and at not in self.attempted and self._alike(at, target, node):
                return self.marker.ways[at]
        return None

    def _ways_of(self, target: Node, node: Node) -> list[int]:
        """Return the places of the waypoints that a claim may meet.

        The simplest form means the same as what it was made from: it meets the waypoint that asks for it and none
        of those before, or the last line alone would show the whole working.
        """
        places = self.marker.about(target)
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
        return [place for place in self.marker.about(target) if place < at]

    def _shown(self, places: list[int], target: Node) -> int:
        """Return how many waypoints were met, or tried by a wrong line that names their derivatives.

        An explained line that belongs to no waypoint counts as one that was tried.
        """
        tried = {
            at
            for at in self.attempted
            if any(one.named for some in self.marker.ways[at].forms.values() for one in some)
        }
        return self._stray.get(form(target), 0) + sum(bool(self.shares[at]) or at in tried for at in places)

    def _strayed(self, target: Node) -> None:
        """Remember an explained line that belongs to no waypoint: it shows what leads on, though not rightly."""
        self._stray[form(target)] = self._stray.get(form(target), 0) + 1
        for at in [at for at in self.marker.about(target) if self.shares[at] is None][:1]:
            self._note(at, f"Line {self.number + 1} stands in its place.")

    def _pass(self, places: list[int]) -> None:
        """Let waypoints that were passed over stay without points: what was jumped is not earned later."""
        for at in places:
            if self.shares[at] is None:
                self._note(at, f"No line shows it before line {self.number + 1}, which passes over it.")
            self.shares[at] = self.shares[at] or 0.0

    def _booked(self, judgement: Judgement, target: Node, before: Node | None, node: Node) -> bool:
        """Book a line on the waypoints that it meets or stands in the place of; return whether there are any."""
        if judgement.state == "wrong":
            places = self._in_place_of(judgement, target, node)
            left = [at for at in self.marker.about(target) if self.shares[at] is None and at not in self.attempted]
            for at in places or left[:1]:
                self.attempted.add(at)
                self._note(at, f"Line {self.number + 1} stands in its place.")
            return bool(places or left)
        if judgement.state not in CREDIT:
            return False
        true = judgement.state == "follows" and any(agree(points, target, node) for points in self._granted())
        sure = true or (judgement.state == "at-numbers" and self.put_in.true_at(target, node))
        if not sure and self._says_nothing(target, node) and not self._has_zero_for_one(target, node):
            return False
        if judgement.state == "at-numbers" and is_bare(node):
            for at in self.marker.about(target)[:1]:  # the result alone, without what it was worked out from
                self._note(at, f"Line {self.number + 1} has only the number, and not what it was worked out from.")
            return False
        if true:
            places = [at for at in self._ways_of(target, node) if self.marker.ways[at].has(target, node)]
        else:
            places = self._in_place_of(judgement, target, node, again=sure)
        places = [at for at in places if self.shares[at] is None]
        if sure and self.attempted & set(places):
            places = places[-1:]  # what a wrong line stands in the place of is not earned by a result behind it
        share = CREDIT[judgement.state] if sure or not places else self._share(judgement, target, before, node)
        if judgement.remark in self._charged:
            share = 1.0  # the same error once more: it is paid for once
        elif judgement.state in ("slip", "edit") and places and judgement.instead is None:
            self._charged.add(judgement.remark)
        if not sure and not places and judgement.state in ("follows", "at-numbers") and before is not None:
            self._note_simpler(target, before, node)
        for at in places:
            self.earn(judgement, at, target, share, sure)
            self._met_with[at] = self._derivatives(node)
            if judgement.state in ("follows", "at-numbers") and share < 1:
                self.notes[at] = f"Line {self.number + 1} rests on a line before that is not true."
            share = share if judgement.state in ("where", "under") else 1.0  # an error is paid for once
        return bool(places)

    def earn(
        self,
        judgement: Judgement,
        at: int,
        target: Node,
        share: float,
        sure: bool = True,
        passing: bool = True,
    ) -> None:
        """Give the judgement a share of a waypoint; the last one pays only if half of those before were met."""
        before_it = self._before(at, target)
        shown = self._shown(before_it, target)
        if passing:
            self._pass(before_it)
        last = at == self.marker.about(target)[-1]
        self._met[at] = (self.number, sure)
        self.notes.pop(at, None)
        earned = self.shares[at] = 0.0 if last and shown < len(before_it) / 2 else share
        judgement.points += earned * self.marker.ways[at].points
        judgement.ways += (at,)

    def _note_simpler(self, target: Node, before: Node, node: Node) -> None:
        """Remember a line after an error that is simpler than the one before, though longer than what is asked."""
        for at in self.marker.about(target):
            longest = self.marker.ways[at].longest
            if longest is not None and length(node) <= 2 * longest and leaf_count(node) < leaf_count(before):
                self._simpler[at] = (self.number, target)

    def settled(self) -> dict[int, float]:
        """Return the points of lines which only now, with no simpler one behind them, are the simplest form."""
        found: dict[int, float] = {}
        for at, (number, target) in self._simpler.items():
            if self.shares[at] is None and at not in self.attempted:
                judgement, self.number = Judgement("follows"), number
                self.earn(judgement, at, target, 1.0, sure=False)
                found[number] = found.get(number, 0.0) + judgement.points
        return found

    def _put_together(self, judgement: Judgement, target: Node, node: Node) -> None:
        """Book the waypoints before the one that a line meets which claims of the parts have shown."""
        if not agree(self.truth, target, node) or is_bare(node):
            return
        way = next((at for at in self._ways_of(target, node) if self.marker.ways[at].has(target, node)), None)
        if way is None or self.shares[way] is not None:
            return
        for at in self._shown_by_parts(way, target, node):
            self.earn(judgement, at, target, 1.0)

    def _shown_by_parts(self, way: int, target: Node, node: Node) -> list[int]:
        """Return the waypoints before one that a line meets which lines about their derivatives have shown.

        One that names derivatives is shown where each of them stands in the line or was claimed rightly, with a
        formula of its own, and one at least was; one that names none, where such a one before it was shown or met
        and all its derivatives were worked out.
        """
        found: list[int] = []
        if any(isinstance(one, Derivative) for one in self.claims.false):
            return found
        begun = False  # whether one before has derivatives that were all worked out
        for at in self._before(way, target):
            if self.marker.ways[at].longest is not None:
                continue
            met = self._met_with.get(at)
            formulas = [one.formula for one in self.marker.ways[at].forms[form(target)]]
            derivatives = [self._derivatives(one) for one in formulas] if met is None else [met]
            derivatives = [one - {form(target)} for one in derivatives]
            # one alone may be the whole in other words, as in -∂(log p)/∂z, or the lesser part of it
            named = [one for one in derivatives if len(one) > 1]
            if met is None:
                named += [one for one in map(_but_for_obvious, formulas) if one]
            kept = self._derivatives(node)
            claimed = [
                one for one in named if one <= self._worked_out.keys() | kept and one & self._worked_out.keys()
            ]
            worked = any(self._is_worked_out(one - kept) for one in claimed)
            missing = self.shares[at] is None and at not in self.attempted
            written_out = not found and at == self._before(way, target)[0] and kept and self._written_out(target)
            if missing and (worked or (any(derivatives) and written_out) or (begun and not all(derivatives))):
                found.append(at)
            begun = begun or (worked and (not missing or at in found))
        return found

    def _written_out(self, target: Node) -> bool:
        """Return whether a true claim says what it is that is differentiated, so that each term of it can be."""
        of = target.of if isinstance(target, Derivative) else None
        return isinstance(of, Name) and form(of) in self._worked_out

    def _derivatives(self, node: Node) -> frozenset[Node]:
        return frozenset(form(one) for one in tree.walk(form(node)) if isinstance(one, Derivative))

    def _is_worked_out(self, derivatives: frozenset[Node], within: frozenset[Node] = frozenset()) -> bool:
        """Return whether true claims say of each of these what it is, down to formulas without derivatives."""
        return all(
            one not in within
            and any(self._is_worked_out(some, within | {one}) for some in self._worked_out.get(one, ()))
            for one in derivatives
        )

    def _note_part(self, target: Node, node: Node) -> None:
        """Remember what a true claim leaves to be worked out."""
        left = self._derivatives(node)
        told = isinstance(target, Derivative) or (isinstance(target, Name) and not isinstance(node, Name))
        told = told and form(target) not in left
        if told and agree(self.truth, target, node):
            self._worked_out.setdefault(form(target), []).append(left)

    def _show_part(self, judgement: Judgement, target: Node, node: Node) -> None:
        """Book the waypoints that claims about their parts meet together, each with a formula of its own."""
        if not self.marker.in_parts:
            return
        bare = isinstance(node, Number) and node != Number("1")
        if judgement.state not in ("follows", "at-numbers") or bare or atoms(node) & {target}:
            return
        self._parts.add(form(target))
        for at, way in enumerate(self.marker.ways):
            if form(target) in way.together and self.shares[at] is None and way.together <= self._parts:
                # the product of the parts may be written behind them
                self.earn(judgement, at, next(iter(way.forms)), 1.0, passing=False)

    def _taken_back(self, links: list[Judgement]) -> bool:
        """Take back half of what the line has earned so far, for an error behind it; return whether it was any."""
        earned = [one for one in links if one.points]
        for one in earned:
            one.points *= CREDIT["edit"]
            for at in one.ways:
                self.shares[at] = (self.shares[at] or 0.0) * CREDIT["edit"]
                self.notes[at] = f"Line {self.number + 1} has it, and goes on with something that is not true."
        return bool(earned)

    def _note(self, at: int, said: str) -> None:
        if self._met[at] is None:
            self.notes.setdefault(at, said)

    def _says_nothing(self, target: Node, node: Node) -> bool:
        """Return whether a formula is zero, or only by a false claim, as everything is after h = y or w = 0."""
        try:
            if not np.any(self.truth.value(node)):
                return True
            claimed = [points.value(node) for points in [*self.claims.under(self.truth, target)][1:]]
            if self.claims.false and self.put_in.numbers:
                claims = self.claims.beside(target)
                claimed.append(self.put_in.points(frozenset(), claims).value(node))
                if not np.any(self.put_in.points(frozenset(), {}).value(node)):
                    return False  # zero at these numbers, as where a unit is off
        except ValueError:
            return False
        return any(not np.any(value) for value in claimed)

    def _has_zero_for_one(self, target: Node, node: Node) -> bool:
        """Return whether a formula is zero by one factor alone, as where a unit that is on was taken to be off."""
        meant = replaced(node, Number("0"), Number("1"))
        settings = [self.truth] if self.put_in.patterned is None else [self.truth, self.put_in.patterned]
        return meant != node and any(agree(points, target, meant) for points in settings)

    def _in_place_of(self, judgement: Judgement, target: Node, node: Node, again: bool = False) -> list[int]:
        """Return the waypoints that a line which is not true stands for.

        If one change makes it true, those that it meets with the change; else the next one that nothing was said
        for and that names the same, with those that the same formula would meet. With `again` it may be one that a
        wrong line stands for.
        """
        meant = judgement.instead
        if meant is not None and agree(self.truth, target, meant):
            found = [at for at in self._ways_of(target, meant) if self.marker.ways[at].has(target, meant)]
            if found:
                return found
        explained = judgement.state in ("slip", "edit", "where", "under")
        places = self._ways_of(target, node) if explained else self.marker.about(target)
        put_in = judgement.state == "at-numbers" and len(places) == 1
        left = [
            at
            for at in places
            if self.shares[at] is None
            and (again or at not in self.attempted)
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

    def _share(self, judgement: Judgement, target: Node, before: Node | None, node: Node) -> float:
        """Return the share that a line which is not true earns; what false claims still owe is taken from it."""
        share = CREDIT[judgement.state]
        if judgement.state not in ("follows", "at-numbers"):
            return share
        if before is not None and agree(self.truth, before, node):
            share = min(share, self._owed.pop(target, share))
            if not any(agree(points, target, node) for points in self.claims.under(self.truth, target)):
                return share  # it rests on the line before alone
        for claim in [one for one in self._owed if one != target and one in self.claims.false]:
            left = {key: one for key, one in self.claims.false.items() if key not in (claim, target)}
            others = self.claims.points(self.truth, left) if left else [self.truth]
            if not any(agree(points, target, node) for points in others):
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


def leaf_count(node: Node) -> int:
    """Return how many numbers and symbols a formula has."""
    return sum(isinstance(one, Number | Name | Entry) for one in tree.walk(node))


def is_bare(node: Node) -> bool:
    """Return whether a formula is one number, with its sign."""
    return leaf_count(node) <= 1


def _but_for_obvious(node: Node) -> frozenset[Node]:
    """Return the derivatives that a formula adds up, without those that nobody works out in a line; or none.

    That of one entry of an array by another is 0 or 1. Where derivatives are multiplied there is more to be shown.
    """
    terms = node.terms if isinstance(node, Sum) else ()
    added = [term.argument if isinstance(term, Negative) else term for term in terms]
    if not all(isinstance(one, Derivative) for one in added):
        return frozenset()
    return frozenset(form(one) for one in added if not _is_obvious(one))


def _is_obvious(derivative: Node) -> bool:
    if not isinstance(derivative, Derivative):
        return False
    of, by = derivative.of, derivative.by
    return isinstance(of, Entry) and isinstance(by, Entry) and of.name == by.name
