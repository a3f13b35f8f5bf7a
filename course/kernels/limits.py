"""What one kernel, with all the processes it starts, may use."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from typing import Any, Self

GIB = 1 << 30
MIB = 1 << 20


@dataclasses.dataclass(frozen=True)
class Limits:
    """What one kernel may use; every field is a whole number, and reaching one never hurts another kernel.

    Memory is bounded three times over, because XLA reserves address space that it never touches and a bare
    `RLIMIT_AS` either kills honest work or stops nothing:

    * `memory` as `RLIMIT_DATA`, per process: an array that is too large is an ordinary `MemoryError` (or
      JAX's `RESOURCE_EXHAUSTED`) in the notebook, and the kernel lives on;
    * `memory` over all processes of the kernel together, looked at every `tick` milliseconds by the
      kernel's supervisor: what got past the first, by many processes, shared mappings or filled sockets,
      ends the kernel;
    * `memory + reserve` as `RLIMIT_AS`: shared and file mappings, per process.

    Attributes:
        memory: Bytes of memory. JAX itself needs about 0.2 GiB; below 0.75 GiB XLA may abort.
        reserve: Bytes of address space beyond `memory`: libraries, thread stacks, XLA's reservations.
        processes: Processes and threads together. XLA starts a few threads for each core.
        cpu_seconds: CPU time of one process; `SIGXCPU` at the limit, `SIGKILL` five seconds later.
        wall_seconds: Age at which the whole kernel is ended, whatever it does.
        file_size: Bytes of one file.
        disk: Bytes of all files together, the copy of the working directory included. They live in memory.
        open_files: Open files of one process.
        tick: Milliseconds between two looks at memory and time.

    Raises:
        ValueError: If a field is not a positive whole number.

    Examples:
        >>> Limits(memory=GIB).replace({"wall_seconds": 60}).wall_seconds
        60
    """

    memory: int = 4 * GIB
    reserve: int = 16 * GIB
    processes: int = 128 + 24 * (os.cpu_count() or 1)
    cpu_seconds: int = 900
    wall_seconds: int = 5400
    file_size: int = 128 * MIB
    disk: int = 256 * MIB
    open_files: int = 512
    tick: int = 50

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
                raise ValueError(f"limit {field.name!r} must be a positive whole number, not {value!r}")

    def replace(self, changes: Mapping[str, Any]) -> Self:
        """Give the same limits with some changed, by name.

        Raises:
            ValueError: If a name is no limit; the message lists those that are.
        """
        names = [field.name for field in dataclasses.fields(self)]
        if unknown := sorted(set(changes) - set(names)):
            raise ValueError(f"no such limit: {', '.join(unknown)}; the limits are {', '.join(names)}")
        return dataclasses.replace(self, **changes)
