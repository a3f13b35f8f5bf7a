"""Lines about one case: which case is named, and what the lines of all cases say together."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from course.derivation.canonical import form, length
from course.derivation.claims import agree
from course.derivation.credit import Credit, Judgement
from course.derivation.marks import CREDIT
from course.derivation.meaning import Array, MeaningError, same
from course.derivation.numbers_put_in import Conditions
from course.derivation.prepared import Form, Prepared
from course.derivation.reading import tree
from course.derivation.reading.lines import Statement
from course.derivation.reading.tree import Compare, Node, Number, TreeError

MOST_CASES = 12  # that lines of one derivation are about


class _Cased(NamedTuple):
    """A formula that something was said to be equal to in one case, what was meant, and the share it is worth."""

    target: Node
    node: Node
    meant: Node
    share: float


class Cases:
    """The case that a line is about, and what was said of each.

    Attributes:
        now: conditions of the case in which a statement is judged; none for what is said of all.
        unread: whether the case of the line could not be read.
    """

    def __init__(self, marker: Prepared, credit: Credit) -> None:
        self.marker, self.truth, self.credit = marker, marker.truth, credit
        self.now: Conditions = ()
        self.unread = False
        self._last: Conditions = ()  # that there was
        self._header = False  # whether a line of its own has named the case
        self._cased: dict[Conditions, list[_Cased]] = {}

    def head(self, conditions: Conditions) -> None:
        """Take up a case that a line of its own names, for the lines behind it."""
        self.now, self._header = conditions, True

    def enter(self, statement: Statement, expanded: Callable[[Node], Node]) -> None:
        """Take up the case that a statement is about; one that goes on in the next line stays in its case."""
        if statement.case:
            self.now, self._header = tuple(expanded(one) for one in statement.case), False  # type: ignore
        elif statement.otherwise:
            self.now = tuple(map(_turned, self._last)) if len(self._last) == 1 else ()
            self._header = False
            self.unread = not self.now
        elif statement.kind != "continuation" and not self._header:
            self.now = ()
        self._last = self.now or self._last

    def of(self, target: Node, chain: list[Node]) -> Conditions:
        """Return the conditions of the case that say something of what these formulas name.

        Raises:
            TreeError: for a case that cannot be tried.
        """
        named = self._depends_on(set().union(*map(tree.names_in, [target, *chain])))
        case = tuple(one for one in self.now if tree.names_in(one) & named)
        if case and case not in self._cased and len(self._cased) >= MOST_CASES:
            raise TreeError(f"At most {MOST_CASES} cases were expected.")
        try:
            self.marker.in_case(case)
        except MeaningError as error:
            raise TreeError(f"The case cannot be tried: {error}.") from None
        return case

    def said(self, case: Conditions, target: Node) -> list[Node]:
        """Return what a formula was said to be equal to in a case."""
        return [one.node for one in self._cased.get(case, ()) if form(one.target) == form(target)]

    def keep(self, case: Conditions, target: Node, node: Node, judgement: Judgement) -> None:
        """Keep what was said in a case, and book the waypoints that all cases together meet."""
        share = CREDIT.get(judgement.state, float(judgement.state == "repeats"))
        self._cased.setdefault(case, []).append(_Cased(target, node, judgement.instead or node, share))
        self._book(judgement)

    def _depends_on(self, names: set[str]) -> set[str]:
        """Return these names with all that the steps behind them name, letters that count too."""
        found, waiting = set(names), [*names]
        while waiting:
            formula = self.marker.graph.steps.get(waiting.pop())
            more = tree.names_in(formula) - found if formula is not None else set()
            found |= more
            waiting += more
        return found

    def _book(self, judgement: Judgement) -> None:
        """Book the waypoints that all cases together meet, once no case is left."""
        try:
            masks = {case: self.truth.holding(case) for case in self._cased}
        except MeaningError:
            return
        if not np.all(np.any([*masks.values()], axis=0)):
            return
        for at, way in enumerate(self.marker.ways):
            if self.credit.shares[at] is not None:
                continue
            for target, forms in way.forms.items():
                shares = [self._share_of_case(at, target, forms, *one) for one in masks.items()]
                left = [share for share in shares if share is not None]
                if len(left) == len(shares) and any(left):
                    self.credit.earn(judgement, at, target, sum(left) / len(left))
                    break

    def _share_of_case(
        self, at: int, target: Node, forms: list[Form], case: Conditions, mask: Array
    ) -> float | None:
        """Return what the lines of a case are worth for a waypoint; None where they say nothing of it."""
        longest = min(length(tree.rebuild(one.formula, _without_indicator)) for one in forms)
        way, points = self.marker.ways[at], self.marker.in_case(case)
        some = [one for one in self._cased[case] if agree(points, one.target, target)]
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


_OPPOSITE = {"=": "≠", "≠": "=", "<": "≥", "≥": "<", ">": "≤", "≤": ">"}


def _without_indicator(node: Node) -> Node | None:
    """Return 1 for an indicator, as it is in one of its cases."""
    return Number("1") if isinstance(node, tree.Indicator) else None


def _turned(condition: Compare) -> Compare:
    """Return the condition that holds where this one does not."""
    return Compare(_OPPOSITE[condition.relation], condition.left, condition.right)  # type: ignore[arg-type]
