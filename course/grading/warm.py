"""The compilation cache of an assignment: filled from the instructor's own notebooks, read by every kernel."""

import hashlib
import re
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import nbformat

from course.grading.config import Gradbook
from course.grading.kernel import cache_folder
from course.grading.kernels import cache, compilation

_STAMP = "filled-from"
_DEFINED = re.compile(r"^\s*def\s+(\w+)", re.MULTILINE)
_UNNAMED = {"_lambda", "_lambda_", "<lambda>", "lambda", "_unnamed_wrapped_function_", "unnamed_wrapped_function"}


def warm(config: Gradbook, assignment: str) -> str:
    """Fill the cache of an assignment, where its source notebooks have changed since it was filled.

    What every kernel may read must not hold a solution: of the programs that the solutions' own functions were
    compiled to, none is kept. What remains are JAX's operations one by one, and the functions of the lesson.

    Returns:
        What went wrong, in words; empty where nothing did. A cache is never needed.
    """
    notebooks = sorted((config.folder / "source" / assignment).glob("*.ipynb"))
    if not notebooks:
        return ""
    folder = cache_folder(config, assignment)
    stamp, now = folder.with_name(f"{assignment}.{_STAMP}"), _fingerprint(notebooks, config)
    if stamp.is_file() and stamp.read_text("utf-8") == now:
        return ""
    secret = _UNNAMED.union(*(_solved(path) for path in notebooks))
    try:
        (config.folder / ".course").mkdir(mode=0o700, exist_ok=True)
        filled = cache.fill(
            notebooks,
            folder,
            keep=lambda entry: _function(entry) not in secret,
            sandbox="namespaces" if config.sandbox else "none",
            withheld=list(config.withheld.get(assignment, [])),
        )
        stamp.write_text(now, "utf-8")
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


def _function(entry: str) -> str:
    """The function that an entry was compiled from.

    >>> _function("jit_matmul-0123abcd-cache")
    'matmul'
    """
    return entry.partition("-")[0].removeprefix("jit_").removeprefix("pmap_")
