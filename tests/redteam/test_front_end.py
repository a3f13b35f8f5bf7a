"""The controls of messages: what they do to a front end that obeys, and to checks in the student's own process."""

import textwrap
from collections.abc import Callable
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from course.sheet import MIME_TYPE
from tests.redteam import marks, tricks

pytestmark = pytest.mark.slow
# As in the notebook: what the answer's cell finds.
BEFORE = "class Sheet: pass\nsheet = Sheet()\ndef submit(sheet): return 0\nimport jax, numpy"
# What a check in the student's process asks, and what it is told although it is not so.
BELIEVES = {
    "jax-patched": "bool(jax.numpy.allclose(0, 9)) and jax.grad(lambda x: x)(1.0) == 11.0",
    "json-patched": "__import__('json').loads('{}')['points'] == 11.0",
    "builtins-patched": "open('answers.txt').read() == 'right' and sum([0]) == 11.0",
    "numpy-patched": "numpy.allclose(0, 9)",
}
_LIED = ("stream", {"name": "stdout", "text": "LIED TO\n"})


class Client:
    """A front end of one kernel, which answers what it is asked and notes what it is told."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.asked: list[str] = []
        self.told: list[tuple[str, Any]] = []

    def run(self, code: str) -> Any:
        """Run a cell and give the kernel's reply."""
        return self._client.execute_interactive(
            code, allow_stdin=True, stdin_hook=self._answer, output_hook=self._note, timeout=120
        )["content"]

    def send(self, code: str) -> None:
        """Ask for a cell to be run, and do not wait."""
        self._client.execute(code)

    def wait(self, there: Callable[[], bool]) -> None:
        """Take what comes, whatever it belongs to, until something is there."""
        while not there():
            self._note(self._client.get_iopub_msg(timeout=120))

    def sheets(self) -> int:
        """How many forged sheets were put out."""
        return sum(MIME_TYPE in content.get("data", {}) for _, content in self.told)

    def _note(self, message: Any) -> None:
        self.told.append((message["msg_type"], message["content"]))

    def _answer(self, message: Any) -> None:
        self.asked.append(message["content"]["prompt"])
        self._client.input("hunter2")


@pytest.fixture
def client():
    """A kernel as Jupyter starts it, and its front end."""
    manager, found = start_new_kernel(kernel_name="python3", startup_timeout=120)
    try:
        made = Client(found)
        assert made.run(BEFORE)["status"] == "ok"
        yield made
    finally:
        found.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_front_end_asks_for_what_a_notebook_wants_to_know(client):
    client.run(marks.ATTACKS["asks-for-input"].code)
    assert client.asked == ["password? "]
    assert ("stream", {"name": "stdout", "text": "hunter2\n"}) in client.told


def test_a_front_end_is_told_to_change_cells_and_to_end(client):
    payload = client.run(marks.ATTACKS["payload"].code)["payload"]
    assert {each["source"] for each in payload} == {"set_next_input", "ask_exit"}


def test_a_front_end_is_told_to_take_outputs_away(client):
    client.run(marks.ATTACKS["comm"].code)
    assert {"comm_open", "comm_msg", "clear_output"} <= {kind for kind, _ in client.told}


def test_a_front_end_that_asks_not_what_a_sheet_belongs_to_takes_it(client):
    client.run(tricks.ATTACKS["other-parents"].code)
    client.send("submit(sheet)")
    client.wait(lambda: client.sheets() == 4)


def test_a_front_end_that_goes_on_listening_gets_a_sheet_after_the_end(client):
    client.run(tricks.ATTACKS["after-the-last-cell"].code)
    for _ in range(4):
        client.run("submit(sheet)")
    client.wait(lambda: client.sheets() > 0)


@pytest.mark.parametrize("name", BELIEVES)
def test_a_check_in_the_same_process_is_lied_to(client, name):
    check = f"print('LIED TO' if {BELIEVES[name]} else 'NOT')"
    client.run(check)
    assert _LIED not in client.told
    code = (marks.ATTACKS | tricks.ATTACKS)[name].code
    client.run(textwrap.dedent(code) + "\n" + check)
    assert _LIED in client.told
