"""The cells of a graded notebook as safe HTML: Markdown with MathML, code, outputs."""

import logging
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import pygments
from markupsafe import Markup, escape
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments.formatters import HtmlFormatter
from pygments.lexers import Python3Lexer

from course.html import mathml, sanitise

_log = logging.getLogger("course.html")

SHOWN_LINES = 24  # of one text output; the rest is folded
LONGEST_TEXT = 50_000  # characters of one text output or source
_MOST_ENVIRONMENTS = 200  # of LaTeX in one text; the parser looks for the end of each through all that follows
_PICTURES = ("image/svg+xml", "image/png", "image/jpeg")


class Output(NamedTuple):
    """One output of a code cell.

    Attributes:
        kind: `html`, `picture`, `text`, `warning` (standard error) or `error`.
        body: safe HTML, the address of a picture, or text.
        more: alternative text of a picture, the rest of a long text, the traceback of an error.
    """

    kind: str
    body: str
    more: str = ""


class Headings:
    """Levels of the headings of a page, so that none is skipped: the page's own title is level 1.

    Args:
        same: whether headings stay at their own levels, for a page that has none of its own.
    """

    def __init__(self, *, same: bool = False) -> None:
        self.last, self.same = 2, same

    def next(self, level: int) -> int:
        """Give the level under which a heading of this level of a notebook stands in the page."""
        if self.same:
            return level
        self.last = min(level + 1, self.last + 1, 6)
        return self.last


def markdown(source: str, headings: Headings, attachments: Mapping[str, Any] | None = None) -> Markup:
    """Turn a Markdown cell into safe HTML with MathML. Never raises."""
    if len(source) > LONGEST_TEXT or source.count(r"\begin{") > _MOST_ENVIRONMENTS:
        return Markup("<pre>{}</pre>").format(source[:LONGEST_TEXT] + " …")
    try:
        renderer = _Renderer(headings, dict(attachments or {}))
        rendered = MarkdownWithMath(renderer=renderer).render(source)
        return Markup(sanitise.clean(rendered))  # noqa: S704, cleaned
    except Exception:
        # Whatever breaks the converter was written by a student; it is shown as it is.
        _log.debug("a Markdown cell is shown as it is", exc_info=True)
        return Markup("<pre>{}</pre>").format(source)


def code(source: str) -> Markup:
    """Highlight a code cell."""
    if len(source) > LONGEST_TEXT:
        return escape(source[:LONGEST_TEXT] + " …")
    return Markup(pygments.highlight(source, _LEXER, _FORMATTER))  # noqa: S704, escaped there


def without_regions(source: str, delimiters: Mapping[str, str]) -> tuple[str, bool]:
    """Take the regions between delimiters out; one that is never closed goes to the end.

    Args:
        source: of a cell.
        delimiters: the closing delimiter of each opening one.

    Returns:
        What is left, and whether anything was taken out.
    """
    kept, closing, found = [], "", False
    for line in source.split("\n"):
        if closing:
            closing = "" if closing in line else closing
            continue
        closing = next((end for begin, end in delimiters.items() if begin in line), "")
        found = found or bool(closing)
        if not closing:
            kept.append(line)
    return "\n".join(kept), found


def outputs(cell: Mapping[str, Any], *, hidden: bool = False) -> list[Output]:
    """Give what a code cell put out, as far as it can be shown.

    Args:
        cell: a code cell.
        hidden: whether the cell has hidden tests; of an error only the message is shown then.
    """
    shown = (_output(cell, output, hidden) for output in cell.get("outputs", []))
    return [output for output in shown if output is not None]


def _output(cell: Mapping[str, Any], output: Mapping[str, Any], hidden: bool) -> Output | None:
    match output.get("output_type"):
        case "stream":
            return _text(
                _overwritten(output.get("text", "")), "warning" if output.get("name") == "stderr" else "text"
            )
        case "error":
            return _error(cell, output, hidden)
        case "display_data" | "execute_result":
            return _display(output)
    return None


def _display(output: Mapping[str, Any]) -> Output | None:
    data = {mime: _joined(value) for mime, value in output.get("data", {}).items()}
    for mime in _PICTURES:
        address = sanitise.picture(mime, data[mime]) if mime in data else ""
        if address:
            return Output("picture", address, _alternative(output, mime, data))
    if "text/html" in data:
        cleaned = sanitise.with_mathml(sanitise.clean(data["text/html"]))
        if sanitise.shows_something(cleaned):
            return Output("html", cleaned)
    if "text/markdown" in data:
        return Output("html", markdown(data["text/markdown"], Headings()))
    if "text/latex" in data:
        latex = data["text/latex"].strip().strip("$")
        return Output("html", sanitise.formula(latex, display=True))
    return _text(data["text/plain"]) if data.get("text/plain") else None


def _alternative(output: Mapping[str, Any], mime: str, data: Mapping[str, str]) -> str:
    metadata = output.get("metadata", {})
    given = metadata.get(mime, {}).get("alt") if isinstance(metadata.get(mime), Mapping) else metadata.get("alt")
    plain = data.get("text/plain", "")
    return str(given or ("" if plain.startswith("<") else plain) or "A picture that this cell drew.")[:500]


def _text(text: str, kind: str = "text") -> Output | None:
    stripped = strip_ansi(text).rstrip()
    if not stripped:
        return None
    lines = (stripped[:LONGEST_TEXT] + (" …" if len(stripped) > LONGEST_TEXT else "")).split("\n")
    # A line or two are shown unfolded.
    cut = SHOWN_LINES if len(lines) > SHOWN_LINES + 10 else len(lines)
    return Output(kind, "\n".join(lines[:cut]), "\n".join(lines[cut:]))


def _error(cell: Mapping[str, Any], output: Mapping[str, Any], hidden: bool) -> Output:
    message = strip_ansi(f"{output.get('ename', 'Error')}: {output.get('evalue', '')}").strip().removesuffix(":")
    if hidden:
        return Output("error", message[:2000])
    traceback = strip_ansi("\n".join(map(str, output.get("traceback", []))))[:LONGEST_TEXT]
    # The last frame in the cell is the one that failed; those after it are in libraries.
    lines = re.findall(rf"Cell In\s*\[{cell.get('execution_count')}\], line (\d+)", traceback)
    return Output("error", message[:2000] + (f" (line {lines[-1]} of this cell)" if lines else ""), traceback)


def _joined(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _overwritten(text: Any) -> str:
    """Keep of each line what a terminal would show: what follows its last carriage return."""
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in _joined(text).split("\n"))


class _Renderer(IPythonRenderer):
    """Markdown to HTML with MathML, headings in order, and no picture but those of the cell itself."""

    def __init__(self, headings: Headings, attachments: dict[str, Any]) -> None:
        super().__init__(escape=False, exclude_anchor_links=True, attachments=attachments)
        self._headings = headings

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return super().heading(text, self._headings.next(level))

    def inline_math(self, body: str) -> str:
        return mathml.to_mathml(body.strip())

    def block_math(self, body: str) -> str:
        return mathml.to_mathml(body.strip(), display=True)

    def latex_environment(self, name: str, body: str) -> str:
        return mathml.to_mathml(rf"\begin{{{name}}}{body}\end{{{name}}}", display=True)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        name = url.removeprefix("attachment:")
        if url.startswith("data:") or (name != url and name in self.attachments):
            return super().image(text, url, title)
        return f"<em>[picture: {escape(text)}]</em>"


_LEXER = Python3Lexer(stripnl=False, ensurenl=False)
_FORMATTER = HtmlFormatter(nowrap=True)
