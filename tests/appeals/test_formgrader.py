"""The form beside the real formgrader, in a real browser: from a card to a ruling and back."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
from nbgrader.api import Gradebook

from course.grading.appeal_link import APPEALS
from tests.appeals.desk import ASSIGNMENT, EXERCISE, NOTEBOOK, Desk, answers, bundle, rulings
from tests.browser import scrolls_sideways, violations
from tests.grading.classroom import ROOT

pytestmark = pytest.mark.slow
TOKEN = "a-token-of-this-test"
EXTENSIONS = {"nbgrader.server_extensions.formgrader": True, "course.grading.appeals.form": True}
# The marker that a ruling starts is compiled once for all tests, as theirs is.
CACHE = {
    "JAX_COMPILATION_CACHE_DIR": str(ROOT / ".jax_cache"),
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
}
PATIENCE = 300_000  # milliseconds: a ruling starts a process that loads the marker
HOSTILE = '"><script>document.title="taken"</script>'


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = Desk(tmp_path_factory.mktemp("formgrader") / "course")
    turned = {s: answers(s, a1=[-value for value in answers(s)["a1"]]) for s in ("alice", "bob")}
    handed = {student: [bundle(values)] for student, values in turned.items()}
    dave = answers("dave") | {"direction": HOSTILE}
    made.hand_in({**handed, "carol": [bundle(answers("carole"), "carole")], "dave": [bundle(dave)]})
    return made


@pytest.fixture(scope="module")
def server(desk):
    """A Jupyter server in the course's folder, with nbgrader's formgrader and our form: its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = {name: str(desk.folder.parent / name.lower()) for name in ("HOME", "JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
    for folder in here.values():
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
    options = {
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": desk.folder,
        "ServerApp.base_url": "/hub/user/",
        "ServerApp.allow_root": True,
        "ServerApp.open_browser": False,
        "IdentityProvider.token": TOKEN,
        "ServerApp.jpserver_extensions": json.dumps(EXTENSIONS).replace("true", "True"),
    }
    log = desk.folder.parent / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", *(f"--{name}={value}" for name, value in options.items())],
            cwd=desk.folder,
            env=os.environ | here | CACHE,
            stdout=out,
            stderr=out,
        )
    base = f"http://127.0.0.1:{port}/hub/user/"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{base}api?token={TOKEN}", timeout=60).close()
                break
            except (urllib.error.URLError, ConnectionError):
                assert process.poll() is None, log.read_text()
                time.sleep(0.2)
        else:
            pytest.fail(log.read_text())
        yield base
    finally:
        process.terminate()
        process.wait(timeout=60)


@pytest.fixture
def page(web, server):
    with web.page() as opened:
        opened.set_default_timeout(PATIENCE)
        # The token in the address logs the browser in.
        opened.goto(f"{server}formgrader/gradebook/{ASSIGNMENT}?token={TOKEN}")
        yield opened
        opened.wait_for_load_state()


def submission(desk, student):
    with Gradebook(desk.config.db_url) as gradebook:
        return gradebook.find_submission_notebook(NOTEBOOK, ASSIGNMENT, student).id


def form(server, student, exercise=EXERCISE, assignment=ASSIGNMENT):
    query = urllib.parse.urlencode({"assignment": assignment, "student": student, "exercise": exercise})
    return f"{server}{APPEALS}?{query}"


def test_from_the_card_in_the_formgrader_to_a_ruling_for_all_who_answered_so(desk, page, server):
    before = {student: desk.grade_of(student)[0] for student in ("alice", "bob", "dave")}
    page.goto(f"{server}formgrader/submissions/{submission(desk, 'alice')}")
    # Not by the mouse: the formgrader scrolls once it is ready, and the link is elsewhere then.
    page.get_by_role("link", name="Rule on a step of this exercise").evaluate("link => link.click()")
    assert page.get_by_role("heading", level=1).inner_text() == "Rule on a step"
    assert "alice" in page.locator("main").inner_text()
    assert violations(page) == []

    page.get_by_label("Step").select_option("a1")
    page.get_by_label("Points").fill("1")
    page.get_by_label("Reason, for the student").fill("The sign was not asked for.")
    page.get_by_label("Same answer, same ruling").check()
    page.get_by_role("button", name="Decide", exact=True).click()
    page.get_by_role("heading", name="This would concern").wait_for()
    assert "alice, bob" in page.get_by_role("status").inner_text()
    assert violations(page) == []
    assert rulings(desk.config) == []

    page.get_by_role("button", name="Decide so for all of them").click()
    page.get_by_role("heading", name="Done").wait_for()
    after = {student: desk.grade_of(student)[0] for student in before}
    assert after == before | {"alice": before["alice"] + 1, "bob": before["bob"] + 1}
    # What the formgrader shows is the new card, with the reason.
    page.goto(f"{server}formgrader/submissions/{submission(desk, 'bob')}")
    assert "Ruling: The sign was not asked for." in page.locator("body").inner_text()

    page.goto(form(server, "alice"))
    page.get_by_role("button", name="Withdraw the ruling on a1").click()
    page.get_by_role("heading", name="Done").wait_for()
    assert {student: desk.grade_of(student)[0] for student in before} == before


def test_too_many_points_are_answered_in_words_and_what_was_entered_stays(desk, page, server):
    page.goto(form(server, "alice"))
    page.get_by_label("Points").fill("7")
    page.get_by_label("Reason, for the student").fill('He said "seven" & <b>meant</b> it.')
    page.get_by_role("button", name="Decide", exact=True).click()
    assert "a1 of mlp/relu-sgd earns 0 to 1 points, got 7" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Reason, for the student").input_value() == 'He said "seven" & <b>meant</b> it.'
    assert rulings(desk.config) == []


def test_an_id_that_a_notebook_declares_is_accepted_in_the_form(desk, page, server):
    page.goto(form(server, "carol"))
    assert "under its numbers it has 11 points" in page.locator("main").inner_text()
    page.get_by_label("Reason, for the student").last.fill("A letter too many.")
    page.get_by_role("button", name="Let the sheets count under carole").click()
    page.get_by_role("heading", name="Done").wait_for()
    assert desk.grade_of("carol")[0] == 11.0
    assert page.get_by_role("button", name="Let the sheets count").count() == 0


def test_what_a_student_wrote_is_text(desk, page, server):
    page.goto(form(server, "dave"))
    assert HOSTILE in page.locator("main").inner_text()
    assert page.title() == "Rule on a step: dave, " + page.title().partition(", ")[2]


@pytest.mark.parametrize("width", [360, 1280])
def test_it_can_be_read_on_a_phone(page, server, width):
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(form(server, "alice"))
    assert scrolls_sideways(page) == []


def send(address, data=None, **headers):
    """The status of a request without a browser."""
    body = None if data is None else urllib.parse.urlencode(data).encode()
    request = urllib.request.Request(address, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE / 1000) as answer:
            return answer.status, answer.url, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.url, error.read().decode()


def test_without_the_login_there_is_nothing(desk, server):
    status, address, text = send(form(server, "alice"))
    assert "alice" not in text.replace(urllib.parse.quote(address), "").replace(
        urllib.parse.quote("alice"), ""
    ) or ("login" in address)
    assert status in (200, 403)
    status, _, _ = send(form(server, "alice"), {"step": "a1", "points": "1", "reason": "mine"})
    assert status == 403
    assert rulings(desk.config) == []


def test_another_sites_form_is_refused(desk, page, server):
    """A browser that is logged in, and a form without the token that only our own page knows."""
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    asked = {"step": "a1", "points": "1", "reason": "mine", "action": "rule"}
    assert send(form(server, "alice"), asked, Cookie=cookies)[0] == 403
    assert rulings(desk.config) == []


@pytest.mark.parametrize(
    ("place", "entered", "status"),
    [
        ({"student": "nobody"}, None, 404),
        ({"student": "alice", "exercise": "mlp/none"}, None, 404),
        ({"student": "alice", "assignment": "--help"}, None, 404),
        ({"student": "alice"}, {"step": "--help", "points": "1", "reason": "x"}, 400),
        ({"student": "alice"}, {"step": "a1", "points": "--json", "reason": "x"}, 400),
        ({"student": "alice"}, {"step": "a1", "points": "1", "reason": ""}, 400),
        ({"student": "alice"}, {"step": "a1", "action": "delete"}, 400),
        ({"student": "alice"}, {"action": "accept", "declared": "--json", "reason": "x"}, 400),
    ],
)
def test_bad_input_is_refused(desk, server, place, entered, status):
    found, _, text = send(form(server, **place), entered, Authorization=f"token {TOKEN}")
    assert found == status
    assert "Traceback" not in text
    assert rulings(desk.config) == []
