"""An ordinary nbgrader course that has something of everything: what any instructor's course may look like."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from course.grading import config
from course.grading.engine import converters
from tests.engine import school

ASSIGNMENT = "mixed"
STAGES = "use_stages(c)"
PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def make(folder: Path, notebooks: dict[str, list], assignment: str) -> None:
    """A course folder with one assignment released, which was due on the first of February 2015."""
    (folder / "source" / assignment).mkdir(parents=True)
    (folder / config.FILE).write_text(school.CONFIG)
    (folder / "late_plugin.py").write_text(school.PLUGIN)
    for name, cells in notebooks.items():
        nbformat.write(
            new_notebook(cells=cells, metadata=PYTHON), folder / "source" / assignment / f"{name}.ipynb"
        )
    course = config.load(folder)
    converters.release(course, assignment)
    with Gradebook(course.db_url) as gradebook:
        gradebook.update_or_create_assignment(assignment, duedate="2015-02-01 00:00:00")


def hand_in(folder: Path, assignment: str, student: str, notebooks: dict[str, dict[str, str]], when: str) -> Path:
    """Submit the release with the sources of some cells replaced, by their ids."""
    target = folder / "submitted" / student / assignment
    target.mkdir(parents=True)
    for name, sources in notebooks.items():
        notebook = nbformat.read(folder / "release" / assignment / f"{name}.ipynb", as_version=4)
        for cell in notebook.cells:
            cell.source = sources.get(cell.id, cell.source)
        nbformat.write(notebook, target / f"{name}.ipynb")
    (target / "timestamp.txt").write_text(f"{when} 12:00:00 UTC")
    return target


def code(name: str, source: str, **about):
    """A cell of code that nbgrader knows, whose id is its name."""
    return _known(new_code_cell(source, id=name), name, about)


def words(name: str, source: str, **about):
    """The same, of text."""
    return _known(new_markdown_cell(source, id=name), name, about)


def _known(cell, name, about):
    flags = {flag: about.get(flag, False) for flag in ("grade", "solution", "locked", "task")}
    points = {"points": about["points"]} if "points" in about else {}
    cell.metadata["nbgrader"] = {"schema_version": 3, "grade_id": name, **flags, **points}
    return cell


SOLUTION = "### BEGIN SOLUTION\ndef double(x):\n    return 2 * x\n### END SOLUTION"
PARTIAL = """
points = 0.5
points += 1.25 * (double(3) == 6)
points += 2.25 * (double("ab") == "abab")
points
"""
TEST = {"grade": True, "locked": True}
BY_HAND = {"grade": True, "solution": True}
NOTEBOOKS = {
    "first": [
        new_markdown_cell("# Doubling", id="title"),
        code("double", SOLUTION, solution=True),
        code("whole", "assert double(2) == 4", points=2, **TEST),
        code("hidden", "### BEGIN HIDDEN TESTS\nassert double(-1) == -2\n### END HIDDEN TESTS", points=1, **TEST),
        code("partial", PARTIAL.strip(), points=4, **TEST),
        words("why", "YOUR ANSWER HERE", points=3, **BY_HAND),
        code("plot", "### BEGIN SOLUTION\n1\n### END SOLUTION", points=2, **BY_HAND),
        words("task", "Do something of your own.", task=True, locked=True, points=5),
    ],
    "second": [
        code("read", "### BEGIN SOLUTION\ntotal = 6\n### END SOLUTION", solution=True),
        code("sum", "import warnings\nassert total == 6", points=1.5, **TEST),
        code("bonus", "assert total > 6", points=0, **TEST),
    ],
}
RIGHT = "def double(x):\n    return x + x"


def course(folder: Path) -> Path:
    """The course, with five submissions."""
    make(folder, NOTEBOOKS, ASSIGNMENT)
    read = "total = sum(map(int, open('data/numbers.txt').read().split()))\nprint(total)"
    right = {"double": RIGHT, "why": "Because.", "plot": "print('drawn')"}
    submit = lambda *arguments: hand_in(folder, ASSIGNMENT, *arguments)  # noqa: E731
    extra = submit("ann", {"first": right, "second": {"read": read}}, "2015-01-31")
    (extra / "data").mkdir()
    (extra / "data" / "numbers.txt").write_text("1 2 3")
    submit(
        "ben",
        {"first": right | {"double": "def double(x):\n    return 2.0 * float(x)"}, "second": {}},
        "2015-02-02",
    )
    submit(
        "cho", {"first": {"double": "def double(x)\n    return x"}, "second": {"read": "total = 7"}}, "2015-01-31"
    )
    submit("dan", {"first": {}, "second": {}}, "2015-02-03")
    submit("eve", {"first": right | {"whole": "pass", "partial": "4"}, "second": {"read": "1 / 0"}}, "2015-01-31")
    return folder
