"""What a kernel is told before a notebook runs: whose numbers, and the keys of this student's probe inputs."""

import secrets
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade

from course.exercises.cells import graded_exercise
from course.grading.config import Gradbook
from course.grading.record import record_of


class TellKernel(NbGraderPreprocessor):
    """Puts a first cell into the notebook that is there during the run only, and is never written."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Insert the cell, where the notebook has exercises of ours."""
        names = [
            cell.metadata.nbgrader.grade_id for cell in nb.cells if is_grade(cell) and cell.cell_type == "code"
        ]
        exercises = [exercise for name in names if (exercise := graded_exercise(name)) is not None]
        record_of(resources).exercises = {name for name in names if graded_exercise(name) is not None}
        if not exercises:
            return nb, resources
        config = Gradbook(config=self.config).with_exercises()
        student = resources["nbgrader"]["student"]
        keys = {e.id: config.probe_key(e.id, student) for e in exercises if e.probe is not None}
        variant = config.variant_of(student)
        token = f"course-{secrets.token_hex(16)}"
        # `student` is set for a notebook whose first cell fails, as it does for an id without quotes.
        source = (
            "from course.notebook import receive\n"
            f"receive(student={student!r}, course={config.course!r}, variant={variant!r}, probe_keys={keys!r}, "
            f"sampler={config.sampler_of(exercises[0].id)})\n"
            "del receive\n"
            "student = ''"
        )
        nb.cells.insert(0, new_code_cell(source, id=token))
        record_of(resources).token = token
        return nb, resources
