r"""Notebooks run on the workers of a Dask cluster: several hosts, no shared disk, no database on the workers.

    course autograde mlp --scheduler tcp://10.0.0.1:8786

What runs there is `execution.execute`, as it does in a local process. Everything else stays with the instructor:
submissions are sanitised here before they leave, marked here after they come back, and written here by the one
writer of the gradebook. A worker gets a notebook, the files beside it and the settings of the run (the sandbox's
limits and the withheld modules are among them), and gives back the executed notebook and what happened.

**What crosses** is one bounded MessagePack document each way (`parcel`), decoded into known types. The compiled
programs of the instructor's cache go along once for each worker, and are used where the processor is the same.

**Who is trusted.** A student's code runs in a sandbox on the worker's host: no network, no process but its own, no
file of the worker. It cannot reach the worker process, whose word is therefore taken for what the notebook put
out. Dask itself is another matter: its protocol unpickles what scheduler, workers and clients send each other, and
whoever reaches their ports can run code in them. The answers of a run are bytes, which this module never
unpickles; the protocol around them is Dask's. So the hosts of a cluster must be ones that you trust with your own
account, in a network of their own or with TLS (`tls://` addresses). For the same reason a cluster grades only in
the sandbox: without one, a submission would have the rights of that worker.

A worker that dies gives its notebooks to another, at most four in all (`distributed.scheduler.allowed-failures`).
One that has another version of the course than this host is refused before anything is run on it.
"""

import contextlib
import dataclasses
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from pathlib import Path
from typing import Any

from course.errors import CourseError
from course.grading.config import Gradbook
from course.grading.engine.dask.messages import (
    MOST,
    Answer,
    Hello,
    Parcel,
    ParcelError,
    about,
    pack,
    processor,
    unpack,
)
from course.grading.engine.dask.worker import hello, work
from course.grading.engine.task import Executed, Task, execute, packed
from course.grading.kernel_choice import cache_folder

_CONNECT_SECONDS = 10
_WORKER_SECONDS = 20  # to wait for the first worker
_WATCH_SECONDS = 5.0
_DESERTED = 6  # looks at a cluster without a worker before the run is given up


class ClusterError(CourseError):
    """Raised when a cluster cannot grade; the message says what is missing and what to do."""


@contextlib.contextmanager
def _noted(what: str) -> Iterator[None]:
    """Go on after whatever Dask raises when a connection is lost or the scheduler gone; the log has all of it."""
    try:
        yield
    except Exception:
        logging.getLogger("course.grading").info(what, exc_info=True)


class Cluster:
    """The workers behind one scheduler.

    Args:
        address: of the scheduler.
        config: the course.
        assignment: its name.

    Raises:
        ClusterError: if the library is missing or the configuration wants no sandbox.
    """

    def __init__(self, address: str, config: Gradbook, assignment: str) -> None:
        try:
            import distributed
        except ImportError:
            raise ClusterError(
                "--scheduler needs the library `distributed`, which is missing: pip install 'gradbook[cluster]'"
            ) from None
        if not config.sandbox:
            raise ClusterError(
                "submissions run without a sandbox in your own account only, and not on a cluster: leave out "
                "--scheduler, or let the sandbox be"
            )
        self.address, self._distributed = address, distributed
        self._cache = config.config.ZygoteProvisioner.get("cache") or cache_folder(config, assignment)

    def threads(self) -> int:
        """Say how many notebooks the workers can run at once.

        Raises:
            ClusterError: if the scheduler cannot be reached, has no workers, or one of them cannot grade.
        """
        with self._connected() as client:
            return sum(client.nthreads().values())

    def start(self) -> Executor:
        """Connect, and give the workers as an executor of `execution.execute`.

        Raises:
            ClusterError: as `threads`.
        """
        stack = contextlib.ExitStack()
        client = stack.enter_context(self._connected())
        try:
            return _Pool(client, _entries(Path(self._cache)), leave=stack.close)
        except BaseException:
            stack.close()
            raise

    @contextlib.contextmanager
    def _connected(self) -> Any:
        # What Dask logs of a lost connection, this module says itself.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            client = self._distributed.Client(
                self.address, timeout=_CONNECT_SECONDS, set_as_default=False, name="course-autograde"
            )
        except (OSError, TimeoutError, ValueError, TypeError, ImportError) as error:
            raise ClusterError(
                f"no scheduler answers at {self.address} ({_line(error)}); start one with `dask scheduler` and "
                "give the address that it prints, such as tcp://10.0.0.1:8786"
            ) from None
        try:
            self._check(client)
            yield client
        finally:
            with _noted("the connection to the scheduler could not be closed"):
                client.close(timeout=_CONNECT_SECONDS)

    def _check(self, client: Any) -> None:
        try:
            client.wait_for_workers(1, timeout=_WORKER_SECONDS)
        except TimeoutError:
            raise ClusterError(
                f"the scheduler at {self.address} has no workers; start one on each host: "
                f"dask worker {self.address} --nthreads 4"
            ) from None
        try:
            said = client.run(hello, on_error="return")
        except OSError as error:
            raise ClusterError(f"the scheduler at {self.address} is gone: {_line(error)}") from None
        wrong = [f"{where} {why}" for where, word in sorted(said.items()) if (why := _unfit(word))]
        if wrong:
            raise ClusterError(
                f"{len(wrong)} of {len(said)} workers cannot grade: {'; '.join(wrong)}. Here it is {about()}: "
                "install the same on every host, and start its worker again"
            )


