"""HTML, Markdown and pictures that somebody else wrote, made fit for our page: no script, nothing from elsewhere.

The allow-list is the only rule. What it lets through are text, tables, MathML, plain SVG drawings and pictures
that are part of the document itself; classes are kept only where they are those of the course's own outputs.
"""

import base64
import binascii
import html
import re
from collections.abc import Callable

import nh3

from course.html import mathml

LONGEST = 1_000_000  # characters of one piece of HTML
MOST_FORMULAS = 2000  # of one piece of HTML that are typeset; each grows to thirty times its length
MOST_WORK = 100_000_000  # elements times tags, which is what the parser may have to look at; about a second
_OWN_CLASS = re.compile(r"gb(?:-[a-z]+)?")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
# What a style may not hold: addresses, escapes, and functions other than those of colours; a length below zero, or
# a box around words, with which an output would be drawn over what stands above it.
_STYLE_CODE = re.compile(r"url|expression|\\|@|/\*|\b(?!(?:rgb|hsl)a?\()[a-z-]+\(", re.IGNORECASE)
_OUT_OF_PLACE = re.compile(r"-\s*[.\d]")
_BOX = re.compile(r"\s*(?:padding|margin|border|width|max-width|height)", re.IGNORECASE)
_DRAWING_VALUE = re.compile(r"[^\\<>&;:]*")  # no url(...), no escapes
# Lengths in formulas: less than one em back, as thin spaces go, and no further on than a line is long.
_LENGTHS = {
    "width", "height", "depth", "lspace", "rspace", "minsize", "maxsize", "linethickness", "rowspacing",
    "columnspacing",
}  # fmt: skip
_LENGTH = r"\+?(?:\d{1,2}(?:\.\d*)?|\.\d+)(?:em|ex|pt|px|mu|cm|mm|in|pc|%)?|-0?\.\d+em|[a-z]+"
_SOME_LENGTHS = re.compile(rf"(?:{_LENGTH})(?:\s(?:{_LENGTH})){{0,9}}")
_COLOUR = re.compile(r"[a-z]{1,20}|#[0-9a-f]{3,8}", re.IGNORECASE)
_OPENS = re.compile(r"<[A-Za-z]")
_TAG = re.compile(r'(<[^>"]*(?:"[^"]*"[^>"]*)*>)')
_PICTURE_TAG = re.compile(r'<img\b(?:[^>"]|"[^"]*")*>')
_FORMULA = re.compile(r"(?<!\\)(\${1,2})([^$]+?)(?<!\\)\1")

_MATHML = {
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msup", "msub", "msubsup", "mfrac", "msqrt", "mroot",
    "mover", "munder", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose",
}  # fmt: skip
_DRAWING = {
    "svg", "g", "path", "line", "polyline", "polygon", "rect", "circle", "ellipse", "text", "tspan", "title",
    "desc",
}  # fmt: skip
_FORBIDDEN_HERE = {"map", "area", "nav", "header", "footer", "aside", "article", "hgroup", "center", "tt"}
_MATHML_ATTRIBUTES = {
    "display", "stretchy", "fence", "form", "separator", "accent", "accentunder", "mathvariant", "linethickness",
    "columnalign", "rowspacing", "columnspacing", "columnlines", "rowlines", "width", "height", "depth", "lspace",
    "rspace", "minsize", "maxsize", "movablelimits", "notation", "scriptlevel", "displaystyle", "mathcolor",
    "tabindex",
}  # fmt: skip
_DRAWING_ATTRIBUTES = {
    "viewBox", "width", "height", "d", "x", "y", "x1", "x2", "y1", "y2", "dx", "dy", "cx", "cy", "r", "rx", "ry",
    "points", "transform", "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity",
    "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "text-anchor", "dominant-baseline",
    "font-size", "font-family", "font-weight", "font-style", "role", "aria-label",
}  # fmt: skip
_STYLE = {
    "color", "background-color", "font-weight", "font-style", "text-align", "text-decoration", "vertical-align",
    "white-space", "width", "max-width", "height", "border", "border-collapse", "border-bottom", "padding",
    "margin",
}  # fmt: skip

_TAGS = (nh3.ALLOWED_TAGS - _FORBIDDEN_HERE) | _MATHML | _DRAWING
_ATTRIBUTES = {
    "*": {"class", "title", "lang", "dir"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "style"},
    "th": {"colspan", "rowspan", "scope", "style"},
    "div": {"style", "role"},
    "span": {"style"},
    "p": {"style"},
    **dict.fromkeys(_MATHML, _MATHML_ATTRIBUTES),
    **dict.fromkeys(_DRAWING, _DRAWING_ATTRIBUTES),
}
_SAFE_ROLES = {"img", "note", "group", "alert"}


