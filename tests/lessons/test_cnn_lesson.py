"""The lessons on convolutional networks: every exercise once, no solution released, pictures told in words."""

import copy
import re
from pathlib import Path

import nbformat
import pytest
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions

from course.authoring import build
from course.exercises import CATALOGUE, find
from course.exercises.cells import ANSWER, WRITTEN, grade_id
from course.grading import config

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


def names(notebook):
    return [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in notebook.cells]


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
