"""A second sandbox, by another's hand: a cold kernel inside bubblewrap.

Slower, simpler and independent of `sandbox` and `view`: what the one stops, the other must stop too, and what
runs in the one must run in the other. Use it as `--kernel course-bubblewrap` or in tests. It needs `bwrap`
(Debian: `apt install bubblewrap`) and, for its limits, `prlimit` of util-linux. As root it does not bound the
number of processes, because its processes are the host's root; memory is bounded for each process only.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Dict, List, Unicode

from course.kernels.limits import Limits
from course.kernels.provisioner import course_packages

NAME = "course-bubblewrap"
_HOME = "/home/student"


class BubblewrapProvisioner(LocalProvisioner):
    """Cold kernels inside bubblewrap.

    Raises:
        FileNotFoundError: When a kernel is asked for, if `bwrap` or `prlimit` is not installed.
    """

    limits: Any = Dict(help="Limits that differ from the default, by name: see `Limits`.").tag(config=True)
    environment: Any = Dict(help="Environment variables for kernels.").tag(config=True)
    readable: Any = List(Unicode(), help="Files and folders that kernels may read.").tag(config=True)

    _directory: Path | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose a folder for the sockets, and a copy of the working directory in it."""
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="course-"))
        source = Path(kwargs.get("cwd") or ".").resolve()
        shutil.copytree(source, self._directory / "work", symlinks=True, dirs_exist_ok=True)
        manager: Any = self.parent
        manager.transport = "ipc"
        manager.ip = str(self._directory / "s")
        manager.connection_file = str(self._directory / "kernel.json")
        kwargs["transport_encryption"] = "disabled"
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel's own command inside bubblewrap."""
        assert self._directory is not None
        for program in ("bwrap", "prlimit"):
            if shutil.which(program) is None:
                raise FileNotFoundError(f"{program} is not installed (Debian: apt install bubblewrap util-linux)")
        kwargs["env"] = {"PATH": "/usr/bin:/bin"}
        kwargs |= {"cwd": "/", "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return await super().launch_kernel([*self._wrapping(), *self._limiting(), *cmd], **kwargs)

    async def cleanup(self, restart: bool = False) -> None:
        """Leave nothing behind."""
        if self._directory is not None and not restart:
            shutil.rmtree(self._directory, ignore_errors=True)
        await super().cleanup(restart=restart)

    def _wrapping(self) -> list[str]:
        command = ["bwrap", "--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000"]
        command += [
            "--die-with-parent",
            "--new-session",
            "--clearenv",
            "--cap-drop",
            "ALL",
            "--hostname",
            "kernel",
        ]
        command += ["--ro-bind", "/usr", "/usr", "--tmpfs", "/usr/local", "--ro-bind-try", "/usr/local/lib"]
        command += ["/usr/local/lib"]
        for name in ("bin", "sbin", "lib", "lib64"):
            command += ["--symlink", f"usr/{name}", f"/{name}"]
        command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
        command += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
        command += [
            "--ro-bind-try",
            "/etc/alternatives",
            "/etc/alternatives",
            "--ro-bind",
            "/etc/hosts",
            "/etc/hosts",
        ]
        prefixes = [
            *(f"{prefix}/{part}" for prefix in (sys.prefix, sys.base_prefix) for part in ("bin", "lib", "share")),
            f"{sys.prefix}/pyvenv.cfg",
        ]
        for path in dict.fromkeys([*prefixes, *course_packages(), *self.readable]):
            command += ["--ro-bind-try", path, path]
        command += ["--bind", str(self._directory), str(self._directory)]
        command += ["--bind", f"{self._directory}/work", f"{_HOME}/work", "--chdir", f"{_HOME}/work"]
        packages = ":".join(str(Path(package).parent) for package in course_packages())
        variables = {"HOME": _HOME, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "JAX_PLATFORMS": "cpu"}
        variables |= {"PYTHONPATH": packages, "IPYTHONDIR": "/tmp/.ipython", **self.environment}
        for name, value in variables.items():
            command += ["--setenv", name, str(value)]
        return command

    def _limiting(self) -> list[str]:
        limits = Limits().replace(self.limits)
        options = {
            "cpu": limits.cpu_seconds,
            "fsize": limits.file_size,
            "data": limits.memory,
            "as": limits.memory + limits.reserve,
            "nofile": limits.open_files,
            "nproc": limits.processes,
            "core": 0,
        }
        return ["prlimit", *(f"--{name}={value}" for name, value in options.items())]
