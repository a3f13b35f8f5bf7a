"""How many sheets a second a class is marked at, against a loop over the same marker and against plain numpy.

Run as `course bench marking`. Sheets of A1 (`mlp/relu-sgd`) and A2 (`mlp/sigmoid-ls`) of every kind: right, off,
with slips, with holes; every rule counts. All contestants mark the same sheets and must come to the same points
(plain numpy is written for A1). Times are medians of rounds in turns, so that a busy machine disturbs all
alike. The floor is what moving the bytes of the sheets takes, measured by a large copy in the same run.
"""

import argparse
import datetime
import os
import platform
import statistics
import time

import jax
import numpy as np

from course.commands.common import prepare_output
from course.commands.progress import working
from course.marking.scheme import State
from tests.oracles import plain_marker
from tests.oracles.sheets import make_class, numbers_of_a_class

ID = "mlp/relu-sgd"
EXERCISES = (ID, "mlp/sigmoid-ls")
WORDS = [state.word for state in State][:5]


def copy_rate(size: int = 1 << 29) -> float:
    """Bytes read and written a second by a large copy."""
    source, target = np.ones(size // 8), np.empty(size // 8)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        np.copyto(target, source)
        times.append(time.perf_counter() - start)
    return 2 * size / min(times[1:])


def run(exercise_id: str, count: int, rounds: int, single: int) -> None:
    """Measure and print."""
    marker, pool, which, entries = make_class(count, exercise_id=exercise_id)
    exercise = marker.scheme.exercise
    givens = numbers_of_a_class(pool, which)
    probe = exercise.probes("benchmark")
    probes = (
        None if probe is None else jax.tree.map(lambda leaf: np.broadcast_to(leaf, (count, *leaf.shape)), probe)
    )

    def class_call():
        marks = marker.score_class(givens, entries, probes)
        return sum(outcome.points for outcome in marks.values()), marks

    sheets = [jax.tree.map(lambda leaf, n=number: leaf[n], (givens, entries)) for number in range(single)]

    def loop():
        with jax.enable_x64(True):
            marks = [marker._one(given, answers, probe, True) for given, answers in sheets]
            jax.block_until_ready(marks)
        return np.array([sum(float(v.points) for v in mark.values()) for mark in marks]), marks

    plain = [
        (given, {n: None if e.status == 1 else (e.value, e.unit) for n, e in answers.items()})
        for given, answers in sheets
    ]

    def numpy_loop():
        return np.array([plain_marker.mark(given, sheet)[1] for given, sheet in plain]), None

    contestants = {"one call for the class": (class_call, count), "loop over the marker": (loop, single)}
    if exercise_id == ID:
        contestants["plain numpy"] = (numpy_loop, single)
    results = {name: call() for name, (call, _) in contestants.items()}  # compiles, and checks
    points, marks = results["one call for the class"]
    for name, (theirs, _) in results.items():
        np.testing.assert_array_equal(theirs, points[: len(theirs)], err_msg=name)
    wall, cores = _measure(contestants, rounds)
    read, written = (sum(leaf.nbytes for leaf in jax.tree.leaves(t)) / count for t in ((givens, entries), marks))
    rate, moved = copy_rate(), read + written
    states = np.concatenate([outcome.state for outcome in marks.values()])
    shares = ", ".join(f"{n} {np.mean(states == i):.0%}" for i, n in enumerate(WORDS))
    print(f"\n{exercise_id}: {count} sheets in one call, {single} in the loops, {rounds} rounds; {shares}")
    best = wall["one call for the class"]
    for name, each in wall.items():
        print(f"  {name:24s} {each:12,.0f} sheets/s   one call is {best / each:8.1f} times as fast")
    print(f"  the call used {cores:.2f} cores: {best / cores:,.0f} sheets a second of processor time")
    print(f"  {read:.0f} bytes read and {written:.0f} written a sheet; a large copy moves {rate / 1e9:.1f} GB/s:")
    print(f"  floor {rate / moved:,.0f} sheets/s, {rate / moved / best:.1f} times what is reached")


def _measure(contestants, rounds):
    """Sheets a second by contestant, and the cores that the first one used."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, (call, _) in contestants.items():
            start, used = time.perf_counter(), time.process_time()
            call()
            times[name].append((time.perf_counter() - start, time.process_time() - used))
    wall = {n: contestants[n][1] / statistics.median(t for t, _ in taken) for n, taken in times.items()}
    return wall, statistics.median(used / taken for taken, used in next(iter(times.values())))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--single", type=int, default=500, help="sheets marked by the loops")
    options = parser.parse_args()
    prepare_output()
    today = datetime.datetime.now(datetime.UTC)
    print(
        f"{today:%Y-%m-%d %H:%M} UTC; {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    print(f"Python {platform.python_version()}, jax {jax.__version__}, numpy {np.__version__}, {jax.devices()}")
    for exercise_id in EXERCISES:
        with working(f"marking {exercise_id}"):
            run(exercise_id, options.sheets, options.rounds, options.single)
