"""The controls of what our own stages stop: the same class, graded by the same command, without them.

The kernels are the sandboxed ones here too; what is left out is what reads, sanitises and marks.
"""

import json
import shutil
import time

import pytest

from course import sheet as sheets
from course.exercises import find
from course.grading import config
from course.grading.marks.batch import mark_sheet
from course.grading.marks.context import ExerciseContext
from course.grading.stages.collect import bundles
from course.html.sanitise import _CLEANER
from course.reporting.mime import CARD_MIME
from tests.browser import chromium
from tests.grading.classroom import RELU, name_of
from tests.redteam import machine, marks, notebooks, pages, tricks
from tests.redteam.attack import Attack
from tests.redteam.room import CONFIG, hand_in
from tests.redteam.server import TOKEN, formgrader
from tests.redteam.test_formgrader import boxes, dialogs, submission_page

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]
UNDEFENDED = CONFIG.replace(
    "use_stages(c)",
    """c.Autograde.sanitize_preprocessors = [
    f"nbgrader.preprocessors.{name}" for name in ("ClearOutput", "OverwriteKernelspec", "OverwriteCells")]
c.Autograde.autograde_preprocessors = [
    "course.grading.stages.tell_kernel.TellKernel", "course.grading.stages.execute.RunNotebook", "nbgrader.preprocessors.SaveAutoGrades"]""",
)
# The graded cell's last value is 0.0, which is what nbgrader takes for the points.
EARNS = ("displayhook", "execute-result", "transformer", "formatters", "idle-too-early", "output-widget",
         "replies-itself", "clears-output", "replayed")  # fmt: skip
# Of these a friend's sheet is somewhere in the notebook: whoever believed it, or its names, would give everything.
BELIEVED = ("begin-as-friend", "publisher-patched", "sheet-before", "sheet-after", "sheet-instead",
            "sheet-elsewhere", "sheet-from-a-thread", "sheet-updated-later", "sheet-of-another-exercise",
            "sheet-of-letters", "updates-display")  # fmt: skip
SAYS_POINTS = ("json-patched", "sheet-with-points")
CARDS = ("card-in-graded-cell", "card-elsewhere")
TWICE = ("sheet-twice",)
NOTHING_HANDED = ("submit-patched", "display-patched")
STOPS = ("checksum", "own-checksum", "odd-metadata")
ATTACKS = {
    name: (marks.ATTACKS | tricks.ATTACKS | notebooks.ATTACKS)[name]
    for name in (*EARNS, *BELIEVED, *SAYS_POINTS, *CARDS, *TWICE, *NOTHING_HANDED, *STOPS, "attachments")
} | pages.ATTACKS
# What nbconvert shows as it came (SVG as a picture); a picture with strange metadata keeps all from being shown.
RUNS = ("html", "javascript", "markdown-output")
ATTACKS |= {f"only-{kind}": Attack(last=pages.KINDS[kind]) for kind in RUNS}


@pytest.fixture(scope="module")
def undefended(released, tmp_path_factory):
    """Graded without what defends."""
    made = released.copy(tmp_path_factory.mktemp("undefended") / "course")
    (made.folder / config.FILE).write_text(UNDEFENDED)
    for student in ("some", "alice"):
        made.submit(student, Attack())
    hand_in(made, ATTACKS)
    made.grade()
    return made


def handed(room, student):
    """All sheets in a notebook, wherever they are."""
    return [bundle for cell in room.autograded(student).cells for bundle in bundles(cell)]


def test_honest_work_earns_what_its_cell_says(undefended):
    assert (undefended.score("some"), undefended.score("alice")) == (0.0, 0.0)


@pytest.mark.parametrize("student", EARNS)
def test_the_points_are_where_a_student_can_put_them(undefended, student):
    assert undefended.score(student) == 11.0


@pytest.mark.parametrize("student", BELIEVED)
def test_a_marker_that_believes_a_sheet_gives_everything(undefended, student):
    course, exercise = config.load(undefended.folder), find("mlp/relu-sgd")
    points = [
        mark_sheet(
            ExerciseContext(course, exercise, sheets.decode(bundle).student or student, [bundle])
        ).report.points
        for bundle in handed(undefended, student)
    ]
    assert max(points) == 11.0


