"""From the first fork to a kernel in its sandbox."""

from __future__ import annotations

import os
import socket
import traceback
from pathlib import Path

from ..messages import Request, send
from ..sandbox import filesystem, namespaces
from .kernel import run
from .supervisor import Supervisor


def start(request: Request, listeners: dict[str, int], zygote: socket.socket, root: Path) -> None:
    """In the forked child: make the world, fork process 1 into it, and end. Never returns.

    Raises:
        OSError: If the system refuses a step.
    """
    os.setsid()
    owner = 0
    if request.sandboxed:
        owner = namespaces.separate()
        filesystem.build(root, request, owner, namespaces.INSIDE)
    if pid := os.fork():
        send(zygote, {"init": pid})
        os._exit(0)
    try:
        if request.sandboxed:
            namespaces.lock(root, request, owner)
        send(zygote, {"started": True})
        supervisor = Supervisor(zygote, request.limits, contained=request.sandboxed)
        code = supervisor.run(lambda channel: run(request, listeners, channel))
    except BaseException:
        send(zygote, {"error": traceback.format_exc()})
        code = 1
    os._exit(code & 0xFF)
