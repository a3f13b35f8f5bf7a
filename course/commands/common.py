"""What the commands share: where schemes are, and how results and messages are printed."""

import io
import json
import os
import sys
import textwrap
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from course.errors import CourseError
from course.exercises import CATALOGUE, Exercise, find
from course.exercises.variants import FIRST_SAMPLER, SAMPLER_VERSION
from course.marking.scheme import Scheme
from course.marking.variant import DOCUMENT, Variant

# In a file or a pipe a message or result is one line, however wide the shell says that its window is.
messages = Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())
results = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
_WIDEST = 10_000  # columns of a table in a file
_LONGEST = 120  # characters in a cell of a table; --json has all of them

Solutions = Annotated[
    Path | None,
    typer.Option(
        "--solutions", help="Folder of the mark schemes; several as in PATH.", show_default=False, metavar="DIR"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Student = Annotated[
    str | None, typer.Option("--student", help="Id of the student whose numbers are meant.", metavar="S")
]


Sampler = Annotated[
    int | None,
    typer.Option(
        "--sampler",
        help="Version of the sampler of personal numbers; unless given, that of the release here, else the "
        "newest.",
        min=FIRST_SAMPLER,
        max=SAMPLER_VERSION,
        show_default=False,
        metavar="N",
    ),
]


Assignment = Annotated[str, typer.Argument(help="Name of the assignment, for example mlp.", metavar="ASSIGNMENT")]
CourseDir = Annotated[
    Path | None, typer.Option("--course-dir", help="Folder of nbgrader_config.py; the current one.", metavar="DIR")
]


class WrongUse(CourseError):
    """Raised for wrong use or bad input: one clear message, exit code 2."""


def shown(text: str) -> str:
    r"""Give text that somebody else wrote so that it changes neither the layout nor the terminal itself.

    >>> shown("[red]a\x1b[2J")
    '\\[red]a\\x1b[2J'
    """
    return escape("".join(c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text))


def one_line(text: str) -> str:
    r"""Give text for a cell of a table: its lines beside each other, and no more of them than one reads there.

    >>> one_line("a = b\n= c")
    'a = b / = c'
    """
    joined = " / ".join(text.splitlines())
    return joined if len(joined) <= _LONGEST else f"{joined[:_LONGEST]}…"


def prepare_output() -> None:
    """Let each line reach whoever reads it when it is written, whatever it has to say.

    Python keeps some kilobytes back where there is no terminal: a script that starts a command and waits for its
    address would wait for ever, and a log would stay empty until the end. And a letter that the encoding of the
    locale does not have would end the command with a traceback: it becomes a question mark.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True, errors="replace")


def print_json(data: Any) -> None:
    """Print one JSON document on standard output.

    Letters that its encoding lacks are escaped, and so is what a terminal would obey or show in another order.
    """
    utf = sys.stdout.encoding.lower().startswith("utf")
    text = json.dumps(data, indent=2, ensure_ascii=not utf)
    sys.stdout.write("".join(map(_as_json, text)) + "\n")


def _as_json(letter: str) -> str:
    """Give a letter as it stands in a text of JSON; between texts there are only letters that are shown."""
    return letter if letter.isprintable() or letter == "\n" else json.dumps(letter)[1:-1]


def print_below(text: str) -> None:
    """Print what belongs to the line above; in a file or pipe in one piece, so that nothing of it is cut off."""
    indented = Padding(text, (0, 0, 0, 4)) if results.is_terminal else textwrap.indent(text, " " * 4)
    results.print(indented)


def print_table(table: Table) -> None:
    """Print a table on standard output: in a file or pipe as wide as it is, so that no column is cut off."""
    wide = max(results.width, results.measure(table, options=results.options.update(max_width=_WIDEST)).maximum)
    (results if results.is_terminal else Console(highlight=False, width=wide)).print(table)


def solutions_folders(option: Path | None) -> tuple[Path, ...] | None:
    """Give the folders of the mark schemes: those of the option, else the configuration's, else None."""
    if option is not None:
        _load_own()
        named = [Path(part) for part in str(option).split(os.pathsep)]
        for each in named:
            if not each.is_dir():
                raise WrongUse(f"--solutions {each} is not a folder")
        return tuple(each.resolve() for each in named)
    from course.grading.config import find_course_dir, load

    course_dir = find_course_dir()
    if course_dir is None:
        return None
    configured = load(course_dir).solutions_dirs
    return configured if all(each.is_dir() for each in configured) else None


def find_exercise(exercise_id: str) -> Exercise:
    """Give the exercise with this id, of the course or of the instructor's own.

    Raises:
        course.exercises.UnknownExercise: if there is none.
    """
    if exercise_id not in CATALOGUE:
        _load_own()
    return find(exercise_id)


def _load_own() -> None:
    """Read the configuration of the course here, if there is one: it adds the instructor's own exercises."""
    from course.grading.config import find_course_dir, load

    course_dir = find_course_dir()
    if course_dir is not None:
        load(course_dir)


def numbers(exercise: Exercise, student: str | None, sampler: int | None = None) -> Any:
    """Give a student's numbers under the name of the course that is configured here, if one is.

    Args:
        exercise: what is asked.
        student: an id; None for the document's own numbers.
        sampler: the version of the sampler; unless given that of the release here, else the newest.
    """
    from course.grading import config as settings

    course_dir = settings.find_course_dir()
    if student is None or course_dir is None:
        return exercise.given(student, sampler=sampler or SAMPLER_VERSION)
    config = settings.load(course_dir)
    if sampler is None or config.variant_of(student) == settings.DOCUMENT:
        return config.given(exercise, student)
    return exercise.given(student, config.course, sampler)


def other_numbers(exercise: Exercise, student: str | None, sampler: int | None = None) -> dict[Variant, Any]:
    """Give the numbers that a student's sheet may have been worked on instead: the document's, the class's."""
    from course.grading.config import find_course_dir, load

    if student is None:
        return {}
    course_dir = find_course_dir()
    enrolled = load(course_dir).students if course_dir is not None else []
    theirs = {Variant("student", name): numbers(exercise, name, sampler) for name in enrolled if name != student}
    return {DOCUMENT: exercise.seed()} | theirs


def require_solutions(option: Path | None) -> tuple[Path, ...]:
    """Give the folders of the mark schemes.

    Raises:
        WrongUse: if there is none.
    """
    folders = solutions_folders(option)
    if folders is None:
        raise WrongUse(
            "this needs the mark schemes, which only instructors have: run it in the folder of "
            "nbgrader_config.py, or name their folder with --solutions DIR"
        )
    return folders


def schemes(option: Path | None) -> dict[str, Scheme]:
    """Load every scheme, or none where there is no folder of schemes."""
    from course.marking import registry

    folders = solutions_folders(option)
    return {} if folders is None else registry.load(folders)


def read_file(path: Path) -> bytes:
    """Read a file that the user named.

    Raises:
        WrongUse: if it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise WrongUse(f"{path} cannot be read: {error.strerror or error}") from None


def write_file(path: Path, text: str) -> None:
    """Write a file that the user named.

    Raises:
        WrongUse: if it cannot be written.
    """
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise WrongUse(f"{path} cannot be written: {error.strerror or error}") from None


def nested(value: Any) -> Any:
    """Give an array as nested lists, a number that is a whole one as an int."""
    listed = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(listed, list):
        return [nested(item) for item in listed]
    return int(listed) if isinstance(listed, float) and listed.is_integer() and abs(listed) < 2**53 else listed
