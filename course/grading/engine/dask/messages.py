"""What crosses between the instructor's host and a worker's: bytes of bounded size, decoded into known types.

A task and its answer are MessagePack documents, checked field by field as they are read; nothing in them can name
code to run. A field of another type, a document that is too large, an unknown answer: each is an error in words.
"""

import functools
import hashlib
import importlib.metadata
import platform
import sys
from pathlib import Path
from typing import Any, TypeVar

import msgspec

import course
from course.errors import CourseError
from course.grading.engine.task import Executed, Task

MOST = 256 << 20
"""Bytes of one task or one answer: as much as a kernel may write to its disk unless told otherwise."""


T = TypeVar("T")


class ParcelError(CourseError):
    """Raised when something cannot be sent to or taken from another host; the message says what and why."""


class About(msgspec.Struct, frozen=True):
    """What has to be alike on two hosts, so that they grade alike.

    Attributes:
        version: of `course`.
        code: a digest of its source files, which differ before the version does.
        python: its version, without the last number.
        jax: the versions of jax and jaxlib.
    """

    version: str
    code: str
    python: str
    jax: str

    def __str__(self) -> str:
        return f"gradbook {self.version} ({self.code[:8]}), Python {self.python}, jax {self.jax}"


class Hello(msgspec.Struct, frozen=True):
    """What a worker says of itself.

    Attributes:
        about: its versions.
        host: its name.
        no_sandbox: why untrusted code cannot run there; empty where it can.
    """

    about: About
    host: str
    no_sandbox: str = ""


class Parcel(msgspec.Struct, frozen=True):
    """A task on its way to a worker.

    Attributes:
        about: the versions of the sender.
        processor: for which the compiled programs that come along were made; empty where none come.
    """

    about: About
    task: Task
    processor: str = ""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a worker sends back: a notebook that was run, or why there is none.

    Attributes:
        executed: the run.
        trouble: why this notebook could not be run.
        refused: why this worker runs nothing of this sender.
    """

    executed: Executed | None = None
    trouble: str = ""
    refused: str = ""


def pack(what: Parcel | Answer | Hello | dict[str, bytes], name: str) -> bytes:
    """Encode something to be sent.

    Args:
        what: to be sent.
        name: what it is, for the message of an error.

    Raises:
        ParcelError: if it holds something that is no plain data, or is too large.
    """
    try:
        data = msgspec.msgpack.encode(what)
    except (TypeError, NotImplementedError, ValueError, OverflowError) as error:
        raise ParcelError(f"{name} cannot be sent to another host: {error}") from None
    return within(data, name)


def within(data: Any, name: str) -> bytes:
    """Give bytes that came or go, where they are bytes and not too many.

    Raises:
        ParcelError: otherwise.
    """
    if not isinstance(data, bytes):
        raise ParcelError(f"{name} is a {type(data).__name__}, and bytes were expected")
    if len(data) > MOST:
        raise ParcelError(f"{name} has {len(data) >> 20} MiB; at most {MOST >> 20} MiB are sent between hosts")
    return data


def unpack(data: Any, kind: type[T], name: str) -> T:
    """Decode what came from another host.

    Raises:
        ParcelError: if it is too large, or not what was expected.
    """
    try:
        return msgspec.msgpack.decode(within(data, name), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ParcelError(f"{name} cannot be read: {error}") from None


@functools.cache
def about() -> About:
    """Say what this host would grade with."""
    digest = hashlib.sha256()
    root = Path(course.__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return About(
        version=importlib.metadata.version("gradbook"),
        code=digest.hexdigest(),
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        jax=f"{importlib.metadata.version('jax')}/{importlib.metadata.version('jaxlib')}",
    )


@functools.cache
def processor() -> str:
    """Name the instructions that this host's processor knows; empty where the system does not tell.

    Compiled programs go only where they are the same: elsewhere they could end in an illegal instruction.
    """
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return ""
    flags = next((line for line in lines if line.lower().startswith(("flags", "features"))), "")
    known = f"{platform.machine()} {' '.join(sorted(flags.partition(':')[2].split()))}"
    return hashlib.sha256(known.encode()).hexdigest() if flags else ""
