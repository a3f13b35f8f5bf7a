"""The course as nbgrader and `course` read it. Everything here can be changed; see the README."""

from course.grading.stages.order import use_stages

c = get_config()  # noqa: F821, given by traitlets

c.CourseDirectory.course_id = "gradbook"

# With the student's id the name of the course decides everybody's numbers: change it from year to year.
c.Gradbook.course = "gradbook"
# Where the mark schemes are. Students never see this folder.
c.Gradbook.solutions = "solutions"
# Students who have the document's numbers instead of their own: {"alice": "document"}.
c.Gradbook.variants = {}

# Seconds for one cell, and for a whole notebook.
c.RunNotebook.timeout = 30
c.RunNotebook.notebook_timeout = 900

use_stages(c)
