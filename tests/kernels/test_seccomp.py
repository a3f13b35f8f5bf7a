"""The filter, run by an interpreter of its own language, against the kernel's headers' numbers written again.

The oracle is this interpreter: thirty lines that follow the manual of classic BPF, and share nothing with the
assembler but the format.
"""

import errno
import re
import struct
from pathlib import Path

import pytest

from course.kernels.sandbox import seccomp

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


def decide(program: bytes, number: int, architecture: int, *arguments: int) -> int:
    """What the filter answers to one call."""
    data = struct.pack("<IIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    code = [struct.unpack_from("<HBBI", program, at) for at in range(0, len(program), 8)]
    place = accumulator = 0
    while True:
        kind, if_true, if_false, value = code[place]
        place += 1
        if kind == 0x20:
            accumulator = struct.unpack_from("<I", data, value)[0]
        elif kind == 0x06:
            return value
        else:
            holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}
            place += if_true if holds[kind] else if_false


def numbers(machine: str) -> dict[str, int]:
    header = HEADERS[machine]
    if not header.exists():
        pytest.skip(f"the kernel's headers for {machine} are not installed")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text())
    return {name: int(number) for name, number in found}


REFUSED = [
    "unshare",
    "setns",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "fsopen",
    "move_mount",
    "open_tree",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "keyctl",
    "add_key",
    "init_module",
    "kexec_load",
    "reboot",
    "memfd_create",
    "shmget",
    "msgget",
    "semget",
    "mq_open",
    "open_by_handle_at",
    "pidfd_getfd",
    "sethostname",
    "personality",
]
NEEDED = [
    "read",
    "write",
    "openat",
    "mmap",
    "mprotect",
    "munmap",
    "futex",
    "poll",
    "ppoll",
    "epoll_pwait",
    "execve",
    "exit_group",
    "wait4",
    "kill",
    "socketpair",
    "connect",
    "bind",
    "accept4",
    "sendmsg",
    "recvmsg",
    "getrandom",
    "eventfd2",
    "sched_getaffinity",
    "prlimit64",
    "statx",
]


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_what_is_refused_and_what_is_allowed(machine):
    program, table, architecture = seccomp.program(machine), numbers(machine), ARCHITECTURES[machine]
    table.setdefault("ppoll", table.get("poll", 0))
    for name in REFUSED:
        assert decide(program, table[name], architecture) == ERRNO | errno.EPERM, name
    for name in NEEDED:
        if name in table:
            assert decide(program, table[name], architecture) == ALLOW, name


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_clone_makes_processes_and_no_namespaces(machine):
    program, table, architecture = seccomp.program(machine), numbers(machine), ARCHITECTURES[machine]
    threads, forks = 0x3D0F00, 0x01200011
    for flags in (threads, forks):
        assert decide(program, table["clone"], architecture, flags) == ALLOW
    for bit in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert decide(program, table["clone"], architecture, forks | bit) == ERRNO | errno.EPERM
    assert decide(program, table["clone3"], architecture) == ERRNO | errno.ENOSYS


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_socket_families(machine):
    program, number, architecture = seccomp.program(machine), numbers(machine)["socket"], ARCHITECTURES[machine]
    unix, inet, inet6, netlink, packet, vsock, alg = 1, 2, 10, 16, 17, 40, 38
    for family in (unix, inet, inet6):
        assert decide(program, number, architecture, family, 1, 0) == ALLOW
    for family in (packet, vsock, alg):
        assert decide(program, number, architecture, family, 1, 0) == ERRNO | errno.EAFNOSUPPORT
    route, netfilter = 0, 12
    assert decide(program, number, architecture, netlink, 3, route) == ALLOW
    assert decide(program, number, architecture, netlink, 3, netfilter) == ERRNO | errno.EAFNOSUPPORT


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_calls_that_nobody_has_looked_at(machine):
    program, architecture = seccomp.program(machine), ARCHITECTURES[machine]
    listmount, futex_wait, mseal, open_tree_attr = 458, 455, 462, 467
    assert decide(program, listmount, architecture) == ERRNO | errno.EPERM
    assert decide(program, futex_wait, architecture) == ALLOW
    assert decide(program, mseal, architecture) == ALLOW
    for number in (mseal + 1, open_tree_attr, 1000, 0x3FFFFFFF, 0xFFFFFFFF):
        assert decide(program, number, architecture) == ERRNO | errno.ENOSYS


def test_calls_of_another_architecture():
    read_32_bit = 3
    assert decide(seccomp.program("x86_64"), read_32_bit, 0x40000003) == KILL
    x32 = 0x40000000
    assert decide(seccomp.program("x86_64"), x32 | 101, ARCHITECTURES["x86_64"]) == ERRNO | errno.ENOSYS
    with pytest.raises(ValueError, match="no seccomp filter for 'sparc'"):
        seccomp.program("sparc")
