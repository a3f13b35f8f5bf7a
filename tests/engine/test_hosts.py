"""Two hosts without a shared disk grade a class; workers that die, and hosts with another version of the course."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import distributed
import pytest

import course
from course.grading import config
from course.grading.engine import autograde
from tests.engine import hosts, school

pytestmark = pytest.mark.slow
STUDENTS = 8
HOST = re.compile(r"graded on [\w.-]+")
GRADE = (sys.executable, "-m", "course.cli", "autograde", school.ASSIGNMENT, "--json", "--scheduler")

# Waits until exactly these workers have come, and others have gone.
READY = """
import sys, time
from distributed import Client
client = Client(sys.argv[1], timeout=120)
while {worker["name"] for worker in client.scheduler_info(n_workers=-1)["workers"].values()} != set(sys.argv[2:]):
    time.sleep(0.1)
"""


@pytest.fixture
def many(room):
    """A class whose notebooks say on which host they ran."""
    school.enrol(room, STUDENTS)
    for path in room.glob("submitted/student-*/ps1/problem1.ipynb"):
        school.insert(path, "import socket\nprint('graded on', socket.gethostname())")
    return Path(room)


def seen(folder):
    return {name: (mode, HOST.sub("", str(content))) for name, (mode, content) in school.files(folder).items()}


def ran_on(folder):
    notebooks = folder.glob("autograded/student-*/ps1/problem1.ipynb")
    return {HOST.findall(path.read_text())[-1].removeprefix("graded on ") for path in notebooks}


def wait_for(condition, what, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@pytest.mark.skipif(bool(hosts.unavailable()), reason=hosts.unavailable() or "they can be made")
def test_two_hosts_without_a_shared_disk_grade_a_class(many, tmp_path, tmp_path_factory):
    alone = Path(shutil.copytree(many, tmp_path / "alone"))
    autograde.autograde(config.load(alone), school.ASSIGNMENT)
    package = shlex.quote(str(Path(course.__file__).parent))
    older = f"cp -r {package} . && echo '# Older.' >> course/errors.py && export PYTHONPATH=$PWD"
    # The folder that workers do not see is the one of all tests.
    with hosts.Hosts(tmp_path_factory.getbasetemp(), ["one", "two", "three"]) as network:

        def begin(*options):
            command = network.on_head(
                *GRADE,
                hosts.SCHEDULER,
                *options,
                cwd=many,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            network.running.append(command)
            return command

        def ready(*names):
            assert network.on_head(sys.executable, "-c", READY, hosts.SCHEDULER, *names).wait(300) == 0

        network.scheduler()
        outdated = network.worker("three", first=older)
        ready("three")
        refused = begin()
        _, err = refused.communicate(timeout=300)
        assert refused.returncode == 2, err
        said = " ".join(err.split())
        assert "1 of 1 workers cannot grade: tcp://10.0.0.4:" in said
        assert "(three) has gradbook" in said
        assert "install the same on every host" in said
        assert "Traceback" not in err
        outdated.kill()
        assert list(many.glob("autograded/*/ps1")) == []

        one, _ = network.worker("one"), network.worker("two")
        ready("one", "two")
        command = begin()
        out, err = command.communicate(timeout=300)
        assert command.returncode == 0, out + err
        assert len(json.loads(out)) == STUDENTS + 2
        assert ran_on(many) == {"one", "two"}
        assert school.gradebook(many) == school.gradebook(alone)
        assert seen(many) == seen(alone)

        again = begin("--force")
        fresh = {path: path.stat().st_mtime_ns for path in many.glob("autograded/student-*/ps1")}
        wait_for(
            lambda: any(not path.exists() or path.stat().st_mtime_ns != at for path, at in fresh.items()), "begun"
        )
        assert again.poll() is None
        one.kill()
        out, err = again.communicate(timeout=300)
        assert again.returncode == 0, out + err
        assert [result["problems"] for result in json.loads(out)] == [[]] * (STUDENTS + 2)
        assert "two" in ran_on(many)
        assert school.gradebook(many) == school.gradebook(alone)
        assert seen(many) == seen(alone)


POISON = """
import os
from course.grading.engine.dask import worker
from course.grading.engine.task import execute


def run(task):
    if {marker!r} in task.notebook:
        os.kill(os.getpid(), 9)
    return execute(task)


worker.execute = run
"""


def test_a_notebook_that_kills_every_worker_is_given_up_and_the_others_are_graded(many, tmp_path):
    (tmp_path / "poison.py").write_text(POISON.format(marker="mine = 3\\n"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    quiet = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "cwd": tmp_path,
        "start_new_session": True,
    }
    dask = [sys.executable, "-m", "dask"]
    scheduler = [*dask, "scheduler", "--host", address, "--dashboard-address", "127.0.0.1:0"]
    worker = [
        *dask,
        "worker",
        address,
        "--nworkers",
        "2",
        "--nthreads",
        "1",
        "--no-dashboard",
        "--host",
        "127.0.0.1",
    ]
    bound = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    running = []
    try:
        running.append(subprocess.Popen(scheduler, env=os.environ | bound, **quiet))
        running.append(subprocess.Popen([*worker, "--preload", str(tmp_path / "poison.py")], **quiet))
        with distributed.Client(address, timeout=120) as client:
            client.wait_for_workers(2, timeout=120)
        # So that few others are with it on the worker that dies.
        results = autograde.autograde(config.load(many), school.ASSIGNMENT, scheduler=address, jobs=1)
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    problems = {result.student: result.problems for result in results if result.problems}
    assert list(problems) == ["student-003"], problems
    assert "2 workers died while they had it, the last one at tcp://127.0.0.1:" in problems["student-003"][0]
    assert sum(result.score is not None for result in results) == STUDENTS + 1
