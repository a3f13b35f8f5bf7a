"""A seccomp filter, assembled by hand: what a kernel may not ask of the operating system.

The filter is a list of what is refused. JAX, numpy and IPython use too many calls, which change with every
release, for a list of what is allowed; what is refused is what leads out of a sandbox (namespaces, mounts,
other processes' memory), what has the worst record of kernel bugs (bpf, io_uring, userfaultfd, keyrings,
uncommon socket families), and memory that no limit counts (memfd, System V shared memory).
Calls that are newer than the list are unknown to it and refused too: they return ENOSYS, as on an older kernel,
and so does clone3, so that libraries fall back to clone. Every other refused call returns EPERM: programs report
an error and are not killed for having tried.
"""

from __future__ import annotations

import errno
import platform
import socket
import struct

# Numbers from the kernel's own tables: x86_64 (asm/unistd_64.h), aarch64 (asm-generic/unistd.h).
_REFUSED = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "listmount": (458, 458),
    "lookup_dcookie": (212, 18),
    "lsm_get_self_attr": (459, 459),
    "lsm_list_modules": (461, 461),
    "lsm_set_self_attr": (460, 460),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "modify_ldt": (154, None),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "mq_open": (240, 180),
    "msgget": (68, 186),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "semget": (64, 190),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "shmget": (29, 194),
    "statmount": (457, 457),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "uselib": (134, None),
    "vhangup": (153, 58),
}
# From 424 on numbers are the same on all architectures. What a later kernel adds has not been looked at by anybody
# here: it is answered as by a kernel that does not know it, and libraries do without.
_NEWEST_KNOWN = 462
_SOCKET = (41, 198)
_CLONE = (56, 220)
_CLONE3 = (435, 435)
_AUDIT_ARCH = (0xC000003E, 0xC00000B7)
_MACHINES = ("x86_64", "aarch64")

# The namespace bits of clone(2); CLONE_NEWTIME (0x80) lies in the byte of the exit signal there.
_NEW_NAMESPACES = 0x7E020000
_X32 = 0x40000000
_FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)
# The C library asks for the list of interfaces through netlink; of its protocols only this one is needed.
_NETLINK_ROUTE = 0

_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
# Offsets in struct seccomp_data: call number, architecture, low half of the first and the third argument.
_NUMBER, _ARCHITECTURE, _FIRST, _THIRD = 0, 4, 16, 32


def supported() -> bool:
    """Say whether this module knows the call numbers of this machine."""
    return platform.machine() in _MACHINES


def program(machine: str | None = None) -> bytes:
    """Give the filter for one architecture, as the kernel takes it: eight bytes an instruction.

    Args:
        machine: As `platform.machine()` names it; the running one by default.

    Raises:
        ValueError: If the call numbers of that machine are not known here.
    """
    machine = machine or platform.machine()
    if machine not in _MACHINES:
        raise ValueError(f"no seccomp filter for {machine!r}; there is one for {' and '.join(_MACHINES)}")
    column = _MACHINES.index(machine)
    code: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        # 32-bit calls have other numbers, which this table does not list, and no library here makes them.
        (_JUMP_EQUAL, 1, 0, _AUDIT_ARCH[column]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        code += [(_JUMP_GREATER_EQUAL, 0, 1, _X32), _refuse(errno.ENOSYS)]
    code += [(_JUMP_GREATER_EQUAL, 0, 1, _NEWEST_KNOWN + 1), _refuse(errno.ENOSYS)]
    # clone3 takes its flags in memory, where a filter cannot look; without it the C library uses clone.
    code += [(_JUMP_EQUAL, 0, 1, _CLONE3[column]), _refuse(errno.ENOSYS)]
    code += [
        (_JUMP_EQUAL, 0, 4, _CLONE[column]),
        (_LOAD, 0, 0, _FIRST),
        (_JUMP_ANY_BIT, 0, 1, _NEW_NAMESPACES),
        _refuse(errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    families: list[tuple[int, int, int, int]] = [(_LOAD, 0, 0, _FIRST)]
    for index, family in enumerate(_FAMILIES):
        families.append((_JUMP_EQUAL, len(_FAMILIES) - index + 3, 0, int(family)))
    families += [
        (_JUMP_EQUAL, 0, 2, int(socket.AF_NETLINK)),
        (_LOAD, 0, 0, _THIRD),
        (_JUMP_EQUAL, 1, 0, _NETLINK_ROUTE),
        _refuse(errno.EAFNOSUPPORT),
        (_RETURN, 0, 0, _ALLOW),
    ]
    code += [(_JUMP_EQUAL, 0, len(families), _SOCKET[column]), *families]
    for numbers in _REFUSED.values():
        if (number := numbers[column]) is not None:
            code += [(_JUMP_EQUAL, 0, 1, number), _refuse(errno.EPERM)]
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *instruction) for instruction in code)


def _refuse(number: int) -> tuple[int, int, int, int]:
    return (_RETURN, 0, 0, _ERRNO | number)
