"""What a kernel needs is imported once, here, before anything forks."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
from collections.abc import Iterator
from pathlib import Path

from .. import upstream
from . import compile_options, warmup

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


@contextlib.contextmanager
def preloaded() -> Iterator[None]:
    """Import what kernels need, without a thread and without a JAX backend; meanwhile they can be forked.

    What is changed of other libraries is changed for as long: for kernels that are forked, until they end.

    Raises:
        RuntimeError: If an import started a thread.
    """
    # ipykernel would import debugpy, which takes half of a kernel's start, and nobody attaches a debugger.
    with upstream.held_back("debugpy"):
        _import()
        with warmup.colours_remembered():
            warmup.rehearse()
            with compile_options.hastened():
                _settle()
                yield


def _import() -> None:
    os.environ.update(
        JAX_PLATFORMS="cpu",
        OPENBLAS_NUM_THREADS="1",
        OMP_NUM_THREADS="1",
        MPLBACKEND="module://matplotlib_inline.backend_inline",
    )
    # While modules are imported objects only become more, and collections are in vain: 0.25 s of 1.2.
    gc.disable()
    for name in PRELOADED:
        importlib.import_module(name)
    importlib.import_module("..process.ipython", __package__)
    for name in HELPFUL:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    os.environ["XLA_FLAGS"] = compile_options.flags()


def _settle() -> None:
    """Make sure that this process can fork, and that what is in its memory is shared by its kernels.

    Raises:
        RuntimeError: If an import started a thread.
    """
    if (threads := len(list(Path("/proc/self/task").iterdir()))) != 1:
        raise RuntimeError(f"the zygote has {threads} threads after its imports; it must have one to fork safely")
    gc.collect()
    # What is there now is never looked at by the collector again, so that children go on sharing it: 2 MiB of the
    # 136 that a kernel held after some training loops.
    gc.freeze()
    gc.enable()
