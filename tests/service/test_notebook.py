"""A notebook practises: with the service marks come back under `submit`; without it, a plain receipt."""

import http.server
import json
import threading

import numpy as np
import pytest

from course import sheet as sheets
from course.exercises import find
from course.exercises.practice import NoPractice, listed, practice_given
from course.marking import registry
from course.notebook import begin, exercise, practice_service, receive, session, submit
from tests.service.conftest import ALICE, SOLUTIONS

ID, FUNCTION = "cnn/output-size", "cnn/implement-geometry"


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path):
    """A fresh session in an empty folder, outside any JupyterHub, with an empty home."""
    for name in ("JUPYTERHUB_USER", practice_service.URL, practice_service.TOKEN, practice_service.HUB_TOKEN):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path)
    fresh = session.Session()
    monkeypatch.setattr(session, "_session", fresh)
    return fresh


@pytest.fixture
def shown(monkeypatch):
    """What the next calls display: pieces."""
    pieces = []
    monkeypatch.setattr("course.notebook.output.show", lambda *more: pieces.extend(more))
    return pieces


@pytest.fixture
def connected(service, monkeypatch):
    monkeypatch.setenv(practice_service.URL, service.url)
    monkeypatch.setenv(practice_service.TOKEN, ALICE)
    return service


def text_of(pieces):
    return "\n".join(piece.text for piece in pieces)


def fill(sheet, given):
    for name, value in registry.marker((SOLUTIONS,), ID).truths(given).items():
        setattr(sheet, name, value.tolist())


def test_marks_come_back_under_submit(connected, shown):
    begin(student="whoever", sampler=2)
    given, sheet = exercise(ID, practice=2)
    assert listed(practice_given(find(ID), "alice", 2)) == listed(given)
    assert "practice numbers of alice, round 2" in text_of(shown)
    shown.clear()
    fill(sheet, given)
    sheet.setting2 = [1, 1, 1]
    submit(sheet)
    text = text_of(shown)
    assert "1 of 2 points" in text
    assert "setting1  exact" in text
    assert "setting2  wrong" in text
    assert "Nothing of this is handed in." in text
    assert 'class="course-card"' in shown[-1].html
    # Nothing that a grader could take for a submission.
    assert not [piece for piece in shown if piece.data]


def test_a_function_is_tried_in_the_students_own_kernel(start, monkeypatch, shown):
    from tests.service.conftest import make_practice

    service = start(make_practice(exercises=(FUNCTION,)))
    monkeypatch.setenv(practice_service.URL, service.url)
    monkeypatch.setenv(practice_service.TOKEN, ALICE)
    called = []

    def output_size(*arguments):
        called.append(arguments)
        return 7

    _, sheet = exercise(FUNCTION, practice=1)
    sheet.output_size = output_size
    submit(sheet)
    assert called
    assert "output_size" in text_of(shown)
    assert "wrong" in text_of(shown)


def test_without_a_service_there_is_a_receipt_and_one_line(shown):
    begin(student="carol", sampler=2)
    given, sheet = exercise(ID, practice=1)
    assert listed(practice_given(find(ID), "carol", 1)) == listed(given)
    shown.clear()
    fill(sheet, given)
    submit(sheet)
    assert "Not marked: there is no practice service here." in text_of(shown)
    assert "2 of 2 answers can be read" in text_of(shown)
    assert not [piece for piece in shown if piece.data]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://[::1", "ftp://127.0.0.1/", "file:///etc/passwd", "x"]
)
def test_a_service_that_is_away_costs_nothing(monkeypatch, shown, url):
    monkeypatch.setenv(practice_service.URL, url)
    monkeypatch.setenv(practice_service.TOKEN, ALICE)
    _, sheet = exercise(ID, practice=1)
    sheet.setting1 = [1, 2, 3]
    submit(sheet)
    assert "Not marked: " in text_of(shown)
    assert "1 of 2 answers can be read" in text_of(shown)


def test_the_services_own_words_reach_the_student(service, monkeypatch, shown):
    monkeypatch.setenv(practice_service.URL, service.url)
    monkeypatch.setenv(practice_service.TOKEN, "an-unknown-token-000")
    _, sheet = exercise(ID, practice=1)
    submit(sheet)
    assert "Not marked: this token is nobody's here." in text_of(shown)


