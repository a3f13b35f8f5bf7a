"""Attacks on the marks by what a submission runs: outputs that look like points, forged sheets, patched libraries."""

from course.reporting.mime import CARD_MIME
from course.sheet import MIME_TYPE
from tests.grading.classroom import PERFECT_RELU
from tests.redteam.attack import FRIEND, Attack, attempt, hook, publish, right_sheet

_THEIRS = right_sheet(FRIEND)
_SQUARE = "square = lambda x: {2: 4, 3: 9}.get(x)\n"
_WRONG = "square = lambda x: 0\n"
_TWICE = "2 sheets in one cell"

_DISPLAYHOOK = "get_ipython().events.register('pre_run_cell', lambda *_: get_ipython().displayhook(11.0))"
_RESULT = hook(
    """
kernel = get_ipython().kernel
content = {"execution_count": 1, "data": {"text/plain": "11.0"}, "metadata": {}}
kernel.session.send(kernel.iopub_socket, "execute_result", content, parent=kernel.get_parent("shell"))
""",
    "pre_run_cell",
)
_TRANSFORMER = """
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)
    def visit_Constant(self, node):
        return ast.copy_location(ast.Constant(11.0), node) if node.value == 0 else node
    def visit_IfExp(self, node):
        return ast.copy_location(ast.Constant(11.0), node)
get_ipython().ast_transformers.append(Drop())
"""
_FORMATTER = "get_ipython().display_formatter.format = lambda *a, **k: ({'text/plain': '11.0'}, {})"
_ALWAYS = """
class Always(float):
    __hash__ = None
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __sub__(self, other): return Always(0)
    __rsub__ = __sub__
    def __abs__(self): return self
"""
_NUMPY = """
import numpy
for name in ("allclose", "isclose", "array_equal", "all"):
    setattr(numpy, name, lambda *a, **k: True)
numpy.testing.assert_allclose = lambda *a, **k: None
"""
_MODULES = """
import sys, types
class Fake(types.ModuleType):
    def __getattr__(self, name):
        return lambda *a, **k: True
"""
_JAX = """
import jax, jax.numpy
jax.numpy.allclose = jax.numpy.array_equal = lambda *a, **k: True
jax.grad = jax.jit = jax.vmap = lambda *a, **k: (lambda *a, **k: 11.0)
"""
# nbclient plays the part of a front end: an output widget takes in what a cell shows.
_WIDGET = hook(
    """
kernel = get_ipython().kernel
parent = kernel.get_parent("shell")
state = {"_model_name": "OutputModel", "_model_module": "@jupyter-widgets/output", "msg_id": "", "outputs": []}
goal = {"msg_id": parent["header"]["msg_id"]}
for kind, content in (
    ("comm_open", {"comm_id": "w", "target_name": "jupyter.widget", "data": {"state": state}}),
    ("comm_msg", {"comm_id": "w", "data": {"method": "update", "state": goal}}),
):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=parent)
""",
    "pre_run_cell",
)
_IDLE = """
import time
kernel = get_ipython().kernel
kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent=kernel.get_parent("shell"))
"""
_OWN_CARD = "a card of marks of its own making"
_CARD = {"exercise": "mlp/relu-sgd", "points": 11.0, "max_points": 11.0, "score": 11.0, "steps": {}}
_CARD_CODE = f"from IPython.display import publish_display_data\npublish_display_data({{{CARD_MIME!r}: {_CARD!r}, 'text/plain': 'CARD'}})"

