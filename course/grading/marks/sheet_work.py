"""One student's sheet, marked: whose numbers, which probe inputs, whose numbers else it could be worked on."""

import functools
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from course import sheet as sheets
from course.exercises import Exercise, find
from course.exercises.variants import normalise_id
from course.grading.config import DOCUMENT, Gradbook
from course.grading.marks.context import ExerciseContext
from course.grading.marks.store import KeptRuling
from course.grading.review import Kind, Reason, Reasons
from course.marking import registry
from course.marking.marker import NOBODY, Finding, Marker, Others
from course.marking.report import Report, Ruling, answer_of
from course.marking.variant import DOCUMENT as DOCUMENTS
from course.marking.variant import Variant
from course.sheet import Sheet


class Marked(NamedTuple):
    """The marks of one sheet.

    Attributes:
        review: why a person should look; empty where nobody need.
        numbers_of: the id with whose numbers it was marked: the student's, or a declared one that was accepted.
        declared: another id that the notebook declares and that was not accepted; empty where there is none.
        declared_points: what the sheet has under the numbers of `declared`.
    """

    report: Report
    review: Reasons = ()
    numbers_of: str = ""
    declared: str = ""
    declared_points: float = 0.0


class SheetWork(NamedTuple):
    """One sheet, ready to be marked.

    Attributes:
        reason: why there is no sheet that can be read; empty where there is.
        given: the numbers with which it is marked.
        numbers_of: whose these are.
        declared: another id that the notebook declares, with other numbers, that was not accepted.
        theirs: the numbers of `declared`; None where there is none.
    """

    context: ExerciseContext
    sheet: Sheet
    reason: str
    given: Any
    probe: Any
    numbers_of: str
    declared: str
    theirs: Any


def prepare(context: ExerciseContext, sampler: int) -> SheetWork:
    """Read a sheet and find whose numbers it is marked with.

    Args:
        context: of the sheet.
        sampler: version under which the exercise was released, from `Gradbook.sampler_of`.
    """
    config, exercise, student = context.config, context.exercise, context.student
    sheet, reason = _read(exercise, context.bundles)
    given, numbers_of = config.given(exercise, student, sampler), student
    declared, theirs = _normal(sheet.student or ""), None
    if declared == _normal(student):
        declared = ""
    if declared:
        theirs = config.given(exercise, declared, sampler)
        if _equal(given, theirs):
            declared, theirs = "", None
        elif context.accepted is not None and context.accepted.declared == declared:
            given, numbers_of, declared, theirs = theirs, declared, "", None
    key = config.probe_key(exercise.id, student) if exercise.probe is not None else ""
    probe = exercise.probes(key, sampler)
    return SheetWork(context, sheet, reason, given, probe, numbers_of, declared, theirs)


def finish(work: SheetWork, report: Report, finding: Finding) -> Marked:
    """Add to the marks what concerns the whole sheet, and say what a person should look at.

    Args:
        work: the sheet.
        report: the marks of its steps.
        finding: what the marker found.
    """
    context, reason = work.context, work.reason
    exercise, accepted, count = context.exercise, context.accepted, len(context.bundles)
    if not math.isfinite(report.points):
        raise ArithmeticError(f"the points of {exercise.id} are {report.points}")
    review: list[Reason] = []
    remarks = [context.note] if context.note else []
    if accepted is not None and work.numbers_of != context.student:
        remarks.append(f"Marked with the numbers of {accepted.declared}, as accepted: {accepted.reason}")
    if count != 1:
        remarks.append(reason)
    elif reason:
        report = _unusable(report, reason, context.decided)
        remarks.append(reason)
    elif work.sheet.exercise != exercise.id:
        remarks.append(f"The sheet that was submitted here is the one of {work.sheet.exercise}.")
    if count > 1:
        report = _unusable(report, reason, context.decided)
        review.append(Reason(Kind.SEVERAL_SHEETS, (str(count),)))
    foreign, under = finding.foreign, finding.under if work.declared else 0.0
    if foreign is not None and foreign.whose.id != (work.declared or None):
        evidence = foreign.evidence
        review.append(Reason(Kind.OTHER_NUMBERS, (str(foreign.whose), f"{foreign.points:g}")))
        review.append(Reason(Kind.EVIDENCE, (f"{evidence.bits:.0f}", ", ".join(sorted(evidence.fields)))))
    like = finding.resembles
    if like is not None and like.whose.id != (work.declared or None):
        details = (str(like.whose), f"{like.points:g}", f"{like.evidence.bits:.0f}")
        review.append(Reason(Kind.LIKE_OTHER_NUMBERS, details))
    if work.declared:
        # Who hands in a classmate's sheet has a classmate's points: nobody should take them unseen.
        theirs = work.declared in map(str.casefold, context.enrolled)
        kind = Kind.ID_OF_CLASSMATE if theirs else Kind.ID_DECLARED
        review.append(Reason(kind, (work.declared, f"{under:g}")))
    unread = [str(number) for number, line in enumerate(report.lines, start=1) if line.state == "unreadable"]
    if unread and report.points < report.max_points:
        # What a student wrote in a notation of their own is for a person to read.
        said = f"line{'s' if len(unread) > 1 else ''} {', '.join(unread)}"
        review.append(Reason(Kind.UNREADABLE_LINES, (said,)))
    way = finding.derivation.marked.another_way if finding.derivation is not None else None
    if way is not None and report.points < report.max_points:
        review.append(Reason(Kind.ANOTHER_WAY, (str(way + 1),)))
    review += _stale(context.rulings, report)
    report = msgspec.structs.replace(report, remarks=(*remarks, *report.remarks))
    return Marked(report, tuple(review), work.numbers_of, work.declared, under)


