"""The IPython kernel in the forked process: a fresh state, listening sockets that exist already, and start."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

from .. import upstream
from ..messages import CHANNELS, Request, send
from ..sandbox import filesystem
from . import first_import, provenance

_FIXED = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "JAX_PLATFORMS": "cpu",
    "LANG": "C.UTF-8",
}
# Kernels give way to the grader's processes, which are fewer: a kernel whose messages are not read has to wait.
_NICE = 5
_IN_SANDBOX = {
    "HOME": filesystem.HOME,
    "USER": "student",
    "LOGNAME": "student",
    "TMPDIR": filesystem.SCRATCH,
    "IPYTHONDIR": f"{filesystem.SCRATCH}/.ipython",
    "JUPYTER_RUNTIME_DIR": f"{filesystem.SCRATCH}/.jupyter",
    "MPLCONFIGDIR": f"{filesystem.SCRATCH}/.matplotlib",
    "XDG_CACHE_HOME": f"{filesystem.SCRATCH}/.cache",
}


def run(request: Request, listeners: dict[str, int], zygote: socket.socket) -> None:
    """Run the kernel of one request until it is shut down.

    Args:
        request: What was asked for.
        listeners: The listening socket of each channel: the kernel binds nothing itself, so that it needs no
            folder it can write to, and a client can connect before it is ready.
        zygote: Told of the error if the kernel does not come up, and closed before any code of the student
            runs.
    """
    with contextlib.ExitStack() as patches:
        try:
            _fresh_state(request, patches)
            app = _application(request, listeners)
        except BaseException:
            send(zygote, {"error": f"the kernel did not start:\n{traceback.format_exc()}"})
            raise
        zygote.close()
        app.start()


def _fresh_state(request: Request, patches: contextlib.ExitStack) -> None:
    """Make anew what the fork must not share with the zygote and its other children."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    os.close(null)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.nice(_NICE)
    flags = {"XLA_FLAGS": os.environ.get("XLA_FLAGS", "")}
    os.environ.clear()
    os.environ.update(flags | _FIXED | request.environment | (_IN_SANDBOX if request.sandboxed else {}))
    sys.argv = ["ipykernel_launcher"]
    for folder in dict.fromkeys(str(Path(package).parent) for package in request.packages):
        if folder not in sys.path:
            sys.path.append(folder)

    import numpy as np

    random.seed()
    np.random.seed()  # noqa: NPY002  the global generator is the one to be made fresh
    _configure_jax(request, patches)
    if not request.sandboxed:
        os.chdir(request.working_directory)


def _configure_jax(request: Request, patches: contextlib.ExitStack) -> None:
    """JAX read its variables when the zygote imported it; what they say now goes through its configuration."""
    import jax

    if request.cache is not None:
        jax.config.update("jax_compilation_cache_dir", filesystem.CACHE if request.sandboxed else request.cache)
        jax.config.update("jax_persistent_cache_enable_xla_caches", "none")
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
        fills = bool(request.fill_cache)
        if request.fill_cache == "installed":
            try:
                patches.enter_context(provenance.installed_only(request.packages))
            except upstream.UpstreamChanged:
                fills = False
        # Reads do not look at this time; nothing takes so long to compile, so that no write is ever tried.
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0 if fills else 1e9)
    # Programs would note where in the source each operation comes from, which costs time and nobody reads here.
    jax.config.update("jax_traceback_in_locations_limit", 0)
    first_import.on_first_import("jax", _read_variables)


def _read_variables() -> None:
    import jax

    options = jax.config.values
    for name, text in os.environ.items():
        option = name.lower()
        if name.startswith("JAX_") and option in options:
            jax.config.update(option, _parse(text, options[option]))


def _parse(text: str, now: Any) -> Any:
    if isinstance(now, bool):
        return text.strip().lower() in {"1", "true", "yes", "on", "y", "t"}
    return type(now)(text) if isinstance(now, int | float) else text


def _application(request: Request, listeners: dict[str, int]) -> Any:
    from .ipython import ForkedKernelApp

    folder = Path(filesystem.SCRATCH if request.sandboxed else request.directory)
    connection_file = folder / "kernel.json"
    if request.sandboxed:
        connection_file.write_text(json.dumps(request.connection))
    # Without a sandbox it is the manager's own file, which may be reading it at this moment.
    app = ForkedKernelApp.instance(connection_file=str(connection_file))
    app.listeners = {request.connection[f"{channel}_port"]: listeners[channel] for channel in CHANNELS}
    # A history on disk would be one more thing to set up, for nobody to read.
    app.config.HistoryManager.enabled = False
    app.initialize([])
    return app
