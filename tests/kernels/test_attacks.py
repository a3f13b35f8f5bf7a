"""What a submission may try. Each attack is run in our sandbox, in bubblewrap, and without any: the last one
is the control, which proves that the attack works where nothing stops it."""

import shutil
import socket

import pytest

from tests.kernels.bubblewrap import NAME as BUBBLEWRAP

MIB = 1 << 20
# Small, so that the attacks are quick; the threads of a kernel and of JAX need about forty processes.
LIMITS = {"processes": 90, "file_size": 4 * MIB, "disk": 12 * MIB, "memory": 1536 * MIB}

ATTACKS = {
    "network": """
        import socket
        socket.create_connection(("127.0.0.1", {port}), timeout=5)
    """,
    "abstract socket": r"""
        import socket
        socket.socket(socket.AF_UNIX).connect("\x00{abstract}")
    """,
    "file of the grader": """
        open({secret!r}).read()
    """,
    "neighbour of the working directory": """
        import os
        assert {name!r} in os.listdir({parent!r})
    """,
    "link out of the working directory": """
        open("link").read()
    """,
    "environment of this process": """
        import os
        found = os.environ.get("SECRET", "") + open("/proc/self/environ").read()
        assert {word!r} in found
    """,
    "other processes": """
        import pathlib
        found = [path.read_bytes() for path in pathlib.Path("/proc").glob("[0-9]*/cmdline")]
        assert any(b"driver.py" in text for text in found)
    """,
    "signal to another process": """
        import os
        os.kill({victim}, 0)
    """,
    "write where others read": """
        open({shared!r} + "/planted", "w").write("x")
    """,
    "new namespace": """
        import subprocess
        subprocess.run(["unshare", "--user", "true"], check=True)
    """,
    "trace a process": """
        import ctypes, subprocess
        child = subprocess.Popen(["sleep", "30"])
        result = ctypes.CDLL(None).ptrace(16, child.pid, 0, 0)
        child.kill()
        assert result == 0
    """,
    "large file": """
        with open("large", "wb") as file:
            file.write(bytes(6 << 20))
    """,
    "fill the disk": """
        for number in range(5):
            with open(f"part{{number}}", "wb") as file:
                file.write(bytes(3 << 20))
    """,
    "much memory": """
        import numpy
        array = numpy.empty(3 << 30, dtype=numpy.uint8)
    """,
}
# bubblewrap lets a process make a namespace and trace its own child, both inside the sandbox, and leaves the
# size of the disk to the host: it has no seccomp filter of ours and no file system of bounded size.
NOT_IN_BUBBLEWRAP = {"new namespace", "trace a process", "fill the disk"}


def attempt(code: str) -> str:
    import textwrap

    body = textwrap.indent(textwrap.dedent(code), "    ")
    return f"try:\n{body}\n    print('REACHED')\nexcept BaseException as error:\n    print('STOPPED', repr(error)[:200])"


@pytest.fixture(scope="module")
def scene(grader):
    """Things on the grader's side that an attack aims at."""
    secret = grader.folder / "other-student" / "answers.txt"
    shared = grader.folder / "shared"
    for folder in (secret.parent, shared):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
    secret.write_text(grader.secret)
    with socket.socket() as server, socket.socket(socket.AF_UNIX) as abstract:
        server.bind(("127.0.0.1", 0))
        server.listen(16)
        abstract.bind("")
        abstract.listen(16)
        yield {
            "port": server.getsockname()[1],
            "abstract": abstract.getsockname()[1:].decode(),
            "secret": str(secret),
            "parent": str(grader.folder),
            "name": secret.parent.name,
            "word": grader.secret,
            "shared": str(shared),
            "victim": grader.ask("victim")["pid"],
        }
    shutil.rmtree(shared)


def outcomes(grader, scene, names, **how):
    cells = [attempt(ATTACKS[name].format(**scene)) for name in names]
    run = grader.run(*cells, "print('alive')", links={"link": scene["secret"]}, readable=[scene["shared"]], **how)
    assert run.cells[-1].text == "alive\n"
    return dict(zip(names, [cell.text.strip() for cell in run.cells], strict=False))


def test_sandbox_stops_every_attack(grader, scene):
    found = outcomes(grader, scene, ATTACKS, limits=LIMITS)
    reached = {name: text for name, text in found.items() if not text.startswith("STOPPED")}
    assert not reached


def test_every_attack_works_without_a_sandbox(grader, scene):
    found = outcomes(grader, scene, ATTACKS, sandbox="none")
    # The environment of the zygote is clean in any case; its control is below.
    stopped = {name: text for name, text in found.items() if text != "REACHED"}
    assert set(stopped) == {"environment of this process"}


def test_environment_attack_works_in_a_cold_kernel(grader):
    run = grader.run(attempt(ATTACKS["environment of this process"].format(word=grader.secret)), kernel="python3")
    assert run.text == "REACHED"


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
def test_bubblewrap_stops_the_same_attacks(grader, scene):
    names = [name for name in ATTACKS if name not in NOT_IN_BUBBLEWRAP]
    found = outcomes(grader, scene, names, kernel=BUBBLEWRAP, limits=LIMITS | {"processes": 4000})
    assert {name: text for name, text in found.items() if not text.startswith("STOPPED")} == {}


