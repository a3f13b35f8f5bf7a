"""An instructor's desk: a course whose gradebook and kept answers are real, and whose notebooks never had to run."""

import logging
import shutil
from pathlib import Path

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.preprocessors import SaveAutoGrades

from course import sheet as sheets
from course.exercises.cells import grade_id
from course.grading.config import load
from course.grading.marks.store import open_store
from course.grading.record import record_of
from course.grading.stages.award import AwardMarks, FlagForReview
from course.grading.upstream.surroundings import surroundings
from course.reporting.mime import CARD_MIME
from course.sheet import Sheet
from tests.grading.classroom import COURSE, ROOT, numbers

ASSIGNMENT, NOTEBOOK, EXERCISE = "small", "one", "mlp/relu-sgd"
QUESTION = {NOTEBOOK: {EXERCISE: 11}}
CONFIG = f"""
c = get_config()
c.CourseDirectory.course_id = "{COURSE}"
c.Gradbook.course = "{COURSE}"
c.Gradbook.solutions = {str(ROOT / "solutions")!r}
"""


def answers(whose, *, relu=True, **changed):
    """The right answers on somebody's numbers, except those that are given."""
    found = numbers(whose, relu=relu) | changed
    return {name: value for name, value in found.items() if value is not None}


def bundle(values, declared=None, exercise=EXERCISE):
    return sheets.encode(Sheet(exercise, {name: sheets.write(value) for name, value in values.items()}, declared))


def rulings(config):
    """Every decision on the assignment that is kept."""
    with open_store(config) as store:
        return store.all_rulings(ASSIGNMENT)


class Desk:
    """A course folder with one released question, or some in several notebooks, and what students handed in.

    `questions` has the exercises of each notebook with their points.
    """

    def __init__(self, folder: Path, settings: str = "", db_url: str = "", questions=QUESTION) -> None:
        self.folder, self.questions = folder, questions
        folder.mkdir(parents=True, exist_ok=True)
        named = f"c.CourseDirectory.db_url = {db_url!r}\n" if db_url else ""
        (folder / "nbgrader_config.py").write_text(CONFIG + named + settings)
        self.config = load(folder)
        if (folder / "gradebook.db").exists():
            return
        with surroundings(), Gradebook(self.config.db_url, COURSE) as gradebook:
            gradebook.add_assignment(ASSIGNMENT)
            for notebook, exercises in questions.items():
                gradebook.add_notebook(notebook, ASSIGNMENT)
                gradebook.add_solution_cell("answer", notebook, ASSIGNMENT)
                for name, points in ((grade_id(exercise), points) for exercise, points in exercises.items()):
                    gradebook.add_grade_cell(name, notebook, ASSIGNMENT, max_score=points, cell_type="code")
                    gradebook.add_source_cell(name, notebook, ASSIGNMENT, source="submit(sheet)", cell_type="code")

    def copy(self, folder: Path) -> "Desk":
        """The same course in another folder: making one anew takes a second."""
        shutil.copytree(self.folder, folder)
        return Desk(folder, questions=self.questions)

    def enrol(self, students):
        """Let nbgrader know of students who submitted."""
        with Gradebook(self.config.db_url) as gradebook:
            for student in students:
                gradebook.update_or_create_student(student)
                gradebook.update_or_create_submission(ASSIGNMENT, student)

    def hand_in(self, sheets_by_student):
        """Grade what everybody put out, as `autograde` does after the run: {student: bundles}."""
        self.enrol(sheets_by_student)
        for student, bundles in sheets_by_student.items():
            self.grade(student, bundles)

    def grade(self, student, bundles):
        """The stages after the run, on a notebook whose graded cell put these bundles out."""
        self.grade_notebook(student, NOTEBOOK, {EXERCISE: bundles})

    def grade_notebook(self, student, name, handed):
        """The stages after the run, on a notebook whose graded cells put these bundles out: {exercise: bundles}."""
        notebook, sheets_by_cell = new_notebook(), {}
        for exercise, bundles in handed.items():
            points = self.questions[name][exercise]
            about = {"grade": True, "grade_id": grade_id(exercise), "points": points, "locked": True}
            about |= {"solution": False, "schema_version": 3, "task": False, "cell_type": "code"}
            cell = new_code_cell("submit(sheet)", metadata={"nbgrader": about})
            notebook.cells.append(cell)
            sheets_by_cell[cell.id] = list(bundles)
        about = {"student": student, "assignment": ASSIGNMENT, "notebook": name, "db_url": self.config.db_url}
        resources = {"nbgrader": about}
        record_of(resources).sheets.update(sheets_by_cell)
        for stage in (AwardMarks, SaveAutoGrades, FlagForReview):
            made = stage(config=self.config.config, log=logging.getLogger("appeals-test"))
            notebook, resources = made.preprocess(notebook, resources)
        path = self.notebook(student, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)

    def notebook(self, student, name=NOTEBOOK) -> Path:
        return self.folder / "autograded" / student / ASSIGNMENT / f"{name}.ipynb"

    def card(self, student, name=NOTEBOOK, place=0):
        cell = nbformat.read(self.notebook(student, name), as_version=4).cells[place]
        return cell.outputs[0].data[CARD_MIME]

    def html(self, student):
        return nbformat.read(self.notebook(student), as_version=4).cells[0].outputs[0].data["text/html"]

    def grade_of(self, student, name=NOTEBOOK, exercise=EXERCISE):
        """(points that count, points of the marker, whether a person should look)."""
        with Gradebook(self.config.db_url) as gradebook:
            grade = gradebook.find_grade(grade_id(exercise), name, ASSIGNMENT, student)
            return grade.score, grade.auto_score, grade.needs_manual_grade

    def by_hand(self, student, points):
        with Gradebook(self.config.db_url) as gradebook:
            gradebook.find_grade(grade_id(EXERCISE), NOTEBOOK, ASSIGNMENT, student).manual_score = points
            gradebook.db.commit()

    def kept_of(self, student):
        with open_store(self.config) as store:
            return store.load(ASSIGNMENT, student=student)

    def kept(self):
        with open_store(self.config) as store:
            return {item.student: item for item in store.load(ASSIGNMENT)}


def a_class(count):
    """Sheets of every sort, by student: right, slips, holes, somebody else's numbers, another id, no sheet."""
    names = [f"student-{number:03}" for number in range(count)]
    handed = {}
    for number, student in enumerate(names):
        values, declared = answers(student, relu=number % 5 != 0), None
        if number % 7 == 3:
            values["z1"] = [1.3 * value + 1 for value in np.atleast_1d(values["z1"])]
        if number % 11 == 5:
            values = answers(names[number - 1])
        if number % 13 == 2:
            del values["y_hat"]
        if number % 17 == 4:
            values = answers(None)
        if number % 19 == 6:
            values, declared = answers(f"other-{number}"), f" Other-{number} "
        handed[student] = [bundle(values, declared)] * (number % 23 != 0)
    return handed
