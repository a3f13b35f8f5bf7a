"""Handing a sheet over: written down, read back, shown, and given to the grader beside the receipt."""

import json
from typing import Any

from course import sheet as sheets
from course.exercises import Exercise
from course.exercises.practice import listed
from course.notebook import output, practice_service, session, working
from course.notebook.answer_sheet import AnswerSheet, exercise_of, owner_of
from course.notebook.handover import Handed, write_down
from course.notebook.lines_receipt import blocks_receipt, lines_receipt
from course.notebook.output import Piece
from course.notebook.owner import Owner
from course.notebook.receipt import receipt
from course.notebook.session import Session
from course.notebook.working import Working


def submit(sheet: Any) -> None:
    """Hand a sheet over and show the receipt: what was read, what is missing, never what is right.

    Nothing that a student did raises here. What cannot be read arrives as unusable with the reason. A name
    that no longer holds a sheet is answered with the sheet that was opened last.

    Args:
        sheet: what `exercise` gave, filled.
    """
    here = session.current()
    notes = []
    if type(sheet) not in (AnswerSheet, Working):
        kind = type(sheet).__name__
        if here.sheet is None:
            lost = f"Nothing is handed over: `submit` takes the sheet of an exercise, got `{kind}`."
            output.show(output.note([lost, "Run the cell with `exercise(...)` first."], warning=True))
            return
        notes.append(
            f"A sheet was expected, got `{kind}`: the name was given to something else. Handed over is the "
            "sheet that was opened last, as it was filled."
        )
        sheet = here.sheet
    if _owner_of(sheet).practice:
        output.show(*_practised(sheet, here))
        return
    handed = write_down(sheet, here)
    bundle = {sheets.MIME_TYPE: json.loads(handed.text)}
    output.show(_ownership(sheet, here, notes), _receipt(sheet, handed, here)._replace(data=bundle))


def _exercise_of(sheet: AnswerSheet | Working) -> Exercise:
    return working.exercise_of(sheet) if isinstance(sheet, Working) else exercise_of(sheet)


def _owner_of(sheet: AnswerSheet | Working) -> Owner:
    return working.owner_of(sheet) if isinstance(sheet, Working) else owner_of(sheet)


def _practised(sheet: AnswerSheet | Working, here: Session) -> list[Piece]:
    """Have a practice sheet marked, or give its receipt and say why it is not. Nothing of it is handed in."""
    asked, owner = _exercise_of(sheet), _owner_of(sheet)
    notes = [f"{owner.sentence()} Nothing of this is handed in."]
    if here.received is not None:
        return [output.note([*notes, "Practice is not marked at grading."])]
    handed = write_down(sheet, here)
    service, away = practice_service.find(), "there is no practice service here"
    if service is not None:
        try:
            told = practice_service.mark(service, asked.id, handed.text, owner.practice)
        except practice_service.Away as reason:
            away = str(reason)
        else:
            if told.given != listed(owner.given(asked)):
                notes.append("It was marked on other numbers than you were shown: open the exercise again.")
            return [output.note(notes, warning=len(notes) > 1), told.card]
    return [output.note([*notes, f"Not marked: {away.rstrip('.')}."]), _receipt(sheet, handed, here)]


def _receipt(sheet: AnswerSheet | Working, handed: Handed, here: Session) -> Piece:
    asked = _exercise_of(sheet)
    lines = handed.sheet.answers.get(sheets.LINES)
    if asked.derivation is not None and not isinstance(lines, sheets.Unreadable):
        about = asked.derivation(_owner_of(sheet).given(asked))
        shown = lines_receipt(asked.id, lines.lines if isinstance(lines, sheets.Lines) else (), about.symbols)
        if not about.blocks:
            return shown
        blocks = handed.sheet.answers.get(sheets.BLOCKS)
        ordered = blocks_receipt(blocks.text if isinstance(blocks, sheets.Text) else "", about.blocks)
        return Piece(ordered.html + shown.html, f"{ordered.text}\n{shown.text}")
    if isinstance(lines, sheets.Unreadable):
        return output.note([f"Your lines cannot be handed over: {lines.reason}."], warning=True)
    tried = asked.probe is not None and here.practising(asked)
    remark = "Functions were tried on practice inputs; at grading they meet fresh ones." if tried else ""
    return receipt(asked, handed.sheet, remark)


def _ownership(sheet: AnswerSheet | Working, here: Session, notes: list[str]) -> Piece:
    """Say whose numbers the sheet was worked on, as a warning where they may not be the student's own."""
    owner, now = _owner_of(sheet), here.owner()
    warning = bool(notes)
    if _exercise_of(sheet).draw is not None:
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
    return output.note(notes, warning=warning) if notes else Piece("", "")
