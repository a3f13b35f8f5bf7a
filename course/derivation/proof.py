r"""Mark a proof by induction: its blocks in order, and the algebra of its base and step as derivations.

The blocks may stand in any order in which each comes after what it needs. Credit goes by criterion and not by
block: a criterion is what a reader of the proof would ask for, such as the base case.

The lines are two derivations, each with a `Marker` of its own; a line of words that names the base or the step
says which of them begins. Without any, all lines belong to the step. The hypothesis is an `Assumption` of the
step: lines are tried at free states, and at states on which the hypothesis holds. A line that is true on the
second only uses the hypothesis and has to say so; in the base it may not be used.

```python
>>> from course.derivation.check import Assumption, Marker, Waypoint
>>> from course.derivation.meaning import Graph
>>> from course.derivation.reading.symbols import Symbol, Symbols
>>> symbols = Symbols(Symbol("s", "s_k"), Symbol("s_next", "s_{k+1}"), Symbol("k"))
>>> graph = Graph({"s_next": "s_k + (k + 1)"}, symbols)  # s_k = 1 + 2 + … + k
>>> hypothesis = Assumption("s_k = k(k+1)/2", {"s": "k(k+1)/2"}, said=("hypothesis", "assumption"))
>>> step = Marker(
...     symbols, graph, assumptions=[hypothesis],
...     waypoints=[Waypoint("s_{k+1} = s_k + k + 1"), Waypoint("s_{k+1} = (k+1)(k+2)/2", 2, simple=True)],
... )
>>> proof = Proof(
...     blocks=[
...         Block("C", "We show s_k = k(k+1)/2 for all k ≥ 1."),
...         Block("B", "For k = 1 both sides are 1.", needs=("C",)),
...         Block("H", "Let s_k = k(k+1)/2 for some k.", needs=("C",)),
...         Block("S", "Then s_{k+1} = (k+1)(k+2)/2.", needs=("H",)),
...         Block("E", "So it holds for all k ≥ 1.", needs=("B", "S")),
...         Block("X", "Let s_{k+1} = (k+1)(k+2)/2.", wrong="This assumes what is to be shown.", spoils=("step",)),
...     ],
...     criteria=[
...         Criterion("base", "the base case", blocks=("C", "B")),
...         Criterion("step", "the step from k to k + 1", blocks=("H", "S")),
...         Criterion("used", "the hypothesis is used, and said", uses=hypothesis.words),
...         Criterion("end", "the conclusion", blocks=("E",)),
...     ],
...     step=step,
... )
>>> lines = ["s_{k+1} = s_k + (k + 1)", "= k(k+1)/2 + (k+1) by hypothesis", "= (k+1)(k+2)/2"]
>>> marked = proof.check("C H B S E", lines)
>>> [(one.state, one.uses, one.points) for one in marked.lines]
[('follows', (), 1.0), ('follows', ('s_k = k(k+1)/2',), 0.0), ('follows', (), 2.0)]
>>> [(one.name, one.points) for one in marked.criteria]
[('base', 1.0), ('step', 1.0), ('used', 1.0), ('end', 1.0)]
>>> [(one.name, one.remark) for one in proof.check("C S H E", []).criteria if one.remark]
... # doctest: +NORMALIZE_WHITESPACE
[('base', 'Missing: B.'), ('step', 'S needs H before it.'),
 ('used', 'No line of the step uses it.'), ('end', 'E needs B, which is missing.')]

```

Which line needs an assumption is found by dropping it:

```python
>>> lines_that_need(step, ["s_{k+1} = s_k + (k + 1)", "= k(k+1)/2 + (k+1)", "= (k+1)(k+2)/2"], hypothesis)
(2,)

```
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from course.derivation.check import Marker
from course.derivation.marks import Assumption, CriterionMark, LineMark, Marked, WayMark
from course.derivation.reading.lexer import words
from course.derivation.reading.lines import Line
from course.derivation.reading.remarks import part_named
from course.errors import CourseError

LONGEST_ORDER = 2000  # characters of the labels handed in
_OF_INDUCTION = {"hypothesis", "hypotheses", "ih"}
_IN_BASE = "The hypothesis is not known in the base: it is what the step assumes."
_LABEL = re.compile(r"[^\s,;>→-]+")


class ProofError(CourseError):
    """Raised for blocks and criteria that do not fit each other."""


@dataclass(frozen=True)
class Block:
    """A block of text that a proof is put together from.

    Attributes:
        label: by which it is named in the order, one word.
        text: what it says.
        needs: labels of the blocks that have to come before it.
        wrong: why it has no place in the proof; empty if it has one.
        spoils: names of the criteria that are lost with a block that has none.
    """

    label: str
    text: str
    needs: tuple[str, ...] = ()
    wrong: str = ""
    spoils: tuple[str, ...] = ()


@dataclass(frozen=True)
class Criterion:
    """What a reader of the proof asks for.

    Attributes:
        name: a short one.
        words: what is asked for.
        points: what it earns.
        blocks: labels of the blocks that show it. All points if each stands after what it needs, half if one
            stands before, none if one or what it needs is missing.
        uses: the words of an assumption that a line of the step has to use. All points if the line says so, half
            if it does not.
    """

    name: str
    words: str
    points: float = 1.0
    blocks: tuple[str, ...] = ()
    uses: str = ""


class Proof:
    """Marks proofs by induction of one exercise.

    Args:
        blocks: what the proof is put together from; those that have no place in it say why.
        criteria: what is asked for; the points stand on it and on the waypoints of the lines.
        step: the marker of the step's algebra, with the hypothesis among its assumptions.
        base: the marker of the base's algebra.

    Raises:
        ProofError: if a block needs one that is not there, or itself in a circle; if a criterion asks for a block
            or an assumption that is not there, or is worth nothing.
    """

    def __init__(
        self,
        blocks: Sequence[Block],
        criteria: Sequence[Criterion],
        step: Marker | None = None,
        base: Marker | None = None,
    ) -> None:
        self.blocks = {one.label: one for one in blocks}
        self.criteria, self.step, self.base = tuple(criteria), step, base
        self._hypotheses = step.assumptions if step is not None else ()
        self._checked(len(blocks))

    def _checked(self, count: int) -> None:
        if len(self.blocks) < count:
            raise ProofError("a label for each block was expected, got one twice")
        names = {one.name for one in self.criteria}
        for one in self.blocks.values():
            if not _LABEL.fullmatch(one.label):
                raise ProofError(f"a label of one word was expected, got {one.label!r}")
            strange = [*(set(one.needs) - set(self.blocks)), *(set(one.spoils) - names)]
            if strange:
                raise ProofError(f"{one.label}: a block or criterion was expected, got {strange[0]!r}")
        for one in self.criteria:
            if one.points <= 0:
                raise ProofError(f"{one.name}: points above 0 were expected, got {one.points:g}")
            strange = [label for label in one.blocks if label not in self.blocks or self.blocks[label].wrong]
            if strange:
                raise ProofError(f"{one.name}: a block of the proof was expected, got {strange[0]!r}")
            if one.uses and one.uses not in [assumed.words for assumed in self._hypotheses]:
                raise ProofError(f"{one.name}: an assumption of the step was expected, got {one.uses!r}")
        self.order()

    def order(self) -> tuple[str, ...]:
        """Return the labels of the proof's own blocks in an order that is right.

        Raises:
            ProofError: if there is none.
        """
        found: list[str] = []
        waiting = [one for one in self.blocks.values() if not one.wrong]
        while waiting:
            ready = next((one for one in waiting if set(one.needs) <= set(found)), None)
            if ready is None:
                labels = ", ".join(one.label for one in waiting)
                raise ProofError(f"blocks that do not need each other in a circle were expected: {labels}")
            found.append(ready.label)
            waiting.remove(ready)
        return tuple(found)

    def check(self, blocks: str, lines: str | Iterable[str] | Sequence[Line]) -> Marked:
        """Mark one proof.

        Args:
            blocks: labels in the student's order, with blanks, commas or arrows between them.
            lines: the algebra of base and step, as `Marker.check` takes it.

        Returns:
            The criteria in the author's order, the lines, the waypoints of the base, then those of the step, and
            remarks on labels that name no block or come twice; the points are those of criteria and lines.
        """
        order, remarks = in_order(blocks, self.blocks)
        marks, ways = self._lines(lines)
        criteria = tuple(self._criterion(one, order, marks) for one in self.criteria)
        points = sum(one.points for one in criteria) + sum(one.points for one in marks)
        return Marked(tuple(marks), ways, points, criteria, tuple(remarks))

    # -- blocks ------------------------------------------------------------------------------------------------

    def _criterion(self, criterion: Criterion, order: list[str], marks: list[LineMark]) -> CriterionMark:
        found = [self._shown(criterion, order)] if criterion.blocks else []
        found += [self._used(criterion, marks)] if criterion.uses else []
        share, remark = min(found, default=(1.0, ""))
        return CriterionMark(criterion.name, share * criterion.points, criterion.points, remark)

    def _shown(self, criterion: Criterion, order: list[str]) -> tuple[float, str]:
        """Return the share that the blocks earn, and what is to be said of them."""
        for one in self.blocks.values():
            if one.label in order and criterion.name in one.spoils:
                return 0.0, one.wrong
        missing = [label for label in criterion.blocks if label not in order]
        if missing:
            return 0.0, f"Missing: {', '.join(missing)}."
        for label in criterion.blocks:
            for needed in self.blocks[label].needs:
                if needed not in order:
                    return 0.0, f"{label} needs {needed}, which is missing."
        for label in criterion.blocks:
            for needed in self.blocks[label].needs:
                if order.index(needed) > order.index(label):
                    return 0.5, f"{label} needs {needed} before it."
        return 1.0, ""

    def _used(self, criterion: Criterion, marks: list[LineMark]) -> tuple[float, str]:
        """Return the share that is earned by using an assumption, and what is to be said of it."""
        using = [one for one in marks if criterion.uses in one.uses]
        if any(one.state == "follows" for one in using):
            return 1.0, ""
        if using:
            return 0.5, "A line uses it and does not say so."
        return 0.0, "No line of the step uses it."

    # -- lines -------------------------------------------------------------------------------------------------

    def _lines(self, lines: str | Iterable[str] | Sequence[Line]) -> tuple[list[LineMark], tuple[WayMark, ...]]:
        """Return the marks of the lines, and the waypoints of the base and of the step."""
        found: list[LineMark] = []
        ways: dict[bool, tuple[WayMark, ...]] = {}
        for begin, marker, read in self._parts(lines):
            marked = marker.check(read)
            base = marker is self.base
            found += [self._without_hypothesis(one) for one in marked.lines] if base else marked.lines
            ways[base] = tuple(
                replace(way, line=None if way.line is None else way.line + begin) for way in marked.ways
            )
        for base, marker in ((True, self.base), (False, self.step)):
            if base not in ways:
                ways[base] = marker.check([]).ways if marker is not None else ()
        return found, (*self._kept(ways[True], found), *ways[False])

    def _kept(self, ways: tuple[WayMark, ...], marks: list[LineMark]) -> tuple[WayMark, ...]:
        """Return the waypoints of the base without those of lines that use the hypothesis."""
        return tuple(
            WayMark() if way.line is not None and marks[way.line].remark == _IN_BASE else way for way in ways
        )

    def _parts(self, lines: str | Iterable[str] | Sequence[Line]) -> list[tuple[int, Marker, list[Line]]]:
        """Return the lines of base and step, in the order handed in, each with the number of its first."""
        reader = self.step or self.base
        if reader is None:
            return []
        read = reader.lines(lines)
        first = next((at for at, line in enumerate(read) if _names(line, "base")), None)
        if first is None or self.base is None:
            return [(0, self.step, read)] if self.step is not None else []
        # the part that is not named begins with the first line
        step = next((at for at, line in enumerate(read) if at != first and _names(line, "step")), None)
        if step is None:
            step = 0 if first else len(read)
        (_, marker), (middle, other) = sorted([(first, self.base), (step, self.step)], key=lambda part: part[0])
        parts = [(0, marker, read[:middle]), (middle, other, read[middle:])]
        return [(at, one, some) for at, one, some in parts if one is not None and some]

    def _without_hypothesis(self, mark: LineMark) -> LineMark:
        """Return the mark of a line of the base, which may not use the hypothesis."""
        said = {word for one in mark.read.words if not part_named(one)[0] for word in words(one)}
        named = [one for one in self._hypotheses if _OF_INDUCTION & {*one.said}] or self._hypotheses
        hypotheses = {word for one in named for word in one.said}  # a constant may be said to be one
        if mark.uses or (mark.read.statements and said & hypotheses):
            return replace(mark, state="wrong", points=0.0, remark=_IN_BASE, uses=())
        return mark


def in_order(typed: str, blocks: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the labels that name a block, each once, and remarks on the others.

    Args:
        typed: the labels in the student's order, with blanks, commas or arrows between them.
        blocks: the labels of all blocks.
    """
    known = {label.casefold(): label for label in blocks}
    order: list[str] = []
    remarks: list[str] = []
    for text in _LABEL.findall(typed[:LONGEST_ORDER]):
        label = known.get(text.strip("().[]").casefold())
        if label is None:
            remarks.append(f"No block is called {text[:20]}.")
        elif label in order:
            remarks.append(f"{label} stands twice: the first place counts.")
        else:
            order.append(label)
    return order, list(dict.fromkeys(remarks))


def _names(line: Line, part: str) -> bool:
    """Return whether a line says that the base or the step begins: by words alone, or as `base: …`."""
    return part_named(line.text)[0] == part or (not line.statements and part in words(line.text))


def lines_that_need(
    marker: Marker, lines: str | Iterable[str] | Sequence[Line], assumption: Assumption
) -> tuple[int, ...]:
    """Return the numbers, from 1, of the lines that do not follow when an assumption of the marker is dropped.

    Which line of a proof needs a constant rate, for instance: at free states the rates of two steps differ, and
    the line that is equal only where they do not is found.
    """
    marks = marker.check(lines).lines
    return tuple(number for number, one in enumerate(marks, 1) if assumption.words in one.uses)
