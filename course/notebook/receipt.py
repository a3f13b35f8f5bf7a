"""Handing a sheet over: the private bundle for the grader, and a receipt that says what was read."""

import html
import json
from typing import Any, NamedTuple

import numpy as np

from course import sheet as sheets
from course.exercises import Answer, Exercise
from course.exercises.practice import listed
from course.notebook import notation, page, practice, session
from course.notebook.editor import AnswerSheet, exercise_of, owner_of
from course.notebook.handover import write_down
from course.notebook.page import Piece
from course.notebook.session import Session
from course.sheet.reading import Status, read_answer

_FULL_PRECISION = 1e-6  # a finer unit than anybody writes by hand
_SHOWN = 12  # numbers of one answer that the receipt repeats


class Line(NamedTuple):
    """One line of a receipt: what became of one answer, for its owner to look over."""

    name: str
    state: str  # "received", "missing" or "unusable"
    value: str
    remark: str


def submit(sheet: Any) -> None:
    """Hand a sheet over and show the receipt: what was read, what is missing, never what is right.

    Nothing that a student did raises here. What cannot be read arrives as unusable with the reason. A name
    that no longer holds a sheet is answered with the sheet that was opened last.

    Args:
        sheet: what `exercise` gave, filled.
    """
    here = session.current()
    notes = []
    if type(sheet) is not AnswerSheet:
        kind = type(sheet).__name__
        if here.sheet is None:
            lost = f"Nothing is handed over: `submit` takes the sheet of an exercise, got `{kind}`."
            page.show(page.note([lost, "Run the cell with `exercise(...)` first."], warning=True))
            return
        notes.append(
            f"A sheet was expected, got `{kind}`: the name was given to something else. Handed over is the "
            "sheet that was opened last, as it was filled."
        )
        sheet = here.sheet
    asked = exercise_of(sheet)
    if owner_of(sheet).practice:
        page.show(*_practised(sheet, here))
        return
    handed = write_down(sheet, here)
    lines = [_line(name, answer, handed.answers.get(name)) for name, answer in asked.answers.items()]
    bundle = {sheets.MIME_TYPE: json.loads(sheets.encode(handed))}
    receipt = _receipt(asked, lines, _tried(asked, here))
    page.show(_ownership(sheet, here, notes), receipt._replace(data=bundle))


def _practised(sheet: AnswerSheet, here: Session) -> list[Piece]:
    """Have a practice sheet marked, or give its receipt and say why it is not. Nothing of it is handed in."""
    asked, owner = exercise_of(sheet), owner_of(sheet)
    notes = [f"{owner.sentence()} Nothing of this is handed in."]
    if here.received is not None:
        return [page.note([*notes, "Practice is not marked at grading."])]
    handed = write_down(sheet, here)
    service, away = practice.find(), "there is no practice service here"
    if service is not None:
        try:
            told = practice.mark(service, handed, owner.practice)
        except practice.Away as reason:
            away = str(reason)
        else:
            if told.given != listed(owner.given(asked)):
                notes.append("It was marked on other numbers than you were shown: open the exercise again.")
            return [page.note(notes, warning=len(notes) > 1), told.card]
    lines = [_line(name, answer, handed.answers.get(name)) for name, answer in asked.answers.items()]
    return [page.note([*notes, f"Not marked: {away.rstrip('.')}."]), _receipt(asked, lines, _tried(asked, here))]


def _line(name: str, answer: Answer, handed: sheets.Answer | None) -> Line:
    """Say what the marker will read: the same reading, by the same code."""
    reading = read_answer(answer, handed)
    if handed is None:
        return Line(name, "missing", "", "")
    if reading.status == Status.UNUSABLE:
        return Line(name, "unusable", _value(handed), reading.reason)
    turned = "; rows and columns are exchanged" if reading.status == Status.TRANSPOSED else ""
    return Line(name, "received", _value(handed), _precision(answer, handed, reading.unit) + turned)


