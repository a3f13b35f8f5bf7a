"""The API: what it gives, and what it makes of bad and hostile requests."""

import contextlib
import json
import socket
import threading

import pytest

from course.exercises import find
from course.exercises.practice import listed, practice_given
from course.exercises.variants import COURSE
from course.marking import registry
from course.service import app
from course.service.app import Worker
from course.service.practice_marker import LARGEST_REQUEST
from course.service.rate_limit import RateLimit
from tests.oracles.sheets import kinds
from tests.service.conftest import ALICE, BOB, OFFERED, SOLUTIONS, make_practice

ID, OTHER = OFFERED
MARKS = f"v1/exercises/{ID}/marks"
EMPTY = {"exercise": ID, "answers": {}}


def test_it_says_who_one_is(service):
    told = service.ask("GET", "v1/")
    assert told.status == 200
    assert told.data["student"] == "alice"
    assert service.ask("GET", "v1/", token=BOB).data["student"] == "bob"
    assert told.data["course"] == COURSE
    assert told.data["exercises"] == list(OFFERED)
    assert told.data["worked_solutions"] is False
    assert service.ask("GET", "health", token=None).data == {"service": "practice", "ready": True}


def test_numbers_are_those_of_whoever_asks(service):
    path = f"v1/exercises/{ID}?round=3"
    mine = listed(practice_given(find(ID), "alice", 3))
    assert service.ask("GET", path).data == {"exercise": ID, "student": "alice", "round": 3, "given": mine}
    assert service.ask("GET", path, token=BOB).data["given"] != mine
    # Whatever else a request says of a student counts for nothing.
    assert service.ask("GET", path + "&student=bob", headers={"X-Forwarded-User": "bob"}).data["given"] == mine


def test_a_sheet_is_marked_on_the_numbers_of_whoever_asks(service):
    right = kinds(registry.marker((SOLUTIONS,), ID), practice_given(find(ID), "alice", 2), None)["right"]
    answers = {name: [float(e) for e in answer.entries] for name, answer in right.answers.items()}
    mine = service.mark(ID, answers, round=2)
    assert mine.status == 200
    assert mine.data["student"] == "alice"
    assert mine.data["points"] == mine.data["max_points"] > 0
    assert {step["state"] for step in mine.data["steps"].values()} == {"exact"}
    assert service.mark(ID, answers, round=3).data["points"] < mine.data["points"]
    sheet = {"exercise": ID, "student": "alice", "answers": json.loads(_encoded(right))["answers"]}
    theirs = service.ask("POST", MARKS, {"sheet": sheet, "round": 2}, token=BOB)
    assert theirs.data["student"] == "bob"
    assert theirs.data["points"] < mine.data["points"]


def _encoded(sheet):
    from course import sheet as sheets

    return sheets.encode(sheet)


def test_nothing_of_the_scheme_is_told(service):
    scheme = registry.load((SOLUTIONS,))[OTHER]
    marker = registry.marker((SOLUTIONS,), OTHER)
    given = practice_given(find(OTHER), "alice")
    truth = {name: value.ravel().tolist() for name, value in marker.truths(given).items()}
    told = service.mark(OTHER, {"probs": [0.25, 0.5, 0.25]}, card=True, solution=True)
    assert told.status == 200
    assert "solution" not in told.data
    fields = {"state", "points", "max_points", "remark", "yours"}
    assert all(set(step) == fields for step in told.data["steps"].values())
    card = told.data["card"]["html"]
    assert "course-card" in card
    assert "Expected" not in card
    for step in scheme.steps.values():
        assert json.dumps(step.formula)[1:-1] not in told.text
        assert not [slip for slip in step.slips if json.dumps(slip.sentence)[1:-1] in told.text]
    assert str(truth["loss"][0]) not in card
    assert f"{truth['loss'][0]:.2f}" not in told.text


