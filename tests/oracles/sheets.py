"""Sheets for tests and benchmarks alike: right ones, slips, nonsense, made from a scheme's own steps.

They are no oracle: what is right in them is what the scheme says.
"""

from pathlib import Path

import jax
import numpy as np

from course.exercises import find
from course.marking import registry
from course.marking.derivation_scheme import DerivationScheme
from course.marking.follow_through import Entry, slip_values
from course.marking.marker import stack
from course.sheet import Edges, Numbers, Outputs, Sheet, Text, write_lines
from course.sheet.format import LINES

SOLUTIONS = Path(__file__).parents[2] / "solutions"


def answer(asked, value):
    """A value as a student would hand it over, in full."""
    value = np.asarray(value, dtype=float)
    if asked.dtype == "choice":
        return Text(asked.choices[int(value)])
    if asked.dtype == "graph":
        return Edges(tuple((asked.units[i], asked.units[j]) for i, j in np.argwhere(value == 1)))
    numbers = Numbers(value.shape, tuple(repr(float(entry)) for entry in value.ravel()))
    return Outputs(numbers) if asked.dtype == "function" else numbers


def kinds(marker, given, probe):
    """Sheets by name: all right, half there, each kind of wrong; and one with the first slip of every step."""
    exercise = marker.scheme.exercise
    if isinstance(marker.scheme, DerivationScheme):
        return _derivations(marker.scheme, given)
    truths = marker.truths(given, probe)
    right = {name: answer(exercise.answers[name], value) for name, value in truths.items()}
    with jax.enable_x64(True):
        slipped = {
            name: answer(exercise.answers[name], np.asarray(wrong[0]))
            for name, step in marker.scheme.steps.items()
            if (wrong := slip_values(step, given, probe, truths)) and step.answer.dtype not in {"graph", "choice"}
        }
    steps = list(right)
    off = {
        name: answer(exercise.answers[name], value + 1.37)
        for name, value in truths.items()
        if exercise.answers[name].dtype in {"float", "int", "function"}
    }
    made = {
        "right": right,
        "nothing": {},
        "half": {name: right[name] for name in steps[: len(steps) // 2]},
        "the first is wrong": {**right, **dict(list(off.items())[:1])},
        "all off": off,
        "slips": slipped,
        "a slip, then right": {**right, **dict(list(slipped.items())[:1])},
        "words": dict.fromkeys(steps, Text("ten")),
        "another shape": dict.fromkeys(steps, Numbers((3, 1, 7), ("1.25",) * 21)),
        "not finite": {name: Numbers((), ("NaN",)) for name in steps},
    }
    return {name: Sheet(exercise.id, answers, "somebody else") for name, answers in made.items()}


def _derivations(scheme, given):
    model = list(scheme.model(given))
    made = {
        "right": model,
        "nothing": [],
        "half": model[: len(model) // 2],
        "the first is wrong": [f"{model[0]} + 1", *model[1:]],
        "all off": [f"{line} + 1" for line in model],
        "words": ["ten"],
        "not read": [*model[:1], r"= \frac{", *model[1:]],
    }
    answers = {name: {LINES: write_lines(lines)} for name, lines in made.items()}
    answers["another shape"] = {LINES: Numbers((3,), ("1.25",) * 3)}
    return {name: Sheet(scheme.exercise.id, found, "somebody else") for name, found in answers.items()}


def make_class(count: int, seed: int = 1, exercise_id: str = "mlp/relu-sgd"):
    """A class of sheets as arrays: right, off, twice too large; now and then a step is missing.

    Returns:
        The marker, the numbers of 200 students, whose numbers each sheet has, and the answers by step.
    """
    rng = np.random.default_rng(seed)
    exercise = find(exercise_id)
    marker = registry.marker((SOLUTIONS,), exercise_id)
    some = [exercise.given(f"student-{i}") for i in range(200)]
    truths = marker.others({str(i): given for i, given in enumerate(some)}, exercise.probes("benchmark")).truths
    which = rng.integers(len(some), size=count)
    entries = {}
    for name, answer in exercise.answers.items():
        value = _take(truths[name], which).astype(float)
        if answer.dtype == "float":
            kind = rng.random(count)
            value = np.where(kind < 0.2, value * 1.5 + 1, value)
            value = np.where((kind > 0.2) & (kind < 0.3), 2 * value, value)
        status = np.where(rng.random(count) < 0.05, 1, 0).astype(np.int8)
        unit = np.full((*answer.shape, count), 0.01 if answer.dtype == "float" else 0.0)
        entries[name] = Entry(_front(np.where(status == 1, 0.0, value)), _front(unit), status)
    return marker, stack(some), which, entries


def _take(leaf, which):
    """The chosen rows, along the last axis in memory."""
    return np.take(np.moveaxis(leaf, 0, -1), which, axis=-1)


def _front(value):
    return np.moveaxis(value, -1, 0)


def numbers_of_a_class(pool, which):
    """The given numbers of every sheet, from those of the students."""
    return jax.tree.map(lambda leaf: _front(_take(leaf, which)), pool)
