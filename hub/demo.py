"""A JupyterHub on this machine, to look at: one instructor, two students, one released assignment.

    python hub/demo.py

It needs `pip install "gradbook[hub]"`, writes into one folder, and ends with Ctrl-C.
"""

import argparse
import os
import shutil
import socket
import sys
from pathlib import Path

from nbgrader.api import Gradebook

from course.authoring.build import build
from course.commands.common import prepare_output
from course.grading.config import load
from course.grading.engine.converters import release
from course.grading.upstream.surroundings import surroundings

INSTRUCTOR, STUDENTS = "instructor", ("alice", "bob")
COURSE = "hub-course"
HERE = Path(__file__).resolve().parent
_MARKER = ".gradbook-hub"


def prepare(folder: Path, original: Path, assignment: str) -> Path:
    """Write a course with one released assignment, an exchange, and homes.

    Args:
        folder: where; an empty one, or one that an earlier demonstration left.
        original: the folder with the mark schemes and the text sources.
        assignment: which assignment.

    Returns:
        The course's folder.
    """
    marker = folder / _MARKER
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        sys.exit(f"{folder} is not empty and not of a demonstration; name another folder with --dir")
    shutil.rmtree(folder, ignore_errors=True)
    room = folder / "course"
    for place in (room, folder / "exchange", *(folder / "home" / name for name in (INSTRUCTOR, *STUDENTS))):
        place.mkdir(parents=True)
    marker.write_text("This folder is written anew by hub/demo.py.\n", "utf-8")
    (folder / "exchange").chmod(0o777)  # as nbgrader wants it
    settings = [
        "from course.grading.stages.order import use_stages",
        "",
        "c = get_config()  # noqa: F821",
        f"c.CourseDirectory.course_id = {COURSE!r}",
        f"c.Gradbook.course = {COURSE!r}",
        f"c.Gradbook.solutions = {str(original / 'solutions')!r}",
        f"c.Gradbook.assignments = {str(original / 'assignments')!r}",
        "use_stages(c)",
    ]
    (room / "nbgrader_config.py").write_text("\n".join(settings) + "\n", "utf-8")
    config = load(room)
    build(assignment, config)
    with surroundings(), Gradebook(config.db_url) as gradebook:
        for student in STUDENTS:
            gradebook.update_or_create_student(student)
    return room


def start(folder: Path, port: int) -> None:
    """Become the hub; it ends with Ctrl-C."""
    environment = os.environ | {
        "GRADBOOK_DEMO": str(folder),
        "GRADBOOK_COURSE": str(folder / "course"),
        "GRADBOOK_EXCHANGE": str(folder / "exchange"),
        "GRADBOOK_INSTRUCTORS": INSTRUCTOR,
        "GRADBOOK_USERS": ",".join((INSTRUCTOR, *STUDENTS)),
    }
    inside, outside, practice = free_ports(3)
    environment["GRADBOOK_PRACTICE_PORT"] = str(practice)
    command = [sys.executable, "-m", "jupyterhub", f"--config={HERE / 'demo_config.py'}"]
    command += [
        f"--JupyterHub.bind_url=http://127.0.0.1:{port}",
        f"--JupyterHub.hub_bind_url=http://127.0.0.1:{inside}",
    ]
    command += [f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{outside}"]
    os.execve(sys.executable, command, environment)  # noqa: S606, its own interpreter


def free_ports(count: int) -> list[int]:
    """Give ports of this machine on which nobody listens."""
    listeners = [socket.socket() for _ in range(count)]
    for listener in listeners:
        listener.bind(("127.0.0.1", 0))
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def main() -> None:
    """Prepare the folder, say what to open, and start."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", type=Path, default=Path("demo") / "hub", help="where it is written (demo/hub)")
    parser.add_argument("--port", type=int, default=8000, help="where the hub listens (8000)")
    parser.add_argument("--assignment", default="mlp", help="which assignment (mlp)")
    chosen = parser.parse_args()
    prepare_output()
    folder = chosen.dir.absolute()
    room = prepare(folder, HERE.parent, chosen.assignment)
    release(load(room), chosen.assignment)
    names = f"{INSTRUCTOR}, {' or '.join(STUDENTS)}"
    sys.stdout.write(f"Open http://127.0.0.1:{chosen.port} and sign in as {names}; any password.\n")
    start(folder, chosen.port)


if __name__ == "__main__":
    main()
