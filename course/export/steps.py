"""Per-step results of a class for research: one row a student, exercise and step, as CSV or Parquet.

Of a function there are no values: they would give the secret inputs away on which it was graded.
"""

import importlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import numpy as np

from course.errors import CourseError
from course.exercises import Answer
from course.exercises.base import LISTED
from course.export import safe_csv
from course.marking import listed
from course.marking.report import StepMark
from course.reporting.class_report.graded_work import ClassWork, ExerciseWork
from course.reporting.class_report.summary import slip_sentence
from course.sheet import Answer as Handed
from course.sheet import Chosen, Edges, Numbers, Text
from course.sheet.reading import by_asked_name

NOT_MARKED = "not marked"


class StepRow(NamedTuple):
    """One step of one student.

    Attributes:
        state: one of the six, or `not marked` where the sheet could not be marked.
        points: earned; None where not marked.
        slip: the sentence of the slip that was recognised; None without one.
        cause: its cause, by which it is charged once a sheet; None without one.
        value: as written: a number as it stands, arrays as JSON of the numbers as written, edges as JSON of pairs;
            None where there is none that can be read.
        right_value: JSON of the right value under the student's numbers, a word for a choice; None where unknown.
        expected_value: what follows from the student's own earlier answers, in the same form.
        foreign: whether the sheet was worked on somebody else's numbers.
    """

    course: str
    assignment: str
    notebook: str
    student: str
    exercise: str
    step: str
    state: str
    points: float | None
    max_points: float | None
    slip: str | None
    cause: str | None
    value: str | None
    right_value: str | None
    expected_value: str | None
    foreign: bool


class MissingExtra(CourseError):
    """Raised when a library that only this format needs is not installed."""


def step_rows(work: ClassWork) -> Iterator[StepRow]:
    """Give the results of a class, exercise by exercise and student by student."""
    for exercise in work.exercises:
        for place in range(len(exercise.students)):
            yield from _rows(work, exercise, place)


def write_csv(rows: Iterator[StepRow], file: TextIO) -> int:
    """Write rows as CSV and give their number; texts that a spreadsheet would run are guarded."""
    written = [[int(value) if isinstance(value, bool) else value for value in row] for row in rows]
    safe_csv.write(file, StepRow._fields, written)
    return len(written)


def write_parquet(rows: Iterator[StepRow], path: Path) -> int:
    """Write rows as Parquet and give their number.

    Raises:
        MissingExtra: if pyarrow is not installed.
        OSError: if the file cannot be written.
    """
    try:
        pyarrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "Parquet needs pyarrow: pip install 'gradbook[parquet]', or take --format csv"
        ) from error
    text, real = pyarrow.string(), pyarrow.float64()
    kinds = dict.fromkeys(StepRow._fields, text) | {"points": real, "max_points": real, "foreign": pyarrow.bool_()}
    found = list(rows)
    columns = {name: [getattr(row, name) for row in found] for name in StepRow._fields}
    table = pyarrow.table(columns, schema=pyarrow.schema(list(kinds.items())))
    parquet.write_table(table, path, compression="zstd")
    return len(found)


def _handed(exercise: ExerciseWork, place: int) -> Mapping[str, Handed]:
    if not exercise.sheet or exercise.scheme is None:
        return {}
    return by_asked_name(exercise.scheme.exercise, exercise.sheet[place])


def _rows(work: ClassWork, exercise: ExerciseWork, place: int) -> Iterator[StepRow]:
    report = exercise.reports[place]
    steps = exercise.scheme.steps if exercise.scheme is not None else {}
    marks: dict[str, StepMark | None] = dict.fromkeys(steps) if report is None else dict(report.steps)
    for name, mark in marks.items():
        answer = steps[name].answer if name in steps else None
        handed = _handed(exercise, place).get(name)
        answers = exercise.answers.get(name)
        slipped = mark is not None and mark.slip != ""
        yield StepRow(
            course=work.course,
            assignment=work.assignment,
            notebook=exercise.notebook,
            student=exercise.students[place],
            exercise=exercise.exercise,
            step=name,
            state=NOT_MARKED if mark is None else mark.state,
            points=None if mark is None else mark.points,
            max_points=steps[name].points if mark is None else mark.max_points,
            slip=slip_sentence(exercise.scheme, name, mark) if mark is not None and slipped else None,
            cause=mark.slip if mark is not None and slipped else None,
            value=written(handed),
            right_value=None if answers is None or answer is None else _value(answer, answers.truth[place]),
            expected_value=None if answers is None or answer is None else _value(answer, answers.expected[place]),
            foreign=report is not None and report.foreign,
        )


def written(handed: Handed | None) -> str | None:
    """Give an answer as it was written.

    >>> written(Numbers((2,), ("3.0", "-11"))), written(Numbers((), ("0.420",))), written(None)
    ('["3.0", "-11"]', '0.420', None)
    """
    match handed:
        case Numbers((), entries):
            return entries[0]
        case Numbers(shape, entries):
            return json.dumps(np.array(entries, dtype=object).reshape(shape).tolist(), ensure_ascii=False)
        case Text(text):
            return text
        case Chosen(words):
            return json.dumps(words, ensure_ascii=False)
        case Edges(pairs):
            return json.dumps([list(pair) for pair in pairs], ensure_ascii=False)
    return None


def _value(answer: Answer, value: np.ndarray) -> str | None:
    if answer.dtype == "function" or not np.isfinite(value).all():
        return None
    if answer.dtype == "choice":
        return answer.choices[int(value)] if 0 <= int(value) < len(answer.choices) else None
    if answer.dtype in LISTED:
        return json.dumps(listed.plain(answer, value), ensure_ascii=False)
    if answer.dtype == "graph":
        edges = [[answer.units[i], answer.units[j]] for i, j in np.argwhere(value == 1)]
        return json.dumps(edges, ensure_ascii=False)
    return json.dumps(_whole(value.tolist()))


def _whole(value: Any) -> Any:
    """Whole numbers without a point; others with all their digits."""
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else value
