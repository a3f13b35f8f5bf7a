"""A small homework that has a cell of every kind, and the submission of a student who solved all of it."""

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ASSIGNMENT, NOTEBOOK = "homework", "homework"
PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
POINTS = {"double-test": 2, "sum-test": 1, "product-test": 2, "why": 3, "plot": 2, "task": 2, "last-test": 1}
BY_HAND = ("why", "plot", "task")
ANSWERS = {
    "double": "def double(x):\n    return x + x",
    "sum": "result = 1 + 2 + 3",
    "product": "result = 1 * 2 * 3 * 4",
    "why": "Because *evaporation* cools the tea.",
    "plot": "print('a drawing of the tea')",
}
"""What the student wrote, by the name of the cell; all of it is right."""

STUBS = {name: "YOUR ANSWER HERE" if name == "why" else "# Your work goes here.\npass" for name in ANSWERS}
"""What stands there before."""

TEA = ANSWERS["why"].split("*")[1]
DRAWING = "a drawing of the tea"


def source() -> Any:
    """The notebook that the instructor wrote."""
    code, text = new_code_cell, new_markdown_cell
    cells = [
        text("# Homework", id="title"),
        _known(code("import math\nlimit = 10", id="setup"), locked=True),
        text("## 1. Doubling", id="heading-1"),
        _known(code(f"### BEGIN SOLUTION\n{ANSWERS['double']}\n### END SOLUTION", id="double"), solution=True),
        _known(
            code(
                'assert double(2) == 4\nassert double("ab") == "abab"\n'
                "### BEGIN HIDDEN TESTS\nassert double(-1) == -2\n### END HIDDEN TESTS",
                id="double-test",
            ),
            locked=True,
            grade=True,
        ),
        text("## 2. A sum, then a product", id="heading-2"),
        _known(code(f"### BEGIN SOLUTION\n{ANSWERS['sum']}\n### END SOLUTION", id="sum"), solution=True),
        _known(code("assert result == 6", id="sum-test"), locked=True, grade=True),
        _known(code(f"### BEGIN SOLUTION\n{ANSWERS['product']}\n### END SOLUTION", id="product"), solution=True),
        # Partial credit: whatever number type the student's result has, the value has it too.
        _known(code("2 * (result == 24)", id="product-test"), locked=True, grade=True),
        text("## 3. In words", id="heading-3"),
        _known(text("YOUR ANSWER HERE", id="why"), solution=True, grade=True),
        _known(code("# YOUR DRAWING HERE", id="plot"), solution=True, grade=True),
        _known(text("Build something of your own below.", id="task"), locked=True, task=True),
        code("open('a file that only the instructor has')", id="demo", metadata={"tags": ["skip-execution"]}),
        _known(
            code("raise RuntimeError('not for students')", id="shown", metadata={"tags": ["skip-execution"]}),
            locked=True,
        ),
        _known(code("assert limit == 10", id="last-test"), locked=True, grade=True),
    ]
    return new_notebook(cells=cells, metadata=PYTHON)


def _known(cell: Any, **flags: bool) -> Any:
    """Let nbgrader know the cell, under its id."""
    about = {flag: flags.get(flag, False) for flag in ("grade", "solution", "locked", "task")}
    points = {"points": POINTS[cell.id]} if cell.id in POINTS else {}
    cell.metadata["nbgrader"] = {"schema_version": 3, "grade_id": cell.id, **about, **points}
    return cell


def make(folder: Path, config: str) -> Path:
    """A course folder with the homework in `source`; it is not released yet."""
    (folder / "source" / ASSIGNMENT).mkdir(parents=True)
    nbformat.write(source(), folder / "source" / ASSIGNMENT / f"{NOTEBOOK}.ipynb")
    (folder / "nbgrader_config.py").write_text(config)
    return folder


def solved(folder: Path) -> dict[str, Any]:
    """The released notebook with everything solved, as the JSON that JupyterLab saves."""
    notebook = json.loads((folder / "release" / ASSIGNMENT / f"{NOTEBOOK}.ipynb").read_text())
    for cell in notebook["cells"]:
        cell["source"] = ANSWERS.get(name_of(cell), "".join(cell["source"]))
    return notebook


def name_of(cell: dict[str, Any]) -> str:
    """The name that nbgrader knows a cell by; empty where there is none."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def hand_in(folder: Path, student: str, data: bytes) -> None:
    """Put a notebook where a submission lies."""
    target = folder / "submitted" / student / ASSIGNMENT / f"{NOTEBOOK}.ipynb"
    target.parent.mkdir(parents=True)
    target.write_bytes(data)
