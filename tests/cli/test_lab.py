"""`course lab`: which notebooks it opens, what it says where there are none, and how JupyterLab is set up."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time

import pytest
from nbformat import v4, write
from playwright.sync_api import TimeoutError as TookTooLong

from course.commands import lab
from tests.browser import chromium

NBGRADER = {"grade": False, "solution": True, "locked": False, "grade_id": "a", "schema_version": 3, "task": False}


def notebook(path, *, assignment=True):
    path.parent.mkdir(parents=True, exist_ok=True)
    cell = v4.new_code_cell("2 + 2", metadata={"nbgrader": NBGRADER} if assignment else {})
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    write(v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel}), path)
    return path


def test_assignments_are_found_in_the_folder_and_below_it(tmp_path):
    ours = [notebook(tmp_path / "one.ipynb"), notebook(tmp_path / "mlp" / "two.ipynb")]
    notebook(tmp_path / "diary.ipynb", assignment=False)
    notebook(tmp_path / ".ipynb_checkpoints" / "one.ipynb")
    notebook(tmp_path / "a" / "b" / "c" / "deep.ipynb")
    (tmp_path / "broken.ipynb").write_text("{")
    (tmp_path / "list.ipynb").write_text('{"cells": [3]}')
    assert lab.assignments(tmp_path) == ours


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: None, "there is no notebook there"),
        (
            lambda folder: notebook(folder / "diary.ipynb", assignment=False),
            "1 notebooks there are none of a course",
        ),
    ],
    ids=["nothing", "others"],
)
def test_where_there_is_no_assignment_it_says_what_to_do(course, tmp_path, make, said):
    make(tmp_path)
    run = course("lab", tmp_path)
    assert run.code == 2
    assert said in " ".join(run.err.split())
    assert "course lab FOLDER" in " ".join(run.err.split())


def test_a_folder_that_is_none_is_an_error(course, tmp_path):
    run = course("lab", tmp_path / "nowhere")
    assert run.code == 2
    assert "is not a folder" in " ".join(run.err.split())


def started(course, monkeypatch, *arguments):
    """The command that it becomes, and its environment."""
    calls = []
    monkeypatch.setattr(os, "execve", lambda program, command, environment: calls.append((command, environment)))
    assert course("lab", *arguments).code == 0
    return calls[0]


def test_one_notebook_is_opened_several_are_listed(course, tmp_path, monkeypatch):
    notebook(tmp_path / "mlp" / "one.ipynb")
    command, environment = started(course, monkeypatch, tmp_path)
    assert "--LabApp.default_url=/lab/tree/mlp/one.ipynb" in command
    assert f"--ServerApp.root_dir={tmp_path}" in command
    assert environment["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0] == str(lab.SETTINGS)
    notebook(tmp_path / "mlp" / "two.ipynb")
    command, _ = started(course, monkeypatch, tmp_path)
    assert not [word for word in command if "default_url" in word]


def test_an_instructor_gets_the_released_ones(course, tmp_path, monkeypatch):
    (tmp_path / "nbgrader_config.py").write_text("")
    for stage in ("source", "release"):
        notebook(tmp_path / stage / "mlp" / "one.ipynb")
    command, _ = started(course, monkeypatch, tmp_path)
    assert f"--ServerApp.root_dir={tmp_path / 'release'}" in command


def test_the_settings_are_those_of_jupyterlab():
    """A misspelt name in them would say nothing and do nothing."""
    from jupyterlab.labapp import LabApp

    settings = json.loads((lab.SETTINGS / "jupyter_lab_config.json").read_text())
    assert set(settings["LabApp"]) <= set(LabApp.class_traits(config=True))
    assert settings["LabApp"]["news_url"] is None


@pytest.mark.slow
def test_it_opens_with_a_kernel_no_dialog_and_nothing_from_elsewhere(tmp_path):
    notebook(tmp_path / "one.ipynb")
    home = tmp_path / "home"
    home.mkdir()
    call, log = [sys.executable, "-m", "course.cli", "lab", str(tmp_path), "--no-browser"], tmp_path / "said"
    with log.open("w") as said:
        process = subprocess.Popen(call, stderr=said, env=os.environ | {"HOME": str(home)})
    try:
        while not (address := re.search(r"http://127\.0\.0\.1:\d+/lab\S*", log.read_text())):
            assert process.poll() is None, log.read_text()
            time.sleep(0.2)
        with chromium() as web, web.page() as page:
            page.set_default_timeout(180_000)
            page.goto(address[0])
            page.locator(".jp-NotebookPanel .jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
            page.locator(".jp-CodeCell .cm-content").click()
            result = page.locator(".jp-OutputArea-output", has_text="4")
            for _ in range(20):
                # What is run before the kernel is connected, JupyterLab forgets.
                page.keyboard.press("Control+Enter")
                with contextlib.suppress(TookTooLong):
                    result.wait_for(timeout=9_000)
                    break
            assert result.inner_text() == "4"
            assert page.locator(".jp-Dialog").count() == 0
            assert page.locator(".Toastify__toast").count() == 0
            assert web.left == []
    finally:
        process.terminate()
        process.wait(120)


INSTRUCTORS = (
    "nbgrader",
    "nbconvert",
    "nbclient",
    "jupytext",
    "sqlalchemy",
    "alembic",
    "nh3",
    "latex2mathml",
)
STUDENT = """
import os, sys
for name in sys.argv[2].split(","):
    sys.modules[name] = None  # as if it were not installed
from course import cli
os.execve = lambda program, command, environment: print(command[2])
sys.argv = ["course", "lab", sys.argv[1]]
try:
    cli.main()
except SystemExit as done:
    assert not done.code
from course.notebook import begin, exercise, submit
begin("alice", sampler=2)
submit(exercise("mlp/relu-sgd")[1])
"""


def test_a_student_needs_nothing_of_what_instructors_install(tmp_path):
    notebook(tmp_path / "one.ipynb")
    call = [sys.executable, "-c", STUDENT, str(tmp_path), ",".join(INSTRUCTORS)]
    done = subprocess.run(call, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("jupyterlab\n")
    assert "Receipt for mlp/relu-sgd: 0 of 10 answers can be read." in done.stdout
