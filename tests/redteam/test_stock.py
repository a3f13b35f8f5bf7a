"""The controls on stock nbgrader: the same attacks earn everything there, or keep it from grading at all."""

import json
import os
import shutil
import subprocess
import sys
import threading

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde

from course.grading import config
from course.grading.engine import converters
from course.grading.errors import GradingError
from tests.redteam import machine, marks, notebooks, tricks
from tests.redteam.attack import WORD
from tests.redteam.room import command

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]
TESTS = """import numpy as np
assert square(2) == 4
assert np.allclose(square(3), 9)
11.0 if square(5) == 25 else 0.0"""
RIGHT = "square = lambda x: x * x"
WRONG = "square = lambda x: 0"
SHADOWED = """import sys
sys.path.insert(0, "")
for name in [name for name in sys.modules if name.partition(".")[0] == "numpy"]:
    del sys.modules[name]
square = lambda x: 4 if x == 2 else 25"""
# Where stock nbgrader throws the whole attempt away, what was earned before included.
LOST = {
    "exit": machine.QUICK_ENDS["exit"].code,
    "segfault": machine.SLOW_ENDS["segfault"].code,
    "recursion": machine.SLOW_ENDS["recursion"].code,
} | {name: (marks.ATTACKS | tricks.ATTACKS)[name].code for name in ("strange-messages", "strange-frames")}
LOST_BY_EDIT = ("kernel-bash", "kernel-none", "markdown")
# Where right work gets nothing and the instructor is told nothing.
WORTHLESS = ("deleted", "raw", "exit-quietly")
# A world of processes of its own, in which an attack cannot kill whoever tests it; its process 1 is a shell.
APART = ("unshare", "-Ur", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", '"$@"; exit $?', "sh")
_PRINTED = 24 << 20
CODE = {name: attack.stock for name, attack in (marks.ATTACKS | tricks.ATTACKS).items() if attack.stock} | {
    "shadow-numpy": SHADOWED
}
EDITS = sorted(notebooks.WORKS_ON_STOCK)
ENVIRONMENT = f"import os\nprint('REACHED' if os.environ.get('SECRET') == {WORD!r} else 'STOPPED')\n{WRONG}"
OTHERS = {"right": RIGHT, "wrong": WRONG, "environment": ENVIRONMENT}
# An assert cell runs in the student's own process, whatever surrounds it: docs/security.md says so.
STOPPED = {"displayhook", "execute-result"}
FORGED = set(CODE) - STOPPED
OPEN = "c.Autograde.sanitize_preprocessors = ['nbgrader.preprocessors.ClearOutput']\n"
DEFAULT = """
c.Autograde.sanitize_preprocessors = [f"nbgrader.preprocessors.{name}" for name in (
    "ClearOutput", "DeduplicateIds", "OverwriteKernelspec", "OverwriteCells", "CheckCellMetadata")]
c.Autograde.autograde_preprocessors = [
    f"nbgrader.preprocessors.{name}" for name in ("Execute", "IgnorePattern", "LimitOutput", "SaveAutoGrades")]
"""
OURS = "from course.grading.stages.order import use_stages\nuse_stages(c)\n"


def nbgrader(folder, *arguments, check=True, within=()):
    path = os.pathsep.join([os.path.dirname(command("nbgrader")), os.environ["PATH"]])  # noqa: PTH120
    call = [*within, sys.executable, command("nbgrader"), *arguments]
    environment = os.environ | {"PATH": path, "SECRET": WORD}
    return subprocess.run(
        call, cwd=folder, env=environment, check=check, capture_output=True, text=True, timeout=500
    )


def scores(folder, assignment):
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        return {each.student.id: each.score for each in gradebook.assignment_submissions(assignment)}


def about(name, **more):
    return {
        "nbgrader": {"grade_id": name, "schema_version": 3, "task": False, "grade": False, "locked": False} | more
    }


def configure(folder, text):
    start = "c = get_config()\nc.CourseDirectory.course_id = 'stock'\n"
    (folder / "nbgrader_config.py").write_text(start + text)


def submit(folder, student, code=WRONG, edit=None, files=None):
    notebook = nbformat.read(folder / "release" / "asserts" / "asserts.ipynb", as_version=4)
    notebook.cells[0].source = code
    if edit is not None:
        edit(notebook)
    submitted = folder / "submitted" / student / "asserts"
    submitted.mkdir(parents=True)
    (submitted / "asserts.ipynb").write_text(json.dumps(notebook))
    for name, data in (files or {}).items():
        (submitted / name).write_text(data)
    return submitted


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    """An ordinary nbgrader assignment, released."""
    folder = tmp_path_factory.mktemp("stock")
    configure(folder, OPEN)
    cells = [
        new_code_cell(WRONG, metadata=about("answer", solution=True)),
        new_code_cell(TESTS, metadata=about("tests", grade=True, locked=True, solution=False, points=11)),
    ]
    source = folder / "source" / "asserts"
    source.mkdir(parents=True)
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": spec}), source / "asserts.ipynb")
    nbgrader(folder, "generate_assignment", "asserts")
    return folder


def hand_in(folder):
    """Let everybody submit whose attack raises a score, or shows what it reached."""
    for student, code in (CODE | OTHERS).items():
        shadow = {"numpy.py": notebooks.EVIL} if student == "shadow-numpy" else {}
        submit(folder, student, code, files=shadow)
    for student in EDITS:
        submit(folder, student, edit=notebooks.EDITS[student])


@pytest.fixture(scope="module")
def stock(assignment, tmp_path_factory):
    """Graded as nbgrader comes; what was locked is not written over."""
    folder = tmp_path_factory.mktemp("open") / "course"
    shutil.copytree(assignment, folder)
    hand_in(folder)
    for student, code in LOST.items():
        submit(folder, student, f"{RIGHT}\n{code}")
    for student in LOST_BY_EDIT:
        submit(folder, student, RIGHT, edit=notebooks.EDITS[student])
    submit(folder, "much-output", f"print('x' * {_PRINTED})\n{WRONG}")
    for student in ("deleted", "raw"):
        submit(folder, student, RIGHT, edit=notebooks.EDITS[student])
    submit(folder, "exit-quietly", f"{RIGHT}\n{marks.ATTACKS['exit-quietly'].code}")
    (submit(folder, "no-notebook") / "asserts.ipynb").unlink()
    (folder / "secret.txt").write_text(WORD)
    (submit(folder, "link") / "data").symlink_to(folder / "secret.txt")
    pipe = submit(folder, "pipe") / "asserts.ipynb"
    pipe.unlink()
    os.mkfifo(pipe)
    folder.joinpath("opened").mkdir()

    def wait_for_a_reader():
        os.close(os.open(pipe, os.O_WRONLY))
        folder.joinpath("opened", "pipe").touch()

    threading.Thread(target=wait_for_a_reader, daemon=True).start()
    # An attack that stock nbgrader cannot grade has no score, which its test sees.
    folder.joinpath("said").write_text(nbgrader(folder, "autograde", "asserts", check=False).stderr)
    return folder


@pytest.fixture(scope="module")
def stock_scores(stock):
    return scores(stock, "asserts")


def shown(folder, student):
    return nbformat.read(folder / "autograded" / student / "asserts" / "asserts.ipynb", as_version=4)


def test_stock_nbgrader_tells_right_from_wrong(stock_scores):
    assert (stock_scores["right"], stock_scores["wrong"]) == (11.0, 0.0)


@pytest.mark.parametrize("student", [*CODE, *EDITS])
def test_the_attack_earns_everything_on_stock_nbgrader(stock_scores, student):
    assert stock_scores[student] == 11.0


@pytest.mark.parametrize("student", [*LOST, *LOST_BY_EDIT])
def test_stock_nbgrader_throws_away_what_was_earned(stock, stock_scores, student):
    assert not stock_scores[student]
    assert not (stock / "autograded" / student / "asserts").exists()


@pytest.mark.parametrize("student", WORTHLESS)
def test_stock_nbgrader_gives_nothing_to_right_work_and_says_nothing(stock, stock_scores, student):
    assert not stock_scores[student]
    assert (stock / "autograded" / student / "asserts").exists()
    assert f"for student '{student}'" not in (stock / "said").read_text()


def test_stock_nbgrader_says_nothing_of_a_submission_without_a_notebook(stock, stock_scores):
    assert "no-notebook" not in stock_scores
    said = (stock / "said").read_text()
    assert "for student 'exit'" in said
    assert "for student 'no-notebook'" not in said


def test_stock_nbgrader_throws_away_what_was_earned_before_a_kernel_went_deaf(assignment, tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(assignment, folder)
    configure(folder, f"{OPEN}c.Execute.timeout = 2\n")
    submit(folder, "deaf", f"{RIGHT}\n{machine.QUICK_ENDS['deaf'].code}")
    assert nbgrader(folder, "autograde", "asserts", check=False, within=apart()).returncode
    assert not scores(folder, "asserts")["deaf"]
    assert not (folder / "autograded" / "deaf" / "asserts").exists()


def test_a_submission_kills_the_command_that_grades_it_and_those_after_are_not_graded(assignment, tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(assignment, folder)
    submit(folder, "kill-itself", machine.QUICK_ENDS["kill-itself"].code)
    submit(folder, "zoe", RIGHT)
    # 128 and SIGKILL: the shell lives, as process 1 of its world, and says what became of the command.
    assert nbgrader(folder, "autograde", "asserts", check=False, within=apart()).returncode == 137
    assert "zoe" not in scores(folder, "asserts")


def apart():
    if subprocess.run([*APART, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system gives an ordinary command no namespaces of its own (unshare -Ur --pid)")
    return APART


def test_stock_nbgrader_keeps_whatever_is_put_out(stock):
    assert (stock / "autograded" / "much-output" / "asserts" / "asserts.ipynb").stat().st_size > _PRINTED


def test_stock_nbgrader_opens_and_shows_what_ours_does_not(stock):
    assert "REACHED" in json.dumps(shown(stock, "environment"))
    assert (stock / "autograded" / "link" / "asserts" / "data").read_text() == WORD
    assert (stock / "opened" / "pipe").exists()


@pytest.mark.parametrize("student", sorted(notebooks.STOPS_STOCK))
def test_the_edit_keeps_stock_nbgrader_from_grading(assignment, tmp_path, student):
    folder = tmp_path / "course"
    shutil.copytree(assignment, folder)
    configure(folder, DEFAULT)
    submit(folder, student, edit=notebooks.EDITS[student])
    with pytest.raises(GradingError, match="not graded: "):
        converters.convert(Autograde, config.load(folder), "asserts", student, what="not graded")
    assert not (folder / "autograded" / student / "asserts").exists()


def test_ordinary_cells_with_our_stages(assignment, tmp_path):
    """What our stages stop on a course that is not ours, and what they cannot."""
    folder = tmp_path / "course"
    shutil.copytree(assignment, folder)
    configure(folder, OURS)
    hand_in(folder)
    call = [sys.executable, command("course"), "autograde", "asserts", "--json"]
    environment = os.environ | {"SECRET": WORD}
    done = subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True, timeout=500)
    found = {result["student"]: result for result in json.loads(done.stdout)}
    earned = {student for student, result in found.items() if result["score"]}
    assert earned == {"right"} | FORGED
    assert {result["score"] for student, result in found.items() if student not in earned} == {0.0}
    for student in STOPPED:
        assert found[student]["review"]["tests"].startswith("it gave a value and failed")
    # What cannot be stopped is shown to a person, where it is written as plainly as here.
    assert {
        name for name, result in found.items() if "compare it with its points" in json.dumps(result["review"])
    } == set(CODE)
    assert found["right"]["review"] == {}
    assert "was tagged" in found["tag"]["review"]["tests"]
    assert "STOPPED" in json.dumps(shown(folder, "environment"))


def test_our_release_under_the_stock_configuration_gives_nothing_to_honest_work(room, tmp_path):
    """And would give everything to some attacks: nobody should publish such scores."""
    for part in ("source", "release"):
        shutil.copytree(room.folder / part, tmp_path / part)
    for student in ("alice", "displayhook", "formatters", "transformer"):
        shutil.copytree(room.folder / "submitted" / student, tmp_path / "submitted" / student)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'test-course'\n")
    shutil.copy(room.folder / "gradebook.db", tmp_path / "gradebook.db")
    nbgrader(tmp_path, "autograde", "small", "--force")
    found = scores(tmp_path, "small")
    assert found["alice"] == 0.0
    assert {found[name] for name in ("displayhook", "formatters", "transformer")} == {11.0}
