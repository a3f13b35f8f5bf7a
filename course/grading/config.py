"""What an instructor sets in `nbgrader_config.py`, beside nbgrader's own settings."""

import os
import re
import sys
from pathlib import Path
from typing import Any

from traitlets import Bool, Dict, Enum, Int, TraitError, Unicode, Union, default, validate
from traitlets import List as ListOf
from traitlets.config import Config, Configurable
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from course.errors import CourseError
from course.exercises import Exercise, own
from course.exercises.variants import COURSE, SAMPLER_VERSION, normalise_id
from course.grading import secret
from course.grading.course_folders import CourseFolders
from course.grading.released_sampler import released

FILE = "nbgrader_config.py"
DOCUMENT, PERSONAL = "document", "personal"


class ConfigError(CourseError):
    """Raised when there is no course where one was looked for, or its configuration cannot be read."""


class Gradbook(Configurable):
    """A course: its name, its mark schemes, and who has which numbers.

    Read by nbgrader together with its own settings::

        c = get_config()
        c.Gradbook.course = "deep-learning-2031"
    """

    course = Unicode(
        COURSE,
        help="Name of the course. With the student's id it decides everybody's numbers, so it is baked into the "
        "release; change it from year to year, and not in between.",
    ).tag(config=True)
    solutions = Union(
        [Unicode(), ListOf(Unicode())],
        default_value="solutions",
        help="Folder of the mark schemes, or a list of several; a relative one is beside nbgrader_config.py.",
    ).tag(config=True)
    exercises = Unicode(
        "exercises",
        help="Folder of your own exercises, if there is one; a relative one is beside the configuration.",
    ).tag(config=True)
    assignments = Unicode(
        "assignments", help="Folder of the text sources; a relative one is beside nbgrader_config.py."
    ).tag(config=True)
    variant = Enum(
        [PERSONAL, DOCUMENT], PERSONAL, help="Whose numbers everybody has: personal ones, or the document's."
    ).tag(config=True)
    variants = Dict(
        key_trait=Unicode(),
        value_trait=Enum([PERSONAL, DOCUMENT]),
        help="Students who have other numbers than the rest, by id: {'alice': 'document'}.",
    ).tag(config=True)
    sampler = Int(
        0,
        help="Version of the draws of personal numbers, baked into the release. 0 keeps what the source notebooks "
        "were built with, and takes the newest where there are none yet.",
    ).tag(config=True)
    students = ListOf(
        Unicode(),
        help="Ids of everybody enrolled, with whose numbers a sheet is compared; the gradebook's unless given.",
    ).tag(config=True)
    worked_solutions = Bool(
        True, help="Whether the feedback holds the worked solution with the student's own numbers."
    ).tag(config=True)
    appeals = Unicode(
        "mailto:",
        help="Where a student asks a person to look at a step that was charged because of the numbers used: "
        "'mailto:ADDRESS', whose message is then filled in, or the https address of a form of yours, which is "
        "given assignment, exercise, step and student. Without an address students choose the receiver.",
    ).tag(config=True)
    sandbox = Bool(
        True,
        help="Whether submissions run in a sandbox. False runs them in your own account, where they can do "
        "whatever you can do: only for code that you trust as your own.",
    ).tag(config=True)
    fail_closed = Bool(
        True,
        help="Whether an ordinary graded cell whose outcome is unclear (it did not run to its end, or its last "
        "value is no number from 0 to its points) earns nothing and is shown to you. False gives it what nbgrader "
        "gives, which is mostly all points.",
    ).tag(config=True)
    withheld = Dict(
        key_trait=Unicode(),
        value_trait=ListOf(Unicode()),
        help="Modules that an assignment asks to be written, so that its kernels do not see them: "
        "{'mlp': ['course.models.mlp']}.",
    ).tag(config=True)
    alternatives = Dict(
        key_trait=Unicode(),
        value_trait=ListOf(Unicode()),
        help="Notebooks of yours, in the course's folder, with other solutions of an assignment. What they "
        "compile beside their own functions is kept for the kernels of submissions, like what the source "
        "notebooks compile: {'mlp': ['alternatives/mlp-in-jax.ipynb']}.",
    ).tag(config=True)
    answers_url = Unicode(
        help="Database of the raw answers and rulings; answers.db beside the gradebook unless given."
    ).tag(config=True)
    course_dir = Unicode(help="The course's folder; nbgrader's CourseDirectory.root unless given.").tag(
        config=True
    )

    @default("course_dir")
    def _course_dir_default(self) -> str:
        root = self.config.CourseDirectory.get("root", "") if "CourseDirectory" in self.config else ""
        return str(root) if isinstance(root, str) and root else os.getcwd()  # noqa: PTH109

    @validate("appeals")
    def _appeals_are_an_address(self, proposal: Any) -> str:
        address = str(proposal["value"])
        if not re.match(r"mailto:[^?#\s]*$|https?://[^?#\s]+$", address):
            raise TraitError(
                f"Gradbook.appeals is {address!r}; "
                "'mailto:ADDRESS' or 'https://ADDRESS' was expected, with no query"
            )
        return address

    def with_exercises(self) -> "Gradbook":
        """Add the instructor's own exercises to the catalogue: called where a command or a stage begins.

        Raises:
            course.exercises.catalogue.BadExercise: if one of them cannot be added.
        """
        if (self.folder / self.exercises).is_dir():
            own.load(self.folder / self.exercises)
        return self

    def without_sandbox(self) -> None:
        """Let submissions run in the account of the grader, whatever was configured."""
        self.sandbox = self.config.Gradbook.sandbox = False

    @property
    def folder(self) -> Path:
        """The course's folder."""
        return Path(self.course_dir).absolute()

    @property
    def solutions_dirs(self) -> tuple[Path, ...]:
        """The folders of the mark schemes."""
        names = [self.solutions] if isinstance(self.solutions, str) else self.solutions
        return tuple(self.folder / name for name in names)

    @property
    def assignments_dir(self) -> Path:
        """The folder of the text sources."""
        return self.folder / self.assignments

    @property
    def compiled_dir(self) -> Path:
        """The folder of the marker's compiled programs, beside the secret: the instructor's alone."""
        return self.folder / secret.FOLDER / "compiled"

    @property
    def db_url(self) -> str:
        """The gradebook, as nbgrader finds it."""
        given = self.config.CourseDirectory.get("db_url", "") if "CourseDirectory" in self.config else ""
        return given if isinstance(given, str) and given else f"sqlite:///{self.folder / 'gradebook.db'}"

    def variant_of(self, student: str) -> str:
        """Say whether a student has personal numbers or the document's."""
        if student in self.variants:
            return self.variants[student]
        normal = {_normal(name): variant for name, variant in self.variants.items()}
        return normal.get(_normal(student), self.variant)

    def given(self, exercise: Exercise, student: str, sampler: int = 0) -> Any:
        """Return the numbers of a student.

        Args:
            exercise: for which.
            student: their id.
            sampler: from `sampler_of`, which reads the source notebooks, where it is asked for many students.

        Raises:
            course.exercises.variants.UnknownSampler: if they were released under a version that is not here.
        """
        if self.variant_of(student) == DOCUMENT:
            return exercise.seed()
        return self.personal(exercise, student, sampler)

    def personal(self, exercise: Exercise, student: str, sampler: int = 0) -> Any:
        """Return the personal numbers that belong to an id, under the sampler of the release."""
        return exercise.given(student, self.course, sampler or self.sampler_of(exercise.id))

    def sampler_of(self, exercise_id: str) -> int:
        """Return the version of the sampler under which an exercise was released, or would be."""
        return self.sampler or released(self.folders).get(exercise_id, SAMPLER_VERSION)

    @property
    def folders(self) -> CourseFolders:
        """Where nbgrader keeps source notebooks, submissions and what became of them."""
        return CourseFolders(self.folder, self.config)

    def probe_key(self, exercise_id: str, student: str) -> str:
        """Give the key of a student's probe inputs; the course's secret is made at first need.

        Raises:
            secret.SecretError: if the secret cannot be kept safely.
        """
        return secret.probe_key(secret.read(self.folder), exercise_id, student)


