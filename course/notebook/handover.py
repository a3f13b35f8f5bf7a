"""Writing a filled sheet down as data: every answer on its own, so that a bad one costs only itself."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from course import sheet as sheets
from course.exercises import Exercise
from course.notebook import functions, working
from course.notebook.answer_sheet import AnswerSheet, answers_of, exercise_of, owner_of
from course.notebook.session import Session
from course.notebook.working import Working


class Handed(NamedTuple):
    """A sheet as it leaves the notebook: what will be read of it, and its JSON as a notebook's file spells it."""

    sheet: sheets.Sheet
    text: str


def write_down(filled: AnswerSheet | Working, here: Session) -> Handed:
    """Write what was set as a sheet that can be read back, whatever was set.

    Functions are tried on the session's probe inputs. What cannot be written becomes `Unreadable`; of a sheet
    that is too large the largest answers do. Every answer is encoded once.
    """
    if isinstance(filled, Working):
        asked, student = working.exercise_of(filled), working.owner_of(filled).student
        answers: dict[str, sheets.Answer] = {sheets.LINES: sheets.write_lines(list(filled))} if len(filled) else {}
        if filled.blocks:
            answers[sheets.BLOCKS] = sheets.write(filled.blocks)
    else:
        asked, student = exercise_of(filled), owner_of(filled).student
        answers = {name: _write(asked, name, value, here) for name, value in answers_of(filled).items()}
    encoded = {name: _encode(answer) for name, answer in answers.items()}
    empty = _encode(sheets.Sheet(asked.id, {}, student))
    while len(text := _joined(empty, encoded)) > sheets.LARGEST_SHEET:
        largest = max(encoded, key=lambda name: len(encoded[name]))
        answers[largest] = sheets.Unreadable(f"too large for one sheet: {len(encoded[largest]) / 1024:.0f} KiB")
        encoded[largest] = _encode(answers[largest])
    return Handed(sheets.Sheet(asked.id, answers, student), text)


def _write(asked: Exercise, name: str, value: Any, here: Session) -> sheets.Answer:
    answer = asked.answers[name]
    try:
        if answer.dtype == "function" and callable(value):
            return functions.evaluate(value, answer, here.probes(asked))
        return sheets.write(value)
    except BaseException as error:  # a student's object may raise anything while it is read, an exit too
        return sheets.Unreadable(f"{type(error).__name__} while it was read")


def _encode(part: sheets.Answer | sheets.Sheet) -> str:
    return json.dumps(msgspec.to_builtins(part))


def _joined(empty: str, encoded: Mapping[str, str]) -> str:
    """Put encoded answers into the JSON of a sheet without any, whose first braces are those of its answers."""
    answers = ", ".join(f"{json.dumps(name)}: {text}" for name, text in encoded.items())
    before, _, after = empty.partition("{}")
    return f"{before}{{{answers}}}{after}"
