"""The whole way on a JupyterHub, as an instructor and two students see it: every step through the page."""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser import violations
from tests.e2e.hub import ASSIGNMENT, PATIENCE, Instructor, Student, running
from tests.grading.classroom import PERFECT_BACKPROP, numbers, written

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE)
COURSE = "hub-course"
PRACTICE = """given, sheet = exercise("mlp/relu-sgd", practice=1)
sheet.a1 = given.W1 @ np.array([1, *given.x])
submit(sheet)"""
BROKEN = """def forward(params, x, phi):
    return params[7]

sheet.forward = forward"""
DRAWN = "plt.plot([1, 2]); plt.show()"
# What axe finds in JupyterLab 4.6 and nbgrader 0.9 themselves; more than these would be new.
UPSTREAM = {
    "aria-allowed-attr", "aria-input-field-name", "aria-required-children", "color-contrast", "heading-order",
    "region", "scrollable-region-focusable", "aria-required-parent", "nested-interactive",
}  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with running(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


def fill(student, notebook, answers, functions):
    """Answer the notebook with the student's own numbers, run it, and look at what it says."""
    expect(student.page.locator(".jp-Dialog")).to_have_count(0)
    expect(notebook.panel.get_by_role("button", name="Python 3 (ipykernel)")).to_be_visible()
    notebook.write(notebook.cell("Fill your sheet."), answers)
    notebook.write(notebook.cell("Write your functions."), functions)
    notebook.write(notebook.cell("Practise here."), PRACTICE)
    notebook.write_text(
        "YOUR ANSWER HERE", "One sweep back reuses the local errors: the cost is that of the edges."
    )
    notebook.run_all()


def outputs(notebook):
    """What our own cells show, on the screen or below it."""
    return notebook.panel.locator(".jp-OutputArea-output .gb")


def test_the_whole_way(hub, web):
    instructor = Instructor(hub, web, "instructor")
    frame = instructor.formgrader()
    row = frame.locator("#main-table tr", has_text=ASSIGNMENT)
    instructor.press(row.locator("td.assign a"))
    instructor.press(row.locator("td.release a"))
    expect(row.locator("td.status")).to_have_text("released")

    alice, bob = (Student(hub, web, name) for name in ("alice", "bob"))
    expect(alice.page.locator(".lm-MenuBar-itemLabel", has_text="Nbgrader")).to_be_visible()
    bob.menu("Settings", "Theme", "JupyterLab Dark")
    for student in (alice, bob):
        student.page.locator(".lm-MenuBar-itemLabel", has_text="Nbgrader").click()
        expect(student.page.locator(".lm-Menu-itemLabel", has_text="Formgrader")).to_have_count(0)
        student.page.keyboard.press("Escape")

    # Both have their own numbers, and hear what was read of them.
    books = {student.name: student.fetch() for student in (alice, bob)}
    fill(alice, books["alice"], written(numbers("alice", course=COURSE)), PERFECT_BACKPROP)
    fill(bob, books["bob"], written(numbers("bob", course=COURSE, relu=False)), BROKEN)
    shown = {name: outputs(book).all_text_contents() for name, book in books.items()}
    for name, texts in shown.items():
        assert texts[0].strip() == f"These are the numbers of {name}."
        assert "Receipt for mlp/relu-sgd: 10 of 10 answers can be read." in texts[2]
        assert "Nothing is missing." in texts[2]
    assert texts_of_given(shown["alice"]) != texts_of_given(shown["bob"])
    assert "Receipt for mlp/backprop: 2 of 2 answers can be read." in shown["alice"][4]
    assert "forward stopped in line 2 of its cell" in shown["bob"][4]
    assert "IndexError" in shown["bob"][4]
    # Practice is marked at once, by the service, on other numbers.
    expect(books["alice"].panel.get_by_text("practice numbers of alice, round 1").last).to_be_visible()
    assert "exact" in books["alice"].panel.locator(".course-card").inner_text()
    for name, student in (("alice", alice), ("bob", bob)):
        assert violations(student.page, ".gb") == [], name
        assert {line.split()[0] for line in violations(student.page)} <= UPSTREAM, name

    books["alice"].validate()
    assert "Success! Your notebook passes all the tests." in alice.dialog()
    books["bob"].save()
    for student in (alice, bob):
        assert COURSE in student.submit()

    # The instructor collects, and grades with the formgrader's button: in the sandbox.
    instructor.press(row.locator("td.collect a"))
    expect(row.locator("td.num-submissions")).to_have_text("2")
    row.locator("td.num-submissions a").click()
    for name, score in (("alice", "17 / 20"), ("bob", "10.5 / 20")):
        mine = frame.locator("#main-table tr", has=frame.locator("td.student-id", has_text=name))
        said = instructor.press(mine.locator("td.autograde a"))
        assert "course-zygote" in said
        expect(mine.locator("td.score")).to_have_text(score)
        expect(mine.locator("td.status")).to_have_text("needs manual grading")
    look_at_a_submission(instructor, frame)
    for action in ("generate-feedback", "release-feedback"):
        instructor.manage_assignments()
        instructor.press(frame.locator(f"#main-table td.{action} a"))

    # Both read their feedback in JupyterLab.
    page, path = bob.feedback()
    expect(page.locator(".total")).to_have_text("10.5 of 20 points", timeout=PATIENCE)
    expect(page.get_by_text("The ReLU is missing").first).to_be_visible()
    expect(page.locator("tr.course-follows .course-state").first).to_contain_text("follows")
    page, _ = alice.feedback()
    expect(page.locator(".total")).to_have_text("17 of 20 points", timeout=PATIENCE)
    for scheme in ("light", "dark"):
        with web.page(color_scheme=scheme) as alone:
            alone.goto(path.as_uri())
            assert violations(alone) == []

    report(hub, web)
    assert web.left == []


def texts_of_given(texts):
    """The picture of the network, whose labels are the numbers."""
    return re.findall(r"−?\d+", texts[1])


def look_at_a_submission(instructor, frame):
    """What the instructor sees of bob: the card, with mathematics drawn."""
    frame.locator("a", has_text="Manual Grading").click()
    for _ in range(2):
        frame.locator("#main-table td.name a, #main-table td a", has_text=ASSIGNMENT).first.click()
    frame.locator("#main-table td a", has_text="Submission").first.click()
    card = frame.locator(".course-card").first
    expect(card.locator("h3")).to_have_text("One step of SGD through a ReLU network")
    assert frame.locator("math").count() > 20
    grader = next(frame for frame in instructor.page.frames if "/formgrader/submissions/" in frame.url)
    assert "$" not in grader.evaluate("document.querySelector('.course-card').innerText")
    assert violations_within(grader, ".course-card") == []
    frame.locator("a", has_text="Manual Grading").click()  # the only way back from here


def violations_within(frame, selector):
    from axe_playwright_python.sync_playwright import Axe

    frame.evaluate(Axe().axe_script)
    return frame.evaluate("s => axe.run(s).then(found => found.violations.map(v => v.id))", selector)


def report(hub, web):
    """The class report of the instructor."""
    course, page = hub.folder / "course", hub.folder / "report.html"
    call = [sys.executable, "-m", "course.cli", "report", ASSIGNMENT, "--output", str(page)]
    subprocess.run(call, cwd=course, check=True, capture_output=True, timeout=300)
    with web.page() as shown:
        shown.goto(page.as_uri())
        assert "bob" in shown.locator("body").inner_text()
