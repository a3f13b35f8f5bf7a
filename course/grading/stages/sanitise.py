"""The stage that lets nothing of a student's run in the instructor's browser, and its work on one notebook."""

import re
from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum

from course.grading.stages import mime_bundles
from course.grading.stages.notebook_format import give_ids
from course.grading.stages.restore import changes_in, note_changes

MOST_HTML = 4 << 20  # characters of a notebook that are cleaned; some are made to take a second each 100 KiB
_HTML = ("text/html", "image/svg+xml")
_SIZES = ("width", "height")
_TAG = re.compile(r"[\w.:-]{1,80}")
_MARKUP = re.compile(r"[<>&\"'`]")


class Sanitise(NbGraderPreprocessor):
    """Takes out of a notebook what could run where it is looked at, before it is written to `autograded`."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Sanitise every cell and the notebook's own metadata."""
        sanitise(nb)
        return nb, resources


def sanitise(nb: NotebookNode) -> None:
    """Keep of a notebook what the format knows and what is harmless; nbgrader's metadata stay as they are."""
    kernelspec, changes = nb.metadata.get("kernelspec"), changes_in(nb)
    nb.metadata = NotebookNode(language_info=NotebookNode(name="python"))
    if isinstance(kernelspec, Mapping):
        # Written by nbgrader from the source, in the stage before.
        nb.metadata.kernelspec = kernelspec
    if changes:
        # Written by `RestoreCells`, in place of whatever the student had there.
        note_changes(nb, changes)
    nb.nbformat, nb.nbformat_minor = 4, 5
    _shorten(nb)
    for cell in nb.cells:
        _cell(cell)
    give_ids(nb.cells)


def _shorten(nb: NotebookNode) -> None:
    """Leave out the HTML that is too much for one notebook; what it shows as plain text stays."""
    left = MOST_HTML
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            data = output.get("data")
            for kind in _HTML if isinstance(data, dict) else ():
                left -= len(_text(data.get(kind, "")))
                if left < 0:
                    data.pop(kind, None)


def _cell(cell: NotebookNode) -> None:
    kept = {key: cell.metadata[key] for key in ("nbgrader",) if key in cell.metadata}
    # Restored before: a released cell's are the instructor's, and of a student's those that say how it is run.
    tags = cell.metadata.get("tags")
    if isinstance(tags, list) and (named := [tag for tag in tags if isinstance(tag, str) and _TAG.fullmatch(tag)]):
        kept["tags"] = named
    if "nbgrader" in kept:
        kept |= {key: False for key in ("deletable", "editable") if cell.metadata.get(key) is False}
    cell.metadata = NotebookNode(kept)
    if cell.cell_type == "code":
        cell.outputs = [made for output in cell.get("outputs", []) if (made := _output(output)) is not None]
        number = cell.get("execution_count")
        cell.execution_count = number if type(number) is int else None
        cell.pop("attachments", None)
        return
    if cell.cell_type != "markdown":
        # A raw cell is put into a page as it is.
        cell.cell_type = "markdown"
    for name in ("outputs", "execution_count"):
        cell.pop(name, None)
    brought = _items(cell.pop("attachments", {}))
    attachments = {str(name): made for name, data in brought if (made := _picture(data))}
    if attachments:
        cell.attachments = NotebookNode(attachments)
    # nbgrader knows an answer that nobody touched by its checksum, and its text is the instructor's.
    checksum = kept.get("nbgrader", {}).get("checksum")
    if checksum is None or compute_checksum(cell) != checksum:
        cell.source = mime_bundles.markdown(cell.source, attachments)


def _picture(data: Any) -> dict[str, str]:
    return {kind: value for kind, value in mime_bundles.bundle(data).items() if kind in mime_bundles.PICTURES}


def _output(output: Any) -> NotebookNode | None:
    """Give an output made anew from the harmless parts of another; None where nothing is left."""
    match output.get("output_type"):
        case "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            return new_output("stream", name=name, text=_text(output.get("text")))
        case "error":
            lines = output.get("traceback")
            return new_output(
                "error",
                ename=_text(output.get("ename")),
                evalue=_text(output.get("evalue")),
                traceback=[_text(line) for line in lines] if isinstance(lines, list) else [],
            )
        case "display_data" | "execute_result" as kind:
            data = mime_bundles.bundle(output.get("data"))
            made = new_output(kind, data=data, metadata=_about(output.get("metadata"), data))
            return made if data else None
    return None


def _about(metadata: Any, data: Mapping[str, str]) -> dict[str, Any]:
    """Keep how large a picture is to be shown and what is on it, and nothing else."""
    kept: dict[str, Any] = {}
    for key, value in _items(metadata):
        sizes = {name: number for name, number in _items(value) if name in _SIZES and type(number) is int}
        if key in data and sizes:
            kept[key] = sizes
        elif key == "alt" and isinstance(value, str):
            kept[key] = _MARKUP.sub(" ", value)[:500]
    return kept


def _items(value: Any) -> list[tuple[Any, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _text(value: Any) -> str:
    return "".join(str(part) for part in value) if isinstance(value, list) else str(value)
