"""A run that is killed again and again ends as one that was left in peace."""

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.engine import mixed, school
from tests.engine.conftest import graded as graded_in_peace

TINY = "tiny"
CLASS = 200


def disturb(folder, peace, assignment, kills):
    """Kill the command at drawn moments of its work, then let it come to its end."""
    total = len(list(folder.glob(f"submitted/*/{assignment}")))
    draw, done, expected = random.Random(7), 0, school.files(peace)
    # One moment in each of so many equal parts of the work, so that kills are spread over all of it.
    parts = [total * number // (kills + 1) for number in range(kills + 2)]
    for number in range(kills):
        moment = draw.randint(max(done + 1, parts[number]), max(done + 1, parts[number + 1]))
        delay = draw.random() * 0.2
        process = school.course(folder, "autograde", assignment)
        while graded(folder, assignment) < moment:
            assert process.poll() is None, process.communicate()
            time.sleep(0.005)
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        before, done = done, graded(folder, assignment)
        assert before < done < total, (number, before, done, total)
        # What counts as graded is so to the last file.
        there = school.files(folder)
        for student in {path.parent.name for path in folder.glob(f"autograded/*/{assignment}")}:
            for name, content in expected.items():
                if name.startswith(f"{student}/"):
                    assert there[name] == content
    results = school.finish(school.course(folder, "autograde", assignment, "--json"))
    assert sum(result["skipped"] for result in results) == done
    assert school.gradebook(folder) == school.gradebook(peace)
    assert school.files(folder) == expected
    assert [path.name for path in (folder / "autograded").iterdir() if path.name.startswith(".")] == []


def graded(folder, assignment):
    return len(list(folder.glob(f"autograded/*/{assignment}")))


def test_killed_at_random_moments_it_goes_on_where_it_stopped(room, tmp_path):
    # Six are executed at once and come to their end together: only a larger class is sure to be under way at a kill.
    school.enrol(room, 18)
    peace = graded_in_peace(room, tmp_path / "peace")
    disturb(room, peace, school.ASSIGNMENT, 2)


@pytest.mark.slow
def test_a_class_killed_ten_times_ends_as_one_graded_in_peace(tmp_path):
    many = tiny(tmp_path / "many", CLASS)
    peace = Path(shutil.copytree(many, tmp_path / "peace"))
    start = time.monotonic()
    results = school.finish(school.course(peace, "autograde", TINY, "--json"))
    print(f"{CLASS} submissions in peace: {time.monotonic() - start:.0f} s")
    assert {result["score"] for result in results} == {1.0, 3.0}
    disturb(many, peace, TINY, 10)
    print(f"and killed ten times: {time.monotonic() - start:.0f} s in all")


def tiny(folder, count):
    """A course with one small notebook, and a class in which every third one is wrong."""
    cells = [
        mixed.code("double", mixed.SOLUTION, solution=True),
        mixed.code("none", "assert double(0) == 0", points=1, **mixed.TEST),
        mixed.code("some", "assert double(5) == 10", points=2, **mixed.TEST),
        mixed.words("why", "YOUR ANSWER HERE", points=4, **mixed.BY_HAND),
    ]
    mixed.make(folder, {"a": cells}, TINY)
    for number in range(count):
        double = f"def double(x):\n    return x * {2 if number % 3 else 3}  # {number}"
        answers = {"a": {"double": double, "why": f"Because of {number}."}}
        when = "2015-02-03" if number % 5 == 0 else "2015-01-31"
        mixed.hand_in(folder, TINY, f"student-{number:03}", answers, when)
    return folder
