"""What a student and an instructor are told: a mark for every step of a sheet, in words and numbers."""

import math
import re
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from course.derivation.marks import State as LineState
from course.exercises import Answer
from course.exercises.base import LISTED
from course.marking import listed
from course.marking.scheme import Reason, Scheme, Slip, State, StateWord, Step
from course.marking.variant import Evidence, Variant
from course.sheet import Answer as Handed
from course.sheet import Chosen, Edges, Numbers, Outputs, Text
from course.sheet.reading import Reading

_DECIMAL = re.compile(r"\d*\.?\d+", re.ASCII)


class Ruling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An instructor's decision on one step of one student; it survives marking again."""

    points: float
    reason: str


class StepMark(msgspec.Struct, frozen=True):
    """The mark of one step.

    Attributes:
        state: `exact`, `follows`, `slip`, `wrong`, `missing` or `unusable`.
        points: earned, of `max_points`.
        remark: what the student is told.
        yours: the answer as written, for a person; empty where there is none.
        expected: the right value, or the one that follows from the student's own earlier answers.
        own_chain: whether `expected` rests on earlier answers of the student that are not right.
        formula: how the step is computed, Markdown with LaTeX.
        symbol: LaTeX of the step's name.
        slip: the slip's cause where one was recognised.
        partial: whether points are earned for part of the answer.
    """

    state: StateWord
    points: float
    max_points: float
    remark: str
    yours: str = ""
    expected: str = ""
    own_chain: bool = False
    formula: str = ""
    symbol: str = ""
    slip: str = ""
    partial: bool = False


class LineReport(msgspec.Struct, frozen=True):
    """The mark of one line of a derivation.

    Attributes:
        text: as typed.
        state: see `course.derivation.check`.
        points: earned by the waypoints that it met.
        remark: what the student is told.
        latex: as it was read; empty where it could not be.
        instead: LaTeX of what would follow from the line before, where one change makes it so.
        words: that stand around its formulas, such as a reason.
    """

    text: str
    state: LineState
    points: float
    remark: str
    latex: str = ""
    instead: str = ""
    words: str = ""


def answer_of(report: "Report", step: str) -> str:
    """Give what stands on a sheet for a step, as written; all lines of a derivation where none has it."""
    return report.steps[step].yours or "\n".join(line.text for line in report.lines)


ASTRAY = ("where", "under", "slip", "edit", "wrong", "jump")
"""The states of lines that do not follow, or not as they stand."""


