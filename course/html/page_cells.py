"""The cells of one page rendered in a process with limits; what takes more than its share is shown as written."""

import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup, escape

from course import confined
from course.html import notebook_cells, sanitise
from course.html.notebook_cells import LONGEST_TEXT, Headings, Output

_log = logging.getLogger("course.html")

PAGE_SECONDS = 20.0  # of processor time for all cells of a page
_CELL_SECONDS = 5.0  # and for one of them
_TOO_LONG = "This output is left out: it takes too long to be typeset."


class PageCells:
    """Renders the cells of one page, as the functions of `notebook_cells` do.

    Once they have used up what a page may take, the rest is shown as it was written.
    """

    def __init__(self) -> None:
        self._left = PAGE_SECONDS

    def markdown(self, source: str, headings: Headings, attachments: Mapping[str, Any] | None = None) -> Markup:
        """Turn a Markdown cell into safe HTML with MathML."""
        about = {"source": source, "same": headings.same, "last": headings.last, "attachments": attachments or {}}
        made = self._ask(markdown, about)
        if made is None:
            return Markup("<pre>{}</pre>").format(source[:LONGEST_TEXT])
        headings.last = made["last"]
        return Markup(made["body"])  # noqa: S704, cleaned there

    def code(self, source: str) -> Markup:
        """Highlight a code cell."""
        made = self._ask(code, {"source": source})
        return escape(source[:LONGEST_TEXT]) if made is None else Markup(made["body"])  # noqa: S704, escaped there

    def outputs(self, cell: Mapping[str, Any], *, hidden: bool = False) -> list[Output]:
        """Give what a code cell put out, as far as it can be shown."""
        if not cell.get("outputs"):
            return []
        about = {"outputs": cell["outputs"], "execution_count": cell.get("execution_count")}
        made = self._ask(outputs, {"cell": about, "hidden": hidden})
        return [Output("warning", _TOO_LONG)] if made is None else [Output(*each) for each in made["shown"]]

    def typeset(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Give one display of a cell with its mathematics typeset in HTML."""
        made = self._ask(typeset, {"data": data})
        if made is None:
            return {"text/plain": _TOO_LONG}
        return made["data"]

    def _ask(self, work: Callable[..., bytes], about: Mapping[str, Any]) -> dict[str, Any] | None:
        if self._left <= 0:
            return None
        seconds = max(1, int(min(self._left, _CELL_SECONDS)))
        try:
            made = json.loads(confined.PROCESS.call(work, json.dumps(about).encode(), seconds=seconds))
        except (confined.Exceeded, confined.Failed) as error:
            self._left -= seconds
            _log.warning("a cell is shown as it was written: %s", error)
            return None
        self._left -= made["seconds"]
        return made


def markdown(data: bytes) -> bytes:
    """Render a Markdown cell: JSON to JSON, as the other functions below."""
    return _timed(data, _markdown)


def code(data: bytes) -> bytes:
    """Highlight a code cell."""
    return _timed(data, lambda about: {"body": str(notebook_cells.code(about["source"]))})


def outputs(data: bytes) -> bytes:
    """Render the outputs of a code cell."""
    return _timed(data, lambda about: {"shown": notebook_cells.outputs(about["cell"], hidden=about["hidden"])})


def typeset(data: bytes) -> bytes:
    """Typeset the HTML, LaTeX and Markdown of one display."""
    return _timed(data, _typeset)


def _timed(data: bytes, work: Callable[[Any], dict[str, Any]]) -> bytes:
    start = time.process_time()
    made = work(json.loads(data))
    return json.dumps(made | {"seconds": time.process_time() - start}).encode()


def _markdown(about: Any) -> dict[str, Any]:
    headings = Headings(same=about["same"])
    headings.last = about["last"]
    body = str(notebook_cells.markdown(about["source"], headings, about["attachments"]))
    return {"body": body, "last": headings.last}


def _typeset(about: Any) -> dict[str, Any]:
    shown = dict(about["data"])
    if "text/html" in shown:
        shown["text/html"] = sanitise.with_mathml(sanitise.clean(_joined(shown["text/html"])))
    elif "text/latex" in shown:
        shown["text/html"] = sanitise.formula(_joined(shown["text/latex"]).strip().strip("$"), display=True)
    elif "text/markdown" in shown:
        shown["text/html"] = str(notebook_cells.markdown(_joined(shown["text/markdown"]), Headings(same=True)))
    return {"data": shown}


def _joined(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
