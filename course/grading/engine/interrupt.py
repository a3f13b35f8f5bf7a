"""Ctrl-C taken between two steps of a run and never within one, so that no step is left half done."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

LOOK = 0.2
"""Seconds after which a wait should look again."""


@contextlib.contextmanager
def between_steps() -> Iterator[Callable[[], None]]:
    """Hold an interrupt back until the function given here is called, which then raises it; not a second one.

    In another thread than the main one, where no interrupt arrives, and where Python does not see interrupts, the
    function does nothing.

    Raises:
        KeyboardInterrupt: by the function, and at the end, if an interrupt came.

    >>> with between_steps() as stop_here:
    ...     stop_here()
    """
    came = threading.Event()

    def stop_here() -> None:
        if came.is_set():
            raise KeyboardInterrupt

    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(usual):
        yield stop_here
        return
    at_once = usual

    def note(number: int, frame: FrameType | None) -> None:
        if came.is_set():
            at_once(number, frame)
        came.set()

    signal.signal(signal.SIGINT, note)
    try:
        yield stop_here
    finally:
        signal.signal(signal.SIGINT, usual)
    stop_here()
