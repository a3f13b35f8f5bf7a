"""Run the trial and write its table."""

import argparse
import datetime
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import jax
import numpy as np

from benchmarks.trial import cheap, error, foreign, function, honest, misconception, misread
from benchmarks.trial.case import students
from benchmarks.trial.table import findings_page, page, show
from benchmarks.trial.trial import Row, Trial
from course.commands.common import prepare_output
from tests import oracles
from tests.oracles import functions

KINDS = {module.KIND: module for module in (honest, error, misread, cheap, misconception)}
ALL = (*KINDS, foreign.KIND, function.KIND)
RESULT = Path(__file__).parents[1] / "results" / "trial.md"
FEWER = {"misconception": 40, "misread": 40, "cheap": 20, "foreign": 100}  # kinds with many sheets a student


def main() -> None:
    """Read the arguments, run what they ask for, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trial", description=__doc__)
    parser.add_argument("exercises", nargs="*", help="ids; all that have an oracle unless given")
    parser.add_argument("--variants", type=int, default=200, help="students, each with numbers of their own")
    parser.add_argument("--secrets", type=int, default=200, help="under which wrong functions are tried")
    parser.add_argument("--kinds", default=",".join(ALL), help="some of them, with commas")
    parser.add_argument("--write", action="store_true", help=f"write the table to {RESULT.name}")
    parser.add_argument("--findings", type=Path, help="write the smallest failing sheets to this file")
    options = parser.parse_args()
    kinds = options.kinds.split(",")
    known = sorted({*oracles.exercises(), *functions.exercises()})
    unknown = [kind for kind in kinds if kind not in ALL]
    unknown += [each for each in options.exercises if each not in known]
    if unknown:
        parser.error(
            f"unknown: {', '.join(unknown)}; the kinds are {', '.join(ALL)}, the exercises {', '.join(known)}"
        )
    prepare_output()
    rows: dict[str, dict[str, Row]] = {kind: {} for kind in kinds}
    trials = []
    start = time.perf_counter()
    exercises = options.exercises or known
    for exercise in exercises:
        for kind in kinds:
            if kind == function.KIND and exercise in functions.exercises():
                _timed(rows, kind, exercise, lambda exercise=exercise: function.run(exercise, options.secrets))
            if kind in KINDS and exercise in oracles.exercises():
                count = min(options.variants, FEWER.get(kind, options.variants))
                trials.append(Trial.of(exercise, tuple(students(count))))
                _timed(rows, kind, exercise, lambda kind=kind: KINDS[kind].run(trials[-1]))
    if foreign.KIND in kinds:
        worked = [exercise for exercise in exercises if exercise in oracles.exercises()]
        for topic in dict.fromkeys(exercise.partition("/")[0] for exercise in worked):
            count = min(options.variants, FEWER.get(foreign.KIND, options.variants))
            whole = [Trial.of(e, tuple(students(count))) for e in worked if e.startswith(f"{topic}/")]
            trials += whole
            _timed(rows, foreign.KIND, topic, lambda whole=whole: foreign.run(whole))
    heading = (
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}; {options.variants} variants an exercise; "
        f"{platform.machine()}, {os.cpu_count()} cores, {time.perf_counter() - start:.0f} s; "
        f"Python {platform.python_version()}, jax {jax.__version__}, numpy {np.__version__}"
    )
    text = page(heading, rows)
    print(text)
    if options.write:
        RESULT.write_text(text, "utf-8")
    if options.findings:
        options.findings.write_text(findings_page(trials), "utf-8")


def _timed(rows: dict[str, dict[str, Row]], kind: str, name: str, run: Callable[[], Row]) -> None:
    began = time.perf_counter()
    rows[kind][name] = run()
    shown = ", ".join(f"{column} {show(value)}" for column, value in rows[kind][name].items())
    print(f"{name} {kind} {time.perf_counter() - began:.1f} s: {shown}")


if __name__ == "__main__":
    main()
