"""What a grader asks of the zygote, as plain data, and the messages that go to and fro.

Each message is one JSON document in one packet of a SOCK_SEQPACKET socket: packets keep their bounds, and
the end of file on such a socket is how each side learns that the other one is gone.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import socket
from typing import Any, Self

from .limits import Limits

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
MAX_PACKET = 1 << 17


@dataclasses.dataclass(frozen=True)
class Request:
    """One kernel: how to talk to it, what it may see, what it may use.

    Attributes:
        connection: The content of the Jupyter connection file.
        directory: Where its sockets lie; removed with the kernel.
        working_directory: Copied into the sandbox; without a sandbox, used as it is.
        environment: The whole environment, except for what the sandbox itself decides (HOME, PATH, …).
        limits: What it may use.
        sandboxed: False runs trusted code in the account of the grader.
        packages: Folders of packages outside the Python environment (an editable `course`), read-only.
        readable: Other files and folders to be seen read-only at their own place, such as data sets.
        withheld: Modules that are not to be seen, as dotted names.
        cache: JAX's persistent compilation cache.
        fill_cache: What the kernel may add to the cache, where every kernel can read it: nothing, programs of
            "installed" code, or "all". For trusted notebooks only.
    """

    connection: dict[str, Any]
    directory: str
    working_directory: str
    environment: dict[str, str]
    limits: Limits = dataclasses.field(default_factory=Limits)
    sandboxed: bool = True
    packages: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    cache: str | None = None
    fill_cache: str = ""

    def encode(self) -> dict[str, Any]:
        """As JSON-able data."""
        return dataclasses.asdict(self)

    @classmethod
    def decode(cls, data: dict[str, Any]) -> Self:
        """Read a request back from what `encode` gave, after a round trip through JSON."""
        data = dict(data, limits=Limits(**data["limits"]))
        for name in ("packages", "readable", "withheld"):
            data[name] = tuple(data[name])
        return cls(**data)


def send(channel: socket.socket, message: dict[str, Any]) -> bool:
    """Send one message; False if the other side is gone or does not listen."""
    text = json.dumps(message).encode()
    if len(text) > MAX_PACKET:
        # Only the text of an error can grow without bounds.
        text = json.dumps({key: str(value)[-2000:] for key, value in message.items()}).encode()
    with contextlib.suppress(OSError):
        channel.send(text, socket.MSG_NOSIGNAL)
        return True
    return False


def receive(channel: socket.socket) -> dict[str, Any] | None:
    """Receive the next message; None at the end of file.

    Raises:
        BlockingIOError: If the socket does not block and nothing has arrived.
    """
    try:
        text = channel.recv(MAX_PACKET)
    except ConnectionError:
        return None
    return json.loads(text) if text else None
