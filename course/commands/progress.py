"""Progress of long work on standard error: a bar on a terminal, and a line now and then in a file or a pipe."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from course.commands import common

EVERY = 10.0
"""Seconds between two lines where there is no terminal."""


class Task:
    """One piece of long work: what it is, how many parts it has, and how many of them are done.

    Attributes:
        what: is being done, for people.
        total: parts; None where they cannot be counted.
        done: parts so far.
    """

    def __init__(self, what: str, total: int | None, moved: Callable[[], None]) -> None:
        self.what, self.total, self.done = what, total, 0
        self._moved, self._quick, self._start = moved, 0, time.monotonic()

    def advance(self, *, quick: bool = False) -> None:
        """Count one part; a quick one, such as what was done before, does not count for the rate."""
        self.done += 1
        self._quick += quick
        self._moved()

    @property
    def rate(self) -> str:
        """Parts a minute, in words; empty before the first one."""
        worked = self.done - self._quick
        rate = 60 * worked / max(self._seconds(), 1e-3)
        return f"{rate:.{0 if rate >= 10 else 1}f} a minute" if worked else ""

    def line(self) -> str:
        """How far it is, and after how long, in words."""
        counted = f"{self.what}: {self.done} of {self.total}" if self.total is not None else self.what
        minutes, seconds = divmod(round(self._seconds()), 60)
        after = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
        return ", ".join(filter(None, [counted, self.rate, after]))

    def _seconds(self) -> float:
        return time.monotonic() - self._start


class Lines:
    """Progress where there is no terminal: a line when a task begins, now and then, and when it ends.

    Of a task whose parts cannot be counted there is a line only now and then: most end before the first one.
    """

    def __init__(self, console: Console, every: float) -> None:
        self._console, self._every, self._task = console, every, None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._repeat, daemon=True)

    def begin(self, what: str, total: int | None = None) -> Task:
        """Show a task after the one before it."""
        self._end_task()
        self._task = Task(what, total, lambda: None)
        if total is not None:
            self._say(what)
        return self._task

    def stop(self) -> None:
        """Show nothing more."""
        self._end_task()
        self._stopped.set()

    def _end_task(self) -> None:
        task, self._task = self._task, None
        if task is not None and task.total is not None:
            self._say(task.line())

    def _repeat(self) -> None:
        # By the clock and not by the parts: one part may take minutes, and whoever reads sees that it goes on.
        while not self._stopped.wait(self._every):
            task = self._task
            if task is not None:
                self._say(task.line())

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._thread.join()


class Bars:
    """Progress on a terminal: a live bar for each task."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[rate]}"),
            console=console,
        )

    def begin(self, what: str, total: int | None = None) -> Task:
        """Show a task below the one before it, which has ended."""
        self._end_task()
        bar = self._bars.add_task(what, total=total, rate="")
        task = Task(what, total, lambda: self._bars.update(bar, advance=1, rate=task.rate))
        return task

    def stop(self) -> None:
        """Show nothing more; the bars stay as they are."""
        self._end_task()
        self._bars.stop()

    def _end_task(self) -> None:
        for bar in self._bars.tasks[-1:]:
            self._bars.stop_task(bar.id)
            if bar.total is None:
                self._bars.remove_task(bar.id)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def follow(console: Console | None = None, every: float = EVERY) -> Lines | Bars:
    """Give what shows the progress of tasks within a `with`.

    Args:
        console: where; the commands' messages unless given.
        every: seconds between two lines where it is no terminal.

    >>> import io
    >>> file = io.StringIO()
    >>> with follow(Console(file=file)) as following:
    ...     task = following.begin("grading mlp", 2)
    ...     task.advance(quick=True)
    >>> print(file.getvalue())
    grading mlp
    grading mlp: 1 of 2, 0 s
    <BLANKLINE>
    """
    console = common.messages if console is None else console
    return Bars(console) if console.is_terminal else Lines(console, every)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that work goes on of which the parts cannot be counted."""
    with follow() as following:
        following.begin(what)
        yield
