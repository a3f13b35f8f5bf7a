"""What a notebook imports: the given values shown, answers handed over.

    from course.notebook import begin, exercise, submit

    begin(student="alice")
    given, sheet = exercise("mlp/relu-sgd")
    sheet.a1 = [6, -3]
    submit(sheet)

Nothing here marks: a notebook hands over answers, points come from a process that never runs its code.
"""

from course.notebook.session import begin, receive
from course.notebook.submit_sheet import submit
from course.notebook.view import exercise

__all__ = ["begin", "exercise", "receive", "submit"]
