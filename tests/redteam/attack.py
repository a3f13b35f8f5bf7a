"""What an attack is: an honest beginning, and then something that asks for more than it earns."""

import json
import textwrap
from collections.abc import Callable, Mapping
from typing import NamedTuple

from nbformat import NotebookNode

from course import sheet as sheets
from tests.grading.classroom import RELU, name_of, numbers

ASSIGNMENT, POINTS = "small", 11.0
ANSWER, WRITTEN = f"{RELU}--answer", "mlp--why-backprop--written"
# The first step, worked out: whoever writes this and no more has earned the points of one step.
HONEST = "import numpy as np\nsheet.a1 = given.W1 @ np.concatenate([[1.0], given.x])\n"
FRIEND = "friend"
WORD = "a-word-of-the-environment"


class Attack(NamedTuple):
    """One submission.

    Attributes:
        code: runs in the answer cell, after the honest beginning.
        first: a cell before all others.
        last: a cell after all others.
        text: the written answer.
        edit: does anything else to the notebook.
        files: what lies beside the notebook.
        told: a piece of what the instructor is told; empty where there is nothing that could be told apart from
            honest work.
        stock: wrong answers to the assert cell of `stock`, and the attack on it: it earns everything there.
    """

    code: str = ""
    first: str = ""
    last: str = ""
    text: str = ""
    edit: Callable[[NotebookNode], None] | None = None
    files: Mapping[str, str | bytes] = {}
    told: str = ""
    stock: str = ""


def attempt(code: str) -> str:
    """Code that says whether it got where it wanted."""
    body = textwrap.indent(textwrap.dedent(code).strip(), "    ")
    return f"try:\n{body}\n    print('REACHED')\nexcept BaseException as error:\n    print('STOPPED', repr(error)[:200])\n"


def right_sheet(student: str, **changes: object) -> dict:
    """The sheet of somebody who got everything right, as JSON."""
    answers = {name: sheets.write(value) for name, value in numbers(student).items()}
    made = json.loads(sheets.encode(sheets.Sheet("mlp/relu-sgd", answers, student)))
    return made | changes


def publish(*bundles: object) -> str:
    """Code that displays bundles as `submit` would; with an underscore for the name, so that it can be patched."""
    lines = ["from IPython.display import publish_display_data as _publish", "import json as _json"]
    return "\n".join(
        [*lines, *(f"_publish({{{sheets.MIME_TYPE!r}: _json.loads({json.dumps(b)!r})}})" for b in bundles)]
    )


def cell(notebook: NotebookNode, name: str) -> NotebookNode:
    """The cell of a grade id."""
    return next(cell for cell in notebook.cells if name_of(cell) == name)


def graded(notebook: NotebookNode) -> NotebookNode:
    """The first cell that is tested automatically."""
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("locked") and
                cell.metadata.nbgrader.get("grade"))  # fmt: skip


def hook(code: str, event: str = "post_run_cell") -> str:
    """Code that runs around every cell from the next one on."""
    return (
        f"def _hooked(*_):\n{textwrap.indent(code, '    ')}\nget_ipython().events.register({event!r}, _hooked)\n"
    )
