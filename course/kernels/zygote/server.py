"""One single-threaded process that has imported what kernels need, and forks a kernel for each request.

It has never used a JAX backend: a backend starts threads, which a fork does not take along, and in a child
of such a process new compilations hang. For each request it forks once, and the child arranges the rest:

    zygote ── child: namespaces, view ── process 1: lock, supervise ── the kernel
                 (ends here)               (child of the zygote now)

The child ends as soon as process 1 exists, which the zygote then adopts: so the zygote knows its process id,
can kill it, and collects it. Nothing waits for anything in here: one slow start does not hold up the others.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import sys
import time
import traceback
from pathlib import Path

from .. import linux
from ..messages import CHANNELS, MAX_PACKET, Request, receive, send
from ..process.launch import start
from ..sandbox.withhold import Withheld
from .preload import preloaded

_IDLE_SECONDS = 900.0
_KILLED = -int(signal.SIGKILL)


class _Kernel:
    """What the zygote remembers of one kernel; the request itself is forgotten, so that no later one sees it."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.status: socket.socket | None = None
        self.starter = 0
        self.pid = 0
        self.started = False
        self.contained = True
        self.directory = ""
        self.error: str | None = None
        self.result: tuple[int, str | None] | None = None
        self.unwanted = False


class Zygote:
    """Serves requests until the process that started it is gone, or nobody has asked for a long time."""

    def __init__(self, folder: Path, lifeline: int) -> None:
        self.folder = folder
        self.lifeline = lifeline
        self.kernels: list[_Kernel] = []
        self.idle_since = time.monotonic()
        self.root = folder / "root"
        self.root.mkdir()
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        self.listener.bind(str(folder / "zygote"))
        self.listener.listen(128)
        self.wake, self._waker = socket.socketpair()
        for end in (self.wake, self._waker):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)

    def serve(self) -> None:
        """Serve until the end, then end every kernel."""
        while self._alive():
            poll = select.poll()
            for number in (self.lifeline, self.listener.fileno(), self.wake.fileno()):
                poll.register(number, select.POLLIN)
            for kernel in self.kernels:
                for end in (kernel.channel, kernel.status):
                    if end is not None and end.fileno() >= 0:
                        poll.register(end, select.POLLIN)
            ready = {number for number, _ in poll.poll(30_000)}
            if self.lifeline in ready:
                break
            if self.wake.fileno() in ready:
                with contextlib.suppress(BlockingIOError):
                    self.wake.recv(4096)
            for kernel in list(self.kernels):
                if kernel.status is not None and kernel.status.fileno() in ready:
                    self._hear(kernel)
                if kernel.channel.fileno() in ready:
                    self._obey(kernel)
            self._reap()
            if self.listener.fileno() in ready:
                with contextlib.suppress(BlockingIOError):
                    channel = self.listener.accept()[0]
                    channel.setblocking(False)
                    self.kernels.append(_Kernel(channel))
        for kernel in self.kernels:
            self._kill(kernel)
        deadline = time.monotonic() + 5
        while any(kernel.status for kernel in self.kernels) and time.monotonic() < deadline:
            self._reap()
            time.sleep(0.005)

    def _alive(self) -> bool:
        if self.kernels:
            self.idle_since = time.monotonic()
        return time.monotonic() - self.idle_since < _IDLE_SECONDS

    def _obey(self, kernel: _Kernel) -> None:
        """Take a message of the grader: first the request, then signals; its end of file ends the kernel."""
        if kernel.status is None:
            self._accept(kernel)
            return
        try:
            message = receive(kernel.channel)
        except BlockingIOError:
            return
        if message is None:
            kernel.unwanted = True
            kernel.channel.close()
            self._kill(kernel)
        elif message.get("signal") == signal.SIGKILL:
            self._kill(kernel)
        else:
            send(kernel.status, message)

    def _accept(self, kernel: _Kernel) -> None:
        import json

        descriptors: list[int] = []
        try:
            text, descriptors, _, _ = socket.recv_fds(kernel.channel, MAX_PACKET, len(CHANNELS))
            if not text:
                self._forget(kernel)
                return
            request = Request.decode(json.loads(text))
            if present := Withheld(request.withheld, request.packages).imported():
                raise RuntimeError(f"withheld, yet in the memory of the zygote: {', '.join(present)}")
            if Path(request.directory).parent == self.folder:
                kernel.directory = request.directory
            kernel.contained = request.sandboxed
            self._fork(kernel, request, dict(zip(CHANNELS, descriptors, strict=True)))
        except BlockingIOError:
            return
        except Exception:
            kernel.error = traceback.format_exc()
            self._finish(kernel, 1)
        finally:
            for number in descriptors:
                os.close(number)

    def _fork(self, kernel: _Kernel, request: Request, listeners: dict[str, int]) -> None:
        kernel.status, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        kernel.status.setblocking(False)
        kernel.starter = os.fork()
        if kernel.starter:
            theirs.close()
            return
        try:
            self._abandon(keep={*listeners.values(), theirs.fileno()})
            start(request, listeners, theirs, self.root)
        except BaseException:
            send(theirs, {"error": traceback.format_exc()})
        finally:
            os._exit(1)

    def _abandon(self, keep: set[int]) -> None:
        """In the child: let go of all that is the zygote's, without closing what others now hold."""
        signal.set_wakeup_fd(-1)
        ends = [self.listener, self.wake, self._waker]
        for kernel in self.kernels:
            ends += [kernel.channel, *([kernel.status] if kernel.status else [])]
        for end in ends:
            end.detach()
        self.kernels.clear()
        for number in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
            if number > 2 and number not in keep:
                with contextlib.suppress(OSError):
                    os.close(number)

    def _hear(self, kernel: _Kernel) -> None:
        """Take messages of the child, of process 1 and of the kernel, until there are no more."""
        assert kernel.status is not None
        with contextlib.suppress(BlockingIOError):
            while (message := receive(kernel.status)) is not None:
                if "init" in message:
                    kernel.pid = message["init"]
                    if kernel.unwanted:
                        self._kill(kernel)
                kernel.started |= "started" in message
                # The forked child says `init` and process 1 says `started`, in either order.
                if kernel.started and kernel.pid and not {"init", "started"}.isdisjoint(message):
                    send(kernel.channel, {"pid": kernel.pid})
                if "error" in message:
                    kernel.error = message["error"]
                if "exit" in message:
                    kernel.result = (message["exit"], message["reason"])
            # All who could write are gone; their end is told by SIGCHLD.
            kernel.status.close()

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                for kernel in list(self.kernels):
                    if kernel.status is not None and kernel.status.fileno() >= 0:
                        self._hear(kernel)
                    if pid == kernel.pid or (pid == kernel.starter and not kernel.pid):
                        self._finish(kernel, os.waitstatus_to_exitcode(status))

    def _kill(self, kernel: _Kernel) -> None:
        """End process 1, and the system ends what it holds; before it exists, end the child that makes it."""
        with contextlib.suppress(OSError):
            if kernel.starter and (kernel.contained or not kernel.pid):
                os.kill(kernel.pid or kernel.starter, signal.SIGKILL)
            elif kernel.status is not None:
                # Without a namespace, only the supervisor knows what there is to end: tell it to.
                kernel.status.shutdown(socket.SHUT_WR)

    def _finish(self, kernel: _Kernel, code: int) -> None:
        """Everything of this kernel is over: clean up, and only then say so."""
        if kernel.directory:
            shutil.rmtree(kernel.directory, ignore_errors=True)
        told, reason = kernel.result or (code, None)
        send(kernel.channel, {"exit": told, "reason": reason or kernel.error})
        self._forget(kernel)

    def _forget(self, kernel: _Kernel) -> None:
        kernel.channel.close()
        if kernel.status is not None:
            kernel.status.close()
            kernel.status = None
        if kernel in self.kernels:
            self.kernels.remove(kernel)


def main() -> None:
    """Run as a process: `zygote FOLDER LIFELINE`; says `ready` on standard output."""
    folder, lifeline = Path(sys.argv[1]), int(sys.argv[2])
    linux.set_name("course-zygote")
    linux.adopt_orphans()
    os.umask(0o022)
    try:
        with preloaded():
            zygote = Zygote(folder, lifeline)
            os.write(1, b"ready\n")
            os.dup2(0, 1)
            zygote.serve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
