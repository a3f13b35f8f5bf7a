"""A notebook is brought back to the cells that were released, whatever was done to it."""

import copy
import itertools

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.preprocessors import CheckCellMetadata

from course.grading.engine.converters import settings
from course.grading.review import Kind, Reason, in_words
from course.grading.stages import notebook_format
from course.grading.stages.released import released_notebook
from course.grading.stages.restore import changes_in, changes_of, note_changes, restore
from tests.corpus import course as homework
from tests.corpus.notebooks import CORPUS, build
from tests.grading.classroom import ASSIGNMENT, BACKPROP, RELU, name_of

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
ORDER = ["course--setup", *(f"{e}{part}" for e in (RELU, BACKPROP) for part in ("--show", "--answer", ""))]


@pytest.fixture(scope="module")
def cells(released):
    about = {"db_url": released.config.db_url, "notebook": "small", "assignment": ASSIGNMENT}
    return released_notebook(settings(released.config, ASSIGNMENT, None), about)


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
    assert {name for name, cell in cells.cells.items() if cell.points is not None} == {
        RELU,
        BACKPROP,
        "mlp--why-backprop--written",
    }
    assert {name for name, cell in cells.cells.items() if not cell.locked} == {
        f"{RELU}--answer",
        f"{BACKPROP}--answer",
        "mlp--why-backprop--written",
    }


@pytest.mark.parametrize(
    "deleted", [d for n in (1, 2, 3) for d in itertools.combinations([f"{RELU}--show", RELU, "course--setup"], n)]
)
def test_deleted_cells_go_back_to_their_place(notebook, cells, deleted):
    changes = restore(without(notebook, *deleted), cells)
    assert {change.kind for change in changes} == {Kind.CELL_DELETED}
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
        f"the cell {RELU} is there more than once, and one of them is graded"
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


@pytest.fixture(scope="module")
def given_out(tmp_path_factory):
    """The homework of the corpus as it was released, with one that is solved."""
    from course.grading import config
    from course.grading.engine.converters import release
    from tests.corpus.compare import OURS

    course = config.load(homework.make(tmp_path_factory.mktemp("homework"), OURS))
    release(course, homework.ASSIGNMENT)
    about = {"db_url": course.db_url, "notebook": homework.NOTEBOOK, "assignment": homework.ASSIGNMENT}
    return released_notebook(settings(course, homework.ASSIGNMENT, None), about), homework.solved(course.folder)


@pytest.fixture
def after(given_out):
    """What becomes of a notebook of the corpus: its cells, and what was noted."""
    released, solved = given_out

    def restored(name):
        nb = notebook_format.read(build(name, solved), name)
        return nb.cells, restore(nb, released)

    return restored


RELEASED = [cell.id for cell in homework.source().cells if "nbgrader" in cell.metadata]
ELSEWHERE = {  # what is not where it was released, and is not put back there
    "deleted-answer-and-test": {"double"},
    "merged-answers": {"product"},
}
MOVED = {
    name for name in CORPUS if name.endswith(("-to-the-end", "-to-the-top", "-below-its-test", "-swapped"))
} | {"pasted-twice"}


@pytest.mark.parametrize("name", CORPUS)
def test_every_cell_is_there_once_and_in_its_place(after, name):
    cells, _ = after(name)
    found = [name_of(cell) for cell in cells if name_of(cell)]
    assert sorted(found) == sorted(set(RELEASED) - ELSEWHERE.get(name, set()))
    if name not in MOVED:
        assert found == [cell for cell in RELEASED if cell in found]


@pytest.mark.parametrize("name", CORPUS)
def test_locked_cells_are_as_they_were_released(after, name):
    cells, _ = after(name)
    locked = {cell.id: cell for cell in homework.source().cells if cell.metadata.get("nbgrader", {}).get("locked")}
    for cell in cells:
        if name_of(cell) in locked:
            was = locked[name_of(cell)]
            assert (cell.cell_type, cell.source) == (was.cell_type, was.source)
            assert cell.metadata.get("tags", []) == was.metadata.get("tags", [])


HONEST = [name for name in CORPUS if list(CORPUS).index(name) < list(CORPUS).index("lost-written-answer")]