class Misread(msgspec.Struct, frozen=True):
    """A given value that a sheet was worked with otherwise than it is given.

    Attributes:
        field: its name, with the place of the entry in an array.
        read: what was read.
        given: what is given.
        step: the first step that it touches, which is charged.
        same: other misreadings that come to the same on the sheet: field, read, given.
    """

    field: str
    read: str
    given: str
    step: str = ""
    same: tuple[tuple[str, str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """Give what the student is told."""
        readings = [(self.field, self.read, self.given), *self.same]
        told = [f"{field} = {read}; yours is {given}" for field, read, given in readings]
        return f"You worked with {', or with '.join(told)}."


class Report(msgspec.Struct, frozen=True):
    """The marks of one sheet.

    Attributes:
        foreign: whether the sheet was worked on somebody else's numbers.
        whose: whose numbers these are, for the instructor.
        foreign_points: the points it would have under that variant.
        remarks: what concerns the whole sheet.
        withheld: points withheld because an error left little to be worked out.
        misread: the given value that was misread, where one was.
        evidence: what speaks for each other variant, for the other exercises of the assignment; for nobody's eyes
            but the instructor's.
        lines: of a derivation, in the order handed in.
    """

    exercise: str
    student: str | None
    points: float
    max_points: float
    steps: dict[str, StepMark]
    foreign: bool = False
    whose: str = ""
    foreign_points: float = 0.0
    remarks: tuple[str, ...] = ()
    withheld: float = 0.0
    misread: Misread | None = None
    evidence: tuple[tuple[Variant, Evidence], ...] = ()
    lines: tuple[LineReport, ...] = ()


def first_astray(lines: Sequence[LineReport]) -> int | None:
    """Return the number of the first line, from 1, that does not follow as it stands; None where all do."""
    return next((number for number, line in enumerate(lines, start=1) if line.state in ASTRAY), None)


def step_marks(
    scheme: Scheme,
    verdicts: dict[str, Any],
    readings: dict[str, Reading],
    answers: dict[str, Handed],
    rulings: dict[str, Ruling],
    misread: Misread | None = None,
) -> dict[str, StepMark]:
    """Put the engine's verdicts into words, in the order of the scheme."""
    states = {name: State(int(verdict.state)) for name, verdict in verdicts.items()}
    return {
        name: ruled(
            _step_mark(scheme, step, verdicts[name], states, readings[name], answers.get(name), misread),
            rulings.get(name),
        )
        for name, step in scheme.steps.items()
    }


def ruled(mark: StepMark, ruling: Ruling | None) -> StepMark:
    """Return the mark of a step with what an instructor decided on it, where anything was."""
    if ruling is None:
        return mark
    points = round(min(max(ruling.points, 0.0), mark.max_points), 6)
    remark = f"{mark.remark} Ruling: {ruling.reason}".strip()
    return msgspec.structs.replace(mark, points=points, remark=remark, partial=False)


def not_asked_for(names: Sequence[str]) -> list[str]:
    """Return the remark on names of a sheet that its exercise does not ask for; none without any."""
    return [f"Not asked for and not marked: {', '.join(names[:10])}."] if names else []


def _step_mark(
    scheme: Scheme,
    step: Step,
    verdict: Any,
    states: dict[str, State],
    reading: Reading,
    handed: Handed | None,
    misread: Misread | None,
) -> StepMark:
    state = states[step.name]
    slip = int(verdict.slip)
    expected = np.asarray(verdict.expected)
    truth = np.asarray(verdict.truth)
    # Who is right is shown the right value, not what follows from rounded earlier ones.
    own_chain = (
        state != State.EXACT
        and bool(np.isfinite(expected).all())
        and not bool(np.all(np.abs(expected - truth) <= 1e-9 * np.abs(truth)))
    )
    return StepMark(
        state=state.word,
        points=round(min(max(float(verdict.points), 0.0), step.points), 6),
        max_points=step.points,
        remark=_remark(scheme, step, verdict, state, states, reading, misread),
        yours=show_answer(handed),
        expected=show_value(step.answer, expected if own_chain else truth, digits_of(reading, handed)),
        own_chain=own_chain,
        formula=step.formula,
        symbol=step.answer.symbol,
        slip=_cause(scheme.slips_of(step.name), slip, verdict.alike, state),
        partial=bool(verdict.partial),
    )


def _remark(
    scheme: Scheme,
    step: Step,
    verdict: Any,
    state: State,
    states: dict[str, State],
    reading: Reading,
    misread: Misread | None,
) -> str:
    slip, charged_at = int(verdict.slip), int(verdict.charged_at)
    shaky = [parent for parent in step.parents if states[parent] != State.EXACT]
    sentence = scheme.slips_of(step.name)[slip].sentence if slip >= 0 else ""
    alternative = int(verdict.alternative)
    by = f" By another convention: {step.alternatives[alternative].convention}." if alternative >= 0 else ""
    match state:
        case State.EXACT:
            return f"Right.{by}"
        case State.FOLLOWS if charged_at >= 0:
            earlier = list(scheme.steps)[charged_at]
            return f"Follows. {sentence} The cause was charged at `{earlier}` already."
        case State.FOLLOWS if misread is not None and not shaky and misread.same:
            return "Follows from the given values as you read them."
        case State.FOLLOWS if misread is not None and not shaky:
            return f"Follows from {misread.field} = {misread.read}, as you read it."
        case State.FOLLOWS if shaky:
            return f"Follows from your {_names(shaky)}.{by}"
        case State.FOLLOWS:
            return f"{'Follows from your rounded values.' if bool(verdict.rounded) else 'Follows.'}{by}"
        case State.SLIP | State.WRONG if step.answer.dtype in LISTED:
            said = listed.remark(step.answer, reading.value, np.asarray(verdict.expected), reading.words)
            return f"{sentence} {said}".strip()
        case State.SLIP:
            return _slips(scheme.slips_of(step.name), slip, verdict.alike)
        case State.MISSING:
            return "Nothing was handed in."
        case State.UNUSABLE:
            return _sentence(reading.reason or _coarse(reading))
        case _ if misread is not None and misread.step == step.name:
            return misread.sentence
        case _:
            return _wrong(step, verdict, shaky)


def _alike(slips: Sequence[Slip], slip: int, alike: Any) -> list[Slip]:
    """Give the slips that a step shows, each sentence once."""
    several = [slips[int(place)] for place in np.flatnonzero(alike)] or [slips[slip]]
    return list({each.sentence: each for each in several}.values())


def _cause(slips: Sequence[Slip], slip: int, alike: Any, state: State) -> str:
    """Name the cause of a slip; all that come to the same, unless one of them was charged before."""
    if slip < 0:
        return ""
    if state == State.FOLLOWS:
        return slips[slip].cause
    return " or ".join(dict.fromkeys(each.cause for each in _alike(slips, slip, alike)))


def _slips(slips: Sequence[Slip], slip: int, alike: Any) -> str:
    """Say which slip a step shows; all that come to the same, since the numbers do not tell them apart."""
    several = _alike(slips, slip, alike)
    if len(several) == 1:
        return several[0].sentence
    told = " Or: ".join(each.sentence for each in several)
    return f"One of {len(several)} slips, which come to the same here. {told}"


def _coarse(reading: Reading) -> str:
    """Say what to do about an answer that is the right one rounded away."""
    if reading.numbers and all(number.digits >= 2 for number in reading.numbers):
        return "this has become too coarse: work with more digits on the way"
    return "give two significant digits"


_REASONS = {
    Reason.TRIVIAL: "Not right, and zeros or a given value copied show no method.",
    Reason.SENSELESS: "Not right: such a value is not possible here, so nothing follows from it.",
    Reason.REPEATS: "Not right: it only repeats an answer that is not right, and nothing is worked out from it.",
}


def _wrong(step: Step, verdict: Any, shaky: list[str]) -> str:
    reason = Reason(int(verdict.reason))
    if reason in _REASONS:
        return _REASONS[reason]
    if reason == Reason.MADE_UP:
        return (
            f"Not right, and nothing follows from {_names(shaky)}: zeros, one number in every place, or given "
            "values copied."
        )
    if reason == Reason.FROM_SENSELESS:
        return f"Not right, and nothing follows from {_names(shaky)}: a value there is not possible."
    right = np.asarray(verdict.right)
    base = f" This is judged with your {_names(shaky)}." if shaky else ""
    if right.ndim == 0 or not right.any() or step.answer.dtype in {"function", "graph"}:
        return f"Not right.{base}"
    places = [_place(index, step.axes) for index in np.argwhere(~right)]
    shown = ", ".join(places[:4]) + (f" and {len(places) - 4} more" if len(places) > 4 else "")
    return f"Right but for {shown}.{base}" if bool(verdict.partial) else f"Off: {shown}.{base}"


def _place(index: np.ndarray, axes: tuple[str, ...]) -> str:
    numbers = [int(i) + 1 for i in index]
    named = axes or {2: ("row", "column")}.get(len(numbers), ())
    if named:
        return " ".join(f"{name} {number}" for name, number in zip(named, numbers, strict=True))
    return "entry " + ", ".join(map(str, numbers))


def _names(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def show_answer(handed: Handed | None) -> str:
    """Give an answer as it was written, for a person."""
    match handed:
        case Numbers(shape, entries):
            return _as_written_by_hand(shape, entries)
        case Text(text):
            return text
        case Outputs(Numbers(shape, _)):
            return f"outputs of shape {tuple(shape)}"
        case Chosen(words):
            return ", ".join(words)
        case Edges(pairs):
            return ", ".join(f"{a}→{b}" for a, b in pairs[:40])
    return ""


def digits_of(reading: Reading, handed: Handed | None) -> int:
    """Give to how many significant digits a right value is shown: four, or as many as were written."""
    written = [number.digits for number in reading.numbers]
    if not written:
        typed = (
            handed.entries if isinstance(handed, Numbers) else (handed.text,) if isinstance(handed, Text) else ()
        )
        decimals = (decimal for entry in typed for decimal in _DECIMAL.findall(entry))
        written = [len(decimal.replace(".", "").lstrip("0")) for decimal in decimals]
    return min(max([4, *written]), 12)


def show_value(answer: Answer, value: np.ndarray, digits: int = 4) -> str:
    """Give a right value as a person would write it, to so many significant digits."""
    if answer.dtype == "choice":
        number = int(value) if np.isfinite(value) else -1
        return answer.choices[number] if 0 <= number < len(answer.choices) else ""
    if answer.dtype in LISTED:
        return listed.show(answer, value)
    if answer.dtype == "graph":
        return ", ".join(f"{answer.units[i]}→{answer.units[j]}" for i, j in np.argwhere(value == 1))
    if answer.dtype == "function":
        return ""
    return _as_written_by_hand(
        value.shape,
        tuple(show_number(v, exact=answer.dtype == "int", digits=digits) for v in value.ravel().tolist()),
    )


def show_number(value: float, *, exact: bool = False, digits: int = 4) -> str:
    """Give a number as a person would write it: integers in full, others to four significant digits or more.

    >>> show_number(-0.02886795), show_number(16618.0, exact=True), show_number(0.0)
    ('-0.02887', '16618', '0')
    """
    if not math.isfinite(value):
        return "–"
    if value == round(value) and (exact or abs(value) < 1e6):
        return str(int(value))
    return np.format_float_positional(value, precision=digits, unique=False, fractional=False, trim="-")


def _as_written_by_hand(shape: tuple[int, ...], entries: tuple[str, ...]) -> str:
    if len(entries) > 64:
        return f"an array of shape {tuple(shape)}"
    if not shape:
        return entries[0]
    if len(shape) == 1:
        return "(" + ", ".join(entries) + ")"
    size = len(entries) // max(shape[0], 1)
    rows = [_as_written_by_hand(shape[1:], entries[i * size : (i + 1) * size]) for i in range(shape[0])]
    return "[" + "; ".join(row.strip("()") if len(shape) == 2 else row for row in rows) + "]"
