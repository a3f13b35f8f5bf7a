"""The formgrader's page of a submission: mathematics drawn, nothing asked for elsewhere, the keyboard taken."""

import re

import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from course.reporting import use_feedback
from course.reporting.mime import CARD_MIME
from tests.browser import chromium

TEXT = "## Section\n\nA layer computes $a = W z$, and $$\\frac{1}{2}$$\n\n`$not$` <script>alert(1)</script>"


def output(**data):
    return new_output("display_data", data={mime.replace("_", "/"): value for mime, value in data.items()})


def page_of(configured: bool = True) -> str:
    """The page, as the formgrader makes it: its template and folder are set after the course's configuration."""
    settings = Config()
    if configured:
        use_feedback(settings)
    settings.HTMLExporter.template_name = "formgrade"
    settings.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    card = output(text_html="<style>b{}</style><p>costs $5 and $6</p>")
    card["data"][CARD_MIME] = {}
    cells = [
        new_markdown_cell(TEXT),
        new_code_cell(
            "x", outputs=[output(text_html="<p>Given $x = 3$</p>"), output(text_latex="$\\hat y$"), card]
        ),
    ]
    about = dict.fromkeys(("base_url", "notebook_path", "last_name", "first_name", "submission_id"), "/")
    about |= {"assignment_id": "one", "notebook_id": "one", "student": "alice", "index": 0, "total": 1}
    return HTMLExporter(config=settings).from_notebook_node(new_notebook(cells=cells), resources=about)[0]


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", "")


def test_mathematics_is_drawn_without_asking_elsewhere():
    page = BeautifulSoup(page_of(), "html.parser")
    assert page("math")[0].get_text().replace(" ", "") == "a=Wz"
    assert len(page("math")) == 4
    assert not page(src=re.compile("^https?:"))
    assert not page("link", href=re.compile("^https?:"))
    assert "costs $5 and $6" in page.get_text()  # a card has its own mathematics
    assert "$not$" in page.get_text()
    assert "alert(1)" not in str(page("script"))
    assert [heading.name for heading in page(["h1", "h2", "h3"])] == ["h2"]


def test_without_the_configuration_the_page_asks_elsewhere():
    assert "cdnjs.cloudflare.com" in page_of(configured=False)


def test_the_formgrader_is_told_that_mathematics_is_ready():
    script = next(s for s in BeautifulSoup(page_of(), "html.parser")("script") if "MathJax" in s.get_text())
    with chromium() as web, web.page() as page:
        page.evaluate(script.get_text())
        waits = "new Promise(ready => MathJax.Hub.Startup.signal.Interest(message => ready(message)))"
        assert page.evaluate(waits) == "End"
        assert not web.said
