"""What a kernel needs is imported once, here, before anything forks."""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.abc
import importlib.machinery
import os
import sys
import types
from collections.abc import Callable, Sequence
from pathlib import Path

from . import compilation, rehearsal

_kept: list[object] = []

PRELOADED = (
    "numpy",
    "psutil",
    "matplotlib.pyplot",
    "IPython",
    "IPython.core.completer",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "jax",
    "jax.numpy",
    "optax",
)
# What a kernel imports while it starts, at its first compiled program, figure, error and shell command: of
# some releases only, so that one that is missing is passed over. Not `matplotlib_inline.backend_inline`, which
# looks for a running IPython when it is imported.
HELPFUL = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "PIL.PngImagePlugin",
    "faulthandler",
    "ipykernel.debugger",
    "jaxlib.mlir.dialects.mhlo",
    "matplotlib.backends.backend_agg",
    "pdb",
    "pexpect",
    "pygments.formatters.terminal256",
    "stack_data",
    "tornado.platform.asyncio",
    "tornado.queues",
)


def preload() -> None:
    """Import what kernels need, without a thread and without a JAX backend.

    Raises:
        RuntimeError: If an import started a thread.
    """
    os.environ.update(
        JAX_PLATFORMS="cpu",
        OPENBLAS_NUM_THREADS="1",
        OMP_NUM_THREADS="1",
        MPLBACKEND="module://matplotlib_inline.backend_inline",
    )
    # The collector would look for garbage again and again among what is only growing.
    gc.disable()
    # Half a kernel's start, for a debugger that nobody attaches.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    for name in PRELOADED:
        importlib.import_module(name)
    importlib.import_module(".app", __package__)
    for name in HELPFUL:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    os.environ["XLA_FLAGS"] = compilation.flags()
    rehearsal.rehearse()
    compilation.hasten()
    if (threads := len(list(Path("/proc/self/task").iterdir()))) != 1:
        raise RuntimeError(f"the zygote has {threads} threads after its imports; it must have one to fork safely")
    gc.collect()
    _kept.extend(rehearsal.fill_gaps())
    # What is there now is never looked at by the collector again, so that children go on sharing it.
    gc.freeze()
    # Tracing makes many objects that live for a moment, and JAX is called at each collection.
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


class _Loader(importlib.abc.Loader):
    def __init__(self, module: types.ModuleType, first_use: Callable[[], None]) -> None:
        self.module = module
        self.spec = module.__spec__
        self.first_use = first_use

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return self.module

    def exec_module(self, module: types.ModuleType) -> None:
        module.__spec__ = self.spec
        self.first_use()


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, loader: _Loader) -> None:
        self.loader = loader

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.loader.module.__name__:
            return None
        sys.meta_path.remove(self)
        return importlib.machinery.ModuleSpec(fullname, self.loader)


def on_first_import(name: str, first_use: Callable[[], None]) -> None:
    """Call back when a preloaded module is first imported by name, before the import statement goes on.

    A notebook may set variables that a module reads when it is imported (`JAX_ENABLE_X64`); the module was
    imported long before, so this is the moment to read them again.
    """
    sys.meta_path.insert(0, _Finder(_Loader(sys.modules.pop(name), first_use)))