def clean(untrusted: str) -> str:
    """Give HTML with everything taken out that is not on the allow-list.

    >>> clean('<b onclick="x()">two</b><script>alert(1)</script><img src="https://example.org/a.png" alt="a">')
    '<b>two</b>[picture: a]'
    """
    if len(untrusted) > LONGEST:
        return "<p>An output of more than a million characters is left out.</p>"
    opened, closed = len(_OPENS.findall(untrusted)), untrusted.count("</")
    if opened * (opened + closed) > MOST_WORK:
        # The parser looks for each end tag among all open elements, and a megabyte of `<div>` would take minutes.
        return f"<p>An output of {opened} elements is left out.</p>"
    return _PICTURE_TAG.sub(_described, _CLEANER.clean(untrusted))


def with_mathml(cleaned: str) -> str:
    """Turn `$...$` in the text of cleaned HTML into MathML, as a notebook would typeset it."""
    if not 0 < cleaned.count("$") <= 2 * MOST_FORMULAS:
        return cleaned
    parts, closed = _TAG.split(cleaned), 0
    for place, part in enumerate(parts):
        if place % 2:
            name = re.match(r"</?([a-zA-Z]+)", part)
            if name and name[1].lower() in {"code", "pre", "math", "svg", "samp", "kbd"}:
                closed = max(closed + (-1 if part.startswith("</") else 1), 0)
        elif not closed:
            parts[place] = _FORMULA.sub(_typeset, part)
    return _CLEANER.clean("".join(parts))


def formula(latex: str, *, display: bool = False) -> str:
    r"""Turn a formula that somebody else wrote into MathML, cleaned of what its commands became.

    >>> formula(r"\href{javascript:alert(1)}{a}")
    '<math display="inline"><mrow><mrow><mrow><mi>a</mi></mrow></mrow></mrow></math>'
    """
    return _CLEANER.clean(mathml.to_mathml(latex, display=display))


def shows_something(cleaned: str) -> bool:
    """Whether cleaned HTML has anything left to look at."""
    return bool(re.search(r"<(?:img|svg|math)\b", cleaned)) or bool(_TAG.sub("", cleaned).strip())


def picture(mime: str, data: str) -> str:
    """Give the address of a picture that is part of the page itself, or an empty text where it is none.

    SVG is shown as a picture too: what a browser draws that way runs no script and loads nothing.
    """
    if mime == "image/svg+xml":
        if "xmlns=" not in data:
            # A document of its own needs it; cleaned SVG, as part of a page, has lost it.
            data = data.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        return f"data:{mime};base64,{base64.b64encode(data.encode('utf-8', 'replace')).decode()}"
    compact = "".join(data.split())
    try:
        base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return f"data:{mime};base64,{compact}"


def _typeset(match: re.Match[str]) -> str:
    return mathml.to_mathml(html.unescape(match[2]).strip(), display=match[1] == "$$")


def _described(match: re.Match[str]) -> str:
    """Give a picture a text for those who do not see it, and that text alone where the picture is not kept."""
    alt = re.search(r' alt="([^"]+)"', match[0])
    if ' src="' not in match[0]:
        return f"[picture: {html.escape(html.unescape(alt[1]))}]" if alt else ""
    if alt:
        return match[0]
    return match[0].replace(' alt=""', "").replace("<img", '<img alt="A picture without a description"', 1)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag in _MATHML:
        return _of_formula(name, value)
    if name == "class":
        return " ".join(word for word in value.split() if _OWN_CLASS.fullmatch(word)) or None
    if name == "role":
        return value if value in _SAFE_ROLES else None
    if tag == "img" and name == "src":
        return value if _PICTURE.fullmatch(value) else None
    if tag == "a" and name == "href":
        return value if _LINK.match(value) else None
    if tag in _DRAWING and name not in {"aria-label", "title"}:
        return value if _DRAWING_VALUE.fullmatch(value) else None
    return _style(tag, value) if name == "style" else value


def _of_formula(name: str, value: str) -> str | None:
    """Keep of a formula's attributes what sets it: no class, no link, no length that leads out of its place."""
    if name == "tabindex":
        return value if value == "0" else None
    if name == "mathcolor":
        return value if _COLOUR.fullmatch(value) else None
    if name in _LENGTHS:
        return value if _SOME_LENGTHS.fullmatch(value) else None
    return None if name == "class" else value


def _style(tag: str, value: str) -> str | None:
    """Keep of a style what changes the element itself and nothing around it."""
    if _STYLE_CODE.search(value):
        return None
    kept = [
        part
        for part in value.split(";")
        if not (_OUT_OF_PLACE.search(part) or (tag == "span" and _BOX.match(part)))
    ]
    return ";".join(kept) or None


_FILTER: Callable[[str, str, str], str | None] = _attribute
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
    attribute_filter=_FILTER,
    filter_style_properties=set(_STYLE),
    url_schemes={"http", "https", "mailto", "data"},
    clean_content_tags={"script", "style", "template", "iframe", "object", "noscript", "textarea", "select"},
    link_rel="noopener noreferrer",
)
