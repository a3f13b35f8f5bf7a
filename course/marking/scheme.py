"""What a mark scheme is: the steps of one exercise, their points and the slips people make in them."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Literal, cast

from course.errors import CourseError
from course.exercises import Answer, Exercise
from course.exercises.base import WORDS
from course.marking.listed import in_numbers

INPUTS = ("given", "probe")
_FIELD = "given."  # of a name in `of=` that is a given value and no step
TRANSPOSED = "transposed"
Place = tuple[str, str]
# How far a value may be off for the arithmetic of float32, relative to it, unless a step says otherwise.
ARITHMETIC = 1e-4


_noting: ContextVar[Callable[[Any], Any] | None] = ContextVar("_noting", default=None)


def on_paper(value: Any) -> Any:
    """Mark a value inside a step as one that is written down on the way though it is not asked for.

    It is rounded there as the course advises, to two decimals or two significant digits, and the step may be off
    by what that makes of it.

    >>> on_paper(0.25)
    0.25
    """
    note = _noting.get()
    return value if note is None else note(value)


@contextmanager
def noting(note: Callable[[Any], Any]) -> Iterator[None]:
    """Let every value that is marked by `on_paper` pass through a function."""
    token = _noting.set(note)
    try:
        yield
    finally:
        _noting.reset(token)


class SchemeError(CourseError):
    """Raised when an author's scheme contradicts its exercise; the message says where."""


StateWord = Literal["exact", "follows", "slip", "wrong", "missing", "unusable"]


class State(IntEnum):
    """What became of a step. The order is that of the class report, best first."""

    EXACT = 0
    FOLLOWS = 1
    SLIP = 2
    WRONG = 3
    MISSING = 4
    UNUSABLE = 5

    @property
    def word(self) -> StateWord:
        """The state as the command line and the feedback print it."""
        return cast(StateWord, self.name.lower())


class Reason(IntEnum):
    """Why an answer that is what the step gives on the student's own numbers earns nothing."""

    NONE = 0
    TRIVIAL = 1
    MADE_UP = 2  # a parent is
    SENSELESS = 3  # the value itself makes no sense
    FROM_SENSELESS = 4
    REPEATS = 5


@dataclass(frozen=True)
class Slip:
    """A wrong version of a step that people really write.

    Attributes:
        sentence: what the student is told, Markdown with LaTeX.
        cause: the mistake that was made.
        place: layer and direction; a cause is charged once in each.
        credit: share of the step's points that it still earns.
        function: gives the wrong value, from `given` and earlier steps by parameter name.
        parents: the earlier steps that it uses.
    """

    sentence: str
    cause: str
    credit: float
    function: Callable[..., Any]
    parents: tuple[str, ...]
    place: Place = ("", "")

    @property
    def charge(self) -> tuple[str, str, str]:
        """What is charged once on a sheet: the cause, in one layer and direction."""
        return (self.cause, *self.place)


# The one slip that is the engine's own: a matrix is held against its transpose, whatever the step.
_TRANSPOSED = Slip(
    "The matrix is transposed: its rows and columns are swapped.", TRANSPOSED, 0.5, lambda: None, ()
)


