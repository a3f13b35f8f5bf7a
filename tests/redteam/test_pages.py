"""What the instructor's browser gets of a submission, in the formgrader and in the feedback: nothing that runs."""

import re
import time

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from course.grading import config
from course.grading.engine import converters
from course.grading.stages import sanitise as sanitise_cells
from course.html import mathml, notebook_cells, sanitise
from tests.redteam import pages
from tests.redteam.attack import ASSIGNMENT
from tests.redteam.room import PICTURE, PICTURE_OF_OURS, kept_files

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
LOOKED_AT = ["alice", *pages.ATTACKS]


def formgrader(room, student) -> BeautifulSoup:
    """The formgrader's page of a submission, by the exporter that it uses."""
    settings = Config()
    settings.HTMLExporter = Config(
        {"template_name": "formgrade", "extra_template_basedirs": [handlers.template_path]}
    )
    with Gradebook(config.load(room.folder).db_url) as gradebook:
        submission = gradebook.find_submission_notebook("small", ASSIGNMENT, student).id
    about = dict.fromkeys(("base_url", "notebook_path", "last_name", "first_name"), "/")
    about |= {"assignment_id": ASSIGNMENT, "notebook_id": "small", "submission_id": submission, "student": student}
    path = room.folder / "autograded" / student / ASSIGNMENT / "small.ipynb"
    exporter = HTMLExporter(config=settings)
    text, _ = exporter.from_filename(str(path), resources=about | {"index": 0, "total": 1})
    return BeautifulSoup(text, "html.parser")


def active(page: BeautifulSoup) -> list[str]:
    """Everything in a page that runs, loads or sends something."""
    found = [
        str(tag)[:80]
        for tag in page.find_all(["script", "iframe", "object", "embed", "base", "form", "link", "meta"])
    ]
    for tag in page.find_all(True):
        found += [
            f"{name}={value}" for name, value in tag.attrs.items() if name.startswith("on") or name == "srcdoc"
        ]
        goals = [str(tag.get(name, "")) for name in ("href", "src", "formaction", "action", "xlink:href")]
        found += [goal for goal in goals if re.match(r"\s*(java|vb)script:|data:text", goal, re.IGNORECASE)]
    return found


@pytest.fixture(scope="module")
def honest(room):
    return active(formgrader(room, "alice"))


@pytest.mark.parametrize("student", pages.ATTACKS)
def test_the_formgrader_shows_nothing_that_runs(room, honest, student):
    def same(text: str) -> str:
        return re.sub(r"[0-9a-f]{6,}|\d+|alice|page-\w+", "", text)

    allowed = set(map(same, honest))
    found = [text for text in active(formgrader(room, student)) if same(text) not in allowed]
    assert found == []


def test_the_formgrader_would_show_what_was_not_sanitised(room, honest):
    """The control: the same outputs and the same text as they were written."""
    path = room.folder / "autograded" / "alice" / ASSIGNMENT / "small.ipynb"
    before = path.read_text()
    notebook = room.autograded("alice")
    notebook.cells[1].outputs = [new_output("display_data", data={"text/html": pages.ACTIVE})]
    notebook.cells[-1].source = pages.ATTACKS["page-text"].text
    nbformat.write(notebook, path)
    try:
        assert len(active(formgrader(room, "alice"))) > len(honest) + 10
    finally:
        path.write_text(before)


def test_the_feedback_shows_nothing_that_runs(room):
    course = config.load(room.folder)
    for student in pages.ATTACKS:
        for path in converters.feedback(course, ASSIGNMENT, student):
            page = BeautifulSoup(path.read_text(), "html.parser")
            assert [text for text in active(page) if not text.startswith("<meta")] == []
            assert not page.find("meta", {"http-equiv": "refresh"})


def test_nothing_is_drawn_over_what_stands_around_it(room):
    """A browser's view of it is in `test_formgrader.py`."""
    text = room.outputs("page-cover")
    assert text.count("COVER") == len(pages.COVERS)
    assert not re.search(r"padding|border|margin|position|calc|\D-\d", text[text.index("COVER") - 100 :])


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("color: red; padding: 2px", "color: red"),
        ("margin-top:-5px;color:red", "color:red"),
        ("width: -moz-calc(1px)", ""),
        ("background-color: rgb(1, 2, 3)", "background-color: rgb(1, 2, 3)"),
    ],
)
def test_of_a_style_what_changes_the_words_themselves_stays(written, kept):
    made = BeautifulSoup(sanitise.clean(f'<span style="{written}">x</span>'), "html.parser")
    found = str(made.span.get("style", "")).replace(" ", "") if made.span else None
    assert found == kept.replace(" ", "")


