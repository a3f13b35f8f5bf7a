"""Marking derivations: lines are read in a process of their own, judged one after the other, and put into words.

What steps offer beside and lines do not: a derivation is not compared with the numbers of other students, and no
misread number is looked for. A declared id counts as on every sheet.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from course.derivation.marks import CriterionMark, LineMark, Marked, WayMark
from course.derivation.reading import reading_process
from course.derivation.reading.lines import defined
from course.derivation.reading.symbols import Symbols
from course.derivation.reading.typeset import latex, latex_line
from course.marking.derivation_scheme import DerivationScheme
from course.marking.marker import NOBODY, Finding, Judged, Marker, Others, Task
from course.marking.report import LineReport, Report, Ruling, StepMark, not_asked_for, ruled
from course.marking.scheme import StateWord
from course.marking.variant import Variant
from course.sheet import BLOCKS, LINES, Lines, Sheet, Text, Unreadable

_SHORTEN = 60  # characters of a line in the mark of a waypoint


class DerivationMarker(Marker):
    """Marks derivations of one scheme. Nothing is compiled."""

    scheme: DerivationScheme

    def __init__(self, scheme: DerivationScheme) -> None:
        scheme.check()
        self.scheme = scheme

    def find(self, tasks: Sequence[Task]) -> list[Finding]:
        """Find what becomes of every sheet."""
        return [self._find(task) for task in tasks]

    def _find(self, task: Task) -> Finding:
        judged = self._judged(task.sheet, task.given)
        under = 0.0 if task.declared is None else self._judged(task.sheet, task.declared).marked.points
        return Finding({}, {}, under=round(under, 6), derivation=judged)

    def _judged(self, sheet: Sheet, given: Any) -> Judged:
        scheme, symbols = self.scheme, self.scheme.about(given).symbols
        read = reading_process.read(lines_of(sheet), symbols)
        return Judged(scheme.judge(read, given, blocks_of(sheet)), scheme.claims(given), symbols)

    def weigh_again(self, task: Task, finding: Finding) -> Finding:
        """Return the finding: nothing from elsewhere counts for lines."""
        return finding

    def others(self, givens: Mapping[Variant, Any], probe: Any = None) -> Others:
        """Return nobody: derivations are not compared with other numbers."""
        return NOBODY

    def truths(self, given: Any, probe: Any = None) -> dict[str, np.ndarray]:
        """Return nothing: waypoints are no numbers."""
        return {}

    def report(
        self,
        sheet: Sheet,
        finding: Finding,
        *,
        student: str | None = None,
        rulings: Mapping[str, Ruling] | None = None,
    ) -> Report:
        """Put what was found on one sheet into words."""
        scheme, judged = self.scheme, finding.derivation
        assert judged is not None
        marked = judged.marked
        handed = sheet.answers.get(LINES)
        reason = handed.reason if isinstance(handed, Unreadable) else ""
        count = len(marked.criteria)
        worth = [step.points for step in scheme.steps.values()][count:]
        marks = [
            *[_criterion_mark(one) for one in marked.criteria],
            *[_way_mark(most, way, marked, reason) for most, way in zip(worth, marked.ways, strict=True)],
        ]
        steps = {}
        for (name, step), mark in zip(scheme.steps.items(), marks, strict=True):
            mark = msgspec.structs.replace(mark, formula=judged.claims[name], symbol=step.answer.symbol)
            steps[name] = ruled(mark, (rulings or {}).get(name))
        used = {LINES, BLOCKS} if marked.criteria else {LINES}
        unknown = [name for name in sheet.answers if name not in used]
        return Report(
            exercise=scheme.exercise.id,
            student=student,
            points=round(sum(step.points for step in steps.values()), 6),
            max_points=scheme.step_points,
            steps=steps,
            remarks=(*marked.remarks, *_another_way(marked), *not_asked_for(unknown)),
            lines=line_reports(marked, judged.symbols),
        )


def lines_of(sheet: Sheet) -> tuple[str, ...]:
    """Return the lines of a sheet as typed; none where there are none."""
    handed = sheet.answers.get(LINES)
    return handed.lines if isinstance(handed, Lines) else ()


def blocks_of(sheet: Sheet) -> str:
    """Return the labels of a proof's blocks as typed; nothing where there are none."""
    handed = sheet.answers.get(BLOCKS)
    return handed.text if isinstance(handed, Text) else ""


def line_reports(marked: Marked, symbols: Symbols) -> tuple[LineReport, ...]:
    """Put the marks of lines into words and formulas."""
    found = []
    for line in marked.lines:
        for statement in line.read.statements:
            symbols = defined(statement, symbols)
        found.append(
            LineReport(
                text=line.text,
                state=line.state,
                points=round(line.points, 6),
                remark=line.remark,
                latex="" if line.state == "unreadable" else latex_line(line.read, symbols),
                instead=_instead(line, symbols),
                words=" ".join(line.read.words) if line.read.statements else "",
            )
        )
    return tuple(found)


def _instead(line: LineMark, symbols: Symbols) -> str:
    return "" if line.instead is None else f"= {latex(line.instead, symbols)}"


def _another_way(marked: Marked) -> tuple[str, ...]:
    if marked.another_way is None:
        return ()
    return (f"Every line is right; line {marked.another_way + 1} goes another way than is asked for.",)


def _criterion_mark(criterion: CriterionMark) -> StepMark:
    """Return the mark of a criterion of a proof, but for what its scheme says."""
    share = criterion.points / criterion.max_points
    state: StateWord = "exact" if share == 1 else "slip" if share else "missing"
    return StepMark(state, round(criterion.points, 6), criterion.max_points, criterion.remark)


def _way_mark(most: float, way: WayMark, marked: Marked, reason: str) -> StepMark:
    """Return the mark of a waypoint, but for what its scheme says."""
    unreadable = sum(line.state == "unreadable" for line in marked.lines)
    state: StateWord
    yours = ""
    if way.line is None:
        state, remark = ("unusable", reason) if reason else ("missing", way.note or _missing(marked, unreadable))
    else:
        line = marked.lines[way.line]
        yours = f"line {way.line + 1}: {_short(line.text)}"
        state, remark = _met(way, line)
    return StepMark(state, round(way.share * most, 6), most, remark, yours=yours)


def _missing(marked: Marked, unreadable: int) -> str:
    if not marked.lines:
        return "Nothing was handed in."
    if not unreadable:
        return "No line shows it."
    return f"No line shows it that could be read; {unreadable} could not be."


def _met(way: WayMark, line: LineMark) -> tuple[StateWord, str]:
    number = (way.line or 0) + 1
    if way.note:
        return ("slip" if way.share else "wrong"), way.note
    if not way.share:
        return "wrong", f"Line {number} has it, but what leads there was not shown."
    if way.share < 1:  # another statement of the line may be worse than the one that has it
        return "slip", f"Line {number}: {line.remark}"
    return (
        ("exact", f"Line {number}.") if way.true else ("follows", f"Line {number} follows from your lines before.")
    )


def _short(text: str) -> str:
    return text if len(text) <= _SHORTEN else f"{text[: _SHORTEN - 1]}…"
