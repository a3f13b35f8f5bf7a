"""The class report as data: what `course report --json` prints and the page shows."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from course.marking.follow_through import EXACT
from course.marking.report import ASTRAY, LineState, Report, StepMark, first_astray
from course.marking.scheme import Scheme, State
from course.reporting.card import title_of
from course.reporting.class_report import statistics
from course.reporting.class_report.answers import operands_of
from course.reporting.class_report.graded_work import ClassWork, ExerciseWork, Graded
from course.reporting.class_report.suspects import Flag, flags, unexplained
from course.reporting.class_report.unexplained import clusters

BINS = 10
_EXAMPLES = 3  # of a candidate
_STATES = tuple(state.word for state in State)


class StepSummary(msgspec.Struct, frozen=True):
    """One step: `difficulty` is the mean share of points, `counts` is how many students are in each state."""

    name: str
    points: float
    difficulty: float | None
    discrimination: float | None
    counts: dict[str, int]
    shares: dict[str, float]
    symbol: str = ""
    formula: str = ""


class ExerciseSummary(msgspec.Struct, frozen=True):
    """One exercise: how many sheets were marked, their mean, and its steps in the order of the work.

    Of a derivation, `breaks` is how many students' lines first stop to follow on the way to each of its steps.
    """

    exercise: str
    title: str
    notebook: str
    marked: int
    mean: float | None
    max_points: float
    steps: tuple[StepSummary, ...]
    breaks: dict[str, int] = {}


class LineGroup(msgspec.Struct, frozen=True):
    """Lines of a derivation that do not follow, of which the same was said: who wrote them, and a few of them.

    Each example has its student, the line as typed, and LaTeX of it as read, empty where it could not be.
    """

    exercise: str
    state: LineState
    remark: str
    students: tuple[str, ...]
    examples: tuple[tuple[str, str, str], ...]


class SlipSummary(msgspec.Struct, frozen=True):
    """A slip that somebody made: its sentence, and who was charged for it."""

    exercise: str
    step: str
    sentence: str
    students: tuple[str, ...]


class Example(msgspec.Struct, frozen=True):
    """One student's answer beside the value that follows from their own earlier ones."""

    student: str
    yours: str
    expected: str


class Candidate(msgspec.Struct, frozen=True):
    """Unexplained wrong answers that belong together: a candidate for a new slip."""

    exercise: str
    step: str
    kind: str
    explanation: str
    students: tuple[str, ...]
    examples: tuple[Example, ...]


class StudentSummary(msgspec.Struct, frozen=True):
    """One student: points that count, late penalty, steps by state, and how the notebooks ran."""

    student: str
    points: float
    max_points: float
    penalty: float
    waiting: bool
    counts: dict[str, int]
    seconds: float | None
    happened: tuple[str, ...]


class Summary(msgspec.Struct, frozen=True):
    """The whole report.

    Attributes:
        absent: enrolled, and nothing of theirs is graded.
        spread: of the points that count, over everybody graded.
        histogram: students in equal parts of 0..max_points.
        alpha: Cronbach's, over all steps.
        slips: the most frequent first.
        lines: of derivations, those that do not follow, put together by what was said of them.
    """

    course: str
    assignment: str
    enrolled: int
    absent: tuple[str, ...]
    max_points: float
    spread: dict[str, float] | None
    histogram: tuple[int, ...]
    alpha: float | None
    students: tuple[StudentSummary, ...]
    exercises: tuple[ExerciseSummary, ...]
    slips: tuple[SlipSummary, ...]
    candidates: tuple[Candidate, ...]
    flags: tuple[Flag, ...]
    lines: tuple[LineGroup, ...] = ()


class _Items(NamedTuple):
    """All steps of the assignment: points and states (students, steps); nan and -1 where there is no mark."""

    points: np.ndarray
    states: np.ndarray


