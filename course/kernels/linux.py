"""The few Linux calls that Python 3.11 does not offer, through ctypes.

Every function raises OSError with the errno and the name of the call, so that a failure deep in a forked
child says which step the system refused.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import socket
import struct
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_SLAVE = 32, 4096, 16384, 1 << 19
MNT_DETACH = 2

_ATTR_READ_ONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MOUNT_SETATTR = 442  # the same number on every architecture
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NAME = 1, 4, 15
_PR_SET_SECCOMP, _PR_CAPBSET_READ, _PR_CAPBSET_DROP, _PR_SET_CHILD_SUBREAPER = 22, 23, 24, 36
_PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
_SECCOMP_MODE_FILTER = 2
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def unshare(flags: int) -> None:
    """Move this process into new namespaces (`os.unshare` needs Python 3.12)."""
    _check(_libc.unshare(flags), f"unshare({flags:#x})")


def mount(
    source: str | None, target: str, kind: str | None = None, flags: int = 0, options: str | None = None
) -> None:
    """Mount a file system, or change a mount; as the system call, with None for what does not matter."""

    def encode(text: str | None) -> bytes | None:
        return None if text is None else os.fsencode(text)

    _check(
        _libc.mount(encode(source), encode(target), encode(kind), ctypes.c_ulong(flags), encode(options)),
        f"mount {kind or 'bind'} on {target}",
    )


def bind(source: str, target: str, *, read_only: bool = True) -> None:
    """Make `source` visible at `target`, with all mounts below it.

    `mount_setattr` (Linux 5.12) reaches the mounts below as well, and only ever adds flags, so that it
    works where a remount would have to repeat flags that are locked in a user namespace.
    """
    mount(source, target, flags=MS_BIND | MS_REC)
    attributes = _ATTR_NOSUID | _ATTR_NODEV | (_ATTR_READ_ONLY if read_only else 0)
    _check(
        _libc.syscall(
            ctypes.c_long(_MOUNT_SETATTR),
            ctypes.c_int(_AT_FDCWD),
            os.fsencode(target),
            ctypes.c_uint(_AT_RECURSIVE),
            ctypes.c_char_p(struct.pack("QQQQ", attributes, 0, 0, 0)),
            ctypes.c_size_t(32),
        ),
        f"mount_setattr {target}",
    )


def bind_device(source: str, target: str) -> None:
    """Make one device file visible; unlike `bind`, it stays a device."""
    mount(source, target, flags=MS_BIND)


def unmount(target: str) -> None:
    """Detach a mount and everything below it."""
    _check(_libc.umount2(os.fsencode(target), MNT_DETACH), f"umount {target}")


def pivot_root(new_root: str) -> None:
    """Make `new_root` the root of this mount namespace, and drop the old one."""
    os.chdir(new_root)
    number = ctypes.c_long(_PIVOT_ROOT[platform.machine()])
    _check(_libc.syscall(number, b".", b"."), "pivot_root")
    # The old root is now stacked on top of the new one at the same place: detaching takes it away.
    unmount(".")
    os.chdir("/")


def raise_loopback() -> None:
    """In a new network namespace: let a process talk to itself (ipykernel does, for its subprocesses)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        # struct ifreq: a name of 16 bytes, then the flags.
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))


def _prctl(option: int, argument: int, what: str, third: int = 0) -> None:
    _check(
        _libc.prctl(
            ctypes.c_int(option),
            ctypes.c_ulong(argument),
            ctypes.c_ulong(third),
            ctypes.c_ulong(0),
            ctypes.c_ulong(0),
        ),
        what,
    )


def set_name(name: str) -> None:
    """Set what `ps` shows for this process (at most 15 bytes)."""
    buffer = ctypes.create_string_buffer(name.encode()[:15])
    _prctl(_PR_SET_NAME, ctypes.addressof(buffer), "prctl(PR_SET_NAME)")


def set_dumpable(dumpable: bool) -> None:
    """May others of this user look into this process? A change of identity takes this away."""
    _prctl(_PR_SET_DUMPABLE, int(dumpable), "prctl(PR_SET_DUMPABLE)")


def die_with_parent() -> None:
    """SIGKILL for this process when the thread that forked it ends."""
    _prctl(_PR_SET_PDEATHSIG, 9, "prctl(PR_SET_PDEATHSIG)")


def adopt_orphans() -> None:
    """Descendants whose parent ends become children of this process."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1, "prctl(PR_SET_CHILD_SUBREAPER)")


def no_new_privileges() -> None:
    """From here on no program gains rights by being executed (set-user-id, file capabilities)."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1, "prctl(PR_SET_NO_NEW_PRIVS)")


def install_filter(program: bytes) -> None:
    """Install an assembled seccomp filter; needs `no_new_privileges` first.

    Raises:
        OSError: If the kernel refuses the program, or has no seccomp.
    """
    instructions = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: a count of eight-byte instructions, padding, and a pointer.
    header = ctypes.create_string_buffer(
        struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(instructions)), 16
    )
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, "prctl(PR_SET_SECCOMP)", ctypes.addressof(header))


def drop_bounding_set() -> None:
    """No program that is executed from here on can bring a capability back."""
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        if _libc.prctl(ctypes.c_int(_PR_CAPBSET_READ), ctypes.c_ulong(capability)) == 1:
            _prctl(_PR_CAPBSET_DROP, capability, f"prctl(PR_CAPBSET_DROP, {capability})")


def drop_capabilities() -> None:
    """Give up every capability, and the right to regain one."""
    drop_bounding_set()
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, "prctl(PR_CAP_AMBIENT)")
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, bytes(24)), "capset")
