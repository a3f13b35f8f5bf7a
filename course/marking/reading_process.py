"""The process that reads lines for the marker: kept, bounded in time, and replaced when something goes wrong."""

import atexit
import contextlib
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from course.derivation.reading.lines import LARGEST_READ, Line, Problem, ReadError, decode_lines
from course.derivation.reading.reading_worker import ask
from course.derivation.reading.symbols import Symbols

MOST_SECONDS = 20.0  # for the lines of one sheet; 200 lines take a quarter of a second


class ReadingProcess:
    """Reads lines elsewhere. Its process starts with the first of them, once in each process that marks."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._lock = threading.Lock()

    def read(self, lines: Sequence[str], symbols: Symbols, seconds: float = MOST_SECONDS) -> list[Line]:
        """Read lines.

        Args:
            lines: as typed.
            symbols: what they may name.
            seconds: after which they count as unreadable.

        Returns:
            The lines with checked trees. Where reading fails as a whole all of them are unreadable: what cannot be
            read is never held to be wrong.
        """
        if not lines:
            return []
        with self._lock:
            try:
                return decode_lines(self._answer(ask(tuple(lines), symbols), seconds), symbols)
            except (OSError, TimeoutError, ReadError) as error:
                self.close()
                return [
                    Line(text[:80], problem=Problem(0, f"it could not be read: {error}"[:600])) for text in lines
                ]

    def close(self) -> None:
        """End the process; the next lines start another."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return  # after a fork it is the parent's
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()

    def _answer(self, request: bytes, seconds: float) -> bytes:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(request + b"\n")
        process.stdin.flush()
        found, end = bytearray(), time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while not found.endswith(b"\n"):
                if not selector.select(max(0.0, end - time.monotonic())):
                    raise TimeoutError(f"it took longer than {seconds:g} seconds")
                part = os.read(process.stdout.fileno(), 1 << 16)
                found += part
                if not part or len(found) > LARGEST_READ + 1:
                    raise ReadError("the process that reads lines ended, or said too much")
        return bytes(found[:-1])

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", "course.derivation.reading.reading_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                bufsize=0,
            )
            self._owner = os.getpid()
        return self._process


PROCESS = ReadingProcess()
"""The one of this process."""

atexit.register(PROCESS.close)
