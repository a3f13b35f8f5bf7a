"""Answer sheets taken out of the notebook that was run, as raw bytes: all that a kernel has a say in."""

import json
from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade

from course.exercises.cells import graded_exercise
from course.grading.record import record_of
from course.grading.review import Kind, Reason
from course.reporting.mime import CARD_MIME
from course.sheet import MIME_TYPE


class CollectSheets(NbGraderPreprocessor):
    """Removes the cell that was there during the run only, and reads what the graded cells handed over.

    Which exercise a sheet answers is decided by the name of the released cell, never by the sheet; a bundle that
    any other cell put out is passed over.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Collect the sheets of one notebook."""
        record = record_of(resources)
        nb.cells = [cell for cell in nb.cells if not record.token or cell.get("id") != record.token]
        for cell in nb.cells:
            handed = bundles(cell)
            name = cell.metadata.nbgrader.grade_id if is_grade(cell) else ""
            if name in record.exercises or (name and graded_exercise(name)):
                record.sheets[cell.id] = handed
            elif handed:
                student = resources["nbgrader"]["student"]
                self.log.warning("%s: a sheet outside a graded cell is passed over", student)
        graded = [cell.metadata.nbgrader.grade_id for cell in nb.cells if is_grade(cell)]
        if graded and any(CARD_MIME in shown for cell in nb.cells for shown in _shown(cell)):
            # Nothing that runs in a kernel makes one. It earns nothing; a person should know of it.
            record.look_at(graded[0], Reason(Kind.CARD_FORGED))
        return nb, resources


def bundles(cell: NotebookNode) -> list[bytes]:
    """Give the raw bundles among a cell's outputs, in order."""
    return [_bytes(shown[MIME_TYPE]) for shown in _shown(cell) if MIME_TYPE in shown]


def _shown(cell: NotebookNode) -> list[Mapping[str, Any]]:
    data = [output.get("data", {}) for output in cell.get("outputs", [])]
    return [shown for shown in data if isinstance(shown, Mapping)]


def _bytes(bundle: Any) -> bytes:
    """Give a bundle as bytes that may or may not be a sheet; reading decides."""
    if isinstance(bundle, str):
        return bundle.encode("utf-8", "surrogatepass")
    try:
        return json.dumps(bundle).encode()
    except (TypeError, ValueError, RecursionError):
        return b"nothing that JSON could hold"
