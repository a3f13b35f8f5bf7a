"""What an exercise is: given values, and the answers that are asked for."""

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np

from course.derivation.meaning import Graph
from course.derivation.reading.symbols import Symbols
from course.exercises import variants
from course.exercises.variants import COURSE, SAMPLER_VERSION, Draw

Dtype = Literal["float", "int", "choice", "several", "order", "matching", "graph", "function", "line"]
LISTED = frozenset({"several", "order", "matching"})  # kinds that are answered with more than one word
WORDS = LISTED | {"choice"}
Kind = Literal["steps", "function", "written", "derivation"]


@dataclass(frozen=True)
class Answer:
    """One thing that is asked for.

    Attributes:
        symbol: LaTeX of its name.
        shape: shape of its value; of the flattened outputs for a function, (units, units) for a graph.
        dtype: `float` is marked to the written precision, `int` exactly, `choice` is one of `choices`, `several`
            are any number of them, `order` is all of them in an order, `matching` gives each of `units` one of
            them, `graph` is a set of edges over `units`, `function` is evaluated on probe inputs, `line` has to
            appear among the lines of a derivation.
        about: what it is, in a few words.
        choices: the words to choose from.
        units: names of the units of a graph, or what is to be matched.
        signature: how the function is called, for example `h(x, W1, W2, phi)`.
        call: evaluates a student's function on the probes: (function, probe) -> outputs of `shape`.
        also: other names under which it may stand on a sheet.
        shapes: other shapes in which it is right as well, with the same entries row by row.
        entries: what its entries are called, in their order and each in several ways, such as
            `(("channels", "C"), ("height", "H"))`; somebody who types these may keep to another order.

    Raises:
        ValueError: for another shape that has not as many entries, or not one name for each entry.
    """

    symbol: str
    shape: tuple[int, ...]
    about: str
    dtype: Dtype = "float"
    choices: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    signature: str = ""
    call: Callable[[Callable, Any], Any] | None = None
    also: tuple[str, ...] = ()
    shapes: tuple[tuple[int, ...], ...] = ()
    entries: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        if self.entries and (len(self.entries),) != self.shape:
            raise ValueError(f"{self.symbol}: {len(self.entries)} entries have names, of shape {self.shape}")
        for shape in self.shapes:
            if math.prod(shape) != math.prod(self.shape):
                raise ValueError(f"{self.symbol}: {shape} has not as many entries as {self.shape}")

    @classmethod
    def line(cls, symbol: str, about: str) -> "Answer":
        """Ask for a line of a derivation: what it has to show, in a few words that do not give it away."""
        return cls(symbol, (), about, "line")

    @classmethod
    def several(cls, symbol: str, choices: Sequence[str], about: str) -> "Answer":
        """Ask for all that apply of some choices.

        Raises:
            ValueError: if there are fewer than two choices, or one is empty or stands twice; also below.
        """
        return cls(symbol, (len(_distinct(choices)),), about, "several", choices=tuple(choices))

    @classmethod
    def order(cls, symbol: str, choices: Sequence[str], about: str) -> "Answer":
        """Ask for the order of some things; list them in an order that is far from the right one."""
        return cls(symbol, (len(_distinct(choices)),), about, "order", choices=tuple(choices))

    @classmethod
    def matching(cls, symbol: str, units: Sequence[str], choices: Sequence[str], about: str) -> "Answer":
        """Ask which choice belongs to each unit."""
        _distinct(choices)
        return cls(symbol, (len(_distinct(units)),), about, "matching", choices=tuple(choices), units=tuple(units))


def _distinct(words: Sequence[str]) -> Sequence[str]:
    plain = [" ".join(word.casefold().split()) for word in words]
    if len(plain) < 2 or not all(plain) or len(set(plain)) < len(plain):
        raise ValueError(f"two different words or more were expected, got {', '.join(map(repr, words))}")
    return words


class Network(NamedTuple):
    """A fully connected network to be drawn: per layer a matrix with one row per unit.

    With `bias`, column 0 of every matrix holds the weights of a bias unit. `inputs` are the values at the
    input units, without the bias.
    """

    inputs: np.ndarray
    weights: tuple[np.ndarray, ...]
    bias: bool


