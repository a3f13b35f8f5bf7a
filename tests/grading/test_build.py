"""Text sources become nbgrader notebooks: the same bytes each time, and nothing of the solution is released."""

import shutil

import nbformat
import pytest

from course.authoring.build import assignments, build, build_all
from course.authoring.markers import BuildError
from course.exercises import UnknownExercise
from course.grading.config import load
from course.marking import registry
from tests.grading.classroom import ASSIGNMENT, BACKPROP, RELU, ROOT, name_of

HEAD = '# %% course="setup"\n\n'
RELU_CELLS = (
    '# %% course="show mlp/relu-sgd"\n\n# %% course="answer mlp/relu-sgd"\nsheet.a1 = 1\n\n'
    '# %% course="submit mlp/relu-sgd"\n'
)


@pytest.fixture
def course(tmp_path):
    """An empty course; `write` puts a text source into it."""
    (tmp_path / "nbgrader_config.py").write_text(f'get_config().Gradbook.solutions = "{ROOT / "solutions"}"')

    def write(text, name="one", assignment="set"):
        folder = tmp_path / "assignments" / assignment
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.py").write_text(text)
        return load(tmp_path)

    return write


def read(path):
    return nbformat.read(path, as_version=4)


def test_a_build_is_byte_identical(released, tmp_path):
    first = released.built[0].read_bytes()
    (again,) = build(ASSIGNMENT, released.config, into=tmp_path / "again")
    assert again.read_bytes() == first


def test_a_build_is_a_valid_notebook_without_traces_of_its_text_form(released):
    notebook = read(released.built[0])
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "jupytext" not in notebook.metadata
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(set(cell.metadata) <= {"nbgrader", "deletable", "editable"} for cell in notebook.cells)


def test_points_come_from_the_scheme(released):
    schemes = registry.load(released.config.solutions_dirs)
    points = {
        name_of(c): c.metadata.nbgrader.points
        for c in read(released.built[0]).cells
        if "points" in c.metadata.get("nbgrader", {})
    }
    assert points == {
        RELU: schemes["mlp/relu-sgd"].step_points,
        BACKPROP: schemes["mlp/backprop"].step_points,
        "mlp--why-backprop--written": schemes["mlp/why-backprop"].written_points,
    }


def test_the_release_asks_and_tells_nothing(released):
    data = (released.folder / "release" / ASSIGNMENT / "small.ipynb").read_bytes().decode()
    scheme = registry.load(released.config.solutions_dirs)["mlp/why-backprop"]
    rubric = [criterion.looks_for for criterion in scheme.rubric]
    for hidden in ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME", "0.0", *rubric, *scheme.model_answer.splitlines()):
        assert hidden not in data
    source = released.built[0].read_bytes().decode()
    assert all(line in source for line in ("SOLUTION-OF-THE-AUTHOR", "BEGIN MARK SCHEME", "BEGIN HIDDEN TESTS"))


def test_what_students_get(released):
    cells = {name_of(cell): cell for cell in released.released.cells}
    assert cells[RELU].source == "submit(sheet)"
    assert cells[f"{RELU}--show"].source == 'given, sheet = exercise("mlp/relu-sgd")'
    assert 'begin(student, course="test-course", variant="personal", sampler=2)' in cells["course--setup"].source
    assert cells[f"{RELU}--answer"].source.startswith("# Fill your sheet.\n")
    assert cells["mlp--why-backprop--written"].source == "In your own words:\n\nYOUR ANSWER HERE"
    for name in (RELU, f"{RELU}--show", "course--setup"):
        assert cells[name].metadata.editable is False
    first = next(cell for cell in released.released.cells if cell.cell_type == "code")
    assert first.source.startswith('student = ""')
    assert "editable" not in first.metadata


def test_only_notebooks_are_released(released):
    assert [path.name for path in (released.folder / "release" / ASSIGNMENT).iterdir()] == ["small.ipynb"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + '# %% course="show mlp/relu-sgd"\n# %% course="answer mlp/relu-sgd"\nx = 1\n', r'one\.py: no cell is marked course="submit mlp/relu-sgd"'),
        (RELU_CELLS, r'no cell is marked course="setup"'),
        (HEAD + RELU_CELLS + RELU_CELLS, r"mlp--relu-sgd--show is there twice"),
        (HEAD + '# %% course="sohw mlp/relu-sgd"\n', r'the marker course="sohw mlp/relu-sgd" is not known'),
        (HEAD + '# %% course="show"\n', r"is not known"),
        (HEAD + RELU_CELLS.replace("sheet.a1 = 1", ""), r"answer cell of mlp/relu-sgd is empty"),
        (HEAD + RELU_CELLS + "given = 1\n", r"leave it empty"),
        (HEAD + '# %% course="written mlp/why-backprop"\n', r"marks a markdown cell"),
        (HEAD + '# %% [markdown] course="written mlp/relu-sgd"\n', r"mlp/relu-sgd has no written part"),
        (HEAD + '# %% course="show mlp/why-backprop"\n', r"answered in prose"),
        (HEAD + '# %% [markdown] course="written mlp/vanishing"\n', r'no cell is marked course="show mlp/vanishing"'),
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_answered_is_refused(course, text, message):
    with pytest.raises(BuildError, match=message):
        build("set", course(text))


def test_an_unknown_exercise_is_named_with_its_file(course):
    with pytest.raises(
        UnknownExercise, match=r"one\.py: there is no exercise 'mlp/relu-sdg'; did you mean mlp/relu-sgd"
    ):
        build("set", course(HEAD + RELU_CELLS.replace("relu-sgd", "relu-sdg")))


def test_an_exercise_belongs_to_one_notebook_of_an_assignment(course):
    course(HEAD + RELU_CELLS, "one")
    with pytest.raises(BuildError, match=r"mlp--relu-sgd is in one\.py and in two\.py"):
        build("set", course(HEAD + RELU_CELLS, "two"))


def test_cells_in_the_wrong_order_are_refused(course):
    first, second, third = (part for part in RELU_CELLS.split("# %%")[1:])
    with pytest.raises(BuildError, match=r"go show, answer, submit"):
        build("set", course(HEAD + "# %%".join(["", first, third + "\n", second])))


def test_an_unknown_assignment_is_named_with_its_neighbours(course):
    config = course(HEAD + RELU_CELLS)
    assert assignments(config) == ["set"]
    with pytest.raises(BuildError, match=r"no assignment 'sett': .* did you mean set\?"):
        build("sett", config)
    shutil.rmtree(config.assignments_dir)
    with pytest.raises(BuildError, match=r"nothing to build"):
        build_all(config)


def test_text_left_beside_the_notebooks_is_refused_before_it_is_released(course):
    config = course(HEAD + RELU_CELLS)
    (path,) = build_all(config)
    (path.parent / "solution.py").write_text("secret = 1")
    with pytest.raises(BuildError, match=r"solution\.py would be released"):
        build("set", config)


def test_a_folder_that_cannot_be_written_is_said_so(course, tmp_path):
    config = course(HEAD + RELU_CELLS)
    (tmp_path / "taken").write_text("")
    with pytest.raises(BuildError, match=r"cannot be written to .*taken"):
        build("set", config, into=tmp_path / "taken" / "below")
