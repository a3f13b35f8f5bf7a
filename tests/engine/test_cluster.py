"""Grading on a Dask cluster in one process: the same marks, and one clear message for each thing that can be wrong."""

import dataclasses
import pickle
import shutil
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import distributed
import msgspec
import pytest

from course.grading import config
from course.grading.engine import autograde
from course.grading.engine.dask import cluster, messages, worker
from course.grading.engine.dask.cluster import Cluster, ClusterError
from course.grading.engine.dask.messages import About, Answer, Parcel, ParcelError, about, pack, unpack
from course.grading.engine.task import Beside, Executed, Task, execute
from course.grading.record import Record
from tests.engine import school

RECORD = Record(token="t", happened={"a": "late"}, completed={"a", "b"}, sheets={"a": [b"\x00{"]})
HACKER = 'NAME = \\"Alyssa P. Hacker'  # as her first notebook says
TASK = Task("{}", "ps1", {"RunNotebook": {"timeout": 3}}, {"a": None}, RECORD, "", {"d/f": Beside(b"x", 0o755)})


@pytest.fixture(scope="module")
def hosts():
    """A scheduler and a worker with two threads, which talk over the network although they share this process."""
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    ) as made:
        yield made


@pytest.fixture
def grade(room):
    return lambda address, **options: autograde.autograde(
        config.load(room), school.ASSIGNMENT, scheduler=address, **options
    )


def test_it_gives_what_a_local_run_gives(room, hosts, tmp_path):
    with_files(room)
    alone = Path(shutil.copytree(room, tmp_path / "alone"))
    there = autograde.autograde(config.load(room), school.ASSIGNMENT, scheduler=hosts.scheduler_address)
    here = autograde.autograde(config.load(alone), school.ASSIGNMENT)
    assert [result.problems for result in here + there] == [()] * 4
    assert [result.score for result in there] == [result.score for result in here]
    assert school.gradebook(room) == school.gradebook(alone)
    assert school.files(room) == school.files(alone)


def with_files(room):
    """One notebook reads what lies beside it, in a folder too, with its permissions."""
    folder = room / "submitted" / "hacker" / school.ASSIGNMENT
    (folder / "data").mkdir()
    (folder / "data" / "numbers.txt").write_text("1 2 3")
    (folder / "data" / "numbers.txt").chmod(0o754)
    school.insert(
        folder / "problem1.ipynb",
        "import os\n"
        "print(open('data/numbers.txt').read(), oct(os.stat('data/numbers.txt').st_mode))\n"
        "print(os.environ['NBGRADER_EXECUTION'], sorted(os.listdir('.')))",
    )


def test_a_file_beside_a_notebook_is_there_with_its_permissions(room, hosts, grade):
    with_files(room)
    grade(hosts.scheduler_address, students=["hacker"])
    output = school.first_output(room / "autograded" / "hacker" / school.ASSIGNMENT / "problem1.ipynb")
    assert "1 2 3 0o100754" in output
    assert "autograde ['data', " in output


def test_compiled_programs_go_along_where_the_processor_is_the_same(room, hosts, monkeypatch):
    course = config.load(room)
    folder = room / ".course" / "kernel-cache" / school.ASSIGNMENT
    folder.mkdir(parents=True)
    (folder / "jit_add-0-cache").write_bytes(b"compiled")
    seen, task = [], dataclasses.replace(TASK, folder=str(folder))

    def run(task):
        place = Path(task.settings["ZygoteProvisioner"]["cache"] or "/nowhere")
        seen.append({path.name: path.read_bytes() for path in place.glob("*")})
        assert not place.is_relative_to(room)
        return Executed("{}", Record(), 0.0)

    monkeypatch.setattr(worker, "execute", run)
    for processor in (messages.processor, lambda: "another"):
        monkeypatch.setattr(worker, "processor", processor)
        with Cluster(hosts.scheduler_address, course, school.ASSIGNMENT).start() as pool:
            assert pool.submit(execute, task).result().notebook == "{}"
    assert seen == [{"jit_add-0-cache": b"compiled"}, {}]


def test_no_scheduler(grade, monkeypatch):
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(
        ClusterError, match=f"no scheduler answers at {address} .* start one with `dask scheduler`"
    ):
        grade(address)
    with pytest.raises(ClusterError, match="no scheduler answers at nowhere://1 "):
        grade("nowhere://1")


