"""Graded notebooks as the grading stages leave them, with marks of the real marker."""

import json

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course.marking import registry
from course.reporting.card import card_bundle
from course.reporting.exporter import FeedbackExporter
from course.reporting.worked import solution
from course.sheet import read_answers
from tests.mark_schemes import SOLUTIONS


@pytest.fixture(scope="session")
def schemes():
    return registry.load((SOLUTIONS,))


@pytest.fixture(scope="session")
def marked(marker):
    """Mark a plain sheet of `mlp/relu-sgd` on the document's numbers."""

    def mark(answers, **options):
        own = marker("mlp/relu-sgd")
        return own.mark(read_answers(json.dumps(answers), "mlp/relu-sgd"), own.scheme.exercise.seed(), **options)

    return mark


@pytest.fixture(scope="session")
def mixed(marked):
    """A report with every state: the ReLU is missing, what follows is carried on."""
    return marked(
        {
            "a1": [6, -3], "z1": [6, -3], "y_hat": 16, "loss": 18, "dy_hat": 7, "dW2": [7, 42, -21],
            "delta1": "about <b>6</b>", "dW1": [[1, 2, 3], [0, 0, 0]], "direction": "increase",
        },
        student="student-01",
    )  # fmt: skip


@pytest.fixture(scope="session")
def mixed_bundle(mixed, marker):
    own = marker("mlp/relu-sgd")
    return card_bundle(mixed, own.scheme, solution(own, own.scheme.exercise.seed(), student="student-01"))


@pytest.fixture
def parse():
    return lambda html: BeautifulSoup(html, "html.parser")


def _about(name, **flags):
    base = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": NotebookNode({"grade_id": name, **base, **flags})}


@pytest.fixture
def cell():
    """Make a cell: `cell("code", source, name, grade=True, ...)`; outputs by keyword."""

    def make(kind, source, name="", outputs=(), **flags):
        metadata = _about(name, **flags) if name else {}
        if kind == "markdown":
            return new_markdown_cell(source, metadata=metadata)
        return new_code_cell(source, metadata=metadata, outputs=list(outputs))

    return make


@pytest.fixture
def card_cell(cell, mixed_bundle, mixed):
    outputs = [
        new_output("display_data", data=mixed_bundle),
        new_output("execute_result", data={"text/plain": repr(mixed.points)}, execution_count=1),
    ]
    source = "submit(sheet)\n### BEGIN HIDDEN TESTS\n0.0\n### END HIDDEN TESTS"
    return cell("code", source, "mlp--relu-sgd", outputs, grade=True, locked=True, points=11.0, score=mixed.points)


@pytest.fixture
def export(parse):
    """Export cells to the feedback page and parse it."""

    def make(*cells, **about):
        notebook = new_notebook(cells=list(cells))
        nbformat.validate(notebook)
        names = {"notebook": "mlp", "assignment": "mlp", "student": "student-01"}
        html, _ = FeedbackExporter().from_notebook_node(notebook, {"nbgrader": {**names, **about}})
        return parse(html)

    return make
