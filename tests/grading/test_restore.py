"""A notebook is brought back to the cells that were released, whatever was done to it."""

import copy
import itertools

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.preprocessors import CheckCellMetadata

from course.grading.review import Kind, Reason, in_words
from course.grading.stages.restore import changes_in, changes_of, note_changes, released_cells, restore
from tests.grading.classroom import ASSIGNMENT, BACKPROP, RELU, name_of

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
ORDER = ["course--setup", *(f"{e}{part}" for e in (RELU, BACKPROP) for part in ("--show", "--answer", ""))]


@pytest.fixture(scope="module")
def cells(released):
    return released_cells(released.config.db_url, "small", ASSIGNMENT)


@pytest.fixture
def notebook(released):
    return released.released


def names(notebook):
    return [name for cell in notebook.cells if (name := name_of(cell)) and "written" not in name]


def without(notebook, *deleted):
    notebook.cells = [cell for cell in notebook.cells if name_of(cell) not in deleted]
    return notebook


def test_an_honest_notebook_is_left_alone(notebook, cells):
    before = copy.deepcopy(notebook)
    assert restore(notebook, cells) == ()
    # The hidden line comes back with the locked source; everything else is as it was.
    assert "0.0" in next(cell.source for cell in notebook.cells if name_of(cell) == RELU)
    assert [cell.source for cell in notebook.cells if name_of(cell) not in (RELU, BACKPROP)] == [
        cell.source for cell in before.cells if name_of(cell) not in (RELU, BACKPROP)
    ]


def test_only_locked_and_graded_cells_hold_points(cells):
    assert {name for name, cell in cells.items() if cell.points is not None} == {
        RELU,
        BACKPROP,
        "mlp--why-backprop--written",
    }
    assert {name for name, cell in cells.items() if not cell.locked} == {
        f"{RELU}--answer",
        f"{BACKPROP}--answer",
        "mlp--why-backprop--written",
    }


@pytest.mark.parametrize(
    "deleted", [d for n in (1, 2, 3) for d in itertools.combinations([f"{RELU}--show", RELU, "course--setup"], n)]
)
def test_deleted_cells_go_back_to_their_place(notebook, cells, deleted):
    changes = restore(without(notebook, *deleted), cells)
    assert len(changes) == len(deleted)
    assert names(notebook) == ORDER


def test_everything_deleted_comes_back_in_an_order_that_runs(notebook, cells):
    notebook.cells = []
    restore(notebook, cells)
    found = names(notebook)
    assert set(found) == {name for name in ORDER if "answer" not in name}
    for exercise in (RELU, BACKPROP):
        assert found.index("course--setup") < found.index(f"{exercise}--show") < found.index(exercise)


@pytest.mark.parametrize(
    "about",
    [7, {}, {"grade_id": 7}, {"grade_id": "unknown", "grade": True, "points": 99}, {"grade_id": RELU, "schema_version": 0},
     {"grade_id": RELU, "grade": False, "locked": False, "points": -1, "checksum": "x"}],
)  # fmt: skip
def test_metadata_that_a_student_wrote_counts_for_nothing(notebook, cells, about):
    cell = next(cell for cell in notebook.cells if name_of(cell) == RELU)
    cell.metadata["nbgrader"] = about
    restore(notebook, cells)
    CheckCellMetadata().preprocess(notebook, {})
    graded = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert {name_of(cell): cell.metadata.nbgrader.points for cell in graded} == {
        RELU: 11,
        BACKPROP: 6,
        "mlp--why-backprop--written": 3,
    }


def test_of_two_copies_one_counts(notebook, cells):
    cell = next(cell for cell in notebook.cells if name_of(cell) == RELU)
    notebook.cells.insert(0, new_code_cell("11.0", metadata=copy.deepcopy(cell.metadata)))
    assert [change.words for change in restore(notebook, cells)] == [
        f"the cell {RELU} is there twice; the first one is not graded"
    ]
    assert "nbgrader" not in notebook.cells[0].metadata
    assert names(notebook) == ORDER


def test_a_locked_cell_that_was_retyped_is_as_it_was(notebook, cells):
    place = next(i for i, cell in enumerate(notebook.cells) if name_of(cell) == RELU)
    notebook.cells[place] = new_markdown_cell(
        "11.0", metadata=notebook.cells[place].metadata | {"tags": ["skip-execution"]}
    )
    changes = restore(notebook, cells)
    assert len(changes) == 2
    cell = notebook.cells[place]
    assert (cell.cell_type, cell.outputs) == ("code", [])
    assert cell.source.startswith("submit(sheet)\n")
    assert "tags" not in cell.metadata


def test_what_was_changed_travels_as_data_and_nothing_else_counts():
    nb = NotebookNode(metadata={}, cells=[])
    done = (
        Reason(Kind.CELL_CHANGED, ("a",)),
        Reason(Kind.CELL_DELETED, ("a",)),
        Reason(Kind.CELL_CHANGED, ("ab",)),
    )
    note_changes(nb, done)
    assert changes_in(nb) == done
    assert changes_of("a", done) == done[:1]
    for odd in ({}, {"course": "words"}, {"course": {"changes": ["the locked cell a was changed"]}}):
        assert changes_in(NotebookNode(metadata=odd, cells=[])) == ()


@pytest.mark.parametrize("kind", Kind)
def test_every_reason_has_words_for_its_details(kind):
    details = tuple("xyz"[: in_words([Reason(kind, ("\0",) * 9)]).count("\0")])
    words = in_words([Reason(kind, details)])
    assert words
    assert all(detail in words for detail in details)
