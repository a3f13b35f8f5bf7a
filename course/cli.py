"""The command `course`, from its first moment on: nothing else is imported before Ctrl-C is seen to."""

import os
import signal
import threading
from types import FrameType


def main() -> None:
    """Run the command line; Ctrl-C ends it at once, with one line and exit code 130."""
    if threading.current_thread() is not threading.main_thread():
        _run()
        return
    usual = signal.signal(signal.SIGINT, stop)
    try:
        _run()
    finally:
        signal.signal(signal.SIGINT, usual)


def stop(number: int, frame: FrameType | None) -> None:
    """End the process, whatever it is doing.

    An exception instead is lost in a callback of XLA, and crashes a library that is being imported. What must not
    be left half done holds the signal back (`course/grading/engine/interrupt.py`); all else may end at any moment.
    """
    os.write(2, b"Stopped.\n")
    os._exit(130)


def _run() -> None:
    from course.commands.command_line import run

    run()


if __name__ == "__main__":
    main()
