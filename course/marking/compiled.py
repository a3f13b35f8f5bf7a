"""Compiled markers kept between runs, so that marking one sheet does not wait for the compiler each time."""

import os
from pathlib import Path

import jax


def keep_compiled(folder: Path | None = None) -> None:
    """Keep compiled programs in a folder of the user's cache, and read them back from there.

    Only the instructor's own processes use it: what is in it is run.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    jax.config.update("jax_compilation_cache_dir", str(folder or base / "gradbook" / "compiled"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    jax.config.update("jax_raise_persistent_cache_errors", False)
