"""Who is enrolled: with whose numbers a sheet is compared."""

from nbgrader.api import Gradebook

from course.grading.config import Gradbook


def enrolled_students(config: Gradbook, db_url: str, assignment: str) -> tuple[str, ...]:
    """Give everybody with whose numbers a sheet is compared: as configured, else known to nbgrader."""
    if config.students:
        return tuple(config.students)
    with Gradebook(db_url) as gradebook:
        known = {str(student.id) for student in gradebook.students}
    # nbgrader adds a student when it comes to the submission; those that are still to come count as well.
    return tuple(sorted(known | config.folders.students("submitted", assignment).keys()))
