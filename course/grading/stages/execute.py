"""The run of a notebook that keeps what was earned before a crash, and says what happened."""

import asyncio
import copy
import os
import subprocess
import time
from collections.abc import Mapping
from typing import Any

import zmq
from jupyter_core.utils import ensure_async, run_sync
from nbclient.client import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade, is_locked
from traitlets import Enum, Integer
from traitlets.config import Config

from course.grading import kernel_choice
from course.grading.record import Record, record_of
from course.grading.stages.admit import shown
from course.grading.stages.signs_of_forging import signs

TIMED_OUT = "CellTimeoutError"
_ENOUGH = (
    4  # times what one cell may put out: for the whole notebook, and for a cell that goes on after the interrupt
)
_WAITING = 20  # messages that may wait to be read
_SETTLES = 30  # seconds, for a kernel that is being interrupted or ended
_SMALL = ("status", "execute_input")


class RunNotebook(Execute):
    """nbgrader's Execute, except that a notebook which crashes or never ends is graded as far as it went.

    A cell that takes too long is interrupted and the next one runs. Where the kernel dies, or does not heed the
    interrupt, the run ends there; a cell that puts out too much is treated like one that takes too long. stderr is
    no error: a warning costs nothing. The kernel is a sandboxed one, whatever the notebook asks for.
    """

    notebook_timeout = Integer(
        900, help="Seconds after which no further cell of a notebook is begun; 0 for no limit."
    ).tag(config=True)

    max_output = Integer(
        8 << 20, min=1, help="Bytes that a cell may put out; one that goes on is interrupted, then ended."
    ).tag(config=True)

    iopub_timeout = Integer(
        60,
        min=1,
        help="Seconds that are waited for what a cell put out, once it has run: a busy machine reads it later. A"
        " kernel that never says that the cell is done costs this once, and the run ends there.",
    ).tag(config=True)

    # All answers have come as messages by then, and a graceful end takes 0.1 s.
    shutdown_kernel = Enum(["graceful", "immediate"], "immediate").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any = None, km: Any = None) -> tuple[NotebookNode, Any]:
        """Run the notebook cell by cell."""
        resources = {} if resources is None else resources
        record = record_of(resources)
        record.completed = set()
        # Here and not where marks are given: it reads a student's text, and a run has limits of its own.
        own = [cell for cell in nb.cells if cell.cell_type == "code" and not is_locked(cell)]
        record.signs = signs(cell.source for cell in own if cell.id != record.token)
        assignment = resources.get("nbgrader", {}).get("assignment", "")
        kernel, settings = kernel_choice.choose(self.config, nb, assignment, self.kernel_name)
        config = copy.deepcopy(self.config)
        config.merge(settings)
        client = _Client(self, nb, km, record, config=config, kernel_name=kernel, resources=resources)
        start = time.monotonic()
        deadline = start + (self.notebook_timeout or float("inf"))
        # What a notebook shows comes as messages; the rest would flood the instructor's terminal.
        environment = os.environ | {"NBGRADER_EXECUTION": "autograde"}
        with client.setup_kernel(env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            ready = time.monotonic()
            for index, cell in enumerate(nb.cells):
                if cell.cell_type != "code":
                    continue
                if time.monotonic() > deadline and not record.stopped:
                    record.stopped = f"the notebook was stopped after {self.notebook_timeout} s"
                if record.stopped:
                    _leave_out(cell, record)
                else:
                    client.run_cell(cell, index)
                _mend(cell)
            done = time.monotonic()
        record.seconds = time.monotonic() - start
        record.phases = {"kernel": ready - start, "cells": done - ready}
        return nb, resources


class _Client(NotebookClient):
    """The client of one run: made for it, with the settings of the stage, and thrown away after it."""

    def __init__(
        self, stage: RunNotebook, nb: NotebookNode, km: Any, record: Record, *, config: Config, **chosen: Any
    ) -> None:
        settings = {name: getattr(stage, name) for name in NotebookClient.class_trait_names(config=True)}
        settings |= chosen | {"on_cell_executed": self._note_executed}
        self._stage, self._record, self._max_output = stage, record, stage.max_output
        self._output, self._all_output, self._excess = 0, 0, ""
        self._pending: set[asyncio.Future[Any]] = set()
        self._told: set[type[Exception]] = set()
        super().__init__(nb, km, config=config, log=stage.log, **settings)

    def create_kernel_manager(self) -> Any:
        """Make the manager; a message far larger than what a cell may put out is never taken in."""
        manager = super().create_kernel_manager()
        for option, value in {zmq.MAXMSGSIZE: _ENOUGH * self._max_output, zmq.RCVHWM: _WAITING}.items():
            manager.context.setsockopt(option, value)
        return manager

    def run_cell(self, cell: NotebookNode, index: int) -> None:
        """Run a cell; where that cannot be brought to an end, the record says why the run stops there."""
        self._output = 0
        try:
            self.execute_cell(cell, index, store_history=True)
        except DeadKernelError:
            _stop(cell, self._record, "DeadKernelError", self._excess or "the kernel died")
        except CellTimeoutError:
            _stop(cell, self._record, TIMED_OUT, "the kernel did not answer an interrupt and was ended")
        except Exception as error:
            # A kernel can send anything. What was earned before is kept all the same, and a person is told.
            self.log.warning("the run broke off: %s", shown(str(error))[:500], exc_info=True)
            self._record.broken = f"the run broke off ({type(error).__name__})"
            _stop(cell, self._record, type(error).__name__, "the run broke off")
        finally:
            if self._pending:
                self._settle()

    def process_message(self, msg: Any, cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Take a message of the kernel; one that the notebook format cannot hold is passed over."""
        try:
            if msg["msg_type"] not in _SMALL and self._too_much(_size(msg["content"]), cell):
                return None
            return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            raise
        except Exception as error:
            # A kernel can send anything, and as often as it likes: each kind of trouble is told in full once.
            first, kind = type(error) not in self._told, type(error).__name__
            self._told.add(type(error))
            self.log.warning("a message of the kernel is passed over: %s", kind, exc_info=first)
            return None

    def _too_much(self, size: int, cell: NotebookNode) -> bool:
        """Count what a cell puts out; interrupt it at the limit, end the kernel where that does not help."""
        before, most = self._output, min(self._max_output, _ENOUGH * self._max_output - self._all_output)
        self._output += size
        if self._output <= most:
            self._all_output += size
            return False
        assert self.km is not None
        what = f"more than {self._max_output >> 10} KiB were put out"
        if before <= most:
            self._record.happened[cell.id] = f"it was interrupted, since {what}"
            line = f"Interrupted: {what}; the rest is not kept."
            cell.outputs.append(new_output("error", ename="TooMuchOutput", evalue=what, traceback=[line]))
            self._later(self.km.interrupt_kernel())
        elif before <= _ENOUGH * self._max_output < self._output:
            self._excess = f"the kernel was ended, since {what} and an interrupt was not heeded"
            self._later(self.km.shutdown_kernel(now=True))
        return True

    def _later(self, coroutine: Any) -> None:
        """Run a coroutine beside: a message is taken in the middle of waiting for the next one."""
        self._pending.add(asyncio.ensure_future(ensure_async(coroutine)))

    async def _async_settle(self) -> None:
        """Wait for what was begun while messages came in, and tell what went wrong with it."""
        begun, self._pending = self._pending, set()
        done, left = await asyncio.wait(begun, timeout=_SETTLES)
        for each in left:
            each.cancel()
        for each in done:
            if error := each.exception():
                self.log.warning("a cell that put out too much could not be stopped", exc_info=error)

    _settle = run_sync(_async_settle)

    def _note_executed(self, **about: Any) -> None:
        """Do what nbgrader does after a cell, and note that it came to its end or was interrupted."""
        self._stage.on_cell_executed(**about)
        reply, cell = about["execute_reply"]["content"], about["cell"]
        if reply["status"] == "ok" and self._record.completed is not None:
            self._record.completed.add(cell.id)
        if reply["status"] == "error" and reply.get("ename") == TIMED_OUT:
            self._record.happened[cell.id] = f"it was interrupted after {self.timeout} s"


def _stop(cell: NotebookNode, record: Record, name: str, what: str) -> None:
    record.stopped = what
    record.happened[cell.id] = what
    line = f"{name}: {what} in this cell; the cells below were not run"
    cell.outputs.append(new_output("error", ename=name, evalue=what, traceback=[line]))


def _leave_out(cell: NotebookNode, record: Record) -> None:
    cell.outputs, cell.execution_count = [], None
    record.not_run.add(cell.id)
    if is_grade(cell):
        # nbgrader gives full marks to a graded cell that puts nothing out.
        line = f"Not run: {record.stopped}."
        cell.outputs.append(new_output("error", ename="NotRun", evalue=record.stopped, traceback=[line]))


def _size(content: Any) -> int:
    """About how many bytes a message holds."""
    if isinstance(content, Mapping):
        return sum(_size(value) for value in content.values())
    if isinstance(content, list | tuple):
        return sum(map(_size, content))
    return len(content) if isinstance(content, str | bytes) else 8


def _mend(cell: NotebookNode) -> None:
    """Make the execution count a number: nbclient takes it from a message as it is."""
    count = cell.get("execution_count")
    cell.execution_count = count if type(count) is int else None
