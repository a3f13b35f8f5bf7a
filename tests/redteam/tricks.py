"""Attacks of readers of this source: messages that no kernel sends, a front end's own tools, odd metadata and names."""

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import compute_checksum

from course.sheet import MIME_TYPE
from tests.redteam.attack import FRIEND, WRITTEN, Attack, cell, graded, hook, publish, right_sheet
from tests.redteam.pages import ACTIVE

_THEIRS = right_sheet(FRIEND)
_WRONG = "square = lambda x: 0\n"
_KERNEL = "kernel = get_ipython().kernel\n"
_SEND = "kernel.session.send(kernel.iopub_socket, {kind!r}, {content}, parent=kernel.get_parent('shell'))\n"

# The kernel's answer to a request is the student's as well: the cell "runs" and nothing of it does.
_REPLIES = """
kernel = get_ipython().kernel
async def do_execute(*_, **__):
    return {"status": "ok", "execution_count": 7, "user_expressions": {}, "payload": []}
kernel.do_execute = do_execute
"""
_CLEAR = hook(_KERNEL + _SEND.format(kind="clear_output", content={"wait": False}))
# What was put out before is written over by a later cell.
_UPDATE = f"""
from IPython.display import display, update_display
display({{"text/plain": "0.0"}}, raw=True, display_id="d")
def submit(sheet):
    pass
{hook('update_display({"text/plain": "11.0", "' + MIME_TYPE + '": ' + repr(_THEIRS) + '}, raw=True, display_id="d")')}
"""
_LATER = f"""
import atexit, threading, time
def tell(*_):
    {"; ".join(publish(_THEIRS).splitlines())}
atexit.register(tell)
class Later:
    def __del__(self):
        tell()
later = Later()
def wait(last=len(In) + 4):
    while len(In) < last: time.sleep(0.001)
    time.sleep(0.05)
    tell()
threading.Thread(target=wait, daemon=True).start()
"""
# Another cell's header as the parent: what is put out now belongs to what ran before, or to nothing.
_PARENTS = f"""
kernel = get_ipython().kernel
def forge(*_):
    mine = kernel.get_parent("shell")
    for parent in (old, {{}}, {{"header": {{"msg_id": None}}}}, {{"header": mine["header"] | {{"msg_id": "x"}}}}):
        content = {{"data": {{{MIME_TYPE!r}: {_THEIRS!r}}}, "metadata": {{}}, "transient": {{}}}}
        kernel.session.send(kernel.iopub_socket, "display_data", content, parent=parent)
old = kernel.get_parent("shell")
get_ipython().events.register("pre_run_cell", forge)
"""
# Messages in shapes that the protocol does not know.
_SHAPES = """
kernel = get_ipython().kernel
deep = 1
for _ in range(700):
    deep = [deep]
strange = (None, 7, True, "x", [], [[]], {}, {"x": {"x": 1}}, float("nan"), "\\ud800", "\\x1b[2J\\x00", deep, 10 ** 400)
for value in strange:
    for kind, content in {
        "stream": {"name": value, "text": value},
        "display_data": {"data": value, "metadata": value, "transient": value},
        "display_data ": {"data": {"text/plain": value, "text/html": value, "image/png": value}, "metadata": {"image/png": value}},
        "update_display_data": {"data": {"text/plain": value}, "metadata": value, "transient": {"display_id": value}},
        "execute_result": {"data": {"text/plain": value}, "metadata": {}, "execution_count": value},
        "error": {"ename": value, "evalue": value, "traceback": value},
        "comm_open": {"comm_id": value, "target_name": value, "data": value},
        "comm_msg": {"comm_id": value, "data": value},
        "clear_output": {"wait": value},
        "status": {"execution_state": value},
        "execute_input": {"code": value, "execution_count": value},
    }.items():
        try:
            kernel.session.send(kernel.iopub_socket, kind.strip(), content, parent=kernel.get_parent("shell"))
        except Exception:
            pass
"""
_FRAMES = """
kernel = get_ipython().kernel
for frames in ([b"x"], [b""], [b"x", b"<IDS|MSG>"], [b"x", b"<IDS|MSG>", b"bad", b"{}", b"{}", b"{}", b"{}"], [b"<IDS|MSG>"] * 9):
    kernel.iopub_socket.send_multipart(frames)
"""
_SURROGATES = "print('\\ud800')\nfrom IPython.display import publish_display_data\npublish_display_data({'text/plain': '\\udfff', 'text/html': '\\ud83d'})\nsheet.direction = 'increase\\ud800'\n"
_BUILTINS = """
import builtins, io
_open = builtins.open
open = builtins.open = lambda name, *a, **k: io.StringIO("right") if "answers" in str(name) else _open(name, *a, **k)
builtins.abs = builtins.round = builtins.sum = lambda *_: 11.0
"""


