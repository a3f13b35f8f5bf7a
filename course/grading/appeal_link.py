"""Where the form for rulings is, and the way to it from a card in the formgrader."""

import html
from urllib.parse import urlencode

APPEALS = "course/appeals"
"""The form's address, below that of the Jupyter server."""


def appeal_link(assignment: str, student: str, exercise_id: str) -> str:
    """Give the way from a card in the formgrader to the form of `course.grading.appeals.form`."""
    query = urlencode({"assignment": assignment, "student": student, "exercise": exercise_id})
    # From {base}/formgrader/submissions/ID/, whatever the server's base is.
    address = html.escape(f"../../../{APPEALS}?{query}")
    return f'\n<p class="course-appeal"><a href="{address}">Rule on a step of this exercise</a></p>'
