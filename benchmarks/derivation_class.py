"""How long a class's derivations take on two processes, read and marked line by line, and the wait for one sheet.

    python -m benchmarks.derivation_class --lines 20000

Each student hands in the derivation of one exercise, with numbers of their own. Lines are rewritten without
changing their meaning and typed in one of several ways, so that many are of one student only; a share of them
is changed to something wrong in one place. Reading is part of it. The result is in
`benchmarks/results/derivation_class.txt`.
"""

import argparse
import multiprocessing
import random
import statistics
import time
from collections import Counter
from typing import NamedTuple

from course.derivation.check import Marker, Waypoint
from course.derivation.mutants import mutant, rewritten
from course.derivation.reading.reader import read_formula
from course.derivation.reading.tree import Node
from course.derivation.reading.typeset import latex
from tests.oracles import derivations as documents
from tests.oracles.derivations import d

PROCESSES = 2
WAYS_TO_TYPE = (
    lambda text: text,
    lambda text: text.replace(r"\left(", "(").replace(r"\right)", ")").replace(r" \cdot ", " * "),
    lambda text: text.replace(r"\left(", "( ").replace(r"\right)", " )").replace(r"\partial", "∂"),
    lambda text: text.replace(r"\cdot", "·").replace(r"\eta", "η").replace(r"\hat{y}", "ŷ"),
)


class Exercise(NamedTuple):
    """An exercise as a class does it: its marker, its claims, and what students have for numbers."""

    name: str
    marker: Marker
    claims: list[tuple[Node, Node]]
    numbers: object  # draws a student's numbers
    numeric: object  # gives the lines with these numbers put in


def _claims(symbols, pairs):
    return [(read_formula(left, symbols), read_formula(right, symbols)) for left, right in pairs]


def _slide_numbers(rng):
    names = ("y", "x1", "x2", "w1_01", "w1_11", "w1_21", "w2_01", "w2_11")
    return {name: rng.choice((-1, 1)) * rng.randint(1, 9) for name in names}


def _slide_lines(numbers):
    z = numbers["w1_01"] + numbers["w1_11"] * numbers["x1"] + numbers["w1_21"] * numbers["x2"]
    a = max(0, z)
    output = numbers["w2_01"] + numbers["w2_11"] * a
    on = int(z > 0)
    slope = (output - numbers["y"]) * numbers["w2_11"] * on * numbers["x2"]
    return [
        f"z_1^{{(1)}} = {numbers['w1_01']} + {numbers['w1_11']} \\cdot ({numbers['x1']}) + "
        f"({numbers['w1_21']}) \\cdot ({numbers['x2']}) = {z}",
        f"\\hat{{y}} = {output}",
        f"\\Delta w_{{2,1}}^{{(1)}} = -\\eta ({output} - ({numbers['y']})) \\cdot ({numbers['w2_11']}) "
        f"\\cdot {on} \\cdot ({numbers['x2']})",
        f"= {-slope} \\eta",
    ]


def exercises():
    """Return the exercises, each ready for marking."""
    loss, output = r"\mathcal{L}", r"\hat{y}"
    slide = [
        (d(loss, output), r"\hat{y} - y"),
        (d(output, "z_1^{(2)}"), "1"),
        (d("a_1^{(1)}", "z_1^{(1)}"), "1[z_1^{(1)} > 0]"),
        (
            r"\Delta w_{2,1}^{(1)}",
            r"-\eta ∂L/∂ŷ · ∂ŷ/∂z_1^{(2)} · ∂z_1^{(2)}/∂a_1^{(1)} "
            r"· ∂a_1^{(1)}/∂z_1^{(1)} · ∂z_1^{(1)}/∂w_{2,1}^{(1)}",
        ),
        (r"\Delta w_{2,1}^{(1)}", r"-\eta (ŷ - y) w_{1,1}^{(2)} · 1[z_1^{(1)} > 0] · x_2"),
    ]
    penalty = [
        (documents.PENALTY_GOAL, r"\nabla_{w_i} J + \alpha \nabla_{w_i} \|w\|_p^p"),
        (documents.PENALTY_GOAL, r"\nabla_{w_i} J + \alpha \nabla_{w_i} \sum_j |w_j|^p"),
        (documents.PENALTY_GOAL, r"\nabla_{w_i} J + \alpha \nabla_{w_i} |w_i|^p"),
        (documents.PENALTY_GOAL, r"\nabla_{w_i} J + \alpha p |w_i|^{p-1} sign(w_i)"),
    ]
    sigmoid = [
        ("∂E_1/∂a_1^{[2]}", "h - y"),
        ("∂E_1/∂a_2^{[1]}", "∂E_1/∂a_1^{[2]} · ∂a_1^{[2]}/∂z_2^{[1]} · ∂z_2^{[1]}/∂a_2^{[1]}"),
        ("∂E_1/∂a_2^{[1]}", "(h - y) w_{12}^{[2]} σ'(a_2^{[1]})"),
        ("∂E_1/∂a_2^{[1]}", "(h - y) w_{12}^{[2]} σ(a_2^{[1]}) (1 - σ(a_2^{[1]}))"),
        ("∂E_1/∂w_{21}^{[1]}", "(h - y) w_{12}^{[2]} σ(a_2^{[1]}) (1 - σ(a_2^{[1]})) x_1"),
    ]
    ways = [Waypoint(f"{left} = {right}") for left, right in sigmoid]
    return [
        Exercise(
            "000, update, with numbers",
            Marker(documents.SLIDE, documents.SLIDE_GRAPH, waypoints=[Waypoint(f"{a} = {b}") for a, b in slide]),
            _claims(documents.SLIDE, slide),
            _slide_numbers,
            _slide_lines,
        ),
        Exercise(
            "004, penalty",
            Marker(
                documents.PENALTY,
                documents.PENALTY_GRAPH,
                goal=documents.PENALTY_GOAL,
                waypoints=documents.PENALTY_WAYPOINTS,
                regions=documents.PENALTY_REGIONS,
            ),
            _claims(documents.PENALTY, penalty),
            None,
            None,
        ),
        Exercise(
            "001, local error",
            Marker(documents.SIGMOID, documents.SIGMOID_GRAPH, waypoints=ways),
            _claims(documents.SIGMOID, sigmoid),
            None,
            None,
        ),
    ]


