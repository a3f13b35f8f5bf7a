"""Attacks on the grader's machine: what it keeps to itself, who else works on it, and what it has too little of."""

from tests.redteam.attack import Attack, attempt

# Each says REACHED where nothing stops it, and does no harm then.
REACHES = {
    "read-solutions": """
        import sys
        assert "Scheme" in open("{COURSE_DIR}/solutions/mlp/relu_sgd.py").read()
    """,
    "read-source": """
        assert "cells" in open("{COURSE_DIR}/source/small/small.ipynb").read()
    """,
    "read-others": """
        assert "cells" in open("{COURSE_DIR}/submitted/alice/small/small.ipynb").read()
    """,
    "read-secret": """
        assert open("{COURSE_DIR}/.course/secret").read().strip()
    """,
    "read-answers": """
        import glob
        assert open("{COURSE_DIR}/answers.db", "rb").read(6) == b"SQLite"
    """,
    "up-the-tree": """
        import os, pathlib
        above = [p for p in pathlib.Path(os.getcwd()).resolve().parents if (p / "gradebook.db").exists()]
        assert above
    """,
    "environment": """
        import os, pathlib
        texts = [os.environ.get("SECRET", "")]
        for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                texts.append(path.read_bytes().decode("latin-1"))
            except OSError:
                pass
        assert any("{WORD}" in text for text in texts)
    """,
    "processes": """
        import contextlib, pathlib
        names = []
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):  # it may have ended since
                names.append(path.read_bytes())
        assert any(b"autograde" in name for name in names)
    """,
    "zygote": """
        import contextlib, glob, socket, tempfile
        answered = []
        for path in glob.glob(tempfile.gettempdir() + "/*/zygote") + glob.glob("/run/user/*/*/zygote"):
            # Others on the machine come and go: what one of them left behind answers nobody.
            with contextlib.suppress(OSError):
                socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect(path)
                answered.append(path)
        assert answered
    """,
    "signal": """
        import os
        os.kill({VICTIM}, 0)
    """,
    "trace": """
        import ctypes, os
        libc = ctypes.CDLL(None)
        assert libc.ptrace(0x4206, {VICTIM}, 0, 0) == 0 and libc.ptrace(17, {VICTIM}, 0, 0) in (0, -1)
    """,
    "memory-of-another": """
        open("/proc/{VICTIM}/mem", "rb").close()
    """,
    "network": """
        import socket
        socket.create_connection(("127.0.0.1", {PORT}), timeout=5)
    """,
    "write-course": """
        import course.sheet
        open(course.sheet.__file__, "r+b").close()
    """,
    "write-autograded": """
        import os
        assert os.path.isdir("{COURSE_DIR}/autograded")
        open("{COURSE_DIR}/autograded/planted", "w").close()
    """,
    "poison-cache": """
        import os
        assert os.path.isdir("{COURSE_DIR}/.course")
        for name in ("compiled", "kernel-cache/small"):
            os.makedirs("{COURSE_DIR}/.course/" + name, exist_ok=True)
            open("{COURSE_DIR}/.course/" + name + "/planted", "w").write("x")
    """,
    "poison-own-cache": """
        import jax, os
        folder = jax.config.jax_compilation_cache_dir
        assert folder and os.path.isdir(folder)
        open(os.path.join(folder, "planted"), "w").close()
    """,
    "namespace": """
        import subprocess
        subprocess.run(["unshare", "--user", "true"], check=True)
    """,
}
# These raise the score itself where nothing stops them.
_SOLVE = """
import runpy, sys
sys.path.insert(0, "{COURSE_DIR}")
from course.exercises import find
from solutions.mlp import relu_sgd
scheme = next(value for value in vars(relu_sgd).values() if getattr(getattr(value, "exercise", None), "id", "") == "mlp/relu-sgd")
known = {"given": given}
for name, step in scheme.steps.items():
    import inspect
    known[name] = step.function(*(known[p] for p in inspect.signature(step.function).parameters))
    setattr(sheet, name, known[name])
"""
_GRADEBOOK = """
import sqlite3
book = sqlite3.connect("{COURSE_DIR}/gradebook.db", timeout=30)
assert book.execute("update grade set manual_score = 11 where 1 = 0").rowcount == 0
book.execute("create table if not exists planted (x)")
book.commit()
"""

_DEAF = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        pass
"""
# What is not read yet fills the kernel's own memory: an attack goes on all the same.
_FLOOD = """
while True:
    try:
        print('x' * 10000)
    except MemoryError:
        pass
"""
_BOMB = """
import os, time
print("forking", flush=True)
for _ in range(400):
    try:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    except OSError:
        pass
while True: pass
"""
_MEMORY = "held = []\nfor _ in range(64):\n    held.append(bytearray(256 << 20))\n    print(len(held))"
_SHARED = """
import mmap
held = []
for _ in range(64):
    held.append(mmap.mmap(-1, 64 << 20))
    held[-1].write(bytes(64 << 20))
