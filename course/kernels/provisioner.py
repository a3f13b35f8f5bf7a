"""The way in for Jupyter: a kernel provisioner that takes its kernels from the zygote.

`nbgrader autograde`, the formgrader's button and `course autograde` all start kernels through Jupyter's
kernel manager; a provisioner is the one place below all of them. It is chosen by the kernel specification
`course-sandbox` (see `configure`), or for everything by `JUPYTER_DEFAULT_PROVISIONER_NAME=course-zygote`.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Dict, Enum, List, Unicode

from .limits import Limits
from .messages import CHANNELS, Request
from .sandbox import namespaces
from .zygote import client

NAME = "course-zygote"
KERNEL = "course-sandbox"
SHARE = Path(__file__).parent / "share" / "jupyter"
_INHERITED = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "NBGRADER_EXECUTION", "NBGRADER_VALIDATING")


class ZygoteProvisioner(LocalProvisioner):
    """Kernels forked from a warm process, each in a sandbox of its own.

    Raises:
        SandboxUnavailableError: When a kernel is asked for, if `sandbox` is not 'none' and there is none here.
        ZygoteError: When a kernel cannot be started.
    """

    sandbox: Any = Enum(
        ["namespaces", "none"],
        "namespaces",
        help="'none' runs submissions in your own account: only for code that you trust as your own.",
    ).tag(config=True)
    limits: Any = Dict(help="Limits that differ from the default, by name: see `Limits`.").tag(config=True)
    environment: Any = Dict(help="Environment variables for kernels, JAX's and XLA's too.").tag(config=True)
    readable: Any = List(Unicode(), help="Files and folders that kernels may read, such as data sets.").tag(
        config=True
    )
    withheld: Any = List(Unicode(), help="Modules of `course` that kernels must not see.").tag(config=True)
    cache: Any = Unicode("", help="Folder of JAX's compilation cache, see `course.kernels.fill_cache.fill`.").tag(
        config=True
    )
    fill_cache: Any = Enum(
        ["", "installed", "all"],
        "",
        help="What kernels of trusted notebooks add to the cache: nothing, programs that hold only code of "
        "installed packages, or all, which everybody's kernels can read then.",
    ).tag(config=True)

    process: Any = None
    _listeners: dict[str, socket.socket] | None = None
    _directory: str | None = None
    _zygote: Path | None = None
    # Jupyter lets go of a process that has ended, but why it ended is still to be told.
    _latest: client.ForkedKernel | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose the sockets: files in a folder of this kernel's own, which only this user can reach."""
        if self.sandbox == "none":
            self.log.warning("submissions run WITHOUT a sandbox: their code can do whatever you can do")
            if sys.platform != "linux":
                return await super().pre_launch(**kwargs)
        elif sys.platform != "linux":
            namespaces.require()
        self._zygote = await asyncio.to_thread(client.ensure)
        if self._directory is None or not Path(self._directory).parent.samefile(self._zygote):
            self._directory = tempfile.mkdtemp(prefix="k", dir=self._zygote)
        else:
            Path(self._directory).mkdir(0o700, exist_ok=True)
        manager: Any = self.parent
        manager.transport = "ipc"
        manager.ip = f"{self._directory}/s"
        manager.connection_file = f"{self._directory}/kernel.json"
        # Nobody else can reach the sockets, so that there is nobody to hide the messages from.
        kwargs["transport_encryption"] = "disabled"
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Listen, and have the zygote fork a kernel that answers; `cmd` is not used."""
        if self._zygote is None:
            return await super().launch_kernel(cmd, **kwargs)
        assert self._directory is not None
        self.cwd = str(Path(kwargs.get("cwd") or ".").resolve())
        request = Request(
            connection=_read_connection(self._directory),
            directory=self._directory,
            working_directory=self.cwd,
            environment=self._environment(kwargs.get("env") or {}),
            limits=Limits().replace(self.limits),
            sandboxed=self.sandbox != "none",
            packages=course_packages(),
            readable=tuple(str(Path(path).absolute()) for path in self.readable),
            withheld=tuple(self.withheld),
            cache=str(Path(self.cache).resolve()) if self.cache else None,
            fill_cache=self.fill_cache,
        )
        listeners = _listen(self.connection_info)
        try:
            self.process = await asyncio.to_thread(client.ForkedKernel, self._zygote, request, listeners)
        except BaseException as error:
            shutil.rmtree(self._directory, ignore_errors=True)
            if isinstance(error, client.ZygoteError) and self.sandbox != "none":
                # Where the system refuses a sandbox, the error says so and what to do.
                await asyncio.to_thread(namespaces.require)
            raise
        finally:
            for listener in listeners.values():
                listener.close()
        self._latest = self.process
        self.pid = self.process.pid
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """End the kernel, and come back when nothing of it is left: Jupyter would look only every 0.1 s."""
        if not isinstance(self.process, client.ForkedKernel):
            await super().kill(restart=restart)
            return
        self.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self.process.wait, 5)

    async def terminate(self, restart: bool = False) -> None:
        """End the kernel at once, as `kill` does: nothing in it needs to be told of its end."""
        await self.kill(restart)

    async def shutdown_requested(self, restart: bool = False) -> None:
        """End the kernel at once: what counts is in the notebook already, and asking politely takes 0.1 s."""
        if isinstance(self.process, client.ForkedKernel):
            await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Close the kernel's channel, and remove its folder with the sockets."""
        if isinstance(self.process, client.ForkedKernel):
            self.process.close()
        if self._directory is not None and not restart:
            shutil.rmtree(self._directory, ignore_errors=True)
        await super().cleanup(restart=restart)

    async def poll(self) -> int | None:
        """Give the exit status, None while the kernel runs; what a limit ended is reported once, as a warning."""
        running = self.process is not None and self.process.returncode is None
        status = await super().poll()
        if running and status is not None and self.end_reason:
            self.log.warning("kernel ended: %s", self.end_reason)
        return status

    @property
    def end_reason(self) -> str | None:
        """Why the kernel was ended, if a limit or an error ended it; to be shown with a DeadKernelError."""
        return self._latest.reason if self._latest else None

    def _environment(self, given: dict[str, str]) -> dict[str, str]:
        """Give what the kernel specification and the configuration say, and a few harmless names; nothing else."""
        named = {*_INHERITED, *(self.kernel_spec.env if self.kernel_spec else ())}
        if self.sandbox == "none":
            named |= {"HOME", "PATH", "USER", "LOGNAME"}
        chosen = {name: given[name] for name in named if name in given}
        return chosen | {name: str(value) for name, value in self.environment.items()}


