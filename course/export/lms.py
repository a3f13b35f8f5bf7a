"""nbgrader's marks as the gradebooks of Canvas and Moodle import them.

    nbgrader export --exporter=course.export.lms.CanvasExporter --to canvas.csv
    nbgrader export --exporter=course.export.lms.MoodleExporter --to moodle.csv

Points are nbgrader's, those given by hand included, less a late penalty and never below zero. Who handed nothing
in has no grade there, as long as `missing` does not say `zero`. Which column a mark goes into, and by what a
student is found, stands in `nbgrader_config.py`:

    c.CanvasExporter.columns = {"mlp": "Problem set 1 (4711)"}
    c.MoodleExporter.identifier = "email"

Sources: `lib/gradebook_importer.rb` of Canvas (the columns, the row "Points Possible", an empty cell changes
nothing) and `grade/import/csv/classes/load_data.php` of Moodle (one identifying column, "-" is no grade).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from traitlets import Dict, Enum, Unicode

from course.errors import CourseError
from course.export import safe_csv
from course.export.safe_csv import Value


class ExportError(CourseError):
    """Raised when there is nothing to export, or the file cannot be written."""


class Person(NamedTuple):
    """A student as nbgrader's gradebook knows them; what it does not know is empty."""

    id: str
    first: str
    last: str
    email: str
    lms: str

    @property
    def name(self) -> str:
        """Last name first, as both systems sort; the id where no name is known."""
        return ", ".join(filter(None, [self.last, self.first])) or self.id


class Marks(NamedTuple):
    """The points of a class.

    Attributes:
        people: in the order of their names.
        assignments: the name of each and the points that it is worth.
        points: by student and assignment; what was not handed in is not there.
        waiting: submissions that a person has still to grade.
    """

    people: tuple[Person, ...]
    assignments: dict[str, float]
    points: dict[tuple[str, str], float]
    waiting: int


class LmsExporter(ExportPlugin):
    """What both exporters share: whose marks, in which columns, into which file."""

    file = "grades.csv"
    no_grade = ""

    columns = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        help="Column of each assignment there, by its name here: {'mlp': 'Problem set 1 (4711)'}; its own name "
        "unless given.",
    ).tag(config=True)
    missing = Enum(
        ["none", "zero"], "none", help="What who handed nothing in gets: no grade, or zero points."
    ).tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write the marks of a gradebook, of the students and assignments that were named where any were.

        Raises:
            ExportError: if there is nothing to export, or the file cannot be written.
        """
        marks = marks_of(gradebook, list(map(str, self.assignment)), list(map(str, self.student)))
        if marks.waiting:
            self.log.warning("%d submissions have still to be graded by hand", marks.waiting)
        path = Path(self.to or self.file)
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                safe_csv.write(file, self.header(marks), self.rows(marks))
        except OSError as error:
            raise ExportError(f"{path} cannot be written: {error.strerror or error}") from None
        self.log.info("%d students are written to %s", len(marks.people), path)

    def header(self, marks: Marks) -> list[str]:
        """Give the names of the columns."""
        raise NotImplementedError

    def rows(self, marks: Marks) -> Iterator[Sequence[Value]]:
        """Give the rows below the header."""
        raise NotImplementedError

    def titles(self, marks: Marks) -> list[str]:
        """Give the columns of the assignments, as they are called there."""
        return [self.columns.get(name, name) for name in marks.assignments]

    def grades(self, marks: Marks, person: Person) -> list[Value]:
        """Give one student's points in each assignment."""
        nothing = 0.0 if self.missing == "zero" else self.no_grade
        return [marks.points.get((person.id, name), nothing) for name in marks.assignments]

    def identifier_of(self, person: Person, identifier: str) -> str:
        """Give what a student is found by there; a guarded one is said, since it will not be found."""
        if safe_csv.safe(identifier) != identifier:
            self.log.warning("%s is written with an apostrophe, since it reads as a formula", identifier)
        if not identifier:
            self.log.warning("%s is left out: nbgrader does not know what they are found by", person.id)
        return identifier