def sheet(exercise, rng, wrong):
    """Return the lines of one student, their numbers, and how many of the lines were changed."""
    lines, changed = [], 0
    way = rng.choice(WAYS_TO_TYPE)
    symbols = exercise.marker.symbols
    for target, node in exercise.claims:
        if rng.random() < wrong:
            node, changed = mutant(node, symbols, rng), changed + 1
        else:
            node = rewritten(node, rng)
        lines.append(way(f"{latex(target, symbols)} = {latex(node, symbols)}"))
    numbers = exercise.numbers(rng) if exercise.numbers else {}
    return lines + [way(line) for line in (exercise.numeric(numbers) if numbers else [])], numbers, changed


def mark(name, sheets, answer):
    """Mark the sheets in a process of its own."""
    exercise = next(one for one in exercises() if one.name == name)
    states, started = Counter(), time.process_time()
    for lines, numbers, _ in sheets:
        states.update(line.state for line in exercise.marker.check(lines, numbers).lines)
    answer.put((states, time.process_time() - started))


def class_of(exercise, options, rng):
    """Return the row of the table for a class of one exercise."""
    sheets = []
    while sum(len(lines) for lines, *_ in sheets) < options.lines:
        sheets.append(sheet(exercise, rng, options.wrong))
    count = sum(len(lines) for lines, *_ in sheets)
    changed = sum(one[2] for one in sheets)
    distinct = len({line for lines, *_ in sheets for line in lines})
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    parts = [sheets[at::PROCESSES] for at in range(PROCESSES)]
    started = time.perf_counter()
    processes = [context.Process(target=mark, args=(exercise.name, part, answer)) for part in parts]
    for process in processes:
        process.start()
    found = [answer.get() for _ in processes]
    wall = time.perf_counter() - started
    for process in processes:
        process.join()
    states = sum((one for one, _ in found), Counter())
    busy = max(seconds for _, seconds in found)
    print(
        f"{exercise.name:26} {len(sheets):8} {count:6} {distinct:9} {changed:6} {wall:7.1f} s {busy:7.1f} s "
        f"{count / busy:8.0f}",
        flush=True,
    )
    print(f"    {', '.join(f'{state} {number}' for state, number in states.most_common())}", flush=True)


def answers(exercise, options, rng):
    """Return the seconds that a student waits for the answer to a whole sheet, as a practice service marks it."""
    waits = []
    for at in range(options.answers):
        lines, numbers, _ = sheet(exercise, rng, 0.2 if at % 2 else 0.0)
        started = time.perf_counter()
        exercise.marker.check(lines, numbers)
        waits.append(time.perf_counter() - started)
    return waits


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=20000, help="of a class")
    parser.add_argument("--wrong", type=float, default=0.02, help="share of the lines that are changed")
    parser.add_argument("--answers", type=int, default=200, help="sheets marked one by one")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    print(f"python -m benchmarks.derivation_class --lines {options.lines}, {PROCESSES} processes\n")
    print("exercise                   students  lines  distinct  wrong      wall  busiest  lines a second")
    for exercise in exercises():
        class_of(exercise, options, rng)
    print("\nWait for one whole sheet, one process, every other sheet with wrong lines (a fifth of them):")
    for exercise in exercises():
        waits = sorted(answers(exercise, options, rng))
        print(
            f"{exercise.name:26} median {1000 * statistics.median(waits):5.0f} ms, "
            f"95 % {1000 * waits[int(0.95 * len(waits))]:5.0f} ms, most {1000 * waits[-1]:5.0f} ms",
            flush=True,
        )


if __name__ == "__main__":
    main()
