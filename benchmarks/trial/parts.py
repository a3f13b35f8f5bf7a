"""What one process of the trial runs: every kind on one exercise, or what needs a whole assignment."""

import argparse
import time
from collections.abc import Callable, Sequence

from benchmarks.trial import cheap, error, foreign, function, honest, misconception, misread
from benchmarks.trial.case import students
from benchmarks.trial.table import findings_page, show
from benchmarks.trial.trial import Row, Trial
from tests import oracles
from tests.oracles import functions

KINDS = {module.KIND: module for module in (honest, error, misread, cheap, misconception)}
ALL = (*KINDS, foreign.KIND, function.KIND)
FEWER = {"misconception": 40, "misread": 40, "cheap": 20, "foreign": 100}  # kinds with many sheets a student

Part = tuple[list[tuple[str, str, Row]], str]
"""What a process finds: rows with their kind and exercise, and a page of findings."""


def run_exercise(exercise: str, kinds: Sequence[str], options: argparse.Namespace) -> Part:
    """Run every kind on one exercise."""
    found, trials = [], []
    for kind in kinds:
        if kind == function.KIND and exercise in functions.exercises():
            found.append(_timed(kind, exercise, lambda: function.run(exercise, options.secrets)))
        if kind in KINDS and exercise in oracles.exercises():
            trial = Trial.of(exercise, tuple(students(_count(kind, options))))
            trials.append(trial)
            found.append(_timed(kind, exercise, lambda kind=kind, trial=trial: KINDS[kind].run(trial)))
    return found, findings_page(exercise, trials)


def run_assignment(topic: str, exercises: Sequence[str], options: argparse.Namespace) -> Part:
    """Run what needs all exercises of an assignment."""
    trials = [Trial.of(each, tuple(students(_count(foreign.KIND, options)))) for each in exercises]
    return [_timed(foreign.KIND, topic, lambda: foreign.run(trials))], findings_page(topic, trials)


def _count(kind: str, options: argparse.Namespace) -> int:
    return min(options.variants, FEWER.get(kind, options.variants))


def _timed(kind: str, name: str, run: Callable[[], Row]) -> tuple[str, str, Row]:
    began = time.perf_counter()
    row = run()
    shown = ", ".join(f"{column} {show(value)}" for column, value in row.items())
    print(f"{name} {kind} {time.perf_counter() - began:.1f} s: {shown}", flush=True)
    return kind, name, row
