"""The marker's compiled programs kept from one run to the next, in a folder that is the instructor's alone."""

import contextlib
from pathlib import Path

import jax

from course.grading.secret import FOLDER


def keep(course_dir: Path) -> None:
    """Let JAX keep what it compiles beside the course's secret; where a cache is set already, it stays.

    Compiled programs are code: no student may write to that folder, and none can read it in a sandbox.
    """
    if getattr(jax.config, "jax_compilation_cache_dir"):  # noqa: B009, made at run time
        return
    folder = course_dir / FOLDER / "compiled"
    with contextlib.suppress(OSError):
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