@dataclass(frozen=True)
class Alternative:
    """Another convention under which a step is right as well; the remark names it."""

    convention: str
    function: Callable[..., Any]
    parents: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """A pure function of the given values and of earlier steps, with its points and its slips.

    Attributes:
        layer: the layer that it works in; with `direction` (`forward` or `backward`) the place where a cause is
            charged.
        range: the least and the largest value that makes sense; outside of it nothing follows.
        integral: whether only whole numbers make sense.
        saturation: values at which the step's function is flat, such as 0 and 1 of a sigmoid.
        tolerance: how far it may be off in parts of its value, for rounding in layers that are not asked for.
        parts: whether half is earned for three quarters of the entries; `each` for a share by entry.
        axes: what the axes of its value mean, for the remark.
    """

    name: str
    answer: Answer
    points: float
    function: Callable[..., Any]
    parents: tuple[str, ...]
    layer: str = ""
    direction: str = ""
    range: tuple[float, float] | None = None
    integral: bool = False
    saturation: tuple[float, ...] = ()
    tolerance: float = ARITHMETIC
    parts: bool | Literal["each"] = False
    axes: tuple[str, ...] = ()
    slips: list[Slip] = field(default_factory=list)
    alternatives: list[Alternative] = field(default_factory=list)

    @property
    def formula(self) -> str:
        """The first paragraph of the docstring: the formula, Markdown with LaTeX."""
        return inspect.cleandoc(self.function.__doc__ or "").partition("\n\n")[0].replace("\n", " ")

    @property
    def why(self) -> str:
        """The rest of the docstring: why the formula holds, for the worked solution."""
        return inspect.cleandoc(self.function.__doc__ or "").partition("\n\n")[2].strip()

    def slip(
        self,
        sentence: str,
        *,
        cause: str | None = None,
        credit: float | None = None,
        of: Sequence[str] = (),
        rule: Callable[..., Any] | None = None,
        layer: str | None = None,
        direction: str | None = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a slip of this step: as a decorator of a function, or at once with a `rule` of several steps.

        Args:
            sentence: what the student is told.
            cause: name of the cause, shared with other slips that the same mistake leads to.
            credit: share of the step's points it earns, 0..1; half unless given, of words nothing.
            of: with a rule: what it is called with after the given values, names of earlier steps or of given
                values (`"given.theta0"`).
            rule: gives the wrong value; it is shared by steps whose parents have other names.
            layer: where the mistake was made, unless it is the layer of the step.
            direction: `forward` or `backward`, unless it is that of the step.
        """
        share = (0.0 if self.answer.dtype in WORDS else 0.5) if credit is None else credit
        if not 0 <= share <= 1:
            raise SchemeError(f"{self.name}: a slip's credit lies in 0..1, got {share}")
        if self.answer.dtype == "choice" and share:
            raise SchemeError(f"{self.name}: a wrong choice earns nothing, got the credit {share}")
        place = (self.layer if layer is None else layer, self.direction if direction is None else direction)

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            name = cause or f"{self.name} {len(self.slips) + 1}"
            wrong = in_numbers(self.answer, function)
            self.slips.append(Slip(sentence, name, share, wrong, _parents(function), place))
            return function

        if rule is not None:
            register(_bound(rule, tuple(of)))
        return register

    def accept(self, convention: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register another convention under which an answer is right; the remark names it."""

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            rule = in_numbers(self.answer, function)
            self.alternatives.append(Alternative(convention, rule, _parents(function)))
            return function

        return register


def _bound(rule: Callable[..., Any], of: tuple[str, ...]) -> Callable[..., Any]:
    """Return the rule as a function whose parameters have the names of a step's parents."""
    steps = tuple(name for name in of if not name.startswith(_FIELD))

    def bound(given: Any, **parents: Any) -> Any:
        values = [parents[name] if name in steps else getattr(given, name.removeprefix(_FIELD)) for name in of]
        return rule(given, *values)

    positional, keyword = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("given", positional), *(inspect.Parameter(name, keyword) for name in steps)]
    bound.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return bound


@dataclass(frozen=True)
class Criterion:
    """One line of a rubric: what a marker looks for in a written answer, and its points."""

    looks_for: str
    points: float


@dataclass(frozen=True)
class Cap:
    """A limit on what some steps earn together; what is above it is withheld, once, and said.

    Attributes:
        points: the most that they earn.
        of: names of the steps.
        sentence: what the student is told.
        cause: of a slip: the cap holds on sheets that show it.
        when: a condition on the given values and on the student's own answers by step, nan where there is none.
        alone: whether the cap holds where no other step earns anything.
    """

    points: float
    of: tuple[str, ...]
    sentence: str
    cause: str = ""
    when: Callable[[Any, dict[str, Any]], Any] | None = None
    alone: bool = False


