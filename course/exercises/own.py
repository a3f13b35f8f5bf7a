"""Exercises that an instructor adds, beside those of the course: a folder of files, one exercise a file.

Such a file holds what students see anyway (task, given values, names of the answers), and nothing of how it is
marked. `course build` writes it into the notebooks that use it, in a locked cell, so that a student needs no more
than the notebook; graders read the folder.
"""

import functools
import importlib.util
import json
import sys
from pathlib import Path

from course.errors import CourseError
from course.exercises import CATALOGUE, variants
from course.exercises.base import Exercise

PASSED_OVER = "passed_over.json"
_sources: dict[str, Path] = {}
_added: set[str] = set()


class BadExercise(CourseError):
    """Raised for an exercise of one's own that cannot be added; the message says why."""


def add(exercise: Exercise, passed_over: str = "") -> Exercise:
    """Add an exercise to the catalogue of this process; one that was added before is replaced.

    Args:
        exercise: what is asked.
        passed_over: the draws that are passed over, as `course lint --write` writes them.

    Raises:
        BadExercise: if the course itself has an exercise of this id, or the id is not `topic/name`.
    """
    if exercise.id in CATALOGUE and exercise.id not in _added:
        raise BadExercise(f"the course has an exercise {exercise.id} already; give yours another id")
    if exercise.id.count("/") != 1 or "--" in exercise.id or not all(exercise.id.split("/")):
        raise BadExercise(f"the id of an exercise is topic/name, got {exercise.id!r}")
    CATALOGUE[exercise.id] = exercise
    _added.add(exercise.id)
    variants.pass_over(exercise.id, passed_over)
    return exercise


@functools.cache
def load(folder: Path) -> None:
    """Add every exercise of a folder, once a process.

    Raises:
        BadExercise: if a file holds none or several, or two files hold one id.
    """
    table = folder / PASSED_OVER
    passed = json.loads(table.read_text("utf-8")) if table.is_file() else {}
    for path in sorted(folder.glob("*.py")):
        name = f"_own_exercise_{path.stem}"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            continue
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        found = [value for value in vars(module).values() if isinstance(value, Exercise)]
        if len(found) != 1:
            raise BadExercise(f"{path}: one exercise a file was expected, got {len(found)}")
        before = _sources.get(found[0].id, path)
        if before.name != path.name:
            raise BadExercise(f"{path}: the exercise {found[0].id} is in {before} already")
        add(found[0], passed.get(found[0].id, ""))
        _sources[found[0].id] = path


def file_of(exercise_id: str) -> Path | None:
    """Give the file of an exercise that was loaded from a folder, or None."""
    return _sources.get(exercise_id)


def as_cell(exercise_id: str) -> str | None:
    """Give the code that adds an exercise in a student's kernel; None for one of the course itself."""
    path = file_of(exercise_id)
    if path is None:
        return None
    names = vars(sys.modules[f"_own_exercise_{path.stem}"]).items()
    name = next(name for name, value in names if isinstance(value, Exercise))
    packed = variants.packed(exercise_id)
    ending = f"add({name}, {packed!r})" if packed else f"add({name})"
    return f"{path.read_text('utf-8').strip()}\n\nfrom course.exercises.own import add\n\n{ending};"
