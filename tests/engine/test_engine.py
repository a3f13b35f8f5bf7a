"""The engine against nbgrader's own command, and against everything that can end it half-way."""

import errno
import gc
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.converters import Autograde

from course.grading import config, course_lock, kernel_choice
from course.grading.engine import autograde, converters, jit_cache, local, task, workplace
from course.grading.errors import GradingError
from course.kernels.process import provenance
from tests.engine import school


def test_scores_comments_cells_and_outputs_are_those_of_nbgraders_own_command(room, tmp_path):
    stock = tmp_path / "stock"
    shutil.copytree(room, stock)
    school.run(stock, "autograde", school.ASSIGNMENT)
    results = school.finish(school.course(room, "autograde", school.ASSIGNMENT, "--json"))
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


def test_only_where_chance_cuts_what_is_printed_is_not_compared(tmp_path):
    def printed(*pieces):
        outputs = [new_output("stream", name=name, text=text) for name, text in pieces]
        path = tmp_path / "autograded" / "alice" / "a.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(new_notebook(cells=[new_code_cell("", id="one", outputs=outputs)]), path)
        return school.files(tmp_path)

    once = printed(("stdout", "a\nb\n"), ("stderr", "c"))
    assert printed(("stdout", "a\n"), ("stdout", "b\n"), ("stderr", "c")) == once
    assert printed(("stdout", "a\nc\n"), ("stderr", "c")) != once
    assert printed(("stderr", "c"), ("stdout", "a\nb\n")) != once
    assert printed(("stdout", "a\n"), ("stderr", "c"), ("stdout", "b\n")) != once


def test_ctrl_c_says_what_is_kept(undisturbed, folder):
    process = school.course(folder, "autograde", school.ASSIGNMENT, "--jobs", "1")
    deadline = time.monotonic() + 240
    while not list(folder.glob("autograded/*/ps1")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=120)
    if process.returncode != 0:  # else the whole class was graded before the signal came
        assert process.returncode == 130, err
        assert "kept; the same command goes on from there" in " ".join(err.split())
    assert "Traceback" not in err
    school.finish(school.course(folder, "autograde", school.ASSIGNMENT, "--json"))
    assert school.files(folder) == school.files(undisturbed)


def test_a_full_disk_ends_the_run_and_loses_nothing(undisturbed, folder, monkeypatch):
    written = workplace.Workplace.commit
    count = []

    def full(place, student):
        count.append(student)
        if len(count) > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        written(place, student)

    monkeypatch.setattr(workplace.Workplace, "commit", full)
    with pytest.raises(GradingError, match="the disk is full"):
        autograde.autograde(config.load(folder), school.ASSIGNMENT)
    monkeypatch.undo()
    assert len(list(folder.glob("autograded/*/ps1"))) == 2
    results = autograde.autograde(config.load(folder), school.ASSIGNMENT)
    assert sum(result.skipped for result in results) == 2
    assert school.gradebook(folder) == school.gradebook(undisturbed)
    assert school.files(folder) == school.files(undisturbed)


def test_a_worker_that_is_killed_costs_nobody_a_mark(undisturbed, folder, monkeypatch):
    pools, start = [], local.local(2)
    monkeypatch.setattr(local, "local", lambda jobs: lambda: pools.append(start()) or pools[-1])

    def kill(result):
        if len(pools) == 1:
            for process in pools[0]._processes.values():
                process.kill()

    results = autograde.autograde(config.load(folder), school.ASSIGNMENT, jobs=2, on_result=kill)
    assert [result.problems for result in results] == [()] * 6
    assert len(pools) > 1
    assert school.files(folder) == school.files(undisturbed)


def test_a_worker_shares_what_was_imported_for_all():
    pool = local.local(1)()
    try:
        assert pool.submit(gc.get_freeze_count).result(60) > 50_000
    finally:
        local.end(pool)


def test_one_run_at_a_time_of_either_command(room):
    before = sorted(room.rglob("*"))
    with course_lock.alone(room):
        with pytest.raises(GradingError, match="at work in this course"):
            autograde.autograde(config.load(room), school.ASSIGNMENT)
        with pytest.raises(GradingError, match="at work in this course"):
            converters.convert(Autograde, config.load(room), school.ASSIGNMENT, what="not graded")
    assert set(room.rglob("*")) - set(before) <= {room / ".course", room / ".course" / course_lock.FILE}


