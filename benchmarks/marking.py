"""How many sheets a second one jitted call marks, against a loop over the same marker and plain numpy.

Run as `course bench marking`. Every contestant marks the same sheets of `mlp/relu-sgd` and must give the same
points; times are medians of several rounds in turns, so that a noisy machine disturbs all alike.
"""

import argparse
import statistics
import time
from pathlib import Path

import jax
import numpy as np

from benchmarks import plain_numpy
from course.exercises import find
from course.marking import registry
from course.marking.engine import Entry
from course.marking.marker import stack

SOLUTIONS = Path(__file__).parents[1] / "solutions"
ID = "mlp/relu-sgd"


def make_class(count: int, seed: int = 1):
    """Sheets of many kinds: every entry right, rounded, or off; every step now and then missing."""
    rng = np.random.default_rng(seed)
    exercise = find(ID)
    marker = registry.marker(SOLUTIONS, ID)
    some = [exercise.given(f"student-{i}") for i in range(200)]
    truths = marker.others({str(i): given for i, given in enumerate(some)}).truths
    which = rng.integers(len(some), size=count)
    entries = {}
    for name, answer in exercise.answers.items():
        value = truths[name][which].astype(float)
        if answer.dtype == "float":
            kind = rng.random((count,) + (1,) * (value.ndim - 1))
            value = np.where(kind < 0.2, value * 1.5 + 1, value)
            value = np.where((kind > 0.2) & (kind < 0.3), 2 * value, value)
        status = np.where(rng.random(count) < 0.05, 1, 0)
        unit = np.full(value.shape, 0.01 if answer.dtype == "float" else 0.0)
        entries[name] = Entry(np.where(_like(status, value) == 1, 0.0, value), unit, status)
    return marker, stack(some), which, entries


def _like(status, value):
    return status.reshape(status.shape + (1,) * (value.ndim - 1))


def run(count: int, rounds: int, single: int) -> None:
    """Measure and print."""
    marker, pool, which, entries = make_class(count)
    givens = jax.tree.map(lambda leaf: leaf[which], pool)

    def one(number):
        given = type(givens)(*(leaf[number] for leaf in givens))
        return given, {name: Entry(*(part[number] for part in entry)) for name, entry in entries.items()}

    def class_call():
        marks = marker.mark_class(givens, entries)
        jax.block_until_ready(marks)
        return sum(np.asarray(verdict.points) for verdict in marks.values())

    sheets = [one(number) for number in range(single)]

    def loop():
        with jax.enable_x64(True):
            marks = [marker._one(given, answers, None, True) for given, answers in sheets]
            jax.block_until_ready(marks)
        return np.array([sum(float(v.points) for v in mark.values()) for mark in marks])

    plain = [
        (given, {n: None if e.status == 1 else (e.value, e.unit) for n, e in answers.items()})
        for given, answers in sheets
    ]

    def numpy_loop():
        return np.array([plain_numpy.mark(given, sheet)[1] for given, sheet in plain])

    contestants = {"one call for the class": class_call, "loop over the marker": loop, "plain numpy": numpy_loop}
    results = {name: call() for name, call in contestants.items()}  # compiles, and checks
    for name in ("loop over the marker", "plain numpy"):
        np.testing.assert_allclose(results[name], results["one call for the class"][:single], rtol=1e-9)
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, call in contestants.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    rates = {
        name: (count if name == "one call for the class" else single) / statistics.median(taken)
        for name, taken in times.items()
    }
    print(f"{ID}, {count} sheets in one call, {single} in the loops, {rounds} rounds, {jax.devices()[0]}")
    for name, rate in rates.items():
        ratio = rates["one call for the class"] / rate
        print(f"{name:26s} {rate:12,.0f} sheets/s   one call is {ratio:8.1f} times as fast")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--single", type=int, default=500, help="sheets marked by the loops")
    options = parser.parse_args()
    run(options.sheets, options.rounds, options.single)
