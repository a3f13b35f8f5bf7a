"""Mathematics in nbgrader's formgrader as MathML: it asks for nothing from elsewhere and runs no more scripts."""

from typing import Any

from jinja2 import pass_context
from markupsafe import Markup
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from traitlets import Bool

from course.html import mathml, notebook_cells, sanitise
from course.reporting.mime import CARD_MIME


class _SameHeadings(notebook_cells.Headings):
    """Leaves headings at their own levels: a page of the formgrader has none of its own."""

    def next(self, level: int) -> int:
        return level


@pass_context
def markdown(context: Any, source: str) -> Markup:
    """Turn a Markdown cell into safe HTML with MathML: the formgrader's filter `markdown2html`."""
    cell = context.get("cell", {})
    return notebook_cells.markdown(source, _SameHeadings(), cell.get("attachments"))


class Typeset(Preprocessor):
    """Typesets the mathematics in what cells have put out; a card of ours has its own."""

    enabled = Bool(True).tag(config=True)

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Change the HTML and LaTeX outputs of one cell."""
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if CARD_MIME in data:
                continue
            if "text/html" in data:
                data["text/html"] = sanitise.with_mathml(sanitise.clean(data["text/html"]))
            elif "text/latex" in data:
                data["text/html"] = mathml.to_mathml(data["text/latex"].strip().strip("$"), display=True)
        return cell, resources
