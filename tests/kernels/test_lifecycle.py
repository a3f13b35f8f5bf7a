"""Kernels that die, hang, are interrupted or lose their grader: nothing of them may stay."""

import os
import signal
import time
from pathlib import Path

import pytest

from course.kernels.limits import Limits

FIXED = {"matplotlib", "root", "zygote"}


def gone(pid: int, seconds: float = 10.0) -> bool:
    """Has the process ended within some seconds, its body collected too?"""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.01)
    return False


def test_nothing_stays_after_a_kernel(grader):
    grader.run("import subprocess; subprocess.Popen(['sleep', '600'], start_new_session=True)")
    left = grader.ask("leftovers")
    assert set(left["entries"]) <= FIXED
    assert left["children"] == []


def test_nothing_stays_after_a_kernel_without_a_sandbox(grader):
    code = "import subprocess; print(subprocess.Popen(['sleep', '600'], start_new_session=True).pid)"
    run = grader.run(code, sandbox="none")
    assert gone(int(run.text))
    assert grader.ask("leftovers")["children"] == []


def test_without_a_sandbox_the_file_of_the_manager_is_not_written_again(grader):
    """Jupyter writes it with a line for each entry, and reads it while the kernel starts."""
    lines = "print(open(get_ipython().kernel.parent.abs_connection_file).read().count(chr(10)))"
    assert int(grader.run(lines, sandbox="none").text) > 5
    assert int(grader.run(lines).text) == 0


def test_a_kernel_that_exits_is_noticed(grader):
    run = grader.run("import os; os._exit(3)")
    assert run.cells[0].dead
    assert run.code == 3


def test_a_kernel_that_crashes_is_noticed(grader):
    run = grader.run("import ctypes; ctypes.string_at(0)")
    assert run.cells[0].dead
    assert run.code == -signal.SIGSEGV


def test_an_interrupt_stops_the_cell_and_not_the_kernel(grader):
    loop = {"code": "while True: pass", "interrupt_after": 0.2}
    run = grader.run(loop, "print('alive')")
    assert str(run.cells[0].error).startswith("KeyboardInterrupt")
    assert run.cells[1].text == "alive\n"


def test_an_interrupt_reaches_the_processes_of_the_kernel(grader):
    loop = {"code": "import subprocess; print(subprocess.run(['sleep', '60']).returncode)", "interrupt_after": 0.3}
    assert str(grader.run(loop).cells[0].error).startswith("KeyboardInterrupt")


@pytest.mark.parametrize(
    "stuck",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        "import signal\nfor n in (1, 2, 15): signal.signal(n, signal.SIG_IGN)\nos = __import__('os')\n"
        "os.fork() or __import__('time').sleep(600)",
    ],
)
@pytest.mark.parametrize("now", [True, False])
def test_a_stuck_kernel_is_ended(grader, stuck, now):
    kernel = grader.ask("launch")
    grader.ask("start", kernel=kernel["kernel"], code=stuck)
    assert grader.ask("end", kernel=kernel["kernel"], now=now)["seconds"] < 3
    assert not Path(f"/proc/{kernel['pid']}").exists()
    assert not Path(kernel["sockets"]).exists()


def test_a_kernel_can_be_restarted(grader):
    run = grader.run("print('value' in globals()); value = 1", restart=True)
    assert run.text.split() == ["False", "False"]


def test_kernels_do_not_share_their_randomness(grader):
    code = "import random, numpy, os; print(random.random(), numpy.random.rand(), os.getpid())"
    first, second = (grader.run(code).text.split() for _ in range(2))
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_several_kernels_at_once(grader):
    kernels = [grader.ask("launch")["kernel"] for _ in range(4)]
    for kernel in kernels:
        grader.ask("cell", kernel=kernel, code=f"value = {kernel}")
    found = [grader.ask("cell", kernel=kernel, code="print(value)")["text"].strip() for kernel in kernels]
    assert found == [str(kernel) for kernel in kernels]
    for kernel in kernels:
        grader.ask("end", kernel=kernel)
    assert grader.ask("leftovers")["children"] == []


def test_a_killed_zygote_takes_its_kernels_along_and_is_replaced(grader):
    kernel = grader.ask("launch")
    os.kill(kernel["zygote"], signal.SIGKILL)
    assert gone(kernel["pid"])
    assert "zygote" in grader.ask("end", kernel=kernel["kernel"])["reason"]
    assert grader.run("print('alive')").text == "alive"
    assert not Path(kernel["folder"]).exists()


def test_workers_share_the_zygote_and_do_not_end_it(grader):
    kernel = grader.ask("launch")
    assert grader.ask("worker")["folder"] == kernel["folder"]
    assert grader.ask("cell", kernel=kernel["kernel"], code="print('alive')")["text"] == "alive\n"
    grader.ask("end", kernel=kernel["kernel"])


def test_a_killed_grader_takes_everything_along(grader, new_grader):
    doomed = new_grader(grader.identity)
    kernel = doomed.ask("launch")
    doomed.process.kill()
    doomed.process.wait()
    assert gone(kernel["pid"])
    assert gone(kernel["zygote"])
    assert not Path(kernel["folder"]).exists()


def test_a_request_that_cannot_be_served_says_why(grader):
    with pytest.raises(RuntimeError, match="no such module"):
        grader.run("1", withheld=["course.models.nothing"])
    with pytest.raises(RuntimeError, match="No space left"):
        grader.run("1", files={"large": "x" * (3 << 20)}, limits={"disk": 1 << 20})
    assert grader.ask("leftovers")["children"] == []
    assert set(grader.ask("leftovers")["entries"]) <= FIXED


@pytest.mark.parametrize("value", [0, -1, True, 1.5, None])
def test_limits_are_positive_whole_numbers(value):
    with pytest.raises(ValueError, match="positive whole number"):
        Limits(memory=value)


def test_a_misspelt_limit_is_refused():
    with pytest.raises(ValueError, match="no such limit: mem; the limits are memory"):
        Limits().replace({"mem": 1})
