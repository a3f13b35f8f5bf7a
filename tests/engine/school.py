"""nbgrader's own documentation course, two notebooks and two students, and a class of any size made from it."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import nbformat
import nbgrader
import sqlalchemy as sa
from nbgrader.api import Gradebook

from course.grading import config
from course.grading.engine import converters

DOCS = Path(nbgrader.__file__).parent / "docs/source/user_guide"
ASSIGNMENT = "ps1"
CONFIG = """
import os, sys
from course.grading.stages.order import use_stages
c = get_config()
c.CourseDirectory.course_id = "docs"
c.RunNotebook.timeout = 20
sys.path.insert(0, os.path.dirname(__file__))
c.AssignLatePenalties.plugin_class = "late_plugin.Late"
use_stages(c)
"""
PLUGIN = """
from nbgrader.plugins import BasePlugin

class Late(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 1.0 if total_seconds_late > 0 else None
"""
ADDRESS = re.compile(r"0x[0-9a-f]+|<ipython-input-[^>]*>|/tmp/ipykernel_\d+/\d+\.py")


def make(folder: Path) -> Path:
    """A course folder with the documentation's assignment released and its two submissions."""
    shutil.copytree(DOCS / "source" / ASSIGNMENT, folder / "source" / ASSIGNMENT)
    shutil.copytree(DOCS / "submitted", folder / "submitted")
    (folder / "nbgrader_config.py").write_text(CONFIG)
    (folder / "late_plugin.py").write_text(PLUGIN)
    course = config.load(folder)
    converters.release(course, ASSIGNMENT)
    with Gradebook(course.db_url) as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2015-02-01 00:00:00")
    return folder


def enrol(folder: Path, count: int) -> None:
    """A class of `count`, each with a copy of one of the two submissions in which one value is their own."""
    for number in range(count):
        source = folder / "submitted" / ("bitdiddle", "hacker")[number % 2] / ASSIGNMENT
        target = folder / "submitted" / f"student-{number:03}" / ASSIGNMENT
        shutil.copytree(source, target)
        insert(target / "problem1.ipynb", f"mine = {number}\nprint(mine)")


def insert(path: Path, source: str) -> None:
    """Put a cell of code before the others of a notebook."""
    notebook = nbformat.read(path, as_version=4)
    cell = nbformat.v4.new_code_cell(source)
    del cell["id"]  # which this older format does not know
    notebook.cells.insert(0, cell)
    nbformat.write(notebook, path)


def read(path: Path):
    """A notebook in today's format."""
    return nbformat.read(path, as_version=4)


def first_output(path: Path) -> str:
    """What the first cell of a notebook printed."""
    return "".join(output.text for output in read(path).cells[0].outputs)


def run(folder: Path, *arguments: str) -> str:
    """nbgrader's own command."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=os.environ | {"PATH": path})
    assert done.returncode == 0, done.stderr
    return done.stderr


def course(folder: Path, *arguments: str, **options) -> subprocess.Popen:
    """Our own command, as a process of its own session."""
    command = [sys.executable, "-m", "course.cli", *arguments]
    return subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )


def finish(process: subprocess.Popen) -> list[dict]:
    """Wait for a command that grades, and give its results, without how long they took."""
    out, err = process.communicate(timeout=3600)
    assert process.returncode == 0, err
    return [{key: value for key, value in result.items() if key != "seconds"} for result in json.loads(out)]


def gradebook(folder: Path) -> dict:
    """What the gradebook says, without the names that a database gives its rows."""
    query = """
        select student_id, notebook.name, base_cell.name, auto_score, manual_score, needs_manual_grade, extra_credit
        from grade join submitted_notebook on grade.notebook_id = submitted_notebook.id
        join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id
        join notebook on submitted_notebook.notebook_id = notebook.id join base_cell on grade.cell_id = base_cell.id
    """
    comments = (
        query.replace("grade join", "comment join")
        .replace("grade.", "comment.")
        .replace(
            "auto_score, manual_score, needs_manual_grade, extra_credit", "auto_comment, manual_comment, 0, 0"
        )
    )
    late = """
        select student_id, notebook.name, timestamp, late_submission_penalty, 0, 0, 0
        from submitted_notebook join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id
        join notebook on submitted_notebook.notebook_id = notebook.id
    """
    engine = sa.create_engine(config.load(folder).db_url)
    with engine.connect() as base:
        found = {
            kind: sorted((tuple(row) for row in base.execute(sa.text(query))), key=lambda row: row[:3])
            for kind, query in {"grades": query, "comments": comments, "notebooks": late}.items()
        }
    engine.dispose()
    # SQLite gives times as text.
    found["notebooks"] = [(*row[:2], row[2] and str(row[2]), *row[3:]) for row in found["notebooks"]]
    return found


def files(folder: Path) -> dict[str, object]:
    """What lies in `autograded`: notebooks with addresses normalised and streams joined, other files as bytes, all with their modes."""
    root = folder / "autograded"
    return {
        str(path.relative_to(root)): (oct(path.stat().st_mode & 0o777), _content(path))
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def _content(path: Path) -> object:
    if path.suffix != ".ipynb":
        return path.read_bytes()
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if "outputs" in cell:
            cell["outputs"] = list(_joined(cell["outputs"]))
    return ADDRESS.sub("ADDRESS", json.dumps(notebook, indent=1))


def _joined(outputs: list[dict]) -> Iterator[dict]:
    """A kernel sends what is printed a few times a second: where it is cut between two messages is chance."""
    for (kind, name), group in groupby(outputs, lambda each: (each["output_type"], each.get("name"))):
        pieces = list(group)
        if kind == "stream":
            text = "".join("".join(piece["text"]) for piece in pieces)
            yield {"output_type": kind, "name": name, "text": text}
        else:
            yield from pieces
