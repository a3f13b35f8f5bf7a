"""A run that crashes or never ends, without anything of a course in it."""

import tempfile
import time
from pathlib import Path

import pytest
from jupyter_client.asynchronous.client import AsyncKernelClient
from nbclient.client import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from traitlets.config import Config

from course.grading.record import record_of
from course.grading.stages import admit, execute
from course.grading.stages.execute import RunNotebook
from course.kernels.sandbox import namespaces

ROOT = Path(__file__).parents[2]

DEAF = """
import time
while True:
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        pass
"""
GRADED = {"nbgrader": {"grade": True, "grade_id": "tests", "points": 1}}

# By the processor's time, or by the clock where others leave a test less than a fifth of a processor.
INTERRUPTED = {"it was interrupted after 1 s", "it was interrupted after 5 times 1 s"}


def run(*sources, sandbox=True, **settings):
    config = Config({"Gradbook": {"sandbox": sandbox}})
    config.RunNotebook = Config(settings)
    cells = [new_code_cell(source) for source in sources]
    notebook = new_notebook(
        cells=[new_markdown_cell("text"), *cells, new_code_cell("1 + 1", metadata=GRADED)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python"}},
    )
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        RunNotebook(config=config).preprocess(notebook, resources)
    return notebook.cells[1:], record_of(resources)


def result(cell):
    return [output.data["text/plain"] for output in cell.outputs if output.output_type == "execute_result"]


def names(cell):
    return [output.ename for output in cell.outputs if output.output_type == "error"]


DIES = "import os\nos._exit(1)"


def test_without_new_kernels_a_dead_one_ends_the_run_and_what_was_there_is_kept():
    (first, crash, graded), record = run("1 + 2", DIES, new_kernels=0)
    assert result(first) == ["3"]
    assert names(crash) == ["DeadKernelError"]
    # nbgrader gives full marks to a graded cell that puts nothing out.
    assert names(graded) == ["NotRun"]
    assert record.stopped == "the kernel died"
    assert record.not_run == {graded.id}
    assert record.happened == {crash.id: "the kernel died"}


def _without_pauses(monkeypatch):
    monkeypatch.setattr(execute, "_PAUSES", (0.0, 0.0))


def _fails(monkeypatch, owner, name, error, times, *, first=False):
    """Let a step of the kernel's life fail so often, instead of what it does or after it."""
    step, left = getattr(owner, name), [error] * times

    def failing(self, *arguments, **options):
        done = step(self, *arguments, **options) if first or not left else None
        if left:
            raise left.pop()
        return done

    monkeypatch.setattr(owner, name, failing)
    return left


def test_a_kernel_that_could_not_be_started_is_asked_for_again(monkeypatch):
    _without_pauses(monkeypatch)
    left = _fails(monkeypatch, AsyncKernelClient, "wait_for_ready", RuntimeError("Kernel died before replying"), 2)
    (first, graded), record = run("1 + 2")
    assert (left, result(first), result(graded), record.stopped) == ([], ["3"], ["2"], "")


def test_a_kernel_is_not_asked_for_without_end(monkeypatch):
    _without_pauses(monkeypatch)
    left = _fails(monkeypatch, NotebookClient, "start_new_kernel", OSError("Cannot allocate memory"), 9)
    with pytest.raises(OSError, match="Cannot allocate memory"):
        run("1 + 2")
    assert len(left) == 6


def test_where_there_is_no_sandbox_nothing_is_tried_again(monkeypatch):
    left = _fails(
        monkeypatch, NotebookClient, "start_new_kernel", namespaces.SandboxUnavailableError("too old"), 9
    )
    with pytest.raises(namespaces.SandboxUnavailableError):
        run("1 + 2")
    assert len(left) == 8


def test_what_was_run_is_kept_where_the_kernel_does_not_end_well(monkeypatch):
    left = _fails(monkeypatch, NotebookClient, "_cleanup_kernel", RuntimeError("it is stuck"), 1, first=True)
    (first, graded), _ = run("1 + 2")
    assert (left, result(first), result(graded)) == ([], ["3"], ["2"])


def test_a_new_kernel_goes_on_with_all_that_was_defined_above():
    sources = (
        "import math\nmade = [7]\nprint('once')",
        "made.append(math.factorial(3))\nlater = 2\n1 / 0",
        "lost = 5\nimport os\nos._exit(1)",
        "made",
        "lost",
    )
    (first, failed, crash, made, lost, graded), record = run(*sources)
    assert first.outputs[0].text == "once\n"
    assert len(first.outputs) == 1
    assert names(failed) == ["ZeroDivisionError"]
    assert names(crash) == ["DeadKernelError"]
    # What an error left behind is there as well; what the kernel's own death took is not.
    assert result(made) == ["[7, 6]"]
    assert names(lost) == ["NameError"]
    assert result(graded) == ["2"]
    assert record.happened == {crash.id: "the kernel died; a new kernel went on without that cell"}
    assert (record.stopped, record.not_run, record.went_on) == ("", set(), {crash.id})


def test_new_kernels_are_counted_and_the_last_one_ends_the_run():
    (first, second, third, graded), record = run(DIES, DIES, DIES, new_kernels=2)
    assert [names(cell) for cell in (first, second, third)] == [["DeadKernelError"]] * 3
    assert names(graded) == ["NotRun"]
    assert record.stopped == "the kernel died"
    assert record.went_on == {first.id, second.id}
    assert record.happened[third.id] == "the kernel died"


def test_where_no_new_kernel_can_be_started_what_was_run_is_kept(monkeypatch):
    start, asked = execute._Run._start_kernel, []

    def once(self, *arguments):
        asked.append(arguments)
        if len(asked) > 1:
            raise OSError("Cannot allocate memory")
        return start(self, *arguments)

    monkeypatch.setattr(execute._Run, "_start_kernel", once)
    (first, crash, graded), record = run("1 + 2", DIES)
    assert (result(first), names(graded), len(asked)) == (["3"], ["NotRun"], 2)
    assert record.stopped == record.happened[crash.id] == "the kernel died"


def test_what_ends_a_kernel_when_it_is_run_again_is_left_out(tmp_path):
    mark = tmp_path / "ran"
    once = f"import os, pathlib\nmark = pathlib.Path({str(mark)!r})\nif mark.exists(): os._exit(1)\nmark.touch()"
    # Of the three that are lost, one is lost by what is run again.
    (_, _, _, kept, graded), record = run("kept = 3", once, DIES, "kept", new_kernels=2, sandbox=False)
    assert mark.exists()
    assert result(kept) == ["3"]
    assert result(graded) == ["2"]
    assert record.stopped == ""


def test_a_kernel_that_heeds_no_interrupt_is_ended():
    (first, deaf, graded), record = run("1 + 2", DEAF, timeout=1, iopub_timeout=1)
    assert result(first) == ["3"]
    assert "CellTimeoutError" in names(deaf)
    assert result(graded) == ["2"]
    assert "did not answer an interrupt" in record.happened[deaf.id]


def test_an_endless_cell_is_interrupted_and_the_next_ones_run():
    sources = ["import sys; print('careful', file=sys.stderr); 1 + 2", "while True: pass", "1 / 0"]
    (first, endless, error, graded), record = run(
        *sources, timeout_func=lambda cell: 1 if "while" in cell.source else 60
    )
    assert result(first) == ["3"]
    assert "CellTimeoutError" in names(endless)
    assert names(error) == ["ZeroDivisionError"]
    assert result(graded) == ["2"]
    assert record.stopped == ""
    assert record.happened[endless.id] in INTERRUPTED
    assert record.seconds is not None
    assert record.seconds >= 1


def test_a_notebook_has_a_time_limit_of_its_own():
    busy = "import time\nwhile time.process_time() < 4: pass"
    (first, second, graded), record = run(busy, "1 + 2", notebook_timeout=1)
    assert names(first) == []
    assert second.outputs == []
    assert names(graded) == ["NotRun"]
    assert record.stopped in {f"the notebook was stopped after {limit}" for limit in ("1 s", "5 times 1 s")}


def test_time_is_that_of_the_processor_and_five_times_as_much_by_the_clock():
    """What waits, as everything does on a busy machine, is not interrupted; what computes is, in any thread."""
    waits = "import time\ntime.sleep(3.5)\n'waited'"
    computes = (
        "from threading import Thread\nended = []\ndef work():\n    while not ended: pass\n"
        "one = Thread(target=work, daemon=True)\none.start()\ntry:\n    one.join()\nfinally:\n    ended.append(1)"
    )
    (waited, computed, graded), record = run(waits, computes, timeout=1)
    assert result(waited) == ["'waited'"]
    assert "CellTimeoutError" in names(computed)
    assert record.happened[computed.id] in INTERRUPTED
    assert result(graded) == ["2"]
    (slept, _), record = run("import time\ntime.sleep(60)", timeout=1)
    assert "CellTimeoutError" in names(slept)
    assert record.happened == {slept.id: "it was interrupted after 5 times 1 s"}


def test_outputs_that_are_none_are_dropped():
    source = """
from IPython import get_ipython
kernel = get_ipython().kernel
kernel.session.send(kernel.iopub_socket, "display_data", {"data": 7, "metadata": []}, parent=kernel.get_parent())
print("shown")
"""
    (cell, graded), _ = run(source)
    assert [output.output_type for output in cell.outputs] == ["stream"]
    assert result(graded) == ["2"]


@pytest.mark.parametrize("limit", [0, 900])
def test_no_limit_is_no_limit(limit):
    (graded,), record = run(notebook_timeout=limit)
    assert result(graded) == ["2"]
    assert record.stopped == ""


def test_a_message_that_is_none_breaks_the_run_off_and_keeps_the_rest():
    source = """
from IPython import get_ipython
kernel = get_ipython().kernel
header = kernel.session.msg_header("stream")
kernel.session.send(kernel.iopub_socket, "stream", {"name": "stdout", "text": "x"}, parent=[1], header=header)
"""
    (first, _, graded), _ = run("1 + 2", source)
    assert result(first) == ["3"]
    assert result(graded) == ["2"]


def test_an_endless_print_is_interrupted_and_the_next_cells_run():
    # What was printed until the interrupt has to be read, on a busy machine too.
    (endless, graded), record = run("while True:\n    print('x' * 1000)", max_output=1 << 20, iopub_timeout=20)
    assert "TooMuchOutput" in names(endless)
    assert sum(len(output.get("text", "")) for output in endless.outputs) <= 1 << 20
    assert "more than 1024 KiB" in record.happened[endless.id]
    assert result(graded) == ["2"]


@pytest.mark.parametrize("shows", ["print('x' * 1700, flush=True)", "display('x' * 1700)"])
def test_what_is_shown_in_thousands_of_messages_loses_neither_itself_nor_what_comes_after_it(shows):
    """More than the sockets between the two hold, and more than who reads it keeps up with."""
    (much, graded), record = run(f"for _ in range(4000):\n    {shows}", iopub_timeout=60)
    text = "".join(output.get("text", "") or output.data["text/plain"].strip("'") for output in much.outputs)
    assert text.count("x") == 4000 * 1700
    assert result(graded) == ["2"]
    assert (record.stopped, record.happened) == ("", {})


SENDS = """
from IPython import get_ipython
kernel = get_ipython().kernel
def send(kind, content, parent=None, socket=kernel.iopub_socket, **more):
    kernel.session.send(socket, kind, content, parent=parent or kernel.get_parent(), **more)
"""
# Each holds next to nothing by the length of its texts, and goes on for ever.
TINY = {
    "no text": "send('display_data', {'data': {}, 'metadata': {}})",
    "keys": "send('display_data', {'data': {str(i): '' for i in range(500)}, 'metadata': {}})",
    "letters": "send('stream', {'name': 'stdout', 'text': 'x'})",
    "busy": "send('status', {'execution_state': 'busy'})",
    "of another cell": "send('stream', {'name': 'stdout', 'text': 'x'}, parent={'header': {'msg_id': 'another'}})",
    "changed in many places": "[send(kind, {'data': {}, 'metadata': {}, 'transient': {'display_id': 'a'}})"
    " for kind in ('display_data', 'update_display_data')]",
}


@pytest.mark.parametrize("kinds", [list(TINY)[:3], list(TINY)[3:]])
def test_messages_that_hold_nothing_and_never_end_are_ended(kinds):
    """Messages are counted, keys and empty values too, and whatever they say they belong to."""
    cells = [f"while True:\n    {TINY[kind]}" for kind in kinds]
    start = time.process_time()
    (_, *floods, graded), record = run(SENDS, *cells, max_output=1 << 18, timeout=60, iopub_timeout=60)
    for kind, cell in zip(kinds, floods, strict=True):
        assert "TooMuchOutput" in names(cell), kind
        assert len(cell.outputs) < (1 << 18) / 256 + 200, kind
        assert sum(len(str(output)) for output in cell.outputs) < 4 << 20, kind
    assert result(graded) == ["2"]
    assert record.stopped == ""
    # Of this process: reading what comes is all that it does.
    assert time.process_time() - start < 20


def test_replies_that_never_end_are_no_reason_to_wait():
    """The kernel answers for cells that were not asked for, on the channel where the answer is waited for."""
    flood = """
import threading
identities, shell = kernel._parent_ident["shell"], kernel.shell_stream
def answer():
    while True:
        send("execute_reply", {"status": "ok"}, {"header": {"msg_id": "another"}}, shell, ident=identities)
threading.Thread(target=answer, daemon=True).start()
import time
time.sleep(60)
"""
    (_, cell, _), record = run(SENDS, flood, max_output=1 << 18, timeout=20)
    assert names(cell)
    assert record.happened[cell.id]


def test_a_print_that_heeds_no_interrupt_is_ended():
    deaf = "while True:\n    try:\n        while True:\n            print('x' * 1000)\n    except KeyboardInterrupt:\n        pass"
    (endless, graded), record = run(deaf, max_output=1 << 20, timeout=10)
    assert "TooMuchOutput" in names(endless)
    assert result(graded) == ["2"]
    # On a machine that prints quicker than messages may be large, it is the time that ends it.
    why = record.happened[endless.id]
    assert "heeded" in why or "did not answer an interrupt" in why


def test_one_output_that_is_too_large_is_never_taken_in():
    (first, huge, graded), _ = run("1 + 2", "print('x' * (300 << 20))", max_output=1 << 20, timeout=20)
    assert result(first) == ["3"]
    assert sum(len(output.get("text", "")) for output in huge.outputs) <= 1 << 20
    assert result(graded) == ["2"]


def test_notebooks_run_in_a_sandbox_whatever_they_ask_for():
    source = (
        f"import course, os; print(os.path.exists({str(ROOT / 'solutions')!r}), os.getcwd(), os.environ['USER'])"
    )
    (shown, graded), _ = run(source)
    assert shown.outputs[0].text == "False /home/student/work student\n"
    assert result(graded) == ["2"]


def test_without_a_sandbox_only_where_that_was_said():
    notebook = new_notebook(cells=[new_code_cell(f"import os; os.path.exists({str(ROOT / 'solutions')!r})")])
    config = Config({"Gradbook": {"sandbox": False}})
    RunNotebook(config=config).preprocess(notebook, {"metadata": {"path": tempfile.gettempdir()}})
    assert result(notebook.cells[0]) == ["True"]


def test_links_are_refused(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "numbers.csv").write_text("1,2")
    admit.inspect(tmp_path)
    (tmp_path / "data" / "gradebook").symlink_to("/etc/passwd")
    with pytest.raises(admit.Refused, match="symbolic link"):
        admit.inspect(tmp_path)


def test_where_there_is_no_sandbox_nothing_is_graded(monkeypatch, tmp_path):
    monkeypatch.setattr(namespaces, "available", lambda: "this is a toaster")
    notebook, resources = new_notebook(), {"metadata": {"path": str(tmp_path)}}
    with pytest.raises(namespaces.SandboxUnavailableError, match=r"a toaster"):
        admit.Admit().preprocess(notebook, resources)
    admit.Admit(config=Config({"Gradbook": {"sandbox": False}})).preprocess(notebook, resources)
