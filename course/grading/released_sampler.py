"""Under which version of the sampler an exercise was released: the source notebooks say it."""

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path

from course.exercises.cells import SETUP, graded_exercise
from course.exercises.variants import FIRST_SAMPLER
from course.grading.course_folders import CourseFolders

_BEGIN = re.compile(r"^begin\(.*\bsampler=(\d+)\)", re.MULTILINE)


def released(folders: CourseFolders) -> dict[str, int]:
    """Return the version of the sampler of every exercise in the source notebooks of a course, by id.

    Args:
        folders: those of the course. One that does not exist, or notebooks that cannot be read, tell nothing.
    """
    found: dict[str, int] = {}
    for path in (p for name in folders.assignments("source") for p in folders.of("source", name).glob("*.ipynb")):
        about = path.stat()
        found |= _in_notebook(path, about.st_mtime_ns, about.st_size)
    return found


def version_of(notebook: Path) -> int | None:
    """Return the version that a notebook was built with, or None where there is no such notebook."""
    cells = dict(_cells(notebook))
    return _version(cells[SETUP]) if SETUP in cells else None


@functools.lru_cache(maxsize=256)
def _in_notebook(path: Path, changed: int, size: int) -> dict[str, int]:
    cells = dict(_cells(path))
    if SETUP not in cells:
        return {}
    version = _version(cells[SETUP])
    exercises = (graded_exercise(name) for name in cells)
    return {exercise.id: version for exercise in exercises if exercise is not None}


def _version(setup: str) -> int:
    said = _BEGIN.search(setup)
    return int(said[1]) if said else FIRST_SAMPLER


def _cells(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the name of every cell that nbgrader knows, and its source."""
    try:
        notebook = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return
    for cell in notebook.get("cells", []):
        name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
        if name:
            source = cell.get("source", "")
            yield name, source if isinstance(source, str) else "".join(source)
