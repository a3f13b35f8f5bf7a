"""The run of a notebook that keeps what was earned before a crash, and says what happened."""

import asyncio
import contextlib
import copy
import functools
import math
import os
import subprocess
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from queue import Empty
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
from course.kernels.sandbox.namespaces import SandboxUnavailableError
from course.kernels.zygote.client import ForkedKernel

TIMED_OUT = "CellTimeoutError"
_ENOUGH = (
    4  # times what one cell may put out: for the whole notebook, and for a cell that goes on after the interrupt
)
_WAITING = 20  # messages that may wait to be read
_SETTLES = 30  # seconds, for a kernel that is being interrupted or ended
_MESSAGE, _VALUE = 256, 8  # bytes that each counts for beside its texts: what it takes to hold it
_WALL = 5  # times the processor time: a machine that is as busy as that must not change what comes out
_LOOK = 1.0  # seconds between two looks at what a cell has used
_HEEDS = 10.0  # seconds in which a kernel heeds an interrupt; it says so on the channel of replies
_FREE = 100  # messages of a cell that count for what they hold only
_PAUSES = (1.0, 5.0)  # seconds before a kernel that could not be started is asked for again
_ENDS = ("status", "execute_reply")  # what says that a cell is done, and is let through whatever came before
_USUAL = (*_ENDS, "execute_input")  # what comes of every cell


