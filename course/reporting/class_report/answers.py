"""The answers of a class as arrays, beside the values that were right for each student."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from course.marking.follow_through import Entry
from course.marking.marker import stack, stack_entries
from course.marking.report import Report
from course.marking.scheme import TRANSPOSED, Scheme, Step, call
from course.reporting.class_report.graded_work import Answers
from course.sheet import Sheet
from course.sheet.reading import Status


def answers_of(
    scheme: Scheme,
    sheets: Sequence[Sheet],
    reports: Sequence[Report | None],
    givens: Sequence[Any],
    probes: Sequence[Any],
) -> dict[str, Answers]:
    """Work out what was right for everybody, and what follows from their own earlier answers.

    Every step is evaluated for the whole class at once. Nothing is compiled for it: a report is made once, and
    compiling a marker takes longer than the arithmetic of ten thousand sheets.

    Args:
        scheme: the steps.
        sheets: what was handed over; an empty sheet where nothing was.
        reports: the marks as given, in the same order.
        givens: everybody's numbers.
        probes: the inputs of everybody's functions; None where there are none.
    """
    entries = stack_entries(scheme.exercise, sheets)
    with jax.enable_x64(True):
        inputs = (stack(givens), None if any(probe is None for probe in probes) else stack(probes))
        follows = np.array([report is None or not report.foreign for report in reports])
        truths: dict[str, Any] = {}
        used: dict[str, Any] = {}
        found = {}
        for name, step in scheme.steps.items():
            truth = truths[name] = _evaluate(step, inputs, truths)
            expected = _evaluate(step, inputs, used)
            entry, read = entries[name], _read(entries[name])
            own = np.where(_along(read, entry.value), _put_right(step, entry, reports), expected)
            used[name] = np.where(_along(follows, own), own, truth)
            found[name] = Answers(entry.value, entry.unit, read, truth, expected)
    return found


def operands_of(
    scheme: Scheme, step: str, given: Mapping[str, np.ndarray], answers: Mapping[str, Answers]
) -> dict[str, np.ndarray]:
    """Give what students had when they answered a step: given values, and answers that do not rest on this one."""
    resting = {step}
    for name, later in scheme.steps.items():
        if resting & set(later.parents):
            resting.add(name)
    others = {name: other for name, other in answers.items() if name not in resting}
    return dict(given) | {
        name: np.where(_along(other.read, other.value), other.value, other.expected)
        for name, other in others.items()
    }


def given_of(givens: Sequence[Any]) -> dict[str, np.ndarray]:
    """Stack everybody's given values that are plain arrays, by name."""
    first = givens[0]._asdict() if givens else {}
    plain = [name for name, value in first.items() if isinstance(value, int | float | np.ndarray)]
    return {name: np.stack([np.asarray(getattr(given, name), dtype=float) for given in givens]) for name in plain}


def _evaluate(step: Step, inputs: tuple[Any, Any], parents: Mapping[str, Any]) -> np.ndarray:
    def one(given: Any, probe: Any, values: dict[str, Any]) -> jax.Array:
        result = call(step.function, step.parents, {"given": given, "probe": probe}, values)
        return jnp.reshape(jnp.asarray(result, dtype=float), step.answer.shape)

    return np.asarray(jax.vmap(one)(*inputs, {name: parents[name] for name in step.parents}))


def _read(entry: Entry) -> np.ndarray:
    return np.isin(entry.status, (Status.READ, Status.TRANSPOSED))


def _put_right(step: Step, entry: Entry, reports: Sequence[Report | None]) -> np.ndarray:
    """Values as the marker goes on with them: a square matrix that was taken for transposed is turned."""
    shape = step.answer.shape
    if len(shape) != 2 or shape[0] != shape[1]:
        return entry.value
    marks = [None if report is None else report.steps.get(step.name) for report in reports]
    turned = np.array([mark is not None and mark.slip == TRANSPOSED for mark in marks])
    return np.where(_along(turned, entry.value), np.swapaxes(entry.value, 1, 2), entry.value)


def _along(mask: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Give a mask over students a shape that goes with their values."""
    return mask.reshape(mask.shape + (1,) * (np.ndim(value) - 1))
