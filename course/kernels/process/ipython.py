"""IPython's kernel, on listening sockets that exist already. Imported by the zygote once, for all kernels."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

import zmq
from ipykernel import ipkernel, kernelapp
from ipykernel.compiler import XCachingCompiler
from ipykernel.heartbeat import Heartbeat
from traitlets import Type, default

from .. import upstream


class _Modules:
    """`sys` with no modules."""

    modules: dict[str, Any] = {}  # noqa: RUF012

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


class Compiler(XCachingCompiler):
    """Notes to which module a cell belongs: the lines of an error are looked up in all modules otherwise."""

    def get_code_name(self, raw_code: str, code: str, number: int) -> str:
        """Give the name of a cell's file."""
        name = super().get_code_name(raw_code, code, number)
        with contextlib.suppress(upstream.UpstreamChanged):
            upstream.MODULES_BY_FILE.get()[name] = "__main__"
        return name


class ForkedKernel(ipkernel.IPythonKernel):
    """A kernel that makes no list of the files of its modules: it is for a debugger, and every module's page would
    be copied for it.
    """

    compiler_class = Type(Compiler)

    def __init__(self, **options: Any) -> None:
        with upstream.KERNEL_SYS.replaced_if_there(_Modules()):
            super().__init__(**options)


class ForkedHeartbeat(Heartbeat):
    """The heartbeat of a forked kernel."""

    listener: int

    def _try_bind_socket(self) -> None:
        self.socket.setsockopt(zmq.USE_FD, self.listener)
        super()._try_bind_socket()


class ForkedKernelApp(kernelapp.IPKernelApp):
    """A kernel that binds nothing, reads no command line and looks for no configuration."""

    listeners: dict[int, int]

    @default("kernel_class")
    def _kernel_class(self) -> type[ForkedKernel]:
        return ForkedKernel

    def parse_command_line(self, argv: Any = None) -> None:
        """There is none; building the parser for it takes a fifth of a kernel's start."""

    def load_config_file(self, suppress_errors: Any = None) -> None:
        """There is none in a sandbox."""

    def _try_bind_socket(self, s: Any, port: int) -> int:
        s.setsockopt(zmq.USE_FD, self.listeners[port])
        if s.socket_type in (zmq.XPUB, zmq.PUB):
            # What is shown waits for its reader. Else messages beyond a thousand are dropped, and with the one
            # that says that the cell is done all that comes after the cell.
            s.setsockopt(zmq.XPUB_NODROP, 1)
        return super()._try_bind_socket(s, port)

    def init_control(self, context: Any) -> None:
        """Without the socket that serves a debugger: it would try for ever to connect to a path not seen here."""
        super().init_control(context)
        with contextlib.suppress(zmq.ZMQError):
            self.debug_shell_socket.disconnect(self.shell_socket.getsockopt(zmq.LAST_ENDPOINT))

    def init_heartbeat(self) -> None:
        """With its own context, as upstream: a busy interpreter must not hold it up."""
        self.heartbeat = ForkedHeartbeat(zmq.Context(), (self.transport, self.ip, self.hb_port))
        self.heartbeat.listener = self.listeners[self.hb_port]
        self.heartbeat.start()
