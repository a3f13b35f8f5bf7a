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
from course.marking import registry
from course.marking.marker import NOBODY, Marker, Others
from course.marking.report import Report, Ruling
from course.sheet import Sheet

DOCUMENTS = "the document's own numbers"
_LOT = 32  # others are worked out in lots, so that few shapes are compiled


class Marked(NamedTuple):
    """The marks of one sheet, and what a person should look at (empty where nothing)."""

    report: Report
    review: str = ""


def mark_handed(
    config: Gradbook,
    exercise: Exercise,
    student: str,
    bundles: Sequence[bytes],
    *,
    enrolled: Sequence[str] = (),
    rulings: Mapping[str, Ruling] | None = None,
    note: str = "",
) -> Marked:
    """Mark what a graded cell handed over.

    The exercise is that of the released cell and the student is nbgrader's; what the bundle says of either is
    at most remarked upon.

    Args:
        config: the course.
        exercise: what was to be answered.
        student: who handed it in.
        bundles: what the cell put out; anything but one bundle is no sheet.
        enrolled: ids with whose numbers a sheet that is not right is compared.
        rulings: an instructor's decisions by step.
        note: what happened while the notebook ran.

    Raises:
        course.errors.CourseError: if there is no scheme, or the course's secret cannot be read.
    """
    marker = registry.marker(config.solutions_dir, exercise.id)
    sheet, reason = _read(exercise, bundles)
    given = config.given(exercise, student)
    key = config.probe_key(exercise.id, student) if exercise.probe is not None else ""
    report = marker.mark(
        sheet,
        given,
        probe=exercise.probes(key),
        student=student,
        others=_others(config, marker, sheet, enrolled),
        rulings=rulings,
    )
    if not math.isfinite(report.points):
        raise ArithmeticError(f"the points of {exercise.id} are {report.points}")
    review = []
    remarks = [note] if note else []
    if len(bundles) != 1:
        remarks.append(reason)
    elif reason:
        report = _unusable(report, reason, rulings or {})
        remarks.append(reason)
    elif sheet.exercise != exercise.id:
        remarks.append(f"The sheet that was submitted here is the one of {sheet.exercise}.")
    if len(bundles) > 1:
        report = _unusable(report, reason, rulings or {})
        review.append(f"{len(bundles)} sheets in one cell")
    if report.foreign:
        review.append(f"worked on {report.whose}; under these it has {report.foreign_points:g} points")
    return Marked(msgspec.structs.replace(report, remarks=(*remarks, *report.remarks)), "; ".join(review))


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


def _others(config: Gradbook, marker: Marker, sheet: Sheet, enrolled: Sequence[str]) -> Others:
    """The right values of the document's numbers, of everybody enrolled, and of the id that the sheet declares."""
    exercise = marker.scheme.exercise
    if exercise.draw is None or not exercise.answers:
        return NOBODY
    ids = tuple(sorted({name for name in enrolled if config.variant_of(name) != DOCUMENT}))
    known = _known(config.solutions_dir, exercise.id, config.course, ids)
    declared = _declared(sheet, ids)
    if declared is None:
        return known
    label = f"the numbers of {declared}, the id declared in the notebook"
    return _join(known, _work_out(marker, {label: exercise.given(declared, config.course)}))


def _declared(sheet: Sheet, ids: Sequence[str]) -> str | None:
    try:
        declared = normalise_id(sheet.student or "")
    except ValueError:
        return None
    return None if declared in map(str.casefold, ids) else declared


@functools.lru_cache(maxsize=64)
def _known(folder: Path, exercise_id: str, course: str, ids: tuple[str, ...]) -> Others:
    exercise = find(exercise_id)
    theirs = {f"the numbers of {name}": exercise.given(name, course) for name in ids}
    return _work_out(registry.marker(folder, exercise_id), {DOCUMENTS: exercise.seed()} | theirs)


def _work_out(marker: Marker, givens: Mapping[str, Any]) -> Others:
    """Work out right values in full lots: every other number of variants would be compiled anew."""
    # The answers that functions give are compared with nobody's, so any probe inputs do.
    probe = marker.scheme.exercise.probes("practice")
    # What fills the last lot up comes after the real ones, of which the first that fits is named.
    filler = {f"{DOCUMENTS} ({n})": marker.scheme.exercise.seed() for n in range(-len(givens) % _LOT)}
    items = list((dict(givens) | filler).items())
    lots = [marker.others(dict(items[start : start + _LOT]), probe) for start in range(0, len(items), _LOT)]
    return functools.reduce(_join, lots)


def _join(first: Others, second: Others) -> Others:
    truths = {name: np.concatenate([first.truths[name], second.truths[name]]) for name in first.truths}
    return Others(first.labels + second.labels, first.givens + second.givens, truths)
