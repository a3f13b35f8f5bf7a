"""A small course that lives in a temporary folder, and the students who hand something in."""

import copy
import shutil
from pathlib import Path

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from course.authoring import build
from course.exercises import find
from course.grading import config
from course.grading.engine import autograde
from course.sheet import MIME_TYPE
from tests import mark_schemes

ROOT = Path(__file__).parents[2]
ASSIGNMENT, COURSE = "small", "test-course"
RELU, BACKPROP = "mlp--relu-sgd", "mlp--backprop"
CONFIG = f"""
from course.grading.stages.order import use_stages
c = get_config()
c.CourseDirectory.course_id = "{COURSE}"
c.Gradbook.course = "{COURSE}"
c.Gradbook.variants = {{"heidi": "document"}}
c.RunNotebook.timeout_func = lambda cell: 2 if "while True" in cell.source else 120
use_stages(c)
"""

# Worked out in the notebook itself, from the given values: it earns everything.
PERFECT_RELU = """
import numpy as np
x1 = np.concatenate([[1.0], given.x])
a1 = given.W1 @ x1
z1 = np.maximum(a1, 0)
y_hat = given.W2 @ np.concatenate([[1.0], z1])
dy = y_hat - given.y
delta1 = dy * given.W2[1:] * (a1 > 0)
sheet.a1, sheet.z1, sheet.y_hat, sheet.loss, sheet.dy_hat = a1, z1, y_hat, (given.y - y_hat) ** 2 / 2, dy
sheet.dW2, sheet.delta1, sheet.dW1 = dy * np.concatenate([[1.0], z1]), delta1, np.outer(delta1, x1)
sheet.delta_w = -delta1[0] * given.x[1]
sheet.direction = "increase" if sheet.delta_w > 0 else "decrease"
"""
PERFECT_BACKPROP = """
import sys
import numpy as np

def layers(params, x, phi):
    pre, post = [], [x]
    for n, (A, b) in enumerate(params):
        pre.append(A @ post[-1] + b)
        post.append(pre[-1] if n == len(params) - 1 else phi(pre[-1]))
    return pre, post

def forward(params, x, phi):
    print("a warning costs nothing", file=sys.stderr)
    return layers(params, x, phi)[1][-1][0]

def backward(params, x, y, phi, dphi):
    pre, post = layers(params, x, phi)
    error, gradients = post[-1] - y, []
    for n in reversed(range(len(params))):
        delta = error if n == len(params) - 1 else error * dphi(pre[n])
        gradients.insert(0, (np.outer(delta, post[n]), delta))
        error = params[n][0].T @ delta
    return gradients

sheet.forward = forward
sheet.backward = backward
"""
TWO_BUNDLES = f"""
def once_more():
    from IPython.display import publish_display_data
    publish_display_data({{"{MIME_TYPE}": {{"exercise": "mlp/backprop", "answers": {{}}}}}})

get_ipython().events.register("post_execute", once_more)
"""
FORGED = f"""
from IPython.display import publish_display_data, HTML, Javascript, SVG, display
publish_display_data({{
    "{MIME_TYPE}": {{"exercise": "mlp/relu-sgd", "answers": {{}}}},
    "application/vnd.course.card+json": {{"exercise": "mlp/relu-sgd", "points": 99.0}},
    "text/plain": "forged",
}})
display(HTML("<b>bold</b><script>alert('html')</script><img src=x onerror=alert(1)>"))
display(Javascript("alert('js')"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg'><script>alert('svg')</script><circle r='1'/></svg>"))
"""
SCRIPT = "Look: <script>alert('markdown')</script> [here](javascript:alert(1)) and $a<b$"


def numbers(student: str | None, *, relu: bool = True, course: str = COURSE) -> dict:
    """The answers to `mlp/relu-sgd`, by plain loops, as one would write them; without the ReLU where asked."""
    given = find("mlp/relu-sgd").given(student, course)
    x, W1, W2, y = [1.0, *given.x], given.W1.tolist(), given.W2.tolist(), float(given.y)
    a1 = [sum(w * v for w, v in zip(row, x, strict=True)) for row in W1]
    z1 = [max(a, 0.0) for a in a1] if relu else a1
    y_hat = W2[0] + W2[1] * z1[0] + W2[2] * z1[1]
    dy = y_hat - y
    delta1 = [dy * w * (a > 0) for w, a in zip(W2[1:], a1, strict=True)]
    dW1 = [[d * v for v in x] for d in delta1]
    return {
        "a1": a1,
        "z1": z1,
        "y_hat": y_hat,
        "loss": dy * dy / 2,
        "dy_hat": dy,
        "dW2": [dy, dy * z1[0], dy * z1[1]],
        "delta1": delta1,
        "dW1": dW1,
        "delta_w": -dW1[0][2],
        "direction": "increase" if dW1[0][2] < 0 else "decrease",
    }


