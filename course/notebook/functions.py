"""A student's function tried on the probe inputs: whatever happens in it becomes an answer or a short remark."""

import contextlib
import io
import signal
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from course import sheet
from course.exercises import Answer

TIME_LIMIT = 12.0  # seconds a function: two of them fit into the half minute that a cell gets
_LONGEST = 300  # characters of an error message that are kept


class Stopped(BaseException):
    """Raised inside a function that takes too long; no `except Exception` in it can hold it up."""


def evaluate(function: Callable, answer: Answer, probe: Any, limit: float = TIME_LIMIT) -> sheet.Answer:
    """Try a function on the probe inputs.

    What it prints, shows and warns of is dropped. Never raises.

    Args:
        function: what the student assigned.
        answer: what was asked for; knows how the function is called.
        probe: inputs of its own, which the function may spoil.
        limit: seconds after which it is stopped, where the platform has an alarm clock.
    """
    call = answer.call
    if call is None:
        return sheet.Unreadable("a value was expected, got a function")
    try:
        with _quiet(), _alarm(limit):
            outputs = np.asarray(call(function, probe))
    except BaseException as error:  # also an exit or an interrupt: the rest of the sheet is to arrive
        return sheet.Unreadable(_remark(error, answer, limit))
    written = None if outputs.dtype.kind in "OUS" else sheet.write(outputs)
    if isinstance(written, sheet.Numbers):
        return sheet.Outputs(written)
    reason = written.reason if isinstance(written, sheet.Unreadable) else "numbers were expected"
    return sheet.Unreadable(f"what {_name(answer)} returned cannot be read: {reason}"[:1000])


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    from IPython.utils.capture import capture_output

    with capture_output(stdout=False, stderr=False), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.redirect_stdout(_Sink()), contextlib.redirect_stderr(_Sink()):
            yield


class _Sink(io.TextIOBase):
    """Drops what is written: a function may print without end."""

    def write(self, text: str) -> int:
        return len(text)


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(signum: int, frame: Any) -> None:
        raise Stopped

    before = signal.signal(signal.SIGALRM, stop)
    # Rings again every second: a bare `except` in a loop swallows one bell, not all.
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def _remark(error: BaseException, answer: Answer, limit: float) -> str:
    """Say what went wrong and in which line, in one sentence."""
    if isinstance(error, Stopped):
        return f"{_name(answer)} did not return within {limit:g} seconds"
    if isinstance(error, KeyboardInterrupt):
        return f"{_name(answer)} was interrupted before it returned"
    where = _line(error)
    what = _message(error)
    if where is None and isinstance(error, TypeError):
        return f"{_name(answer)} is called as {answer.signature}: {what}"
    return f"{_name(answer)} {where}: {what}" if where else f"what {_name(answer)} returned cannot be read: {what}"


def _name(answer: Answer) -> str:
    return answer.signature.partition("(")[0] or "the function"


def _line(error: BaseException) -> str | None:
    """Name the last line of the notebook's own code on the way to an error."""
    found = None
    # The walk gives code and line without the text of the frames' values, which a student's objects could spoil.
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_globals.get("__name__") == "__main__":
            found = (frame.f_code.co_filename, frame.f_code.co_name, number)
    if found is None:
        return None
    summary = traceback.FrameSummary(found[0], found[2], found[1])
    text = (summary.line or "").strip()
    return f"stopped in line {found[2]} of its cell" + (f", `{text[:80]}`" if text else "")


def _message(error: BaseException) -> str:
    try:
        text = " ".join(str(error).split())
    except Exception:  # the error is of a student's own making, and so may be its text
        text = ""
    if len(text) > _LONGEST:
        text = text[:_LONGEST] + "…"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