def summarise(work: ClassWork) -> Summary:
    """Work out the report of a class."""
    totals = np.array([row.total for row in work.graded])
    most = max((row.max_score for row in work.graded), default=0.0)
    spread = statistics.spread(totals)
    items = [_items(exercise, [row.student for row in work.graded]) for exercise in work.exercises]
    points = np.concatenate([item.points for item in items], axis=1) if items else np.zeros((len(work.graded), 0))
    discrimination = np.split(
        statistics.discrimination(points), np.cumsum([i.points.shape[1] for i in items])[:-1]
    )
    there = {row.student for row in work.graded}
    return Summary(
        course=work.course,
        assignment=work.assignment,
        enrolled=len(set(work.enrolled) | there),
        absent=tuple(student for student in work.enrolled if student not in there),
        max_points=most,
        spread=None if spread is None else spread._asdict(),
        histogram=tuple(statistics.histogram(totals, most, BINS)),
        alpha=_known(statistics.alpha(points)),
        students=tuple(_student(work, items, place, row) for place, row in enumerate(work.graded)),
        exercises=tuple(map(_exercise, work.exercises, items, discrimination)),
        slips=tuple(sorted(_slips(work.exercises), key=lambda slip: -len(slip.students))),
        candidates=tuple(sorted(_candidates(work.exercises), key=lambda found: -len(found.students))),
        flags=tuple(flag for exercise in work.exercises for flag in flags(exercise)),
        lines=tuple(sorted(_lines(work.exercises), key=lambda group: -len(group.students))),
    )


def _items(work: ExerciseWork, students: Sequence[str]) -> _Items:
    names = _names(work)
    points, states = np.full((len(students), len(names)), np.nan), np.full((len(students), len(names)), -1)
    reports = dict(zip(work.students, work.reports, strict=True))
    for row, student in enumerate(students):
        report = reports.get(student)
        for column, name in enumerate(names):
            mark = None if report is None else report.steps.get(name)
            if mark is not None:
                points[row, column], states[row, column] = mark.points, _STATES.index(mark.state)
    return _Items(points, states)


def _names(work: ExerciseWork) -> list[str]:
    """Give the steps that anybody was marked on, in the order of the work."""
    return list(dict.fromkeys(name for report in work.reports if report is not None for name in report.steps))


def _exercise(work: ExerciseWork, items: _Items, discrimination: np.ndarray) -> ExerciseSummary:
    reports = [report for report in work.reports if report is not None]
    marks = {name: mark for report in reports for name, mark in report.steps.items()}
    most = np.array([marks[name].max_points for name in _names(work)])
    difficulty, shares = statistics.difficulty(items.points, most), statistics.shares(items.states, len(_STATES))
    counts = (items.states[:, :, None] == np.arange(len(_STATES))).sum(axis=0)
    return ExerciseSummary(
        exercise=work.exercise,
        title=title_of(work.exercise),
        notebook=work.notebook,
        marked=len(reports),
        mean=float(np.mean([report.points for report in reports])) if reports else None,
        max_points=max((report.max_points for report in reports), default=0.0),
        steps=tuple(
            StepSummary(
                name=name,
                points=float(most[place]),
                difficulty=_known(difficulty[place]),
                discrimination=_known(discrimination[place]),
                counts=dict(zip(_STATES, counts[place].tolist(), strict=True)),
                shares=dict(zip(_STATES, shares[place].tolist(), strict=True)),
                symbol=marks[name].symbol,
                formula=marks[name].formula,
            )
            for place, name in enumerate(_names(work))
        ),
        breaks=_breaks(reports),
    )


def _breaks(reports: Sequence[Report]) -> dict[str, int]:
    """Count on the way to which waypoint the lines of each derivation first stop to follow."""
    found: dict[str, int] = {}
    for report in reports:
        first = first_astray(report.lines)
        if first is None:
            continue
        met = [name for name, mark in report.steps.items() if 0 < _line_of(mark) < first]
        left = [name for name in report.steps if name not in met]
        name = left[0] if left else list(report.steps)[-1]
        found[name] = found.get(name, 0) + 1
    return found


