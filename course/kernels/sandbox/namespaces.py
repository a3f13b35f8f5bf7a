"""A sandbox around a forked process: namespaces, an identity of no account, limits, no way back.

It is entered in three steps, because a pid namespace begins with the next fork:

    separate()               in the forked child: new namespaces
    build the view           while the child can still read what the grader can read
    fork
    lock(...)                in process 1 of the new world: /proc, pivot_root, identity, limits, seccomp

As root the namespaces belong to the host's root, and the process takes a user id of its own that has no
account; as an ordinary user everything happens inside a user namespace, and from outside the process is that
user. In both cases it ends in a user namespace that counts its processes apart from all others, which is
what makes RLIMIT_NPROC a limit for one kernel.
"""

from __future__ import annotations

import contextlib
import os
import platform
import resource
import subprocess
import sys
from functools import cache
from pathlib import Path

from .. import linux
from ..command import python_command
from ..limits import Limits
from ..messages import Request
from . import filesystem, seccomp

INSIDE = 1000
_NOBODY = 65534
# A range that no distribution gives to accounts, services or containers.
_FIRST_UID = 2_000_000_000
_WORLD = linux.CLONE_NEWNS | linux.CLONE_NEWPID | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS
_OLDEST = (5, 14)


class SandboxUnavailableError(RuntimeError):
    """This system cannot run untrusted code apart from the rest; the message says what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"code written by others is not run here, because there is no sandbox: {reason}\n"
            "Grade on Linux 5.14 or newer, on a machine of its own or in a virtual machine. In a container, allow "
            "it to make namespaces: docker run --security-opt seccomp=unconfined --security-opt "
            "apparmor=unconfined --security-opt systempaths=unconfined --cap-add SYS_ADMIN. On Ubuntu, an "
            "ordinary user needs: sysctl kernel.apparmor_restrict_unprivileged_userns=0. "
            "If you trust every submission as you trust your own code, say so: sandbox = 'none' "
            "(--no-sandbox on the command line)."
        )


def separate() -> int:
    """Enter new namespaces; the pid namespace begins with the next fork.

    Returns:
        The user, seen from here, to whom the kernel's files shall belong.

    Raises:
        OSError: If the system refuses one of them.
    """
    # A root that has no other user to become (`unshare -r`, some containers) is treated as an ordinary user.
    if os.geteuid() == 0 and _is_mapped(_NOBODY):
        linux.unshare(_WORLD)
        linux.raise_loopback()
        return own if _is_mapped(own := _FIRST_UID + os.getpid()) else _NOBODY
    uid, gid = os.geteuid(), os.getegid()
    linux.unshare(linux.CLONE_NEWUSER | _WORLD)
    _map_identity(uid, gid)
    linux.raise_loopback()
    return INSIDE


def lock(root: Path, request: Request, owner: int) -> None:
    """Step into the view at `root` for good, as process 1, without rights.

    Raises:
        OSError: If any step is refused; the caller must then end without running anything.
    """
    os.setsid()
    linux.mount("proc", f"{root}/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    linux.pivot_root(str(root))
    filesystem.finish()
    if owner != INSIDE:
        _become(owner)
    set_process_limits(request.limits)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    linux.no_new_privileges()
    linux.drop_capabilities()
    linux.install_filter(seccomp.program())
    os.chdir(filesystem.WORK)


def set_process_limits(limits: Limits) -> None:
    """Set the limits that the operating system enforces for each process; see `Limits`."""
    for which, soft, extra in (
        (resource.RLIMIT_NPROC, limits.processes, 0),
        (resource.RLIMIT_FSIZE, limits.file_size, 0),
        (resource.RLIMIT_CPU, limits.cpu_seconds, 5),
        (resource.RLIMIT_DATA, limits.memory, 0),
        (resource.RLIMIT_AS, limits.memory + limits.reserve, 0),
        (resource.RLIMIT_NOFILE, limits.open_files, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_MSGQUEUE, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
    ):
        # A limit that the grader itself lives under cannot be raised, and need not be.
        ceiling = resource.getrlimit(which)[1]
        hard = soft + extra if ceiling == resource.RLIM_INFINITY else min(soft + extra, ceiling)
        resource.setrlimit(which, (min(soft, hard), hard))


@cache
def available() -> str | None:
    """Say why untrusted code cannot be run here, or None if it can: found out by trying, in a process of its own.

    The trial does all that a kernel's sandbox does, on this machine, with this account and this Python.
    """
    if sys.platform != "linux":
        return f"this is {platform.system()}, and namespaces are a thing of Linux"
    if not seccomp.supported():
        return f"no seccomp filter is known for {platform.machine()}"
    release = platform.release()
    if tuple(int(part) for part in release.split("-")[0].split(".")[:2]) < _OLDEST:
        return f"Linux {release} is older than {'.'.join(map(str, _OLDEST))}"

    trial = subprocess.run(  # noqa: S603
        python_command("sandbox.trial"), capture_output=True, text=True, timeout=60, env={}, check=False, cwd="/"
    )
    return None if trial.returncode == 0 else trial.stderr.strip().splitlines()[-1]


def require() -> None:
    """Refuse to go on where there is no sandbox.

    Raises:
        SandboxUnavailableError: With the reason, and what to do.
    """
    if reason := available():
        raise SandboxUnavailableError(reason)


def _is_mapped(uid: int) -> bool:
    """Say whether this user exists in the user namespace that we are root of: a container may have only some."""
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        first, _, count = map(int, line.split())
        if first <= uid < first + count:
            return True
    return False


def _map_identity(uid: int, gid: int) -> None:
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INSIDE} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{INSIDE} {gid} 1")


def _become(owner: int) -> None:
    """From root to a user without an account, in a user namespace that counts its processes apart."""
    linux.drop_bounding_set()
    os.setgroups([])
    os.setresgid(owner, owner, owner)
    os.setresuid(owner, owner, owner)
    linux.set_dumpable(True)
    # Some distributions refuse user namespaces to ordinary users: then processes are counted by the user
    # id, which is this kernel's own as well.
    with contextlib.suppress(OSError):
        linux.unshare(linux.CLONE_NEWUSER)
        _map_identity(owner, owner)
