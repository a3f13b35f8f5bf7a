"""`course similar`: whose code is alike, for a person to look at."""

from typing import Annotated, Any

import typer
from rich.box import HORIZONTALS
from rich.table import Table

from course.commands import common
from course.commands.common import AsJson, Assignment, CourseDir
from course.commands.progress import working

_PLACES = 5  # of one pair that are printed


def similar(
    assignment: Assignment,
    share: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="How much of the shorter text must be in the longer one.")
    ] = 0.5,
    course_dir: CourseDir = None,
    json: AsJson = False,
) -> None:
    """List submissions whose code is alike, or that hold published code of the library.

    Names, numbers, comments and formatting make no difference, and code that was released is left out. It is a
    list of what to read: no code is run, and no mark changes.

    Example: course similar mlp --share 0.7
    """
    from course.grading.config import load
    from course.similarity.scan import similar as compare

    with working(f"comparing the submissions of {assignment}"):
        found = compare(load(course_dir), assignment, share=share)
    if json:
        common.print_json(
            {
                "assignment": assignment,
                "compared": found.compared,
                "pairs": [_pair_json(pair, "other") for pair in found.pairs],
                "groups": [
                    group._asdict() | {"places": [p._asdict() for p in group.places]} for group in found.groups
                ],
                "published": [_pair_json(pair, "function") for pair in found.published],
                "problems": found.problems,
            }
        )
    else:
        _print("Alike", found.pairs, "no two are alike")
        for group in found.groups:
            names = ", ".join(map(common.shown, group.students))
            where = "; ".join(map(_place, group.places))
            common.results.print(f"A group of {len(group.students)} shares {group.share:.0%}: {names}")
            common.results.print(f"    in the first: {common.shown(where)}")
        _print("Published code", found.published, "nobody has any")
        for student, problem in found.problems.items():
            common.messages.print(f"{common.shown(student)}: {common.shown(problem)}")
        common.messages.print(f"{found.compared} submissions were compared.")
    if found.problems:
        raise typer.Exit(1)


def _pair_json(pair: Any, other: str) -> dict[str, Any]:
    places = [{"here": one._asdict(), "there": two._asdict()} for one, two in pair.places]
    return {"student": pair.student, other: pair.other, "share": pair.share, "places": places}


def _print(title: str, pairs: Any, nothing: str) -> None:
    if not pairs:
        common.results.print(f"{title}: {nothing}.")
        return
    table = Table(title, "", "share", "where", box=HORIZONTALS)
    for pair in pairs:
        named = [f"{_place(one)}  ↔  {_place(two)}" for one, two in pair.places[:_PLACES]]
        more = len(pair.places) - _PLACES
        where = "\n".join([*named, *([f"and {more} more places; --json has them"] if more > 0 else [])])
        names = map(common.shown, (pair.student, pair.other))
        table.add_row(*names, f"{pair.share:.0%}", common.shown(where))
    common.print_table(table)


def _place(place: Any) -> str:
    lines = f"line {place.first}" if place.first == place.last else f"lines {place.first}–{place.last}"
    return f"{place.text}, {lines}"