def written(answers: dict) -> str:
    """A cell that sets answers literally."""
    return "\n".join(f"sheet.{name} = {np.asarray(value).tolist()!r}" for name, value in answers.items())


class Classroom:
    """A course folder with a released assignment, and what the class was graded with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "assignments" / ASSIGNMENT).mkdir(parents=True)
        shutil.copy(Path(__file__).with_name("small.txt"), folder / "assignments" / ASSIGNMENT / "small.py")
        mark_schemes.copied(folder / "solutions")
        (folder / config.FILE).write_text(CONFIG)
        self.config = config.load(folder)
        self.built = build.build(ASSIGNMENT, self.config)
        self.results: dict[str, autograde.Result] = {}

    @property
    def released(self) -> nbformat.NotebookNode:
        return nbformat.read(self.folder / "release" / ASSIGNMENT / "small.ipynb", as_version=4)

    def submit(self, student: str, answers: dict[str, str], *, edit=None) -> None:
        """Hand in the release with some cells filled, by grade id; `edit` may do anything to the notebook."""
        notebook = copy.deepcopy(self.released)
        for cell in notebook.cells:
            cell.source = answers.get(name_of(cell), cell.source)
        if edit is not None:
            edit(notebook)
        folder = self.folder / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / "small.ipynb")

    def autograded(self, student: str) -> nbformat.NotebookNode:
        return nbformat.read(self.folder / "autograded" / student / ASSIGNMENT / "small.ipynb", as_version=4)

    def cell(self, student: str, name: str) -> nbformat.NotebookNode:
        return next(cell for cell in self.autograded(student).cells if name_of(cell) == name)


def name_of(cell) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def hand_in(room: Classroom) -> None:
    """Let everybody submit."""
    answers = {f"{RELU}--answer": PERFECT_RELU, f"{BACKPROP}--answer": PERFECT_BACKPROP}
    room.submit("alice", answers | {"mlp--why-backprop--written": "Reuse. " + SCRIPT}, edit=_declare("alice"))
    room.submit("bob", {f"{RELU}--answer": written(numbers("bob", relu=False))}, edit=_forge)
    room.submit("carol", {f"{RELU}--answer": written(numbers("alice")), f"{BACKPROP}--answer": TWO_BUNDLES})
    room.submit("dave", {**answers, f"{BACKPROP}--answer": "import os\nos._exit(3)"})
    endless = PERFECT_BACKPROP.replace("sheet.backward = backward", "while True:\n    pass")
    room.submit("erin", {**answers, f"{BACKPROP}--answer": endless})
    room.submit("frank", answers, edit=_mess)
    room.submit("gina", {})
    room.submit("heidi", {f"{RELU}--answer": PERFECT_RELU})
    for student, text in {"ivan": "{not a notebook", "ju,dy": "{}"}.items():
        folder = room.folder / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / "small.ipynb").write_text(text)


def _declare(student: str):
    def edit(notebook) -> None:
        cell = next(cell for cell in notebook.cells if cell.source.startswith("student ="))
        cell.source = f"student = {student!r}"

    return edit


def _forge(notebook) -> None:
    notebook.cells.insert(3, new_code_cell(FORGED))
    notebook.cells.append(new_markdown_cell(SCRIPT))
    notebook.cells.append(new_raw_cell("<script>alert('raw')</script>", metadata={"raw_mimetype": "text/html"}))
    notebook.metadata["title"] = "<script>alert('title')</script>"


def _mess(notebook) -> None:
    """Delete, duplicate, tag, retype and rewrite cells, as people do."""
    deleted = {"course--setup", f"{RELU}--show", RELU}
    notebook.cells = [cell for cell in notebook.cells if name_of(cell) not in deleted]
    submit = next(cell for cell in notebook.cells if name_of(cell) == BACKPROP)
    submit.source = "7.0"
    submit.metadata["tags"] = ["skip-execution"]
    submit.metadata.nbgrader.update(grade=False, points=70, schema_version=1)
    answer = next(cell for cell in notebook.cells if name_of(cell) == f"{BACKPROP}--answer")
    notebook.cells.insert(1, copy.deepcopy(answer))
    notebook.cells[1].update(source="1 / 0", id="a-copy")
    task = next(cell for cell in notebook.cells if name_of(cell) == "mlp--why-backprop--written")
    position = notebook.cells.index(task)
    notebook.cells[position] = new_code_cell("'prose'", metadata=task.metadata)
