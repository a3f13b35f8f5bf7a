"""Submissions a minute: stock `nbgrader autograde` against `course autograde`, on the same varied class, in turns.

Run as `course bench autograde`. The class comes in lots; stock nbgrader and this project grade each lot one after
the other, so that what else the machine does hits both alike. Both times are those of the whole command, from its
start to its end; ours runs every notebook in a sandbox, and fills its compilation cache in the first lot. The
scores must be equal.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import nbformat

from benchmarks import varied

_CONFIG = (
    "c = get_config()\nc.CourseDirectory.course_id = 'bench'\nc.Execute.timeout = 60\nc.RunNotebook.timeout = 60\n"
)


def make(folder: Path) -> None:
    """A course folder with the released assignment."""
    (folder / "source" / varied.ASSIGNMENT).mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(_CONFIG)
    nbformat.write(varied.source(), folder / "source" / varied.ASSIGNMENT / f"{varied.ASSIGNMENT}.ipynb")
    call(folder, "nbgrader", "generate_assignment", varied.ASSIGNMENT)


def call(folder: Path, module: str, *arguments: str) -> tuple[float, str]:
    """Run a command; give its seconds and what it printed."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | {"PATH": path},
    )
    if done.returncode:
        sys.exit(f"{module} {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return time.perf_counter() - start, done.stdout


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


def run(size: int, lots: int, jobs: int | None) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        stock, ours = Path(place, "stock"), Path(place, "ours")
        make(stock)
        make(ours)
        times: dict[str, list[float]] = {"stock": [], "ours": []}
        phases: dict[str, float] = {}
        bounds = [round(size * lot / lots) for lot in range(lots + 1)]
        for lot in range(lots):
            numbers = range(bounds[lot], bounds[lot + 1])
            for folder in (stock, ours):
                varied.hand_in(folder, numbers)
            times["stock"].append(call(stock, "nbgrader", "autograde", varied.ASSIGNMENT)[0])
            more = [] if jobs is None else ["--jobs", str(jobs)]
            seconds, printed = call(ours, "course.cli", "autograde", varied.ASSIGNMENT, "--json", *more)
            times["ours"].append(seconds)
            for result in json.loads(printed):
                if not result["skipped"]:
                    for phase, took in result["seconds"].items():
                        phases[phase] = phases.get(phase, 0.0) + took
            rates = {name: 60 * len(numbers) / taken[-1] for name, taken in times.items()}
            print(
                f"lot {lot + 1} of {lots}, {len(numbers)} submissions: stock {rates['stock']:.1f} a minute, "
                f"ours {rates['ours']:.1f}, ratio {rates['ours'] / rates['stock']:.1f}",
                flush=True,
            )
        theirs, mine = scores(stock), scores(ours)
    different = {
        key: (theirs.get(key), mine.get(key)) for key in theirs | mine if theirs.get(key) != mine.get(key)
    }
    rates = {name: 60 * size / sum(taken) for name, taken in times.items()}
    print(f"{size} varied submissions on {os.cpu_count()} cores")
    print(f"stock nbgrader   {rates['stock']:7.1f} a minute")
    print(f"course autograde {rates['ours']:7.1f} a minute, in sandboxes")
    print(f"ratio            {rates['ours'] / rates['stock']:7.1f}")
    print("where the time of a submission goes: " + ", ".join(f"{k} {v / size:.2f} s" for k, v in phases.items()))
    print(f"scores: {len(theirs)} compared, {len(different)} different, {sum(theirs.values()):g} points in all")
    if different:
        sys.exit(f"the scores differ: {different}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=16, help="submissions")
    parser.add_argument("--lots", type=int, default=2, help="turns in which they are graded")
    parser.add_argument("--jobs", type=int, help="notebooks that run at once")
    options = parser.parse_args()
    run(options.size, options.lots, options.jobs)
