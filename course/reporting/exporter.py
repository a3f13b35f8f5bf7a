"""nbgrader's feedback with our page: an exporter of its own, so that nothing else of nbconvert changes."""

from typing import Any

import jinja2
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from nbgrader.api import MissingEntry
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, GetGrades
from traitlets import Bool, default

from course.reporting import FEEDBACK_TEMPLATE, TEMPLATE_DIR
from course.reporting.card import add_filters, card_style
from course.reporting.page import Page, build


class Grades(GetGrades):
    """nbgrader's own stage, which also notes what a person has still to grade."""

    enabled = Bool(True).tag(config=True)

    def _get_score(self, cell: NotebookNode, resources: Any) -> None:
        super()._get_score(cell, resources)
        try:
            grade = self.gradebook.find_grade(
                cell.metadata["nbgrader"]["grade_id"], self.notebook_id, self.assignment_id, self.student_id
            )
        except MissingEntry:
            return
        cell.metadata.nbgrader["waiting"] = bool(grade.needs_manual_grade)


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

    def page(self, notebook: NotebookNode, resources: Any) -> Page:
        """Make the data of a notebook's page, hiding what nbgrader is configured to hide."""
        tests, scheme = ClearHiddenTests(parent=self), ClearMarkScheme(parent=self)
        hidden = {
            tests.begin_test_delimeter: tests.end_test_delimeter,
            scheme.begin_mark_scheme_delimeter: scheme.end_mark_scheme_delimeter,
        }
        return build(notebook, resources, hidden)

    def _create_environment(self) -> jinja2.Environment:
        environment = super()._create_environment()
        environment.autoescape = True
        environment.trim_blocks = environment.lstrip_blocks = True
        add_filters(environment)
        environment.filters["feedback_page"] = self.page
        environment.globals["card_style"] = card_style
        return environment
