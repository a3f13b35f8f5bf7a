"""What a worker of a cluster does: it says what it grades with, and each of its threads runs a notebook."""

import asyncio
import atexit
import contextvars
import dataclasses
import hashlib
import logging
import shutil
import socket
import tempfile
import threading
from pathlib import Path

from jupyter_core.utils import ensure_event_loop

import course.grading.upstream.jsonschema_formats  # noqa: F401, before what it makes quicker
from course.errors import CourseError
from course.grading.engine.dask.messages import Answer, Hello, Parcel, ParcelError, about, pack, processor, unpack
from course.grading.engine.task import Executed, Task, execute
from course.kernels.sandbox import namespaces

_caches: dict[str, str] = {}
_caches_lock = threading.Lock()


def hello() -> bytes:
    """Say, on a worker, what it grades with."""
    return pack(Hello(about(), socket.gethostname(), namespaces.available() or ""), "a worker's greeting")


def work(data: bytes, cache: bytes) -> bytes:
    """Run one notebook on a worker.

    Args:
        data: a `Parcel`.
        cache: compiled programs by name, as `pack` encodes them.

    Returns:
        An `Answer`. Nothing is raised: an exception would be pickled.
    """
    try:
        parcel = unpack(data, Parcel, "a task")
        if parcel.about != about():
            return pack(Answer(refused=f"has {about()}"), "a refusal")
        if why := namespaces.available():
            return pack(Answer(refused=f"has no sandbox: {why}"), "a refusal")
        kept = _unpacked(cache) if cache and parcel.processor == processor() != "" else ""
        settings = {name: dict(values) for name, values in parcel.task.settings.items()}
        settings.setdefault("ZygoteProvisioner", {})["cache"] = kept
        task = dataclasses.replace(parcel.task, settings=settings)
        # Jupyter keeps the event loop of a thread in a context, and Dask lends its threads one and the same.
        answer = Answer(executed=contextvars.Context().run(_execute, task))
        return pack(answer, "the executed notebook")
    except Exception as error:
        logging.getLogger("course.grading").info("a notebook could not be run", exc_info=True)
        said = str(error) if isinstance(error, CourseError) else f"{type(error).__name__}: {error}"
        return pack(Answer(trouble=said[:2000]), "an error")


def _execute(task: Task) -> Executed:
    loop = ensure_event_loop()
    try:
        return execute(task)
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        asyncio.set_event_loop(None)


def _unpacked(cache: bytes) -> str:
    """Give the folder in which these compiled programs lie on this worker, which they are written to once."""
    digest = hashlib.sha256(cache).hexdigest()
    with _caches_lock:
        if digest not in _caches:
            outer = tempfile.mkdtemp(prefix="course-cache-")
            atexit.register(shutil.rmtree, outer, ignore_errors=True)
            folder = Path(outer, "entries")
            folder.mkdir(mode=0o755)
            for name, data in unpack(cache, dict[str, bytes], "the compilation cache").items():
                if Path(name).name != name:
                    raise ParcelError(f"the compilation cache has an entry that is no file name: {name[:80]!r}")
                (folder / name).write_bytes(data)
                (folder / name).chmod(0o444)
            _caches[digest] = str(folder)
        return _caches[digest]
