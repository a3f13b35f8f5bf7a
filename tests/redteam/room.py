"""A course whose class attacks it, graded by the real command."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from course.authoring import build
from course.grading import config
from course.grading.engine import converters
from tests.grading.classroom import COURSE, PERFECT_RELU, RELU, ROOT, name_of, numbers, written
from tests.redteam.attack import ANSWER, ASSIGNMENT, HONEST, WORD, WRITTEN, Attack

CONFIG = f"""
from course.grading.stages.order import use_stages
from course.kernels.provisioner import configure
c = get_config()
c.CourseDirectory.course_id = "{COURSE}"
c.Gradbook.course = "{COURSE}"
c.RunNotebook.timeout_func = lambda cell: 2 if "while True" in cell.source else 60
c.RunNotebook.max_output = 1 << 20
c.RunNotebook.iopub_timeout = 5
use_stages(c)
configure(c, limits={{"memory": 1 << 30, "disk": 48 << 20, "file_size": 16 << 20, "processes": 160}})
"""
HONEST_CLASS = {
    "alice": PERFECT_RELU,
    "bob": written(numbers("bob", relu=False)),
    "friend": written(numbers("friend")),
    "gina": "",
    "some": HONEST,
}

PICTURE, PICTURE_OF_OURS = "pictures/own.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"


def command(name: str) -> str:
    """A command of the environment that runs this."""
    return str(Path(sysconfig.get_path("scripts"), name))


class Room:
    """A course folder, and what became of everybody in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.places = folder, {"COURSE_DIR": str(folder), "WORD": WORD}
        self.results: dict[str, dict] = {}
        self.said = ""

    def release(self) -> "Room":
        """Build and release the assignment."""
        (self.folder / "assignments" / ASSIGNMENT).mkdir(parents=True)
        shutil.copy(Path(__file__).with_name("small.txt"), self.folder / "assignments" / ASSIGNMENT / "small.py")
        shutil.copytree(
            ROOT / "solutions", self.folder / "solutions", ignore=shutil.ignore_patterns("__pycache__")
        )
        (self.folder / config.FILE).write_text(CONFIG)
        course = config.load(self.folder)
        build.build(ASSIGNMENT, course)
        picture = self.folder / "source" / ASSIGNMENT / PICTURE
        picture.parent.mkdir()
        picture.write_text(PICTURE_OF_OURS)
        converters.release(course, ASSIGNMENT)
        course.probe_key("mlp/backprop", "nobody")  # makes the secret, which somebody will look for
        for student, code in HONEST_CLASS.items():
            self.submit(student, Attack(code=code), honest="")
        return self

    def copy(self, folder: Path) -> "Room":
        """The same course and class somewhere else, nothing graded."""
        shutil.copytree(
            self.folder, folder, symlinks=True, ignore=shutil.ignore_patterns("autograded", "submitted")
        )
        return Room(folder)

    def submit(self, student: str, attack: Attack, honest: str = HONEST) -> None:
        """Hand an attack in."""
        notebook = nbformat.read(self.folder / "release" / ASSIGNMENT / "small.ipynb", as_version=4)
        for cell in notebook.cells:
            if name_of(cell) == ANSWER:
                cell.source = honest + self.placed(attack.code)
            elif name_of(cell) == WRITTEN and attack.text:
                cell.source = attack.text
        notebook.cells[:0] = [new_code_cell(self.placed(attack.first))] if attack.first else []
        notebook.cells += [new_code_cell(self.placed(attack.last))] if attack.last else []
        if attack.edit is not None:
            attack.edit(notebook)
        folder = self.submitted(student)
        (folder / "small.ipynb").write_text(json.dumps(notebook))
        for name, data in attack.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(str(data))

    def submitted(self, student: str) -> Path:
        """The folder of a submission."""
        folder = self.folder / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def placed(self, code: str) -> str:
        """Code with the places that it aims at; other braces stay."""
        for name, value in self.places.items():
            code = code.replace(f"{{{name}}}", str(value))
        return code

    def grade(self, *options: str, launcher: Iterable[str] = ()) -> None:
        """Run `course autograde`, as an instructor would."""
        environment = os.environ | {"SECRET": WORD, "JAX_COMPILATION_CACHE_DIR": str(ROOT / ".jax_cache")}
        if launcher:
            environment |= {"HOME": str(self.folder)}
        call = [*launcher, sys.executable, command("course"), "autograde", ASSIGNMENT, "--jobs", "3", "--json"]
        done = subprocess.run(
            [*call, *options], cwd=self.folder, capture_output=True, text=True, env=environment, timeout=500
        )
        self.said = done.stderr
        assert done.stdout, done.stderr
        self.results = {result["student"]: result for result in json.loads(done.stdout)}

    def score(self, student: str) -> float:
        """The points of a student, none where nothing was graded."""
        return self.results[student]["score"] or 0.0

    def told(self, student: str) -> str:
        """All that the command says of a student, and the card that the formgrader shows."""
        said = json.dumps(self.results[student], ensure_ascii=False)
        if not (self.folder / "autograded" / student).exists():
            return said
        cards = [c.outputs for c in self.autograded(student).cells if name_of(c) == RELU]
        return said + json.dumps(cards, ensure_ascii=False)

    def autograded(self, student: str) -> NotebookNode:
        """The notebook that the formgrader shows."""
        assert self.results.get(student, {}).get("score", 0) is not None, self.results[student]
        return nbformat.read(self.folder / "autograded" / student / ASSIGNMENT / "small.ipynb", as_version=4)

    def outputs(self, student: str) -> str:
        """Everything that is shown of what a submission put out; a kernel cuts streams now and then: in one piece."""
        return json.dumps([_joined(cell.get("outputs", [])) for cell in self.autograded(student).cells])


def _joined(outputs: list) -> list:
    found: list = []
    for one in outputs:
        if found and one.get("output_type") == found[-1].get("output_type") == "stream":
            found[-1] = {**found[-1], "text": found[-1]["text"] + one["text"]}
        else:
            found.append(one)
    return found


@contextlib.contextmanager
def victims(room: Room) -> Iterator[None]:
    """Something to aim at: another process of this user, and a port on which somebody listens."""
    import socket

    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(16)
        sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(900)"])
        room.places |= {"PORT": str(server.getsockname()[1]), "VICTIM": str(sleeper.pid)}
        try:
            yield
        finally:
            sleeper.kill()
            sleeper.wait()


def hand_in(room: Room, attacks: Mapping[str, Attack]) -> None:
    """Let the attackers submit."""
    for student, attack in attacks.items():
        room.submit(student, attack)


def kept_files(room: Room, student: str = "page-files") -> set[str]:
    """The files of a graded submission, by their paths in it."""
    folder = room.folder / "autograded" / student / ASSIGNMENT
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
