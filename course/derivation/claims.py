"""What a student has claimed so far, and what formulas mean under it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from course.derivation.meaning import MeaningError, Points, same
from course.derivation.prepared import Prepared
from course.derivation.reading import tree
from course.derivation.reading.tree import Name, Node


def agree(points: Points, left: Node, right: Node) -> bool:
    """Return whether two formulas mean the same at these points; what has no meaning means the same as nothing."""
    try:
        return same(points.value(left), points.value(right))
    except MeaningError:
        return False


@dataclass
class Claims:
    """What the student has claimed that is not true, by what it is about.

    Attributes:
        marker: what is prepared of the exercise.
        false: the claims.
    """

    marker: Prepared
    false: dict[Node, Node] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._points: dict[tuple, list[Points]] = {}

    def beside(self, target: Node) -> dict[Node, Node]:
        """Return the claims about anything else."""
        return {key: one for key, one in self.false.items() if key != target}

    def keep(self, target: Node, node: Node) -> bool:
        """Let a claim that is false stand for what it claims from here on; return whether it is true."""
        self.false.pop(target, None)
        true = agree(self.marker.truth, target, node)
        if not true:
            self.false[target] = node
        return true

    def under(self, points: Points, target: Node) -> Iterator[Points]:
        """Yield points, as they are and under the student's own claims about anything but the target."""
        yield points
        claims = {key: one for key, one in self.beside(target).items() if tree.names_in(one)}
        if claims:
            key = (id(points), *claims.items())
            if key not in self._points:
                self._points[key] = self.points(points, claims)
            yield from self._points[key]

    def points(self, points: Points, claims: dict[Node, Node]) -> list[Points]:
        """Return points under some claims, counted from the loss back and from the variable on."""
        graph, seed = self.marker.graph, self.marker.seed
        steps = {key.name: one for key, one in claims.items() if isinstance(key, Name) and key.name in graph.steps}
        try:
            graph = graph.changed(steps) if steps else graph
            values = None if steps else points.values
            both = (False, True)
            return [Points(graph, seed=seed, claims=claims, forward=one, values=values) for one in both]
        except ValueError:  # a claim that goes round in a circle, or whose shape does not fit, changes nothing
            return []
