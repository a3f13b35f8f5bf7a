r"""Markdown snippets with LaTeX, `$a^{(1)} = W^{(1)} x$` and `code`, as HTML with MathML.

Browsers draw MathML themselves, so a page needs no script and no font from elsewhere. Whatever cannot be
converted is shown as it was written; nothing here raises, and everything that is not mathematics is escaped.
"""

import functools
import html
import logging
import re
from xml.etree.ElementTree import Element, tostring

_log = logging.getLogger("course.html")

LONGEST = 2000  # characters of one formula
_PART = re.compile(r"(?<!\\)\$(?P<math>[^$]+?)(?<!\\)\$|`(?P<code>[^`]+)`|\*\*(?P<bold>[^*]+)\*\*")
_DEFINES = re.compile(r"\\(?:(?:re)?newcommand|providecommand|[gxe]?def|let|newenvironment|DeclareMathOperator)\b")
_MATRIX = re.compile(r"\[(?P<rows>[^\[\]]*;[^\[\]]*)\]")
_CLOSING = {")", "]", "}", "|", "‖", "!", "′"}
_SIGN = re.compile(r"(?<![\w.])-(?=[\d.])")


@functools.lru_cache(maxsize=4096)  # 0.26 ms a formula otherwise, and a class's pages show the same ones
def to_mathml(latex: str, *, display: bool = False) -> str:
    r"""Turn one formula, without its dollars, into a `<math>` element, or into `<code>` where that fails.

    >>> to_mathml(r"\hat y")
    '<math display="inline"><mrow><mover accent="true"><mi>y</mi><mo stretchy="false">^</mo></mover></mrow></math>'
    >>> to_mathml(r"\text{<script>}")
    '<math display="inline"><mrow><mtext>&lt;script&gt;</mtext></mrow></math>'
    """
    try:
        return _convert(latex, display)
    except Exception:
        # The converter raises many kinds of errors for malformed LaTeX; then its source is shown.
        _log.debug("a formula is shown as its source: %s", latex, exc_info=True)
        return f"<code>{html.escape(latex)}</code>"


def snippet(text: str) -> str:
    r"""Turn a short text into HTML: `$...$` into MathML, backticks into code, two stars into bold.

    >>> snippet("`a1` < 2")
    '<code>a1</code> &lt; 2'
    """
    parts, end = [], 0
    for match in _PART.finditer(text):
        parts.append(_plain(text[end : match.start()]))
        if match["math"] is not None:
            parts.append(to_mathml(match["math"].strip()))
        elif match["code"] is not None:
            parts.append(f"<code>{html.escape(match['code'])}</code>")
        else:
            parts.append(f"<strong>{html.escape(match['bold'])}</strong>")
        end = match.end()
    return "".join([*parts, _plain(text[end:])])


def value(text: str) -> str:
    """Turn a value as reports write it into HTML: a matrix `[1, 2; 3, 4]` is drawn as one, entries as written.

    >>> value("(-0.58, <b>)")
    '<span class="value">(−0.58, &lt;b&gt;)</span>'
    """
    match = _MATRIX.fullmatch(text)
    if match is None:
        return f'<span class="value">{_number(text)}</span>'
    rows = "".join(
        "<mtr>" + "".join(f"<mtd><mn>{_number(entry.strip())}</mn></mtd>" for entry in row.split(",")) + "</mtr>"
        for row in match["rows"].split(";")
    )
    return f'<math class="value"><mrow><mo>[</mo><mtable>{rows}</mtable><mo>]</mo></mrow></math>'


def _plain(text: str) -> str:
    return html.escape(text.replace(r"\$", "$"))


def _number(text: str) -> str:
    # A minus sign, unlike a hyphen, does not end a line between itself and its number.
    return html.escape(_SIGN.sub("\N{MINUS SIGN}", text))


def _convert(latex: str, display: bool) -> str:
    from latex2mathml.converter import Converter

    if len(latex) > LONGEST or _DEFINES.search(latex):
        # A few macros that call each other grow without bound.
        raise ValueError("too long, or it defines macros")
    tree = Converter(display="block" if display else "inline").convert_to_element(latex)
    del tree.attrib["xmlns"]
    if display:
        # A long formula scrolls sideways on a phone; with the keyboard too.
        tree.set("tabindex", "0")
    _mend(tree)
    return tostring(tree, encoding="unicode", short_empty_elements=False)


def _mend(tree: Element) -> None:
    """Read the entities that the converter leaves in its texts, join upright words, keep accents small."""
    for element in tree.iter():
        element.text = html.unescape(element.text) if element.text else element.text
    for element in tree.iter():
        _join_upright(element)
        _mark_signs(element)
        if element.tag in {"mover", "munder"} and element.get(
            "accent" if element.tag == "mover" else "accentunder"
        ):
            for mark in list(element)[1:]:
                mark.set("stretchy", "false")


def _mark_signs(parent: Element) -> None:
    """Set a minus that begins a number apart from one that subtracts: it stands close to its number."""
    previous = None
    for child in parent:
        begins = previous is None or (previous.tag == "mo" and previous.text not in _CLOSING)
        if child.tag == "mo" and child.text in {"-", "\N{MINUS SIGN}"} and begins:
            child.set("form", "prefix")
        previous = child


def _join_upright(parent: Element) -> None:
    previous: Element | None = None
    for child in list(parent):
        upright = child.tag == "mi" and child.get("mathvariant") == "normal" and len(child.text or "") == 1
        if upright and previous is not None:
            previous.text = (previous.text or "") + (child.text or "")
            parent.remove(child)
        else:
            previous = child if upright else None
    for child in parent:
        if child.tag == "mi" and child.get("mathvariant") == "normal" and len(child.text or "") > 1:
            # A name of several letters is upright by itself; its letters belong together.
            del child.attrib["mathvariant"]
