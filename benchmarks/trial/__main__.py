"""Run the trial and write its table."""

import argparse
import datetime
import os
import platform
import time
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

KINDS = {module.KIND: module for module in (honest, error, misread, cheap, foreign, misconception)}
RESULT = Path(__file__).parents[1] / "results" / "trial.md"
FEWER = {"misconception": 40, "misread": 40, "cheap": 40}  # kinds with many sheets a student


def main() -> None:
    """Read the arguments, run what they ask for, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trial", description=__doc__)
    parser.add_argument("exercises", nargs="*", help="ids; all that have an oracle unless given")
    parser.add_argument("--variants", type=int, default=200, help="students, each with numbers of their own")
    parser.add_argument("--secrets", type=int, default=200, help="under which wrong functions are tried")
    parser.add_argument("--kinds", default=",".join((*KINDS, function.KIND)), help="some of them, with commas")
    parser.add_argument("--write", action="store_true", help=f"write the table to {RESULT.name}")
    parser.add_argument("--findings", type=Path, help="write the smallest failing sheets to this file")
    options = parser.parse_args()
    kinds = options.kinds.split(",")
    known = sorted({*oracles.exercises(), *functions.exercises()})
    unknown = [kind for kind in kinds if kind not in (*KINDS, function.KIND)]
    unknown += [each for each in options.exercises if each not in known]
    if unknown:
        parser.error(
            f"unknown: {', '.join(unknown)}; the kinds are {', '.join((*KINDS, function.KIND))}, "
            f"the exercises {', '.join(known)}"
        )
    prepare_output()
    rows: dict[str, dict[str, Row]] = {kind: {} for kind in kinds}
    trials = []
    start = time.perf_counter()
    for exercise in options.exercises or known:
        for kind in kinds:
            if exercise not in (functions if kind == function.KIND else oracles).exercises():
                continue
            began = time.perf_counter()
            if kind == function.KIND:
                rows[kind][exercise] = function.run(exercise, options.secrets)
            else:
                count = min(options.variants, FEWER.get(kind, options.variants))
                trials.append(Trial.of(exercise, tuple(students(count))))
                rows[kind][exercise] = KINDS[kind].run(trials[-1])
            shown = ", ".join(f"{column} {show(value)}" for column, value in rows[kind][exercise].items())
            print(f"{exercise} {kind} {time.perf_counter() - began:.1f} s: {shown}")
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


if __name__ == "__main__":
    main()
