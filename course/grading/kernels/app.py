"""IPython's kernel, on listening sockets that exist already. Imported by the zygote once, for all kernels."""

from __future__ import annotations

import contextlib
from typing import Any

import zmq
from ipykernel import kernelapp
from ipykernel.heartbeat import Heartbeat


class ForkedHeartbeat(Heartbeat):
    """The heartbeat of a forked kernel."""

    listener: int

    def _try_bind_socket(self) -> None:
        self.socket.setsockopt(zmq.USE_FD, self.listener)
        super()._try_bind_socket()


class ForkedKernelApp(kernelapp.IPKernelApp):
    """A kernel that binds nothing, reads no command line and looks for no configuration."""

    listeners: dict[int, int]

    def parse_command_line(self, argv: Any = None) -> None:
        """There is none; building the parser for it takes a fifth of a kernel's start."""

    def load_config_file(self, suppress_errors: Any = None) -> None:
        """There is none in a sandbox."""

    def _try_bind_socket(self, s: Any, port: int) -> int:
        s.setsockopt(zmq.USE_FD, self.listeners[port])
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
