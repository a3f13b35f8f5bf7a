"""What one process of the trial runs: every kind on one exercise, or what needs a whole assignment."""

import argparse
import functools
import time
from collections.abc import Callable, Sequence

from benchmarks.trial import cheap, error, foreign, function, honest, misconception, misread
from benchmarks.trial.case import students
from benchmarks.trial.kept import kept
from benchmarks.trial.table import findings_page, show
from benchmarks.trial.trial import Part, Row, Trial
from tests import oracles
from tests.oracles import functions

KINDS = {module.KIND: module for module in (honest, error, misread, cheap, misconception)}
ALL = (*KINDS, foreign.KIND, function.KIND)
FEWER = {"misconception": 40, "misread": 40, "cheap": 20, "foreign": 100}  # kinds with many sheets a student


def run_exercise(exercise: str, kinds: Sequence[str], options: argparse.Namespace) -> Part:
    """Run every kind on one exercise."""
    parts = [
        _kept(exercise, kind, options, functools.partial(_run_kind, exercise, kind, options))
        for kind in kinds
        if (kind == function.KIND and exercise in functions.exercises())
        or (kind in KINDS and exercise in oracles.exercises())
    ]
    return [row for rows, _ in parts for row in rows], "".join(page for _, page in parts)


def _run_kind(exercise: str, kind: str, options: argparse.Namespace) -> Part:
    if kind == function.KIND:
        return [_timed(kind, exercise, lambda: function.run(exercise, options.secrets))], ""
    trial = Trial.of(exercise, tuple(students(_count(kind, options))))
    row = _timed(kind, exercise, lambda: KINDS[kind].run(trial))
    return [row], findings_page(f"{exercise}, {kind}", [trial])


def run_assignment(topic: str, exercises: Sequence[str], options: argparse.Namespace) -> Part:
    """Run what needs all exercises of an assignment."""
    run = functools.partial(_run_assignment, topic, exercises, options)
    return _kept(f"{topic}-{len(exercises)}", foreign.KIND, options, run)


def _run_assignment(topic: str, exercises: Sequence[str], options: argparse.Namespace) -> Part:
    trials = [Trial.of(each, tuple(students(_count(foreign.KIND, options)))) for each in exercises]
    return [_timed(foreign.KIND, topic, lambda: foreign.run(trials))], findings_page(topic, trials)


def _kept(name: str, kind: str, options: argparse.Namespace, run: Callable[[], Part]) -> Part:
    if not options.kept:
        return run()
    many = options.secrets if kind == function.KIND else _count(kind, options)
    return kept(options.kept / f"{name.replace('/', '-')}-{kind}-{many}.json", run)


def _count(kind: str, options: argparse.Namespace) -> int:
    return min(options.variants, FEWER.get(kind, options.variants))


def _timed(kind: str, name: str, run: Callable[[], Row]) -> tuple[str, str, Row]:
    began = time.perf_counter()
    row = run()
    shown = ", ".join(f"{column} {show(value)}" for column, value in row.items())
    print(f"{name} {kind} {time.perf_counter() - began:.1f} s: {shown}", flush=True)
    return kind, name, row
