"""A grader in a process of its own: reads one job a line, runs it in a fresh kernel, answers with one line.

It runs as whatever user started it, so that the same tests can be run as root and as an ordinary user.
"""

import dataclasses
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import KernelManager
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from course.kernels import fill_cache, provisioner
from course.kernels.zygote import client


def execute(manager, talk, code, interrupt_after=None, timeout=60.0):
    """One cell: its text, its error, the kinds of its displays, and whether the kernel died in it."""
    request = talk.execute(code, store_history=False)
    found = {"text": "", "error": None, "displays": [], "dead": False}
    end = time.monotonic() + timeout
    if interrupt_after is not None:
        threading.Timer(interrupt_after, manager.interrupt_kernel).start()
    while time.monotonic() < end:
        try:
            message = talk.get_iopub_msg(timeout=0.1)
        except queue.Empty:
            if not manager.is_alive():
                return found | {"dead": True}
            continue
        if message["parent_header"].get("msg_id") != request:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            found["text"] += content["text"]
        elif kind == "error":
            found["error"] = f"{content['ename']}: {content['evalue']}"
        elif kind in {"display_data", "execute_result"}:
            found["displays"] += list(content["data"])
            found["text"] += content["data"].get("text/plain", "") if kind == "execute_result" else ""
        elif kind == "status" and content["execution_state"] == "idle":
            return found
    return found | {"error": "timeout"}


def run(job):
    """A kernel from its start to its end."""
    config = Config({"ZygoteProvisioner": job["traits"], "BubblewrapProvisioner": job["limits_only"]})
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder, "work")
        work.mkdir()
        for name, text in job["files"].items():
            (work / name).write_text(text)
        for name, goal in job["links"].items():
            (work / name).symlink_to(goal)
        manager: Any = KernelManager(kernel_name=job["kernel"], config=config)
        manager.start_kernel(cwd=str(work))
        try:
            talk = manager.client()
            talk.start_channels()
            talk.wait_for_ready(timeout=60)
            outside = identities(manager) if job["look"] else None
            cells = [execute(manager, talk, **cell) for cell in job["cells"]]
            if job["restart"]:
                manager.restart_kernel(now=True)
                talk.wait_for_ready(timeout=60)
                cells += [execute(manager, talk, **cell) for cell in job["cells"]]
            talk.stop_channels()
            process = manager.provisioner.process
            reason = getattr(manager.provisioner, "end_reason", None)
        finally:
            manager.shutdown_kernel(now=True)
        after = {path.name: path.read_text() for path in work.iterdir() if path.is_file()}
    code = getattr(process, "returncode", None)
    return {"cells": cells, "reason": reason, "code": code, "outside": outside, "files": after}


def identities(manager):
    """The user ids of the kernel's processes as this process sees them."""
    from course.kernels.process.supervisor import descendants

    root = manager.provisioner.pid
    status = [Path(f"/proc/{pid}/status").read_text() for pid in [root, *descendants(root)]]
    return [int(line.split()[1]) for text in status for line in text.splitlines() if line.startswith("Uid:")]


def leftovers():
    """What is left when no kernel runs: entries of the zygote's folder, and its children."""
    folder = client.ensure()
    zygote = client._held[0][0].pid
    children = Path(f"/proc/{zygote}/task/{zygote}/children").read_text().split()
    return {"entries": sorted(path.name for path in folder.iterdir()), "children": children, "folder": str(folder)}


def launch(job):
    """A kernel that stays, for the tests of what happens beside it or to it."""
    with tempfile.TemporaryDirectory() as folder:
        manager: Any = KernelManager(
            kernel_name=job["kernel"], config=Config({"ZygoteProvisioner": job["traits"]})
        )
        manager.start_kernel(cwd=folder)
        talk = manager.client()
        talk.start_channels()
        talk.wait_for_ready(timeout=60)
    kept.append((manager, talk))
    return {
        "kernel": len(kept) - 1,
        "pid": manager.provisioner.pid,
        "zygote": client._held[0][0].pid,
        "folder": os.environ[client.VARIABLE],
        "sockets": str(Path(manager.ip).parent),
    }


def cell(job):
    """One cell in a kernel that stays."""
    manager, talk = kept[job["kernel"]]
    return execute(manager, talk, job["code"])


def start(job):
    """Begin a cell and do not wait for it."""
    kept[job["kernel"]][1].execute(job["code"])
    time.sleep(0.3)
    return {}


def end(job):
    """End a kernel that stays, however it is; says how long that took."""
    manager, talk = kept[job["kernel"]]
    begin = time.monotonic()
    talk.stop_channels()
    if manager.has_kernel:
        manager.shutdown_kernel(now=job["now"])
    return {"seconds": time.monotonic() - begin, "reason": manager.provisioner.end_reason}


def worker(job):
    """What a worker process of this grader takes for the zygote of the run."""
    code = "from course.kernels.zygote import client; print(client.ensure())"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    forked = os.fork()
    if forked == 0:
        client.stop()
        os._exit(0)
    os.waitpid(forked, 0)
    return {"folder": found.strip()}


def fill(job):
    """Fill a cache from a notebook with these cells, and from one that is public."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {kind: Path(folder, f"{kind}.ipynb") for kind in ("cells", "public")}
        for kind, path in paths.items():
            nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in job.get(kind, [])]), path)
        filled = fill_cache.fill([paths["cells"]], Path(job["cache"]), public=[paths["public"]])
    return dataclasses.asdict(filled) | {"failures": list(filled.failures.values())}


def run_beside_fill(job):
    """A kernel that runs while its cache is filled, from the first program that is compiled for it."""
    folder = Path(job["traits"]["cache"])
    filling = threading.Thread(target=fill, args=[{"cells": job["filling"], "cache": folder}])
    filling.start()
    while not any(folder.parent.glob(f".filling-{folder.name}.*/*/*-cache")):
        assert filling.is_alive()
        time.sleep(0.01)
    ran = run(job)
    assert filling.is_alive()
    filling.join()
    return ran


def victim(job):
    """A process of this user, for the student's code to send signals to; or is it still there?"""
    if job.get("pid"):
        return {"alive": victims[job["pid"]].poll() is None}
    process = subprocess.Popen(["sleep", "600"])
    victims[process.pid] = process
    return {"pid": process.pid}


victims = {}
kept: list[tuple[Any, Any]] = []
operations = {
    "run": run,
    "leftovers": lambda _: leftovers(),
    "launch": launch,
    "cell": cell,
    "start": start,
    "end": end,
    "victim": victim,
    "fill": fill,
    "run_beside_fill": run_beside_fill,
    "worker": worker,
}


def main():
    provisioner.add_kernel_specification()
    for line in sys.stdin:
        job = json.loads(line)
        try:
            answer = operations[job["op"]](job)
        except Exception as error:
            answer = {"failed": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    for process in victims.values():
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