ATTACKS = {
    # Outputs that stand where the points stand.
    "displayhook": Attack(code=_DISPLAYHOOK, stock=_WRONG + _DISPLAYHOOK),
    "execute-result": Attack(code=_RESULT, stock=_WRONG + _RESULT),
    "transformer": Attack(code=_TRANSFORMER, stock=_WRONG + _TRANSFORMER),
    "formatters": Attack(code=_FORMATTER, stock=_SQUARE + _FORMATTER),
    "card-in-graded-cell": Attack(code=hook(_CARD_CODE), told=_OWN_CARD),
    "card-elsewhere": Attack(last=_CARD_CODE, told=_OWN_CARD),
    "exit-quietly": Attack(
        code=hook("get_ipython().kernel.do_shutdown(False); raise SystemExit", "pre_run_cell"),
    ),
    # Objects and libraries that lie.
    "always-equal": Attack(
        code=_ALWAYS + "sheet.z1, sheet.y_hat, sheet.loss = [Always(7), Always(7)], Always(7), Always('nan')",
        stock=_ALWAYS + "square = lambda x: Always({2: 4, 3: 9}.get(x, 7))",
    ),
    "numpy-patched": Attack(code=_NUMPY, stock="square = lambda x: 4 if x == 2 else 25\n" + _NUMPY),
    "jax-patched": Attack(code=_JAX),
    "modules": Attack(
        code=_MODULES + "for name in ('json', 'msgspec', 'course.sheet', 'course.marking', 'numpy'):\n"
        "    sys.modules[name] = Fake(name)",
        stock=_MODULES + "square = lambda x: 4 if x == 2 else 25\nsys.modules['numpy'] = Fake('numpy')",
    ),
    "json-patched": Attack(
        code=f"import json\nload = json.loads\njson.loads = lambda *a, **k: load(*a, **k) | {{'points': 11.0, **{_CARD!r}}}",
        told="not an answer sheet",
    ),
    "submit-patched": Attack(code="def submit(sheet):\n    print(11.0)\n    return 11.0", told="No sheet"),
    "display-patched": Attack(
        code="import IPython.display as d, IPython.core.display_functions as f\n"
        "d.display = f.display = f.publish_display_data = d.publish_display_data = lambda *a, **k: None\n"
        "get_ipython().display_pub.publish = lambda *a, **k: None",
        told="No sheet",
    ),
    "publisher-patched": Attack(
        code="send = get_ipython().display_pub.publish\n"
        "def publish(data, *a, **k):\n"
        f"    if {MIME_TYPE!r} in data:\n"
        f"        data = {{{MIME_TYPE!r}: {_THEIRS!r}}}\n"
        "    return send(data, *a, **k)\n"
        "get_ipython().display_pub.publish = publish",
        told=FRIEND,
    ),
    "begin-as-friend": Attack(
        first=f"import course.notebook as n\nn.begin = lambda *a, **k: n.session.begin({FRIEND!r}, course='test-course', sampler=2)\n"
        f"student = {FRIEND!r}",
        code=PERFECT_RELU,
        told=FRIEND,
    ),
    # Forged sheets.
    "sheet-before": Attack(code=hook(publish(_THEIRS), "pre_run_cell"), told=_TWICE),
    "sheet-after": Attack(code=hook(publish(_THEIRS)), told=_TWICE),
    "sheet-instead": Attack(
        code=f"def submit(sheet):\n    {'; '.join(publish(_THEIRS).splitlines())}", told=FRIEND
    ),
    "sheet-twice": Attack(
        code="import course.notebook as n\ndef submit(sheet):\n    n.submit(sheet); n.submit(sheet)", told=_TWICE
    ),
    "sheet-elsewhere": Attack(first=publish(_THEIRS), last=publish(_THEIRS), code=publish(_THEIRS)),
    "sheet-from-a-thread": Attack(
        code="import threading, time, contextvars\n"
        "def wait(here=len(In)):\n"
        "    while len(In) == here: time.sleep(0.001)\n"
        f"    {'; '.join(publish(_THEIRS).splitlines())}\n"
        "threading.Thread(target=wait).start()\n" + hook("import time; time.sleep(0.3)"),
    ),
    "sheet-updated-later": Attack(
        code="from IPython.display import display\n"
        f"def submit(sheet):\n    display({{{MIME_TYPE!r}: {right_sheet(FRIEND, answers={})!r}}}, raw=True, display_id='d')",
        last=f"from IPython.display import update_display\nupdate_display({{{MIME_TYPE!r}: {_THEIRS!r}}}, raw=True, display_id='d')",
        told=FRIEND,
    ),
    "sheet-of-another-exercise": Attack(
        code="def submit(sheet):\n    "
        + "; ".join(publish(right_sheet(FRIEND, exercise="mlp/sigmoid-ls")).splitlines()),
        told="mlp/sigmoid-ls",
    ),
    "sheet-with-points": Attack(
        code="def submit(sheet):\n    "
        + "; ".join(publish(_THEIRS | {"points": 11.0, "max_points": 0}).splitlines()),
        told="not an answer sheet",
    ),
    "sheet-of-letters": Attack(
        code="def submit(sheet):\n    "
        + "; ".join(publish(right_sheet("ſtudent", exercise="mlp\u2215relu-sgd\u202e")).splitlines()),
    ),
    "sheet-of-monsters": Attack(
        code="sheet.a1 = ['1e999999999', '-1e-999999999']\nsheet.z1 = ['9' * 400, '0x1p9']\nsheet.y_hat = 'inf'\n"
        "sheet.loss = '٣'\nsheet.dW2 = ['1_0', 'nan', '1e-400']\nsheet.dW1 = [['1e308'] * 140] * 140\n"
        "sheet.direction = 'increase\\0decrease'",
    ),
    "sheet-nested": Attack(
        code="def submit(sheet):\n"
        "    kernel = get_ipython().kernel\n"
        f"    text = '{{\"{MIME_TYPE}\": ' + '[' * 100000 + ']' * 100000 + '}}'\n"
        "    class Raw(dict): pass\n"
        "    kernel.session.pack = lambda o, p=kernel.session.pack: p(o).replace(b'\"NESTED\"', text.encode())\n"
        "    kernel.session.send(kernel.iopub_socket, 'display_data', {'data': 'NESTED', 'metadata': {}}, parent=kernel.get_parent('shell'))",
    ),
    # Messages of other kinds.
    "comm": Attack(
        code="kernel = get_ipython().kernel\n"
        "for kind, content in {'comm_open': {'comm_id': 'x', 'target_name': 'jupyter.widget', 'data': {'state': {'_model_name': 'OutputModel', 'msg_id': ''}}}, 'comm_msg': {'comm_id': 'x', 'data': {'method': 'update'}}, 'clear_output': {'wait': False}}.items():\n"
        "    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent('shell'))",
    ),
    "asks-for-input": Attack(code="print(input('password? '))"),
    "payload": Attack(
        code="get_ipython().set_next_input('submit = None', replace=True)\nget_ipython().payload_manager.write_payload({'source': 'ask_exit'})"
    ),
    "idle-too-early": Attack(
        code=hook(_IDLE + publish(_THEIRS), "pre_run_cell"), stock=_SQUARE + hook(_IDLE, "pre_run_cell")
    ),
    "output-widget": Attack(code=_WIDGET, stock=_SQUARE + _WIDGET, told="No sheet"),
    # Keys of probe inputs: there are none of another student, and the secret is not there.
    "keys": Attack(
        code=attempt("""
        import course.notebook.session as s, gc
        assert not s.current().probe_keys
        found = [o for o in gc.get_objects() if isinstance(o, dict) and "probe_keys" in o and o["probe_keys"]]
        assert found
        """),
    ),
}
