"""The receipt of a sheet: each answer as the marker will read it, and how precisely; never whether it is right."""

import html
import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from course import sheet as sheets
from course.exercises import Answer, Exercise
from course.notebook import notation, output
from course.notebook.output import Piece
from course.sheet.reading import Reading, Status, by_asked_name, read_answer

_FULL_PRECISION = 1e-6  # a finer unit than anybody writes by hand
_SHOWN = 12  # numbers of one answer that the receipt repeats
_NAMED = 3  # numbers that it gives advice about


class Line(NamedTuple):
    """One line of a receipt: what became of one answer, for its owner to look over."""

    name: str
    state: str  # "received", "missing" or "unusable"
    value: str
    remark: str


def receipt(asked: Exercise, sheet: sheets.Sheet, remark: str = "") -> Piece:
    """Show what was read of a sheet, by the code by which the marker will read it.

    Args:
        asked: the exercise that it answers.
        sheet: what is handed over.
        remark: a sentence about all of it.
    """
    handed = by_asked_name(asked, sheet)
    lines = [read_back(name, answer, handed.get(name), asked.answers) for name, answer in asked.answers.items()]
    if not lines:
        summary = "This exercise asks for no numbers: the written answer is all."
        return Piece(f"<p>{summary}</p>", summary)
    missing = [f"`{line.name}`" for line in lines if line.state == "missing"]
    arrived = sum(line.state == "received" for line in lines)
    summary = f"Receipt for {asked.id}: {arrived} of {len(lines)} answers can be read."
    left = f"Missing: {', '.join(missing)}." if missing else "Nothing is missing."
    tail = " ".join(part for part in (left, remark, "A receipt does not say what is right.") if part)
    listed = _listed(summary, [line for line in lines if line.state != "missing"])
    return Piece(
        f"{listed.html}<p>{output.prose(tail)}</p>",
        f"{listed.text}\n{tail.replace('`', '')}",
    )


def read_back(
    name: str, answer: Answer, handed: sheets.Answer | None, beside: Mapping[str, Answer] | None = None
) -> Line:
    """Read one answer, as it is read beside all that is asked for, and say what was read."""
    if handed is None:
        return Line(name, "missing", "", "")
    reading = read_answer(answer, handed, name, beside)
    if reading.status == Status.UNUSABLE:
        return Line(name, "unusable", _as_written(handed), reading.reason)
    remarks = [_precision(answer, reading)]
    if reading.status == Status.TRANSPOSED:
        remarks.append("rows and columns are exchanged")
    if answer.dtype == "float":
        remarks += _coarse(reading)
    if answer.dtype == "int" and (broken := [n.text for n in reading.numbers if not n.value.is_integer()]):
        remarks.append(f"{_some(broken)}: whole numbers are asked for, with commas or blanks between thousands")
    return Line(name, "received", _as_read(answer, reading), "; ".join(remarks))


def _precision(answer: Answer, reading: Reading) -> str:
    match answer.dtype:
        case "choice":
            return "a choice"
        case "several":
            return f"{np.count_nonzero(reading.value)} of {len(answer.choices)} chosen"
        case "order":
            return f"{np.count_nonzero(reading.value >= 0)} of {len(answer.choices)} in order"
        case "matching":
            return f"{np.count_nonzero(reading.value >= 0)} of {len(answer.units)} matched"
        case "graph":
            return f"{np.count_nonzero(reading.value)} edges"
        case "function":
            return f"tried: {notation.shape(answer.shape)} came back"
        case "int":
            return f"{notation.shape(answer.shape)}, exact"
    coarsest = float(np.max(reading.unit, initial=0.0))
    precision = "all digits" if coarsest < _FULL_PRECISION else f"± {coarsest:g}"
    return f"{notation.shape(answer.shape)}, {precision}"