class RunNotebook(Execute):
    """nbgrader's Execute, except that a notebook which crashes or never ends is graded as far as it went.

    A cell that takes too long is interrupted and the next one runs. `timeout` counts the processor time of the
    busiest thread, which is what the cell takes on a quiet machine, and five times as much by the clock. Where the
    kernel dies, or does not heed the interrupt, a new one runs what came before that cell again and goes on after
    it; a cell that puts out too much is treated like one that takes too long. stderr is no error: a warning costs
    nothing. The kernel is a sandboxed one, whatever the notebook asks for.
    """

    notebook_timeout = Integer(
        900,
        help="Seconds after which no further cell of a notebook is begun, of processor time or five times as many"
        " by the clock; 0 for no limit.",
    ).tag(config=True)

    max_output = Integer(
        8 << 20, min=1, help="Bytes that a cell may put out; one that goes on is interrupted, then ended."
    ).tag(config=True)

    iopub_timeout = Integer(
        60,
        min=1,
        help="Seconds that are waited for what a cell put out, once it has run: a busy machine reads it later. A"
        " kernel that never says that the cell is done costs this, and is ended.",
    ).tag(config=True)

    new_kernels = Integer(
        5,
        min=0,
        help="How often a notebook goes on with a new kernel, after a cell in which the kernel died. The cells"
        " above are run again for what they define. 0 ends the run where the kernel dies.",
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
        run = _Run(self, nb, record, {"config": config, "kernel_name": kernel, "resources": resources})
        start = time.monotonic()
        run.go(km)
        record.seconds = time.monotonic() - start
        record.phases = {"kernel": run.begun - start, "cells": run.ended - run.begun}
        return nb, resources


class _Run:
    """The run of one notebook: by one kernel, and by another one after each that is lost.

    Attributes:
        todo: places of the cells that are still to be run.
        again: places of those that came to an end, which a new kernel runs first.
        begun: when the first kernel stood ready.
        ended: when the last cell was done.
    """

    def __init__(self, stage: RunNotebook, nb: NotebookNode, record: Record, chosen: Mapping[str, Any]) -> None:
        self.stage, self.nb, self.record, self.chosen = stage, nb, record, chosen
        self.todo = deque(place for place, cell in enumerate(nb.cells) if cell.cell_type == "code")
        self.again: list[int] = []
        self.start = self.begun = self.ended = time.monotonic()

    def go(self, km: Any) -> None:
        """Run the cells that the limits allow, and note of the rest why they were not run."""
        with self._with_kernel(functools.partial(self._client, self.nb, km)) as client:
            self.begun = time.monotonic()
            lost = self._run_cells(client)
        for _ in range(self.stage.new_kernels):
            if not self.todo or self.record.stopped:
                break
            # Copies take what is put out once more: nobody sees it, and no answer is handed over twice.
            cells = [_copy(cell) if place in self.again else cell for place, cell in enumerate(self.nb.cells)]
            make = functools.partial(self._client, NotebookNode(self.nb, cells=cells), None, client)
            with contextlib.ExitStack() as kernel:
                try:
                    client = kernel.enter_context(self._with_kernel(make))
                except (RuntimeError, OSError) as error:
                    self.stage.log.warning("no new kernel: %s", shown(str(error))[:500], exc_info=True)
                    break
                if self._run_again(client):
                    self.record.went_on.add(lost)
                    self.record.happened[lost] += "; a new kernel went on without that cell"
                    lost = self._run_cells(client)
        if self.todo and not self.record.stopped:
            self.record.stopped = self.record.happened[lost]
        for place in self.todo:
            _leave_out(self.nb.cells[place], self.record)

    def _client(self, nb: NotebookNode, km: Any, before: "_Client | None" = None) -> "_Client":
        return _Client(self.stage, nb, km, self.record, before, **self.chosen)

    @contextlib.contextmanager
    def _with_kernel(self, make: Callable[[], "_Client"]) -> Iterator["_Client"]:
        """Have a kernel meanwhile; neither its start nor its end loses what a student did."""
        client, kernel = self._start_kernel(make, list(_PAUSES))
        try:
            yield client
        finally:
            self.ended = time.monotonic()
            try:
                kernel.__exit__(None, None, None)
            except Exception as error:
                self.stage.log.warning("the kernel did not end well: %s", shown(str(error))[:500], exc_info=True)

    def _start_kernel(
        self, make: Callable[[], "_Client"], pauses: list[float]
    ) -> tuple["_Client", contextlib.AbstractContextManager[None]]:
        """Start a kernel; a machine that is short of something for a moment is asked again.

        Nothing of a student's has run in it by then, so that asking again gives nobody anything.
        """
        client = make()
        # What a notebook shows comes as messages; the rest would flood the instructor's terminal.
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        kernel = client.setup_kernel(env=os.environ | {"NBGRADER_EXECUTION": "autograde"}, **quiet)
        try:
            kernel.__enter__()
        except (RuntimeError, OSError) as error:
            client.let_go()
            if not pauses or isinstance(error, SandboxUnavailableError):
                raise
            self.stage.log.warning("no kernel was started, and is asked for again: %s", shown(str(error))[:500])
            time.sleep(pauses[0])
            return self._start_kernel(make, pauses[1:])
        return client, kernel

    def _run_cells(self, client: "_Client") -> str:
        """Run what is to be done until a cell in which the kernel is lost; give its id, or nothing."""
        while self.todo and not self._out_of_time(client):
            place = self.todo.popleft()
            cell = self.nb.cells[place]
            client.run_cell(cell, place)
            _mend(cell)
            if client.lost:
                return cell.id
            if cell.id not in self.record.happened:
                self.again.append(place)
        return ""

    def _run_again(self, client: "_Client") -> bool:
        """Bring a new kernel to where the last one was; say whether it got there."""
        for place in tuple(self.again):
            if self._out_of_time(client):
                return False
            client.run_again(place)
            if client.lost:
                self.again.remove(place)  # the next kernel has a try without it
                return False
        return True

    def _out_of_time(self, client: "_Client") -> bool:
        limit, used = self.stage.notebook_timeout, max(client.used, (time.monotonic() - self.start) / _WALL)
        if limit and used > limit:
            self.record.stopped = f"the notebook was stopped after {limit} s"
        return bool(self.record.stopped)


class _Client(NotebookClient):
    """The client of one kernel: made for it, with the settings of the stage, and thrown away after it.

    Attributes:
        used: seconds of processor time, about, of this kernel and those before.
        lost: why the kernel runs no further cell; empty while it does.
    """

    def __init__(
        self,
        stage: RunNotebook,
        nb: NotebookNode,
        km: Any,
        record: Record,
        before: "_Client | None",
        *,
        config: Config,
        **chosen: Any,
    ) -> None:
        settings = {name: getattr(stage, name) for name in NotebookClient.class_trait_names(config=True)}
        by_clock = {"timeout": None, "timeout_func": self._by_clock}
        settings |= chosen | by_clock | {"on_cell_executed": self._note_executed}
        self._stage, self._record, self._max_output = stage, record, stage.max_output
        self._output, self._messages, self._excess = 0, 0, ""
        self._all_output = 0 if before is None else before._all_output
        self._pending: set[asyncio.Future[Any]] = set()
        self._told: set[type[Exception]] = set() if before is None else before._told
        self._shown: Counter[str] = Counter()  # how often something stands under a name by which it can be changed
        self._cell: NotebookNode | None = None
        self._interrupted: float | None = None
        self._answered = False
        self.used = 0.0 if before is None else before.used
        self.lost = ""
        self._limit: float | None = None
        self._begun = self._looked = 0.0
        self._busiest = 0.0
        self._before: dict[int, float] | None = None
        super().__init__(nb, km, config=config, log=stage.log, **settings)

    def create_kernel_manager(self) -> Any:
        """Make the manager; a message far larger than what a cell may put out is never taken in."""
        manager = super().create_kernel_manager()
        for option, value in {zmq.MAXMSGSIZE: _ENOUGH * self._max_output, zmq.RCVHWM: _WAITING}.items():
            manager.context.setsockopt(option, value)
        return manager

    async def _async_let_go(self) -> None:
        """Close what a kernel that could not be started has left open; nbclient does so later on only."""
        if self.km is not None:
            await ensure_async(self.km.cleanup_resources())

    let_go = run_sync(_async_let_go)

    def run_cell(self, cell: NotebookNode, index: int) -> None:
        """Run a cell; where that cannot be brought to an end, say why the kernel is lost."""
        self._output, self._messages, self._cell = 0, 0, cell
        self._interrupted, self._answered = None, False
        self._limit, self._before, self._busiest = self._limit_of(cell), None, 0.0
        self._begun = self._looked = time.monotonic()
        try:
            self.execute_cell(cell, index, store_history=True)
        except DeadKernelError:
            self._lose(cell, "DeadKernelError", self._excess or "the kernel died")
        except CellTimeoutError:
            self._lose(cell, TIMED_OUT, "the kernel did not answer an interrupt and was ended")
        except Exception as error:
            # A kernel can send anything. What was earned before is kept all the same, and a person is told.
            self.log.warning("the run broke off: %s", shown(str(error))[:500], exc_info=True)
            self._record.broken = f"the run broke off ({type(error).__name__})"
            self._lose(cell, type(error).__name__, "the run broke off")
        finally:
            if self._pending:
                self._settle()
            seconds = time.monotonic() - self._begun
            self.used += seconds if self._before is None else min(seconds, self._busiest + _LOOK)

    def run_again(self, place: int) -> None:
        """Run a cell that an earlier kernel brought to an end, for what it defines: nothing of it is noted."""
        record, output = self._record, self._all_output
        self._record = Record(completed=set())
        self.run_cell(self.nb.cells[place], place)
        self._record, self._all_output = record, output

    def _lose(self, cell: NotebookNode, name: str, why: str) -> None:
        self.lost = self._record.happened[cell.id] = why
        line = f"{name}: {why} in this cell"
        cell.outputs.append(new_output("error", ename=name, evalue=why, traceback=[line]))

    def start_new_kernel_client(self, **kwargs: Any) -> Any:
        """Connect to the kernel, by channels that count what comes."""
        client = super().start_new_kernel_client(**kwargs)
        for channel in (client.iopub_channel, client.shell_channel):
            channel.get_msg = self._counting(channel.get_msg, timed=channel is client.shell_channel)
        return client

    def _limit_of(self, cell: NotebookNode) -> float | None:
        """Give the seconds that a cell may take on a quiet machine."""
        stage = self._stage
        limit = stage.timeout if stage.timeout_func is None else stage.timeout_func(cell)
        return limit if limit and limit > 0 else None

    def _by_clock(self, cell: NotebookNode) -> int | None:
        limit = self._limit_of(cell)
        return None if limit is None else math.ceil(_WALL * limit)

    def _took_too_long(self) -> bool:
        """Look, now and then, at what the busiest thread of the kernel has used since the cell began.

        A thread uses no more than the clock shows, and the less the busier the machine is: so a cell that comes to
        its end on a quiet machine comes to it everywhere.
        """
        now = time.monotonic()
        if self._limit is None or now < self._looked + _LOOK:
            return False
        self._looked = now
        process = getattr(getattr(self.km, "provisioner", None), "process", None)
        times = process.thread_times() if isinstance(process, ForkedKernel) else {}
        if not times:
            # Not told on this system: the clock is all there is.
            self._busiest = now - self._begun
        elif self._before is not None:
            self._busiest = max(seconds - self._before.get(thread, 0.0) for thread, seconds in times.items())
        if self._before is None:
            self._before = times
        return self._busiest > self._limit

    def _counting(self, get: Callable[..., Any], *, timed: bool) -> Callable[..., Any]:
        """Give a channel's function that waits for a message one that passes over those that are too many.

        All are counted, whatever they say they belong to. A kernel that never stops sending keeps neither the
        clock from being looked at nor a time limit from being noticed.
        """

        async def get_counted(timeout: float | None = None) -> Any:
            end = None if timeout is None else time.monotonic() + timeout
            while True:
                # What is there already is given without a turn of the loop, in which others would get theirs.
                await asyncio.sleep(0)
                left = None if end is None else end - time.monotonic()
                if (left is not None and left <= 0) or (timed and self._took_too_long()):
                    raise Empty
                try:
                    message = await ensure_async(get(timeout=_soon(left) if timed else left))
                except Empty:
                    continue
                try:
                    dropped = self._too_much(self._weight(message))
                except Exception as error:
                    self._pass_over(error)
                    dropped = True
                if not dropped or message.get("msg_type") in _ENDS:
                    self._answered = self._answered or message.get("msg_type") == "execute_reply"
                    return message

        return get_counted

    def _weight(self, message: Mapping[str, Any]) -> int:
        """About how many bytes it takes to hold a message; what changes what was shown is held at each place."""
        content = message["content"]
        self._messages += 1
        if self._messages <= _FREE and message["msg_type"] in _USUAL:
            return 0
        size = _size(content) + sum(map(len, message.get("buffers") or ()))
        size += _MESSAGE if self._messages > _FREE else 0
        about = content.get("transient") if isinstance(content, Mapping) else None
        shown = about.get("display_id") if isinstance(about, Mapping) else None
        if isinstance(shown, str):
            if message["msg_type"] == "update_display_data":
                return size + _VALUE * self._shown[shown]
            self._shown[shown] += 1
        return size

    def process_message(self, msg: Any, cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Take a message of the kernel; one that the notebook format cannot hold is passed over."""
        try:
            return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            raise
        except Exception as error:
            self._pass_over(error)
            return None

    def _pass_over(self, error: Exception) -> None:
        # A kernel can send anything, and as often as it likes: each kind of trouble is told once.
        if type(error) not in self._told:
            self._told.add(type(error))
            self.log.warning("a message of the kernel is passed over: %s", type(error).__name__, exc_info=error)

    def _too_much(self, size: int) -> bool:
        """Count what a cell puts out; interrupt it at the limit, end the kernel where that does not help."""
        cell = self._cell
        if cell is None:
            return False
        most = min(self._max_output, _ENOUGH * self._max_output - self._all_output)
        self._output += size
        if self._output <= most:
            self._all_output += size
            return False
        assert self.km is not None
        what = f"more than {self._max_output >> 10} KiB were put out"
        if self._interrupted is None:
            self._interrupted = time.monotonic()
            self._record.happened[cell.id] = f"it was interrupted, since {what}"
            line = f"Interrupted: {what}; the rest is not kept."
            cell.outputs.append(new_output("error", ename="TooMuchOutput", evalue=what, traceback=[line]))
            self._later(self.km.interrupt_kernel())
        elif (
            not self._excess
            and not self._answered
            and self._output > _ENOUGH * self._max_output
            and time.monotonic() > self._interrupted + _HEEDS
        ):
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
            limit = self._limit or 0.0
            by_clock = "" if self._busiest > limit else f"{_WALL} times "
            self._record.happened[cell.id] = f"it was interrupted after {by_clock}{limit:g} s"


def _soon(left: float | None) -> float:
    return _LOOK if left is None else min(left, _LOOK)


def _copy(cell: NotebookNode) -> NotebookNode:
    return NotebookNode(cell, metadata=copy.deepcopy(cell.metadata), outputs=[])


def _leave_out(cell: NotebookNode, record: Record) -> None:
    cell.outputs, cell.execution_count = [], None
    record.not_run.add(cell.id)
    if is_grade(cell):
        # nbgrader gives full marks to a graded cell that puts nothing out.
        line = f"Not run: {record.stopped}."
        cell.outputs.append(new_output("error", ename="NotRun", evalue=record.stopped, traceback=[line]))


def _size(content: Any) -> int:
    """About how many bytes a message holds: its texts, its keys, and something for every value, empty ones too."""
    if isinstance(content, Mapping):
        return _VALUE + sum(_size(key) + _size(value) for key, value in content.items())
    if isinstance(content, list | tuple):
        return _VALUE + sum(map(_size, content))
    return _VALUE + (len(content) if isinstance(content, str | bytes) else 0)


def _mend(cell: NotebookNode) -> None:
    """Make the execution count a number: nbclient takes it from a message as it is."""
    count = cell.get("execution_count")
    cell.execution_count = count if type(count) is int else None
