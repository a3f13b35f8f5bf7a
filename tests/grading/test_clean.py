"""What a student wrote is harmless once it is written: looked at as the instructor's browser would parse it."""

import json
from html.parser import HTMLParser

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters import markdown2html
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course.grading.stages import mime_bundles
from course.grading.stages.sanitise import sanitise

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "# <svg/onload=alert(1)>",
    "<b onclick=alert(1)>b</b>",
    "<<script>script>",
    "<!--><script>alert(1)</script>-->",
    "| a |\n|---|\n| <iframe src=x> |",
    "\\begin{a}<img src=x onerror=1>\\end{a}",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt&colon;alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](&#x6a;avascript&#x3a;alert(1))",
    "[a](java&Tab;script:alert(1))",
    "[a](java&NewLine;script:alert(1))",
    "[a](javascript\\:alert(1))",
    "[a](\x01javascript:alert(1))",
    "[a]( <javascript:alert(1)>)",
    "[a](<java\tscript:alert(1)>)",
    "[a][r]\n\n[r]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "![a](javascript:alert(1))",
    "[a](vbscript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "![a](data:image/svg+xml;base64,PHN2Zz4=)",
]


class Reader(HTMLParser):
    """Collects what would run, or load something, in a page."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag in {"script", "iframe", "object", "embed", "svg", "style", "form", "base", "meta", "link"}:
            self.found.append(tag)
        for name, value in attrs:
            # A browser leaves out control characters and white space before it looks at the scheme.
            address = "".join(c for c in (value or "") if c > " ").lower()
            if name.startswith("on") or address.startswith(
                ("javascript:", "vbscript:", "data:text", "data:image/svg")
            ):
                self.found.append((tag, name, value))


def active(page):
    reader = Reader()
    reader.feed(page)
    return reader.found


@pytest.mark.parametrize("attack", ATTACKS)
def test_markdown_cannot_run_anything(attack):
    assert active(markdown2html(mime_bundles.markdown(attack))) == []


@pytest.mark.parametrize("attack", [ATTACKS[0], ATTACKS[1], ATTACKS[8], ATTACKS[9]])
def test_the_attacks_work_where_nothing_is_cleaned(attack):
    assert active(markdown2html(attack))


@given(
    st.lists(
        st.sampled_from([*"<>/!&;:()[]`$\n ", "script", "img", "b", "onerror=", "javascript", "&colon;", "a"]),
        max_size=25,
    )
)
def test_no_mixture_of_pieces_runs(pieces):
    assert active(markdown2html(mime_bundles.markdown("".join(pieces)))) == []


@given(st.text(max_size=80))
def test_cleaning_twice_changes_nothing_more(text):
    once = mime_bundles.markdown(text)
    assert mime_bundles.markdown(once) == once


@pytest.mark.parametrize(
    "text",
    ["$a < b$ and 1 < 2", "**bold** `x <= y` [link](https://example.org)", "<br> <sub>1</sub> <details>", "R&D; a & b &amp; &lt;",
     "> quoted\n\n- item", "<https://example.org/a?b=c>", "the data: 3 points", "no script here"],
)  # fmt: skip
def test_harmless_markdown_stays_as_it_is(text):
    assert mime_bundles.markdown(text).replace("R& D;", "R&D;") == text


def test_a_picture_that_is_not_there_does_not_stop_nbconvert():
    text = "![a](attachment:a.png) ![b](attachment:b.png)"
    assert mime_bundles.markdown(text, ["a.png"]) == "![a](attachment:a.png) ![b](about:blank)"


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "text/markdown", "text/latex"])
def test_displays_cannot_run_anything(kind):
    attack = '<svg onload="alert(1)"><script>alert(1)</script><a href="javascript:alert(1)">x</a></svg>'
    shown = mime_bundles.bundle({kind: attack}).get(kind, "")
    page = markdown2html(shown) if kind == "text/markdown" else shown
    assert [item for item in active(page) if item != "svg"] == []


@pytest.mark.parametrize(
    "kind",
    ["application/javascript", "text/vnd.mermaid", "application/vnd.jupyter.widget-view+json", "application/pdf",
     "application/vnd.course.card+json", "application/vnd.course.sheet+json", "text/plain; x=1", "TEXT/HTML"],
)  # fmt: skip
def test_unknown_and_private_types_go(kind):
    assert mime_bundles.bundle({kind: "<script>alert(1)</script>", "text/plain": "kept"}) == {"text/plain": "kept"}


def test_pictures_are_pictures():
    assert mime_bundles.bundle({"image/png": PNG[:20] + "\n" + PNG[20:]}) == {"image/png": PNG}
    assert mime_bundles.bundle({"image/png": '"><script>alert(1)</script>'}) == {}
    assert mime_bundles.bundle({"image/png": ["iVBO", "Rw=="]}) == {"image/png": "iVBORw=="}
    for nothing in (None, 3, [], {"text/plain": 7}, {"text/plain": [1]}):
        assert mime_bundles.bundle(nothing) == {}


def test_a_notebook_keeps_its_work_and_loses_its_surroundings():
    script = "<script>alert(1)</script>"
    picture = new_output(
        "display_data",
        data={"image/png": PNG},
        metadata={"image/png": {"width": 9, "x": script}, "alt": f"a{script}"},
    )
    cells = [
        new_code_cell("x = 1", outputs=[picture, new_output("stream", name=script, text="text")], metadata={"tags": [script]}),
        new_markdown_cell(f"text {script}", attachments={"a.png": {"image/png": PNG, "text/html": script}}),
        new_code_cell("y", id="same"),
    ]  # fmt: skip
    notebook = new_notebook(
        cells=cells,
        metadata={"title": script, "widgets": {}, "kernelspec": {"name": "python3", "display_name": "P"}},
    )
    notebook.cells[0].execution_count = script
    notebook.cells[1].id = 'x" onload="alert(1)'
    notebook.cells[2].cell_type = "raw"
    sanitise(notebook)
    nbformat.validate(notebook)
    assert "<script" not in json.dumps(notebook)
    assert "onload" not in json.dumps(notebook)
    assert notebook.cells[0].source == "x = 1"
    assert notebook.cells[0].outputs[0].data == {"image/png": PNG}
    assert notebook.cells[0].outputs[0].metadata["image/png"] == {"width": 9}
    assert notebook.cells[0].outputs[1].name == "stdout"
    assert notebook.cells[1].attachments == {"a.png": {"image/png": PNG}}
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.cells[2].cell_type == "markdown"


def test_an_answer_that_nobody_touched_is_still_known_as_such(released):
    notebook = released.released
    before = {cell.id: cell.source for cell in notebook.cells if "nbgrader" in cell.metadata}
    sanitise(notebook)
    assert {cell.id: cell.source for cell in notebook.cells if "nbgrader" in cell.metadata} == before
