"""The corpus graded by stock nbgrader and by this project, side by side.

Run by hand: `python -m tests.corpus.compare` grades the corpus with this project and writes `results.md` beside
this file; `--stock` grades it with stock nbgrader first and keeps that in `stock.json`, for it does not change with
this project. `python -m tests.corpus.compare NAME …` prints what became of some notebooks, cell by cell.
"""

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nbgrader.api import Gradebook, MissingEntry

from course.grading import config
from course.grading.engine.autograde import autograde
from course.grading.engine.converters import release
from tests.corpus.course import ASSIGNMENT, BY_HAND, DRAWING, NOTEBOOK, POINTS, TEA, hand_in, make, solved
from tests.corpus.notebooks import CORPUS, build

OURS = "from course.grading.stages.order import use_stages\nc = get_config()\nuse_stages(c)\n"
STOCK = (
    "c = get_config()\nc.Execute.timeout = 30\nc.ExecutePreprocessor.timeout = 30\n"
    "c.ClearSolutions.code_stub = {'python': '# Your work goes here.\\npass'}\n"
)
RESULTS, STOCK_RESULTS = Path(__file__).with_name("results.md"), Path(__file__).with_name("stock.json")


class Graded(NamedTuple):
    """What became of one notebook.

    Attributes:
        graded: whether there are any marks.
        points: by name of the cell; None where there are none.
        by_hand: the cells that a person is asked to look at.
        seen: the answers for a person that stand in the graded notebook.
        why: what the person is told, by name of the cell.
    """

    graded: bool
    points: dict[str, float | None]
    by_hand: frozenset[str]
    seen: frozenset[str]
    why: dict[str, str] = {}


def stock(folder: Path, names: Collection[str]) -> dict[str, Graded]:
    """Grade notebooks of the corpus by nbgrader alone."""
    _class(folder, STOCK, names)
    _nbgrader(folder, "generate_assignment")
    _submit(folder, names)
    _nbgrader(folder, "autograde", check=False)
    for name in names:
        if not _graded(folder, name).graded:
            # One notebook may end nbgrader's run for all: each of the rest has another try, alone.
            _nbgrader(folder, "autograde", f"--student={name}", check=False)
    return {name: _graded(folder, name) for name in names}


def ours(folder: Path, names: Collection[str]) -> dict[str, Graded]:
    """Grade notebooks of the corpus by the stages of this project."""
    course = config.load(_class(folder, OURS, names))
    release(course, ASSIGNMENT)
    _submit(folder, names)
    told = {result.student: result for result in autograde(course, ASSIGNMENT)}
    return {
        name: _graded(folder, name)._replace(
            why=told[name].review | ({"": "; ".join(told[name].problems)} if told[name].problems else {})
        )
        for name in names
    }


def stock_kept() -> dict[str, Graded]:
    """What stock nbgrader made of each notebook, as it was kept."""
    return {
        name: Graded(one["graded"], one["points"], frozenset(one["by_hand"]), frozenset(one["seen"]))
        for name, one in json.loads(STOCK_RESULTS.read_text()).items()
    }


def keep_stock(found: Mapping[str, Graded]) -> None:
    """Keep what stock nbgrader made of each notebook."""
    plain = {
        name: one._asdict() | {"by_hand": sorted(one.by_hand), "seen": sorted(one.seen)}
        for name, one in found.items()
    }
    for one in plain.values():
        del one["why"]
    STOCK_RESULTS.write_text(
        "{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(one)}" for name, one in plain.items()) + "\n}\n"
    )


def worse(before: Graded, now: Graded) -> list[str]:
    """Say in what a notebook fared worse with this project than with stock nbgrader; empty where in nothing."""
    if before.graded and not now.graded:
        return ["not graded"]
    lost = [
        f"{name}: {now.points.get(name) or 0:g} for {points:g} points, and nobody looks"
        for name, points in before.points.items()
        if points is not None and (now.points.get(name) or 0) < points and name not in now.by_hand
    ]
    unseen = [f"{name}: shown to nobody" for name in sorted(before.by_hand - now.by_hand)]
    gone = [f"the answer {name} is not in the graded notebook" for name in sorted(before.seen - now.seen)]
    return lost + unseen + gone


def unread(now: Graded) -> list[str]:
    """Give the answers for a person that are in the graded notebook and to which nobody is led."""
    return sorted(name for name in now.seen if name not in now.by_hand)


