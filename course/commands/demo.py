"""`course demo`: the whole way on a small class."""

from pathlib import Path
from typing import Annotated

import typer

from course.commands import common
from course.commands.autograde import print_marks
from course.commands.common import CourseDir
from course.commands.progress import follow

DEMO_ASSIGNMENTS = ("mlp", "cnn", "regularization")
_DEMO = Path("demo")


def demo(
    folder: Annotated[Path, typer.Option("--dir", help="Where its course is written.", metavar="DIR")] = _DEMO,
    assignment: Annotated[
        list[str] | None, typer.Option("--assignment", help="Which assignments are graded; may be repeated.")
    ] = None,
    course_dir: CourseDir = None,
) -> None:
    """Run the whole way on a small class, ending with tables of marks and the class report.

    Example: course demo --dir demo
    """
    from course.commands.report import summary_of, write_page
    from course.demo.classroom import Classroom
    from course.grading.config import load

    common.messages.print(
        "The demo grades submissions of its own, which are trusted: [bold]no sandbox[/bold] is used for them."
    )
    with follow() as following:
        making = following.begin("building, releasing and answering the notebooks", 3)
        room = Classroom(folder, load(course_dir), assignment or DEMO_ASSIGNMENTS)
        making.advance()
        room.release()
        making.advance()
        room.submit()
        making.advance()
        results = []
        for task in room.tasks:
            graded = following.begin(f"grading {task.assignment}", len(task.students))
            results.append(room.grade(task, on_result=lambda _, graded=graded: graded.advance()))
    for task, marked in zip(room.tasks, results, strict=True):
        common.results.print(f"\n[bold]{task.assignment}[/bold]")
        print_marks(marked, {student.id: student.about for student in task.students})
    task = room.tasks[0]
    common.results.print("\nFeedback to open, of a student with a slip in every exercise:")
    for page in room.feedback(task, task.students[-6].id):
        common.results.print(f"  {page}", soft_wrap=True)
    common.results.print("The class report, an assignment a page:")
    for task in room.tasks:
        page = room.folder / "reports" / f"{task.assignment}.html"
        page.parent.mkdir(exist_ok=True)
        write_page(summary_of(room.config, task.assignment), page)
        common.results.print(f"  {page}", soft_wrap=True)
    common.results.print("Notebooks as students get them:")
    for name in task.notebooks:
        common.results.print(f"  {room.released(task) / name}", soft_wrap=True)
