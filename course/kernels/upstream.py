"""Insides of other libraries that kernels rest on, in one table: what each is for, and what happens without it.

Everything private is reached through this table, and everything that is replaced is replaced by `replaced`, for
the length of one `with` block. `docs/developer/upstream.md` shows the table; `tests/upstream` holds each entry
against the libraries that are installed, `make test-versions` against their newest releases.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


class UpstreamChanged(AttributeError):
    """Raised where the release that is installed has not, or no longer, what was reached for."""


@dataclass(frozen=True)
class PrivateName:
    """Something of another library that is not documented, or is replaced for a while.

    Attributes:
        symbol: where it is, `module:name` or `module:class.name`.
        why: what it is used for.
        since: the oldest release with which it was tried; it has been there in every release from that on.
        without: what happens where it is missing or made otherwise.
        takes: the parameters that are relied upon, in order, where it is called or stands in for a function.
        on_instances: whether only instances of the class have it.
    """

    symbol: str
    why: str
    since: str
    without: str
    takes: tuple[str, ...] = ()
    on_instances: bool = False

    def get(self) -> Any:
        """Give what the name stands for.

        Raises:
            UpstreamChanged: if the installed release has no such thing.

        >>> PrivateName("json:no_such_name", "", "json 1", "Nothing works.").get()
        Traceback (most recent call last):
        course.kernels.upstream.UpstreamChanged: json:no_such_name is not there; it was in json 1. Nothing works.
        """
        owner, name = self._place()
        try:
            return getattr(owner, name)
        except AttributeError:
            raise self._gone() from None

    @contextlib.contextmanager
    def replaced(self, value: Any) -> Iterator[Any]:
        """Put another value in its place meanwhile; gives the one that was there.

        Raises:
            UpstreamChanged: if there is nothing to replace.

        >>> with PrivateName("math:tau", "", "", "").replaced(6):
        ...     importlib.import_module("math").tau
        6
        """
        before = self.get()
        owner, name = self._place()
        own = name in vars(owner)
        setattr(owner, name, value)
        try:
            yield before
        finally:
            # What was inherited is to be inherited again.
            setattr(owner, name, before) if own else delattr(owner, name)

    @contextlib.contextmanager
    def replaced_if_there(self, value: Any) -> Iterator[None]:
        """Put another value in its place meanwhile; where there is none, nothing is changed.

        >>> with PrivateName("math:no_such_name", "", "", "").replaced_if_there(1):
        ...     hasattr(importlib.import_module("math"), "no_such_name")
        False
        """
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(UpstreamChanged):
                stack.enter_context(self.replaced(value))
            yield

    def _place(self) -> tuple[Any, str]:
        module, _, path = self.symbol.partition(":")
        *outer, name = path.split(".")
        try:
            owner: Any = importlib.import_module(module)
            for each in outer:
                owner = getattr(owner, each)
        except (ImportError, AttributeError):
            raise self._gone() from None
        return owner, name

    def _gone(self) -> UpstreamChanged:
        return UpstreamChanged(
            f"{self.symbol} is not there{installed(self)}; it was in {self.since}. {self.without}"
        )


@contextlib.contextmanager
def held_back(module: str) -> Iterator[None]:
    """Let a module that is not imported yet be missing meanwhile.

    >>> with held_back("this"):
    ...     import this
    Traceback (most recent call last):
    ModuleNotFoundError: import of this halted; None in sys.modules
    >>> with held_back("this"):
    ...     with held_back("this"):
    ...         pass
    ...     "this" in sys.modules
    True
    """
    modules: Any = sys.modules
    held = module not in modules  # else it is imported, or held back by somebody outside of this block
    if held:
        modules[module] = None
    try:
        yield
    finally:
        if held and modules.get(module) is None:
            modules.pop(module, None)


def installed(name: PrivateName) -> str:
    """Say which release of a name's library is installed, such as ` in jax 0.10.2`; empty for Python's own."""
    library = name.symbol.partition(":")[0].partition(".")[0]
    try:
        return f" in {library} {importlib.metadata.version(library)}"
    except importlib.metadata.PackageNotFoundError:
        return ""


def names_in(module: Mapping[str, Any]) -> tuple[PrivateName, ...]:
    """Give the names that a module declares, in its order.

    Args:
        module: its `globals()`.
    """
    return tuple(value for value in module.values() if isinstance(value, PrivateName))


def as_markdown(table: tuple[PrivateName, ...]) -> str:
    """Write a table of names as Markdown, for the page in the documentation.

    >>> print(as_markdown((PrivateName("math:tau", "It turns.", "Python 3.6", "It stops."),)))
    | name | what for | since | without it |
    |---|---|---|---|
    | `math:tau` | It turns. | Python 3.6 | It stops. |
    """
    rows = [f"| `{name.symbol}` | {name.why} | {name.since} | {name.without} |" for name in table]
    return "\n".join(["| name | what for | since | without it |", "|---|---|---|---|", *rows])


_SLOWER = "Kernels are slower, and nothing else changes."
_NO_CACHE = "A notebook with solutions adds no program to the cache that students' kernels read."

LOWER = PrivateName(
    "jax._src.interpreters.mlir:lower_jaxpr_to_module",
    why="Every program is seen here before it is compiled: whose code it holds, and its name.",
    since="JAX 0.10",
    without=_NO_CACHE,
    takes=("module_name", "jaxpr"),
)
CACHE_WRITE = PrivateName(
    "jax._src.compiler:_cache_write",
    why="Keeps programs that hold code of a solution out of the compilation cache.",
    since="JAX 0.10",
    without=_NO_CACHE,
    takes=("cache_key",),
)
SOURCE = PrivateName(
    "jax.extend.core:Jaxpr.debug_info",
    why="Tells in which file a traced function was defined.",
    since="JAX 0.10",
    without=_NO_CACHE,
)
TRACEBACK = PrivateName(
    "jax.extend.core:JaxprEqn.source_info",
    why="Tells which functions were at work on an operation.",
    since="JAX 0.10",
    without=_NO_CACHE,
)
XLA_CLIENT = PrivateName(
    "jax._src.lib:xla_client.CompileOptions",
    why="Reads XLA_FLAGS in a child process, which ends where XLA does not know one of them.",
    since="JAX 0.10",
    without="No flag counts as known, so programs are compiled with XLA's defaults: kernels are slower.",
)
MAKE_IR_CONTEXT = PrivateName(
    "jax._src.interpreters.mlir:make_ir_context",
    why="All programs of a kernel are lowered in one MLIR context; JAX makes one for each, in 3 ms.",
    since="JAX 0.10",
    without="A kernel that runs loops of small programs takes 0.81 s, and not 0.69, and 178 MiB, and not 134.",
)
COMPILE = PrivateName(
    "jax._src.compiler:compile_or_get_cached",
    why="A program that has next to nothing to do is compiled at optimisation level 0.",
    since="JAX 0.10",
    without=_SLOWER,
    takes=("backend", "computation", "devices", "compile_options"),
)
BACKENDS = PrivateName(
    "jax._src.xla_bridge:_backends",
    why="Tells whether a backend was started in the zygote, with which no kernel could be forked.",
    since="JAX 0.10",
    without="The zygote does not start, and neither does grading: a kernel could hang.",
)
PLUGINS = PrivateName(
    "jax._src.xla_bridge:_discover_and_register_pjrt_plugins",
    why="Looks for plugins once, before kernels are forked: it reads the names of all installed packages.",
    since="JAX 0.10",
    without="The first program of a kernel takes 72 ms, and not 57.",
    takes=(),
)
KNOWN_PLUGINS = PrivateName(
    "jax._src.xla_bridge:jax_plugins",
    why="Where there is a plugin, it is looked for in each kernel, as ever.",
    since="JAX 0.10",
    without=_SLOWER,
)
SHARDING = PrivateName(
    "jax._src.sharding_impls:ShardingContext",
    why="Lowers a program in the zygote, up to where a backend would compile it.",
    since="JAX 0.10",
    without=_SLOWER,
    takes=("num_devices",),
)
BUILD_MODULE = PrivateName(
    "jax._src.interpreters.mlir:build_mlir_module_helper",
    why="Lowers a program in the zygote, up to where a backend would compile it.",
    since="JAX 0.10",
    without=_SLOWER,
    takes=("closed_jaxpr", "name", "platforms", "backend", "axis_context"),
)
KERNEL_SYS = PrivateName(
    "ipykernel.ipkernel:sys",
    why="A kernel that starts makes no list of the files of its modules, which only a debugger needs.",
    since="ipykernel 6.29",
    without="A kernel takes 37 ms of processor time until it answers, and not 32.",
)
HEARTBEAT_BIND = PrivateName(
    "ipykernel.heartbeat:Heartbeat._try_bind_socket",
    why="The heartbeat takes a socket that listens already: a kernel has no folder it could bind one in.",
    since="ipykernel 6.29",
    without="No kernel starts, and the error says so.",
    takes=("self",),
)
APP_BIND = PrivateName(
    "ipykernel.kernelapp:IPKernelApp._try_bind_socket",
    why="The other channels take sockets that listen already.",
    since="ipykernel 6.29",
    without="No kernel starts, and the error says so.",
    takes=("self", "s", "port"),
)
CLOSEST_COLOUR = PrivateName(
    "pygments.formatters.terminal256:Terminal256Formatter._closest_color",
    why="The closest of 256 colours is looked for once for each colour of a theme, and not once an error.",
    since="Pygments 2.17",
    without="Each error takes 6.5 ms, and not 5.",
    takes=("self", "r", "g", "b"),
)
MODULES_BY_FILE = PrivateName(
    "inspect:modulesbyfile",
    why="To which module a cell belongs is noted; the lines of an error are looked up in all modules otherwise.",
    since="Python 3.11",
    without="Each error takes 11 ms, and not 5; the first of a kernel 19, and not 7.",
)

TABLE = names_in(globals())
