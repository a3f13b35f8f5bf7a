"""A gradebook that is locked, read-only or damaged, and a full disk: one message, nothing lost, and on it goes."""

import shutil
import sqlite3
import subprocess
import sys

import pytest
from nbgrader.coursedir import CourseDirectory

from course import cli
from course.grading.config import load
from course.grading.engine.workplace import Workplace
from course.storage_trouble import storage_trouble
from tests.appeals.desk import ASSIGNMENT, EXERCISE, answers, bundle

RULE = (
    "rule",
    ASSIGNMENT,
    EXERCISE,
    "dy_hat",
    "--student",
    "alice",
    "--points",
    "0.5",
    "--reason",
    "Seen on paper.",
)
HOLDS = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def graded(desk):
    """One student, with one wrong step."""
    desk.hand_in({"alice": [bundle(answers("alice", dy_hat=99.0))]})
    return desk


def told(ended):
    """The one message of a command that ended with nothing done."""
    code, out, err = ended
    assert code == 2
    assert out == ""
    assert "Traceback" not in err
    said = " ".join(err.split())
    assert said.count("course: ") == 1
    assert said.endswith("and give the same command again")
    return said


def test_a_locked_gradebook_is_one_message_and_nothing_is_lost(course, graded):
    before = graded.grade_of("alice"), graded.kept_of("alice"), graded.notebook("alice").read_bytes()
    command = [sys.executable, "-c", HOLDS, str(graded.folder / "gradebook.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        said = told(course(*RULE))
        holder.communicate("")
    assert "is locked: another program writes to it" in said
    assert (graded.grade_of("alice"), graded.kept_of("alice"), graded.notebook("alice").read_bytes()) == before
    # The control: with nobody holding it the same command does what it says.
    assert course(*RULE)[0] == 0
    assert graded.grade_of("alice")[0] == before[0][0] + 0.5


def test_a_read_only_gradebook_is_one_message(course, graded):
    place, own = graded.folder / "gradebook.db", graded.folder / "nbgrader_config.py"
    settings = own.read_text()
    own.write_text(
        f"{settings}\nc.CourseDirectory.db_url = 'sqlite:///file:{place}?mode=ro&uri=true'\n"
        f"c.Gradbook.answers_url = 'sqlite:///{graded.folder / 'answers.db'}'\n"
    )
    assert "may not be written by this account; change the permissions" in told(course(*RULE))
    # What only reads goes on.
    assert course("export", ASSIGNMENT, "-o", str(graded.folder / "steps.csv"))[0] == 0
    own.write_text(settings)
    assert course(*RULE)[0] == 0


def test_a_damaged_gradebook_is_one_message(course, graded):
    (graded.folder / "gradebook.db").write_bytes(b"what a broken disk left " * 500)
    assert "is damaged; put a copy of it in its place" in told(course(*RULE))


def test_a_folder_that_is_forbidden_is_one_message(course, graded, monkeypatch):
    """Nothing is forbidden to root, so that the system's own error is given instead."""

    def forbidden(*_, **__):
        raise PermissionError(13, "Permission denied", "/course/autograded")

    monkeypatch.setattr("course.grading.appeals.ruling.rule", forbidden)
    monkeypatch.setattr("course.grading.config.load", forbidden)
    assert "/course/autograded: Permission denied; change its permissions" in told(course(*RULE))


def test_an_error_that_is_none_of_the_storage_is_not_explained_away(course, graded, monkeypatch):
    def wrong(*_, **__):
        raise RuntimeError("database is locked")

    monkeypatch.setattr("course.grading.config.load", wrong)
    monkeypatch.setattr(sys, "argv", ["course", *RULE])
    with pytest.raises(RuntimeError):
        cli.main()
    assert storage_trouble(sqlite3.OperationalError("no such table: grade")) == ""


SMALL_DISK = """
mount -t tmpfs -o size=4m none "$1" && cp -r "$2/." "$1" && cd "$1" || exit 99
shift 2
dd if=/dev/zero of=filler bs=4k 2>/dev/null
"$@"; full=$?
rm filler
"$@" >/dev/null && echo "$full, then done"
"""


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("unshare") is None
    or subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode
    != 0,
    reason="no disk of its own can be had here",
)
def test_a_full_disk_is_one_message_and_the_same_command_goes_on_later(graded, tmp_path):
    place = tmp_path / "small disk"
    place.mkdir()
    command = [sys.executable, "-m", "course.cli", *RULE]
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", SMALL_DISK, "sh", str(place), str(graded.folder), *command],
        capture_output=True,
        text=True,
    )
    assert done.stdout == "2, then done\n", done.stderr
    assert "Traceback" not in done.stderr
    assert "the disk is full, and not everything was written; make room" in " ".join(done.stderr.split())


@pytest.mark.parametrize("came", ["11:00:00", "13:00:00"])
def test_what_comes_in_after_the_clock_was_put_back_is_graded(desk, came):
    """Nothing but the time tells that another version came in; the same time, that none did."""
    course = load(desk.folder)
    place = Workplace(desk.folder, CourseDirectory(config=course.config), ASSIGNMENT)
    for step, hour in {"submitted": "12:00:00", "autograded": "12:00:00"}.items():
        (desk.folder / step / "alice" / ASSIGNMENT).mkdir(parents=True)
        (desk.folder / step / "alice" / ASSIGNMENT / "timestamp.txt").write_text(f"2026-10-25 {hour} UTC")
    assert not place.due("alice")
    (desk.folder / "submitted" / "alice" / ASSIGNMENT / "timestamp.txt").write_text(f"2026-10-25 {came} UTC")
    assert place.due("alice")


def test_a_submission_from_the_future_is_told_and_keeps_its_marks(course, graded):
    folder = graded.folder / "submitted" / "alice" / ASSIGNMENT
    folder.mkdir(parents=True)
    shutil.copy(graded.notebook("alice"), folder)
    for place in (folder, graded.notebook("alice").parent):
        (place / "timestamp.txt").write_text("2999-01-01 12:00:00 UTC")
    code, out, _ = course("autograde", ASSIGNMENT)
    assert code == 1
    said = " ".join(out.split())
    assert "it was handed in at 2999-01-01 12:00:00 UTC, and here it is" in said
    assert "one of the two clocks is wrong" in said
    assert "10 of 11" in said
    for place in (folder, graded.notebook("alice").parent):
        (place / "timestamp.txt").write_text("2026-01-01 12:00:00 UTC")
    assert course("autograde", ASSIGNMENT)[0] == 0
