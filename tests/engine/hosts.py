"""Hosts that share neither network stack, nor disk, nor processes: namespaces of this machine, for its root only.

head ── bridge ─┬─ one        each in a network namespace with one address and one cable; workers besides in
                └─ two        mount, process and host name namespaces, where the disk can only be read, and the
                              folder with the class is hidden under a memory file system of their own
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from course.kernels.zygote import client

PORT = 8786
SCHEDULER = f"tcp://10.0.0.1:{PORT}"
_PRIVATE = """
set -e
mount -t tmpfs -o size=1g none "$HIDDEN"
mount -t tmpfs -o size=1g none /var/tmp
mount -o remount,bind,ro /
hostname "$NAME"
cd "$HIDDEN"
eval "$FIRST"
exec "$@"
"""


def unavailable() -> str:
    """Say why there can be no such hosts here; empty where there can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "network namespaces with cables between them are made by root on Linux"
    missing = [name for name in ("ip", "unshare", "mount", "hostname") if shutil.which(name) is None]
    return f"not installed: {', '.join(missing)} (Debian: iproute2, util-linux, hostname)" if missing else ""


class Hosts:
    """Some hosts on one cable, the first of them called `head`; use it as a context.

    Args:
        hidden: a folder of this machine that workers must not see, in whose place they write.
        names: of the hosts beside `head`.
    """

    def __init__(self, hidden: Path, names: Sequence[str]) -> None:
        self.hidden, self.names = hidden, ("head", *names)
        self.running: list[subprocess.Popen] = []

    def __enter__(self) -> "Hosts":
        head = self._namespace("head")
        try:
            for name in self.names:
                _ip("netns", "add", self._namespace(name))
            _ip("-n", head, "link", "add", "bridge", "type", "bridge")
            for number, name in enumerate(self.names[1:], start=2):
                there, end = self._namespace(name), f"to-{name}"
                _ip("-n", head, "link", "add", end, "type", "veth", "peer", "name", "cable", "netns", there)
                _ip("-n", head, "link", "set", end, "master", "bridge", "up")
                _ip("-n", there, "addr", "add", f"10.0.0.{number}/24", "dev", "cable")
                _ip("-n", there, "link", "set", "cable", "up")
                _ip("-n", there, "link", "set", "lo", "up")
            _ip("-n", head, "addr", "add", "10.0.0.1/24", "dev", "bridge")
            _ip("-n", head, "link", "set", "bridge", "up")
            _ip("-n", head, "link", "set", "lo", "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.running:
            process.kill()
            process.wait()
        for name in self.names:
            subprocess.run(["ip", "netns", "delete", self._namespace(name)], capture_output=True)

    def scheduler(self) -> None:
        """Start a scheduler on `head`."""
        self._start(
            "head", ["-m", "dask", "scheduler", "--host", "10.0.0.1", "--port", str(PORT), "--no-dashboard"]
        )

    def worker(self, name: str, first: str = "") -> subprocess.Popen:
        """Start a worker with one thread on a host; killed, it takes everything on that host with it.

        Args:
            name: of the host.
            first: what the shell does there before.
        """
        command = ["-m", "dask", "worker", SCHEDULER, "--nthreads", "1", "--no-dashboard", "--name", name]
        private = ["unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"]
        private += ["--propagation", "private", "sh", "-c", _PRIVATE, "sh"]
        settings = {"HIDDEN": str(self.hidden), "NAME": name, "TMPDIR": str(self.hidden), "FIRST": first}
        return self._start(name, [*command, "--local-directory", str(self.hidden)], private, settings)

    def on_head(self, *command: str, **options) -> subprocess.Popen:
        """Run a command on `head`, which sees this machine's disk."""
        return subprocess.Popen(["ip", "netns", "exec", self._namespace("head"), *command], **options)

    def _start(self, name, arguments, private=(), settings=None) -> subprocess.Popen:
        # A warm process of this test's own is none of theirs.
        own = {name: value for name, value in os.environ.items() if name != client.VARIABLE}
        process = subprocess.Popen(
            ["ip", "netns", "exec", self._namespace(name), *private, sys.executable, *arguments],
            env=own | (settings or {}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
        self.running.append(process)
        return process

    def _namespace(self, name: str) -> str:
        return f"gradbook-{os.getpid()}-{name}"


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