class CanvasExporter(LmsExporter):
    """Marks as Canvas imports them.

    Students are found by Canvas's own number (nbgrader's `lms_user_id`) where it is known, else by their login,
    which is nbgrader's id. A column of an existing assignment is named as Canvas exports it, with its number.
    """

    file = "canvas.csv"
    section = Unicode(help="The section, the same for all; Canvas reads the column and does not need it.").tag(
        config=True
    )

    def header(self, marks: Marks) -> list[str]:
        """Give the columns by which Canvas knows its own file, and the assignments."""
        return ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *self.titles(marks)]

    def rows(self, marks: Marks) -> Iterator[Sequence[Value]]:
        """Give the row of the points that can be had, then the students."""
        yield ["    Points Possible", "", "", "", "", *marks.assignments.values()]
        for person in marks.people:
            login = self.identifier_of(person, person.id)
            yield [person.name, person.lms, "", login, self.section, *self.grades(marks, person)]


class MoodleExporter(LmsExporter):
    """Marks as Moodle imports them: at the import one says which column identifies the student."""

    file = "moodle.csv"
    no_grade = "-"
    identifier = Enum(
        ["username", "email", "idnumber"],
        "username",
        help="What a student is found by: the user name (nbgrader's id), the email address, or the ID number "
        "(nbgrader's lms_user_id).",
    ).tag(config=True)

    def header(self, marks: Marks) -> list[str]:
        """Give the identifying column, the names for whoever looks, and the assignments."""
        title = {"username": "Username", "email": "Email address", "idnumber": "ID number"}[self.identifier]
        return [title, "First name", "Last name", *self.titles(marks)]

    def rows(self, marks: Marks) -> Iterator[Sequence[Value]]:
        """Give the students that Moodle can find; it stops at a row without an identifier."""
        for person in marks.people:
            values = {"username": person.id, "email": person.email, "idnumber": person.lms}
            if found := self.identifier_of(person, values[self.identifier]):
                yield [found, person.first, person.last, *self.grades(marks, person)]


def marks_of(gradebook: Gradebook, assignments: Sequence[str] = (), students: Sequence[str] = ()) -> Marks:
    """Read the marks of a class from nbgrader's gradebook.

    Args:
        gradebook: an open one.
        assignments: whose marks; all unless given.
        students: of whom; of everybody unless given.

    Raises:
        ExportError: if there is no assignment, or one that was named is not there.
    """
    known: dict[str, Any] = {str(found.name): found for found in gradebook.assignments}
    if unknown := [name for name in assignments if name not in known]:
        raise ExportError(f"{unknown[0]!r} is not in the gradebook; its assignments: {', '.join(known) or 'none'}")
    if not known:
        raise ExportError("the gradebook has no assignments: run `nbgrader generate_assignment` first")
    chosen = {name: known[name] for name in assignments or known}
    people = [_person(student) for student in gradebook.students]
    if absent := sorted(set(students) - {person.id for person in people}):
        raise ExportError(f"{absent[0]!r} is not in the gradebook")
    points, waiting = {}, 0
    for name in chosen:
        found: list[Any] = gradebook.assignment_submissions(name)
        for submission in found:
            penalty = float(submission.late_submission_penalty or 0.0)
            points[str(submission.student.id), name] = max(0.0, float(submission.score) - penalty)
            waiting += bool(submission.needs_manual_grade)
    kept = [person for person in people if not students or person.id in students]
    return Marks(
        people=tuple(sorted(kept, key=lambda person: (person.name.casefold(), person.id))),
        assignments={name: float(assignment.max_score) for name, assignment in chosen.items()},
        points=points,
        waiting=waiting,
    )


def _person(student: Any) -> Person:
    fields = (student.first_name, student.last_name, student.email, student.lms_user_id)
    return Person(str(student.id), *(str(field or "").strip() for field in fields))
