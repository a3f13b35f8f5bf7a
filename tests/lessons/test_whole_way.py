"""Every assignment from its text to feedback: a perfect, an empty and a mixed submission get what the schemes say.

What its lessons show on the way is looked at where it is, in the notebooks that were graded.
"""

import re
from pathlib import Path

import nbformat
import pytest

from course.authoring.build import assignments
from course.demo import classroom
from course.demo.classroom import Classroom
from course.demo.students import DemoStudent, as_code, chain
from course.grading.config import load
from course.marking import registry

ROOT = Path(__file__).parents[2]
CONFIG = load(ROOT)


def numeric(scheme):
    return any(step.answer.dtype in {"float", "int"} for step in scheme.steps.values())


def class_of_three(schemes, course):
    """In place of the demo's class: everything right, nothing at all, and one exercise answered of all."""
    mixed = next(scheme for scheme in schemes.values() if numeric(scheme))
    values = chain(mixed, mixed.exercise.given("student-03", course))
    values.pop(next(name for name, step in mixed.steps.items() if step.answer.dtype in {"float", "int"}))
    return [
        DemoStudent("student-01", "perfect", "personal", {}, keeps_solution=True),
        DemoStudent("student-02", "empty", "personal", {}),
        DemoStudent("student-03", "mixed", "personal", {mixed.exercise.id: as_code(mixed, values)}),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("assignment", assignments(CONFIG))
def test_an_assignment_from_text_to_feedback(assignment, tmp_path, monkeypatch):
    monkeypatch.setattr(classroom, "personal", class_of_three)
    monkeypatch.setattr(classroom, "documents", lambda _: [])
    monkeypatch.setattr(classroom, "TIMEOUT", 120)  # lessons train networks, on any machine
    room = Classroom(tmp_path / "course", CONFIG, [assignment])
    room.release()
    room.submit()
    task = room.tasks[0]
    perfect, empty, mixed = room.grade(task)
    assert [result.problems for result in (perfect, empty, mixed)] == [(), (), ()]

    asked = {name: scheme.step_points for name, scheme in task.schemes.items()}
    assert {name: report.points for name, report in perfect.reports.items()} == asked
    assert perfect.score == sum(asked.values())
    written = sum(
        scheme.written_points
        for name, scheme in registry.load(CONFIG.solutions_dirs).items()
        if name.partition("/")[0] == assignment
    )
    assert perfect.max_score == sum(asked.values()) + written
    assert empty.score == 0
    answered = next(name for name, scheme in task.schemes.items() if numeric(scheme))
    scheme = task.schemes[answered]
    first = next(step for step in scheme.steps.values() if step.answer.dtype in {"float", "int"})
    functions = sum(step.points for step in scheme.steps.values() if step.answer.dtype == "function")
    assert mixed.score == mixed.reports[answered].points == scheme.step_points - first.points - functions
    assert mixed.reports[answered].steps[first.name].state == "missing"

    for notebook in ran(room, task, "student-01"):
        pictures = sum("image/png" in output.get("data", {}) for output in outputs(notebook))
        told = [cell.source for cell in notebook.cells if "*In the picture:*" in cell.source]
        assert pictures == len(told)
    assert said(room, task, "student-01", "stderr") == []
    # Who hands in the notebook as it was given is not met by errors.
    assert said(room, task, "student-02", "stderr") == []
    assert {name: report.points for name, report in empty.reports.items()} == dict.fromkeys(asked, 0)
    if assignment == "training":
        printed = "".join(said(room, task, "student-01", "stdout"))
        accuracy = re.search(r"CNN with momentum: ([\d.]+) on known hands", printed)
        assert accuracy is not None
        assert float(accuracy[1]) >= 0.97

    for student in task.students:
        pages = room.feedback(task, student.id)
        assert len(pages) == len(task.notebooks)
        text = "".join(page.read_text("utf-8") for page in pages)
        assert student.id in text
        assert "<script" not in text
        assert "BEGIN HIDDEN TESTS" not in text
        assert all(f"{scheme.exercise.title}" in text for scheme in task.schemes.values())


def ran(room, task, student):
    """Give a student's notebooks as they were run."""
    folder = room.folder / "autograded" / student / task.assignment
    return [nbformat.read(folder / name, as_version=4) for name in task.notebooks]


def outputs(notebook):
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def said(room, task, student, stream):
    """Give the texts that a student's notebooks put out on a stream."""
    every = [output for notebook in ran(room, task, student) for output in outputs(notebook)]
    return [output.text for output in every if output.get("name") == stream]
