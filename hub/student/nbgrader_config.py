"""nbgrader as a student has it: the list of assignments, fetching, validating, submitting."""

import os

c = get_config()  # noqa: F821, given by traitlets

c.CourseDirectory.course_id = os.environ["GRADBOOK_COURSE_ID"]
c.Exchange.root = os.environ["GRADBOOK_EXCHANGE"]
# Who hands in is who is signed in, also where all servers run in one account of the machine.
c.CourseDirectory.student_id = os.environ["JUPYTERHUB_USER"]
