"""Work on what a stranger wrote, done in a process of its own whose limits the system enforces.

A text can be made to cost its reader minutes or gigabytes: nested brackets in Markdown, a million empty lists in
JSON. What takes such texts apart runs here, so that what is too much costs the one that wrote it, and nobody else.
Bytes go in and bytes come out; nothing is pickled.
"""

import atexit
import contextlib
import importlib
import json
import logging
import os
import selectors
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import BinaryIO

from course.errors import CourseError

SECONDS = 20  # of processor time for one piece of work
WALL = 5  # times the processor time: a busy machine takes longer and must not change what comes out
MEMORY = 3 << 29  # bytes of address space
_LARGEST = 256 << 20  # bytes that go in or come out
_STARTS = 60  # seconds, for a process to come up and to import what it needs
_LONGEST_TRACE = 20_000  # letters of an error with the lines at which it came up
_HEAD = struct.Struct(">II")
_log = logging.getLogger("course.confined")


class Exceeded(CourseError):
    """Raised for work that took more than its share, or ended the process that did it."""


class Failed(CourseError):
    """Raised for work that ended with an error.

    Attributes:
        kind: the name of the error's class.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Confined:
    """A process for such work. It starts with the first piece, and again after one that ended it.

    Args:
        memory: bytes of address space that it may use.
    """

    def __init__(self, memory: int = MEMORY) -> None:
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._owner, self._used = 0, False
        self._lock = threading.Lock()
        atexit.register(self.close)

    def begin(self, *modules: str) -> None:
        """Start the process, which imports meanwhile what will be asked of it; nobody waits for it here."""
        with self._lock:
            self._started(*modules)

    def call(
        self, function: Callable[..., bytes], data: bytes, *, seconds: int = SECONDS, **options: object
    ) -> bytes:
        """Call a function of a module in that process.

        Args:
            function: takes bytes and the options, and gives bytes; it is found there by its name.
            data: what it takes.
            seconds: of processor time that it may use.
            options: further arguments, as JSON can hold them.

        Raises:
            Exceeded: if it takes more than its share, or ends the process.
            Failed: if it raises an error.
        """
        if len(data) > _LARGEST:
            raise Exceeded(f"{len(data) >> 20} MiB are more than is read at once")
        head = json.dumps([function.__module__, function.__qualname__, seconds, options]).encode()
        with self._lock:
            try:
                good, answer = self._answer(head, data, WALL * seconds)
            except BaseException as error:
                # Of what was asked an answer may still come: the next piece of work must not get it.
                self.close()
                if not isinstance(error, OSError | EOFError | TimeoutError):
                    raise
                time_used = f"{seconds} s of processor time, {WALL * seconds} s in all"
                raise Exceeded(f"it takes more than {time_used} or {self._memory >> 20} MiB of memory") from error
        if not good:
            kind, message, trace = json.loads(answer)
            # It may quote what a stranger wrote: no letters that a terminal obeys.
            plain = "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in trace)
            _log.debug("%s failed in its process:\n%s", function.__qualname__, plain)
            if kind == "MemoryError":
                self.close()
                raise Exceeded(f"it takes more than {self._memory >> 20} MiB of memory")
            raise Failed(kind, message)
        return answer

    def close(self) -> None:
        """End the process; the next piece of work starts another."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return  # after a fork it is the parent's
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()

    def _answer(self, head: bytes, data: bytes, seconds: float) -> tuple[bool, bytes]:
        process = self._started()
        fresh, self._used = not self._used, True
        assert process.stdin is not None
        assert process.stdout is not None
        end = time.monotonic() + seconds + (_STARTS if fresh else 0)
        process.stdin.write(_HEAD.pack(len(head), len(data)) + head)
        process.stdin.write(data)
        process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)

            def read(count: int) -> bytes:
                found = bytearray()
                while len(found) < count:
                    if not selector.select(max(0.0, end - time.monotonic())):
                        raise TimeoutError
                    part = os.read(process.stdout.fileno(), min(count - len(found), 1 << 20))  # type: ignore[union-attr]
                    if not part:
                        raise EOFError
                    found += part
                return bytes(found)

            good, size = _HEAD.unpack(read(_HEAD.size))
            if size > _LARGEST:
                raise EOFError
            return bool(good), read(size)

    def _started(self, *modules: str) -> subprocess.Popen[bytes]:
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-m", "course.confined", str(self._memory), *modules],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                # A Ctrl-C at the terminal is for who asked.
                start_new_session=True,
            )
            self._owner, self._used = os.getpid(), False
        return self._process


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Do one piece of work after the other until there are no more."""
    while head := requests.read(_HEAD.size):
        about, size = _HEAD.unpack(head)
        module, name, seconds, options = json.loads(requests.read(about))
        data = requests.read(size)
        try:
            function = getattr(importlib.import_module(module), name)
            allow(seconds)
            good, answer = True, function(data, **options)
        except Exception as error:
            # Whatever it is, it is said to who asked, and all of it to the log there.
            said = [type(error).__name__, str(error)[:2000], traceback.format_exc()[-_LONGEST_TRACE:]]
            good, answer = False, json.dumps(said).encode()
        answers.write(_HEAD.pack(good, len(answer)) + answer)
        answers.flush()


def allow(seconds: int) -> None:
    """Let this process use so many seconds of processor time from now on; the system ends it then."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + 1 + seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def bound_memory(size: int) -> None:
    """Let this process hold so many bytes at most, and write none of them to a file where it ends."""
    if sys.platform == "win32":
        return
    import resource

    for limit, most in ((resource.RLIMIT_AS, size), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(limit)[1]
        # Not every system knows a limit of memory.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


PROCESS = Confined()
"""The one of this process for what asks for no other."""

if __name__ == "__main__":
    bound_memory(int(sys.argv[1]))
    for wanted in sys.argv[2:]:
        importlib.import_module(wanted)
    serve(sys.stdin.buffer, sys.stdout.buffer)
