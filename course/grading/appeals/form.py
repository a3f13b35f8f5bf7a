"""A form for rulings, beside the formgrader: a page of the instructor's own Jupyter server.

Every card in the formgrader links to it. It shows one exercise of one student, and what is decided there is
given to the command line's `course rule` and `course accept` in a process of its own: the form does what they do,
and the server never loads the marker. It is there where the formgrader is, for the course that this one shows, and
asks for the same login; nothing in it comes from a student as HTML. A server loads it where its
`jupyter_server_config.py` says so::

    c.ServerApp.jpserver_extensions = {"course.grading.appeals.form": True}
"""

import asyncio
import html
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from markupsafe import Markup
from tornado import web

from course import sheet as sheets
from course.errors import CourseError
from course.exercises import CATALOGUE
from course.exercises.variants import normalise_id
from course.grading.appeal_link import APPEALS
from course.grading.config import load
from course.grading.marks.store import Kept, open_store
from course.grading.review import in_words
from course.html.plain_text import plain

_LONGEST = 600.0  # seconds for one command


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(serverapp: Any) -> None:
    """Add the page to a Jupyter server."""
    application = serverapp.web_app
    address = url_path_join(application.settings["base_url"], APPEALS)
    application.add_handlers(".*$", [(address, Appeal)])


class Appeal(JupyterHandler):
    """Shows the steps of one exercise of one student, and takes rulings on them."""

    @property
    def content_security_policy(self) -> str:
        """No script runs on this page, and no other page shows it."""
        return "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'self'"

    @web.authenticated
    async def get(self) -> None:
        """Show the form."""
        self._show()

    @web.authenticated
    async def post(self) -> None:
        """Give what was entered to the command line, and show what came of it."""
        entered = {name: self.get_body_argument(name, "") for name in ("step", "points", "reason", "declared")}
        same = self.get_body_argument("same", "") == "yes"
        action = self.get_body_argument("action", "rule")
        kept = self._kept()
        if action != "accept" and (kept.report is None or entered["step"] not in kept.report.steps):
            raise web.HTTPError(400, "There is no such step.")
        found, problem = await self._command(kept, action, entered, same=same)
        if problem:
            self.set_status(400)
            self._show(problem=problem, entered={**entered, "same": same})
            return
        if isinstance(found, list):
            done = {"written": True, "students": [kept.student], "changes": found}
        else:
            students = [ruling["student"] for ruling in found["rulings"]]
            again = {"step": entered["step"], "points": entered["points"], "reason": entered["reason"]}
            done = {**found, "students": students, "again": {**again, "same": "yes"}}
        self._show(done=done)

    async def _command(self, kept: Kept, action: str, entered: dict[str, str], *, same: bool) -> tuple[Any, str]:
        """Run the command that does what was asked; its JSON, or what it has to say against it."""
        reason = f"--reason={entered['reason']}"
        options = [f"--student={kept.student}", f"--course-dir={self._folder}", "--json"]
        step = [kept.exercise, entered["step"]]
        match action:
            case "accept":
                command = ["accept", *options, f"--as={entered['declared']}", reason, "--", kept.assignment]
            case "withdraw":
                command = ["rule", *options, "--withdraw", "--same-answer", "--", kept.assignment, *step]
            case "rule" | "apply":
                alike = ["--same-answer"] * same + ["--apply"] * (same and action == "apply")
                decided = [f"--points={entered['points']}", reason, *alike]
                command = ["rule", *options, *decided, "--", kept.assignment, *step]
            case _:
                raise web.HTTPError(400, "There is no such action.")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "course.cli", *command),
            cwd=self._folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            out, said = await asyncio.wait_for(process.communicate(), _LONGEST)
        except TimeoutError:
            process.kill()
            return None, f"It took more than {_LONGEST:g} s and was ended; the same on the command line says why."
        if process.returncode in (0, 1) and out:
            return json.loads(out), ""
        self.log.warning(
            "course %s ended with %s: %s", command[0], process.returncode, said.decode("utf-8", "replace")
        )
        return None, said.decode("utf-8", "replace").strip().removeprefix("course: ") or "It failed."

    @property
    def _folder(self) -> Path:
        """The course that the formgrader shows now."""
        formgrader = self.settings.get("nbgrader_formgrader")
        if formgrader is None:
            raise web.HTTPError(404, "There is no formgrader on this server, and so no course.")
        return Path(formgrader.coursedir.root)

    def _kept(self) -> Kept:
        assignment, student, exercise = (
            self.get_query_argument(name) for name in ("assignment", "student", "exercise")
        )
        try:
            with open_store(load(self._folder)) as store:
                found = [item for item in store.load(assignment, student=student) if item.exercise == exercise]
                self._rulings = {
                    ruling.step: ruling
                    for ruling in store.all_rulings(assignment, student=student)
                    if ruling.exercise == exercise
                }
                accepted = store.acceptances(assignment).get(student)
        except CourseError as error:
            raise web.HTTPError(500, str(error)) from error
        if not found:
            raise web.HTTPError(404, "No answers of this student are kept for this exercise.")
        self._accepted = "" if accepted is None else accepted.declared
        return found[0]

    def _show(self, *, problem: str = "", done: Any = None, entered: Any = None) -> None:
        kept = self._kept()
        declared = _declared(kept)
        back = url_path_join(self.base_url, "formgrader/gradebook", quote(kept.assignment), quote(kept.notebook))
        page = _environment.get_template("appeal.html.j2").render(
            assignment=kept.assignment,
            student=kept.student,
            exercise=kept.exercise,
            title=CATALOGUE[kept.exercise].title if kept.exercise in CATALOGUE else kept.exercise,
            report=kept.report,
            rulings=self._rulings,
            review=in_words(kept.review),
            declared="" if declared == self._accepted else declared,
            problem=problem,
            done=done,
            entered=entered or {"step": self.get_query_argument("step", "")},
            back=back,
            xsrf=Markup(self.xsrf_form_html()),  # noqa: S704, tornado's own
        )
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(page)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say in a line what is wrong: the server's own error page needs scripts."""
        error = kwargs.get("exc_info", (None, None))[1]
        said = (
            error.log_message
            if isinstance(error, web.HTTPError) and error.log_message
            else "Something went wrong."
        )
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(f"<!DOCTYPE html><title>Rule on a step</title><p>{status_code}: {html.escape(said)}</p>")


def _declared(kept: Kept) -> str:
    """Give the id that a kept sheet declares, where it is not the student's."""
    try:
        (bundle,) = kept.bundles
        declared = normalise_id(sheets.decode(bundle).student or "")
        return "" if declared == normalise_id(kept.student) else declared
    except ValueError:
        return ""


_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "template"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {"points": lambda number: f"{number:g}", "plain": plain}
