"""The worked solution of an exercise with one student's numbers: formula, values, result, why, step by step."""

import textwrap
from typing import Any

import jax
import msgspec
import numpy as np

from course.exercises import Answer
from course.exercises.base import LISTED
from course.html.plain_text import plain
from course.marking import listed
from course.marking.derivation_marker import line_reports
from course.marking.derivation_scheme import DerivationScheme
from course.marking.marker import Marker
from course.marking.report import show_value
from course.marking.scheme import Step, call


class Use(msgspec.Struct, frozen=True):
    """A value that a step is computed from: an earlier step's or a given one."""

    name: str
    symbol: str
    value: str


class WorkedStep(msgspec.Struct, frozen=True):
    """One step of a worked solution.

    Attributes:
        symbol: LaTeX of its name.
        about: what it is, in a few words.
        formula: how it is computed, Markdown with LaTeX.
        why: why the formula holds; may be empty.
        uses: the values it is computed from.
        parents: names of the earlier steps among them.
        result: the value for a person, to four significant digits; empty for a function.
        value: the value in full, as an answer sheet takes it: nested lists, a word, or pairs (from, to).
    """

    name: str
    symbol: str
    about: str
    formula: str
    why: str
    uses: tuple[Use, ...]
    parents: tuple[str, ...]
    result: str
    value: Any


class WorkedLine(msgspec.Struct, frozen=True):
    """A line of a model derivation: as it is typed, as it was read with its words, the waypoint that it meets."""

    text: str
    latex: str
    words: str = ""
    waypoint: str = ""


class Worked(msgspec.Struct, frozen=True):
    """A worked solution: the exercise, whose numbers, and its steps in the order of the work.

    Of a derivation the steps are its waypoints, and `lines` are a model of it that earns all points; of a proof
    `blocks` are the labels of its blocks in an order that holds.
    """

    exercise: str
    title: str
    student: str | None
    steps: tuple[WorkedStep, ...]
    lines: tuple[WorkedLine, ...] = ()
    blocks: str = ""


def solution(marker: Marker, given: Any, *, student: str | None = None, probe: Any = None) -> Worked:
    """Work an exercise out.

    Args:
        marker: of the exercise.
        given: the numbers to work with.
        student: whose numbers these are; None for the document's own.
        probe: the inputs on which functions are evaluated, the practice ones unless given.
    """
    if isinstance(marker.scheme, DerivationScheme):
        return _derivation(marker.scheme, given, student)
    exercise = marker.scheme.exercise
    probe = exercise.probes("practice") if probe is None else probe
    truths = marker.truths(given, probe)
    steps = []
    for step in marker.scheme.steps.values():
        fields = _fields_used(step, given, probe, truths)
        shown = [
            Use(name, exercise.symbols.get(name, name), show_given(getattr(given, name))) for name in fields
        ] + [
            Use(name, exercise.answers[name].symbol, show_value(exercise.answers[name], truths[name]))
            for name in step.parents
        ]
        steps.append(
            WorkedStep(
                name=step.name,
                symbol=step.answer.symbol,
                about=step.answer.about,
                formula=step.formula,
                why=step.why,
                uses=tuple(shown),
                parents=step.parents,
                result=show_value(step.answer, truths[step.name]),
                value=_value(step.answer, truths[step.name]),
            )
        )
    return Worked(exercise.id, exercise.title, student, tuple(steps))


def _derivation(scheme: DerivationScheme, given: Any, student: str | None) -> Worked:
    """Give a model derivation; the value of a waypoint is the line that meets it."""
    marked = scheme.judge(scheme.model(given), given, scheme.model_blocks)
    asked = list(scheme.steps)[len(marked.criteria) :]
    names = {way.line: name for name, way in zip(asked, marked.ways, strict=True) if way.line is not None}
    reports = line_reports(marked, scheme.about(given).symbols)
    lines = tuple(
        WorkedLine(line.text, line.latex, line.words, names.get(at, "")) for at, line in enumerate(reports)
    )
    shown = {line.waypoint: line for line in lines}
    steps = tuple(
        WorkedStep(
            name=name,
            symbol=step.answer.symbol,
            about=step.answer.about,
            formula=f"${shown[name].latex}$" if name in shown else step.formula,
            why="",
            uses=(),
            parents=(),
            result="",
            value=shown[name].text if name in shown else "",
        )
        for name, step in scheme.steps.items()
    )
    return Worked(scheme.exercise.id, scheme.exercise.title, student, steps, lines, scheme.model_blocks)


