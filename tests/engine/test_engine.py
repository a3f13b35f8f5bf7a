"""The engine against nbgrader's own command, and against everything that can end it half-way."""

import errno
import json
import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from course.grading import autograde, commit, config, workers
from course.grading.convert import GradingError
from tests.engine import school


def finish(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return [{key: value for key, value in result.items() if key != "seconds"} for result in json.loads(out)]


def test_scores_comments_cells_and_outputs_are_those_of_nbgraders_own_command(room, tmp_path):
    stock = tmp_path / "stock"
    shutil.copytree(room, stock)
    school.run(stock, "autograde", school.ASSIGNMENT)
    results = finish(school.course(room, "autograde", school.ASSIGNMENT, "--json"))
    assert school.gradebook(room) == school.gradebook(stock)
    assert school.files(room) == school.files(stock)
    # What the documentation says of its own example: neither all nor nothing.
    scores = {result["student"]: result["score"] for result in results}
    assert set(scores) == {"bitdiddle", "hacker"}
    assert all(0 < score < result["max_score"] for score, result in zip(scores.values(), results, strict=True))
    penalties = [row[3] for row in school.gradebook(room)["notebooks"] if row[0] == "bitdiddle"]
    assert 1.0 in penalties
    # Again, nothing is left to do; forced, everything, with the same end.
    again = autograde.autograde(config.load(room), school.ASSIGNMENT)
    assert [result.skipped for result in again] == [True, True]
    forced = autograde.autograde(config.load(room), school.ASSIGNMENT, force=True, jobs=1)
    assert [result.score for result in forced] == list(scores.values())
    assert school.files(room) == school.files(stock)


@pytest.fixture(scope="session")
def ungraded(released, tmp_path_factory):
    """Six students who have submitted."""
    folder = tmp_path_factory.mktemp("ungraded") / "course"
    shutil.copytree(released, folder)
    school.enrol(folder, 4)
    return folder


@pytest.fixture(scope="session")
def undisturbed(ungraded, tmp_path_factory):
    """The same, graded in peace."""
    return graded(ungraded, tmp_path_factory.mktemp("undisturbed") / "course")


def graded(ungraded, folder):
    shutil.copytree(ungraded, folder)
    autograde.autograde(config.load(folder), school.ASSIGNMENT)
    return folder


@pytest.fixture
def folder(ungraded, tmp_path):
    """A copy of the class of its own."""
    return Path(shutil.copytree(ungraded, tmp_path / "class"))


def disturb(folder, undisturbed, kills):
    """Kill the command again and again while it works, then let it come to its end."""
    draw = random.Random(7)
    for _ in range(kills):
        process = school.course(folder, "autograde", school.ASSIGNMENT)
        time.sleep(2.5 + draw.random() * 4)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        done = {path.parent.name for path in folder.glob("autograded/*/ps1")}
        # What counts as graded is so to the last file.
        for student in done:
            there = school.files(folder)
            for name, content in school.files(undisturbed).items():
                if name.startswith(f"{student}/"):
                    assert there[name] == content
    finish(school.course(folder, "autograde", school.ASSIGNMENT, "--json"))
    assert school.gradebook(folder) == school.gradebook(undisturbed)
    assert school.files(folder) == school.files(undisturbed)
    assert [path.name for path in (folder / "autograded").iterdir() if path.name.startswith(".")] == []


def test_killed_at_random_moments_it_goes_on_where_it_stopped(undisturbed, folder):
    disturb(folder, undisturbed, 2)


@pytest.mark.slow
def test_a_class_killed_ten_times_ends_as_one_graded_in_peace(released, tmp_path):
    many = Path(shutil.copytree(released, tmp_path / "many"))
    school.enrol(many, 60)
    disturb(many, graded(many, tmp_path / "peace"), 10)


def test_ctrl_c_says_what_is_kept(undisturbed, folder):
    process = school.course(folder, "autograde", school.ASSIGNMENT, "--jobs", "1")
    deadline = time.monotonic() + 60
    while not list(folder.glob("autograded/*/ps1")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    if process.returncode != 0:  # else the whole class was graded before the signal came
        assert process.returncode == 130, err
        assert "kept; the same command goes on from there" in " ".join(err.split())
    assert "Traceback" not in err
    finish(school.course(folder, "autograde", school.ASSIGNMENT, "--json"))
    assert school.files(folder) == school.files(undisturbed)


def test_a_full_disk_ends_the_run_and_loses_nothing(undisturbed, folder, monkeypatch):
    written = commit.Workplace.commit
    count = []

    def full(place, student):
        count.append(student)
        if len(count) > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        written(place, student)

    monkeypatch.setattr(commit.Workplace, "commit", full)
    with pytest.raises(GradingError, match="the disk is full"):
        autograde.autograde(config.load(folder), school.ASSIGNMENT)
    monkeypatch.undo()
    assert len(list(folder.glob("autograded/*/ps1"))) == 2
    results = autograde.autograde(config.load(folder), school.ASSIGNMENT)
    assert sum(result.skipped for result in results) == 2
    assert school.gradebook(folder) == school.gradebook(undisturbed)
    assert school.files(folder) == school.files(undisturbed)


def test_a_worker_that_is_killed_costs_nobody_a_mark(undisturbed, folder, monkeypatch):
    pools, start = [], workers.local(2)
    monkeypatch.setattr(workers, "local", lambda jobs: lambda: pools.append(start()) or pools[-1])

    def kill(result):
        if len(pools) == 1:
            for process in pools[0]._processes.values():
                process.kill()

    results = autograde.autograde(config.load(folder), school.ASSIGNMENT, jobs=2, on_result=kill)
    assert [result.problems for result in results] == [()] * 6
    assert len(pools) > 1
    assert school.files(folder) == school.files(undisturbed)


def test_one_run_at_a_time(room):
    place = commit.Workplace(
        room, autograde.Engine(config.load(room), "ps1", workers.local(1), 1).place.coursedir, "ps1"
    )
    with place.open(), pytest.raises(GradingError, match="at work in this course"):
        autograde.autograde(config.load(room), school.ASSIGNMENT)


def test_a_link_is_refused_and_the_others_are_graded(room):
    path = room / "submitted" / "bitdiddle" / "ps1" / "jupyter.png"
    path.unlink()
    path.symlink_to(room / "gradebook.db")
    bitdiddle, hacker = autograde.autograde(config.load(room), school.ASSIGNMENT)
    assert "symbolic link" in bitdiddle.problems[0]
    assert hacker.score is not None
    assert not (room / "autograded" / "bitdiddle").exists()
