"""The compilation cache of an assignment: filled from the instructor's own notebooks, read by every kernel."""

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from course.grading import secret
from course.grading.config import Gradbook
from course.grading.kernel_choice import cache_folder
from course.kernels import fill_cache
from course.kernels.process import provenance
from course.kernels.zygote import compile_options

_STAMP = "filled-from"


@dataclass(frozen=True)
class Filling:
    """A cache that is to be filled, as plain data: it goes to a worker, to be done beside the first submissions.

    Attributes:
        notebooks: what fills it, solutions and all.
        released: what students have, and fills it too.
        folder: the cache.
        stamp: the file that says what it was filled from.
        fingerprint: what that file is to hold.
        sandbox: as the trait of the provisioner.
        withheld: modules that kernels of this assignment do not see.
    """

    notebooks: tuple[Path, ...]
    released: tuple[Path, ...]
    folder: Path
    stamp: Path
    fingerprint: str
    sandbox: str
    withheld: tuple[str, ...]


def due(config: Gradbook, assignment: str) -> Filling | None:
    """Give how to fill the cache of an assignment, where its notebooks have changed since it was filled.

    These are its source notebooks, the instructor's alternative solutions, and the release. The folder is there
    afterwards, so that kernels which start meanwhile look into it.

    Raises:
        OSError: if it cannot be made, or an alternative is missing.
    """
    sources, released = (
        sorted(config.folders.of(step, assignment).glob("*.ipynb")) for step in ("source", "release")
    )
    notebooks = sources + [config.folder / name for name in config.alternatives.get(assignment, [])]
    if not notebooks:
        return None
    folder = cache_folder(config, assignment)
    stamp, now = folder.with_name(f"{assignment}.{_STAMP}"), _fingerprint(notebooks + released, config)
    if stamp.is_file() and stamp.read_text("utf-8") == now:
        return None
    secret.make_folder(config.folder / secret.FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    return Filling(
        notebooks=tuple(notebooks),
        released=tuple(released),
        folder=folder,
        stamp=stamp,
        fingerprint=now,
        sandbox="namespaces" if config.sandbox else "none",
        withheld=tuple(config.withheld.get(assignment, [])),
    )


def fill(filling: Filling) -> str:
    """Fill the cache of an assignment.

    What every kernel may read must not hold a solution: see `kernels.provenance`. What remains are the operations
    of JAX and `course.models` as solutions use them, and what the released notebooks compile by themselves.

    Returns:
        What went wrong, in words; empty where nothing did. A cache is never needed.
    """
    try:
        filled = fill_cache.fill(
            filling.notebooks,
            filling.folder,
            public=filling.released,
            sandbox=filling.sandbox,
            withheld=list(filling.withheld),
        )
        filling.stamp.write_text(filling.fingerprint, "utf-8")
    except Exception as error:
        # A notebook, a kernel or the disk: a cache is never needed, and this may run beside the first submissions.
        logging.getLogger("course.grading").info("the cache could not be filled", exc_info=True)
        return f"kernels are not warmed up: {type(error).__name__}: {error}"
    return "; ".join(f"{Path(path).name}: {error}" for path, error in filled.failures.items())


def _fingerprint(notebooks: Iterable[Path], config: Gradbook) -> str:
    """Give what the cache depends on beside JAX's own keys."""
    compiler = f"{version('jax')}|{compile_options.QUICK}"
    about = hashlib.sha256(f"{compiler}|{config.sandbox}|{config.withheld}".encode())
    # A cache that was filled under another rule of what may be in it is filled anew.
    for path in (Path(provenance.__file__), *notebooks):
        about.update(path.read_bytes())
    return about.hexdigest()
