"""`course serve`: practice with instant marking, for one's own machine or as a service of a JupyterHub."""

import getpass
import json as json_module
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from course.commands import common
from course.commands.common import AsJson, Solutions
from course.exercises import CATALOGUE, Exercise
from course.exercises.cells import unusual_student
from course.exercises.variants import COURSE

if TYPE_CHECKING:
    from course.grading.course_folders import CourseFolders
    from course.service.identity import Identity
    from course.service.practice_marker import PracticeMarker

URL, TOKEN = "GRADBOOK_PRACTICE_URL", "GRADBOOK_PRACTICE_TOKEN"
# A service of a Hub has both; in a terminal of somebody's server there is a prefix too, and no name.
HUB_NAME, HUB_PREFIX = "JUPYTERHUB_SERVICE_NAME", "JUPYTERHUB_SERVICE_PREFIX"


def serve(
    port: Annotated[
        int | None, typer.Option("--port", help="Port; a free one unless given.", min=0, max=65535)
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    assignment: Annotated[
        list[str] | None,
        typer.Option("--assignment", help="Assignment to practise; all of them without.", metavar="NAME"),
    ] = None,
    released: Annotated[
        list[str] | None,
        typer.Option(
            "--released", help="Assignment whose graded numbers may be marked for everybody.", metavar="NAME"
        ),
    ] = None,
    solutions: Solutions = None,
    worked_solutions: Annotated[
        bool, typer.Option("--worked-solutions", help="Let students see the worked solutions.")
    ] = False,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", help="Students and their tokens, `id token` on each line.", metavar="FILE"),
    ] = None,
    student: Annotated[
        str | None, typer.Option("--student", help="Whose the printed token is; your account's unless given.")
    ] = None,
    per_minute: Annotated[
        float, typer.Option("--per-minute", help="Requests that a student has in a minute.", min=1.0)
    ] = 60.0,
    burst: Annotated[int, typer.Option("--burst", help="Requests that may come at once.", min=1)] = 20,
    json: AsJson = False,
) -> None:
    """Mark practice sheets over HTTP, until stopped with Ctrl+C.

    Example: course serve --port 8899 --assignment mlp --worked-solutions
    """
    import asyncio

    from course.marking.programs.compiled import keep_compiled
    from course.service import running
    from course.service.rate_limit import RateLimit

    prefix = os.environ.get(HUB_PREFIX, "") if os.environ.get(HUB_NAME) else ""
    identity, about = _identity(prefix, token_file, student)
    practice = _practice_marker(solutions, assignment or [], released or [], worked_solutions)
    if prefix and port is None:
        address = urlsplit(os.environ.get("JUPYTERHUB_SERVICE_URL", ""))
        host, port = address.hostname or host, address.port
    keep_compiled()
    listening = running.listen(host, port or 0)
    bound = listening.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    about = {"url": f"http://{shown}:{bound}{prefix or '/'}", **about, "exercises": list(practice.exercises)}
    _announce(about, json)
    limit = RateLimit(burst=burst, per_minute=per_minute)
    warmed = _warmed(len(practice.exercises))
    if asyncio.run(running.serve(practice, identity, limit, listening, prefix=prefix or "/", warmed=warmed)):
        # Whoever stops a service does not wait for half a minute of compiling.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _identity(prefix: str, token_file: Path | None, student: str | None) -> tuple["Identity", dict[str, Any]]:
    """Choose who tells whose a token is, and what is announced of it."""
    from course.exercises.variants import normalise_id
    from course.service import identity

    if prefix:
        if token_file is not None or student is not None:
            raise common.WrongUse("as a service of a JupyterHub there are no other tokens than the Hub's")
        return identity.from_hub(), {"tokens": "JupyterHub"}
    if token_file is not None:
        if student is not None:
            raise common.WrongUse("--student is whose the printed token is; with --token-file none is printed")
        tokens = identity.read_tokens(token_file)
        return identity.LocalTokens(tokens), {"tokens": str(token_file), "students": len(tokens)}
    token = secrets.token_urlsafe(32)
    owner = normalise_id(student or getpass.getuser())
    return identity.LocalTokens({token: owner}), {"student": owner, "token": token}


def _practice_marker(
    option: Path | None, names: list[str], released: list[str], worked_solutions: bool
) -> "PracticeMarker":
    from course.grading.config import find_course_dir, load
    from course.marking import registry
    from course.service.practice_marker import PracticeMarker

    folders = common.require_solutions(option)
    course_dir = find_course_dir()
    config = None if course_dir is None else load(course_dir)
    known = {exercise.assignment for exercise in CATALOGUE.values()}
    for name in [*names, *released]:
        if name not in known:
            raise common.WrongUse(f"there is no assignment {name!r}; there are {', '.join(sorted(known))}")
    schemes = registry.load(folders)
    offered = tuple(
        exercise.id
        for exercise in CATALOGUE.values()
        if exercise.id in schemes and exercise.answers and (not names or exercise.assignment in names)
    )

    def plain(exercise: Exercise, student: str) -> Any:
        return exercise.given(student)

    return PracticeMarker(
        solutions=folders,
        course=COURSE if config is None else config.course,
        exercises=offered,
        graded=plain if config is None else config.given,
        released=release(released, None if config is None else config.folders),
        worked_solutions=worked_solutions,
        **({} if config is None else {"sampler": config.sampler_of}),
    )


def release(released: list[str], folders: "CourseFolders | None") -> Callable[[Exercise, str], bool]:
    """Say when a student's graded numbers of an exercise may be marked.

    Args:
        released: assignments that the instructor named: for everybody.
        folders: the course's: for a student who has a page of feedback of the assignment there.
    """

    def is_released(exercise: Exercise, student: str) -> bool:
        if exercise.assignment in released:
            return True
        # An id that is no name of a folder could lead out of the folder of feedback.
        if folders is None or unusual_student(student):
            return False
        pages = folders.of("feedback", exercise.assignment, student)
        return pages.is_dir() and any(pages.glob("*.html"))

    return is_released


def _announce(about: dict[str, Any], json: bool) -> None:
    if json:
        common.print_json(about)
        return
    common.messages.print(f"practice at {about['url']}, {len(about['exercises'])} exercises; Ctrl+C stops it")
    if "token" in about:
        common.messages.print(f"for {about['student']}, in the environment of the notebooks:", markup=False)
        common.results.print(f"{URL}={about['url']}\n{TOKEN}={about['token']}", markup=False, soft_wrap=True)
        connection = json_module.dumps({"url": about["url"], "token": about["token"]})
        common.messages.print("or, beside the notebook, in a file .course-practice.json that is yours alone:")
        common.messages.print(connection, markup=False, soft_wrap=True)
    else:
        common.messages.print(f"tokens of {about['tokens']}", markup=False)


def _warmed(count: int) -> Callable[[], None]:
    return lambda: common.messages.print(f"the markers of {count} exercises are ready")