def as_json(worked: Worked) -> dict[str, Any]:
    """Give the results: `{"exercise", "student", "steps": {name: nested lists}}`, a derivation's lines too."""
    return {
        "exercise": worked.exercise,
        "student": worked.student,
        "steps": {step.name: step.value for step in worked.steps},
        **({"blocks": worked.blocks} if worked.blocks else {}),
        **({"lines": [line.text for line in worked.lines]} if worked.lines else {}),
    }


def as_text(worked: Worked, width: int = 88) -> str:
    """Give the worked solution as plain text, LaTeX turned into readable characters."""
    lines = [f"{worked.exercise}: {worked.title}", _whose(worked)]
    if worked.blocks:
        lines += ["", f"blocks: {worked.blocks}"]
    if worked.lines:
        lines += ["", *(f"{number:>3}  {line.text}" for number, line in enumerate(worked.lines, start=1))]
        return "\n".join(lines) + "\n"
    for number, step in enumerate(worked.steps, start=1):
        lines += ["", f"{number}. {step.name}: {plain(step.about)}"]
        lines += _indented(plain(step.formula), width)
        if step.uses:
            lines += _indented("with " + ", ".join(f"{use.name} = {use.value}" for use in step.uses), width)
        if step.result:
            lines += _indented(f"{step.name} = {step.result}", width)
        lines += _indented(plain(step.why), width)
    return "\n".join(lines) + "\n"


def as_markdown(worked: Worked) -> str:
    """Give the worked solution as Markdown with LaTeX."""
    lines = [f"### {worked.title}", "", f"`{worked.exercise}`, {_whose(worked)}", ""]
    if worked.blocks:
        lines += [f"The blocks in order: {worked.blocks}.", ""]
    if worked.lines:
        for number, line in enumerate(worked.lines, start=1):
            lines.append(f"{number}. ${line.latex}$ {line.words}".rstrip())
        return "\n".join([*lines, ""])
    for number, step in enumerate(worked.steps, start=1):
        lines.append(f"{number}. **`{step.name}`**, {step.about}: {step.formula}")
        if step.uses:
            lines += ["", "    with " + ", ".join(f"${use.symbol}$ = {use.value}" for use in step.uses)]
        if step.result:
            lines += ["", f"    ${step.symbol}$ = **{step.result}**"]
        if step.why:
            lines += ["", f"    {' '.join(step.why.split())}"]
        lines.append("")
    return "\n".join(lines)


def _whose(worked: Worked) -> str:
    return "the document's own numbers" if worked.student is None else f"the numbers of {worked.student}"


def _indented(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent="   ", subsequent_indent="     ")


class _Watched:
    """Stands for the given values and notes which of them a step asks for."""

    def __init__(self, given: Any) -> None:
        self._given = given
        self.seen: list[str] = []

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._given, name)
        if name in self._given._fields and name not in self.seen:
            self.seen.append(name)
        return value

    def __iter__(self) -> Any:
        return (getattr(self, name) for name in self._given._fields)


def _fields_used(step: Step, given: Any, probe: Any, truths: dict[str, np.ndarray]) -> list[str]:
    """Which given values a step uses, in their own order: found by tracing it, nothing is computed."""
    seen: list[str] = []

    def trace(given: Any, probe: Any, values: dict[str, Any]) -> Any:
        watched = _Watched(given)
        result = call(step.function, step.parents, {"given": watched, "probe": probe}, values)
        seen.extend(watched.seen)
        return result

    with jax.enable_x64(True):
        jax.eval_shape(trace, given, probe, {name: truths[name] for name in step.parents})
    return [name for name in getattr(given, "_fields", ()) if name in seen]


def show_given(value: Any) -> str:
    """Give a given value as a person would write it."""
    array = np.asarray(value, dtype=float)
    return show_value(Answer("", array.shape, ""), array)


def _value(answer: Answer, value: np.ndarray) -> Any:
    if answer.dtype == "choice":
        return show_value(answer, value)
    if answer.dtype in LISTED:
        return listed.plain(answer, value)
    if answer.dtype == "graph":
        return [[answer.units[i], answer.units[j]] for i, j in np.argwhere(value == 1)]
    if answer.dtype == "int":
        return np.rint(value).astype(int).tolist()
    return (value + 0.0).tolist()  # -0.0 + 0.0 is 0.0
