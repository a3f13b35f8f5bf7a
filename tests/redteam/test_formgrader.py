"""The formgrader's own button grades in the sandbox, and its pages run nothing of a student's in a real browser."""

import contextlib

import nbformat
import pytest
from nbformat.v4 import new_output
from nbgrader.api import Gradebook

from course.grading import config
from course.grading.engine import converters
from tests.browser import chromium
from tests.redteam import machine, marks, pages
from tests.redteam.attack import ASSIGNMENT, Attack
from tests.redteam.room import HONEST_CLASS, hand_in, victims
from tests.redteam.server import TOKEN, formgrader

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]
ATTACKS = pages.ATTACKS | {
    "reading": machine.READING["reading"],
    "displayhook": marks.ATTACKS["displayhook"],
    "sheet-before": marks.ATTACKS["sheet-before"],
}


@pytest.fixture(scope="module")
def graded(released, tmp_path_factory):
    """Graded by the button, student by student; the server goes on."""
    made = released.copy(tmp_path_factory.mktemp("formgrader") / "course")
    made.submit("alice", Attack(code=HONEST_CLASS["alice"]), honest="")
    made.submit("link", Attack())
    (made.submitted("link") / "link").symlink_to(made.folder / "gradebook.db")
    with victims(made), formgrader(made.folder, tmp_path_factory.mktemp("server")) as client:
        hand_in(made, ATTACKS)
        answers = {student: client.press_autograde(ASSIGNMENT, student) for student in ["alice", *ATTACKS, "link"]}
        yield made, client, answers


def score(room, student):
    with Gradebook(config.load(room.folder).db_url) as gradebook:
        return float(gradebook.find_submission(ASSIGNMENT, student).score or 0.0)


def test_the_button_grades_in_the_sandbox(graded):
    room, _, answers = graded
    assert all(answers[student]["success"] for student in ["alice", *ATTACKS]), answers
    assert score(room, "alice") == 11.0
    assert all(score(room, student) <= 1.0 for student in ATTACKS)
    text = room.outputs("reading")
    assert "REACHED" not in text
    assert text.count("STOPPED") == len(machine.REACHES) + 1


def test_the_button_refuses_what_leads_outside(graded):
    room, _, answers = graded
    assert not answers["link"]["success"]
    assert "symbolic link" in answers["link"]["error"] + answers["link"]["log"]
    assert not (room.folder / "autograded" / "link" / ASSIGNMENT).exists()


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@contextlib.contextmanager
def opened(browser, address):
    """A page and the boxes that it opens, after the time that it needs for what it does by itself."""
    seen = []
    with browser.page() as page:
        page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
        page.goto(address, wait_until="load")
        page.wait_for_timeout(300)
        yield page, seen


def dialogs(browser, address):
    """What a page does on its own: boxes that it opens, and where it goes."""
    with opened(browser, address) as (page, seen):
        # One that goes elsewhere is not looked at further.
        if page.url.split("?")[0] != address.split("?")[0]:
            return [*seen, f"gone to {page.url}"]
        for each in page.query_selector_all("a[href^='java' i], button"):
            each.dispatch_event("click")
        hidden = page.evaluate("getComputedStyle(document.body).display === 'none'")
        text = str(page.text_content("body"))
        covered = page.evaluate(_COVERED)
    # The student's own code says that it is the student's page.
    own = ["the page is hidden"] * hidden + ["another page"] * ("given.W1" not in text)
    return seen + own + ["the page is covered"] * covered


# Whether a title, scrolled to, is not what lies on top where it stands.
_COVERED = """() => [...document.querySelectorAll('h1, h2, h3')].some((title) => {
  title.scrollIntoView({block: 'center'});
  const words = document.createRange();
  words.selectNodeContents(title);
  const place = words.getClientRects()[0];
  const found = place && document.elementFromPoint(place.left + 2, place.top + place.height / 2);
  return place && place.width && found && !title.contains(found) && !found.contains(title);
})"""


def boxes(browser, address):
    """The boxes that a file opens, which need not be a page."""
    with opened(browser, address) as (_, seen):
        return seen


def submission_page(room, client, student):
    with Gradebook(f"sqlite:///{room.folder}/gradebook.db") as gradebook:
        found = gradebook.find_submission_notebook("small", ASSIGNMENT, student).id
    return f"{client.url}/formgrader/submissions/{found}/?token={TOKEN}"


def test_a_browser_gets_no_file_that_it_runs(graded, browser):
    room, client, _ = graded
    page = submission_page(room, client, "page-files").partition("?")[0]
    with browser.page() as window:
        found = {name: window.goto(f"{page}{name}?token={TOKEN}") for name in ("notes.txt", "x.html", "x.SVG")}
        assert {name: answer.status for name, answer in found.items() if answer} == {
            "notes.txt": 200, "x.html": 404, "x.SVG": 404
        }  # fmt: skip


@pytest.mark.parametrize("student", pages.ATTACKS)
def test_a_browser_runs_nothing_of_a_student(graded, browser, student):
    room, client, _ = graded
    browser.left.clear()
    assert dialogs(browser, submission_page(room, client, student)) == []
    (page,) = converters.feedback(config.load(room.folder), ASSIGNMENT, student)
    assert dialogs(browser, page.as_uri()) == []
    assert browser.left == []


def test_a_browser_would_run_it_unsanitised(graded, browser, tmp_path):
    """The control: the same outputs as they were written, in a formgrader without our configuration."""
    room, _, _ = graded
    path = room.folder / "autograded" / "alice" / ASSIGNMENT / "small.ipynb"
    notebook = room.autograded("alice")
    notebook.cells[1].outputs = [new_output("display_data", data={"text/html": pages.ACTIVE})]
    path.chmod(0o644)
    nbformat.write(notebook, path)
    (room.folder / config.FILE).write_text("c = get_config()\nc.CourseDirectory.course_id = 'test-course'\n")
    with formgrader(room.folder, tmp_path) as client:
        assert "1" in dialogs(browser, submission_page(room, client, "alice"))
    assert any("example.org" in address for address in browser.left)
