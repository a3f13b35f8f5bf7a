"""Writing a filled sheet down as data: every answer on its own, so that a bad one costs only itself."""

import json
from typing import Any

import msgspec

from course import sheet as sheets
from course.exercises import Exercise
from course.notebook import functions
from course.notebook.editor import AnswerSheet, answers_of, exercise_of, owner_of
from course.notebook.session import Session


def write_down(sheet: AnswerSheet, here: Session) -> sheets.Sheet:
    """Give what was set as a sheet that can be encoded and read back, whatever was set.

    Functions are tried on the session's probe inputs. What cannot be written becomes `Unreadable`; of a sheet
    that is too large the largest answers do.
    """
    asked = exercise_of(sheet)
    answers = {name: _write(asked, name, value, here) for name, value in answers_of(sheet).items()}
    while _size(handed := sheets.Sheet(asked.id, answers, owner_of(sheet).student)) > sheets.LARGEST_SHEET:
        sizes = {name: _size(_alone(answer)) for name, answer in answers.items()}
        largest = max(sizes, key=sizes.__getitem__)
        answers[largest] = sheets.Unreadable(f"too large for one sheet: {sizes[largest] / 1024:.0f} KiB")
    return handed


def _write(asked: Exercise, name: str, value: Any, here: Session) -> sheets.Answer:
    answer = asked.answers[name]
    try:
        if answer.dtype == "function" and callable(value):
            written = functions.evaluate(value, answer, here.probes(asked))
        else:
            written = sheets.write(value)
        # The format's own limits are checked where it is read: an answer beyond them is met here, not at grading.
        sheets.decode(sheets.encode(_alone(written)))
    except sheets.SheetError:
        return sheets.Unreadable("longer than an answer may be")
    except BaseException as error:  # a student's object may raise anything while it is read, an exit too
        return sheets.Unreadable(f"{type(error).__name__} while it was read")
    return written


def _alone(answer: sheets.Answer) -> sheets.Sheet:
    return sheets.Sheet("", {"": answer})


def _size(handed: sheets.Sheet) -> int:
    """Give the bytes of a sheet as the notebook's file spells it: with spaces, and nothing but ASCII."""
    return len(json.dumps(msgspec.to_builtins(handed)))