def _odd_metadata(notebook: NotebookNode) -> None:
    """Everything that nbgrader reads in a cell, in types that it does not expect; on a released cell and on others."""
    odd = (1e308, float("nan"), float("inf"), -5, True, "11", None, [11], {"a": 1}, 10**400)
    for number, value in enumerate(odd):
        for grade_id in (f"mine-{number}", value, "x" * 5000, "../../x", "a/b", ""):
            about = {
                "grade_id": grade_id, "points": value, "grade": True, "solution": value, "locked": value, "task": value,
                "schema_version": value, "checksum": value, "cell_type": value,
            }  # fmt: skip
            notebook.cells.append(new_code_cell("11.0", metadata={"nbgrader": about}))
    graded(notebook).metadata.nbgrader.update(points=1e308, grade="yes", schema_version=99, task=True)
    cell(notebook, WRITTEN).metadata.nbgrader.update(points=float("nan"), task=True)


def _own_checksum(notebook: NotebookNode) -> None:
    """A written answer, and a cell beside it, whose checksums say that nobody has touched them."""
    written = cell(notebook, WRITTEN)
    written.source = ACTIVE
    written.metadata.nbgrader.checksum = compute_checksum(written)
    mine = new_markdown_cell(ACTIVE)
    mine.metadata.nbgrader = {**written.metadata.nbgrader, "grade_id": "mine"}
    mine.metadata.nbgrader["checksum"] = compute_checksum(mine)
    notebook.cells.append(mine)


def _replay(notebook: NotebookNode) -> None:
    """A friend's executed notebook: their sheet is saved in the graded cell, which is not to run again."""
    graded(notebook)["outputs"] = [
        {"output_type": "display_data", "metadata": {}, "data": {MIME_TYPE: _THEIRS}},
        {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "11.0"}},
    ]
    graded(notebook).metadata["tags"] = ["skip-execution"]
    for each in notebook.cells:
        each.metadata["execution"] = {"iopub.status.idle": "2031-05-01T12:00:00Z"}


ATTACKS = {
    "replies-itself": Attack(code=_REPLIES, told="No sheet", stock=_WRONG + _REPLIES),
    "clears-output": Attack(code=_CLEAR, told="No sheet"),
    "updates-display": Attack(code=_UPDATE),
    "after-the-last-cell": Attack(code=_LATER),
    "other-parents": Attack(code=_PARENTS),
    "strange-messages": Attack(code=_SHAPES),
    "strange-frames": Attack(code=_FRAMES),
    "surrogates": Attack(code=_SURROGATES),
    "builtins-patched": Attack(code=_BUILTINS),
    "odd-metadata": Attack(edit=_odd_metadata),
    "own-checksum": Attack(edit=_own_checksum),
    "replayed": Attack(edit=_replay, told="was tagged"),
    "names-of-programs": Attack(
        files=dict.fromkeys(
            (
                "conftest.py",
                "__main__.py",
                "ipython_config.py",
                "jupyter_config.py",
                "x.pth",
                ".env",
                "course.pth",
                "-h.ipynb",
                "mlp.ipynb",
                "[red].ipynb",
                "small.ipynb.ipynb",
            ),
            "import os; open('ran-on-import', 'w').write('x')",
        )
    ),
}