class Odd(http.server.BaseHTTPRequestHandler):
    """Answers whatever it is told to."""

    def do_GET(self):
        Odd.seen.append((self.path, self.headers.get("Authorization")))
        status, headers, body = Odd.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def odd(monkeypatch):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    Odd.seen = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv(practice_service.URL, f"http://127.0.0.1:{server.server_address[1]}/")
    monkeypatch.setenv(practice_service.HUB_TOKEN, "the hub's")
    yield Odd
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, b""),
        (200, {}, b"<html>"),
        (200, {}, b"[]"),
        (200, {}, b"[" * 100_000),
        (200, {}, b'{"card": {"html": 1}}'),
        (200, {"Content-Length": "10"}, b"{}"),
        (302, {"Location": "http://127.0.0.1:1/"}, b""),
        (500, {}, b"Traceback"),
        (404, {}, b'{"error": {"message": 7}}'),
        (999, {}, b"\xff"),
    ],
    ids=lambda answer: str(answer[0]),
)
def test_nothing_that_answers_breaks_a_cell(odd, shown, answer):
    odd.answer = answer
    _, sheet = exercise(ID, practice=1)
    sheet.setting1 = [1, 2, 3]
    submit(sheet)
    assert "Not marked: " in text_of(shown)
    assert "1 of 2 answers can be read" in text_of(shown)
    # On a hub the server's own token says who one is, to the address that the hub named.
    assert {token for _, token in odd.seen} == {"Bearer the hub's"}


def test_other_numbers_are_noticed(odd, shown):
    odd.answer = (200, {}, json.dumps({"card": {"html": "", "text": "card"}, "given": {"x": [1.0]}}).encode())
    _, sheet = exercise(ID, practice=1)
    submit(sheet)
    assert "marked on other numbers than you were shown" in text_of(shown)


def test_a_connection_is_read_beside_the_notebook(tmp_path, monkeypatch):
    connection = {"url": "http://127.0.0.1:8000/services/practice", "token": "t"}
    for folder in (tmp_path / "home", tmp_path):
        (folder / practice_service.CONNECTION).write_text(json.dumps(connection))
        assert practice_service.find({}) == ("http://127.0.0.1:8000/services/practice/", "t")
        (folder / practice_service.CONNECTION).unlink()
    assert practice_service.find({}) is None
    for bad in ("", "[]", "{}", '{"url": 1, "token": "t"}', '{"url": "javascript:1", "token": "t"}', " " * 5000):
        (tmp_path / practice_service.CONNECTION).write_text(bad)
        assert practice_service.find({}) is None
    # Neither a token with a line break in it nor a file of somebody else is used.
    (tmp_path / practice_service.CONNECTION).write_text(json.dumps({**connection, "token": "t\r\nX: 1"}))
    assert practice_service.find({}) is None
    (tmp_path / practice_service.CONNECTION).write_text(json.dumps(connection))
    monkeypatch.setattr("os.getuid", lambda: -1)
    assert practice_service.find({}) is None


def test_the_hubs_token_goes_to_no_address_of_a_file(tmp_path):
    (tmp_path / practice_service.CONNECTION).write_text(
        json.dumps({"url": "http://127.0.0.1:1/", "token": "of the file"})
    )
    found = practice_service.find({practice_service.HUB_TOKEN: "the hub's"})
    assert found is not None
    assert found.token == "of the file"


def test_practice_leaves_the_graded_sheet_alone(here, shown, connected):
    begin(student="alice", sampler=2)
    graded_given, graded = exercise(ID)
    given, _ = exercise(ID, practice=1)
    assert here.sheet is graded
    assert listed(given) != listed(graded_given)
    graded.setting1 = [1, 2, 3]
    shown.clear()
    submit("lost")  # the sheet that was opened last is the graded one
    bundles = [piece.data[sheets.MIME_TYPE] for piece in shown if piece.data]
    assert [bundle["answers"]["setting1"]["entries"] for bundle in bundles] == [["1", "2", "3"]]
    shown.clear()
    submit(graded)
    assert [piece.data for piece in shown if piece.data]


def test_at_grading_nothing_is_asked_of_the_service(odd, shown):
    odd.answer = (200, {}, b"{}")
    receive(student="alice")
    given, sheet = exercise(ID, practice=1)
    assert listed(practice_given(find(ID), "alice", 1)) == listed(given)
    submit(sheet)
    assert odd.seen == []
    assert "Practice is not marked at grading." in text_of(shown)
    assert not [piece for piece in shown if piece.data]


def test_what_cannot_be_practised_says_so(shown):
    with pytest.raises(NoPractice, match="prose"):
        exercise("mlp/why-backprop", practice=1)
    with pytest.raises(NoPractice, match="from 1 to 1000"):
        exercise(ID, practice=-1)


def test_practice_numbers_are_shown_as_they_are(shown):
    given, _ = exercise("cnn/softmax-ce", practice=1)
    for value in np.ravel(given.logits):
        assert f"{value:g}" in text_of(shown)
