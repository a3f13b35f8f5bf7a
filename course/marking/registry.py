"""Where mark schemes come from: folders that the caller names. This package never imports them by name."""

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
def load(folders: tuple[Path, ...]) -> dict[str, Scheme]:
    """Load every scheme of the Python modules of some folders, by exercise id.

    Raises:
        NoSchemes: if a folder does not exist or holds none, or two schemes mark one exercise.
    """
    schemes: dict[str, Scheme] = {}
    where: dict[str, Path] = {}
    for number, each in enumerate(folders):
        if not each.is_dir():
            raise NoSchemes(f"no mark schemes: {each} is not a folder; name it with --solutions DIR")
        found = [(path, scheme) for path in sorted(each.glob("*.py")) for scheme in _schemes_of(path, number)]
        if not found:
            raise NoSchemes(f"no mark schemes: no Python file in {each} defines a Scheme")
        for path, scheme in found:
            if scheme.exercise.id in schemes:
                raise NoSchemes(
                    f"two schemes mark {scheme.exercise.id}: in {where[scheme.exercise.id]} and in {path}"
                )
            scheme.check()
            schemes[scheme.exercise.id], where[scheme.exercise.id] = scheme, path
    return schemes


def _schemes_of(path: Path, folder: int) -> list[Scheme]:
    name = f"_mark_schemes_{folder}_{path.stem}" if folder else f"_mark_schemes_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        return []
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return [value for value in vars(module).values() if isinstance(value, Scheme)]


@functools.cache
def marker(folders: tuple[Path, ...], exercise_id: str) -> Marker:
    """Give the marker of one exercise, compiled at most once a process.

    Raises:
        NoSchemes: if the folders have no scheme for it.
    """
    schemes = load(folders)
    if exercise_id not in schemes:
        where = ", ".join(map(str, folders))
        raise NoSchemes(f"{where} has no scheme for {exercise_id}; it has {', '.join(sorted(schemes))}")
    return Marker(schemes[exercise_id])
