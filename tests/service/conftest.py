"""A real service on a free port, in a thread of its own, and a client that speaks plain HTTP."""

import asyncio
import http.client
import json
import threading
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from course.exercises.variants import COURSE
from course.service.app import Worker, make_server
from course.service.identity import LocalTokens
from course.service.practice_marker import PracticeMarker
from course.service.rate_limit import RateLimit
from course.service.running import listen

SOLUTIONS = Path(__file__).parents[2] / "solutions"
OFFERED = ("cnn/output-size", "cnn/softmax-ce")
TOKENS = {"token-of-alice-0001": "alice", "token-of-bob-00000002": "bob"}
ALICE, BOB = TOKENS


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str

    @property
    def data(self):
        return json.loads(self.text)

    @property
    def code(self):
        return self.data["error"]["code"]


class Running:
    """A service that runs until `stop`."""

    def __init__(self, practice, *, identity=None, limit=None, worker=None, warm=True, prefix="/"):
        self.worker = worker or Worker()
        self.prefix = prefix
        listening = listen("127.0.0.1", 0)
        self.port = listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}{prefix}"
        started = threading.Event()

        async def main():
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            server = make_server(
                practice,
                identity or LocalTokens(TOKENS),
                RateLimit(10_000, 600_000) if limit is None else limit,
                self.worker,
                prefix,
            )
            server.add_socket(listening)
            if warm:
                await self.worker.warm(practice)
            started.set()
            await self._stop.wait()
            server.stop()
            await server.close_all_connections()

        self._thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
        self._thread.start()
        assert started.wait(300)

    def stop(self):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)
        self.worker.close()

    def ask(self, method, path, body=None, *, token: Any = ALICE, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {} if token is None else {"Authorization": f"Bearer {token}"}
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent |= headers or {}
        data = body if body is None or isinstance(body, bytes | list) else json.dumps(body).encode()
        try:
            connection.request(method, self.prefix + path, data, sent, encode_chunked=isinstance(data, list))
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode())
        finally:
            connection.close()

    def mark(self, exercise_id, answers=None, *, token=ALICE, **more):
        written = {
            name: {"type": "numbers", "shape": [len(v)] if isinstance(v, list) else [], "entries": _entries(v)}
            for name, v in (answers or {}).items()
        }
        sheet = {"exercise": exercise_id, "answers": written}
        return self.ask("POST", f"v1/exercises/{exercise_id}/marks", {"sheet": sheet, **more}, token=token)


def _entries(value):
    return [str(entry) for entry in value] if isinstance(value, list) else [str(value)]


def make_practice(**more):
    settings = {"graded": lambda exercise, student: exercise.given(student), **more}
    return PracticeMarker((SOLUTIONS,), COURSE, settings.pop("exercises", OFFERED), **settings)


@pytest.fixture
def start():
    """Start services of one's own; all are stopped at the end."""
    running = []

    def begin(practice=None, **more):
        running.append(Running(practice or make_practice(), **more))
        return running[-1]

    yield begin
    for service in running:
        service.stop()


@pytest.fixture(scope="session")
def service():
    """One service for the tests that only ask."""
    running = Running(make_practice())
    yield running
    running.stop()
