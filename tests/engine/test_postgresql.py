"""The gradebook and the kept answers on a PostgreSQL server: the same marks as in files."""

import json
import subprocess
import sys

import pytest
import sqlalchemy as sa

from course.grading import config, secret
from course.grading.marks.store import open_store
from tests.engine import postgres, school
from tests.grading.classroom import (
    ASSIGNMENT,
    BACKPROP,
    PERFECT_BACKPROP,
    PERFECT_RELU,
    RELU,
    Classroom,
    numbers,
    written,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        postgres.programs() is None,
        reason="no PostgreSQL server is installed (Debian: apt-get install postgresql)",
    ),
]


@pytest.fixture
def server():
    with postgres.Server() as running:
        yield running


def classroom(folder, url=""):
    """A released course with three submissions; its gradebook is a file unless an address is given."""
    room = Classroom(folder)
    with (folder / config.FILE).open("a") as file:
        file.write(f"\nc.CourseDirectory.db_url = {url!r}\n" if url else "")
    room.config = config.load(folder)
    # One secret for both, from which the functions' probe inputs are drawn.
    (folder / secret.FOLDER).mkdir(mode=0o700)
    (folder / secret.FOLDER / secret.FILE).write_text("5" * 64)
    (folder / secret.FOLDER / secret.FILE).chmod(0o600)
    school.run(folder, "generate_assignment", ASSIGNMENT)
    room.submit("alice", {f"{RELU}--answer": PERFECT_RELU, f"{BACKPROP}--answer": PERFECT_BACKPROP})
    room.submit("bob", {f"{RELU}--answer": written(numbers("bob", relu=False))})
    room.submit("gina", {})
    return room


def run(room, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "course.cli", *arguments], cwd=room.folder, capture_output=True, text=True
    )
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def without_times(results):
    return [{key: value for key, value in result.items() if key != "seconds"} for result in results]


def test_a_class_is_graded_marked_again_and_given_feedback(server, tmp_path):
    url = server.database()
    remote, local = classroom(tmp_path / "server", url), classroom(tmp_path / "file")
    rooms = (remote, local)
    there, here = (without_times(run(room, "autograde", ASSIGNMENT, "--json")) for room in rooms)
    assert there == here
    assert there[0]["score"] > there[1]["score"] > there[2]["score"] == 0
    assert school.gradebook(remote.folder) == school.gradebook(local.folder)
    again = run(remote, "autograde", ASSIGNMENT, "--json")
    assert [result["skipped"] for result in again] == [True] * 3

    # Nothing of it lies in a file, and the answers are in the gradebook's database.
    assert not [*remote.folder.rglob("*.db")]
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        kept = set(connection.execute(sa.text("select student from sheet")).scalars())
    assert kept == {"alice", "bob", "gina"}
    sheets = [kept_answers(room) for room in rooms]
    assert sheets[0] == sheets[1] != []

    ruling = ["--student", "bob", "--points", "0", "--reason", "Copied from the board."]
    for room in rooms:
        run(room, "rule", ASSIGNMENT, "mlp/relu-sgd", "a1", *ruling, "--json")
        run(room, "remark", ASSIGNMENT, "--apply", "--json")
    ruled = school.gradebook(remote.folder)
    assert ruled == school.gradebook(local.folder)
    assert ruled != {"grades": [], "comments": [], "notebooks": []}
    points = {room.folder.name: total(room, "bob") for room in rooms}
    assert points["server"] == points["file"] < there[1]["score"]

    for room in rooms:
        school.run(room.folder, "generate_feedback", ASSIGNMENT)
    pages = [(room.folder / "feedback" / "bob" / ASSIGNMENT / "small.html").read_text() for room in rooms]
    assert ["Copied from the board." in page for page in pages] == [True, True]


def kept_answers(room):
    with open_store(room.config) as store:
        kept = store.load(ASSIGNMENT)
    return [(item.student, item.exercise, item.bundles, item.note, item.report, item.review) for item in kept]


def total(room, student):
    return sum(row[3] or 0 for row in school.gradebook(room.folder)["grades"] if row[0] == student)
