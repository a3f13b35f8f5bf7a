"""The lessons on penalties, momentum and training run from start to end, with all answers and with none."""

import json
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from course import sheet
from course.authoring.build import build
from course.exercises import find
from course.exercises.cells import graded_exercise
from course.grading.config import Gradbook
from course.marking import registry

ROOT = Path(__file__).parents[2]
LESSONS = {"regularization": "penalties", "momentum": "momentum", "training": "capstone"}
STUDENT = "student-07"
SOLUTION = re.compile(r"^(\s*)### BEGIN SOLUTION\n.*?### END SOLUTION", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Give the source notebook of a lesson, as `course build` writes it, with a student's id in it."""

    @cache
    def build_one(assignment):
        config = Gradbook(course_dir=str(ROOT))
        paths = {path.stem: path for path in build(assignment, config, tmp_path_factory.mktemp(assignment))}
        assert set(paths) == {LESSONS[assignment]}
        notebook = nbformat.read(paths[LESSONS[assignment]], as_version=4)
        first = next(cell for cell in notebook.cells if cell.cell_type == "code")
        assert 'student = ""' in first.source
        first.source = f'student = "{STUDENT}"'
        return notebook

    return build_one


def run(notebook):
    notebook = nbformat.from_dict(notebook)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return notebook


def handed_in(notebook):
    """Give the sheets of an executed notebook by exercise id."""
    sheets = {}
    for cell in notebook.cells:
        exercise = graded_exercise(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if exercise is None:
            continue
        for output in cell.get("outputs", []):
            bundle = output.get("data", {}).get(sheet.MIME_TYPE)
            if bundle is not None:
                sheets[exercise.id] = sheet.decode(json.dumps(bundle))
    return sheets


def printed(notebook):
    texts = [out.text for cell in notebook.cells for out in cell.get("outputs", []) if out.output_type == "stream"]
    return "".join(texts)


@pytest.mark.slow
@pytest.mark.parametrize("assignment", LESSONS)
def test_a_lesson_runs_and_its_answers_are_right(built, assignment):
    done = run(built(assignment))
    sheets = handed_in(done)
    assert set(sheets) == {e for e in sheets if e.startswith(f"{assignment}/")} != set()
    for exercise_id, handed in sheets.items():
        exercise, marker = find(exercise_id), registry.marker((ROOT / "solutions",), exercise_id)
        probe = exercise.probes("practice")
        report = marker.mark(handed, exercise.given(STUDENT), probe=probe)
        assert report.points == report.max_points, (exercise_id, report)
    pictures = [
        out for cell in done.cells for out in cell.get("outputs", []) if "image/png" in out.get("data", {})
    ]
    told = [cell for cell in done.cells if cell.cell_type == "markdown" and "*In the picture:*" in cell.source]
    assert len(pictures) == len(told) >= 3  # every picture is told in words
    assert "stderr" not in {out.get("name") for cell in done.cells for out in cell.get("outputs", [])}
    if assignment == "training":
        accuracy = re.search(r"CNN with momentum: ([\d.]+) on known hands", printed(done))
        assert accuracy is not None
        assert float(accuracy[1]) >= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("assignment", LESSONS)
def test_a_lesson_runs_before_anything_is_answered(built, assignment):
    released = nbformat.from_dict(built(assignment))
    cleared = 0
    for cell in released.cells:
        cell.source, count = SOLUTION.subn(r"\1...", cell.source)
        cleared += count
    assert cleared
    done = run(released)
    assert all(not handed.answers or _unanswered(handed) for handed in handed_in(done).values())


def _unanswered(handed):
    return all(isinstance(answer, sheet.Unreadable) for answer in handed.answers.values())
