"""The feedback page in Chromium: light, dark, narrow and on paper; nothing runs, nothing is asked for elsewhere."""

import pytest
from nbformat.v4 import new_output

from course.reporting.card import card_page, read_card
from course.reporting.exporter import FeedbackExporter
from course.reporting.mime import CARD_MIME
from tests.browser import scrolls_sideways, violations

SCRIPT = "<img src=x onerror='window.ran = 1'><script>window.ran = 1</script><b onclick='window.ran = 1'>bold</b>"
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
TRACEBACK = ["NameError Traceback", "Cell In[4], line 1\n----> 1 lost\n", "NameError: name 'lost' is not defined"]


@pytest.fixture
def path(tmp_path, export, card_cell, cell, monkeypatch):
    """A page with everything in it that a page can have."""
    made = []
    original = FeedbackExporter.from_notebook_node
    monkeypatch.setattr(
        FeedbackExporter, "from_notebook_node", lambda *a, **k: made.append(original(*a, **k)) or made[-1]
    )
    error = new_output("error", ename="NameError", evalue="name 'lost' is not defined", traceback=TRACEBACK)
    figure = new_output("display_data", data={"image/png": DOT, "text/plain": "A picture. Descent."})
    table = "<table><caption>wide</caption><tr>" + "<td>0123456789</td>" * 30 + "</tr></table>"
    failing = cell("code", "lost", outputs=[error])
    failing.execution_count = 4
    export(
        cell("markdown", "# Lesson\n\n## Part\n\nLet $a^{(1)} = W x$ and\n\n$$\\sum_{i=1}^n x_i$$\n\n" + SCRIPT),
        card_cell,
        failing,
        cell("code", "plot()", outputs=[figure]),
        cell("code", "show()", outputs=[new_output("display_data", data={"text/html": SCRIPT + table})]),
        cell("code", "count()", outputs=[new_output("stream", text="\n".join(map(str, range(60))))]),
        cell("markdown", "Because.", "mlp--why-backprop--written", grade=True, solution=True, points=3.0),
        score=6.5,
        max_score=14.0,
    )
    page = tmp_path / "feedback.html"
    page.write_text(made[-1][0], "utf-8")
    return page


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1100), ("dark", 1100), ("light", 480)], ids=["light", "dark", "narrow"]
)
def test_everybody_can_read_the_page(web, path, scheme, width):
    with web.page(viewport={"width": width, "height": 900}, color_scheme=scheme) as page:
        page.goto(path.as_uri())
        assert page.locator("details.course-worked[open]").count() == 0  # folded until it is wanted
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert violations(page) == []
        assert scrolls_sideways(page) == []
        page.locator(".course-worked .course-result").last.wait_for()
        assert page.get_by_text("The ReLU is missing").first.is_visible()
        assert page.get_by_text("NameError: name 'lost' is not defined (line 1 of this cell)").is_visible()
        assert page.locator("img[alt='A picture. Descent.']").count() == 1
        drawn = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert drawn == ("rgb(13, 17, 23)" if scheme == "dark" else "rgb(243, 245, 248)")
    assert web.left == []


def test_scripts_of_a_student_never_run(web, path):
    with web.page() as page:
        page.goto(path.as_uri())
        page.get_by_text("bold").last.click()
        assert page.evaluate("window.ran") is None
        assert page.locator("script").count() == 0
        # The page forbids what the cleaner might one day let through.
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'ran = 1'}))")
        assert page.evaluate("window.ran") is None


def test_on_paper_it_is_black_on_white_and_nothing_to_click(web, path):
    with web.page(color_scheme="dark") as page:
        page.goto(path.as_uri())
        page.emulate_media(media="print")
        colours = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
        assert page.locator("body").evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
        assert not page.locator(".back").first.is_visible()
        assert page.locator(".course-card table").is_visible()


@pytest.mark.parametrize("light", ["true", "false"], ids=["light", "dark"])
def test_a_card_by_itself_reads_well_in_a_notebook_of_either_theme(web, mixed_bundle, light):
    paper, ink = ("#fff", "#000000de") if light == "true" else ("#111", "#fff")  # JupyterLab's own
    body = (
        f'<body data-jp-theme-light="{light}" style="background: {paper}; color: {ink}"><main><h1>h</h1><h2>h</h2>'
    )
    card = card_page(read_card(mixed_bundle[CARD_MIME]))
    with web.page(viewport={"width": 720, "height": 900}) as page:
        page.set_content(
            f'<!doctype html><html lang="en"><head><title>t</title></head>{body}{card}</main></body></html>'
        )
        assert violations(page) == []
        assert scrolls_sideways(page) == []
        drawn = page.locator(".course-card").evaluate("e => getComputedStyle(e).backgroundColor")
        assert drawn == ("rgb(255, 255, 255)" if light == "true" else "rgb(22, 27, 34)")
