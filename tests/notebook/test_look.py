"""What a notebook shows of our own, in Chromium: nothing sticks out at 720 pixels, nothing that axe objects to."""

import html
import re

import pytest

from course.exercises import CATALOGUE
from course.html import mathml
from course.notebook import output, submit_sheet, view
from tests.browser import scrolls_sideways, violations

# JupyterLab's own colours of text and paper, light and dark.
PAGE = """<!doctype html><html lang="en"><head><title>Exercises</title><style>
body {{ margin: 0; padding: 10px; font: 14px/1.5 sans-serif; color: #000000de; background: #fff }}
@media (prefers-color-scheme: dark) {{ body {{ color: #fff; background: #111 }} }}
</style></head><body><main><h1>Exercises</h1><h2>All of them</h2>{}</main></body></html>"""
UNTOUCHED = re.compile(r"(<svg.*?</svg>|<style.*?</style>|<code>.*?</code>)", re.DOTALL)


def typeset(text):
    parts = UNTOUCHED.split(text)
    parts[::2] = [
        re.sub(r"\$([^$]+)\$", lambda m: mathml.to_mathml(html.unescape(m[1])), part) for part in parts[::2]
    ]
    return "".join(parts)


@pytest.fixture
def shown(monkeypatch):
    """Every exercise as it is opened, with the receipt of a sheet in which one answer is odd."""
    outputs = []
    bundles = []
    monkeypatch.setattr("IPython.core.interactiveshell.InteractiveShell.initialized", lambda: True)
    monkeypatch.setattr("IPython.display.publish_display_data", bundles.append)
    for name, asked in CATALOGUE.items():
        _, sheet = view.exercise(name)
        odd = "a <very> long answer that is no number, " * 4
        if asked.kind == "derivation":
            sheet << [odd, "= 1"]
        else:
            for answer in list(asked.answers)[:1]:
                setattr(sheet, answer, odd)
        submit_sheet.submit(sheet)
        outputs += [bundle["text/html"] for bundle in bundles]
        bundles.clear()
    return PAGE.format(typeset("".join(outputs)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_exercise_reads_well(web, tmp_path, shown, scheme):
    path = tmp_path / "exercises.html"
    path.write_text(shown, "utf-8")
    with web.page(viewport={"width": 720, "height": 900}, color_scheme=scheme) as page:
        page.goto(path.as_uri())
        assert page.locator(".gb").count() == 2 * len(CATALOGUE)
        assert page.locator("math").count() > 100
        assert violations(page) == []
        assert scrolls_sideways(page) == []
        wide = "found => found.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText.slice(0, 90))"
        assert page.locator(".gb-scroll").evaluate_all(wide) == []
    assert web.left == []


def test_a_table_that_is_too_wide_is_found(web):
    rows = [["unbreakable" * 12] * 2]
    with web.page(viewport={"width": 720, "height": 900}) as page:
        page.set_content(f"{output._STYLE}<div class='gb'>{output.table('t', ('a', 'b'), rows)}</div>")
        assert page.locator(".gb-scroll").evaluate("e => e.scrollWidth > e.clientWidth + 1")
