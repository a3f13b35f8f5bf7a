"""How long a kernel takes: from the request until it answers, and until its first compiled program has run.

    python -m benchmarks.kernels [REPETITIONS]

Both kinds are measured in turns in one run, so that what else the machine does hits both alike.
"""

from __future__ import annotations

import dataclasses
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from queue import Empty

from jupyter_client.manager import KernelManager
from traitlets.config import Config

from course.kernels.provisioner import KERNEL, add_kernel_specification
from course.kernels.zygote import client

_FIRST = "import jax, jax.numpy as jnp; jax.jit(lambda x: jnp.tanh(x) @ x)(jnp.ones(3)).block_until_ready()"


@dataclasses.dataclass(frozen=True)
class Start:
    """Seconds from the request, and what the kernel then holds.

    Attributes:
        ready: Until the kernel answered.
        compiled: Until its first compiled program had run, JAX imported by the notebook.
        gone: From the request to end it until nothing of it was left.
        memory: MiB that the kernel holds alone, shared pages divided among those who share them.
    """

    ready: float
    compiled: float
    gone: float
    memory: float


def measure(kernel: str, config: Config | None = None) -> Start:
    """Start one kernel, have it compile one program, end it."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        manager = KernelManager(kernel_name=kernel, config=config or Config())
        manager.start_kernel(cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        talk = manager.client()
        talk.start_channels()
        try:
            # Not wait_for_ready: it ends with a pause of 0.2 s, which is no property of the kernel.
            _answer(talk, talk.kernel_info())
            ready = time.perf_counter() - start
            _answer(talk, talk.execute(_FIRST, store_history=False))
            compiled = time.perf_counter() - start
            memory = _memory(manager)
        finally:
            talk.stop_channels()
            end = time.perf_counter()
            manager.shutdown_kernel(now=True)
        return Start(ready, compiled, time.perf_counter() - end, memory)


def _answer(talk: object, request: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            reply = talk.get_shell_msg(timeout=1)  # type: ignore[attr-defined]
        except Empty:
            continue
        if reply["parent_header"].get("msg_id") == request:
            return
    raise TimeoutError("the kernel did not answer within a minute")


def _memory(manager: KernelManager) -> float:
    """The kernel is the first child of a supervisor, or the process itself."""
    from course.kernels.process.supervisor import descendants

    root = manager.provisioner.pid  # type: ignore[union-attr]
    return sum(proportional(pid) for pid in [root, *descendants(root)])


def proportional(pid: int) -> float:
    """MiB that a process holds, shared pages divided among those who share them; 0 for one that has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def compare(repetitions: int = 7) -> dict[str, Start]:
    """Medians for a cold kernel as stock Jupyter starts it, and for one from the zygote, measured in turns."""
    add_kernel_specification()
    client.ensure()
    kinds = {"cold": "python3", "zygote": KERNEL}
    runs: dict[str, list[Start]] = {kind: [] for kind in kinds}
    for _ in range(repetitions):
        for kind, kernel in kinds.items():
            runs[kind].append(measure(kernel))
    fields = [field.name for field in dataclasses.fields(Start)]
    return {
        kind: Start(*(statistics.median(getattr(run, field) for run in found) for field in fields))
        for kind, found in runs.items()
    }


def report(medians: dict[str, Start]) -> str:
    """A table for people, with the ratio of the two kinds."""
    lines = [f"{'':14}" + "".join(f"{kind:>9}" for kind in medians) + f"{'ratio':>9}"]
    for field, unit in (("ready", "ms"), ("compiled", "ms"), ("gone", "ms"), ("memory", "MiB")):
        values = [getattr(start, field) * (1e3 if unit == "ms" else 1) for start in medians.values()]
        cells = "".join(f"{value:9.0f}" for value in values)
        lines.append(f"{field + ' ' + unit:14}{cells}{values[0] / values[-1]:9.1f}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(report(compare(*map(int, sys.argv[1:]))) + "\n")
