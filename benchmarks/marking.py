"""How many sheets a second a class is marked at, from kept JSON to marks in words, and what takes the time.

Run as `course bench marking`. It is what `course remark` does with an exercise of a class: the kept answers are
read, each student's numbers are drawn, the sheets are marked beside those of everybody else, and every step gets
its state, points and words. The class is worked out by the independent solutions of `tests/oracles`, rounded as
the course advises, with errors in the shares of `KINDS`. Times are of the processor, the least of several rounds.
"""

import argparse
import datetime
import os
import platform
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np

from course import sheet as sheets
from course.commands.common import prepare_output
from course.commands.progress import working
from course.exercises import Exercise, find
from course.grading.config import FILE, Gradbook, load
from course.grading.marks.batch import mark_all
from course.grading.marks.context import ExerciseContext
from course.grading.marks.sheet_work import Marked, finish, others_of, personal, prepare
from course.marking import registry
from course.marking.marker import Task
from course.sheet.reading import read_sheet
from tests import oracles
from tests.oracles.sheets import SOLUTIONS
from tests.oracles.solution import HABITS, Solution, solve

EXERCISES = ("mlp/relu-sgd", "mlp/relu-backprop", "cnn/feature-maps", "momentum/two-forms")
KINDS = (
    *["right"] * 10,
    *["one error, carried on"] * 4,
    *["two answers off"] * 2,
    "one number misread",
    "somebody else's numbers",
    "half of it",
    "made up",
)
"""What each student of twenty hands in."""
SETTINGS = 'c = get_config()\nc.Gradbook.course = "benchmark"\n'


def kept_answers(config: Gradbook, exercise: Exercise, students: list[str]) -> Iterator[bytes]:
    """Give what is kept of every student, as it is kept."""
    solution, rng = oracles.load(exercise.id), np.random.default_rng(1)
    for number, student in enumerate(students):
        kind = KINDS[number % len(KINDS)]
        given = config.given(exercise, student)
        neighbour = config.given(exercise, students[number - 1])
        written = _written(kind, solution, given, neighbour, rng)
        answers = {
            name: sheets.write(value) for name, value in written.items() if not isinstance(value, str) or value
        }
        yield sheets.encode(sheets.Sheet(exercise.id, answers, student))


def _written(
    kind: str, solution: Solution, given: Any, neighbour: Any, rng: np.random.Generator
) -> dict[str, Any]:
    habit = HABITS[0]  # two decimals, or as many as leave two significant digits

    def off(name: str, value: Any) -> Any:
        return value if isinstance(value, str) else np.asarray(value) * 2 + 1

    right = solve(solution, given, habit).written
    if kind == "one error, carried on":
        step = solution.asked[int(rng.integers(len(solution.asked) - 1))]
        return solve(solution, given, habit, {step: off(step, right[step])}).written
    if kind == "two answers off":
        wrong = set(rng.choice(solution.asked, 2, replace=False))
        return {name: off(name, value) if name in wrong else value for name, value in right.items()}
    if kind == "one number misread":
        field = given._fields[int(rng.integers(len(given)))]
        return solve(solution, given._replace(**{field: getattr(neighbour, field)}), habit).written
    if kind == "somebody else's numbers":
        return solve(solution, neighbour, habit).written
    if kind == "half of it":
        return dict(list(right.items())[: len(right) // 2])
    if kind == "made up":
        return {
            name: value if isinstance(value, str) else np.full(np.shape(value), 7) for name, value in right.items()
        }
    return right


def contexts_of(config: Gradbook, exercise: Exercise, count: int) -> list[ExerciseContext]:
    """Give a class that handed in an exercise, as marking takes it."""
    students = [f"student-{number}" for number in range(count)]
    kept = kept_answers(config, exercise, students)
    return [
        ExerciseContext(config, exercise, student, (bundle,), enrolled=tuple(students))
        for student, bundle in zip(students, kept, strict=True)
    ]


def parts(contexts: list[ExerciseContext]) -> np.ndarray:
    """Take the processor's seconds for reading, marking and wording, by the steps of `mark_all`."""
    config, exercise, enrolled = contexts[0].config, contexts[0].exercise, contexts[0].enrolled
    marker = registry.marker(config.solutions_dirs, exercise.id)
    start = time.process_time()
    sampler = config.sampler_of(exercise.id)
    works = [prepare(context, sampler) for context in contexts]
    for work in works:
        read_sheet(exercise, work.sheet)
    was_read = time.process_time()
    again = time.process_time()
    for work in works:
        read_sheet(exercise, work.sheet)
    read_twice = time.process_time() - again  # `find` reads the answers itself
    others = others_of(config, marker, personal(config, enrolled), sampler)
    tasks = [Task(work.sheet, work.given, work.probe, others) for work in works]
    before = time.process_time()
    found = marker.find(tasks)
    was_found = time.process_time()
    for context, work, finding in zip(contexts, works, found, strict=True):
        finish(work, marker.report(work.sheet, finding, student=context.student), finding)
    done = time.process_time()
    return np.array([was_read - start, max(was_found - before - read_twice, 0.0), done - was_found])


def run(config: Gradbook, exercise_id: str, count: int, rounds: int) -> None:
    """Measure and print."""
    contexts = contexts_of(config, find(exercise_id), count)
    marked = mark_all(contexts)  # compiles
    reports = [each.report for each in marked if isinstance(each, Marked)]
    if len(reports) < count:
        raise RuntimeError(f"{count - len(reports)} of {count} sheets could not be marked: {marked}")
    states = Counter(step.state for report in reports for step in report.steps.values())
    shares = ", ".join(f"{state} {number / states.total():.0%}" for state, number in states.most_common())
    points = np.mean([report.points / report.max_points for report in reports])
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        mark_all(contexts)
        seconds.append(time.process_time() - start)
    split = np.min([parts(contexts) for _ in range(rounds)], axis=0)
    reading, marking, wording = split / split.sum()
    print(f"\n{exercise_id}: {count} sheets, {rounds} rounds; steps {shares}; {points:.0%} of the points")
    print(f"  kept JSON to marks in words {count / min(seconds):8,.0f} sheets a second of one processor")
    print(f"  reading {reading:.0%}, marking {marking:.0%}, wording {wording:.0%} of the time")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--sampler", type=int, default=0, help="version of the sampler; the newest without")
    options = parser.parse_args()
    prepare_output()
    today = datetime.datetime.now(datetime.UTC)
    print(
        f"{today:%Y-%m-%d %H:%M} UTC; {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    print(f"Python {platform.python_version()}, jax {jax.__version__}, numpy {np.__version__}, {jax.devices()}")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / FILE).write_text(f"{SETTINGS}c.Gradbook.sampler = {options.sampler}\n", encoding="utf-8")
        config = load(Path(folder), solutions=SOLUTIONS)
        for exercise_id in EXERCISES:
            with working(f"marking {exercise_id}"):
                run(config, exercise_id, options.sheets, options.rounds)