def test_a_worked_solution_is_told_where_it_is_allowed_and_asked_for(start):
    service = start(make_practice(worked_solutions=True, exercises=(ID,)))
    assert "solution" not in service.mark(ID).data
    told = service.mark(ID, solution=True, card=True, round=4).data
    truths = registry.marker((SOLUTIONS,), ID).truths(practice_given(find(ID), "alice", 4))
    assert told["solution"]["steps"] == {name: value.astype(int).tolist() for name, value in truths.items()}
    assert "Expected" in told["card"]["html"]


REFUSED = {
    "no token": (("POST", MARKS, {"sheet": EMPTY}), {"token": None}, 401, "no_token"),
    "an unknown token": (("POST", MARKS, {"sheet": EMPTY}), {"token": ALICE[:-1] + "2"}, 401, "unknown_token"),
    "a long token": (("GET", "v1/"), {"token": "x" * 5000}, 401, "no_token"),
    "a token in the address": (("GET", f"v1/?token={ALICE}"), {"token": None}, 401, "no_token"),
    "a cookie": (("GET", "v1/"), {"token": None, "headers": {"Cookie": f"token={ALICE}"}}, 401, "no_token"),
    "basic authentication": (
        ("GET", "v1/"),
        {"token": None, "headers": {"Authorization": "Basic YTpi"}},
        401,
        "no_token",
    ),
    "another address": (("GET", "v1/students"), {}, 404, "not_found"),
    "another version": (("GET", "v2/"), {}, 404, "not_found"),
    "no such exercise": (("POST", "v1/exercises/mlp/none/marks", {"sheet": EMPTY}), {}, 404, "no_such_exercise"),
    "an exercise that is not offered": (
        ("POST", "v1/exercises/mlp/sigmoid-ce/marks", {"sheet": EMPTY}),
        {},
        404,
        "no_such_exercise",
    ),
    "a path": (("GET", "v1/exercises/../../solutions/mlp/relu_sgd.py"), {}, 404, "not_found"),
    "another method": (("DELETE", MARKS), {}, 405, "method_not_allowed"),
    "a browser's preflight": (
        ("OPTIONS", MARKS),
        {"headers": {"Origin": "http://evil"}},
        405,
        "method_not_allowed",
    ),
    "a form": (
        ("POST", MARKS, b"sheet=1"),
        {"headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        415,
        "not_json",
    ),
    "plain text": (("POST", MARKS, b"{}"), {"headers": {"Content-Type": "text/plain"}}, 415, "not_json"),
    "too large": (("POST", MARKS, b" " * (LARGEST_REQUEST + 1)), {}, 413, "too_large"),
    "far too large": (("POST", MARKS, b" " * (3 << 20)), {}, 413, "too_large"),
    "too large in pieces": (("POST", MARKS, [b" " * 65536] * 5), {}, 413, "too_large"),
    "nothing": (("POST", MARKS, b""), {}, 400, "bad_json"),
    "no JSON": (("POST", MARKS, b"sheet"), {}, 400, "bad_json"),
    "half of it": (("POST", MARKS, b'{"sheet": {'), {}, 400, "bad_json"),
    "NaN": (("POST", MARKS, b'{"sheet": NaN}'), {}, 400, "bad_json"),
    "bytes": (("POST", MARKS, b'{"sheet": {"exercise": "\xff\xfe", "answers": {}}}'), {}, 400, "bad_json"),
    "deep JSON": (("POST", MARKS, b'{"sheet":' + b"[" * 100_000), {}, 400, "bad_request"),
    "deep answers": (
        (
            "POST",
            MARKS,
            b'{"round": 1, "sheet": {"exercise": "x", "answers": {"a": ' + b'{"a":' * 30_000 + b"1",
        ),
        {},
        400,
        "bad_json",
    ),
    "a list": (("POST", MARKS, [b"[]"]), {}, 400, "bad_request"),
    "no sheet": (("POST", MARKS, {}), {}, 400, "bad_request"),
    "another field": (("POST", MARKS, {"sheet": EMPTY, "student": "bob"}), {}, 400, "bad_request"),
    "numbers for text": (("POST", MARKS, {"sheet": {"exercise": 1, "answers": {}}}), {}, 400, "bad_request"),
    "bare answers": (("POST", MARKS, {"sheet": {**EMPTY, "answers": {"first": 1}}}), {}, 400, "bad_request"),
    "a shape that lies": (
        (
            "POST",
            MARKS,
            {
                "sheet": {
                    **EMPTY,
                    "answers": {"first": {"type": "numbers", "shape": [10**9, 10**9], "entries": []}},
                }
            },
        ),
        {},
        400,
        "bad_request",
    ),
    "a negative round": (("POST", MARKS, {"sheet": EMPTY, "round": -1}), {}, 400, "bad_request"),
    "a round too high": (("POST", MARKS, {"sheet": EMPTY, "round": 1001}), {}, 400, "bad_request"),
    "half a round": (("POST", MARKS, {"sheet": EMPTY, "round": 1.5}), {}, 400, "bad_request"),
    "a round in words": (("GET", f"v1/exercises/{ID}?round=one"), {}, 400, "bad_request"),
    "a round in Arabic": (("GET", f"v1/exercises/{ID}?round=%D9%A1"), {}, 400, "bad_request"),
    "another exercise's sheet": (
        ("POST", MARKS, {"sheet": {**EMPTY, "exercise": OTHER}}),
        {},
        400,
        "other_exercise",
    ),
    "graded numbers": (("POST", MARKS, {"sheet": EMPTY, "round": 0}), {}, 403, "not_released"),
    "graded numbers to look at": (("GET", f"v1/exercises/{ID}?round=0"), {}, 403, "not_released"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_bad_requests_get_a_clear_answer(service, kind):
    request, more, status, code = REFUSED[kind]
    told = service.ask(*request, **more)
    assert (told.status, told.code) == (status, code)
    assert set(told.data) == {"error"}
    assert set(told.data["error"]) == {"code", "message"}
    assert len(told.data["error"]["message"]) > 10
    assert "Traceback" not in told.text
    assert ".py" not in told.text
    assert ("www-authenticate" in told.headers) == (status == 401)
    # The service is none the worse for it.
    assert service.mark(ID).status == 200


@pytest.mark.parametrize("path", ["v1/", "health", "nowhere", f"v1/exercises/{ID}"])
def test_every_answer_carries_the_headers(service, path):
    for headers in ({}, {"Origin": "https://example.org"}):
        told = service.ask("GET", path, headers=headers)
        assert told.headers["content-type"] == "application/json; charset=utf-8"
        assert told.headers["x-content-type-options"] == "nosniff"
        assert told.headers["cache-control"] == "no-store"
        assert told.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert told.headers["referrer-policy"] == "no-referrer"
        assert "tornado" not in told.headers["server"].lower()
        assert not [name for name in told.headers if name.startswith("access-control")]


def test_what_is_no_http_is_survived(service):
    for noise in (b"\x00" * 2000, b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"GET / HTTP/9\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", service.port), timeout=60) as line:
            line.sendall(noise)
            line.shutdown(socket.SHUT_WR)
            assert b"Traceback" not in line.recv(65536)
    assert service.mark(ID).status == 200


def test_a_flood_is_cut_off(service):
    head = f"POST /{MARKS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ALICE}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {1 << 40}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as line:
        line.sendall(head.encode())
        assert line.recv(65536).startswith(b"HTTP/1.1 413 ")
        sent = 0
        try:
            while sent < 64 << 20:
                sent += line.send(b" " * 65536)
        except OSError:
            pass
        assert sent < 64 << 20
    assert service.mark(ID).status == 200


def test_who_asks_too_often_is_told_when_to_come_again(start):
    time = [0.0]
    service = start(make_practice(exercises=(ID,)), limit=RateLimit(3, 6, clock=lambda: time[0]))
    assert [service.mark(ID).status for _ in range(4)] == [200, 200, 200, 429]
    told = service.mark(ID)
    assert told.code == "too_often"
    assert told.headers["retry-after"] == "10"
    assert service.mark(ID, token=BOB).status == 200
    assert service.ask("GET", "v1/", token="nobody-0000000000").status == 401
    time[0] = 10.0
    assert [service.mark(ID).status for _ in range(2)] == [200, 429]


def test_what_goes_wrong_inside_stays_inside(start, caplog):
    def broken(exercise, student):
        raise RuntimeError("the secret path /srv/solutions")

    service = start(make_practice(exercises=(ID,), graded=broken))
    told = service.mark(ID)
    assert told.status == 500
    assert told.data == {
        "error": {"code": "failed", "message": "something went wrong on our side; nothing is marked"}
    }
    assert "the secret path" in caplog.text


def test_nobody_waits_for_a_marker_that_is_not_ready(start):
    service = start(make_practice(exercises=(ID,)), warm=False)
    told = service.mark(ID)
    assert (told.status, told.code) == (503, "starting")
    assert int(told.headers["retry-after"]) >= 1
    assert service.ask("GET", "health", token=None).data["ready"] is False
    assert service.ask("GET", f"v1/exercises/{ID}").status == 200


def test_a_long_queue_is_refused(start):
    service = start(make_practice(exercises=(ID,)), worker=Worker(most=0))
    told = service.mark(ID)
    assert (told.status, told.code) == (503, "busy")


def test_a_service_whose_marking_is_stuck_says_so(start, monkeypatch):
    held, begun = threading.Event(), threading.Event()

    def hangs(exercise, student):
        begun.set()
        held.wait(60)
        raise RuntimeError("it was held")

    service = start(make_practice(exercises=(ID,), graded=hangs))
    asking = threading.Thread(target=service.mark, args=(ID,))
    asking.start()
    assert begun.wait(60)
    assert service.ask("GET", "health", token=None).data["ready"] is True
    monkeypatch.setattr(app, "STUCK_SECONDS", 0.0)
    assert service.ask("GET", "health", token=None).data["ready"] is False
    told = service.mark(ID, token=BOB)
    assert (told.status, told.code) == (503, "stuck")
    held.set()
    asking.join()
    assert service.ask("GET", "health", token=None).data["ready"] is True


def test_requests_that_are_never_finished_keep_nobody_out(start, monkeypatch):
    monkeypatch.setattr(app, "MOST_CONNECTIONS", 8)
    monkeypatch.setattr(app, "_HEADER_SECONDS", 1)
    monkeypatch.setattr(app, "_BODY_SECONDS", 1)
    service = start(make_practice(exercises=(ID,)))
    head = f"POST /{MARKS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ALICE}\r\n"
    body = head + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    lines = [socket.create_connection(("127.0.0.1", service.port), timeout=60) for _ in range(30)]
    try:
        for number, line in enumerate(lines):
            with contextlib.suppress(OSError):
                line.sendall((head, body, "")[number % 3].encode())
        assert service.mark(ID, token=BOB).status == 200
        # Each gets an end, the oldest at once and the others after their time.
        for line in lines:
            with contextlib.suppress(ConnectionError):
                while line.recv(65536):
                    pass
        assert service.mark(ID).status == 200
    finally:
        for line in lines:
            line.close()


def test_a_head_of_any_length_is_not_read(service):
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as line:
        with contextlib.suppress(OSError):
            line.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 100_000 + b"\r\n")
        with contextlib.suppress(ConnectionError):
            assert not line.recv(65536).startswith(b"HTTP/1.1 200")
    assert service.mark(ID).status == 200


def test_it_can_live_below_a_path(start):
    service = start(make_practice(exercises=(ID,)), prefix="/services/practice/")
    assert service.ask("GET", "v1/").status == 200
    assert service.mark(ID).status == 200
    service.prefix = "/"
    assert service.ask("GET", "v1/").status == 404
