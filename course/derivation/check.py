r"""Mark a derivation line by line: what follows, what does not, and what would have had to be written.

```python
>>> from course.derivation.reading.symbols import Symbol, Symbols
>>> symbols = Symbols(Symbol("L"), Symbol("h"), Symbol("y"), Symbol("w"), Symbol("x"))
>>> network = Graph({"h": "w x", "L": "(y - h)^2"}, symbols)
>>> marker = Marker(symbols, network)
>>> for line in marker.check(["∂L/∂w = ∂L/∂h · ∂h/∂w", "= 2(y - h) x"]).lines:
...     print(line.state, line.remark)
follows
edit The sign of the whole is turned.

```
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from course.derivation.judge import Judge
from course.derivation.marks import Assumption, LineMark, Marked, Region, Slip, State, WayMark, Waypoint
from course.derivation.meaning import Graph
from course.derivation.prepared import Prepared
from course.derivation.reading.lines import Known, Line, read_lines
from course.derivation.reading.symbols import Symbols

__all__ = [
    "Assumption", "LineMark", "Marked", "Marker", "Region", "Slip", "State", "WayMark", "Waypoint", "check",
]  # fmt: skip

MOST_KEPT = 20_000  # lines that a marker remembers from one derivation to the next


def check(
    lines: str | Iterable[str] | Sequence[Line],
    symbols: Symbols,
    graph: Graph,
    *,
    numbers: Mapping[str, object] | None = None,
    **declared,
) -> Marked:
    """Mark one derivation. For many of one exercise prepare a `Marker` once.

    Args:
        lines: one text, or one text a line, or lines that were read already.
        symbols: what lines may name.
        graph: the steps that the derivatives are of.
        numbers: the student's numbers, of the symbols that no step computes.
        declared: what a `Marker` takes besides.

    Raises:
        SymbolError: if a formula of the author's cannot be read.
    """
    return Marker(symbols, graph, **declared).check(lines, numbers)


class Marker(Prepared):
    """Marks derivations of one exercise.

    Each line is judged on the student's own line before and under the student's own earlier claims, so that an
    error costs the line in which it is made and no other. What does not depend on the student is prepared once:
    points, values, the author's formulas; a line that several students hand in is read and evaluated once.

    Args:
        symbols: what lines may name.
        graph: the steps that the derivatives are of.
        goal: what the first line is equal to where it does not say so itself.
        waypoints: what has to appear, in its order; the points stand on it.
        regions: where else a line may be true.
        assumptions: under which else a line may be true, each by itself or several together.
        slips: wrong lines with a sentence of their own.
        updates: formulas for the value of a symbol after its update, for `w ← …`.
        beside: sentences for lines that are true and about something else than what is asked, by their left sides.
        seed: of the points.

    Raises:
        SymbolError: if a formula of the author's cannot be read.
    """

    def __init__(self, symbols: Symbols, graph: Graph, **declared) -> None:
        super().__init__(symbols, graph, **declared)
        self._lines: Known = {}

    def read(self, lines: str | Iterable[str]) -> list[Line]:
        """Return the lines of a text or list, read."""
        if len(self._lines) > MOST_KEPT:
            self._lines.clear()
        return read_lines(lines, self.symbols, self._lines)

    def lines(self, lines: str | Iterable[str] | Sequence[Line]) -> list[Line]:
        """Return lines read, those that were read already as they are."""
        given = lines if isinstance(lines, str) else list(lines)
        read = not isinstance(given, str) and all(isinstance(one, Line) for one in given)
        return given if read else self.read(given)  # type: ignore[return-value, arg-type]

    def check(
        self, lines: str | Iterable[str] | Sequence[Line], numbers: Mapping[str, object] | None = None
    ) -> Marked:
        """Mark one derivation.

        Args:
            lines: one text, or one text a line, or lines that were read already.
            numbers: the student's numbers, of the symbols that no step computes.
        """
        judge = Judge(self, numbers or {})
        marks = [judge.line(line) for line in self.lines(lines)]
        for at, points in judge.settled().items():
            marks[at] = replace(marks[at], points=marks[at].points + points)
        return Marked(tuple(marks), judge.ways(), sum(mark.points for mark in marks))
