"""Text sources to nbgrader's source notebooks: the same text gives the same bytes, whenever and wherever."""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from course.authoring.markers import BuildError, expand
from course.errors import CourseError, did_you_mean
from course.exercises.cells import ANSWER, SETUP, SHOW, WRITTEN, grade_id
from course.exercises.variants import SAMPLER_VERSION, require_sampler
from course.grading.config import Gradbook
from course.grading.released_sampler import version_of
from course.marking import registry
from course.marking.scheme import Scheme

_KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_CELL_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


def build(assignment: str, config: Gradbook, into: Path | None = None) -> list[Path]:
    """Write the source notebooks of an assignment.

    Args:
        assignment: its name, which is the name of its folder of text sources.
        config: the course.
        into: folder of the notebooks; `source/<assignment>` of the course unless given.

    Returns:
        The notebooks, in the order of their names.

    Raises:
        BuildError: if there is no such assignment, or a source cannot become a notebook.
        course.marking.registry.NoSchemes: if there are no mark schemes.
        course.exercises.UnknownExercise: if a source asks for an exercise that does not exist.
    """
    folder = config.assignments_dir / assignment
    texts = sorted(folder.glob("*.py")) if folder.is_dir() else []
    if not texts:
        hint = did_you_mean(assignment, assignments(config))
        raise BuildError(f"there is no assignment {assignment!r}: {folder} holds no text source (*.py){hint}")
    schemes = registry.load(config.solutions_dirs)
    notebooks = {path.stem: _notebook(path, config, schemes) for path in texts}
    _check(notebooks, schemes, assignment)
    target = into or config.folders.of("source", assignment)
    try:
        _refuse_leftovers(target)
        target.mkdir(parents=True, exist_ok=True)
        return [_write(target / f"{name}.ipynb", notebook) for name, notebook in notebooks.items()]
    except OSError as error:
        raise BuildError(f"the notebooks cannot be written to {target}: {error.strerror or error}") from None


def build_all(config: Gradbook, names: Sequence[str] | None = None) -> list[Path]:
    """Write the source notebooks of the named assignments, or of all.

    Raises:
        BuildError: as `build` does, and where there is no assignment at all.
    """
    chosen = assignments(config) if names is None else names
    if not chosen:
        raise BuildError(f"there is nothing to build: no folder of {config.assignments_dir} holds a text source")
    return [path for name in chosen for path in build(name, config)]


def assignments(config: Gradbook) -> list[str]:
    """Give the names of all assignments that have a text source."""
    if not config.assignments_dir.is_dir():
        return []
    return sorted(folder.name for folder in config.assignments_dir.iterdir() if any(folder.glob("*.py")))


def _notebook(path: Path, config: Gradbook, schemes: Mapping[str, Scheme]) -> NotebookNode:
    try:
        text = jupytext.reads(path.read_text("utf-8"), fmt="py:percent")
        sampler = _sampler(path, config)
        cells = [made for cell in text.cells for made in expand(cell, config, schemes, sampler)]
    except CourseError as error:
        raise type(error)(f"{path.name}: {error}") from None
    names = Counter(cell.metadata.nbgrader.grade_id for cell in cells if "nbgrader" in cell.metadata)
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise BuildError(f"{path.name}: the cell {twice[0]} is there twice")
    _name_cells(cells)
    notebook = new_notebook(
        cells=cells, metadata={"kernelspec": dict(_KERNELSPEC), "language_info": {"name": "python"}}
    )
    notebook.nbformat_minor = 5
    return notebook


def _sampler(path: Path, config: Gradbook) -> int:
    """Return the version of the sampler to write into a notebook: what it was built with before, else the newest.

    Students may have the notebook already, so building it again changes nobody's numbers.
    """
    before = version_of(config.folders.of("source", path.parent.name) / f"{path.stem}.ipynb")
    sampler = config.sampler or before or SAMPLER_VERSION
    require_sampler(sampler)
    return sampler


def _name_cells(cells: Sequence[NotebookNode]) -> None:
    """Give every cell an id that only depends on its nbgrader name, or else on its source."""
    seen: Counter[str] = Counter()
    for cell in cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if not _CELL_ID.fullmatch(name):
            text = f"{cell.cell_type}|{name}|{cell.source}"
            seen[text] += 1
            name = hashlib.sha256(f"{text}|{seen[text]}".encode()).hexdigest()[:16]
        cell["id"] = name


def _check(notebooks: Mapping[str, NotebookNode], schemes: Mapping[str, Scheme], assignment: str) -> None:
    """Refuse an assignment in which an exercise could not be answered, or be answered twice."""
    where: dict[str, str] = {}
    for notebook_name, notebook in notebooks.items():
        names = [cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata]
        if SETUP not in names and any(name.endswith(f"--{SHOW}") for name in names):
            raise BuildError(f'{notebook_name}.py: no cell is marked course="setup"')
        for scheme in schemes.values():
            _check_exercise(scheme, names, notebook_name)
            graded = [grade_id(scheme.exercise.id), grade_id(scheme.exercise.id, WRITTEN)]
            for name in set(names).intersection(graded):
                if name in where:
                    raise BuildError(f"{assignment}: {name} is in {where[name]}.py and in {notebook_name}.py")
                where[name] = notebook_name


def _check_exercise(scheme: Scheme, names: Sequence[str], notebook_name: str) -> None:
    exercise_id = scheme.exercise.id
    steps = {
        "show": grade_id(exercise_id, SHOW),
        "answer": grade_id(exercise_id, ANSWER),
        "submit": grade_id(exercise_id),
    }
    wanted = (steps if scheme.steps else {}) | (
        {"written": grade_id(exercise_id, WRITTEN)} if scheme.rubric else {}
    )
    missing = [marker for marker, name in wanted.items() if name not in names]
    if len(missing) == len(wanted):
        return
    if missing:
        raise BuildError(f'{notebook_name}.py: no cell is marked course="{missing[0]} {exercise_id}"')
    if scheme.steps and [name for name in names if name in steps.values()] != list(steps.values()):
        raise BuildError(f"{notebook_name}.py: the cells of {exercise_id} go show, answer, submit")


def _refuse_leftovers(target: Path) -> None:
    """Nbgrader releases every other file of the source folder to the students as it is."""
    leftovers = sorted(path.name for path in target.glob("*.py")) if target.is_dir() else []
    if leftovers:
        raise BuildError(f"{target / leftovers[0]} would be released to the students as it is; move it elsewhere")


def _write(path: Path, notebook: NotebookNode) -> Path:
    data = (nbformat.writes(notebook) + "\n").encode("utf-8")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(data)
    draft.replace(path)
    return path
