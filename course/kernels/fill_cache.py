"""JAX's persistent compilation cache, filled by trusted notebooks and read-only for students.

What is in the cache is compiled code. A student who could write to it could give the next student's kernel
code to run; so only notebooks of the instructor fill it. What is in it, every student's kernel can read, load
and call: of what a notebook with solutions compiles, only programs are kept that hold no code of its author's.

The cache helps a student's program wherever it compiles to the same computation as a trusted one, variable
names and comments apart: several alternative solutions in the trusted notebooks make hits more likely.
Found, a program is there in 2 ms instead of 10; of a varied class, two alternatives find 36 % of what is compiled.

A cache that learns from the class itself would find 65 % (576 of 888 programs of 60 submissions). It is left out
on purpose: it would run the compiler on programs that students chose, and hand what comes out to everybody. To be
safe, each entry would have to be made in a process that saw nothing else, which takes as long as compiling it five
times.
"""

from __future__ import annotations

import dataclasses
import glob
import logging
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .provisioner import KERNEL, add_kernel_specification

_RANDOM = "[a-z0-9_]" * 8  # what `tempfile` puts at the end of a name


@dataclasses.dataclass(frozen=True)
class Filled:
    """What filling a cache did.

    Attributes:
        new: Programs that were not in it before.
        total: Programs in it now.
        seconds: Time it took.
        failures: For a notebook that did not run to its end, the error; what it compiled before is kept.
    """

    new: int
    total: int
    seconds: float
    failures: Mapping[str, str]


def fill(
    notebooks: Iterable[Path],
    directory: Path,
    *,
    public: Iterable[Path] = (),
    timeout: int = 600,
    **traits: Any,
) -> Filled:
    """Execute trusted notebooks, and keep what they compile.

    Afterwards the cache holds what these notebooks compile, and nothing else that was in it before.

    The notebooks run in the same sandbox as a submission, and write to a folder of their own beside the cache,
    from which whole entries are copied into it: a kernel that reads it meanwhile never sees half of one, nor one
    that is not to be kept. (Inside the cache, an ordinary user's kernels would see them: it is the same user.)

    Args:
        notebooks: Notebooks of the instructor, with solutions or with alternative solutions.
        directory: The cache; made if need be.
        public: Notebooks that students have: all that they compile is kept, up to where each of them fails, as
            one does that waits for a solution.
        timeout: Seconds for one cell.
        **traits: Traits of `ZygoteProvisioner`, as for students: other XLA flags make other entries.

    Raises:
        SandboxUnavailableError: If there is none, and `sandbox='none'` is not among the traits.
        FileNotFoundError: If a notebook does not exist.
    """
    start = time.monotonic()
    paths, released = [Path(notebook) for notebook in notebooks], [Path(notebook) for notebook in public]
    if missing := [str(path) for path in paths + released if not path.is_file()]:
        raise FileNotFoundError(f"no such notebook: {', '.join(missing)}")
    directory = Path(directory).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    # Kernels read it as users of their own; what lies around it, they do not see.
    directory.chmod(0o755)
    failures: dict[str, str] = {}
    name = f".filling-{directory.name}."
    for left in directory.parent.glob(glob.escape(name) + _RANDOM):
        # Left by a process that was killed.
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=name, dir=directory.parent) as private:
        # The notebook runs as a user without an account, who must be able to write here; others do not get
        # past the folder around it.
        fresh = Path(private, "entries")
        fresh.mkdir()
        fresh.chmod(0o1777)
        traits["cache"] = str(fresh)
        for path in released:
            _execute(path, timeout, traits | {"fill_cache": "all"}, go_on=True)
        for path in paths:
            if error := _execute(path, timeout, traits | {"fill_cache": "installed"}):
                failures[str(path)] = error
        made = {entry.name: entry for entry in _entries(fresh)}
        before = {entry.name: entry for entry in _entries(directory)}
        new = made.keys() - before.keys()
        for name in new:
            _adopt(made[name], directory)
        for name in before.keys() - made.keys():
            before[name].unlink()
    return Filled(len(new), len(made), time.monotonic() - start, failures)


def _entries(directory: Path) -> list[Path]:
    return [entry for entry in directory.iterdir() if entry.is_file() and not entry.is_symlink()]


def _adopt(entry: Path, directory: Path) -> None:
    """Copy an entry, so that it is the instructor's own, readable by all, and written by none."""
    with tempfile.NamedTemporaryFile(dir=directory, prefix=".entry-", delete=False) as copy:
        copy.write(entry.read_bytes())
    Path(copy.name).chmod(0o444)
    Path(copy.name).replace(directory / entry.name)


def _execute(path: Path, timeout: int, traits: dict[str, Any], *, go_on: bool = False) -> str | None:
    import nbformat
    from nbclient import NotebookClient
    from traitlets.config import Config

    add_kernel_specification()
    try:
        NotebookClient(
            nbformat.read(path, as_version=4),
            kernel_name=KERNEL,
            timeout=timeout,
            allow_errors=go_on,
            resources={"metadata": {"path": str(path.parent)}},
            config=Config(ZygoteProvisioner=traits),
        ).execute()
    except Exception as error:
        # Whatever it is, from a cell, the kernel or the file: the cache is never needed.
        logging.getLogger(__name__).info("%s did not run to its end", path, exc_info=True)
        return f"{type(error).__name__}: {error}"
    return None