def _normal(student: str) -> str:
    try:
        return normalise_id(student)
    except ValueError:
        return student


def find_course_dir(start: Path | None = None) -> Path | None:
    """Give the nearest folder at or above `start` that has an `nbgrader_config.py`, or None."""
    here = (start or Path.cwd()).absolute()
    return next((folder for folder in (here, *here.parents) if (folder / FILE).is_file()), None)


def require_course_dir(start: Path | None = None) -> Path:
    """Give the nearest folder at or above `start` that has an `nbgrader_config.py`.

    Raises:
        ConfigError: if there is none.
    """
    found = find_course_dir(start)
    if found is None:
        here = (start or Path.cwd()).absolute()
        state = "" if here.is_dir() else ", which does not exist"
        raise ConfigError(
            f"no {FILE} in {here}{state} or above; go to the folder of your course, or name it: --course-dir DIR"
        )
    return found


def load(course_dir: Path | None = None, solutions: Path | None = None) -> Gradbook:
    """Read the configuration of a course.

    Args:
        course_dir: its folder; searched from the current one upwards unless given.
        solutions: folder of the mark schemes, instead of the one that is configured.

    Raises:
        ConfigError: if there is no configuration, or it cannot be read.
    """
    folder = require_course_dir() if course_dir is None else course_dir.absolute()
    if not folder.is_dir():
        raise ConfigError(f"there is no course folder {folder}")
    if str(folder) not in sys.path:
        # Plugins lie beside the configuration, where nbgrader finds them too: its commands run in this folder.
        sys.path.append(str(folder))
    try:
        settings = PyFileConfigLoader(FILE, path=str(folder)).load_config()
    except ConfigFileNotFound:
        raise ConfigError(f"{folder} has no {FILE}, so it is not the folder of a course") from None
    except Exception as error:
        raise ConfigError(f"{folder / FILE} cannot be read: {type(error).__name__}: {error}") from error
    extra = Config()
    if "root" not in settings.CourseDirectory:
        extra.CourseDirectory.root = str(folder)
    if solutions is not None:
        extra.Gradbook.solutions = str(solutions.absolute())
    settings.merge(extra)
    try:
        return Gradbook(config=settings).with_exercises()
    except Exception as error:
        raise ConfigError(f"{folder / FILE}: {error}") from error