def _stale(rulings: Sequence[KeptRuling], report: Report) -> Reasons:
    """Say which decisions on a sheet were made on another answer than it holds now; empty where none."""
    steps = [
        ruling.step
        for ruling in rulings
        if ruling.step in report.steps and ruling.answer not in ("", answer_of(report, ruling.step))
    ]
    return (Reason(Kind.RULED_BEFORE, (", ".join(steps),)),) if steps else ()


def _read(exercise: Exercise, bundles: Sequence[bytes]) -> tuple[Sheet, str]:
    """Read the one sheet; without one an empty sheet, and why."""
    nothing = Sheet(exercise.id, {})
    if not bundles:
        return nothing, "No sheet was handed over."
    if len(bundles) > 1:
        return nothing, f"The graded cell put out {len(bundles)} sheets; none of them is marked."
    try:
        return sheets.decode(bundles[0]), ""
    except sheets.SheetError as error:
        text = str(error)
        return nothing, text[:1].upper() + text[1:300] + ("" if text.endswith(".") else ".")


def _unusable(report: Report, reason: str, rulings: Mapping[str, Ruling]) -> Report:
    steps = {
        name: step if name in rulings else msgspec.structs.replace(step, state="unusable", remark=reason)
        for name, step in report.steps.items()
    }
    return msgspec.structs.replace(report, steps=steps)


def personal(config: Gradbook, enrolled: Sequence[str]) -> tuple[str, ...]:
    """Give those who have numbers of their own, in order."""
    return tuple(sorted({name for name in enrolled if config.variant_of(name) != DOCUMENT}))


def others_of(config: Gradbook, marker: Marker, ids: tuple[str, ...], sampler: int) -> Others:
    """Give the right values of the document's numbers and of these ids, under a version of the sampler."""
    exercise = marker.scheme.exercise
    if exercise.draw is None or not exercise.answers:
        return NOBODY
    return _known(config.solutions_dirs, exercise.id, config.course, sampler, ids)


def with_declared(known: Others, ids: frozenset[str], marker: Marker, work: SheetWork, sampler: int) -> Others:
    """Add the right values of the personal numbers of the id that a sheet declares.

    Those of the class are known, and those with which the sheet is marked are not somebody else's.

    Args:
        known: right values of the class.
        ids: of the class, casefolded.
        marker: of the exercise.
        work: the sheet.
        sampler: version under which the exercise was released.
    """
    declared = _normal(work.sheet.student or "")
    if not declared or not known.variants or declared in ids:
        return known
    exercise = marker.scheme.exercise
    theirs = work.context.config.personal(exercise, declared, sampler)
    if _equal(work.given, theirs):
        return known
    # The answers that functions give are compared with nobody's, so any probe inputs do.
    one = marker.others({Variant("declared", declared): theirs}, exercise.probes("practice"))
    truths = {name: np.concatenate([known.truths[name], one.truths[name]]) for name in known.truths}
    return Others(known.variants + one.variants, known.givens + one.givens, truths)


def _normal(student: str) -> str:
    """Give an id in the form in which it counts; empty where it is none."""
    try:
        return normalise_id(student)
    except ValueError:
        return ""


def _equal(given: Any, other: Any) -> bool:
    return all(np.array_equal(mine, theirs) for mine, theirs in zip(given, other, strict=True))


@functools.lru_cache(maxsize=64)
def _known(folders: tuple[Path, ...], exercise_id: str, course: str, sampler: int, ids: tuple[str, ...]) -> Others:
    exercise = find(exercise_id)
    theirs = {Variant("student", name): exercise.given(name, course, sampler) for name in ids}
    marker = registry.marker(folders, exercise_id)
    return marker.others({DOCUMENTS: exercise.seed()} | theirs, exercise.probes("practice"))
