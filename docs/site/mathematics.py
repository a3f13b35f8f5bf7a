"""Mathematics of the site as MathML, so that no page needs a script or a font from elsewhere."""

import html
import re

from course.html.mathml import to_mathml

# What pymdownx.arithmatex leaves in its generic form: \(...\) inline, \[...\] on a line of its own.
_FORMULA = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">\\(?P<kind>[(\[])(?P<latex>.*?)\\[)\]]</(?P=tag)>', re.DOTALL
)


def on_page_content(content: str, **_) -> str:
    """Replace every formula of a page."""
    return _FORMULA.sub(_mathml, content)


def _mathml(match: re.Match) -> str:
    display = match["kind"] == "["
    formula = to_mathml(html.unescape(match["latex"]).strip(), display=display)
    return f'<div class="formula">{formula}</div>' if display else formula
