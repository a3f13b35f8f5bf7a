"""The grader's side: find the zygote of this run or start it, ask for kernels, and hold on to them.

The zygote's folder is named in the environment, so that all processes below the one that started it share
it. It ends with that process (a pipe of which nobody else holds the writing end), and each kernel ends with
the process that asked for it (the end of file on its socket).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import IO, Any

from ..command import python_command
from ..messages import CHANNELS, Request, receive, send
from ..process.supervisor import thread_times

VARIABLE = "COURSE_ZYGOTE"
_START_SECONDS = 120.0
_LAUNCH_SECONDS = 30.0
# A path of a socket has at most 107 bytes; ours add about 40 to the folder.
_LONGEST = 60

_lock = threading.Lock()
_held: list[tuple[subprocess.Popen[bytes], int, Path]] = []
# One that is starting, and the file that takes what it writes.
_coming: list[IO[bytes]] = []


class ZygoteError(RuntimeError):
    """The zygote could not be started, or could not start a kernel."""


def ensure() -> Path:
    """Give the folder of this run's zygote, which is started if there is none yet.

    Call it before starting worker processes, so that they share one.

    Raises:
        ZygoteError: If it does not come up; the message holds what it wrote.
    """
    with _lock:
        if not _coming:
            named = os.environ.get(VARIABLE)
            if named and _answers(Path(named)):
                return Path(named)
            _spawn()
        _wait_for_it()
        return Path(os.environ[VARIABLE])


def begin() -> None:
    """Start the zygote, unless there is one, without waiting for it: `ensure` then does."""
    with _lock:
        if not _coming and VARIABLE not in os.environ:
            _spawn()


def stop() -> None:
    """End the zygote that this process started, with all its kernels; without one, do nothing."""
    with _lock:
        while _coming:
            # It has no kernels yet, and would first go on importing.
            _held[-1][0].kill()
            _coming.pop().close()
        while _held:
            process, lifeline, folder = _held.pop()
            os.close(lifeline)
            if process.stdout is not None:
                process.stdout.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            shutil.rmtree(folder, ignore_errors=True)
            if os.environ.get(VARIABLE) == str(folder):
                del os.environ[VARIABLE]


def _spawn() -> None:
    base = tempfile.gettempdir()
    folder = Path(tempfile.mkdtemp(prefix="course-", dir=base if len(base) <= _LONGEST else "/tmp"))  # noqa: S108
    lifeline, ours = os.pipe()
    environment = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TZ") if name in os.environ}
    environment |= {"HOME": str(folder), "MPLCONFIGDIR": str(folder / "matplotlib")}
    log = tempfile.TemporaryFile()  # noqa: SIM115  closed by whoever waits for the zygote
    process = subprocess.Popen(  # noqa: S603
        python_command("zygote.server", str(folder), str(lifeline)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        env=environment,
        pass_fds=(lifeline,),
        # A Ctrl-C at the terminal is the grader's to handle, which then ends the zygote.
        start_new_session=True,
        cwd="/",
    )
    os.close(lifeline)
    _held.append((process, ours, folder))
    _coming.append(log)


def _wait_for_it() -> None:
    """Wait until the zygote that was spawned last serves.

    Raises:
        ZygoteError: If it does not come up; the message holds what it wrote.
    """
    process, ours, folder = _held[-1]
    with _coming.pop() as log:
        assert process.stdout is not None
        timer = threading.Timer(_START_SECONDS, process.kill)
        timer.start()
        ready = process.stdout.readline()
        timer.cancel()
        process.stdout.close()
        if ready != b"ready\n":
            _held.pop()
            os.close(ours)
            process.wait()
            shutil.rmtree(folder, ignore_errors=True)
            log.seek(0)
            raise ZygoteError(f"the zygote did not start:\n{log.read().decode(errors='replace').strip()}")
    os.environ[VARIABLE] = str(folder)


def _answers(folder: Path) -> bool:
    with contextlib.suppress(OSError), _connect(folder):
        return True
    for entry in [entry for entry in _held if entry[2] == folder]:
        # Ours has died: nothing of it shall stay.
        _held.remove(entry)
        os.close(entry[1])
        entry[0].wait()
        shutil.rmtree(folder, ignore_errors=True)
    return False


def _connect(folder: Path) -> socket.socket:
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        channel.connect(str(folder / "zygote"))
    except OSError:
        channel.close()
        raise
    return channel


def _forget() -> None:
    # A forked worker has inherited our handles, but the zygote is not its to end; and a thread that held the
    # lock at the fork does not exist here.
    global _lock
    _lock = threading.Lock()
    for _, lifeline, _ in _held:
        os.close(lifeline)
    _held.clear()
    _coming.clear()


os.register_at_fork(after_in_child=_forget)
atexit.register(stop)


class ForkedKernel:
    """A kernel forked by the zygote, with the face of a `subprocess.Popen`.

    Attributes:
        pid: The process id of its supervisor, as the zygote sees it.
        returncode: None while it runs; then the exit status, negative for a signal.
        reason: Why it was ended, if a limit ended it.
    """

    stdin = stdout = stderr = None

    def __init__(self, folder: Path, request: Request, listeners: dict[str, socket.socket]) -> None:
        """Ask for a kernel, and wait until it stands in its sandbox.

        Raises:
            ZygoteError: If it cannot be had; the message says which step failed.
        """
        self.returncode: int | None = None
        self.reason: str | None = None
        self.pid = 0
        self._channel = _connect(folder)
        try:
            self._channel.settimeout(_LAUNCH_SECONDS)
            descriptors = [listeners[channel].fileno() for channel in CHANNELS]
            socket.send_fds(self._channel, [_encode(request)], descriptors)
            while not self.pid and self.returncode is None:
                self._take(receive(self._channel))
        except OSError as error:
            self._channel.close()
            raise ZygoteError(
                f"the zygote did not start a kernel within {_LAUNCH_SECONDS:.0f} s: {error}"
            ) from error
        if self.returncode is not None:
            raise ZygoteError(self.reason or f"the kernel ended with status {self.returncode} while it started")
        self._channel.settimeout(0)

    def _take(self, message: dict[str, Any] | None) -> None:
        if message is None:
            message = {"exit": -int(signal.SIGKILL), "reason": self.reason or "the zygote is gone"}
        if "error" in message:
            self.reason = message["error"]
        self.pid = message.get("pid", self.pid)
        if "exit" in message:
            self.returncode = message["exit"]
            self.reason = message.get("reason") or self.reason
            self._channel.close()

    def poll(self) -> int | None:
        """Give the exit status, or None while it runs."""
        with contextlib.suppress(BlockingIOError):
            while self.returncode is None:
                self._take(receive(self._channel))
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end.

        Raises:
            subprocess.TimeoutExpired: If it has not come after `timeout` seconds.
        """
        if self.returncode is None:
            self._channel.settimeout(timeout)
            try:
                while self.returncode is None:
                    self._take(receive(self._channel))
            except TimeoutError as error:
                self._channel.settimeout(0)
                raise subprocess.TimeoutExpired("kernel", timeout or 0) from error
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel and the processes it started; after its end, do nothing.

        SIGKILL ends the whole namespace.
        """
        if self.poll() is None:
            send(self._channel, {"signal": int(number)})

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """End it: there is nothing in a sandbox that is worth a last word."""
        self.kill()

    def thread_times(self) -> dict[int, float]:
        """Give the processor seconds of each of its threads, by the thread's id; none if they cannot be told."""
        return thread_times(self.pid) if self.pid else {}

    def close(self) -> None:
        """Let go of it, which ends it."""
        self._channel.close()


def _encode(request: Request) -> bytes:
    import json

    return json.dumps(request.encode()).encode()
