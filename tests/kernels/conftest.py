"""Graders to test with: the same tests run as root and as an ordinary user, in processes of their own."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.kernels.provisioner import KERNEL
from course.kernels.sandbox import namespaces

ROOT = Path(__file__).resolve().parents[2]
SECRET = "the-secret-of-the-instructor"
ENTRY_POINTS = """[jupyter_client.kernel_provisioners]
course-zygote = course.kernels.provisioner:ZygoteProvisioner
course-bubblewrap = tests.kernels.bubblewrap:BubblewrapProvisioner
"""


@dataclasses.dataclass
class Cell:
    """What came of one cell."""

    text: str
    error: str | None
    displays: list[str]
    dead: bool


@dataclasses.dataclass
class Run:
    """What came of one kernel."""

    cells: list[Cell]
    reason: str | None
    code: int | None
    outside: list[int] | None
    files: dict[str, str]

    @property
    def text(self) -> str:
        return "".join(cell.text for cell in self.cells).strip()


class Grader:
    """A process that starts kernels, as root or as an ordinary user."""

    secret = SECRET

    def __init__(self, identity: str, plugin: Path) -> None:
        self.identity = identity
        self.folder = Path(tempfile.mkdtemp(prefix="grader-"))
        self.folder.chmod(0o777)
        command = [sys.executable, str(ROOT / "tests/kernels/driver.py")]
        if identity == "ordinary" and os.geteuid() == 0:
            command = [sys.executable, str(ROOT / "tests/kernels/ordinary.py"), *command]
        environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        environment |= {
            "PYTHONPATH": f"{plugin}:{ROOT}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "SECRET": SECRET,
            "TMPDIR": str(self.folder),
            "HOME": str(self.folder),
            "JUPYTER_PATH": str(ROOT / "tests/kernels/share/jupyter"),
        }
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=self.folder
        )

    def ask(self, op: str, **job):
        """One job for the driver; see there for what each operation takes and gives."""
        defaults = {"launch": {"kernel": KERNEL, "traits": {}}, "end": {"now": True}}
        job = defaults.get(op, {}) | job
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(dict(job, op=op)) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "failed" in answer:
            raise RuntimeError(answer["failed"])
        return answer

    def run(
        self, *cells, kernel=KERNEL, files=None, links=None, look=False, restart=False, filling=None, **traits
    ) -> Run:
        """Run cells (code, or keyword arguments of the driver's `execute`) in one fresh kernel.

        `filling` are cells that fill the cache meanwhile.
        """
        answer = self.ask(
            "run_beside_fill" if filling else "run",
            filling=filling,
            kernel=kernel,
            cells=[{"code": cell} if isinstance(cell, str) else cell for cell in cells],
            files=files or {},
            links=links or {},
            look=look,
            restart=restart,
            traits=traits,
            limits_only={name: traits[name] for name in ("limits", "environment", "readable") if name in traits},
        )
        return Run(**dict(answer, cells=[Cell(**cell) for cell in answer["cells"]]))

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def plugin() -> Iterator[Path]:
    """The entry points, as an installed distribution would give them."""
    folder = Path(tempfile.mkdtemp(prefix="plugin-"))
    folder.chmod(0o755)
    distribution = folder / "course_kernels_under_test-0.dist-info"
    distribution.mkdir()
    (distribution / "METADATA").write_text("Metadata-Version: 2.1\nName: course-kernels-under-test\nVersion: 0\n")
    (distribution / "entry_points.txt").write_text(ENTRY_POINTS)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session", params=["root", "ordinary"])
def grader(request, plugin):
    """A grader of each kind that this account can be."""
    if reason := namespaces.available():
        pytest.skip(f"no sandbox on this machine: {reason}")
    if request.param == "root" and os.geteuid() != 0:
        pytest.skip("the tests do not run as root")
    made = Grader(request.param, plugin)
    yield made
    made.close()


@pytest.fixture
def new_grader(plugin):
    """Makes a grader that a test may ruin."""
    made: list[Grader] = []

    def make(identity: str) -> Grader:
        made.append(Grader(identity, plugin))
        return made[-1]

    yield make
    for each in made:
        each.close()
