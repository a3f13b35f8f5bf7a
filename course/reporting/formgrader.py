"""Mathematics in nbgrader's formgrader as MathML: it asks for nothing from elsewhere and runs no more scripts."""

from typing import Any

from jinja2 import pass_context
from markupsafe import Markup
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from traitlets import Bool

from course.html.notebook_cells import Headings
from course.html.page_cells import PageCells
from course.reporting.mime import CARD_MIME

_CELLS = "course_cells"


@pass_context
def markdown(context: Any, source: str) -> Markup:
    """Turn a Markdown cell into safe HTML with MathML: the formgrader's filter `markdown2html`."""
    cell, cells = context.get("cell", {}), context.get("resources", {}).get(_CELLS) or PageCells()
    return cells.markdown(source, Headings(same=True), cell.get("attachments"))


class Typeset(Preprocessor):
    """Typesets the mathematics in what cells have put out; a card of ours has its own."""

    enabled = Bool(True).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Change the HTML, LaTeX and Markdown outputs of a page's cells."""
        resources[_CELLS] = PageCells()
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Change the outputs of one cell."""
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if CARD_MIME not in data and any(f"text/{kind}" in data for kind in ("html", "latex", "markdown")):
                output["data"] = NotebookNode(resources[_CELLS].typeset(data))
        return cell, resources