def course_packages() -> tuple[str, ...]:
    """Give the folder of the installed `course`, wherever it was installed from."""
    spec = importlib.util.find_spec("course")
    folders = (spec.submodule_search_locations or []) if spec else []
    return tuple(os.path.realpath(folder) for folder in folders)


def configure(config: Any, **traits: Any) -> None:
    """Make nbgrader run every submission in our kernels: for `nbgrader_config.py`.

    Args:
        config: The object that `get_config()` returns there.
        **traits: Traits of `ZygoteProvisioner`, such as `limits={"memory": 2 << 30}`.

    Raises:
        AttributeError: If there is no such trait; the message lists those that are.

    Examples:
        >>> from traitlets.config import Config
        >>> config = Config()
        >>> configure(config, limits={"wall_seconds": 600}, withheld=["course.models.mlp"])
        >>> config.ExecutePreprocessor.kernel_name
        'course-sandbox'
        >>> configure(config, memory=1)
        Traceback (most recent call last):
        AttributeError: no such setting: memory; there are cache, environment, fill_cache, limits, readable, ...
    """
    known = sorted(name for name, _ in ZygoteProvisioner.class_traits(config=True).items() if name != "log")
    if unknown := sorted(set(traits) - set(known)):
        raise AttributeError(f"no such setting: {', '.join(unknown)}; there are {', '.join(known)}")
    Limits().replace(traits.get("limits", {}))
    # The specification wins over the one that a submitted notebook names.
    config.ExecutePreprocessor.kernel_name = KERNEL
    for name, value in traits.items():
        setattr(config.ZygoteProvisioner, name, value)
    add_kernel_specification()


def add_kernel_specification() -> None:
    """Let this process and those below it find the kernel specification that lies in this package."""
    paths = os.environ.get("JUPYTER_PATH", "").split(os.pathsep)
    if str(SHARE) not in paths:
        os.environ["JUPYTER_PATH"] = os.pathsep.join([str(SHARE), *filter(None, paths)])


def _read_connection(directory: str) -> dict[str, Any]:
    import json

    return json.loads(Path(directory, "kernel.json").read_text())


def _listen(connection: Mapping[str, Any]) -> dict[str, socket.socket]:
    """Open the listening socket of each channel: a client that connects now is answered when the kernel is up."""
    listeners: dict[str, socket.socket] = {}
    for channel in CHANNELS:
        path = f"{connection['ip']}-{connection[f'{channel}_port']}"
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        Path(path).unlink(missing_ok=True)
        listener.bind(path)
        listener.listen(64)
        listeners[channel] = listener
    return listeners
