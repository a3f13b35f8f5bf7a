"""Honest work: what a kernel must still be able to do, and what an instructor can set."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course.kernels.limits import Limits
from course.kernels.messages import Request
from course.kernels.provisioner import KERNEL
from course.kernels.sandbox import filesystem
from course.kernels.sandbox.withhold import Withheld
from tests.kernels.bubblewrap import NAME as BUBBLEWRAP

ROOT = Path(__file__).resolve().parents[2]
WORK = [
    "!echo shell > made.txt && cat given.txt made.txt",
    "import jax, jax.numpy as jnp, optax, course; print(jax.jit(jax.grad(lambda x: x**3))(2.0))",
    "import matplotlib.pyplot as plt; plt.plot([1, 2]);",
    "print(open('link').read(), __import__('os').getcwd())",
    "import concurrent.futures as futures, multiprocessing as m\n"
    "pool = futures.ProcessPoolExecutor(1, mp_context=m.get_context('spawn'))\n"
    "print(pool.submit(abs, -3).result()); pool.shutdown()",
    "import tempfile, socket; print(tempfile.TemporaryFile().write(b'abc'), socket.gethostbyname('localhost'))",
    "import helper; print(helper.value)",
    "1 / 0",
]


def check_work(grader, **how):
    run = grader.run(
        *WORK, files={"given.txt": "given\n", "helper.py": "value = 7"}, links={"link": "given.txt"}, **how
    )
    cells = run.cells
    assert [cell.error for cell in cells[:-1]] == [None] * (len(WORK) - 1)
    assert cells[0].text.split() == ["given", "shell"]
    assert cells[1].text == "12.0\n"
    assert "image/png" in cells[2].displays
    assert cells[3].text.split() == ["given", "/home/student/work"]
    assert [cell.text.split() for cell in cells[4:7]] == [["3"], ["3", "127.0.0.1"], ["7"]]
    assert cells[7].error == "ZeroDivisionError: division by zero"
    # The working directory is a copy: the grader's own is as it was.
    assert set(run.files) == {"given.txt", "helper.py", "link"}


def test_honest_work_runs(grader):
    check_work(grader)


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
def test_honest_work_runs_in_bubblewrap_too(grader):
    check_work(grader, kernel=BUBBLEWRAP, limits={"processes": 4000})


def test_too_much_memory_is_an_error_of_the_cell_and_not_of_the_kernel(grader):
    run = grader.run(
        "import numpy; numpy.ones(3 << 27)",
        "import jax.numpy as jnp; jnp.ones(3 << 28).block_until_ready()",
        "print('alive')",
        limits={"memory": 1 << 30},
    )
    assert "MemoryError" in str(run.cells[0].error)
    assert "RESOURCE_EXHAUSTED" in str(run.cells[1].error)
    assert run.text == "alive"


def test_variables_of_jax_count_when_the_notebook_imports_it(grader):
    told = "import os; os.environ['JAX_ENABLE_X64'] = '1'; import jax.numpy as jnp; print(jnp.ones(1).dtype)"
    plain = "import jax.numpy as jnp; print(jnp.ones(1).dtype)"
    assert grader.run(told).text == "float64"
    assert grader.run(plain).text == "float32"
    assert grader.run(plain, environment={"JAX_ENABLE_X64": "true"}).text == "float64"


def test_nothing_of_the_course_is_in_memory_before_it_is_imported(grader):
    code = "import sys; print([name for name in sys.modules if name.split('.')[0] in ('course', 'solutions')])"
    assert grader.run(code).text == "[]"


def test_only_the_first_import_reads_them(grader):
    run = grader.run(
        "import jax, os; os.environ['JAX_ENABLE_X64'] = '1'; import jax.numpy as jnp; print(jnp.ones(1).dtype)"
    )
    assert run.text == "float32"


def test_environment_is_what_was_chosen(grader):
    code = "import os; print(sorted(os.environ))"
    run = grader.run(code, "import os; print(os.environ['CHOSEN'])", environment={"CHOSEN": "yes"})
    assert "SECRET" not in run.cells[0].text
    assert "PYTHONPATH" not in run.cells[0].text
    assert run.cells[1].text == "yes\n"


def test_data_sets_can_be_shown(grader):
    data = grader.folder / "data.csv"
    data.write_text("1,2\n")
    code = f"print(open({str(data)!r}).read())"
    assert grader.run(code, readable=[str(data)]).text == "1,2"
    assert str(grader.run(code).cells[0].error).startswith("FileNotFoundError")


WITHHELD = """
import importlib, pathlib, sys
import course.models
name = {name!r}
try:
    importlib.import_module(name)
    print("imported")
