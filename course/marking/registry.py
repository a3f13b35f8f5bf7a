"""Where mark schemes come from: a folder that the caller names. This package never imports them by name."""

import functools
import importlib.util
import sys
from pathlib import Path

from course.errors import CourseError
from course.marking.marker import Marker
from course.marking.scheme import Scheme


class NoSchemes(CourseError):
    """Raised when a folder holds no mark schemes; the message says what was looked for."""


@functools.cache
def load(folder: Path) -> dict[str, Scheme]:
    """Load every scheme of a folder's Python modules, by exercise id.

    Raises:
        NoSchemes: if the folder does not exist or holds none, or two schemes mark one exercise.
    """
    if not folder.is_dir():
        raise NoSchemes(f"no mark schemes: {folder} is not a folder; name it with --solutions DIR")
    schemes: dict[str, Scheme] = {}
    for path in sorted(folder.glob("*.py")):
        name = f"_mark_schemes_{path.stem}"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            continue
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        for scheme in [value for value in vars(module).values() if isinstance(value, Scheme)]:
            if scheme.exercise.id in schemes:
                raise NoSchemes(f"two schemes mark {scheme.exercise.id}; the second is in {path.name}")
            scheme.check()
            schemes[scheme.exercise.id] = scheme
    if not schemes:
        raise NoSchemes(f"no mark schemes: no Python file in {folder} defines a Scheme")
    return schemes


@functools.cache
def marker(folder: Path, exercise_id: str) -> Marker:
    """Give the marker of one exercise, compiled at most once a process.

    Raises:
        NoSchemes: if the folder has no scheme for it.
    """
    schemes = load(folder)
    if exercise_id not in schemes:
        raise NoSchemes(f"{folder} has no scheme for {exercise_id}; it has {', '.join(sorted(schemes))}")
    return Marker(schemes[exercise_id])
