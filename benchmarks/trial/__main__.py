"""Run the trial and write its table."""

import argparse
import datetime
import multiprocessing
import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import jax
import numpy as np

from benchmarks.trial import foreign
from benchmarks.trial.parts import ALL, FEWER, run_assignment, run_exercise
from benchmarks.trial.table import page
from benchmarks.trial.trial import Part, Row
from course.commands.common import prepare_output
from tests import oracles
from tests.oracles import functions

RESULT = Path(__file__).parents[1] / "results" / "trial.md"


def main() -> None:
    """Read the arguments, run what they ask for, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trial", description=__doc__)
    parser.add_argument("exercises", nargs="*", help="ids; all that have an oracle unless given")
    parser.add_argument("--variants", type=int, default=200, help="students, each with numbers of their own")
    parser.add_argument("--secrets", type=int, default=200, help="under which wrong functions are tried")
    parser.add_argument("--kinds", default=",".join(ALL), help="some of them, with commas")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--write", action="store_true", help=f"write the table to {RESULT.name}")
    parser.add_argument(
        "--kept",
        type=Path,
        metavar="FOLDER",
        help="keep what each kind gives on each exercise in this folder, and do not run again what is there: "
        "a trial that was stopped goes on. Empty it when the code has changed",
    )
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
    start = time.perf_counter()
    exercises = options.exercises or known
    worked = [exercise for exercise in exercises if exercise in oracles.exercises()]
    topics = list(dict.fromkeys(exercise.partition("/")[0] for exercise in worked))
    tasks: list[Callable[[], Part]] = [partial(run_exercise, each, kinds, options) for each in exercises]
    if foreign.KIND in kinds:
        whole = {topic: [each for each in worked if each.startswith(f"{topic}/")] for topic in topics}
        tasks += [partial(run_assignment, topic, whole[topic], options) for topic in topics]
    rows: dict[str, dict[str, Row]] = {kind: {} for kind in kinds}
    pages = []
    with ProcessPoolExecutor(options.jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        for part in [pool.submit(task) for task in tasks]:
            found, findings = part.result()
            pages.append(findings)
            for kind, name, row in found:
                rows[kind][name] = row
    heading = (
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}; {options.variants} variants an exercise"
        f"{_fewer(options.variants)}; {options.secrets} secrets; "
        f"{platform.machine()}, {os.cpu_count()} cores, {_how_long(start, options.kept)}; "
        f"Python {platform.python_version()}, jax {jax.__version__}, numpy {np.__version__}"
    )
    text = page(heading, rows)
    print(text)
    if options.write:
        RESULT.write_text(text, "utf-8")
    if options.findings:
        options.findings.write_text("\n".join(pages), "utf-8")


def _how_long(start: float, folder: Path | None) -> str:
    return "exercise by exercise" if folder else f"{time.perf_counter() - start:.0f} s"


def _fewer(variants: int) -> str:
    fewer = {kind: count for kind, count in FEWER.items() if count < variants}
    return f" ({', '.join(f'{kind} {count}' for kind, count in fewer.items())})" if fewer else ""


if __name__ == "__main__":
    main()
