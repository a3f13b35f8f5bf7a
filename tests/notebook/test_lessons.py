"""The lessons on multilayer perceptrons: they run, their own answers are perfect, and the release asks for all."""

import copy
import json
import re
from pathlib import Path

import nbclient
import nbformat
import numpy as np
import pytest
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions

from course import sheet
from course.authoring import build
from course.exercises import CATALOGUE, find
from course.grading import config
from course.marking import registry
from course.sheet.reading import Status, read_sheet

ROOT = Path(__file__).parents[2]
LESSONS = ("backpropagation", "deep-networks", "derivations")
STUDENT = "student-01"
SUBMIT = re.compile(r"mlp--[a-z]+(-[a-z]+)*")


@pytest.fixture(scope="module")
def course():
    return config.load(ROOT)


@pytest.fixture(scope="module")
def sources(course, tmp_path_factory):
    """The instructor's notebooks by name."""
    paths = build.build("mlp", course, into=tmp_path_factory.mktemp("source"))
    return {path.stem: nbformat.read(path, as_version=4) for path in paths}


def released(notebook, course):
    """What a student gets: nbgrader's own clearing, with the project's settings."""
    notebook = copy.deepcopy(notebook)
    for step in (ClearSolutions, ClearHiddenTests, ClearMarkScheme):
        notebook, _ = step(config=course.config).preprocess(notebook, {})
    return notebook


def named(notebook, pattern):
    """The cells whose nbgrader name matches, by name."""
    names = {cell.metadata.get("nbgrader", {}).get("grade_id", ""): cell for cell in notebook.cells}
    return {name: cell for name, cell in names.items() if re.fullmatch(pattern, name)}


def test_every_exercise_is_asked_once(sources):
    assert sorted(sources) == sorted(LESSONS)
    asked = [name for notebook in sources.values() for name in named(notebook, SUBMIT)]
    steps = [
        key.replace("/", "--") for key, item in CATALOGUE.items() if item.assignment == "mlp" and item.answers
    ]
    assert sorted(asked) == sorted(steps)
    written = [name for notebook in sources.values() for name in named(notebook, r".*--written")]
    assert sorted(written) == ["mlp--vanishing--written", "mlp--why-backprop--written"]


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_release_names_every_answer_and_holds_no_solution(sources, lesson, course):
    notebook = released(sources[lesson], course)
    for name, cell in named(notebook, r".*--answer").items():
        exercise = find(name.removesuffix("--answer").replace("--", "/"))
        if exercise.derivation is not None:
            assert cell.source.startswith('work << r"""\n"""\n')
            continue
        named_there = re.findall(r"sheet\.(\w+)", cell.source)
        assert list(dict.fromkeys(named_there)) == list(exercise.answers)
    text = nbformat.writes(notebook)
    for secret in (
        "SOLUTION",
        "HIDDEN",
        "MARK SCHEME",
        "np.outer(sheet",
        "given.W1 @",
        "y_hat:g",
        "inputs.append",
    ):
        assert secret in "".join(map(nbformat.writes, sources.values()))
        assert secret not in text


@pytest.mark.parametrize("lesson", LESSONS)
def test_code_fits_the_page(lesson):
    lines = (ROOT / "assignments" / "mlp" / f"{lesson}.py").read_text("utf-8").splitlines()
    assert [line for line in lines if len(line) > 88 and not line.startswith("#")] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_instructors_version_is_a_perfect_submission(sources, lesson, tmp_path):
    """Every cell runs, says nothing on standard error, and every answer is right on personal numbers."""
    notebook = copy.deepcopy(sources[lesson])
    notebook.cells = [
        nbformat.v4.new_code_cell(cell.source.replace('student = ""', f'student = "{STUDENT}"'))
        if cell.source.startswith("student = ")
        else cell
        for cell in notebook.cells
    ]
    nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    drawn = sum("image/png" in output.get("data", {}) for output in outputs)
    assert drawn >= 1 or lesson == "derivations"
    for name, cell in named(notebook, SUBMIT).items():
        (data,) = [o.data[sheet.MIME_TYPE] for o in cell.outputs if sheet.MIME_TYPE in o.get("data", {})]
        exercise = find(name.replace("--", "/"))
        readings = read_sheet(exercise, sheet.decode(json.dumps(data)))
        marker = registry.marker((ROOT / "solutions",), exercise.id)
        if exercise.derivation is not None:
            report = marker.mark(sheet.decode(json.dumps(data)), exercise.given(STUDENT))
            assert report.points == report.max_points
            assert {line.state for line in report.lines} <= {"follows", "at-numbers"}
        for step, right in marker.truths(exercise.given(STUDENT), exercise.probes("practice")).items():
            assert readings[step].status == Status.READ
            np.testing.assert_allclose(readings[step].value, right, rtol=1e-5, err_msg=f"{exercise.id} {step}")


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_release_runs_before_anything_is_answered(sources, lesson, course, cells):
    """A student who runs all cells at once is not met by errors, and the receipts say what is missing."""
    receipts = 0
    for cell in released(sources[lesson], course).cells:
        # The experiments do not depend on answers; they have run in the instructor's version.
        if cell.cell_type != "code" or "plt.show" in cell.source or "typical_gradient" in cell.source:
            continue
        outputs = cells(cell.source)
        assert cells.result.success, cell.source
        for data in outputs:
            if sheet.MIME_TYPE in data:
                receipts += 1
                answers = data[sheet.MIME_TYPE]["answers"].values()
                assert all(answer["type"] == "unreadable" for answer in answers)
    assert receipts == len(named(sources[lesson], SUBMIT))
