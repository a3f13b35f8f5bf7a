"""The mark scheme of a proof by induction: blocks, criteria, and the algebra of base and step."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from course.derivation.check import Marked, Marker, Waypoint
from course.derivation.meaning import Graph
from course.derivation.proof import Block, Criterion, Proof
from course.derivation.reading.lines import Line
from course.exercises import Exercise
from course.marking.derivation_scheme import DerivationScheme, WaypointStep


class ProofScheme(DerivationScheme):
    """How a proof by induction is marked; everybody proves the same.

    Args:
        exercise: of the kind `derivation`, with blocks. It asks for the criteria, then for what has to appear
            among the lines of the base, then among those of the step.
        blocks: the exercise's blocks, with what each needs before it.
        criteria: what a reader of the proof asks for, with points.
        base_graph: the steps that the lines of the base are about.
        base: what has to appear among them.
        declared: what a `DerivationScheme` takes: `waypoints`, `assumptions` and `slips` of the step, and the
            `model` with the lines of both parts.

    Raises:
        SchemeError: if the criteria and waypoints are not those that the exercise asks for.
        course.derivation.proof.ProofError: if blocks and criteria do not fit each other.
    """

    def __init__(
        self,
        exercise: Exercise,
        *,
        blocks: Sequence[Block],
        criteria: Sequence[Criterion],
        base_graph: Graph,
        base: Mapping[str, Waypoint],
        **declared: Any,
    ) -> None:
        self._criteria, self._base = tuple(criteria), base
        super().__init__(exercise, **declared)
        given = exercise.seed()
        markers = self._prepared(given), Marker(self.about(given).symbols, base_graph, waypoints=[*base.values()])
        self._proof = Proof(blocks, criteria, *markers)
        self.model_blocks = " ".join(self._proof.order())

    def waypoint_steps(self, given: Any) -> dict[str, WaypointStep]:
        """Give the criteria of the proof and what is asked for beside them, as steps."""
        criteria = {one.name: self._step(one.name, one.points, one.words) for one in self._criteria}
        return {**criteria, **super().waypoint_steps(given)}

    def _ways(self, given: Any) -> Mapping[str, Waypoint]:
        return {**self._base, **self.waypoints(given)}

    def claims(self, given: Any) -> dict[str, str]:
        """Give what each criterion asks for, and the claim of each waypoint, Markdown with LaTeX."""
        return {**{one.name: one.words for one in self._criteria}, **super().claims(given)}

    def judge(self, lines: str | Iterable[str] | Sequence[Line], given: Any, blocks: str | None = None) -> Marked:
        """Judge a proof.

        Args:
            lines: the algebra of both parts; a line of words that names the base or the step begins one.
            given: nothing.
            blocks: the labels in the student's order; those of a model unless given.
        """
        return self._proof.check(self.model_blocks if blocks is None else blocks, lines)
