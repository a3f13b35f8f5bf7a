"""The service's HTTP: who asks, how often, how much; JSON in and out, and nothing of what went wrong inside."""

import asyncio
import logging
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

import msgspec
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.web import Application, HTTPError, RequestHandler, stream_request_body

from course.errors import CourseError
from course.exercises import find
from course.exercises.practice import LAST_ROUND
from course.service import VERSION
from course.service.identity import LONGEST_TOKEN, Identity, Unavailable
from course.service.practice_marker import LARGEST_REQUEST, PracticeMarker, Refusal, read_request
from course.service.rate_limit import RateLimit, whole_seconds

MOST_DRAINED = 8 << 20  # bytes of a body that are read and dropped, so that its sender gets to read why
MOST_CONNECTIONS = 512  # open at once; for one more the one that has been open longest is closed
STUCK_SECONDS = 60.0  # for one sheet; the slowest takes two
_HEADER_SECONDS, _BODY_SECONDS = 20, 15
MOST_WAITING = 256  # sheets; beyond them a student is asked to come again
_TOKEN = re.compile(r"(?:token|bearer)\s+(\S+)", re.IGNORECASE)
_HEADERS = {
    "Server": "gradbook",
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_log = logging.getLogger("course.service")


class Worker:
    """One thread that does all the marking, so that the loop stays free to answer, and one that compiles.

    JAX uses the cores by itself; more threads would wait for the interpreter's lock.
    """

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._marking = ThreadPoolExecutor(1, thread_name_prefix="marking")
        self._compiling = ThreadPoolExecutor(1, thread_name_prefix="compiling")
        self._waiting, self._most = 0, most
        self._warm: set[str] = set()
        self._warmed = False
        self._since: float | None = None  # when what is being marked was begun
        self._compiles = False

    @property
    def stuck(self) -> bool:
        """Whether a sheet has been marked for so long that nobody gets an answer any more."""
        since = self._since
        return since is not None and time.monotonic() > since + STUCK_SECONDS

    @property
    def ready(self) -> bool:
        """Whether every marker is compiled, and sheets are being marked."""
        return self._warmed and not self.stuck

    async def run(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Run something in the marking thread when its turn has come.

        Raises:
            Refusal: 503 where too many are waiting, or marking is stuck.
        """
        if self.stuck:
            raise Refusal(503, "stuck", "a sheet has been marked for a minute; tell your instructor", wait=30.0)
        if self._waiting >= self._most:
            raise Refusal(503, "busy", "too many sheets are waiting to be marked; try again in a moment", wait=2.0)
        self._waiting += 1

        def timed() -> Any:
            self._since = time.monotonic()
            try:
                return work(*arguments)
            finally:
                self._since = None

        try:
            return await asyncio.get_running_loop().run_in_executor(self._marking, timed)
        finally:
            self._waiting -= 1

    async def warm(self, practice: PracticeMarker) -> None:
        """Compile every marker, one after the other; first come derivations, which need no compiling."""
        loop = asyncio.get_running_loop()
        for exercise_id in sorted(practice.exercises, key=lambda one: find(one).kind != "derivation"):
            try:
                await loop.run_in_executor(self._compiling, self._warm_one, practice, exercise_id)
            except Exception:
                _log.exception("the marker of %s cannot be made", exercise_id)
            else:
                self._warm.add(exercise_id)
        self._warmed = True

    def _warm_one(self, practice: PracticeMarker, exercise_id: str) -> None:
        self._compiles = True
        try:
            practice.warm(exercise_id)
        finally:
            self._compiles = False

    def refuse_uncompiled(self, exercise_id: str) -> None:
        """Refuse an exercise whose marker is not compiled, rather than let everybody wait for it.

        Raises:
            Refusal: 503.
        """
        if exercise_id not in self._warm:
            raise Refusal(
                503, "starting", "the marker is still being made ready; try again in a minute", wait=10.0
            )

    def close(self) -> None:
        """Drop what waits. What runs is not waited for: a compilation takes half a minute."""
        for thread in (self._marking, self._compiling):
            thread.shutdown(wait=False, cancel_futures=True)

    @property
    def busy(self) -> bool:
        """Whether something runs still."""
        return self._since is not None or self._compiles


def make_server(
    practice: PracticeMarker, identity: Identity, limit: RateLimit, worker: Worker, prefix: str = "/"
) -> HTTPServer:
    """Make the server; the caller lets it listen.

    Args:
        practice: marks.
        identity: tells who is asking.
        limit: how often a student may.
        worker: the thread in which sheets are marked.
        prefix: of every path, with slashes at both ends.
    """
    about = {"practice": practice, "identity": identity, "limit": limit, "worker": worker}
    base = re.escape(prefix.rstrip("/"))
    exercise = r"/exercises/([a-z0-9/-]{1,64}?)"
    application = Application(
        [
            (f"{base}/health", Health, about),
            (f"{base}/v{VERSION}/?", About, about),
            (f"{base}/v{VERSION}{exercise}/marks", Marks, about),
            (f"{base}/v{VERSION}{exercise}", Numbers, about),
        ],
        default_handler_class=NotFound,
        default_handler_args=about,
        log_function=_note_failures,
    )
    return Server(
        application,
        max_body_size=MOST_DRAINED,
        max_header_size=16 * 1024,
        idle_connection_timeout=_HEADER_SECONDS,
        body_timeout=_BODY_SECONDS,
    )


class Server(HTTPServer):
    """A server with a bounded number of connections: who opens many and asks nothing keeps nobody else out."""

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        """Take what tornado's server takes."""
        super().initialize(*args, **kwargs)
        self._open: dict[IOStream, None] = {}

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        """Serve a new connection."""
        while len(self._open) >= MOST_CONNECTIONS:
            oldest = next(iter(self._open))
            del self._open[oldest]
            oldest.close()
        self._open[stream] = None
        super().handle_stream(stream, address)

    def on_close(self, server_conn: Any) -> None:
        """Forget connections that are closed."""
        super().on_close(server_conn)
        for stream in [stream for stream in self._open if stream.closed()]:
            del self._open[stream]


def _note_failures(handler: RequestHandler) -> None:
    if handler.get_status() >= 500:
        _log.error("%s %s: %s", handler.request.method, handler.request.path, handler.get_status())


class Handler(RequestHandler):
    """What all paths have in common: headers, errors as JSON, a student behind every token."""

    def initialize(self, practice: PracticeMarker, identity: Identity, limit: RateLimit, worker: Worker) -> None:
        """Take what the service is made of."""
        self.practice, self.identity, self.limit, self.worker = practice, identity, limit, worker
        self.student = ""

    def set_default_headers(self) -> None:
        """Set what every answer carries."""
        for name, value in _HEADERS.items():
            self.set_header(name, value)

    def answer(self, data: Any) -> None:
        """Send JSON."""
        self.finish(msgspec.json.encode(data))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Send an error as JSON: a word, a sentence, and nothing of the inside."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        code, message = _words(status_code)
        if isinstance(error, Refusal):
            self.set_status(error.status)
            code, message = error.code, error.message
            if error.wait:
                self.set_header("Retry-After", str(whole_seconds(error.wait)))
        if self.get_status() == 401:
            self.set_header("WWW-Authenticate", 'Bearer realm="practice"')
        self.answer({"error": {"code": code, "message": message}})

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Send an error; a refusal brings its own status."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        super().send_error(error.status if isinstance(error, Refusal) else status_code, **kwargs)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Keep to the log what is not the client's doing."""
        if not isinstance(value, Refusal | HTTPError):
            _log.error("while answering %s", self.request.path, exc_info=(typ, value, tb))

    async def identify(self) -> None:
        """Find out who is asking, and count it.

        Raises:
            Refusal: 401 without a good token, 429 too often, 503 where it cannot be found out.
        """
        match = _TOKEN.fullmatch(self.request.headers.get("Authorization", "").strip())
        token = match[1] if match else ""
        if not token or len(token) > LONGEST_TOKEN:
            raise Refusal(401, "no_token", "a header `Authorization: Bearer TOKEN` was expected")
        try:
            student = await self.identity.student(token)
        except Unavailable as error:
            raise Refusal(503, "unavailable", str(error), wait=2.0) from None
        if student is None:
            raise Refusal(401, "unknown_token", "this token is nobody's here")
        if wait := self.limit.take(student):
            seconds = whole_seconds(wait)
            raise Refusal(429, "too_often", f"too many sheets; try again in {seconds} s", wait=wait)
        self.student = student


class NotFound(Handler):
    """Every path that is none."""

    def prepare(self) -> None:
        """Refuse."""
        raise Refusal(404, "not_found", f"there is nothing here; the API begins with v{VERSION}/")


class Health(Handler):
    """Whether the service is there, for whoever watches it."""

    def get(self) -> None:
        """Say whether every marker is compiled."""
        self.answer({"service": "practice", "ready": self.worker.ready})


class About(Handler):
    """Who one is here, and what can be practised."""

    async def get(self) -> None:
        """Say it."""
        await self.identify()
        self.answer(
            {
                "service": "practice",
                "version": VERSION,
                "student": self.student,
                "course": self.practice.course,
                "exercises": list(self.practice.exercises),
                "rounds": LAST_ROUND,
                "worked_solutions": self.practice.worked_solutions,
            }
        )


class Numbers(Handler):
    """The numbers of a student in one round of an exercise."""

    async def get(self, exercise_id: str) -> None:
        """Give them."""
        await self.identify()
        text = self.get_query_argument("round", "1")
        if not re.fullmatch(r"\d{1,4}", text, re.ASCII) or int(text) > LAST_ROUND:
            raise Refusal(400, "bad_request", f"a round from 0 to {LAST_ROUND} was expected, got {text[:20]!r}")
        exercise = self.practice.find(exercise_id)
        self.answer(await self.worker.run(self.practice.numbers, exercise, self.student, int(text)))


@stream_request_body
class Marks(Handler):
    """Marks of a sheet. What is not read is refused before its body is."""

    _body: bytearray
    _size: int

    async def prepare(self) -> None:
        """Refuse whatever can be refused from the headers."""
        self._body, self._size = bytearray(), 0
        if self.request.method != "POST":
            return
        try:
            await self.identify()
            self.exercise = self.practice.find(self.path_args[0])
            kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                raise Refusal(415, "not_json", "the body is sent as `Content-Type: application/json`")
            length = self.request.headers.get("Content-Length", "0")
            if length.isdecimal() and int(length[:12]) > MOST_DRAINED:
                raise _too_large()
        except Refusal:
            self.set_header("Connection", "close")  # the body that follows is not read as another request
            raise

    def data_received(self, chunk: bytes) -> None:
        """Keep the body up to its limit."""
        self._size += len(chunk)
        if self._size <= LARGEST_REQUEST:
            self._body += chunk
        else:
            self._body.clear()

    async def post(self, exercise_id: str) -> None:
        """Mark."""
        if self._size > LARGEST_REQUEST:
            raise _too_large()
        request = read_request(bytes(self._body))
        self.worker.refuse_uncompiled(exercise_id)
        try:
            marks = await self.worker.run(self.practice.mark, self.exercise, self.student, request)
        except CourseError as error:
            _log.error("%s is not marked: %s", exercise_id, error)
            raise Refusal(500, "not_marked", "something went wrong on our side; nothing is marked") from None
        self.answer(marks)


def _too_large() -> Refusal:
    return Refusal(413, "too_large", f"a sheet of at most {LARGEST_REQUEST // 1024} KiB is read")


def _words(status: int) -> tuple[str, str]:
    if status >= 500:
        return "failed", "something went wrong on our side; nothing is marked"
    phrase = HTTPStatus(status).phrase
    return phrase.lower().replace(" ", "_"), phrase
