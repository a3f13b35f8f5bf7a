"""Ordinary graded cells whose outcome is unclear earn nothing, where stock nbgrader gives all points.

nbgrader reads a cell's outcome from its outputs and gives all points where it cannot: to one that never ran, and
to one whose last value is `nan`, negative, `True` or no number. Here such a cell earns nothing, says why, and is
listed for a person to look at. So is a notebook whose code tampers with what runs the tests, or may, and keeps its
points until that person decides. `c.Gradbook.fail_closed = False` leaves all of it to nbgrader.
"""

import math
import re
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import determine_grade, is_grade, is_locked, is_solution

from course.exercises.cells import graded_exercise
from course.grading.config import Gradbook
from course.grading.record import Record, record_of
from course.grading.review import Kind, Reason, Sign
from course.grading.stages.released import released_notebook
from course.grading.stages.signs_of_forging import signs

_LONGEST_VALUE = 200  # characters of one number, with its type


class FailClosed(NbGraderPreprocessor):
    """Gives no points where the outcome of an ordinary graded cell is unclear."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Look at every graded cell that is not an exercise of ours; before `SaveAutoGrades`."""
        if not Gradbook(config=self.config).with_exercises().fail_closed:
            return nb, resources
        record = record_of(resources)
        seen = self._signs(record, resources) if record.signs else ""
        lost, next_to_it = "", False
        for cell in nb.cells:
            if cell.id in record.went_on:
                lost, next_to_it = record.happened[cell.id], True
            if cell.cell_type != "code" or not is_grade(cell) or is_solution(cell):
                continue
            name = cell.metadata.nbgrader.grade_id
            if graded_exercise(name) is not None:
                continue
            _make_plain(cell)
            # The instructor's own tag: restored cells have no other.
            skipped = is_locked(cell) and "skip-execution" in cell.metadata.get("tags", ())
            ran = skipped or record.completed is None or cell.id in record.completed
            told = cell.id in record.happened or cell.id in record.not_run
            if told:
                record.look_at(name, Reason(Kind.RUN_ENDED, (record.happened.get(cell.id) or record.stopped,)))
            reason = unclear(cell, ran=ran)
            if lost and not told and (next_to_it or reason or _lacks_points(cell)):
                record.look_at(name, Reason(Kind.KERNEL_LOST, (lost,)))
            next_to_it = False
            if reason:
                self.log.warning("%s: %s", name, reason.words)
                record.look_at(name, reason)
                text = f"Not marked: {reason.words}. Your instructor is told."
                # Of several outputs, nbgrader takes the first one that says something.
                cell.outputs.insert(
                    0, new_output("error", ename="NotMarked", evalue=reason.words, traceback=[text])
                )
            if seen:
                record.look_at(name, Reason(Kind.CODE_REACHES, (seen,)))
        return nb, resources

    def _signs(self, record: Record, resources: Any) -> str:
        """Say in words what the student's code does; what the instructor released is left out."""
        about = resources.get("nbgrader", {})
        own: set[Sign] = set()
        if "db_url" in about:
            own |= set(signs(slot.shown for slot in released_notebook(self.config, about).slots))
        return " and ".join(sign.words for sign in record.signs if sign not in own)


def unclear(cell: NotebookNode, *, ran: bool) -> Reason | None:
    """Say why the outcome of a graded cell is unclear; None where it is clear.

    Args:
        cell: the cell with its outputs.
        ran: whether the kernel said that it came to its end.
    """
    if any(_fails(output) for output in cell.outputs):
        results = [output for output in cell.outputs if output.output_type == "execute_result"]
        # nbgrader would not come to the error if a value stood before it.
        return Reason(Kind.VALUE_AND_FAILED) if results and not _fails(cell.outputs[0]) else None
    if not ran:
        return Reason(Kind.NOT_RUN)
    results = [output for output in cell.outputs if output.output_type == "execute_result"]
    if len(results) > 1:
        return Reason(Kind.SEVERAL_VALUES, (str(len(results)),))
    return _unclear_value(results[0], float(cell.metadata.nbgrader["points"])) if results else None


def _unclear_value(output: NotebookNode, most: float) -> Reason | None:
    text: Any = output.get("data", {}).get("text/plain", "")
    text = text[0] if isinstance(text, list) and len(text) == 1 else text
    try:
        points = float(text)
    except (TypeError, ValueError):
        points = math.nan
    if 0 <= points <= most:
        return None
    return Reason(Kind.NO_POINTS, (repr(str(text)[:40]), f"{most:g}"))


# How numpy, JAX, PyTorch and TensorFlow show one number.
_SCALAR = re.compile(
    r"(?:(?:np|numpy|jnp)\.)?(?:(?:u?int|b?float)\d+|longlong|longdouble|[Aa]rray|tensor|tf\.Tensor)"
    r"\(\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*(?:,\s*[\w.=()'<: >]+)*\)"
    r"|<tf\.Tensor: shape=\(\), [^>]*numpy=(\S+)>",
    re.IGNORECASE,
)


def _make_plain(cell: NotebookNode) -> None:
    """Write a value that is one number of a library's as that number: nbgrader reads no other."""
    for output in cell.outputs:
        text = output.get("data", {}).get("text/plain") if output.output_type == "execute_result" else None
        if isinstance(text, str) and len(text) < _LONGEST_VALUE and (found := _SCALAR.fullmatch(text.strip())):
            output.data["text/plain"] = found[1] or found[2]


def _lacks_points(cell: NotebookNode) -> bool:
    points, most = determine_grade(cell)
    return points is None or points < most


def _fails(output: NotebookNode) -> bool:
    return output.output_type == "error" or (output.output_type == "stream" and output.name == "stderr")