def test_a_link_is_refused_and_the_others_are_graded(room):
    path = room / "submitted" / "bitdiddle" / "ps1" / "jupyter.png"
    path.unlink()
    path.symlink_to(room / "gradebook.db")
    bitdiddle, hacker = autograde.autograde(config.load(room), school.ASSIGNMENT)
    assert "symbolic link" in bitdiddle.problems[0]
    assert hacker.score is not None
    assert not (room / "autograded" / "bitdiddle").exists()


def test_compiled_programs_are_made_beside_the_first_submissions(undisturbed, folder, caplog, monkeypatch):
    assert jit_cache.due(config.load(undisturbed), school.ASSIGNMENT) is None
    programs = kernel_choice.cache_folder(config.load(folder), school.ASSIGNMENT)
    left = programs.with_name(f".filling-{programs.name}.abcdefgh")
    left.mkdir(parents=True)
    source = folder / "source" / school.ASSIGNMENT
    nbformat.write(new_notebook(cells=[new_code_cell("1 / 0")]), source / "fails.ipynb")
    assert all(result.score is not None for result in autograde.autograde(config.load(folder), school.ASSIGNMENT))
    assert "fails.ipynb: CellExecutionError" in caplog.text
    assert not left.exists()
    assert jit_cache.due(config.load(folder), school.ASSIGNMENT) is None
    # Another rule of what may be in it, and it is filled anew.
    monkeypatch.setattr(provenance, "__file__", jit_cache.__file__)
    assert jit_cache.due(config.load(folder), school.ASSIGNMENT) is not None


ALTERNATIVE = """import jax, jax.numpy as jnp
def helper(x): return jnp.cos(x) * 2
@jax.jit
def secret(x): return helper(x) + 3
print(secret(jnp.ones(5)), jax.jit(lambda x: x + 7)(jnp.ones(5)), jnp.tanh(jnp.ones(5)))"""


def test_an_alternative_solution_leaves_operations_and_none_of_its_functions(folder, caplog):
    (folder / "alternatives").mkdir()
    place = folder / "alternatives" / "another.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(ALTERNATIVE)]), place)
    course = config.load(folder)
    course.alternatives = {school.ASSIGNMENT: ["alternatives/another.ipynb"]}
    filling = jit_cache.due(course, school.ASSIGNMENT)
    assert filling is not None
    assert jit_cache.fill(filling) == ""
    kept = {entry.name.partition("-")[0] for entry in filling.folder.iterdir() if entry.name.endswith("-cache")}
    assert "jit_tanh" in kept
    assert not kept & {"jit_secret", "jit_helper", "jit__lambda"}
    place.unlink()
    autograde.autograde(course, school.ASSIGNMENT, ["bitdiddle", "hacker", "student-000"])
    assert "another.ipynb" in caplog.text


def test_a_source_that_is_no_notebook_warms_nothing_and_stops_nothing(folder, caplog):
    (folder / "source" / school.ASSIGNMENT / "broken.ipynb").write_text("{")
    assert all(result.score is not None for result in autograde.autograde(config.load(folder), school.ASSIGNMENT))
    assert "ps1: broken.ipynb: NotJSONError" in caplog.text


IMPORTED = """
import sys
import course.grading.engine.autograde, course.grading.config
results = course.grading.engine.autograde.autograde(course.grading.config.load(None), "ps1", jobs=1)
print(len(results), all(result.score is not None for result in results), "jax" in sys.modules)
"""


def test_a_course_with_none_of_our_exercises_waits_for_no_marker(room):
    """The workers import this as their main module, which has to do nothing there."""
    (room / "grade.py").write_text(f"if __name__ == '__main__':\n{textwrap.indent(IMPORTED, '    ')}")
    run = subprocess.run([sys.executable, "grade.py"], cwd=room, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["2", "True", "False"]


def test_kernels_find_the_compiled_programs_wherever_the_command_is_given(room, tmp_path, monkeypatch):
    course = config.load(room)
    cache = kernel_choice.cache_folder(course, school.ASSIGNMENT)
    about = {"metadata": {"path": str(room)}, "nbgrader": {"assignment": school.ASSIGNMENT}}
    monkeypatch.chdir(tmp_path)

    def settings():
        configured = converters.settings(course, school.ASSIGNMENT, None)
        return task.task(configured, new_notebook(), about).settings.get("ZygoteProvisioner", {})

    assert "cache" not in settings()
    cache.mkdir(parents=True)
    assert settings()["cache"] == str(cache)
    course.config.ZygoteProvisioner.cache = "/another"
    assert settings()["cache"] == "/another"
