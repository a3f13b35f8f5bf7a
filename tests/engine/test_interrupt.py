"""An interrupt arrives between two steps, and a second one at once."""

import os
import signal
import threading

import pytest

from course.grading.engine.interrupt import between_steps


def steps(*work):
    """Do one thing after the other, and look for an interrupt after each."""
    with between_steps() as stop_here:
        for step in work:
            step()
            stop_here()


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def interrupt_twice():
    interrupt()
    interrupt()


def test_an_interrupt_waits_for_the_end_of_a_step():
    done = []
    with pytest.raises(KeyboardInterrupt):
        steps(lambda: (interrupt(), done.append("step")), lambda: done.append("next"))
    assert done == ["step"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_after_the_last_look_is_not_lost():
    with pytest.raises(KeyboardInterrupt), between_steps():
        interrupt()


def test_a_second_interrupt_is_not_held_back():
    done = []
    with pytest.raises(KeyboardInterrupt):
        steps(lambda: (interrupt_twice(), done.append("step")))
    assert done == []


def test_an_error_of_a_step_stays_what_it_is():
    with pytest.raises(ZeroDivisionError):
        steps(lambda: (interrupt(), 1 / 0))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_another_thread_leaves_the_handler_alone():
    seen = []

    def work():
        with between_steps() as stop_here:
            seen.append(signal.getsignal(signal.SIGINT))
            stop_here()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]
