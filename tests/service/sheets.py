"""Sheets for every exercise: right ones, slips, nonsense, made from the scheme's own steps on given numbers."""

import jax
import numpy as np

from course.marking.follow_through import slip_values
from course.sheet import Edges, Numbers, Outputs, Sheet, Text

NOTHING_RIGHT = "nothing right"


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