def _coarse(reading: Reading) -> list[str]:
    """Say which numbers are written with too few digits to tell right from wrong, whatever is right."""
    broken = [number for number in reading.numbers if number.digits < 2 and re.search(r"\.\d|e-", number.text)]
    zeros = dict.fromkeys(number.text for number in broken if number.digits == 0)
    single = dict.fromkeys(number.text for number in broken if number.digits == 1 and number.unit)
    advice = []
    if single:
        advice.append(f"{_some(list(single))}: give two significant digits")
    if zeros:
        advice.append(f"{_some(list(zeros))} counts as zero: of what is not zero give two significant digits")
    return advice


def _some(texts: list[str]) -> str:
    return ", ".join(_short(text) for text in texts[:_NAMED]) + (" …" if len(texts) > _NAMED else "")


def _as_read(answer: Answer, reading: Reading) -> str:
    match answer.dtype:
        case "choice":
            return answer.choices[int(reading.value)][:60]
        case "several":
            return _words([answer.choices[i] for i in np.flatnonzero(reading.value).tolist()])
        case "order":
            return _words([answer.choices[int(number)] for number in reading.value if number >= 0])
        case "matching":
            pairs = zip(answer.units, reading.value, strict=True)
            return _words([f"{unit}: {answer.choices[int(number)]}" for unit, number in pairs if number >= 0])
        case "graph":
            edges = [f"{answer.units[i]}→{answer.units[j]}" for i, j in np.argwhere(reading.value == 1)]
            return ", ".join(edges[:_SHOWN]) + (" …" if len(edges) > _SHOWN else "")
        case "function":
            return "a function"
    return _as_typed(reading.shape, [_short(number.text) for number in reading.numbers])


def _as_written(handed: sheets.Answer) -> str:
    match handed:
        case sheets.Numbers(shape=shape, entries=entries):
            return _as_typed(shape, [_short(entry) for entry in entries])
        case sheets.Text(text=text):
            return text[:60]
        case sheets.Chosen(words=words):
            return _words(list(words))
        case sheets.Edges(pairs=pairs):
            shown = ", ".join(f"{start[:20]}→{end[:20]}" for start, end in pairs[:_SHOWN])
            return shown + (" …" if len(pairs) > _SHOWN else "")
        case sheets.Outputs():
            return "a function"
    return ""


def _words(words: list[str]) -> str:
    shown = "; ".join(word[:60] for word in words[:_SHOWN])
    return (shown or "none") + (" …" if len(words) > _SHOWN else "")


def _short(entry: str) -> str:
    """Shorten a machine's number to what a person can compare; the sheet keeps every digit."""
    if len(entry) <= 10:
        return entry
    try:
        value = float(entry)
    except ValueError:
        return entry[:24] + ("…" if len(entry) > 24 else "")
    return entry if value.is_integer() and len(entry) <= 24 else f"{value:.6g}…"


def _as_typed(shape: tuple[int, ...], entries: list[str]) -> str:
    if not shape:
        return entries[0][:25]
    if len(entries) > _SHOWN or 0 in shape:
        return f"an array of {notation.times(shape)}"
    size = len(entries) // shape[0]
    parts = [_as_typed(shape[1:], entries[i * size : (i + 1) * size]) for i in range(shape[0])]
    return f"[{', '.join(parts)}]"


def _listed(summary: str, lines: list[Line]) -> Piece:
    strong = f"<strong>{html.escape(summary)}</strong>"
    if not lines:
        return Piece(f"<p>{strong}</p>", summary)
    rows = [
        (
            output.code(line.name),
            line.state,
            output.code(line.value) if line.value else "",
            # A reason may quote what was written, which is shown as it is.
            html.escape(line.remark) if line.state == "received" else output.code(line.remark),
        )
        for line in lines
    ]
    head = ("answer", "state", "read as", "form and precision")
    text = output.columns([(f"  {line.name}", line.state, line.value, line.remark) for line in lines])
    return Piece(
        output.table(strong, head, rows, [f"gb-{line.state}" for line in lines]),
        f"{summary}\n{text}",
    )
