"""How nbgrader's Autograde opens submissions: nothing is opened that is no plain file, and notebooks are mended.

It is named in `Autograde.exporter_class`, so that the unmodified `nbgrader autograde`, the formgrader's button and
`course autograde` have it alike.
"""

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde

from course.grading import repair
from course.grading.admit import Refused, inspect


class Reader(NotebookExporter):
    """Reads a submitted notebook; before that, leaves out the submissions that must not be touched at all.

    Raises:
        Refused: if nothing is left to be graded.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(self.parent, Autograde):
            # nbgrader makes its exporter after it has found the submissions and before it copies the first.
            _leave_out(self.parent)

    def from_file(self, file_stream: Any, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """Convert a notebook from an open file."""
        name = Path(getattr(file_stream, "name", "the notebook")).name
        return self.from_notebook_node(repair.read(file_stream.buffer.read(), name), resources, **kw)


def _leave_out(converter: Autograde) -> None:
    kept = {}
    refused: Refused | None = None
    for folder, notebooks in converter.assignments.items():
        try:
            inspect(Path(folder))
        except Refused as error:
            refused = error
            converter.log.error("Not graded: %s", error)
        else:
            kept[folder] = notebooks
    converter.assignments = kept
    if refused is not None and not kept:
        raise refused