def _precision(answer: Answer, handed: sheets.Answer, unit: np.ndarray) -> str:
    match answer.dtype:
        case "choice":
            return "a choice"
        case "graph":
            return f"{len(handed.pairs)} edges" if isinstance(handed, sheets.Edges) else "an adjacency matrix"
        case "function":
            return f"tried: {notation.shape(answer.shape)} came back"
        case "int":
            return f"{notation.shape(answer.shape)}, exact"
    coarsest = float(np.max(unit, initial=0.0))
    precision = "all digits" if coarsest < _FULL_PRECISION else f"± {coarsest:.6f}".rstrip("0")
    return f"{notation.shape(answer.shape)}, {precision}"


def _value(handed: sheets.Answer) -> str:
    match handed:
        case sheets.Numbers(shape=shape, entries=entries):
            return _nested(shape, [_short(entry) for entry in entries])
        case sheets.Text(text=text):
            return text[:60]
        case sheets.Edges(pairs=pairs):
            shown = ", ".join(f"{start[:20]}→{end[:20]}" for start, end in pairs[:_SHOWN])
            return shown + (" …" if len(pairs) > _SHOWN else "")
        case sheets.Outputs():
            return "a function"
    return ""


def _short(entry: str) -> str:
    """Shorten a machine's number to what a person can compare; the sheet keeps every digit."""
    if len(entry) <= 10:
        return entry
    try:
        return f"{float(entry):.6g}…"
    except ValueError:
        return entry[:24] + "…"


def _nested(shape: tuple[int, ...], entries: list[str]) -> str:
    if not shape:
        return entries[0][:24]
    if len(entries) > _SHOWN or 0 in shape:
        return f"an array of {notation.times(shape)}"
    size = len(entries) // shape[0]
    parts = [_nested(shape[1:], entries[i * size : (i + 1) * size]) for i in range(shape[0])]
    return f"[{', '.join(parts)}]"


def _ownership(sheet: AnswerSheet, here: Session, notes: list[str]) -> Piece:
    owner, now = owner_of(sheet), here.owner()
    asked = exercise_of(sheet)
    warning = bool(notes)
    if asked.draw is not None:
        notes = [*notes, owner.sentence()]
        if owner.nobody:
            warning = True
            notes.append(
                "This course gives everybody numbers of their own, and these are not yours. Write your id in "
                "the first cell, run all cells again and work with the numbers you then see."
            )
        elif owner != now:
            warning = True
            notes.append(
                f"The sheet was opened before the first cell changed. {now.sentence()} Run the cell with "
                "`exercise(...)` and your answers again."
            )
    return page.note(notes, warning=warning) if notes else Piece("", "")


def _tried(asked: Exercise, here: Session) -> str:
    """Say on which inputs functions were tried."""
    if asked.probe is None or not here.practising(asked):
        return ""
    return "Functions were tried on practice inputs; at grading they meet fresh ones."


def _receipt(asked: Exercise, lines: list[Line], remark: str) -> Piece:
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
        f"{listed.html}<p>{page.prose(tail)}</p>",
        f"{listed.text}\n{tail.replace('`', '')}",
    )


def _listed(summary: str, lines: list[Line]) -> Piece:
    strong = f"<strong>{html.escape(summary)}</strong>"
    if not lines:
        return Piece(f"<p>{strong}</p>", summary)
    rows = [
        (
            page.code(line.name),
            line.state,
            page.code(line.value) if line.value else "",
            # A reason may quote what was written, which is shown as it is.
            html.escape(line.remark) if line.state == "received" else page.code(line.remark),
        )
        for line in lines
    ]
    head = ("answer", "state", "read as", "form and precision")
    text = page.columns([(f"  {line.name}", line.state, line.value, line.remark) for line in lines])
    return Piece(
        page.table(strong, head, rows, [f"gb-{line.state}" for line in lines]),
        f"{summary}\n{text}",
    )
