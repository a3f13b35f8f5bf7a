"""The marker's programs kept between runs, so that marking waits neither for Python to trace them nor for XLA.

JAX keeps what XLA compiled, by what was traced. Tracing itself takes as long again, so what was traced is kept
too, by what it depends on: the sources of the mark schemes and of all that they use, and what is installed.
"""

import contextlib
import hashlib
import itertools
import logging
import os
import sys
import sysconfig
import tempfile
import time
import types
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import jax
import jax.export

from course import LOADED_FROM

UNUSED = 60 * 24 * 3600  # seconds after which a kept program that nobody read goes
COURSE = Path(__file__).parents[2]
INSTALLED = tuple({Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")})


def keep_compiled(folder: Path | None = None) -> None:
    """Let JAX keep what it compiles in a folder, and read it back; where a cache is set already, that one stays.

    Compiled programs are code that is run: the folder is made for its owner alone, and no sandbox shows it.

    Args:
        folder: of a course, beside its secret; in the user's own cache unless given.
    """
    if _cache():
        return
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = folder or base / "gradbook" / "compiled"
    with contextlib.suppress(OSError):  # a disk that is full or read-only: marking works without
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
        jax.config.update("jax_raise_persistent_cache_errors", False)


def exported(
    key: str, call: Callable[..., Any], arguments: Iterable[Any], options: dict[str, Any]
) -> Callable[..., Any]:
    """Give a jitted function, from the folder of compiled programs if it was traced before.

    Args:
        key: names what is traced with all that it depends on but the arguments; empty for what is not kept.
        call: of arrays, to a pytree.
        arguments: arrays of the shapes and dtypes that it will get.
        options: of the compiler.
    """
    cache, arguments = _cache(), tuple(arguments)
    if not key or not cache:
        return jax.jit(call, compiler_options=options)
    shapes = [(leaf.shape, str(leaf.dtype)) for leaf in arguments]
    name = hashlib.sha256(repr((key, shapes, jax.default_backend())).encode()).hexdigest()
    path = Path(cache) / "traced" / name
    program = _read(path)
    if program is None:
        program = jax.export.export(jax.jit(call))(*arguments)
        _write(path, program)
    return jax.jit(program.call, compiler_options=options)


def sources_digest(modules: Iterable[types.ModuleType]) -> str:
    """Say in a digest what programs traced from some modules depend on, empty where that is not known for sure.

    These are the files of this package, the modules and all that their globals lead to, but for installed packages
    and the standard library, of which names and versions count. A file that was changed since this process started
    may have been loaded before or after that, so nothing is known of it.

    Args:
        modules: loaded ones, such as those that define mark schemes.
    """
    try:
        files = sorted({*COURSE.rglob("*.py"), *_own_files(modules)})
        state = [(path, path.stat(), path.read_bytes()) for path in files]
    except OSError:
        return ""
    if any(max(stat.st_mtime, stat.st_ctime) > LOADED_FROM for _, stat, _ in state):
        return ""
    packages = sorted(path.name for folder in INSTALLED for path in folder.glob("*.dist-info"))
    digest = hashlib.sha256(repr((sys.version, packages)).encode())
    for path, _, content in state:
        where = path.relative_to(COURSE) if path.is_relative_to(COURSE) else path
        digest.update(f"{where}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _own_files(modules: Iterable[types.ModuleType]) -> set[Path]:
    """Give the files of modules and of all others that they use, installed ones apart."""
    found: set[Path] = set()
    left = list(modules)
    while left:
        module = left.pop()
        file = getattr(module, "__file__", None)
        if file is None or Path(file) in found or any(Path(file).is_relative_to(each) for each in INSTALLED):
            continue
        found.add(Path(file))
        if not Path(file).is_relative_to(COURSE):
            left += _used(module)
    return found


def _used(module: types.ModuleType) -> Iterator[types.ModuleType]:
    """Give the modules that a module's globals are, or come from."""
    for value in vars(module).values():
        name = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", None)
        parts = name.split(".") if isinstance(name, str) else []
        for whole in itertools.accumulate(parts, "{}.{}".format):  # a package may define what its modules use
            if whole in sys.modules:
                yield sys.modules[whole]


def _cache() -> str | None:
    return getattr(jax.config, "jax_compilation_cache_dir")  # noqa: B009, made at run time


def _read(path: Path) -> jax.export.Exported | None:
    """Read a program; where that fails for whatever reason, it is traced again."""
    try:
        content = path.read_bytes()
        os.utime(path)
        return jax.export.deserialize(bytearray(content))
    except OSError:
        return None
    except Exception:  # of a damaged file: whatever JAX and its formats make of it
        logging.getLogger(__name__).info("%s is traced again", path, exc_info=True)
        return None


def _write(path: Path, program: jax.export.Exported) -> None:
    """Write a program whole or not at all, and remove those that nobody read for long."""
    # A full disk, a folder that is not ours, a library for this that is not installed: marking works without.
    with contextlib.suppress(OSError, ImportError, ValueError):
        content = program.serialize()
        path.parent.mkdir(mode=0o700, exist_ok=True)
        for old in path.parent.iterdir():
            if old.is_file() and old.stat().st_mtime < time.time() - UNUSED:
                old.unlink()
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            (Path(folder) / path.name).write_bytes(content)
            (Path(folder) / path.name).replace(path)
