"""The lessons on convolutional networks: every exercise once, right answers, no solution released, all cells run."""

import copy
import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions

from course import sheet
from course.authoring import build
from course.exercises import CATALOGUE, find
from course.exercises.cells import ANSWER, WRITTEN, grade_id, graded_exercise
from course.grading import config
from course.marking import registry
from course.sheet.reading import Status, read_sheet

ROOT = Path(__file__).parents[2]
LESSONS = ("architectures", "classifier", "convolution")
STUDENT = "student-01"
SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)


@pytest.fixture(scope="module")
def course():
    return config.load(ROOT)


@pytest.fixture(scope="module")
def sources(course, tmp_path_factory):
    """The instructor's notebooks by name, with a student's id in them."""
    notebooks = {}
    for path in build.build("cnn", course, into=tmp_path_factory.mktemp("source")):
        notebook = notebooks[path.stem] = nbformat.read(path, as_version=4)
        (first,) = [cell for cell in notebook.cells if cell.source.startswith('student = ""')]
        first.source = f'student = "{STUDENT}"'
    return notebooks


def released(notebook, course):
    """What a student gets: nbgrader's own clearing, with the project's settings."""
    notebook = copy.deepcopy(notebook)
    for step in (ClearSolutions, ClearHiddenTests, ClearMarkScheme):
        notebook, _ = step(config=course.config).preprocess(notebook, {})
    return notebook


def run(notebook, folder):
    notebook = copy.deepcopy(notebook)
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return notebook


def names(notebook):
    return [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in notebook.cells]


def outputs(notebook):
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def sheets(notebook):
    """The sheets that were handed in, by exercise."""
    found = {}
    for cell in notebook.cells:
        exercise = graded_exercise(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if exercise is not None and cell.cell_type == "code":
            (data,) = [o.data[sheet.MIME_TYPE] for o in cell.outputs if sheet.MIME_TYPE in o.get("data", {})]
            found[exercise.id] = sheet.decode(json.dumps(data))
    return found


def read_with_truths(exercise_id, handed):
    """Each answer as it is read, with the value of the scheme."""
    exercise, marker = find(exercise_id), registry.marker((ROOT / "solutions",), exercise_id)
    readings = read_sheet(exercise, handed)
    truths = marker.truths(exercise.given(STUDENT), exercise.probes("practice"))
    assert set(truths) == set(exercise.answers)
    return {step: (readings[step], right) for step, right in truths.items()}


def marked_lines(exercise_id, handed):
    """The report on a derivation, whose lines have no values; None of any other exercise."""
    exercise = find(exercise_id)
    if exercise.derivation is None:
        return None
    return registry.marker((ROOT / "solutions",), exercise_id).mark(handed, exercise.given(STUDENT))


def test_every_exercise_is_asked_once(sources):
    assert tuple(sorted(sources)) == LESSONS
    asked = [name for notebook in sources.values() for name in names(notebook)]
    ours = [item for item in CATALOGUE.values() if item.assignment == "cnn"]
    wanted = [grade_id(item.id) if item.answers else grade_id(item.id, WRITTEN) for item in ours]
    assert len(wanted) == 17
    assert {name: asked.count(name) for name in wanted} == dict.fromkeys(wanted, 1)


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_release_names_every_answer_and_holds_no_solution(sources, lesson, course):
    notebook = released(sources[lesson], course)
    for cell, name in zip(notebook.cells, names(notebook), strict=True):
        if name.endswith(f"--{ANSWER}"):
            exercise = find(name.removesuffix(f"--{ANSWER}").replace("--", "/"))
            named = list(dict.fromkeys(re.findall(r"sheet\.(\w+)", cell.source)))
            assert named == ([] if exercise.derivation else list(exercise.answers))
    text = "\n".join(cell.source for cell in notebook.cells)
    whole = "\n".join(cell.source for cell in sources[lesson].cells)
    solved = [line.strip() for part in SOLUTION.findall(whole) for line in part.splitlines()]
    elsewhere = {line.strip() for line in SOLUTION.sub("", whole).splitlines()}
    secrets = {line for line in solved if len(line) > 12} - elsewhere
    assert len(secrets) > 20
    assert [secret for secret in secrets if secret in text] == []
    assert all(word not in text for word in ("SOLUTION", "HIDDEN", "MARK SCHEME"))


@pytest.mark.parametrize("lesson", LESSONS)
def test_code_fits_the_page_and_every_picture_is_told(lesson):
    text = (ROOT / "assignments" / "cnn" / f"{lesson}.py").read_text("utf-8")
    assert [line for line in text.splitlines() if len(line) > 88 and not line.startswith("#")] == []
    assert text.count("plt.show()") == text.count("# *In the picture:*") >= 2


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_lessons_own_answers_are_right(sources, lesson, tmp_path):
    """On a student's own numbers; only the cells of the exercises are run."""
    notebook = copy.deepcopy(sources[lesson])
    notebook.cells = [c for c in notebook.cells if "nbgrader" in c.metadata or c.source.startswith("student = ")]
    done = run(notebook, tmp_path)
    for exercise_id, handed in sheets(done).items():
        if (report := marked_lines(exercise_id, handed)) is not None:
            assert report.points == report.max_points
            continue
        for step, (reading, right) in read_with_truths(exercise_id, handed).items():
            assert reading.status == Status.READ
            np.testing.assert_allclose(reading.value, right, rtol=1e-5, atol=1e-6, err_msg=f"{exercise_id} {step}")


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_from_start_to_end(sources, lesson, tmp_path):
    done = run(sources[lesson], tmp_path)
    assert [output.text for output in outputs(done) if output.get("name") == "stderr"] == []
    pictures = sum("image/png" in output.get("data", {}) for output in outputs(done))
    assert pictures == sum("*In the picture:*" in cell.source for cell in done.cells)


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_release_runs_before_anything_is_answered(sources, lesson, course, tmp_path):
    """Who runs all cells at once is not met by errors, and what is handed in earns nothing."""
    done = run(released(sources[lesson], course), tmp_path)
    assert [output.text for output in outputs(done) if output.get("name") == "stderr"] == []
    handed = sheets(done)
    assert len(handed) >= 5
    for exercise_id, answers in handed.items():
        if (report := marked_lines(exercise_id, answers)) is not None:
            assert report.points == 0
            continue
        for reading, right in read_with_truths(exercise_id, answers).values():
            assert reading.status != Status.READ or not np.allclose(reading.value, right)
