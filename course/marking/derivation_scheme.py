"""The mark scheme of a derivation: what has to appear among its lines, wrong lines with a sentence, a model."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from course.derivation.check import Assumption, Marked, Marker, Region, Slip, Waypoint
from course.derivation.reading.lines import Line, read_line
from course.derivation.reading.symbols import Symbols
from course.derivation.reading.typeset import latex_line
from course.exercises import Exercise
from course.exercises.base import Answer, Derivation
from course.marking.scheme import Scheme, SchemeError, Step

MOST_PREPARED = 64  # sets of numbers for which a scheme keeps what is prepared
_Value = TypeVar("_Value")
ByNumbers = _Value | Callable[[Any], _Value]
"""A value, or a function that gives it for given values, where it depends on the student's numbers."""


@dataclass(frozen=True)
class WaypointStep(Step):
    """A waypoint as a step of a sheet: it has points and no function; `claim` is what has to appear."""

    claim: str = ""

    @property
    def formula(self) -> str:
        """The claim on the document's own numbers, Markdown with LaTeX."""
        return self.claim

    @property
    def why(self) -> str:
        """Nothing: the lines themselves say why."""
        return ""


class DerivationScheme(Scheme):
    r"""How the lines of a derivation are marked.

    Whatever depends on the student's numbers may be a function of them.

    Args:
        exercise: of the kind `derivation`.
        waypoints: what has to appear, with its points, by the names that the exercise asks for, in their order.
        model: a derivation that earns all points, as lines or as one text.
        slips: wrong lines with a sentence of their own.
        regions: where else a line may be true, for half of its points.
        assumptions: under which else a line may be true, for half of its points.
        beside: sentences for lines that are true and about something else than what is asked, by their left sides.

    Raises:
        SchemeError: if the exercise is no derivation, or the waypoints are not those that it asks for.
    """

    def __init__(
        self,
        exercise: Exercise,
        *,
        waypoints: ByNumbers[Mapping[str, Waypoint]],
        model: ByNumbers[str | Sequence[str]],
        slips: ByNumbers[Sequence[Slip]] = (),
        regions: ByNumbers[Sequence[Region]] = (),
        assumptions: ByNumbers[Sequence[Assumption]] = (),
        beside: ByNumbers[Mapping[str, str] | None] = None,
    ) -> None:
        super().__init__(exercise)
        if exercise.derivation is None:
            raise SchemeError(
                f"{exercise.id}: an exercise of the kind derivation was expected, got {exercise.kind}"
            )
        self._waypoints, self._model, self._slips = waypoints, model, slips
        self._regions, self._assumptions, self._beside = regions, assumptions, beside
        self._markers: dict[str, Marker] = {}
        self.model_blocks = ""  # the labels of a proof in an order that holds
        asked = self.waypoint_steps(exercise.seed())
        if list(asked) != list(exercise.answers):
            raise SchemeError(
                f"{exercise.id}: the waypoints {', '.join(exercise.answers)} were expected, got {', '.join(asked)}"
            )
        self.steps.update(asked)

    def waypoint_steps(self, given: Any) -> dict[str, WaypointStep]:
        """Give what is asked for, as steps."""
        claims = self.claims(given)
        return {name: self._step(name, way.points, claims[name]) for name, way in self._ways(given).items()}

    def _step(self, name: str, points: float, claim: str) -> WaypointStep:
        answer = self.exercise.answers.get(name, Answer.line("", ""))  # a name that is not asked for is refused
        return WaypointStep(name, answer, float(points), _no_value, (), claim=claim)

    def _ways(self, given: Any) -> Mapping[str, Waypoint]:
        """Give all waypoints by name, in the order in which they are asked for."""
        return self.waypoints(given)

    def about(self, given: Any) -> Derivation:
        """Give what the lines are about, with these numbers."""
        assert self.exercise.derivation is not None
        return self.exercise.derivation(given)

    def waypoints(self, given: Any) -> Mapping[str, Waypoint]:
        """Give the waypoints by name."""
        return _with(self._waypoints, given)

    def model(self, given: Any) -> str | Sequence[str]:
        """Give the model derivation."""
        return _with(self._model, given)

    def slips(self, given: Any) -> Sequence[Slip]:
        """Give the wrong lines that have a sentence of their own."""
        return _with(self._slips, given)

    def judge(self, lines: str | Iterable[str] | Sequence[Line], given: Any, blocks: str | None = None) -> Marked:
        """Judge lines, as text or as they were read.

        Args:
            lines: of the derivation.
            given: the numbers of the student.
            blocks: the labels of a proof in the student's order; nothing else has any.

        Raises:
            course.derivation.reading.symbols.SymbolError: if a formula of the scheme cannot be read.
        """
        return self._prepared(given).check(lines, self.about(given).numbers)

    def claims(self, given: Any) -> dict[str, str]:
        """Give the claim of each waypoint, Markdown with LaTeX."""
        symbols = self.about(given).symbols
        return {name: _typeset(way.claim, symbols) for name, way in self._ways(given).items()}

    def declared(self, given: Any) -> dict[str, Any]:
        """Give what a `Marker` of lines takes besides symbols and graph."""
        about = self.about(given)
        return {
            "goal": about.goal,
            "waypoints": tuple(self.waypoints(given).values()),
            "regions": tuple(_with(self._regions, given)),
            "assumptions": tuple(_with(self._assumptions, given)),
            "slips": tuple(self.slips(given)),
            "updates": about.updates,
            "beside": _with(self._beside, given),
        }

    def _prepared(self, given: Any) -> Marker:
        """Give what is prepared of the derivation; students for whom everything is the same share it."""
        about, declared = self.about(given), self.declared(given)
        key = repr((about.symbols.declared, about.graph.steps, about.graph.rows, declared))
        found = self._markers.pop(key, None) or Marker(about.symbols, about.graph, **declared)
        self._markers[key] = found  # the last one used stands last
        while len(self._markers) > MOST_PREPARED:
            del self._markers[next(iter(self._markers))]
        return found

    def step(self, **_: Any) -> Any:
        """Refuse: what a derivation is marked by are its waypoints.

        Raises:
            SchemeError: always.
        """
        raise SchemeError(
            f"{self.exercise.id}: a derivation is marked by waypoints and has no steps that are computed"
        )


def _with(value: ByNumbers[_Value], given: Any) -> _Value:
    return cast(_Value, value(given) if callable(value) else value)


def _typeset(claim: str, symbols: Symbols) -> str:
    return f"${latex_line(read_line(claim, symbols), symbols)}$"


def _no_value(given: Any) -> Any:
    raise AssertionError("a waypoint has no value")
