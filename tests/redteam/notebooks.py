"""Attacks by the submitted files: cells and metadata that were changed, links, and modules that shadow others."""

import copy

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from tests.redteam.attack import ANSWER, RELU, WRITTEN, Attack, attempt, cell, graded, name_of

_FULL = "11.0"


def _tag(notebook: NotebookNode) -> None:
    graded(notebook).metadata["tags"] = ["skip-execution", "raises-exception"]


def _tag_all(notebook: NotebookNode) -> None:
    for each in notebook.cells:
        each.metadata["tags"] = ["skip-execution"]


def _change(notebook: NotebookNode) -> None:
    graded(notebook).source = _FULL


def _points(notebook: NotebookNode) -> None:
    _change(notebook)
    graded(notebook).metadata.nbgrader.update(points=99, locked=False, solution=False, checksum="x")


def _ungraded(notebook: NotebookNode) -> None:
    graded(notebook).metadata.nbgrader.update(grade=False, schema_version=1)


def _delete(notebook: NotebookNode) -> None:
    notebook.cells.remove(graded(notebook))


def _delete_all(notebook: NotebookNode) -> None:
    notebook.cells = [each for each in notebook.cells if name_of(each) == ANSWER]


def _double(place: int):
    def edit(notebook: NotebookNode) -> None:
        again = copy.deepcopy(graded(notebook))
        again.update(source=_FULL, id="again")
        notebook.cells.insert(place if place >= 0 else len(notebook.cells), again)

    return edit


def _same_ids(notebook: NotebookNode) -> None:
    notebook.cells.insert(0, new_code_cell(_FULL))
    for each in notebook.cells:
        each["id"] = graded(notebook).get("id", "x")


def _strange_ids(notebook: NotebookNode) -> None:
    for number, each in enumerate(notebook.cells):
        each["id"] = ("\u202e", "<script>alert(1)</script>", "../" * 20, "course-" + "0" * 32)[number % 4]


def _retype(kind: str):
    def edit(notebook: NotebookNode) -> None:
        position = notebook.cells.index(graded(notebook))
        made = new_raw_cell(_FULL) if kind == "raw" else new_markdown_cell(_FULL)
        made.metadata = notebook.cells[position].metadata
        notebook.cells[position] = made

    return edit


def _answer_is_graded(notebook: NotebookNode) -> None:
    """The graded cell's name on a cell of the student's, in letters that look the same."""
    for name in (RELU, RELU.replace("e", "\u0435"), RELU.upper(), RELU + "\u200b"):
        about = copy.deepcopy(graded(notebook).metadata)
        about.nbgrader.update(grade_id=name, locked=False)
        notebook.cells.insert(0, new_code_cell(_FULL, metadata=about))


def _kernel(name: str):
    def edit(notebook: NotebookNode) -> None:
        notebook.metadata["kernelspec"] = {
            "name": name,
            "display_name": "<script>alert(1)</script>",
            "language": "bash",
        }
        notebook.metadata["language_info"] = {"name": "bash", "file_extension": "/../../x"}

    return edit


def _metadata(notebook: NotebookNode) -> None:
    notebook.metadata.update(
        course={"stopped": "", "points": 11}, nbgrader={"score": 11}, title="<script>alert(1)</script>",
        execution={"timeout": -1, "kernel_name": "bash"}, jupytext={"formats": "ipynb,../../../x.py"},
        widgets={"application/vnd.jupyter.widget-state+json": {"state": {}, "version_major": 2}},
    )  # fmt: skip
    for each in notebook.cells:
        each.metadata.update(execution={"timeout": -1}, course="submit mlp/relu-sgd", collapsed="<script>")


def _checksum(notebook: NotebookNode) -> None:
    """An answer that claims to be untouched, and one that claims to be graded already."""
    answer, submit = cell(notebook, ANSWER), graded(notebook)
    answer.metadata.nbgrader.update(checksum=submit.metadata.nbgrader.checksum, grade=True, points=11, locked=True)


def _saved_outputs(notebook: NotebookNode) -> None:
    graded(notebook)["outputs"] = [
        {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": _FULL}}
    ]
    graded(notebook)["execution_count"] = 1


def _nested_metadata(notebook: NotebookNode) -> None:
    deep: dict = {}
    for _ in range(150):
        deep = {"": deep}
    notebook.metadata["deep"] = deep


def _attachments(notebook: NotebookNode) -> None:
    task = cell(notebook, WRITTEN)
    task.source = "![a](attachment:a.svg) ![b](attachment:b.html) ![c](attachment:../../gradebook.db)"
    active = "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="
    task["attachments"] = {"a.svg": {"image/svg+xml": active}, "b.html": {"text/html": active}}


EVIL = "open('ran-on-import', 'w').write('x')\nprint('SHADOW')\nallclose = lambda *a, **k: True\n__version__, float64 = '0', float\n"
_OTHERS = ("json", "sitecustomize", "usercustomize", "ipykernel_launcher", "nbgrader_config")

EDITS = {
    "tag": _tag, "tag-all": _tag_all, "changed": _change, "more-points": _points, "not-graded": _ungraded,
    "deleted": _delete, "all-deleted": _delete_all, "doubled-before": _double(0), "doubled-after": _double(-1),
    "same-ids": _same_ids, "strange-ids": _strange_ids, "raw": _retype("raw"), "markdown": _retype("markdown"),
    "look-alikes": _answer_is_graded, "kernel-bash": _kernel("bash"), "kernel-none": _kernel("no-such-kernel"),
    "kernel-cold": _kernel("python3"), "metadata": _metadata, "checksum": _checksum, "saved-outputs": _saved_outputs,
    "nested-metadata": _nested_metadata, "attachments": _attachments,
}  # fmt: skip
SEEN = {
    "tag": "was tagged", "tag-all": "was tagged", "changed": "was changed", "more-points": "was changed",
    "doubled-before": "there more than once", "doubled-after": "there more than once", "look-alikes": "there more than once",
    "raw": "turned into", "markdown": "turned into",
}  # fmt: skip
# Where stock nbgrader, its cells not written over, gives everything to a wrong answer.
WORKS_ON_STOCK = {"tag", "tag-all", "changed", "doubled-after", "more-points"}
# Where stock nbgrader as it comes grades nothing of the submission, or of the class.
STOPS_STOCK = {
    "not-graded", "doubled-before", "doubled-after", "strange-ids", "look-alikes", "metadata",
}  # fmt: skip


def _shadow(*names: str) -> Attack:
    code = "".join(
        f"sys.modules.pop({name!r}, None)\n" + attempt(f"import {name}\nassert hasattr({name}, 'allclose')")
        for name in names
    )
    return Attack(
        files={f"{name}.py": EVIL for name in names}, first="import sys\nsys.path.insert(0, '')\n" + code
    )


ATTACKS = {name: Attack(edit=edit, told=SEEN.get(name, "")) for name, edit in EDITS.items()} | {
    "shadow-course": _shadow("course"),
    "shadow-numpy": _shadow("jax", "numpy"),
    "shadow-others": _shadow(*_OTHERS),
}
# What looks like an accident of the grader's.
ALARM = "the disk is full: No space left on device"
