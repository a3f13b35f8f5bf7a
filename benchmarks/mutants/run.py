"""The tests of each part, those near a module first, and copies of the checkout in which they run on a mutant."""

import contextlib
import multiprocessing
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple

from benchmarks.mutants.child import ROOT, run_tests
from benchmarks.mutants.draw import Mutant


class Part(NamedTuple):
    """A folder of code, the tests that are most likely to notice a change in any of it, and the others."""

    folder: str
    near: tuple[str, ...]
    others: tuple[str, ...]


PARTS = {
    "marking": Part(
        "course/marking",
        (
            "course/marking",
            "tests/marking/test_tolerance.py",
            "tests/marking/test_report.py",
            "tests/marking/test_pool.py",
            "tests/marking/test_scheme.py",
            "tests/marking/test_compiled.py",
            "tests/marking/test_registry.py",
            "tests/marking/test_blocks.py",
            "tests/marking/test_follow_through.py",
            "tests/marking/test_marker.py",
            "tests/marking/test_derivations.py",
            "tests/marking/test_words.py",
        ),
        ("tests/marking", "tests/sheet", "tests/reporting/test_card.py"),
    ),
    "sheet": Part(
        "course/sheet", ("course/sheet", "tests/sheet"), ("tests/marking", "tests/notebook/test_receipt.py")
    ),
    "solutions": Part("solutions", ("tests/schemes",), ("tests/marking",)),
    "models": Part("course/models", ("course/models", "tests/models"), ("tests/training",)),
}
# What tests import and no mutant changes: once for all of them.
PRELOADED = [
    "benchmarks.mutants.child", "jax", "jax.numpy", "optax", "scipy.optimize", "scipy.special", "pytest",
    "hypothesis", "msgspec", "cosmic_ray",
]  # fmt: skip


def arguments(mutant: Mutant, near: bool, folder: Path) -> list[str]:
    """Give the tests for a mutant: of its module first, then of its part; no near ones if those passed."""
    own = folder.glob(f"tests/{mutant.part}/**/test_{Path(mutant.file).stem}.py")
    first = [mutant.file, *(str(path.relative_to(folder)) for path in own)]
    return of_part(mutant.part, near, folder, first if near else [])


def of_part(part: str, near: bool, folder: Path, first: list[str] | None = None) -> list[str]:
    """Give pytest's arguments for the near tests of a part, or for the others."""
    tests = [*(first or []), *PARTS[part].near] if near else PARTS[part].others
    passed = [] if near else [f"--ignore={name}" for name in PARTS[part].near if (folder / name).exists()]
    return [*(name for name in dict.fromkeys(tests) if (folder / name).exists()), *passed]


class Tests:
    """Runs tests in copies of the checkout, in processes that start with the large libraries imported.

    Args:
        base: a folder for the copies, and for what they compile.
        jobs: how many copies there are.
        seconds: after which tests count as failed.
    """

    def __init__(self, base: Path, jobs: int, seconds: float) -> None:
        # JAX reads these when it is imported.
        os.environ["JAX_COMPILATION_CACHE_DIR"] = str(base / "compiled")
        os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(PRELOADED)
        self._seconds = seconds
        self.folders = [_copied(base / f"copy{number}") for number in range(jobs)]

    def failing(self, folder: Path, asked: list[str], seconds: float | None = None) -> str:
        """Give the first test that fails in a copy, empty for none; taking too long is failing."""
        heard, told = self._context.Pipe(duplex=False)
        process = self._context.Process(target=run_tests, args=(str(folder), asked, told))
        process.start()
        told.close()
        limit = seconds or self._seconds
        try:
            return heard.recv() if heard.poll(limit) else f"took more than {limit:.0f} s"
        except EOFError:
            return "the process of the tests died"
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid or 0, signal.SIGKILL)
            process.join()

    def of(self, mutant: Mutant, near: bool) -> str:
        """Give the first test that notices a mutant, in a copy that nobody else is using; empty for none."""
        folder = self.folders.pop()
        path = folder / mutant.file
        original = path.read_text("utf-8")
        try:
            path.write_text(mutant.code(folder), "utf-8")
            _forget_bytecode(path)
            return self.failing(folder, arguments(mutant, near, folder))
        finally:
            path.write_text(original, "utf-8")
            _forget_bytecode(path)
            self.folders.append(folder)


def _copied(folder: Path) -> Path:
    """Copy what git tracks into a folder, so that no mutant is ever written into the checkout."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    for name in names.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def _forget_bytecode(path: Path) -> None:
    """Python tells bytecode by a second and a size, which a mutant and the original may share."""
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
        compiled.unlink()
