"""`course serve`: what it refuses to start with, when feedback counts as released, and one real start."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import pytest
from traitlets.config import Config

from course.commands.serve import release
from course.exercises import find
from course.grading.course_folders import CourseFolders
from tests.cli.conftest import ROOT, course

__all__ = ["course"]  # the fixture
MLP, CNN = find("mlp/relu-sgd"), find("cnn/output-size")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--assignment", "mlpp"], "there is no assignment 'mlpp'"),
        (["--released", "all"], "there is no assignment 'all'"),
        (["--solutions", "nowhere"], "is not a folder"),
        (["--token-file", "nowhere"], "cannot be read"),
        (["--student", " "], "student id"),
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1"),
    ],
)
def test_wrong_use_is_one_message(course, monkeypatch, arguments, message):
    monkeypatch.delenv("JUPYTERHUB_SERVICE_NAME", raising=False)
    # As in a terminal of somebody's own server on a Hub, which is no service.
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/alice/")
    run = course("serve", *arguments)
    assert run.code == 2
    assert message in " ".join(run.err.split())
    assert "Traceback" not in run.err


def test_a_service_of_a_hub_takes_the_hubs_tokens_only(course, monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTERHUB_SERVICE_NAME", "practice")
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/services/practice/")
    monkeypatch.delenv("JUPYTERHUB_API_TOKEN", raising=False)
    assert "no service of a JupyterHub" in course("serve").err
    assert "no other tokens" in " ".join(course("serve", "--token-file", tmp_path / "tokens").err.split())


def test_feedback_in_the_folder_releases_for_its_student_alone(tmp_path):
    released = release(["cnn"], CourseFolders(tmp_path, Config()))
    assert released(CNN, "anybody")
    assert not released(MLP, "alice")
    (tmp_path / "feedback" / "alice" / "mlp").mkdir(parents=True)
    assert not released(MLP, "alice")
    (tmp_path / "feedback" / "alice" / "mlp" / "backpropagation.html").write_text("feedback")
    assert released(MLP, "alice")
    for other in ("bob", "", ".", "..", "alice/../alice", "al*ce", "/etc", "-alice"):
        assert not released(MLP, other)
    assert not release([], None)(MLP, "alice")
    assert not release([], CourseFolders(tmp_path / "nowhere", Config()))(MLP, "alice")


def test_it_starts_answers_and_stops(tmp_path):
    # As from a script or a unit file: there nobody asks Python not to buffer what goes into a pipe.
    environment = {
        key: value
        for key, value in os.environ.items()
        if key != "PYTHONUNBUFFERED" and not key.startswith("JUPYTERHUB_")
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "course.cli", "serve", "--json", "--student", "Alice", "--assignment", "training"],
        cwd=ROOT,
        env={**environment, "XDG_CACHE_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # A service that says nothing, or does not stop, is ended, and with it the reading below.
    watchdog = threading.Timer(300, process.kill)
    watchdog.start()
    try:
        lines = []
        while not lines or lines[-1] != "}\n":
            lines.append(process.stdout.readline())
            assert lines[-1], process.stderr.read()
        about = json.loads("".join(lines))
        assert about["student"] == "alice"
        assert about["exercises"] == ["training/capstone"]
        assert len(about["token"]) >= 40
        address = urlsplit(about["url"])
        assert address.hostname == "127.0.0.1"
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=120)
        connection.request("GET", "/v1/", headers={"Authorization": f"token {about['token']}"})
        assert json.loads(connection.getresponse().read())["student"] == "alice"
        connection.close()
    finally:
        process.send_signal(signal.SIGTERM)
        told = time.monotonic()
        out, err = process.communicate()
        seconds = time.monotonic() - told
        watchdog.cancel()
    assert process.returncode == 0
    # It is compiling when it is told; that takes half a minute, and heeds no interrupt.
    assert seconds < 15
    assert out == ""
    assert "Traceback" not in err