@dataclass(frozen=True)
class Derivation:
    """What the lines of a derivation are about.

    Attributes:
        symbols: what lines may name, with all spellings.
        graph: the steps that derivatives are of.
        goal: what a first line that begins with no left side is equal to.
        numbers: the given numbers, by the name of their symbol.
        updates: formulas for the value of a symbol after its update, for `w ← …`.
        blocks: of a proof the text of each of its blocks, by the label that stands for it.
    """

    symbols: Symbols
    graph: Graph
    goal: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)
    updates: Mapping[str, str] = field(default_factory=dict)
    blocks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Exercise:
    """What is asked, and with which numbers. How it is marked stands in a mark scheme elsewhere.

    Attributes:
        id: `topic/name`.
        title: for a person.
        source: which document it comes from.
        kind: `steps` (worked out by hand), `function` (implemented), `written` (prose, marked by hand) or
            `derivation` (worked line by line).
        task: what is to be done, in Markdown with LaTeX.
        seed: gives the document's own numbers.
        draw: gives a personal variant from a stream of integers; None where all have the same numbers.
        answers: what is asked for, by name, in the order of the work.
        symbols: LaTeX of each given value, by field name.
        probe: draws the inputs on which functions are evaluated.
        network: gives the network to be drawn beside the given values.
        derivation: of a derivation: what its lines are about, for these given values. Its `answers` are what has
            to appear among the lines.
        passed_over: the draws that are passed over, in their text form; None for those that this package lists.
        former_draw: `draw` as it was under sampler 1, where it has changed.
        former_probe: `probe` as it was under sampler 1, where it has changed.
    """

    id: str
    title: str
    source: str
    kind: Kind
    task: str
    seed: Callable[[], Any]
    answers: Mapping[str, Answer]
    draw: Callable[[Draw], Any] | None = None
    symbols: Mapping[str, str] = field(default_factory=dict)
    probe: Callable[[Draw], Any] | None = None
    network: Callable[[Any], "Network"] | None = None
    derivation: Callable[[Any], Derivation] | None = None
    passed_over: str | None = None
    former_draw: Callable[[Draw], Any] | None = None
    former_probe: Callable[[Draw], Any] | None = None

    def __post_init__(self) -> None:
        if (self.kind == "derivation") != (self.derivation is not None):
            raise ValueError(
                f"{self.id}: an exercise is of the kind derivation if it says what its lines are about"
            )

    @property
    def ill_posed(self) -> np.ndarray:
        """The draws that are passed over, bool [POOL]."""
        return variants.passed_over(self.id) if self.passed_over is None else variants.unpack(self.passed_over)

    @property
    def assignment(self) -> str:
        """The assignment it belongs to: the topic of its id."""
        return self.id.partition("/")[0]

    def given(self, student: str | None = None, course: str = COURSE, sampler: int = SAMPLER_VERSION) -> Any:
        """Give the numbers of a student, or the document's own without one.

        Args:
            student: an id.
            course: name of the course.
            sampler: the version of the sampler under which the numbers were given out.

        Raises:
            BadStudentId: if the id is empty or too long.
            variants.UnknownSampler: for a version that this package does not have.
        """
        if student is None or self.draw is None:
            return self.seed()
        variants.require_sampler(sampler)
        if sampler == SAMPLER_VERSION:
            return self.variant(variants.index_for(self.id, student, course, self.ill_posed))
        ill_posed = variants.passed_over(self.id, 1) if self.passed_over is None else self.ill_posed
        return self.variant(variants.index_under_1(self.id, student, course, ill_posed), sampler)

    def variant(self, index: int, sampler: int = SAMPLER_VERSION) -> Any:
        """Give the numbers of one draw of the pool, under a version of the sampler."""
        if self.draw is None:
            return self.seed()
        draw = self.draw if sampler == SAMPLER_VERSION else self.former_draw or self.draw
        return draw(Draw(self.id, index))

    def probes(self, secret: str, sampler: int = SAMPLER_VERSION) -> Any:
        """Give the inputs on which the functions of this exercise are evaluated, or None.

        Args:
            secret: what they are drawn from: the instructor's at grading, the public word "practice" before.
            sampler: the version of the sampler under which the exercise was released.

        Raises:
            variants.UnknownSampler: for a version that this package does not have.
        """
        if self.probe is None:
            return None
        variants.require_sampler(sampler)
        probe = self.probe if sampler == SAMPLER_VERSION else self.former_probe or self.probe
        return probe(Draw(f"{self.id}|probe", secret))


def array(*values: float) -> np.ndarray:
    """Give a float64 array; a single value gives an array of shape ()."""
    return np.array(values[0] if len(values) == 1 else values, dtype=np.float64)


@functools.cache
def nothing() -> Any:
    """Give the given values of an exercise that has none."""
    return NamedTuple("Nothing", [])()