@pytest.mark.parametrize("student", SAYS_POINTS)
def test_a_marker_that_reads_points_finds_them(undefended, student):
    assert [json.loads(bundle)["points"] for bundle in handed(undefended, student)] == [11.0]


def test_a_marker_that_takes_every_sheet_marks_one_twice(undefended):
    assert len(handed(undefended, "sheet-twice")) == 2


@pytest.mark.parametrize("student", CARDS)
def test_a_forged_card_is_where_the_courses_own_would_be(undefended, student):
    cards = [
        (name_of(cell), output.data[CARD_MIME])
        for cell in undefended.autograded(student).cells
        for output in cell.get("outputs", [])
        if CARD_MIME in output.get("data", {})
    ]
    assert all(card["points"] == 11.0 for _, card in cards)
    assert (RELU in [name for name, _ in cards]) == (student == "card-in-graded-cell")
    assert cards


@pytest.mark.parametrize("student", NOTHING_HANDED)
def test_no_sheet_comes_out_and_nobody_is_told(undefended, student):
    assert handed(undefended, student) == []
    assert undefended.results[student]["review"] == {}


@pytest.mark.parametrize("student", STOPS)
def test_the_edit_keeps_it_from_being_graded(undefended, student):
    assert undefended.results[student]["score"] is None


@pytest.fixture(scope="module")
def shown(undefended, tmp_path_factory):
    """The formgrader as nbgrader has it, on that class, and a browser."""
    with formgrader(undefended.folder, tmp_path_factory.mktemp("server")) as client, chromium() as browser:
        yield undefended, client, browser


@pytest.mark.parametrize("student", ["page-text", "page-cover", *(f"only-{kind}" for kind in RUNS)])
def test_a_browser_runs_what_a_student_wrote(shown, student):
    room, client, browser = shown
    browser.left.clear()
    found = dialogs(browser, submission_page(room, client, student))
    expected = {"page-cover": "the page is covered"}.get(student, "1")
    assert expected in found or browser.left


@pytest.mark.parametrize("name", ["x.html", "x.SVG", "x.xpdl"])
def test_a_browser_runs_the_files_of_a_student(shown, name):
    room, client, browser = shown
    page = submission_page(room, client, "page-files").partition("?")[0]
    assert "1" in boxes(browser, f"{page}{name}?token={TOKEN}")


def test_a_forged_card_looks_like_one(shown):
    room, client, browser = shown
    with browser.page() as page:
        page.goto(submission_page(room, client, "page-card"))
        assert pages.CARD in page.inner_text(".course-card")


def test_an_answer_is_shown_as_what_it_is(undefended):
    """Its script is in the sheet, and so in the card's data: the card's page is what escapes it."""
    (bundle,) = handed(undefended, "page-answers")
    context = ExerciseContext(config.load(undefended.folder), find("mlp/relu-sgd"), "page-answers", [bundle])
    report = mark_sheet(context).report
    assert "<script>alert(1)</script>" in report.steps["z1"].yours + report.steps["direction"].yours


@pytest.mark.parametrize("student", ["attachments", "page-outputs"])
def test_a_picture_keeps_the_submission_from_being_shown(shown, student):
    """One that is missing, and one whose size is no number."""
    room, client, browser = shown
    with browser.page() as page:
        answer = page.goto(submission_page(room, client, student))
        assert answer is not None
        assert answer.status == 500


def test_the_parser_takes_ever_longer():
    """Three times as many open boxes take nine times as long, and not three times."""

    def seconds(count):
        start = time.process_time()
        _CLEANER.clean("<div>" * count)
        return time.process_time() - start

    assert seconds(24_000) > 4.5 * seconds(8_000)


def test_a_program_of_the_solution_works_for_a_student_who_can_read_it(released, tmp_path):
    """Where the solution is what was released, everything that it compiles is kept."""
    made = released.copy(tmp_path / "course")
    for student in ("alice", "some", "solution-program"):
        made.submit(student, machine.READING.get(student, Attack()))
    shutil.copy(made.folder / "source/small/small.ipynb", made.folder / "release/small/small.ipynb")
    made.grade()
    made.grade("--force")
    assert "REACHED" in made.outputs("solution-program")
