"""The way from a card to a person: a student's request, and the instructor's form for rulings."""

import html
from urllib.parse import quote, urlencode

APPEALS = "course/appeals"
"""The form's address, below that of the Jupyter server."""


def appeal_link(assignment: str, student: str, exercise_id: str, step: str = "") -> str:
    """Give the way from a card in the formgrader to the form of `course.grading.appeals.form`.

    Args:
        assignment: of the card.
        student: whose card it is.
        exercise_id: of the card.
        step: the step that the form begins with.
    """
    query = urlencode({"assignment": assignment, "student": student, "exercise": exercise_id} | _named(step))
    # From {base}/formgrader/submissions/ID/, whatever the server's base is.
    address = html.escape(f"../../../{APPEALS}?{query}")
    return f'\n<p class="course-appeal"><a href="{address}">Rule on a step of this exercise</a></p>'


def request_address(to: str, assignment: str, student: str, exercise_id: str, step: str) -> str:
    """Give the address by which a student asks a person to look at a step, with all but the reason filled in.

    Args:
        to: `mailto:` with or without a receiver, or the address of a form.
        assignment: of the card.
        student: who asks.
        exercise_id: of the card.
        step: what is to be looked at.

    >>> request_address("https://forms.example.org/look", "mlp", "alice", "mlp/relu-sgd", "a1")
    'https://forms.example.org/look?assignment=mlp&exercise=mlp%2Frelu-sgd&step=a1&student=alice'
    """
    about = {"assignment": assignment, "exercise": exercise_id, "step": step, "student": student}
    if not to.startswith("mailto:"):
        return f"{to}?{urlencode(about)}"
    text = (
        f"Please look at step {step} of {exercise_id} in {assignment}. I am {student}.\n\n"
        "The numbers that I used, and why:\n\n\n"
        "-- for the instructor --\n"
        f'course rule {assignment} {exercise_id} {step} --student {student} --points P --reason "…"\n'
    )
    message = {"subject": f"{assignment}: {exercise_id}, step {step}", "body": text}
    # A mail program takes a plus sign for one.
    return f"{to}?{urlencode(message, quote_via=quote)}"


def _named(step: str) -> dict[str, str]:
    return {"step": step} if step else {}
