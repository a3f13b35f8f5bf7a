"""`course lint` and `course build`: for those who write exercises and assignments."""

import json as json_module
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from course.commands import common
from course.commands.common import Solutions
from course.commands.progress import working
from course.exercises import CATALOGUE, find, own, practice, variants

if TYPE_CHECKING:
    from course.authoring.lint import Finding


def lint(
    exercise_id: Annotated[
        str | None, typer.Argument(help="One exercise; all of them without.", metavar="ID")
    ] = None,
    solutions: Solutions = None,
    write: Annotated[bool, typer.Option("--write", help="Write the table of draws to pass over.")] = False,
    refused: Annotated[
        bool, typer.Option("--refused", help="Print every draw that is passed over, with the step and the reason.")
    ] = False,
    mutants: Annotated[
        int, typer.Option("--mutants", min=0, help="Changed lines of a derivation that are tried.")
    ] = 2000,
) -> None:
    """Examine mark schemes: derivatives, variants, slips, formulas, and which draws are refused and why.

    Example: course lint mlp/relu-sgd
    """
    from course.authoring.lint import lint as examine
    from course.authoring.lint import practice_table
    from course.marking import registry

    folders = common.require_solutions(solutions)
    schemes = registry.load(folders)
    chosen = [find(exercise_id).id] if exercise_id else list(schemes)
    bad = 0
    tables: dict[str, str] = {}
    rehearsals: dict[str, list[int]] = {}
    for name in chosen:
        if name not in schemes:
            raise common.WrongUse(f"{', '.join(map(str, folders))} has no scheme for {name}")
        with working(f"examining {name}"):
            finding = examine(schemes[name], mutants=mutants)
            if finding.ill_posed.any():
                tables[name] = variants.pack(finding.ill_posed)
            if write and finding.ill_posed.size:
                rehearsals[name] = practice_table(schemes[name])
        problems = [p for p in finding.problems if not (write and "--write" in p)]
        bad += bool(problems)
        count = (
            f"{finding.distinct} distinct variants, {int(finding.ill_posed.sum())} of {variants.POOL} passed over"
        )
        verdict = "[red]to mend[/red]" if problems else "[green]well-posed[/green]"
        common.results.print(f"{name}: {verdict}" + (f" ({count})" if finding.ill_posed.size else ""))
        for problem in problems:
            common.results.print(f"  {escape(problem)}")
        _print_draws(finding, refused)
    if write:
        _write_tables(own.PASSED_OVER, chosen, tables)
        _write_tables(practice.TABLE, [name for name in chosen if CATALOGUE.file_of(name) is None], rehearsals)
    if bad:
        raise typer.Exit(1)


def _print_draws(finding: "Finding", every: bool) -> None:
    """Say why draws are refused, most frequent reason first, and how many of a class share their numbers."""
    from course.authoring.lint import CLASS

    for doubt in sorted(finding.doubts, key=lambda doubt: -int(doubt.draws.sum())):
        first = int(doubt.draws.argmax())
        common.results.print(f"  {int(doubt.draws.sum())} refused, the first is {first}: {escape(str(doubt))}")
        for index in doubt.draws.nonzero()[0] if every else ():
            common.results.print(f"    draw {index}")
    if finding.ill_posed.size:
        common.results.print(f"  {finding.pairs} pairs of equal numbers in a class of {CLASS}")


def _write_tables(file: str, examined: Sequence[str], tables: Mapping[str, Any]) -> None:
    """Write what was found beside the exercises examined: in this package, or in a folder of one's own."""
    package = Path(variants.__file__).parent
    beside = {name: path.parent if (path := CATALOGUE.file_of(name)) else package for name in examined}
    for folder in sorted(set(beside.values())):
        path = folder / file
        before = json_module.loads(path.read_text("utf-8")) if path.is_file() else {}
        kept = {name: table for name, table in before.items() if name not in beside}
        found = {name: table for name, table in tables.items() if beside.get(name) == folder}
        merged = dict(sorted({**kept, **found}.items()))
        lines = [f"{json_module.dumps(name)}: {json_module.dumps(table)}" for name, table in merged.items()]
        path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
        common.messages.print(f"wrote {path}")


def build(
    assignment: Annotated[str | None, typer.Argument(help="One assignment; all of them without.")] = None,
) -> None:
    """Build nbgrader source notebooks from the text in assignments/.

    Example: course build mlp
    """
    from course.authoring import build as builder
    from course.grading.config import load, require_course_dir

    config = load(require_course_dir())
    with working("building the notebooks"):
        built = builder.build_all(config, [assignment] if assignment else None)
    for path in built:
        common.results.print(str(path), markup=False, soft_wrap=True)
