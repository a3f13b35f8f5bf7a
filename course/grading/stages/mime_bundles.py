"""Markdown, HTML, SVG and other output of a student made harmless for the instructor's browser.

The formgrader and nbconvert put them into a page of their own origin, where the instructor is signed in. What
could run there is taken out before it is written; what remains still reads as the student meant it.
"""

import base64
import binascii
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from course.html.sanitise import clean as html

_PLAIN_TAGS = (
    "b|blockquote|br|code|dd|del|details|div|dl|dt|em|h[1-6]|hr|i|kbd|li|ol|p|pre|s|small|span|strong|"
    "sub|summary|sup|table|tbody|td|th|thead|tr|u|ul"
)
# What HTML takes for the beginning of a tag; a "<" before anything else is a less-than sign.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_HARMLESS = re.compile(rf"</?(?:{_PLAIN_TAGS})\s?/?>|<https?://[^\s<>\"'`]+>", re.IGNORECASE)
_GAP = r"[\x00-\x20\\]*"  # what a browser or a markdown parser skips inside the scheme of an address
_SCHEME = re.compile(
    rf"(?:{_GAP.join('java')}|{_GAP.join('vb')}){_GAP}{_GAP.join('script')}{_GAP}:"
    rf"|data{_GAP}:{_GAP}(?!image/(?:png|jpeg|gif)[;,])[\w.+-]+/",
    re.IGNORECASE,
)
# Markdown decodes entities in addresses too; these cannot spell one.
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|nbsp|le|ge|ne|times|middot|hellip|ndash|mdash);)(?=#|\w+;)")
_ATTACHMENT = re.compile(r"attachment:([^\s)>\"']*)", re.IGNORECASE)
PICTURES = ("image/png", "image/jpeg", "image/gif")


def markdown(text: str, attachments: Collection[str] = ()) -> str:
    """Take every tag out of markdown but a few without attributes, and every address that runs code.

    A tag, or an entity that could spell an address, is not removed but broken by a space, so that `x<y` and
    code stay readable, wherever they stand: no guess is made about what the page's own markdown parser takes
    for code or mathematics.

    Args:
        text: the markdown.
        attachments: names of the pictures that the cell brings along; nbconvert stops at any other.

    >>> markdown("if $x<y$ then <b>so</b> <script>alert(1)</script>")
    'if $x< y$ then <b>so</b> < script>alert(1)< /script>'
    """
    pieces, end = [], 0
    for match in _TAG.finditer(text):
        harmless = _HARMLESS.match(text, match.start())
        pieces.append(text[end : match.start()] + ("<" if harmless else "< "))
        end = match.end()
    text = _ENTITY.sub("& ", "".join(pieces) + text[end:])
    text = _ATTACHMENT.sub(lambda match: match[0] if match[1] in attachments else "about:blank", text)
    return _SCHEME.sub("about:blank#", text)


def _plain(value: str) -> str:
    return value


def _picture(value: str) -> str | None:
    try:
        data = base64.b64decode(re.sub(r"\s", "", value), validate=True)
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(data).decode() if data else None


_BY_TYPE: dict[str, Callable[[str], str | None]] = {
    "text/plain": _plain,
    "text/markdown": markdown,
    "text/latex": markdown,
    "text/html": html,
    "image/svg+xml": html,
    **dict.fromkeys(PICTURES, _picture),
}


def bundle(data: Any) -> dict[str, str]:
    """Keep the representations of one display that are known and harmless; private and unknown types go.

    >>> bundle({"text/plain": "1", "application/javascript": "alert(1)"})
    {'text/plain': '1'}
    """
    kept = {}
    for kind, value in data.items() if isinstance(data, Mapping) else ():
        text = "".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value
        made = _BY_TYPE[kind](text) if kind in _BY_TYPE and isinstance(text, str) else None
        if made is not None:
            kept[kind] = made
    return kept
