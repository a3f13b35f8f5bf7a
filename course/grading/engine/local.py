"""Local processes that run notebooks: they share one zygote, and end with the process that started them."""

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import connection, forkserver
from multiprocessing.context import BaseContext
from typing import TYPE_CHECKING

from course import confined
from course.kernels.zygote import client

if TYPE_CHECKING:
    from course.grading.engine import task

MEMORY = 4 << 30  # bytes of address space of one worker; what a kernel may put out takes a small part of it
SECONDS = 600  # of a worker's own processor time for one notebook: it takes messages in and cleans outputs
_PRELOADED = [
    "course.grading.upstream.jsonschema_formats",
    "course.grading.engine.task",
    "course.kernels.provisioner",
    "course.commands.command_line",
]


def default_jobs() -> int:
    """Give how many notebooks run at once unless told otherwise: some of each run is waiting, and some sleep.

    Measured on two cores with a varied class, 2, 3 and 4 for each core kept 1.65, 1.79 and 1.80 cores busy.
    """
    return 3 * (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)


def begin() -> None:
    """Start what takes a second to come up, and go on importing meanwhile."""
    client.begin()
    confined.PROCESS.begin("course.grading.stages.notebook_format")
    _context()
    forkserver.ensure_running()


def local(jobs: int) -> Callable[[], Executor]:
    """Give a function that starts a pool of local workers; a pool that broke is replaced by a new one."""
    context = _context()
    forkserver.ensure_running()
    return lambda: ProcessPoolExecutor(
        jobs,
        mp_context=context,
        initializer=_begin,
        initargs=(str(client.ensure()),),
    )


def execute(what: "task.Task") -> "task.Executed":
    """Run one notebook in a worker, within what that may use: more of it ends the worker."""
    from course.grading.engine import task

    confined.allow(SECONDS)
    return task.execute(what)


def end(pool: Executor) -> None:
    """End a pool, whatever its workers are doing."""
    pool.shutdown(wait=False, cancel_futures=True)
    for process in list((getattr(pool, "_processes", None) or {}).values()):  # see `upstream.table`
        process.kill()


def _context() -> BaseContext:
    # One process imports what workers need, and they are forked from it: none of the threads of this one.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def _begin(zygote: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ[client.VARIABLE] = zygote
    confined.bound_memory(MEMORY)
    # What was imported before the fork is never looked at by the collector, which would copy all of it: 25 MiB.
    gc.freeze()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)