class _Pool(Executor):
    """Sends tasks to the workers; where the cluster fails, and not a notebook, futures get `BrokenExecutor`."""

    def __init__(self, client: Any, entries: dict[str, bytes], *, leave: Callable[[], None]) -> None:
        self._client, self._leave, self._processor = client, leave, processor() if entries else ""
        # A task of its own: Dask sends what it gives to each worker once, and makes it again if it is lost.
        cache = pack(entries, "the compilation cache") if entries else b""
        self._cache = client.submit(bytes, cache, pure=False)
        self._lock, self._open, self._why = threading.Lock(), dict[Future[Executed], Any](), ""
        self._ended = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Send the one task that workers know: `execute(task)`."""
        (task,) = args
        if fn is not execute or kwargs or not isinstance(task, Task):
            raise TypeError(f"a worker runs execute(task), not {fn!r} of {args!r}, {kwargs!r}")
        if self._why:
            raise BrokenExecutor(self._why)
        future: Future[Executed] = Future()
        try:
            data = pack(
                Parcel(about(), packed(_without_cache(task)), self._processor), "a submission with its files"
            )
        except (ParcelError, OSError) as error:
            future.set_exception(error)
            return future
        with self._lock:
            running = self._open[future] = self._client.submit(work, data, self._cache, pure=False)
        running.add_done_callback(partial(self._done, future))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of the cluster; what a worker is at, it brings to its end, and nobody asks for it."""
        self._ended.set()
        with _noted("tasks could not be cancelled"):
            self._client.cancel([*self._open.values(), self._cache])
        self._leave()

    def _done(self, future: Future[Executed], running: Any) -> None:
        try:
            self._settle(future, self._taken(running))
        except Exception as error:
            self._settle(future, error)
        if self._why:
            self._break(self._why)

    def _taken(self, running: Any) -> Executed | Exception:
        if running.status == "error":
            return _failed(running.exception())
        if running.status != "finished":
            return BrokenExecutor("the connection to the scheduler was lost")
        answer = unpack(running.result(), Answer, "the answer of a worker")
        if answer.refused:
            # It joined after the others were asked. All are asked again, and the error names it.
            self._why = f"a worker {answer.refused}"
            return BrokenExecutor(self._why)
        return answer.executed or ClusterError(answer.trouble)

    def _settle(self, future: Future[Executed], result: Executed | Exception) -> None:
        with self._lock:
            if self._open.pop(future, None) is None:
                return
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)

    def _break(self, why: str) -> None:
        self._why = why
        for future in list(self._open):
            self._settle(future, BrokenExecutor(why))

    def _watch(self) -> None:
        """Dask waits for ever for a worker to come: here only for a while."""
        looks = 0
        while not self._ended.wait(_WATCH_SECONDS):
            if self._client.status not in ("running", "connecting"):
                self._break("the scheduler is gone")
                return
            with _noted("the scheduler did not say how many workers there are"):
                there = self._client.sync(self._client.scheduler.ncores, callback_timeout=_CONNECT_SECONDS)
                looks = 0 if there else looks + 1
            if looks >= _DESERTED:
                self._break("the scheduler has no workers any more")
                return


def _unfit(word: Any) -> str:
    """Say why a worker that was asked cannot grade; empty where it can."""
    if isinstance(word, OSError):
        return ""  # it does not answer any more: Dask will know soon, and what it had goes to another
    if isinstance(word, Exception):
        return f"has no gradbook that knows what to do ({_line(word)})"
    try:
        said = unpack(word, Hello, "its greeting")
    except ParcelError as error:
        return f"is no worker of ours: {error}"
    if said.about != about():
        return f"({said.host}) has {said.about}"
    return f"({said.host}) has no sandbox: {said.no_sandbox}" if said.no_sandbox else ""


def _failed(error: BaseException | None) -> Exception:
    from distributed.scheduler import KilledWorker

    if isinstance(error, KilledWorker):
        return ClusterError(
            f"{error.allowed_failures + 1} workers died while they had it, the last one at "
            f"{error.last_worker.address}: is memory short there?"
        )
    return ClusterError(f"a worker could not run it: {_line(error)}")


def _line(error: BaseException | None) -> str:
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0][:200]}" if said else type(error).__name__


def _without_cache(task: Task) -> Task:
    """Leave out what names a folder of this host's: it means nothing elsewhere."""
    settings = {name: dict(values) for name, values in task.settings.items()}
    settings.get("ZygoteProvisioner", {}).pop("cache", None)
    return dataclasses.replace(task, settings=settings)


def _entries(folder: Path) -> dict[str, bytes]:
    """Give the compiled programs of a cache; none where there are too many to be sent."""
    found = folder.iterdir() if folder.is_dir() else ()
    files = sorted(path for path in found if path.is_file() and not path.name.startswith("."))
    size = sum(path.stat().st_size for path in files)
    if size > MOST // 2:
        logging.getLogger("course.grading").warning("%s has %d MiB and is not sent to workers", folder, size >> 20)
        return {}
    return {path.name: path.read_bytes() for path in files}