def _line_of(mark: StepMark) -> int:
    """Return the number of the line that a waypoint was met in, 0 where none did."""
    number = re.match(r"line (\d+):", mark.yours)
    return int(number[1]) if number else 0


def _lines(exercises: Sequence[ExerciseWork]) -> Iterator[LineGroup]:
    for work in exercises:
        made: dict[tuple[LineState, str], dict[str, tuple[str, str]]] = {}
        for student, report in zip(work.students, work.reports, strict=True):
            for line in report.lines if report is not None else ():
                if line.state in (*ASTRAY, "unreadable"):
                    said = "It could not be read." if line.state == "unreadable" else line.remark
                    made.setdefault((line.state, said), {}).setdefault(student, (line.text, line.latex))
        for (state, remark), lines in made.items():
            examples = tuple((student, *line) for student, line in lines.items())[:_EXAMPLES]
            yield LineGroup(work.exercise, state, remark, tuple(lines), examples)


def _student(work: ClassWork, items: Sequence[_Items], place: int, row: Graded) -> StudentSummary:
    states = np.concatenate([item.states[place] for item in items]) if items else np.zeros(0, dtype=int)
    ran = [one for one in work.ran if one.student == row.student]
    seconds = [one.seconds for one in ran if one.seconds is not None]
    return StudentSummary(
        student=row.student,
        points=row.total,
        max_points=row.max_score,
        penalty=row.penalty,
        waiting=row.waiting,
        counts={word: int((states == number).sum()) for number, word in enumerate(_STATES)},
        seconds=sum(seconds) if seconds else None,
        happened=tuple(text for one in ran for text in one.happened),
    )


def _slips(exercises: Sequence[ExerciseWork]) -> Iterator[SlipSummary]:
    for work in exercises:
        made: dict[tuple[str, str], list[str]] = {}
        for student, report in zip(work.students, work.reports, strict=True):
            if report is None or report.lines:
                continue  # of derivations, lines are put together
            for name, mark in report.steps.items():
                if mark.state == State.SLIP.word:
                    made.setdefault((name, slip_sentence(work.scheme, name, mark)), []).append(student)
        for (name, sentence), students in made.items():
            yield SlipSummary(work.exercise, name, sentence, tuple(students))


def slip_sentence(scheme: Scheme | None, name: str, mark: StepMark) -> str:
    """Give the slip's sentence; the remark may say more of this one student."""
    step = None if scheme is None else scheme.steps.get(name)
    known = [slip.sentence for slip in step.slips] if step is not None else []
    return next((sentence for sentence in known if sentence in mark.remark), mark.remark)


def _candidates(exercises: Sequence[ExerciseWork]) -> Iterator[Candidate]:
    for work in exercises:
        for name, answers in work.answers.items():
            assert work.scheme is not None
            answer = work.scheme.steps[name].answer
            if answer.dtype == "choice" and len(answer.choices) <= 2:
                continue  # there is only one wrong word
            operands = (
                operands_of(work.scheme, name, work.given, work.answers)
                if answer.dtype in {"float", "int"}
                else {}
            )
            exact = answer.dtype in EXACT
            for found in clusters(answers, unexplained(work, name), operands, exact=exact):
                yield Candidate(
                    exercise=work.exercise,
                    step=name,
                    kind=found.kind,
                    explanation=found.explanation,
                    students=tuple(work.students[place] for place in found.students),
                    examples=tuple(_examples(work, name, found.students[:_EXAMPLES])),
                )


def _examples(work: ExerciseWork, step: str, places: Sequence[int]) -> Iterator[Example]:
    for place in places:
        report = work.reports[place]
        assert report is not None
        mark = report.steps[step]
        yield Example(work.students[place], mark.yours, mark.expected)


def _known(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None
