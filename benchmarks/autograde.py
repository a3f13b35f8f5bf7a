"""Submissions a minute: stock `nbgrader autograde` against `course autograde`, on the same varied class, in turns.

Run as `course bench autograde`. The class comes in lots; stock nbgrader and this project grade each lot one after
the other, so that what else the machine does hits both alike. Both times are those of the whole command, from its
start to its end; ours runs every notebook in a sandbox, and fills its compilation cache in the first lot: from the
source, whose solutions compile nothing, and from two alternative solutions of the instructor's, but for
`--no-alternatives`. The scores must be equal, or the benchmark fails. `--growth` measures how our time and memory
grow with a class.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import nbformat

from benchmarks import kernels, varied
from course.commands.common import prepare_output
from course.commands.progress import working
from course.kernels.process.supervisor import descendants

_CONFIG = (
    "c = get_config()\nc.CourseDirectory.course_id = 'bench'\nc.Execute.timeout = 60\nc.RunNotebook.timeout = 60\n"
)
_PHASES = {
    "before": "before the run: stages and gradebook (one at a time)",
    "kernel": "until the kernel is ready",
    "cells": "in the cells",
    "run": "the rest of the run: the notebook read, the kernel's end, the notebook written",
    "after": "after the run: marks, stages and gradebook (one at a time)",
}
_GROWTH = (20, 100, 500)


class Called(NamedTuple):
    """A command that was run.

    Attributes:
        memory: MiB that it and all its processes held at most, shared pages divided among those who share them;
            0 where it was not watched.
        own: the same without the kernels, whose memory is what students do with it.
    """

    seconds: float
    printed: str
    memory: float = 0.0
    own: float = 0.0


def make(folder: Path, *, alternatives: bool = True) -> None:
    """A course folder with the released assignment."""
    (folder / "source" / varied.ASSIGNMENT).mkdir(parents=True)
    names = [f"alternative-{number}.ipynb" for number in range(len(varied.ALTERNATIVES) if alternatives else 0)]
    for name, ways in zip(names, varied.ALTERNATIVES, strict=False):
        nbformat.write(varied.alternative(ways), folder / name)
    more = f"c.Gradbook.alternatives = {{{varied.ASSIGNMENT!r}: {names!r}}}\n"
    (folder / "nbgrader_config.py").write_text(_CONFIG + more)
    nbformat.write(varied.source(), folder / "source" / varied.ASSIGNMENT / f"{varied.ASSIGNMENT}.ipynb")
    call(folder, "nbgrader", "generate_assignment", varied.ASSIGNMENT)


def call(folder: Path, module: str, *arguments: str, watch: bool = False) -> Called:
    """Run a command; give its seconds and what it printed."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PATH": path},
    )
    most = [0.0, 0.0]
    if watch:
        threading.Thread(target=_watch, args=(process, most), daemon=True).start()
    printed, errors = process.communicate()
    if process.returncode:
        sys.exit(f"{module} {' '.join(arguments)} ended with {process.returncode}:\n{errors[-3000:]}")
    return Called(time.perf_counter() - start, printed, *most)


def _watch(process: subprocess.Popen[str], most: list[float]) -> None:
    while process.poll() is None:
        held = {pid: kernels.proportional(pid) for pid in [process.pid, *descendants(process.pid)]}
        own = sum(memory for pid, memory in held.items() if not _is_kernel(pid))
        most[:] = max(most[0], sum(held.values())), max(most[1], own)
        time.sleep(0.5)


def _is_kernel(pid: int) -> bool:
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return True
    return name.startswith(("course-zygote", "kernel-"))


def scores(folder: Path) -> dict[tuple[str, str], float]:
    """Every score that the gradebook holds, by student and cell."""
    query = """
        select student_id, base_cell.name, auto_score from grade
        join submitted_notebook on grade.notebook_id = submitted_notebook.id
        join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id
        join base_cell on grade.cell_id = base_cell.id
    """
    with sqlite3.connect(folder / "gradebook.db") as base:
        return {(student, cell): score for student, cell, score in base.execute(query)}


