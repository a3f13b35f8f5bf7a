"""Where mark schemes come from: folders that the caller names. This package never imports them by name."""

import functools
import hashlib
import importlib
import sys
import types
from pathlib import Path

from course.errors import CourseError
from course.marking.derivation_marker import DerivationMarker
from course.marking.derivation_scheme import DerivationScheme
from course.marking.marker import Marker
from course.marking.programs.compiled import sources_digest
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
    for each in folders:
        if not each.is_dir():
            raise NoSchemes(f"no mark schemes: {each} is not a folder; name it with --solutions DIR")
        found = _schemes_in(each)
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


def _schemes_in(folder: Path) -> list[tuple[Path, Scheme]]:
    """Import every module of a folder and of the folders in it, as parts of one package with a name of its own.

    So a module can import what it shares with its neighbours, and no two modules of one name are confused.
    """
    package = _package(folder)
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]
    root = types.ModuleType(package)
    root.__path__ = [str(folder.resolve())]
    sys.modules[package] = root
    importlib.invalidate_caches()
    found: dict[int, tuple[Path, Scheme]] = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        if path.name == "__init__.py" or any(part.startswith(".") for part in parts):
            continue
        if any("." in part for part in parts):
            raise NoSchemes(f"{path} has a dot in its name, so it cannot be imported; rename it")
        module = importlib.import_module(".".join((package, *parts)))
        for value in vars(module).values():
            if isinstance(value, Scheme):
                found.setdefault(id(value), (path, value))
    return list(found.values())


def _package(folder: Path) -> str:
    return f"_mark_schemes_{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"


@functools.cache
def _sources(folders: tuple[Path, ...]) -> str:
    """Digest what the schemes of these folders, which are loaded, depend on."""
    packages = {_package(folder) for folder in folders}
    return sources_digest([module for name, module in sys.modules.items() if name.split(".")[0] in packages])


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
    scheme = schemes[exercise_id]
    return DerivationMarker(scheme) if isinstance(scheme, DerivationScheme) else Marker(scheme, _sources(folders))
