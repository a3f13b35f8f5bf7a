"""Process 1 of a kernel's world: starts the kernel, passes signals on, watches memory and time, ends it all.

It runs no code of the student, holds no rights that the kernel does not hold, and cannot be signalled by it
(process 1 of a pid namespace gets only the signals it asked for). When it ends, the operating system ends
everything else in its namespace.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from .. import linux
from ..limits import Limits
from ..messages import receive, send

# Twice net.core.wmem_max, the most that setsockopt gives.
_SOCKET = 2 * 212992
_KILLED = -int(signal.SIGKILL)


class Supervisor:
    """Runs one kernel to its end.

    Args:
        zygote: Where signals come from and the result goes to. Its end of file is the end of the kernel.
        limits: What the kernel may use.
        contained: In a pid namespace of our own, where the end of this process ends all others.
    """

    def __init__(self, zygote: socket.socket, limits: Limits, *, contained: bool) -> None:
        self.zygote = zygote
        self.limits = limits
        self.contained = contained
        self.kernel = 0

    def run(self, kernel: Callable[[socket.socket], None]) -> int:
        """Fork the kernel and stay until it is over.

        Returns:
            Its exit status; negative is the number of the signal that ended it.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        self.kernel = os.fork()
        if self.kernel == 0:
            if not self.contained:
                linux.die_with_parent()
            _run_kernel(kernel, self.zygote)
        linux.set_name("kernel-super")
        if self.contained:
            linux.set_dumpable(False)
        else:
            linux.adopt_orphans()
        code, reason = self._watch()
        send(self.zygote, {"exit": code, "reason": reason})
        if not self.contained:
            _end_descendants()
        return code

    def _watch(self) -> tuple[int, str | None]:
        end = time.monotonic() + self.limits.wall_seconds
        poll = select.poll()
        poll.register(self.zygote, select.POLLIN)
        # A descriptor that becomes readable when the kernel ends: no waiting for the next tick.
        kernel = os.pidfd_open(self.kernel)
        poll.register(kernel, select.POLLIN)
        while True:
            ready = {number for number, _ in poll.poll(self.limits.tick)}
            if (code := self._reap()) is not None:
                slow = code == -signal.SIGXCPU
                return code, f"{self.limits.cpu_seconds} s of CPU time (limit 'cpu_seconds')" if slow else None
            if self.zygote.fileno() in ready and not self._obey():
                return _KILLED, "the grader is gone"
            if time.monotonic() > end:
                return _KILLED, f"older than {self.limits.wall_seconds} s (limit 'wall_seconds')"
            used = memory_in_use(self.limits.memory, self._members()) + (in_sockets() if self.contained else 0)
            if used > self.limits.memory:
                return _KILLED, f"{used >> 20} MiB of memory in use (limit 'memory': {self.limits.memory >> 20})"

    def _reap(self) -> int | None:
        """Collect the dead, orphans too; the exit status of the kernel once it is among them."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return None
                if pid == self.kernel:
                    return os.waitstatus_to_exitcode(status)
        return None

    def _obey(self) -> bool:
        if (message := receive(self.zygote)) is None:
            return False
        if number := message.get("signal"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.kernel, number)
        return True

    def _members(self) -> Iterator[int]:
        if self.contained:
            yield from (int(name) for name in _names("/proc") if name.isdigit() and name != "1")
        else:
            yield from descendants(os.getpid())


def memory_in_use(enough: int, processes: Iterator[int]) -> int:
    """Bytes of memory that these processes hold together.

    A cheap sum counts pages that forked processes share once for each; only where it exceeds `enough` are
    shared pages divided among those who share them. A process that does not let itself be looked into counts
    in full.
    """
    members = list(processes)
    total = sum(_own_pages(pid) for pid in members)
    return total if total <= enough else sum(_proportional(pid) for pid in members)


def in_sockets() -> int:
    """Bytes that can be waiting in the sockets of this network namespace: memory that no process shows."""
    words = _read("/proc/net/sockstat").split()
    return int(words[2]) * _SOCKET if words[:2] == ["sockets:", "used"] else 0


def descendants(ancestor: int) -> list[int]:
    """All processes below one, by the kernel's own list of children."""
    found: list[int] = []
    for task in _names(f"/proc/{ancestor}/task"):
        for child in _read(f"/proc/{ancestor}/task/{task}/children").split():
            found += [int(child), *descendants(int(child))]
    return found


def thread_times(ancestor: int) -> dict[int, float]:
    """Processor seconds of every thread of the processes below one, by the thread's id."""
    found = {}
    for pid in descendants(ancestor):
        for task in _names(f"/proc/{pid}/task"):
            # Behind the name, which may hold anything: user time and system time are the 12th and 13th.
            fields = _read(f"/proc/{pid}/task/{task}/stat").rpartition(")")[2].split()
            if len(fields) > 12:
                found[int(task)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def _end_descendants() -> None:
    """Without a pid namespace: kill what is left, again and again until nothing is."""
    for _ in range(100):
        left = descendants(os.getpid())
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not left:
            return
        time.sleep(0.01)


def _run_kernel(kernel: Callable[[socket.socket], None], zygote: socket.socket) -> None:
    code = 1
    try:
        os.setpgid(0, 0)
        linux.set_dumpable(True)
        kernel(zygote)
        code = 0
    except SystemExit as leave:
        code = leave.code if isinstance(leave.code, int) else int(leave.code is not None)
    finally:
        os._exit(code & 0xFF)


def _own_pages(pid: int) -> int:
    return sum(_fields(_read(f"/proc/{pid}/status"), "RssAnon:", "RssShmem:"))


def _proportional(pid: int) -> int:
    found = list(_fields(_read(f"/proc/{pid}/smaps_rollup"), "Pss_Anon:", "Pss_Shmem:"))
    return sum(found) if found else _own_pages(pid)


def _fields(text: str, *names: str) -> Iterator[int]:
    for line in text.splitlines():
        if line.startswith(names):
            yield int(line.split()[1]) << 10


def _read(path: str) -> str:
    # A process may end between two looks; it then holds nothing.
    try:
        # A process chooses its own name, and it need not be text.
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""


def _names(path: str) -> list[str]:
    try:
        return [entry.name for entry in os.scandir(path)]
    except OSError:
        return []
