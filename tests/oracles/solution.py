"""What an oracle is made of, and how a student works a sheet with it: step by step, rounding as they go."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Any, NamedTuple

import numpy as np

Step = Callable[[Any, dict[str, Any]], Any]
"""From the given values and the values so far, by name, to the value of a step: an array, or a word to choose, which
is empty where there is nothing to choose."""


@dataclass(frozen=True)
class Misconception:
    """A wrong version of a step, as a student who believes it would work it out.

    Attributes:
        step: name of the step.
        name: a few words for tables, unique within its step.
        function: the wrong step, from the given values and the student's own earlier values.
        note: the belief, in a sentence.
        cause: a word that misconceptions of other steps share where one belief shows in all of them.
    """

    step: str
    name: str
    function: Step
    note: str
    cause: str = ""


@dataclass(frozen=True)
class Solution:
    """The right steps of an exercise in the order of the work, and the wrong ones that students write.

    Attributes:
        exercise: its id.
        steps: by name. Each is right *given the earlier values*, which may be rounded or wrong. A step that
            counts returns integers: no habit of rounding touches them.
        hidden: the steps that are on the way and not asked. Careful students round them too.
        misconceptions: wrong versions of asked steps.
        domain: by step, whether a value can be one at all (a probability, a size of at least 1). What is
            worked out from an error that leaves the domain has no right value.
    """

    exercise: str
    steps: Mapping[str, Step]
    hidden: frozenset[str] = frozenset()
    misconceptions: Sequence[Misconception] = ()
    domain: Mapping[str, Callable[[np.ndarray], bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = (set(self.hidden) | set(self.domain) | {m.step for m in self.misconceptions}) - set(self.steps)
        if unknown:
            raise ValueError(f"{self.exercise} has no steps {sorted(unknown)}; it has {list(self.steps)}")
        names = [(m.step, m.name) for m in self.misconceptions]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"{self.exercise} has two misconceptions of one name: {sorted(twice)}")

    @property
    def asked(self) -> tuple[str, ...]:
        """The names of the steps that are written on the sheet."""
        return tuple(name for name in self.steps if name not in self.hidden)


@dataclass(frozen=True)
class Habit:
    """How a student rounds what they write.

    Attributes:
        name: for tables.
        rounding: one number to the number that is written down.
        carried: whether the written number is also the one that is worked on with; otherwise the calculator
            keeps the full one.
    """

    name: str
    rounding: Callable[[float], float]
    carried: bool = True

    def __call__(self, value: Any) -> Any:
        """Return a value as this student writes it; counts and words stay as they are."""
        if isinstance(value, str):
            return value
        value = np.asarray(value)
        if not np.issubdtype(value.dtype, np.floating):
            return value
        rounded = [self.rounding(float(entry)) if math.isfinite(entry) else entry for entry in value.ravel()]
        return np.array(rounded, dtype=np.float64).reshape(value.shape)


def decimals(places: int) -> Callable[[float], float]:
    """Return the rounding to so many decimals, whatever the size of the number."""
    return lambda value: round(value, places)


def significant(digits: int) -> Callable[[float], float]:
    """Return the rounding to so many significant digits."""
    return lambda value: float(f"{value:.{digits - 1}e}")


def advised(value: float) -> float:
    """Round as the course advises: to two decimals, or as many as leave two significant digits."""
    return round(value, _advised_places(value))


def advised_cut(value: float) -> float:
    """Cut where the course advises to round."""
    # 0.29 is a little less than 0.29 in binary: nobody who cuts it by hand writes 0.28.
    exact = Decimal(repr(round(value, 12)))
    return float(exact.quantize(Decimal(1).scaleb(-_advised_places(value)), rounding=ROUND_DOWN))


def _advised_places(value: float) -> int:
    return 2 if value == 0 else max(2, 1 - math.floor(math.log10(abs(value))))


EXACT = Habit("exact", lambda value: value)

HABITS: tuple[Habit, ...] = tuple(
    Habit(f"{name}, {'carried' if carried else 'written'}", rounding, carried)
    for name, rounding in {
        "advice": advised,
        "advice cut": advised_cut,
        "2 decimals": decimals(2),
        "3 decimals": decimals(3),
        "3 digits": significant(3),
        "4 digits": significant(4),
    }.items()
    for carried in (True, False)
)


class Worked(NamedTuple):
    """A sheet as a student worked it.

    Attributes:
        written: what stands on it, by asked step.
        carried: what the student worked on with, by step, hidden ones too.
        sound: whether every value is finite and within the domain of its step.
    """

    written: dict[str, Any]
    carried: dict[str, Any]
    sound: bool


def solve(
    solution: Solution, given: Any, habit: Habit = EXACT, override: Mapping[str, Any] | None = None
) -> Worked:
    """Work a sheet from the given values to the end.

    Args:
        solution: the steps.
        given: the student's numbers.
        habit: how values are rounded, hidden ones too.
        override: by step, a value put in its place (it is written as it is), or a wrong step, which is
            evaluated on the student's earlier values and rounded like a right one. All that follows is worked
            rightly from it.
    """
    planted = dict(override or {})
    if set(planted) - set(solution.steps):
        raise ValueError(f"{solution.exercise} has no steps {sorted(set(planted) - set(solution.steps))}")
    written: dict[str, Any] = {}
    carried: dict[str, Any] = {}
    sound = True
    with np.errstate(all="ignore"):
        for name, step in solution.steps.items():
            if name in planted and not callable(planted[name]):
                value = shown = _kept(planted[name])
            else:
                value = _kept(planted.get(name, step)(given, dict(carried)))
                shown = habit(value)
                value = shown if habit.carried else value
            carried[name] = value
            if name not in solution.hidden:
                written[name] = shown
            sound = sound and _within(solution, name, value)
    return Worked(written, carried, sound)


def _kept(value: Any) -> Any:
    return str(value) if isinstance(value, str) else np.asarray(value)


def _within(solution: Solution, name: str, value: Any) -> bool:
    if isinstance(value, str):
        return True
    return bool(np.all(np.isfinite(value))) and solution.domain.get(name, lambda _: True)(value)
