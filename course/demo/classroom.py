"""The demo's course folder: configuration, release, submissions, marks and feedback, all by nbgrader itself."""

import copy
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

from course.authoring.build import build
from course.demo.students import DemoStudent, documents, personal
from course.errors import CourseError
from course.exercises.cells import ANSWER, grade_id
from course.grading.config import Gradbook, load
from course.grading.engine.autograde import Result, autograde
from course.grading.engine.converters import feedback, release
from course.marking import registry
from course.marking.scheme import Scheme

COURSE = "gradbook-demo"
TIMEOUT = 20
_MARKER = ".gradbook-demo"


class DemoError(CourseError):
    """Raised when the demo's folder cannot be used or nbgrader refuses a step; the message says why."""


class Task(NamedTuple):
    """An assignment of the demo: its notebooks, the schemes of what they ask for, and who answers it."""

    assignment: str
    notebooks: tuple[str, ...]
    schemes: dict[str, Scheme]
    students: tuple[DemoStudent, ...]


class Classroom:
    """A folder in which assignments are set, answered by the demo's students, and graded.

    The documents answer every assignment that has an exercise of theirs; the class on personal numbers answers
    the first one.
    """

    def __init__(self, folder: Path, original: Gradbook, assignments: Sequence[str]) -> None:
        self.folder = folder.absolute()
        self._claim()
        schemes = registry.load(original.solutions_dirs)
        ours = documents(original.solutions_dirs)
        self.tasks: list[Task] = []
        for assignment in assignments:
            sources = build(assignment, original, into=self.folder / "source" / assignment)
            asked = _asked([nbformat.read(path, as_version=4) for path in sources], schemes)
            students = [student for student in ours if any(exercise in asked for exercise in student.code)]
            students += personal(asked, COURSE) if not self.tasks else []
            self.tasks.append(Task(assignment, tuple(path.name for path in sources), asked, tuple(students)))
        self._configure(original)
        self.config = load(self.folder)
        for assignment in assignments:
            build(assignment, self.config)  # again, under the demo's own name

    def _claim(self) -> None:
        """Take an empty folder, or one that a demo left."""
        marker = self.folder / _MARKER
        if self.folder.exists() and any(self.folder.iterdir()) and not marker.exists():
            raise DemoError(f"{self.folder} is not empty and not of a demo; name another folder with --dir")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            marker.write_text("This folder is written anew by `course demo`.\n", "utf-8")
            for name in ("gradebook.db", "answers.db"):
                (self.folder / name).unlink(missing_ok=True)
            for name in ("source", "release", "submitted", "autograded", "feedback", "reports"):
                shutil.rmtree(self.folder / name, ignore_errors=True)
        except OSError as error:
            raise DemoError(f"{self.folder} cannot be written: {error.strerror or error}") from None

    def _configure(self, original: Gradbook) -> None:
        students = [student for task in self.tasks for student in task.students]
        pinned = {student.id: student.variant for student in students if student.variant == "document"}
        lines = [
            '"""The course of `course demo`: graded without a sandbox, since its submissions are its own."""',
            "",
            "from course.grading.stages.order import use_stages",
            "",
            "c = get_config()  # noqa: F821",
            f"c.CourseDirectory.root = {str(self.folder)!r}",
            f"c.CourseDirectory.course_id = {COURSE!r}",
            f"c.Gradbook.course = {COURSE!r}",
            f"c.Gradbook.solutions = {[str(folder) for folder in original.solutions_dirs]!r}",
            f"c.Gradbook.assignments = {str(original.assignments_dir)!r}",
            f"c.Gradbook.variants = {pinned!r}",
            "c.Gradbook.sandbox = False",
            f"c.RunNotebook.timeout = {TIMEOUT}",
            "use_stages(c)",
        ]
        (self.folder / "nbgrader_config.py").write_text("\n".join(lines) + "\n", "utf-8")

    def release(self) -> None:
        """Make the students' versions."""
        for task in self.tasks:
            release(self.config, task.assignment)

    def submit(self) -> None:
        """Write every student's submission from the released notebooks."""
        for task in self.tasks:
            for student in task.students:
                folder = self.folder / "submitted" / student.id / task.assignment
                folder.mkdir(parents=True)
                for name in task.notebooks:
                    released = nbformat.read(self.released(task) / name, as_version=4)
                    solved = nbformat.read(self.folder / "source" / task.assignment / name, as_version=4)
                    nbformat.write(self._answered(released, solved, student), folder / name)

    def released(self, task: Task) -> Path:
        """Give the folder of an assignment's notebooks as students get them."""
        return self.folder / "release" / task.assignment

    def _answered(self, released: Any, solved: Any, student: DemoStudent) -> Any:
        notebook = copy.deepcopy(released)
        solutions = {_name(cell): cell.source for cell in solved.cells if _name(cell)}
        answers = {grade_id(exercise, ANSWER): code for exercise, code in student.code.items()}
        for cell in notebook.cells:
            name = _name(cell)
            if cell.cell_type == "code" and cell.source.startswith("student = "):
                declared = "" if student.variant == "document" else student.id
                cell.source = f"student = {declared!r}"
            if name in answers:
                cell.source = answers[name].strip()
            elif student.keeps_solution and name in solutions and cell.metadata.nbgrader.solution:
                cell.source = _without_markers(solutions[name])
        if student.variant == "document":
            # The documents hold answers and no experiments.
            notebook.cells = [cell for cell in notebook.cells if cell.cell_type != "code" or _graded_or_id(cell)]
        return notebook

    def grade(self, task: Task, on_result: Callable[[Result], None] | None = None) -> list[Result]:
        """Grade all submissions of an assignment by nbgrader's own stages."""
        return autograde(self.config, task.assignment, on_result=on_result)

    def feedback(self, task: Task, student: str) -> list[Path]:
        """Write the feedback pages of one student and give their paths."""
        return feedback(self.config, task.assignment, student)


def _asked(notebooks: Sequence[Any], schemes: dict[str, Scheme]) -> dict[str, Scheme]:
    """Give the schemes of the exercises with steps that notebooks ask for, in their order."""
    ids = [_name(cell) for notebook in notebooks for cell in notebook.cells]
    places = {exercise: grade_id(exercise, ANSWER) for exercise in schemes}
    found = [exercise for exercise, name in places.items() if name in ids]
    return {exercise: schemes[exercise] for exercise in sorted(found, key=lambda e: ids.index(places[e]))}


def _name(cell: Any) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _graded_or_id(cell: Any) -> bool:
    return bool(_name(cell)) or cell.source.startswith("student = ")


def _without_markers(source: str) -> str:
    return "\n".join(
        line
        for line in source.splitlines()
        if not line.strip().startswith(("### BEGIN", "### END", "=== BEGIN", "=== END"))
    )
