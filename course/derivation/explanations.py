"""What explains a wrong line: one change that makes it right, or the place at which it differs."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

import numpy as np

from course.derivation.canonical import form
from course.derivation.claims import Claims, agree
from course.derivation.credit import Credit
from course.derivation.edits import LARGEST, difference, edits
from course.derivation.meaning import Array, MeaningError, Points, same
from course.derivation.numbers_put_in import NumbersPutIn, Numeric, leaves
from course.derivation.prepared import Prepared
from course.derivation.reading import tree
from course.derivation.reading.symbols import Symbol
from course.derivation.reading.tree import Name, Negative, Node, Number
from course.derivation.reading.typeset import latex

MOST_EVALUATED = 300_000  # nodes in looking for what explains wrong lines, of one derivation
MOST_OF_A_LINE = 40_000  # the same, of one wrong line
MOST_EXPLANATIONS = 20_000  # that a marker remembers from one derivation to the next


class Explanations:
    """Looks for what explains the wrong lines of one derivation, within bounds."""

    def __init__(self, marker: Prepared, claims: Claims, put_in: NumbersPutIn, credit: Credit) -> None:
        self.marker, self.symbols, self.graph, self.truth = marker, marker.symbols, marker.graph, marker.truth
        self.claims, self.put_in, self.credit = claims, put_in, credit
        self._evaluated = 0  # nodes so far
        self._allowed = 0  # nodes that may still be evaluated for this line

    def begin(self) -> None:
        """Begin a line, which has a bound of its own."""
        self._allowed = min(MOST_OF_A_LINE, MOST_EVALUATED - self._evaluated)

    def of(
        self, references: list[Node], node: Node, target: Node, numeric: list[Numeric]
    ) -> tuple[str, Node | None]:
        """Return the one sentence that describes every change which makes the line right, and such a formula."""
        other = self._in_other_order(node)
        turned = [self._in_other_order(one) for one in references]
        if [other, *turned] != [node, *references] and any(agree(self.truth, one, other) for one in turned):
            said = "The indices are read in the other order here; yours is right when they are read that way."
            return said, other
        layout = self.marker.other_layout
        if layout is not None and any(agree(layout, one, node) for one in references):
            kinds = ("row", "column") if self.graph.rows else ("column", "row")
            return "The derivative by a vector is a {} here; this is right where it is a {}.".format(*kinds), None
        settings = list(self.claims.under(self.truth, target))[::-1]
        if self.put_in.patterned is not None:
            settings += list(self.claims.under(self.put_in.patterned, target))[::-1]
        for points in settings:
            for reference in references:
                sentences = self.sentences(points, node, reference, target)
                if len(sentences) == 1:
                    return next(iter(sentences.items()))
                if sentences:
                    return self._nearest(references, node)
        meant = self._meant(target, node)
        for reference in meant:
            sentences = self.sentences(self.truth, node, reference, target)
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
        way = self.credit.next_alike(target, node)
        if way is None:
            return []
        forms = [one.formula for one in way.forms[form(target)] if one.named == way.named(node)]
        return [one for one in forms if _numbers_in(one) <= numbers][:2]

    def _firsts(self, target: Node) -> list[Node]:
        """Return the first form of each waypoint about a target, whose factors a line may have lost."""
        return [self.marker.ways[at].forms[form(target)][0].formula for at in self.marker.about(target)]

    def _nearest(self, references: list[Node], node: Node) -> tuple[str, Node | None]:
        """Return the place at which the line differs from the line before, or from what it is claimed to be."""
        for reference in references:
            edit = difference(node, reference)
            if edit is not None and agree(self.truth, edit.node, reference):
                return edit.sentence(self.symbols), reference
        return "", None

    def _in_other_order(self, node: Node) -> Node:
        def change(one: Node) -> Node | None:
            declared = self.symbols.get(one.name) if isinstance(one, Name) else None
            return Name(declared.other_order) if isinstance(declared, Symbol) and declared.other_order else None

        return tree.rebuild(node, change)

    def sentences(self, points: Points, node: Node, reference: Node, target: Node) -> Mapping[str, Node]:
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
        named, size = leaves(node), sum(1 for _ in tree.walk(node))
        for edit in edits(node, reference, self.symbols, self._firsts(target) if reference == target else ()):
            self._allowed -= size // 2
            if self._allowed <= 0:
                return {}
            if (not found or edit.rank <= min(found)) and self._agrees(points, value, edit.node):
                if target in leaves(edit.node) - named:
                    continue  # that a = a, or that a = a + 0, says nothing about what was meant
                # of one change in two wordings the first is the closer one
                told = edit.sentence(self.symbols), edit.node
                found.setdefault(edit.rank, {}).setdefault(form(edit.node), told)
        sentences = dict(found[min(found)].values()) if found else {}
        if points is self.truth or points is self.put_in.patterned:  # the same for the whole class
            if len(known) > MOST_EXPLANATIONS:
                known.clear()
            known[key] = sentences
        return sentences

    def _other_numbers(self, numeric: Numeric, node: Node, target: Node) -> dict[str, Node]:
        """Return which one number, replaced by a given or computed one, makes a line with numbers right.

        A given number is named. Of a computed one it is said which it is and not how large.
        """
        said: dict[str, tuple[str, str]] = {}  # around the number of the line, by the one that would be right
        points = self.put_in.points(frozenset(), {})
        for name in self.graph.steps:
            with suppress(MeaningError):
                values = np.ravel(points.value(Name(name))[:1])
                if target != Name(name):
                    words = f" is not the value of ${latex(Name(name), self.symbols)}$ with your numbers."
                    said |= {f"{abs(one):g}": ("", words) for one in values if np.isfinite(one)}
        for number in self.put_in.numbers.values():
            given = {f"{abs(one):g}" for one in np.ravel(np.asarray(number, float))}
            said |= {text: (f"{text} is meant, not ", ".") for text in given}
        found: dict[str, Node] = {}
        size = sum(1 for _ in tree.walk(node))
        if size > LARGEST:
            return found
        for literal in {one for one in tree.walk(node) if isinstance(one, Number)}:
            for text, (front, back) in said.items():
                for changed in _each_replaced(node, literal, Number(text)) if text != literal.text else ():
                    self._allowed -= size
                    if self._allowed <= 0:
                        return {}  # of what is left another may be right as well
                    if self._agrees_at(numeric, changed):
                        found[front + literal.text + back] = changed
        return found

    def _agrees(self, points: Points, value: Array, node: Node) -> bool:
        """Return whether a change explains the line."""
        return self._counted(points, lambda: same(value, points.value(node, keep=False)))

    def _agrees_at(self, numeric: Numeric, node: Node) -> bool:
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
            self._evaluated += points.evaluated - before


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
