"""A trial of the whole sandbox on this machine, for this account, in a process of its own."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from ..messages import Request
from . import filesystem, namespaces


def main() -> None:
    """Run as a process: ends with 0, or with 1 and the reason as the last line of standard error."""
    # As in the zygote: another user passes through what is made here, whatever the instructor's own files allow.
    os.umask(0o022)
    ours, theirs = socket.socketpair()
    with tempfile.TemporaryDirectory() as root, tempfile.TemporaryDirectory() as work:
        request = Request({}, "", work, {})
        child = os.fork()
        if child == 0:
            _report(theirs, lambda: _enter(Path(root), request, theirs))
        os.waitpid(child, 0)
        theirs.close()
        reason = ours.recv(4096).decode()
    if reason != "ok":
        sys.exit(reason or "the trial ended without a word")


def _enter(root: Path, request: Request, channel: socket.socket) -> None:
    owner = namespaces.separate()
    filesystem.build(root, request, owner, namespaces.INSIDE)
    child = os.fork()
    if child == 0:
        _report(channel, lambda: namespaces.lock(root, request, owner), "ok")
    os.waitpid(child, 0)


def _report(channel: socket.socket, step: Callable[[], None], success: str = "") -> None:
    try:
        step()
        channel.send(success.encode())
    except OSError as error:
        channel.send(f"{error.strerror or error}".encode())
    finally:
        os._exit(0)