except ImportError as error:
    print(error)
folder = pathlib.Path(course.models.__file__).parent
stem = name.rsplit(".", 1)[1]
print(sorted(path.name for path in folder.rglob("*") if path.name.startswith(stem + ".") and path.stat().st_size > 200))
print(len([path for path in folder.glob("*.py")]) > 1)
"""


def test_a_withheld_module_is_not_there(grader):
    name = f"course.models.{sorted(path.stem for path in (ROOT / 'course/models').glob('[a-z]*.py'))[0]}"
    code = WITHHELD.format(name=name)
    shown, hidden = grader.run(code), grader.run(code, withheld=[name])
    assert hidden.text.splitlines() == [f"{name} is withheld: this assignment asks you to write it", "[]", "True"]
    assert shown.text.splitlines()[0] == "imported"
    assert f"{name.rsplit('.', 1)[1]}.py" in shown.text


@pytest.fixture
def package(tmp_path) -> Path:
    folder = tmp_path / "lib"
    for name in ("models/one.py", "models/two.py", "models/sub/three.py", "models/__init__.py", "other.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    for name in ("one.cpython-311.pyc", "one.cpython-311.opt-1.pyc", "two.cpython-311.pyc", "one_more.pyc"):
        (folder / "models/__pycache__").mkdir(exist_ok=True)
        (folder / "models/__pycache__" / name).touch()
    return folder


def test_the_view_of_a_package_lists_what_is_left(package):
    views = Withheld(["lib.models.one"], [str(package)]).packages()
    assert list(views) == [str(package / "models")]
    view = views[str(package / "models")]
    shown = {name for name, text in view.items() if text is None}
    assert shown == {"two.py", "sub", "__init__.py", "__pycache__/two.cpython-311.pyc", "__pycache__/one_more.pyc"}
    with pytest.raises(ImportError, match="this assignment asks you to write it"):
        exec(view["one.py"] or "")


def test_a_withheld_package_withholds_what_is_in_it(package):
    views = Withheld(["lib.models.sub.three", "lib.models"], [str(package)]).packages()
    assert list(views) == [str(package)]
    assert "models" not in views[str(package)]
    views = Withheld(["lib.other", "lib.models.sub.three"], [str(package)]).packages()
    assert list(views) == [str(package), str(package / "models" / "sub")]


@pytest.mark.parametrize(
    ("name", "message"),
    [("lib", "inside a package"), ("lib.models.four", "no such module"), ("os.path", "none of")],
)
def test_a_misspelt_name_is_an_error(package, name, message):
    with pytest.raises(ValueError, match=message):
        Withheld([name], [str(package)])


def test_a_withheld_module_in_memory_is_noticed(package, monkeypatch):
    withheld = Withheld(["lib.models"], [str(package)])
    assert withheld.imported() == []
    monkeypatch.setitem(sys.modules, "lib.models.one", sys)
    assert withheld.imported() == ["lib.models.one"]


def test_a_request_survives_the_wire():
    import json

    request = Request({"ip": "x"}, "d", "w", {"A": "b"}, Limits(memory=5), withheld=("a.b",), cache="c")
    assert Request.decode(json.loads(json.dumps(request.encode()))) == request


def test_a_copy_takes_no_pipes_and_follows_no_links(tmp_path):
    """Reading a pipe that nobody writes to would wait for ever; a link may lead to the gradebook."""
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "deep").mkdir(parents=True)
    (source / "deep" / "file").write_text("text")
    (source / "deep" / "file").chmod(0o4755)
    (source / "link").symlink_to("/etc/passwd")
    os.mkfifo(source / "pipe")
    filesystem.copy_tree(source, target)
    assert sorted(str(path.relative_to(target)) for path in target.rglob("*")) == ["deep", "deep/file", "link"]
    assert (target / "deep" / "file").stat().st_mode & 0o7777 == 0o755
    assert (target / "link").readlink() == Path("/etc/passwd")


REFUSAL = """
from course.kernels import provisioner
from course.kernels.sandbox import namespaces
from jupyter_client.manager import KernelManager
print(namespaces.available())
provisioner.add_kernel_specification()
KernelManager(kernel_name="course-sandbox").start_kernel()
"""


def test_without_namespaces_nothing_runs_and_the_message_says_what_to_do(plugin):
    """A user namespace in which there can be no mount namespaces stands for a locked-down container."""
    shell = 'echo 0 > /proc/sys/user/max_mnt_namespaces && exec "$@"'
    command = ["unshare", "-Ur", "sh", "-c", shell, "sh", sys.executable, "-c", REFUSAL]
    environment = {"PYTHONPATH": f"{plugin}:{ROOT}", "PATH": "/usr/bin:/bin"}
    run = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert "unshare" in run.stdout
    assert "SandboxUnavailableError" in run.stderr
    assert "docker run" in run.stderr
    assert "sandbox = 'none'" in run.stderr


@pytest.mark.parametrize("umask", [0o007, 0o027, 0o077])
def test_a_umask_that_keeps_others_out_keeps_no_kernel_from_running(plugin, umask):
    code = REFUSAL.split("provisioner.add")[0]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, umask=umask, check=False
    )
    assert run.stdout == "None\n"


def test_a_root_without_other_users_is_an_ordinary_user(plugin):
    """As in `unshare -r` and in containers with a single user."""
    code = REFUSAL.split("provisioner.add")[0]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    command = ["unshare", "-Ur", sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, env=environment).stdout == "None\n"


CONFIGURED = """
from course.kernels.provisioner import configure
c = get_config()
c.CourseDirectory.course_id = "course"
configure(c, limits={"wall_seconds": 300})
"""


@pytest.mark.slow
def test_stock_nbgrader_runs_submissions_in_our_kernels(plugin, tmp_path):
    """`nbgrader autograde` as it is: only nbgrader_config.py says where kernels come from."""
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    def cell(source, name, **flags):
        flags = {"grade": False, "solution": False, "locked": False, "schema_version": 3} | flags
        return new_code_cell(source, metadata={"nbgrader": {"grade_id": name, **flags}})

    def save(answer, *parts):
        path = tmp_path.joinpath(*parts, "ps1", "p1.ipynb")
        path.parent.mkdir(parents=True)
        test = cell(
            "import getpass\nassert answer() == 42\nassert getpass.getuser() == 'student'",
            "t",
            grade=True,
            points=3,
            locked=True,
        )
        notebook = new_notebook(cells=[cell(answer, "s", solution=True), test])
        notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
        nbformat.write(notebook, path)

    save("def answer():\n    ### BEGIN SOLUTION\n    return 42\n    ### END SOLUTION", "source")
    save("def answer():\n    return 42", "submitted", "alice")
    save("def answer():\n    return len(open('/proc/1/../../gradebook.db', 'rb').read())", "submitted", "bob")
    (tmp_path / "nbgrader_config.py").write_text(CONFIGURED)
    environment = {
        "PYTHONPATH": f"{plugin}:{ROOT}",
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(tmp_path),
    }
    for step in ("generate_assignment", "autograde"):
        run = subprocess.run(
            [sys.executable, "-m", "nbgrader", step, "ps1"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, run.stderr
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        scores = {s.student.id: s.score for s in gradebook.assignment_submissions("ps1")}
    assert scores == {"alice": 3.0, "bob": 0.0}
    assert KERNEL not in (tmp_path / "autograded/alice/ps1/p1.ipynb").read_text()
