"""First-time work of a kernel (a cell, an error, a traced program) done once in the zygote, before it forks.

The first error, the first cell and the first traced function of a process are slow: tables are built, files looked
up, caches filled, and the interpreter adapts its code. In a forked kernel each of these also copies the page that
it writes to. Here all of it happens before the fork, with a shell and programs that are thrown away. A rehearsal
that fails, for it finds another release of a library, costs time in each kernel and nothing else.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib.metadata
import io
import linecache
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .. import upstream

_CELLS = ("x = 1", "x", "def f(x):\n    return x / 0\nf(1)")
_WITHOUT = "COURSE_UNREHEARSED"
_TIMES = 3  # until the interpreter has adapted what it runs


def rehearse() -> None:
    """Go through what most notebooks do; where that leaves a thread or a JAX backend, begin anew without it.

    Either would make kernels hang that are forked from this process.
    """
    if os.environ.get(_WITHOUT):
        return
    for part in (_cells, _jax):
        try:
            part()
        except Exception:
            # It costs time in each kernel, no more. This goes to the zygote's log.
            traceback.print_exc()
    if not _can_fork():
        os.environ[_WITHOUT] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606


def _can_fork() -> bool:
    return len(list(Path("/proc/self/task").iterdir())) == 1 and not upstream.BACKENDS.get()


def _cells() -> None:
    """Run a few cells: one that is silent, one that shows a value, one that fails."""
    from ipykernel.zmqshell import ZMQInteractiveShell
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    kept = {name: getattr(sys, name) for name in ("displayhook", "excepthook")}
    main, lines = sys.modules["__main__"], set(linecache.cache)
    config = Config()
    config.HistoryManager.enabled = False
    shown = io.StringIO()
    try:
        with (
            # Named, so that no default for temporary files is chosen for all kernels.
            tempfile.TemporaryDirectory(dir=Path.home()) as os.environ["IPYTHONDIR"],
            contextlib.redirect_stdout(shown),
            contextlib.redirect_stderr(shown),
        ):
            shells: list[Any] = [ZMQInteractiveShell(config=config)]
            # Colours as a kernel has them; and this one shows what it has to show without a connection.
            config.InteractiveShell.colors = shells[0].colors
            shells.append(InteractiveShell(config=config))
            for _ in range(_TIMES):
                for cell in _CELLS:
                    shells[-1].run_cell(cell)
        for shell in shells:
            atexit.unregister(shell.atexit_operations)
    finally:
        for name, value in kept.items():
            setattr(sys, name, value)
        for name in ("last_type", "last_value", "last_traceback", "last_exc"):
            if hasattr(sys, name):
                delattr(sys, name)
        for name in set(linecache.cache) - lines:
            del linecache.cache[name]
        sys.modules["__main__"] = main
        os.environ.pop("IPYTHONDIR", None)


def _jax() -> None:
    """Trace and lower a network and its gradient, up to where a backend would compile it."""
    import jax
    import jax.numpy as jnp

    if not importlib.metadata.entry_points(group="jax_plugins") and not upstream.KNOWN_PLUGINS.get():
        # JAX reads the names of all installed packages to find out that there is none.
        upstream.PLUGINS.get()()

    def network(w: Any, x: Any, y: Any) -> Any:
        return jnp.sum(jnp.tanh(x @ w * 0.3) ** 2) + jnp.mean(jax.nn.relu(w) - y)

    context = upstream.MAKE_IR_CONTEXT.get()()
    # It would verify the program in several threads.
    context.enable_multithreading(False)
    with upstream.MAKE_IR_CONTEXT.replaced(lambda: context):
        shapes = [jax.ShapeDtypeStruct(shape, jnp.float32) for shape in ((3,), (4, 3), (3,))]
        program = jax.make_jaxpr(jax.grad(network))(*shapes)
        upstream.BUILD_MODULE.get()(
            program,
            name="rehearsal",
            platforms=("cpu",),
            backend=None,
            axis_context=upstream.SHARDING.get()(1),
        )


@contextlib.contextmanager
def colours_remembered() -> Iterator[None]:
    """Let Pygments look for the closest of 256 colours once for each colour of a theme and not once an error."""
    with contextlib.ExitStack() as patches:
        with contextlib.suppress(upstream.UpstreamChanged):
            closest = upstream.CLOSEST_COLOUR.get()
            found: dict[tuple[int, ...], int] = {}

            @functools.wraps(closest)
            def remembered(self: Any, *colour: int) -> int:
                if colour not in found:
                    found[colour] = closest(self, *colour)
                return found[colour]

            patches.enter_context(upstream.CLOSEST_COLOUR.replaced(remembered))
        yield
