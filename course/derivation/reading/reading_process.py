"""Lines read in a process with limits, for who marks them.

What a student typed is taken apart there, and nothing else is done: what comes out is JSON that is checked here.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from course.confined import SECONDS, Confined, Exceeded, Failed
from course.derivation.reading.lines import Line, Problem, ReadError, decode_lines, encode_lines, read_lines
from course.derivation.reading.symbols import Declared, Function, Index, Symbol, Symbols

_KINDS = {kind.__name__: kind for kind in (Symbol, Function, Index)}

PROCESS = Confined(memory=1 << 30)
"""Not the one that everything else shares: lines do not wait for the notebooks that are being admitted."""


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lines to be read, and what they may name: pairs of a kind and its attributes."""

    declared: tuple[tuple[str, dict[str, Any]], ...]
    lines: tuple[str, ...]


def read(lines: Sequence[str], symbols: Symbols, *, seconds: int = SECONDS) -> list[Line]:
    """Read lines in the process for it, which starts with the first of them.

    Args:
        lines: as typed.
        symbols: what they may name.
        seconds: of processor time for all of them; 200 lines take a quarter of a second.

    Returns:
        The lines with checked trees. Where reading fails as a whole all of them are unreadable: what cannot be
        read is never held to be wrong.
    """
    if not lines:
        return []
    declared = tuple((type(one).__name__, msgspec.to_builtins(one)) for one in symbols.declared)
    request = msgspec.json.encode(Request(declared, tuple(lines)))
    try:
        return decode_lines(PROCESS.call(answer, request, seconds=seconds), symbols)
    except (Exceeded, Failed, ReadError) as error:
        return [Line(text[:80], problem=Problem(0, f"it could not be read: {error}"[:600])) for text in lines]


def answer(request: bytes) -> bytes:
    """Return the lines of a request as they were read: what runs in that process."""
    asked = msgspec.json.decode(request, type=Request)
    declared: list[Declared] = [msgspec.convert(value, _KINDS[kind]) for kind, value in asked.declared]
    return encode_lines(read_lines(asked.lines, Symbols(*declared)))