def run(size: int, lots: int, jobs: int | None, *, alternatives: bool = True) -> None:
    """Measure and print."""
    print(_machine())
    more = [] if jobs is None else ["--jobs", str(jobs)]
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        stock, ours = Path(place, "stock"), Path(place, "ours")
        make(stock)
        make(ours, alternatives=alternatives)
        times: dict[str, list[float]] = {"stock": [], "ours": []}
        phases: dict[str, float] = {}
        bounds = [round(size * lot / lots) for lot in range(lots + 1)]
        for lot in range(lots):
            numbers = range(bounds[lot], bounds[lot + 1])
            for folder in (stock, ours):
                varied.hand_in(folder, numbers)
            times["stock"].append(call(stock, "nbgrader", "autograde", varied.ASSIGNMENT).seconds)
            called = call(ours, "course.cli", "autograde", varied.ASSIGNMENT, "--json", *more)
            times["ours"].append(called.seconds)
            for result in json.loads(called.printed):
                if not result["skipped"]:
                    for phase, took in result["seconds"].items():
                        phases[phase] = phases.get(phase, 0.0) + took
            rates = {name: 60 * len(numbers) / taken[-1] for name, taken in times.items()}
            print(
                f"lot {lot + 1} of {lots}, {len(numbers)} submissions: stock {rates['stock']:.1f} a minute, "
                f"ours {rates['ours']:.1f}, ratio {rates['ours'] / rates['stock']:.1f}; "
                f"{os.getloadavg()[0]:.1f} processes wanted a core"
            )
        programs = len(list((ours / ".course" / "kernel-cache" / varied.ASSIGNMENT).glob("*-cache")))
        idle = call(ours, "course.cli", "autograde", varied.ASSIGNMENT, "--json", *more).seconds
        theirs, mine = scores(stock), scores(ours)
    different = {
        key: (theirs.get(key), mine.get(key)) for key in theirs | mine if theirs.get(key) != mine.get(key)
    }
    rates = {name: 60 * size / sum(taken) for name, taken in times.items()}
    print(f"\n{size} varied submissions in {lots} turns, whole commands")
    print(f"stock nbgrader   {rates['stock']:7.1f} a minute")
    print(f"course autograde {rates['ours']:7.1f} a minute, in sandboxes")
    print(f"ratio            {rates['ours'] / rates['stock']:7.1f}")
    sources = "source and two alternatives" if alternatives else "source"
    print(f"cache            {programs:5} programs, from the {sources}")
    print(f"scores: {len(theirs)} compared, {len(different)} different, {sum(theirs.values()):g} points in all")
    print(f"\nwhere the seconds of a submission go; several run at once, and {idle:.2f} s a command are its start")
    phases["run"] -= phases["kernel"] + phases["cells"]
    for phase, words in _PHASES.items():
        print(f"{phases[phase] / size:7.2f}  {words}")
    print("\na kernel, from the request; memory is what each further one adds")
    print(kernels.report(kernels.compare()))
    if different:
        sys.exit(f"the scores differ: {different}")


def grow(jobs: int | None) -> None:
    """Grade classes of several sizes; print the time of a submission and the memory: both must stay."""
    print(_machine())
    more = [] if jobs is None else ["--jobs", str(jobs)]
    print(f"{'submissions':>11}{'seconds':>10}{'each':>8}{'MiB at most':>13}{'without kernels':>17}")
    for size in _GROWTH:
        with tempfile.TemporaryDirectory(prefix="bench-") as place:
            folder = Path(place, "ours")
            make(folder)
            varied.hand_in(folder, range(size))
            done = call(folder, "course.cli", "autograde", varied.ASSIGNMENT, "--json", *more, watch=True)
            if len(scores(folder)) < size:
                sys.exit(f"{len(scores(folder))} scores of {size} submissions")
        each = done.seconds / size
        print(f"{size:11}{done.seconds:10.1f}{each:8.3f}{done.memory:13.0f}{done.own:17.0f}")


def _machine() -> str:
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("jax", "nbgrader", "ipykernel")]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    today = datetime.datetime.now(datetime.UTC).date()
    return f"{today}, {cores} cores, Python {platform.python_version()}, {', '.join(versions)}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=48, help="submissions")
    parser.add_argument("--lots", type=int, default=2, help="turns in which they are graded")
    parser.add_argument("--jobs", type=int, help="notebooks that run at once")
    parser.add_argument("--growth", action="store_true", help="from 20 to 500 submissions, ours alone")
    parser.add_argument("--no-alternatives", action="store_true", help="fill the cache from the source alone")
    options = parser.parse_args()
    prepare_output()
    with working("measuring"):
        if options.growth:
            grow(options.jobs)
        else:
            run(options.size, options.lots, options.jobs, alternatives=not options.no_alternatives)