def odd_formulas(page: BeautifulSoup) -> list[str]:
    """What in the formulas of a page is more than a formula: links, classes, styles, ids, far-off places."""
    return [
        f"{name}={value}"
        for tag in page.select("math, math *")
        for name, value in tag.attrs.items()
        if name in {"href", "style", "id", "voffset", "mathbackground", "src"}
        or (name == "class" and value != ["value"])  # of the course's own card
        or re.search(r"-\s*[1-9]|(?<![\d.])\d{3}|[;:()]", str(value))
    ]


def test_commands_in_formulas_become_no_links_and_no_places(room):
    (path,) = converters.feedback(config.load(room.folder), ASSIGNMENT, "page-formulas")
    for page in (formgrader(room, "page-formulas"), BeautifulSoup(path.read_text(), "html.parser")):
        assert len(page.select("math")) >= 3 * len(pages.FORMULAS)
        assert odd_formulas(page) == []


def test_commands_in_formulas_would_become_links_and_places():
    """The control: the same formulas as the converter gives them."""
    made = [BeautifulSoup(mathml.to_mathml(latex), "html.parser") for latex in pages.FORMULAS]
    assert len([page for page in made if odd_formulas(page)]) >= 6
    assert active(made[0]) == ["javascript:alert(1)"]


def test_formulas_keep_what_sets_them():
    made = sanitise.formula(r"\color{red}{a}\!b\quad\begin{array}{c|c}1&2\end{array}", display=True)
    for kept in ('mathcolor="red"', 'width="negativethinmathspace"', 'width="1em"', 'columnlines="solid"'):
        assert kept in made


def test_html_that_takes_minutes_to_read_is_left_out(room):
    assert "An output of 160000 elements is left out." in room.outputs("page-deep")
    table = "<table>" + "<tr><td>1</td><td>2</td></tr>" * 2000 + "</table>"
    assert sanitise.clean(table).count("<td>") == 4000


def test_markdown_takes_ever_longer():
    """The control of `page-brackets`; that it is ended where it takes too long is in `../test_confined.py`."""

    def seconds(text):
        start = time.process_time()
        notebook_cells.markdown(text, notebook_cells.Headings())
        return time.process_time() - start

    assert seconds(2 * pages.BRACKETS) > 2.5 * seconds(pages.BRACKETS)


def test_html_without_end_is_cut_at_what_one_notebook_may_have():
    big = "<b>x</b>" * 5000
    shown = [new_output("display_data", data={"text/html": big, "text/plain": "y"}) for _ in range(200)]
    notebook = new_notebook(cells=[new_code_cell("x", outputs=[output]) for output in shown])
    sanitise_cells.sanitise(notebook)
    kept = [cell.outputs[0].data for cell in notebook.cells]
    assert sum("text/html" in data for data in kept) == sanitise_cells.MOST_HTML // len(big)
    assert all(data["text/plain"] == "y" for data in kept)


def test_files_that_a_browser_would_run_are_not_kept(room):
    assert kept_files(room) == {"small.ipynb", "notes.txt", PICTURE}


def test_files_of_the_instructor_are_released_and_lie_there_unchanged(room):
    for folder in (room.folder / "release", room.folder / "autograded" / "page-files"):
        assert (folder / ASSIGNMENT / PICTURE).read_text() == PICTURE_OF_OURS


def test_a_forged_card_does_not_look_like_one(room):
    """Its words may stay; the shape of the course's own card may not."""
    (path,) = converters.feedback(config.load(room.folder), ASSIGNMENT, "page-card")
    page = BeautifulSoup(path.read_text(), "html.parser")
    assert pages.CARD in page.text
    assert len(page.select(".course-card")) == 1
    assert not any(pages.CARD in card.text for card in page.select("[class*=course-card]"))