def test_no_workers(grade, monkeypatch):
    monkeypatch.setattr(cluster, "_WORKER_SECONDS", 0.5)
    with distributed.LocalCluster(
        n_workers=0, processes=False, protocol="tcp", host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as empty:
        address = empty.scheduler_address
        with pytest.raises(ClusterError, match=f"has no workers; start one on each host: dask worker {address}"):
            grade(address)


OTHER = About("0.0.9", "f" * 64, "3.99", "0/0")


def test_a_worker_with_another_version_grades_nothing(room, grade, hosts, monkeypatch):
    monkeypatch.setattr(worker, "about", lambda: OTHER)
    with pytest.raises(ClusterError) as raised:
        grade(hosts.scheduler_address)
    said = str(raised.value)
    assert "1 of 1 workers cannot grade" in said
    assert "has gradbook 0.0.9 (ffffffff), Python 3.99" in said
    assert f"Here it is {about()}: install the same" in said
    assert list((room / "autograded").glob("*/*")) == []


def test_nor_does_one_that_joins_later(grade, hosts, monkeypatch):
    answers = [about(), about()]  # to the question before the run, and to the one when it begins
    monkeypatch.setattr(worker, "about", lambda: answers.pop() if answers else OTHER)
    with pytest.raises(ClusterError, match=r"1 of 1 workers cannot grade: .* has gradbook 0.0.9"):
        grade(hosts.scheduler_address)


def test_nor_does_one_without_a_sandbox_or_without_the_course(grade, hosts, monkeypatch):
    monkeypatch.setattr(worker, "namespaces", SimpleNamespace(available=lambda: "this is Plan 9"))
    with pytest.raises(ClusterError, match="has no sandbox: this is Plan 9"):
        grade(hosts.scheduler_address)
    monkeypatch.undo()
    monkeypatch.setattr(cluster, "hello", broken_greeting)
    with pytest.raises(ClusterError, match=r"has no gradbook that knows what to do .ModuleNotFoundError"):
        grade(hosts.scheduler_address)


def test_a_worker_that_dies_while_it_is_asked_is_no_reason_to_stop(hosts, room, monkeypatch):
    monkeypatch.setattr(cluster, "hello", dying_greeting)
    assert Cluster(hosts.scheduler_address, config.load(room), school.ASSIGNMENT).threads() == 2


def dying_greeting():
    raise distributed.comm.CommClosedError("the other side has gone")


def broken_greeting():
    raise ModuleNotFoundError("No module named 'course.grading.engine.dask.worker'")


def test_a_notebook_that_a_worker_cannot_run_is_a_problem_of_its_own(grade, hosts, monkeypatch):
    def run(task):
        if HACKER in task.notebook:
            raise OSError("no room for its files")
        return execute(task)

    monkeypatch.setattr(worker, "execute", run)
    bitdiddle, hacker = grade(hosts.scheduler_address)
    assert bitdiddle.score is not None
    assert hacker.problems == ("OSError: no room for its files",)


def test_without_the_library_it_says_what_to_install(grade, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"pip install 'gradbook\[cluster\]'"):
        grade("tcp://127.0.0.1:8786")


def test_without_a_sandbox_there_is_no_cluster(room):
    course = config.load(room)
    course.without_sandbox()
    with pytest.raises(ClusterError, match="without a sandbox in your own account only"):
        autograde.autograde(course, school.ASSIGNMENT, scheduler="tcp://127.0.0.1:8786")


def test_an_executor_runs_nothing_else(room, hosts):
    with Cluster(hosts.scheduler_address, config.load(room), school.ASSIGNMENT).start() as pool:
        for call in ((print, TASK), (execute, "text"), (execute, TASK, 2)):
            with pytest.raises((TypeError, ValueError)):
                pool.submit(*call)


def test_a_parcel_comes_back_as_it_went():
    sent = Parcel(about(), TASK, "cpu")
    assert unpack(pack(sent, "it"), Parcel, "it") == sent
    answer = Answer(Executed("{}", RECORD, 1.5, ("slow",)))
    assert unpack(pack(answer, "it"), Answer, "it") == answer


def test_what_is_no_answer_is_refused(monkeypatch):
    good = pack(Answer(Executed("{}", RECORD, 1.5)), "it")
    bad = {
        "bytes were expected": "text",
        "Expected `object`": msgspec.msgpack.encode([1]),
        "cannot be read": pickle.dumps(Answer()),
        "Expected `str`": msgspec.msgpack.encode({"executed": {"notebook": 1, "record": {}, "seconds": 1}}),
        "truncated": good[:-1],
    }
    for why, data in bad.items():
        with pytest.raises(ParcelError, match=why):
            unpack(data, Answer, "it")
    monkeypatch.setattr(messages, "MOST", len(good) - 1)
    with pytest.raises(ParcelError, match="at most 0 MiB"):
        unpack(good, Answer, "it")


def test_a_submission_that_is_too_large_to_be_sent_is_a_problem_of_its_own(grade, hosts, monkeypatch):
    def refuse(what, name):
        if isinstance(what, Parcel) and HACKER in what.task.notebook:
            raise ParcelError(f"{name} has 300 MiB")
        return pack(what, name)

    monkeypatch.setattr(cluster, "pack", refuse)
    bitdiddle, hacker = grade(hosts.scheduler_address)
    assert bitdiddle.score is not None
    assert hacker.problems == ("a submission with its files has 300 MiB",)


def test_what_is_no_plain_data_is_named():
    with pytest.raises(ParcelError, match=r"the settings cannot be sent to another host: .*object"):
        pack(Parcel(about(), Task("{}", "ps1", {"X": {"y": object()}})), "the settings")
