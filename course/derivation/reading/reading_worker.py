"""Reads lines in a process with limits on its memory: `python -m course.derivation.reading.reading_worker`.

What a student typed is taken apart here, and nothing else is done: what comes out is JSON that the marker checks.
Requests and answers are JSON, a line each.
"""

import sys
from typing import Any, BinaryIO

import msgspec

from course.derivation.reading.lines import encode_lines, read_lines
from course.derivation.reading.symbols import Declared, Function, Index, Symbol, Symbols

MOST_MEMORY = 1 << 30  # bytes of address space
_KINDS = {kind.__name__: kind for kind in (Symbol, Function, Index)}


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lines to be read, and what they may name: pairs of a kind and its attributes."""

    declared: tuple[tuple[str, dict[str, Any]], ...]
    lines: tuple[str, ...]


def ask(lines: tuple[str, ...], symbols: Symbols) -> bytes:
    """Return the request to read lines, without its line end."""
    declared = tuple((type(one).__name__, msgspec.to_builtins(one)) for one in symbols.declared)
    return msgspec.json.encode(Request(declared, lines))


def answer(request: bytes) -> bytes:
    """Return the lines of a request as they were read, without a line end."""
    asked = msgspec.json.decode(request, type=Request)
    declared: list[Declared] = [msgspec.convert(value, _KINDS[kind]) for kind, value in asked.declared]
    return encode_lines(read_lines(asked.lines, Symbols(*declared)))


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    for request in requests:
        answers.write(answer(request) + b"\n")
        answers.flush()


def _limit() -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit()
    serve(sys.stdin.buffer, sys.stdout.buffer)
