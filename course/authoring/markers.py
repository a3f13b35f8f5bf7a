"""The short markers of a text source, written out as nbgrader cells.

| marker | becomes |
|---|---|
| `course="setup"` | an editable cell for the student's id, and a locked one that begins the notebook |
| `course="show ID"` | a locked cell that shows the given values of an exercise |
| `course="answer ID"` | a solution cell: what is between `BEGIN SOLUTION` and `END SOLUTION` is not released |
| `course="submit ID"` | the locked graded cell that hands the sheet over |
| `[markdown] course="written ID"` | an answer in prose, graded by hand |
"""

import json
from collections.abc import Iterator, Mapping

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from course.errors import CourseError
from course.exercises import Exercise, find, own
from course.exercises.cells import ANSWER, GIVEN, SETUP, SHOW, WRITTEN, grade_id
from course.grading.config import Gradbook
from course.marking.scheme import Scheme

KEPT = ("jupyter", "nbgrader", "slideshow", "tags")
BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"


class BuildError(CourseError):
    """Raised for a text source that cannot become a notebook; the message says where and why."""


def expand(
    cell: NotebookNode, config: Gradbook, schemes: Mapping[str, Scheme], sampler: int
) -> Iterator[NotebookNode]:
    """Give the cells that one cell of the source stands for.

    Raises:
        BuildError: for a marker that is unknown or does not fit its cell.
        course.exercises.UnknownExercise: for an exercise that does not exist.
    """
    marker = cell.metadata.get("course", "")
    kept = {key: value for key, value in cell.metadata.items() if key in KEPT}
    if not marker:
        cell.metadata = NotebookNode(kept)
        yield cell
        return
    word, _, exercise_id = str(marker).strip().partition(" ")
    if word not in _MARKERS or (word == "setup") != (exercise_id == ""):
        raise BuildError(
            f'the marker course="{marker}" is not known; there are "setup", "show ID", "answer ID", "submit ID" '
            'and, in a markdown cell, "written ID"'
        )
    if (cell.cell_type == "markdown") != (word == WRITTEN):
        raise BuildError(f'course="{marker}" marks a {"code" if word != WRITTEN else "markdown"} cell')
    if word == "setup":
        yield from _setup(cell, config, sampler)
        return
    exercise = find(exercise_id.strip())
    definition = own.as_cell(exercise.id) if word == "show" else None
    if definition is not None:  # an exercise of the instructor's own travels in the notebook
        yield _locked(new_code_cell(definition), grade_id(exercise.id, GIVEN))
    if exercise.id not in schemes:
        where = ", ".join(map(str, config.solutions_dirs))
        raise BuildError(f"there is no mark scheme for {exercise.id} in {where}")
    made = _MARKERS[word](cell.source.strip(), exercise, schemes[exercise.id])
    made.metadata.update({key: value for key, value in kept.items() if key != "nbgrader"})
    yield made


def _setup(cell: NotebookNode, config: Gradbook, sampler: int) -> Iterator[NotebookNode]:
    yield new_code_cell('student = ""  # your id in this course, between the quotes')
    course, variant = _quoted(config.course), _quoted(config.variant)
    begin = f"begin(student, course={course}, variant={variant}, sampler={sampler})"
    lines = ["from course.notebook import begin, exercise, submit", "", *cell.source.strip().splitlines(), begin]
    yield _locked(new_code_cell("\n".join(lines)), SETUP)


def _show(source: str, exercise: Exercise, scheme: Scheme) -> NotebookNode:
    if source:
        raise BuildError(f"the cell that shows {exercise.id} is written by the build; leave it empty")
    _refuse_without_steps(exercise, scheme)
    return _locked(
        new_code_cell(f"given, {_filled(exercise)} = exercise({_quoted(exercise.id)})"),
        grade_id(exercise.id, SHOW),
    )


def _filled(exercise: Exercise) -> str:
    """Give the name of what is filled in: a sheet with answers, or the lines of a derivation."""
    return "sheet" if exercise.derivation is None else "work"


def _answer(source: str, exercise: Exercise, scheme: Scheme) -> NotebookNode:
    _refuse_without_steps(exercise, scheme)
    if not source:
        raise BuildError(f"the answer cell of {exercise.id} is empty; write its solution there")
    cell = new_code_cell(source)
    cell.metadata.nbgrader = _nbgrader(grade_id(exercise.id, ANSWER), solution=True)
    return cell


def _submit(source: str, exercise: Exercise, scheme: Scheme) -> NotebookNode:
    if source:
        raise BuildError(f"the cell that submits {exercise.id} is written by the build; leave it empty")
    _refuse_without_steps(exercise, scheme)
    # Graded anywhere without our stages, the last line is the grade.
    lines = [f"submit({_filled(exercise)})", "### BEGIN HIDDEN TESTS", "0.0", "### END HIDDEN TESTS"]
    cell = new_code_cell("\n".join(lines))
    cell.metadata.nbgrader = _nbgrader(grade_id(exercise.id), grade=True, locked=True, points=scheme.step_points)
    return cell


def _written(source: str, exercise: Exercise, scheme: Scheme) -> NotebookNode:
    if not scheme.rubric:
        raise BuildError(f"{exercise.id} has no written part: its scheme has no rubric")
    rubric = [f"- ({criterion.points:g}) {criterion.looks_for}" for criterion in scheme.rubric]
    # nbgrader clears the solution first; the mark-scheme region keeps what is for the marker apart in the source.
    lines = [
        *([source, ""] if source else []),
        BEGIN_SOLUTION,
        "=== BEGIN MARK SCHEME ===",
        "**Model answer**",
        "",
        scheme.model_answer,
        "",
        "**What a marker looks for**",
        "",
        *rubric,
        "",
        "=== END MARK SCHEME ===",
        END_SOLUTION,
    ]
    cell = new_markdown_cell("\n".join(lines))
    name = grade_id(exercise.id, WRITTEN)
    cell.metadata.nbgrader = _nbgrader(name, grade=True, solution=True, points=scheme.written_points)
    return cell


_MARKERS = {"setup": None, "show": _show, "answer": _answer, "submit": _submit, "written": _written}


def _refuse_without_steps(exercise: Exercise, scheme: Scheme) -> None:
    if not scheme.steps:
        raise BuildError(
            f'{exercise.id} is answered in prose; mark a markdown cell course="written {exercise.id}"'
        )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _locked(cell: NotebookNode, name: str) -> NotebookNode:
    cell.metadata.nbgrader = _nbgrader(name, locked=True)
    return cell


def _nbgrader(
    name: str, *, grade: bool = False, solution: bool = False, locked: bool = False, points: float | None = None
) -> NotebookNode:
    worth = {} if points is None else {"points": points}
    return NotebookNode(
        grade_id=name, grade=grade, solution=solution, locked=locked, schema_version=3, task=False, **worth
    )
