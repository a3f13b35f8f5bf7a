"""Exercises that an instructor adds, beside those of the course: a folder of files, one exercise a file.

Such a file holds what students see anyway (task, given values, names of the answers), and nothing of how it is
marked. `course build` writes it into the notebooks that use it, in a locked cell, so that a student needs no more
than the notebook; graders load the folder where a command or a stage begins.
"""

import dataclasses
import importlib.util
import json
import sys
from pathlib import Path

from course.exercises import CATALOGUE
from course.exercises.base import Exercise
from course.exercises.catalogue import BadExercise, Catalogue

PASSED_OVER = "passed_over.json"


def add(exercise: Exercise, passed_over: str = "", *, to: Catalogue = CATALOGUE) -> Exercise:
    """Add an exercise to a catalogue; one that was added before under its id is replaced.

    Args:
        exercise: what is asked.
        passed_over: the draws that are passed over, as `course lint --write` writes them.
        to: the catalogue.

    Raises:
        BadExercise: if the course itself has an exercise of this id, or the id is not `topic/name`.
    """
    exercise = dataclasses.replace(exercise, passed_over=passed_over)
    to.add(exercise)
    return exercise


def load(folder: Path, *, to: Catalogue = CATALOGUE) -> None:
    """Add every exercise of a folder to a catalogue; those that came from it before stay as they are.

    Raises:
        BadExercise: if a file holds none or several, or two files hold one id.
    """
    table = folder / PASSED_OVER
    passed = json.loads(table.read_text("utf-8")) if table.is_file() else {}
    for path in sorted(folder.glob("*.py")):
        if path not in to.files:
            exercise = _read(path)
            to.add(dataclasses.replace(exercise, passed_over=passed.get(exercise.id, "")), path)


def _read(path: Path) -> Exercise:
    name = _module_name(path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise BadExercise(f"{path} cannot be read as a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    found = [value for value in vars(module).values() if isinstance(value, Exercise)]
    if len(found) != 1:
        raise BadExercise(f"{path}: one exercise a file was expected, got {len(found)}")
    return found[0]


def _module_name(path: Path) -> str:
    return f"_own_exercise_{path.stem}"


def as_cell(exercise_id: str) -> str | None:
    """Return the code that adds an exercise in a student's kernel; None for one of the course itself."""
    path = CATALOGUE.file_of(exercise_id)
    if path is None:
        return None
    names = vars(sys.modules[_module_name(path)]).items()
    name = next(name for name, value in names if isinstance(value, Exercise))
    packed = CATALOGUE[exercise_id].passed_over
    ending = f"add({name}, {packed!r})" if packed else f"add({name})"
    return f"{path.read_text('utf-8').strip()}\n\nfrom course.exercises.own import add\n\n{ending};"
