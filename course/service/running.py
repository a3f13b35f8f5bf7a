"""Running the service until it is told to stop."""

import asyncio
import contextlib
import errno
import gc
import signal
import socket
from collections.abc import Callable

from course.errors import CourseError
from course.service.app import Worker, make_server
from course.service.identity import Identity
from course.service.practice_marker import PracticeMarker
from course.service.rate_limit import RateLimit


class CannotListen(CourseError):
    """Raised where the address cannot be had; the message says why."""


def listen(host: str, port: int) -> socket.socket:
    """Take an address; port 0 takes a free one.

    Raises:
        CannotListen: if it is taken or not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.create_server((host, port), family=family, backlog=256)
    except OSError as error:
        hint = "; name another with --port" if error.errno == errno.EADDRINUSE else ""
        raise CannotListen(f"cannot listen on {host}:{port}: {error.strerror or error}{hint}") from None
    made.setblocking(False)
    return made


async def serve(
    practice: PracticeMarker,
    identity: Identity,
    limit: RateLimit,
    listening: socket.socket,
    *,
    prefix: str = "/",
    warmed: Callable[[], None] = lambda: None,
) -> bool:
    """Serve until the process is asked to stop (SIGINT or SIGTERM), or the task is cancelled.

    Returns:
        Whether something is being compiled or marked still, in a thread that Python would wait for at its end.
    """
    worker, stop = Worker(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Not in a thread other than the main one, and not on Windows.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, stop.set)
    server = make_server(practice, identity, limit, worker, prefix)
    server.add_socket(listening)
    warming = asyncio.create_task(_warm(worker, practice, warmed))
    try:
        await stop.wait()
    finally:
        warming.cancel()
        server.stop()
        await server.close_all_connections()
        worker.close()
    return worker.busy


async def _warm(worker: Worker, practice: PracticeMarker, warmed: Callable[[], None]) -> None:
    await worker.warm(practice)
    # What was compiled stays: walking through all of it took the collector 0.2 s, in which students would wait.
    gc.collect()
    gc.freeze()
    warmed()
