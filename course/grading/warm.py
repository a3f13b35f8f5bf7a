"""The compilation cache of an assignment: filled from the instructor's own notebooks, read by every kernel."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import nbformat

from course.grading.config import Gradbook
from course.grading.kernel import cache_folder
from course.grading.kernels import cache, compilation

_STAMP = "filled-from"
_DEFINED = re.compile(r"^\s*def\s+(\w+)", re.MULTILINE)
_UNNAMED = {"_lambda", "_lambda_", "<lambda>", "lambda", "_unnamed_wrapped_function_", "unnamed_wrapped_function"}


@dataclass(frozen=True)
class Filling:
    """A cache that is to be filled, as plain data: it goes to a worker, to be done beside the first submissions.

    Attributes:
        notebooks: what fills it.
        folder: the cache.
        stamp: the file that says what it was filled from.
        fingerprint: what that file is to hold.
        secret: functions of which no program is kept.
        sandbox: as the trait of the provisioner.
        withheld: modules that kernels of this assignment do not see.
    """

    notebooks: tuple[Path, ...]
    folder: Path
    stamp: Path
    fingerprint: str
    secret: frozenset[str]
    sandbox: str
    withheld: tuple[str, ...]


def due(config: Gradbook, assignment: str) -> Filling | None:
    """Give how to fill the cache of an assignment, where its notebooks have changed since it was filled.

    These are its source notebooks and the instructor's alternative solutions. The folder is there afterwards, so
    that kernels which start meanwhile look into it.

    Raises:
        OSError: if it cannot be made, or an alternative is missing.
        nbformat.reader.NotJSONError: if a file is no notebook.
    """
    sources = sorted((config.folder / "source" / assignment).glob("*.ipynb"))
    alternatives = [config.folder / name for name in config.alternatives.get(assignment, [])]
    if not (notebooks := sources + alternatives):
        return None
    folder = cache_folder(config, assignment)
    stamp, now = folder.with_name(f"{assignment}.{_STAMP}"), _fingerprint(notebooks, config)
    if stamp.is_file() and stamp.read_text("utf-8") == now:
        return None
    (config.folder / ".course").mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    return Filling(
        notebooks=tuple(notebooks),
        folder=folder,
        stamp=stamp,
        fingerprint=now,
        secret=frozenset(_UNNAMED.union(*map(_solved, sources), *map(_defined, alternatives))),
        sandbox="namespaces" if config.sandbox else "none",
        withheld=tuple(config.withheld.get(assignment, [])),
    )


def fill(filling: Filling) -> str:
    """Fill the cache of an assignment.

    What every kernel may read must not hold a solution: of the programs that the solutions' own functions were
    compiled to, none is kept. What remains are JAX's operations one by one, and the functions of the lesson.

    Returns:
        What went wrong, in words; empty where nothing did. A cache is never needed.
    """
    try:
        filled = cache.fill(
            filling.notebooks,
            filling.folder,
            keep=lambda entry: _function(entry) not in filling.secret,
            sandbox=filling.sandbox,
            withheld=list(filling.withheld),
        )
        filling.stamp.write_text(filling.fingerprint, "utf-8")
    except Exception as error:
        return f"kernels are not warmed up: {type(error).__name__}: {error}"
    return "; ".join(f"{Path(path).name}: {error}" for path, error in filled.failures.items())


def _fingerprint(notebooks: Iterable[Path], config: Gradbook) -> str:
    """What the cache depends on beside JAX's own keys."""
    compiler = f"{version('jax')}|{compilation.QUICK}"
    about = hashlib.sha256(f"{compiler}|{config.sandbox}|{config.withheld}".encode())
    for path in notebooks:
        about.update(path.read_bytes())
    return about.hexdigest()


def _solved(path: Path) -> set[str]:
    """The names of the functions that the solution cells of a notebook define."""
    cells = nbformat.read(path, as_version=4).cells
    solutions = [cell.source for cell in cells if cell.metadata.get("nbgrader", {}).get("solution")]
    return {name for source in solutions for name in _DEFINED.findall(source)}


def _defined(path: Path) -> set[str]:
    """The names of all functions of a notebook: of an alternative, each may be part of a solution."""
    return {name for cell in nbformat.read(path, as_version=4).cells for name in _DEFINED.findall(cell.source)}


def _function(entry: str) -> str:
    """The function that an entry was compiled from.

    >>> _function("jit_matmul-0123abcd-cache")
    'matmul'
    """
    return entry.partition("-")[0].removeprefix("jit_").removeprefix("pmap_")