"""
_DISK = """
for number in range(64):
    for folder in (".", "/tmp", "/dev/shm"):
        with open(f"{folder}/fill{number}", "wb") as file:
            file.write(bytes(64 << 20))
"""
_DROP = """
import os, socket
word = "from-a-neighbour"
for folder in ("/tmp", "/dev/shm", "/var/tmp", os.getcwd(), os.path.expanduser("~"), "/opt/jax-cache"):
    for name in (os.path.join(folder, "dead-drop"),):
        try:
            if os.path.exists(name):
                print("REACHED", name)
            open(name, "w").write(word)
        except OSError:
            pass
"""

# Finds the program of a function of the solution among the compiled ones, and has it work for the student.
_PROGRAM = attempt("""
    import os
    import jax
    import numpy as np
    from jax._src import compilation_cache, compiler
    (key,) = (name for _, _, names in os.walk(jax.config.jax_compilation_cache_dir) for name in names
              if name.startswith("jit_reference-") and name.endswith("-cache"))
    backend, options = jax.devices()[0].client, compiler.get_compile_options(num_replicas=1, num_partitions=1)
    program, _ = compilation_cache.get_executable_and_time(
        key.removesuffix("-cache"), options, backend, backend.devices())
    (answer,) = program.execute_sharded([jax.numpy.arange(3.0)]).consume_with_handlers([lambda each: each[0]])
    assert np.allclose(answer, 3 * np.tanh(np.arange(3)))
""")

# Just above the limits of the class's kernels, and harmless where there are none. (That of memory holds without a
# sandbox as well; its control is in `tests/kernels/test_attacks.py`.)
DOSES = {
    "file": """
        import os
        try:
            with open("dose", "wb") as file:
                file.write(bytes(20 << 20))
        finally:
            os.unlink("dose")
    """,
    "disk": """
        import os
        names = [f"dose{number}" for number in range(4)]
        try:
            for name in names:
                with open(name, "wb") as file:
                    file.write(bytes(14 << 20))
        finally:
            for name in names:
                if os.path.exists(name):
                    os.unlink(name)
    """,
    "processes": """
        import os, signal
        children = []
        try:
            for _ in range(170):
                child = os.fork()
                if child == 0:
                    signal.pause()
                    os._exit(0)
                children.append(child)
        finally:
            for child in children:
                os.kill(child, 9)
                os.waitpid(child, 0)
    """,
    "threads": """
        import threading
        end = threading.Event()
        try:
            for _ in range(170):
                threading.Thread(target=end.wait, daemon=True).start()
        finally:
            end.set()
    """,
}


def _each(table: dict[str, str]) -> str:
    return "".join(f"print('{name}', end=' ')\n" + attempt(code) for name, code in table.items())


READING = {
    "reading": Attack(code=_each(REACHES | {"gradebook": _GRADEBOOK})),
    "doses": Attack(code=_each(DOSES)),
    "solve": Attack(code=_SOLVE),
    "solution-program": Attack(code=_PROGRAM),
    "drop-a": Attack(code=_DROP),
    "drop-b": Attack(code=_DROP),
}
# What ends a notebook; each costs a second or more.
QUICK_ENDS = {
    "exit": Attack(code="import os\nos._exit(0)", told="the kernel died"),
    "kill-itself": Attack(code="import os\nos.kill(-1, 9); os.kill(os.getpid(), 9)"),
    "close-sockets": Attack(code="get_ipython().kernel.shell_socket.close()\nimport os\nos.closerange(3, 200)"),
    "deaf": Attack(code=_DEAF, told="interrupt"),
    "flood": Attack(code=_FLOOD, told="While a cell of this exercise ran"),
}
SLOW_ENDS = {
    "one-gigabyte": Attack(code="print('x' * (1 << 30))"),
    "many-displays": Attack(
        code=_FLOOD.replace(
            "print('x' * 10000)", "from IPython.display import display, HTML; display(HTML('<b>x</b>' * 1000))"
        ),
        told="While a cell of this exercise ran",
    ),
    "raw-flood": Attack(code="import os\nblock = b'x' * 65536\nwhile True:\n    os.write(2, block)"),
    "fork-bomb": Attack(code=_BOMB),
    "threads": Attack(
        code="import threading, time\nfor _ in range(5000):\n    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    ),
    "all-memory": Attack(code=_MEMORY),
    "shared-memory": Attack(code=_SHARED),
    "all-disk": Attack(code=_DISK),
    "recursion": Attack(code="import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()\nf()"),
    "segfault": Attack(code="import ctypes\nctypes.string_at(0)", told="the kernel died"),
    "big-integer": Attack(code="sheet.z1 = 10 ** 10 ** 8"),
}