def _class(folder: Path, settings: str, names: Collection[str]) -> Path:
    assert set(names) <= CORPUS.keys(), sorted(set(names) - CORPUS.keys())
    return make(folder, settings)


def _submit(folder: Path, names: Collection[str]) -> None:
    right = solved(folder)
    for name in names:
        hand_in(folder, name, build(name, right))


def _nbgrader(folder: Path, command: str, *options: str, check: bool = True) -> None:
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", command, ASSIGNMENT, *options],
        cwd=folder, capture_output=True, text=True, env=os.environ | {"PATH": path}, check=False,
    )  # fmt: skip
    assert done.returncode == 0 or not check, done.stderr


def _graded(folder: Path, name: str) -> Graded:
    done = folder / "autograded" / name / ASSIGNMENT / f"{NOTEBOOK}.ipynb"
    points: dict[str, float | None] = {}
    by_hand = set()
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        try:
            notebook: Any = gradebook.find_submission_notebook(NOTEBOOK, ASSIGNMENT, name)
        except MissingEntry:
            return Graded(False, {}, frozenset(), frozenset())
        for grade in notebook.grades:
            points[grade.name] = grade.auto_score
            if grade.needs_manual_grade:
                by_hand.add(grade.name)
    if not done.exists():
        return Graded(False, points, frozenset(), frozenset())
    cells = json.loads(done.read_text())["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells)
    boxes = {cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells}
    seen = {cell for cell, words in {"why": TEA, "plot": DRAWING}.items() if words in text}
    # A cell that is not in the notebook has no box for points.
    return Graded(True, points, frozenset(by_hand & boxes), frozenset(seen))


def table(names: Sequence[str], before: dict[str, Graded], now: dict[str, Graded]) -> str:
    """Give the results as a table in Markdown, with what it counts."""
    full = sum(most for name, most in POINTS.items() if name not in BY_HAND)
    rows, failed = [], 0
    for name in names:
        faults = worse(before[name], now[name])
        failed += bool(faults)
        told = "; ".join(f"{cell}: {why}".removeprefix(": ") for cell, why in sorted(now[name].why.items()))
        what = " ".join((CORPUS[name].__doc__ or "").split()).rstrip(".")
        rows.append(
            f"| `{name}` | {what} | {_short(before[name])} | {_short(now[name])} | {told} | {'; '.join(faults)} |"
        )
    lines = [
        "# Notebooks as students hand them in, graded by nbgrader and by this project",
        "",
        f"`python -m tests.corpus.compare` writes this table: {len(names)} notebooks, of a homework with tests for "
        f"{full} points, three cells marked by hand, and one that the instructor tagged to be skipped. `course.py` and "
        "`notebooks.py` beside it make them.",
        "",
        f"Points are those of the tests; after them stand the cells that a person is asked to look at. {failed} fare "
        "worse than with stock nbgrader: points are lost and nobody looks, or an answer reaches nobody.",
        "",
        "| notebook | what happened | stock | ours | what the person is told | worse in |",
        "|---|---|---|---|---|---|",
        *rows,
    ]
    return "\n".join(lines) + "\n"


def _short(graded: Graded) -> str:
    if not graded.graded:
        return "not graded"
    points = sum(points or 0 for name, points in graded.points.items() if name not in BY_HAND)
    return f"{points:g}: {', '.join(sorted(graded.by_hand)) or 'nobody'}"


def main(arguments: Sequence[str]) -> None:
    """Grade some notebooks, or all of them, and show or write what became of them."""
    names = [name for name in arguments if name != "--stock"]
    chosen = names or list(CORPUS)
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        if "--stock" in arguments:
            known = stock_kept() if names else {}
            keep_stock(known | stock(Path(folder, "stock"), chosen))
        before, now = stock_kept(), ours(Path(folder, "ours"), chosen)
    for name in names:
        print(name, before[name], now[name], worse(before[name], now[name]), sep="\n    ")
    if not names:
        RESULTS.write_text(table(chosen, before, now))
        print(RESULTS)
    faults = {name: worse(before[name], now[name]) for name in chosen}
    print("\n".join(f"{name}: {'; '.join(why)}" for name, why in faults.items() if why) or "none is worse")


if __name__ == "__main__":
    main(sys.argv[1:])
