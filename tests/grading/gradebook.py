"""A gradebook and kept answers written through their own interfaces: no notebook runs."""

from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook

from course.exercises import find
from course.grading import config
from course.grading.marks.store import open_store
from course.grading.review import Kind, Reason
from course.grading.upstream.surroundings import surroundings
from course.marking import registry
from course.sheet import Numbers, Sheet, Text, encode

ROOT = Path(__file__).parents[2]
ASSIGNMENT, NOTEBOOK, EXERCISE, GRADE = "ps1", "work", "mlp/relu-sgd", "mlp--relu-sgd"
DUE = "2031-02-03 12:00:00 UTC"
# id: (first name, last name, email, number in the LMS, points by the machine, by hand, penalty); None: nothing came.
CLASS = {
    "ann": ("Ann", "Øster", "ann@example.org", "4711", 8.0, 2.0, 0.0),
    "bo": ("博", "王", "bo@example.org", "", 6.5, None, 1.5),
    "cy": ("", "", "", "", 1.0, None, 3.0),
    "+dee": ("=HYPERLINK(\"http://example.org\")", "@Dee, \"the\" \u202e1", "dee@example.org", "12", 0.0, None, 0.0),
    "eve": ("Eve", "-Lee", None, None, None, None, None),
}  # fmt: skip
SETTINGS = f"""
c = get_config()
c.CourseDirectory.course_id = "test"
c.Gradbook.course = "test"
c.Gradbook.solutions = {str(ROOT / "solutions")!r}
c.Gradbook.variant = "document"
c.CanvasExporter.columns = {{"ps1": "Problem set 1 (99)"}}
"""


def make(folder: Path) -> config.Gradbook:
    """Write the course: three questions' worth of points, five students, one of whom handed in nothing."""
    (folder / config.FILE).write_text(SETTINGS)
    found = config.load(folder)
    with surroundings(), Gradebook(found.db_url) as book:
        for name in (ASSIGNMENT, "ps2"):
            book.add_assignment(name, duedate=DUE)
            book.add_notebook(NOTEBOOK, name)
            book.add_grade_cell(GRADE, NOTEBOOK, name, max_score=11, cell_type="code")
            book.add_grade_cell("essay", NOTEBOOK, name, max_score=3, cell_type="markdown")
        for student, (first, last, email, lms, auto, manual, penalty) in CLASS.items():
            book.add_student(student, first_name=first, last_name=last, email=email, lms_user_id=lms)
            if auto is None:
                continue
            submission = book.add_submission(ASSIGNMENT, student)
            (notebook,) = submission.notebooks
            notebook.late_submission_penalty = penalty
            for grade in notebook.grades:
                if grade.cell.name == GRADE:
                    grade.auto_score, grade.needs_manual_grade = auto, False
                else:
                    grade.manual_score, grade.needs_manual_grade = manual, manual is None
        book.db.commit()
    return found


def keep(found: config.Gradbook) -> None:
    """Keep a sheet each of ann, bo, cy and +dee, marked by the real marker on the document's numbers."""
    marker, given = registry.marker(found.solutions_dirs, EXERCISE), find(EXERCISE).seed()
    answers = {
        "ann": {"a1": numbers("6", "-3"), "z1": numbers("6", "0"), "y_hat": Numbers((), ("13.0",)), "direction": Text("decrease")},
        "bo": {"a1": numbers("6", "-3"), "z1": numbers("6", "-3"), "y_hat": Numbers((), ("16.0",))},
        "cy": {"a1": numbers("6.00", "−3"), "direction": Text("=1+1")},
    }  # fmt: skip
    with open_store(found) as store:
        for student, given_answers in answers.items():
            sheet = Sheet(EXERCISE, given_answers)
            report = marker.mark(sheet, given, student=student)
            when = datetime(2031, 2, 3)
            store.save(
                ASSIGNMENT, NOTEBOOK, student, EXERCISE, [encode(sheet)], report=report, seconds=2.5, when=when
            )
        store.save(
            ASSIGNMENT,
            NOTEBOOK,
            "+dee",
            EXERCISE,
            [b"{}", b"{}"],
            report=None,
            review=(Reason(Kind.NOT_MARKED, ("no",)),),
        )


def numbers(*entries: str) -> Numbers:
    return Numbers((len(entries),), entries)