class Scheme:
    """The steps and slips of one exercise with their points, and the rubric of its written part.

    Registering happens once, where the scheme is written; afterwards a scheme is read only.

    Raises:
        SchemeError: if a step is not asked for by the exercise, comes before one of its parents, or is
            missing its formula.
    """

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.steps: dict[str, Step] = {}
        self.rubric: tuple[Criterion, ...] = ()
        self.model_answer = ""
        self.requirements: list[Callable[[Any, dict[str, Any]], Any]] = []
        self.caps: list[Cap] = []
        self.gradients: dict[str, tuple[str, str]] = {}

    def step(
        self,
        *,
        points: float = 1.0,
        layer: str = "",
        direction: str = "",
        range: tuple[float, float] | None = None,  # noqa: A002
        integral: bool | None = None,
        saturation: tuple[float, ...] = (),
        tolerance: float = ARITHMETIC,
        parts: bool | Literal["each"] = False,
        axes: tuple[str, ...] = (),
    ) -> Callable[[Callable[..., Any]], Step]:
        """Register a step under the function's name; its parameter names are its parents.

        Args:
            points: what it is worth.
            layer: see `Step`, as for all that follow.
            direction: `forward` or `backward`.
            range: the least and the largest value that makes sense.
            saturation: values at which the function is flat.
            tolerance: relative, where a step hides operations.
            parts: whether half is earned for three quarters of the entries, six at least; with `each` every entry
                that is not zero earns its share.
            axes: what the axes mean.
            integral: whether only whole numbers make sense; for answers of type `int` unless said otherwise.
        """

        def register(function: Callable[..., Any]) -> Step:
            name = function.__name__
            where = f"{self.exercise.id}: step {name}"
            answer = self.exercise.answers.get(name)
            if answer is None:
                raise SchemeError(f"{where} is not asked for; the answers are {', '.join(self.exercise.answers)}")
            if not function.__doc__:
                raise SchemeError(f"{where} has no docstring; it holds the formula")
            parents = _parents(function)
            unknown = [parent for parent in parents if parent not in self.steps]
            if unknown:
                raise SchemeError(f"{where} uses {', '.join(unknown)}, which no earlier step gives")
            if axes and len(axes) != len(answer.shape):
                raise SchemeError(f"{where} has {len(answer.shape)} axes, got the names {', '.join(axes)}")
            self.steps[name] = Step(
                name,
                answer,
                float(points),
                in_numbers(answer, function),
                parents,
                layer,
                direction,
                range,
                answer.dtype == "int" if integral is None else integral,
                saturation,
                tolerance,
                parts,
                axes,
            )
            return self.steps[name]

        return register

    def require(self, predicate: Callable[[Any, dict[str, Any]], Any]) -> Callable[[Any, dict[str, Any]], Any]:
        """Register a condition on personal variants: (given, right values by step) -> bool."""
        self.requirements.append(predicate)
        return predicate

    def cap(
        self,
        points: float,
        *,
        of: Sequence[str],
        sentence: str,
        cause: str = "",
        when: Callable[[Any, dict[str, Any]], Any] | None = None,
        alone: bool = False,
    ) -> None:
        """Let some steps earn at most so many points together where a condition holds.

        Args:
            points: the most that they earn.
            of: names of the steps.
            sentence: what the student is told.
            cause: name of a slip's cause: the condition is that it was recognised anywhere on the sheet.
            when: a condition, (given, answers by step) -> bool; an answer that is not there is nan.
            alone: the condition is that no other step earns anything.

        Raises:
            SchemeError: unless there is exactly one of `cause`, `when` and `alone`.
        """
        if [bool(cause), when is not None, alone].count(True) != 1:
            raise SchemeError(
                f"{self.exercise.id}: a cap has a cause, a condition `when` or `alone`, and only one"
            )
        self.caps.append(Cap(float(points), tuple(of), sentence, cause, when, alone))

    def derivatives(self, of: str, **by: str) -> None:
        """Say which steps are derivatives of a step: `derivatives("loss", dW1="W1", delta1="a1")`.

        What they are taken by is a given value or an earlier step. `course lint` holds them to `jax.grad`.
        """
        self.gradients.update({step: (of, source) for step, source in by.items()})

    def written(self, model_answer: str, criteria: Sequence[tuple[str, float]]) -> None:
        """Set the rubric of the written part: a model answer and (what to look for, points) lines."""
        self.model_answer = inspect.cleandoc(model_answer)
        self.rubric = tuple(Criterion(text, float(points)) for text, points in criteria)

    @property
    def points(self) -> float:
        """All points of the exercise, those of the written part included."""
        return self.step_points + self.written_points

    @property
    def step_points(self) -> float:
        """Points that are marked by the engine."""
        return sum(step.points for step in self.steps.values())

    @property
    def written_points(self) -> float:
        """Points that a person gives by the rubric."""
        return sum(criterion.points for criterion in self.rubric)

    def slips_of(self, step: str) -> tuple[Slip, ...]:
        """Give what a step's slip numbers mean: the slips of the author, and last the transposed matrix."""
        return (*self.steps[step].slips, _TRANSPOSED)

    def charges(self) -> tuple[tuple[str, str, str], ...]:
        """Give everything that can be charged."""
        return tuple(dict.fromkeys(slip.charge for name in self.steps for slip in self.slips_of(name)))

    def check(self) -> None:
        """Refuse a scheme that is not complete.

        Raises:
            SchemeError: if an answer has no step, a slip uses a later step, or there is nothing to mark.
        """
        missing = [name for name in self.exercise.answers if name not in self.steps]
        if missing:
            raise SchemeError(f"{self.exercise.id}: no step marks {', '.join(missing)}")
        if not self.steps and not self.rubric:
            raise SchemeError(f"{self.exercise.id}: neither steps nor a rubric")
        order = list(self.steps)
        for cap in self.caps:
            unknown = [name for name in cap.of if name not in order]
            most = sum(self.steps[name].points for name in cap.of if name in order)
            if unknown or not 0 <= cap.points < most:
                raise SchemeError(
                    f"{self.exercise.id}: a cap of {cap.points:g} points of {', '.join(cap.of)} caps nothing; "
                    f"they have {most:g}" + (f", and there is no {', '.join(unknown)}" if unknown else "")
                )
            if cap.cause and cap.cause not in {charge[0] for charge in self.charges()}:
                raise SchemeError(f"{self.exercise.id}: no slip has the cause {cap.cause!r} of a cap")
        for name, (of, by) in self.gradients.items():
            if name not in order or of not in order or (by not in order and by not in self._given_names()):
                raise SchemeError(f"{self.exercise.id}: {name} cannot be the derivative of {of} by {by}")
        for step in self.steps.values():
            for slip in (*step.slips, *step.alternatives):
                late = [p for p in slip.parents if p not in order[: order.index(step.name)]]
                if late:
                    raise SchemeError(
                        f"{self.exercise.id}: a slip or alternative of {step.name} uses {', '.join(late)}"
                    )

    def _given_names(self) -> tuple[str, ...]:
        return tuple(self.exercise.seed()._fields)


def _parents(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(name for name in inspect.signature(function).parameters if name not in INPUTS)


def call(
    function: Callable[..., Any], parents: tuple[str, ...], inputs: dict[str, Any], steps: dict[str, Any]
) -> Any:
    """Evaluate a step's or slip's function on the inputs and on the values of its parents."""
    names = inspect.signature(function).parameters
    arguments = {name: inputs[name] for name in names if name in INPUTS}
    return function(**arguments, **{parent: steps[parent] for parent in parents})
