"""nbgrader's feedback with our page: an exporter of its own, so that nothing else of nbconvert changes."""

import contextlib
from typing import Any

import jinja2
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from nbgrader.api import MissingEntry
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, GetGrades
from nbgrader.utils import is_grade, is_task
from traitlets import Bool, default

from course.reporting import FEEDBACK_TEMPLATE, TEMPLATE_DIR
from course.reporting.card import add_filters, card_style
from course.reporting.feedback_page import FeedbackPage, build


class Grades(GetGrades):
    """nbgrader's own stage, which also notes what a person has still to grade."""

    enabled = Bool(True).tag(config=True)

    def preprocess_cell(self, cell: NotebookNode, resources: Any, cell_index: int) -> tuple[NotebookNode, Any]:
        """Note points and comment of a cell, and whether a person is still to grade it."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if is_grade(cell) or is_task(cell):
            with contextlib.suppress(MissingEntry):
                grade = self.gradebook.find_grade(
                    cell.metadata["nbgrader"]["grade_id"], self.notebook_id, self.assignment_id, self.student_id
                )
                cell.metadata.nbgrader["waiting"] = bool(grade.needs_manual_grade)
        return cell, resources


class FeedbackExporter(TemplateExporter):
    """Turns a graded notebook into one HTML page that needs nothing else: no script, no network, no font.

    The template escapes whatever is not marked as safe, and only what went through our cleaner is.
    """

    export_from_notebook = "Gradbook feedback"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name_default(self) -> str:
        return FEEDBACK_TEMPLATE

    @default("extra_template_basedirs")
    def _default_extra_template_basedirs(self) -> list[str]:
        return [TEMPLATE_DIR]

    def page(self, notebook: NotebookNode, resources: Any) -> FeedbackPage:
        """Make the data of a notebook's page, hiding what nbgrader is configured to hide."""
        tests, scheme = ClearHiddenTests(parent=self), ClearMarkScheme(parent=self)
        hidden = {
            tests.begin_test_delimeter: tests.end_test_delimeter,
            scheme.begin_mark_scheme_delimeter: scheme.end_mark_scheme_delimeter,
        }
        return build(notebook, resources, hidden)

    @property
    def environment(self) -> jinja2.Environment:
        """The environment of nbconvert's templates, made to escape and to know our page."""
        environment = super().environment
        if "feedback_page" not in environment.filters:
            environment.autoescape = True
            environment.trim_blocks = environment.lstrip_blocks = True
            add_filters(environment)
            environment.filters["feedback_page"] = self.page
            environment.globals["card_style"] = card_style
        return environment
