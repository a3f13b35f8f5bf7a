"""How many sheets a second a class is marked at, from kept JSON to marks in words, and what takes the time.

Run as `course bench marking`. Sheets of every kind: right, off, with slips, with holes; every rule counts. The
parts are measured in the same run: reading (JSON to arrays), marking (the compiled program, and other numbers
where a sheet is suspicious), wording (remarks and shown values). Times are medians of rounds.
"""

import argparse
import datetime
import os
import platform
import statistics
import time

import jax
import numpy as np

from course import sheet as sheets
from course.commands.common import prepare_output
from course.commands.progress import working
from course.marking.marker import Task, stack_entries
from course.marking.scheme import State
from course.sheet import Sheet
from tests.oracles.sheets import make_class, numbers_of_a_class

ID = "mlp/relu-sgd"
EXERCISES = (ID, "mlp/sigmoid-ls")
WORDS = [state.word for state in State][:5]


def kept_sheets(marker, entries, count: int) -> list[bytes]:
    """The same sheets as they are kept."""
    answers = marker.scheme.exercise.answers

    def written(name, number):
        answer, value = answers[name], entries[name].value[number]
        if answer.dtype == "choice":
            return sheets.write(answer.choices[int(value)])
        return sheets.write(value)

    return [
        sheets.encode(
            Sheet(
                marker.scheme.exercise.id,
                {
                    name: written(name, number)
                    for name in answers
                    if entries[name].status[number] != 1 and answers[name].dtype not in {"graph", "function"}
                },
            )
        )
        for number in range(count)
    ]


def run(exercise_id: str, count: int, rounds: int) -> None:
    """Measure and print."""
    marker, pool, which, entries = make_class(count, exercise_id=exercise_id)
    givens = numbers_of_a_class(pool, which)
    probe = marker.scheme.exercise.probes("benchmark")
    kept = kept_sheets(marker, entries, count)
    each = [jax.tree.map(lambda leaf, n=number: leaf[n], givens) for number in range(count)]

    def whole():
        start = time.perf_counter()
        handed = [sheets.decode(data) for data in kept]
        read = stack_entries(marker.scheme.exercise, handed)
        was_read = time.perf_counter()
        found = marker.find([Task(sheet, given, probe) for sheet, given in zip(handed, each, strict=True)])
        was_found = time.perf_counter()
        reports = [marker.report(sheet, finding) for sheet, finding in zip(handed, found, strict=True)]
        done = time.perf_counter()
        reading = was_read - start
        # `find` reads the sheets as well; what it takes beside that is marking.
        return reports, (reading, max(was_found - was_read - reading, 0.0), done - was_found), read

    reports, _, _ = whole()  # compiles
    states = [step.state for report in reports for step in report.steps.values()]
    shares = ", ".join(f"{word} {np.mean([state == word for state in states]):.0%}" for word in WORDS)
    times = np.array([whole()[1] for _ in range(rounds)])
    total = statistics.median(times.sum(axis=1))
    parts = np.median(times, axis=0) / np.median(times, axis=0).sum()
    print(f"\n{exercise_id}: {count} sheets, {rounds} rounds; {shares}")
    print(f"  kept JSON to marks in words {count / total:10,.0f} sheets/s")
    print(f"  reading {parts[0]:.0%}, marking {parts[1]:.0%}, wording {parts[2]:.0%} of the time")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    prepare_output()
    today = datetime.datetime.now(datetime.UTC)
    print(
        f"{today:%Y-%m-%d %H:%M} UTC; {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    print(f"Python {platform.python_version()}, jax {jax.__version__}, numpy {np.__version__}, {jax.devices()}")
    for exercise_id in EXERCISES:
        with working(f"marking {exercise_id}"):
            run(exercise_id, options.sheets, options.rounds)
