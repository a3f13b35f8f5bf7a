"""What a student and an instructor are told: a mark for every step of a sheet, in words and numbers."""

from typing import Any

import msgspec
import numpy as np

from course.exercises import Answer
from course.marking.scheme import Scheme, State, Step
from course.sheet import Answer as Handed
from course.sheet import Edges, Numbers, Outputs, Text
from course.sheet.reading import Reading, Status


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
    """

    state: str
    points: float
    max_points: float
    remark: str
    yours: str = ""
    expected: str = ""
    own_chain: bool = False
    formula: str = ""
    symbol: str = ""
    slip: str = ""


class Report(msgspec.Struct, frozen=True):
    """The marks of one sheet.

    Attributes:
        foreign: whether the sheet was worked on somebody else's numbers.
        whose: whose numbers these are, for the instructor.
        foreign_points: the points it would have under that variant.
        remarks: what concerns the whole sheet.
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


def step_marks(
    scheme: Scheme,
    verdicts: dict[str, Any],
    readings: dict[str, Reading],
    answers: dict[str, Handed],
    rulings: dict[str, Ruling],
) -> dict[str, StepMark]:
    """Put the engine's verdicts into words."""
    states = {name: State(int(verdict.state)) for name, verdict in verdicts.items()}
    return {
        name: _step_mark(
            scheme, step, verdicts[name], states, readings[name], answers.get(name), rulings.get(name)
        )
        for name, step in scheme.steps.items()
    }


def _step_mark(
    scheme: Scheme,
    step: Step,
    verdict: Any,
    states: dict[str, State],
    reading: Reading,
    handed: Handed | None,
    ruling: Ruling | None,
) -> StepMark:
    state = states[step.name]
    slip = int(verdict.slip)
    points = float(verdict.points)
    remark = _remark(scheme, step, verdict, state, states, reading)
    if ruling is not None:
        points = ruling.points
        remark = f"{remark} Ruling: {ruling.reason}".strip()
    expected = np.asarray(verdict.expected)
    truth = np.asarray(verdict.truth)
    # Who is right is shown the right value, not what follows from rounded earlier ones.
    own_chain = (
        state != State.EXACT
        and bool(np.isfinite(expected).all())
        and not np.allclose(expected, truth, rtol=1e-9, atol=0.0)
    )
    causes = [item.cause for item in step.slips] + ["transposed"]
    return StepMark(
        state=state.word,
        points=round(min(max(points, 0.0), step.points), 6),
        max_points=step.points,
        remark=remark,
        yours=show_answer(handed),
        expected=show_value(step.answer, expected if own_chain else truth),
        own_chain=own_chain,
        formula=step.formula,
        symbol=step.answer.symbol,
        slip=causes[slip] if slip >= 0 else "",
    )


def _remark(
    scheme: Scheme, step: Step, verdict: Any, state: State, states: dict[str, State], reading: Reading
) -> str:
    slip, charged_at = int(verdict.slip), int(verdict.charged_at)
    shaky = [parent for parent in step.parents if states[parent] != State.EXACT]
    match state:
        case State.EXACT:
            return "Right."
        case State.FOLLOWS if charged_at >= 0:
            earlier = list(scheme.steps)[charged_at]
            return f"Follows. {scheme.sentence(step.name, slip)} The cause was charged at `{earlier}` already."
        case State.FOLLOWS:
            return f"Follows from your {_names(shaky)}." if shaky else "Follows from your rounded values."
        case State.SLIP:
            return scheme.sentence(step.name, slip)
        case State.MISSING:
            return "Nothing was handed in."
        case State.UNUSABLE:
            return _sentence(reading.reason or "give two significant digits")
        case _:
            return _wrong(step, verdict, shaky, reading)


def _wrong(step: Step, verdict: Any, shaky: list[str], reading: Reading) -> str:
    right = np.asarray(verdict.right)
    expected = np.asarray(verdict.expected)
    if np.isfinite(expected).all() and np.allclose(reading.value, expected, rtol=1e-3, atol=0.0):
        return "Not right, and zeros or a given value copied show no method."
    base = f" This is judged with your {_names(shaky)}." if shaky else ""
    if right.ndim == 0 or not right.any() or step.answer.dtype in {"function", "graph"}:
        return f"Not right.{base}"
    places = [_place(index) for index in np.argwhere(~right)]
    shown = ", ".join(places[:4]) + (f" and {len(places) - 4} more" if len(places) > 4 else "")
    return f"Off: {shown}.{base}"


def _place(index: np.ndarray) -> str:
    numbers = [int(i) + 1 for i in index]
    if len(numbers) == 2:
        return f"row {numbers[0]} column {numbers[1]}"
    return "entry " + ", ".join(map(str, numbers))


def _names(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def show_answer(handed: Handed | None) -> str:
    """Give an answer as it was written, for a person."""
    match handed:
        case Numbers(shape, entries):
            return _nested(shape, entries)
        case Text(text):
            return text
        case Outputs(Numbers(shape, _)):
            return f"outputs of shape {tuple(shape)}"
        case Edges(pairs):
            return ", ".join(f"{a}→{b}" for a, b in pairs[:40])
    return ""


def show_value(answer: Answer, value: np.ndarray) -> str:
    """Give a right value as a person would write it, to four significant digits."""
    if answer.dtype == "choice":
        number = int(value) if np.isfinite(value) else -1
        return answer.choices[number] if 0 <= number < len(answer.choices) else ""
    if answer.dtype == "graph":
        return ", ".join(f"{answer.units[i]}→{answer.units[j]}" for i, j in np.argwhere(value == 1))
    if answer.dtype == "function":
        return ""
    return _nested(value.shape, tuple(show_number(v, exact=answer.dtype == "int") for v in value.ravel()))


def show_number(value: float, *, exact: bool = False) -> str:
    """Give a number as a person would write it: integers in full, others to four significant digits.

    >>> show_number(-0.02886795), show_number(16618.0, exact=True), show_number(0.0)
    ('-0.02887', '16618', '0')
    """
    if not np.isfinite(value):
        return "–"
    if value == round(value) and (exact or abs(value) < 1e6):
        return str(int(value))
    return np.format_float_positional(value, precision=4, unique=False, fractional=False, trim="-")


def _nested(shape: tuple[int, ...], entries: tuple[str, ...]) -> str:
    if len(entries) > 64:
        return f"an array of shape {tuple(shape)}"
    if not shape:
        return entries[0]
    if len(shape) == 1:
        return "(" + ", ".join(entries) + ")"
    size = len(entries) // shape[0] if shape[0] else 0
    rows = [_nested(shape[1:], entries[i * size : (i + 1) * size]) for i in range(shape[0])]
    return "[" + "; ".join(row.strip("()") if len(shape) == 2 else row for row in rows) + "]"


def nothing_read(readings: dict[str, Reading]) -> bool:
    """Whether a sheet holds no usable answer at all."""
    return all(reading.status in {Status.MISSING, Status.UNUSABLE} for reading in readings.values())