FORKS = """
import subprocess
children = []
try:
    for _ in range(100):
        children.append(subprocess.Popen(["sleep", "30"]))
except OSError:
    pass
print(len(children))
for child in children:
    child.kill()
    child.wait()
"""


def test_fork_bomb_is_bounded(grader):
    assert 0 < int(grader.run(FORKS, limits=LIMITS).text) < LIMITS["processes"]
    assert int(grader.run(FORKS, sandbox="none").text) == 100


def test_one_bomb_leaves_the_other_kernels_their_processes(grader):
    """Limits are counted for each kernel apart, although all of an ordinary user's have the same owner."""
    bombed = grader.ask("launch", traits={"limits": LIMITS})["kernel"]
    grader.ask("cell", kernel=bombed, code=FORKS.split("print(len")[0])
    assert grader.ask("cell", kernel=bombed, code=FORKS)["text"].strip() == "0"
    assert int(grader.run(FORKS, limits=LIMITS).text) > 30
    grader.ask("end", kernel=bombed)


SHARED = """
import mmap
held = []
for _ in range(8):
    held.append(mmap.mmap(-1, 64 << 20))
    held[-1].write(bytes(64 << 20))
print("held")
"""


def test_memory_of_all_processes_together_is_bounded(grader):
    """Shared mappings get past RLIMIT_DATA; the supervisor sees them."""
    run = grader.run(SHARED, limits={"memory": 400 * MIB})
    assert run.cells[0].dead
    assert run.reason is not None
    assert "limit 'memory'" in run.reason
    assert grader.run(SHARED, limits={"memory": 2048 * MIB}).text == "held"


SOCKETS = """
import socket
held = [socket.socketpair() for _ in range(450)]
__import__("time").sleep(0.5)
print("held")
"""


def test_memory_that_no_process_shows_is_counted(grader):
    """What waits in sockets belongs to no process's pages."""
    run = grader.run(SOCKETS, limits={"memory": 300 * MIB, "open_files": 1000})
    assert run.cells[0].dead
    assert "limit 'memory'" in str(run.reason)
    assert grader.run(SOCKETS, limits={"memory": 2048 * MIB, "open_files": 1000}).text == "held"


def test_time_is_bounded(grader):
    run = grader.run("while True: pass", limits={"cpu_seconds": 1})
    assert run.cells[0].dead
    assert run.code == -24
    assert "limit 'cpu_seconds'" in str(run.reason)
    run = grader.run("import time; time.sleep(60)", limits={"wall_seconds": 1})
    assert run.cells[0].dead
    assert "limit 'wall_seconds'" in str(run.reason)


def test_identity_and_rights(grader):
    code = """
    import os, pathlib
    lines = dict(line.split(":\\t", 1) for line in pathlib.Path("/proc/self/status").read_text().splitlines())
    print(os.getuid(), lines["CapEff"], lines["CapBnd"], lines["NoNewPrivs"], lines["Seccomp"])
    """
    run = grader.run(code.replace("\n    ", "\n"), look=True)
    assert run.text == "1000 0000000000000000 0000000000000000 1 2"
    assert run.outside is not None
    # From outside: a user without an account, one for each kernel; or the ordinary user itself.
    assert (
        set(run.outside) == {65534} if grader.identity == "ordinary" else all(uid > 10**9 for uid in run.outside)
    )


def test_process_one_cannot_be_ended_from_inside(grader):
    run = grader.run(
        "import os, signal\nfor number in (2, 9, 15, 19): os.kill(1, number)\nprint('alive')", "print('still')"
    )
    assert run.text == "alive\nstill"


def test_a_strange_name_does_not_confuse_the_supervisor(grader):
    rename = (
        "import ctypes, time\nctypes.CDLL(None).prctl(15, b'\\xff\\nRssAnon: 9')\ntime.sleep(0.3)\nprint('alive')"
    )
    assert grader.run(rename).text == "alive"


def test_the_zygote_cannot_be_reached(grader):
    code = """
    import gc, os, socket, stat
    folder = {folder!r}
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        channel.connect(folder + "/zygote")
        print("REACHED")
    except OSError as error:
        print("STOPPED", error)
    """
    code = code.format(folder=grader.ask("leftovers")["folder"]).replace("\n    ", "\n")
    assert grader.run(code).text.startswith("STOPPED")
    assert grader.run(code, sandbox="none").text == "REACHED"


def test_no_open_descriptor_leads_out(grader):
    """Besides the kernel's own listening sockets, nothing the zygote holds is open here."""
    code = """
    import os
    for name in os.listdir("/proc/self/fd"):
        try:
            print(os.readlink("/proc/self/fd/" + name))
        except OSError:
            pass
    """
    for line in grader.run(code.replace("\n    ", "\n")).text.splitlines():
        assert line.startswith(("socket:", "pipe:", "anon_inode:", "/dev/null", "/proc/"))