@pytest.mark.parametrize("name", HONEST)
def test_an_editors_habits_change_nothing(after, name):
    _, changes = after(name)
    # Taking an import out of a locked cell is a change, whoever does it.
    assert [change.kind for change in changes] == [Kind.CELL_CHANGED] * (name == "vs-code-sorted-imports")


def test_of_several_cells_in_the_place_of_an_answer_one_is_taken_and_a_person_is_told(given_out):
    released, solved = given_out
    nb = notebook_format.read(build("lost-written-answer", solved), "a.ipynb")
    place = next(n for n, cell in enumerate(nb.cells) if "evaporation" in cell.source)
    nb.cells.insert(place + 1, new_markdown_cell("And the cup is cold."))
    assert [change.kind for change in restore(nb, released)] == [Kind.CELL_RECOGNISED]
    assert "evaporation" in next(cell.source for cell in nb.cells if name_of(cell) == "why")


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in CORPUS
        if name not in ("answer-beside-the-stub", "lost-and-moved", "deleted-written-answer", "blank")
    ],
)
def test_a_written_answer_stands_where_a_person_marks_it(after, name):
    cells, _ = after(name)
    answer = next(cell for cell in cells if name_of(cell) == "why").source
    assert "tea" in answer or name == "split-written-answer-first"


@pytest.mark.parametrize(
    ("name", "cell", "kind"),
    [
        ("lost-and-moved", "why", Kind.ANSWER_MISSING),
        ("deleted-written-answer", "why", Kind.ANSWER_MISSING),
        ("answer-beside-the-stub", "why", Kind.ANSWER_BESIDE),
        ("answer-above-the-stub", "plot", Kind.ANSWER_BESIDE),
        ("copied-written-answer", "why", Kind.CELL_TWICE),
        ("lost-and-retyped", "why", Kind.CELL_RETYPED),
        ("test-to-the-end", "sum-test", Kind.CELL_MOVED),
    ],
)
def test_what_a_person_has_to_find_is_said(after, name, cell, kind):
    assert Reason(kind, (cell,)).details[0] in {c.details[0] for c in after(name)[1] if c.kind == kind}


def test_work_inside_locked_cells_is_kept_beside_them(after):
    def sources(name):
        return [cell.source for cell in after(name)[0]]

    assert homework.ANSWERS["double"] in sources("merged-into-test")
    assert homework.ANSWERS["product"] in sources("merged-test-and-next-answer")
    assert "from operator import add" in sources("written-into-setup")
    assert "I built a teapot." in sources("written-into-task")


def test_an_untouched_notebook_has_nothing_to_note(after):
    assert after("blank")[1] == ()


def test_tags_that_the_instructor_set_stay_and_a_students_own_long_run_too(after):
    tags = {cell.source: cell.metadata.get("tags") for cell in after("own-long-run")[0]}
    skipped = [source for source, named in tags.items() if named == ["skip-execution"]]
    assert sorted(skipped) == [
        "open('a file that only the instructor has')",
        "raise RuntimeError('not for students')",
        "raise TimeoutError('an hour of training')",
    ]


def test_what_was_changed_travels_as_data_and_nothing_else_counts():
    nb = NotebookNode(metadata={}, cells=[])
    done = (
        Reason(Kind.CELL_CHANGED, ("a",)),
        Reason(Kind.CELL_DELETED, ("a",)),
        Reason(Kind.CELL_CHANGED, ("ab",)),
    )
    note_changes(nb, done)
    assert changes_in(nb) == done
    assert changes_of("a", done, lost=False) == done[:1]
    assert changes_of("a", done, lost=True) == done[:2]
    for odd in ({}, {"course": "words"}, {"course": {"changes": ["the locked cell a was changed"]}}):
        assert changes_in(NotebookNode(metadata=odd, cells=[])) == ()


@pytest.mark.parametrize("kind", Kind)
def test_every_reason_has_words_for_its_details(kind):
    details = tuple("xyz"[: in_words([Reason(kind, ("\0",) * 9)]).count("\0")])
    words = in_words([Reason(kind, details)])
    assert words
    assert all(detail in words for detail in details)
