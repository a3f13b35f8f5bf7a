"""The tables of a trial, in Markdown."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.trial.case import Case, plain
from benchmarks.trial.summary import summary
from benchmarks.trial.trial import Finding, Lost, Row, Share, Trial

MOST = 6  # findings of one kind that are shown of an exercise
ABOUT = {
    "honest": (
        "Honest students, by habit of rounding",
        "Sheets that lose a point (points lost); + steps that are themselves too coarse, whose points do not "
        "count here. Wanted: 0 everywhere.",
    ),
    "error": (
        "One error, all that follows worked rightly from it",
        "Later steps lost per error. Wanted: at most 0.005. Errors that leave what is possible and inventions "
        "that leave nothing to work out count apart, with what they lose each.",
    ),
    "misread": (
        "One given number misread, everything worked rightly on it",
        "Wanted: at most one step lost; nobody flagged in a class of 500.",
    ),
    "cheap": (
        "Sheets without work",
        "Mean share of the points. From a start: something invented first, then only what it leaves nothing to "
        "work out of. Wanted of both: at most 10 %. With all that follows worked out, it is one wrong answer.",
    ),
    "foreign": (
        "Somebody else's assignment",
        "Wanted: 99 % recognised by all its exercises together, few points kept.",
    ),
    "function": (
        "Wrong functions under many secrets",
        "Wanted: none is right under any.",
    ),
    "misconception": (
        "Misconceptions, named in nine of ten variants",
        "Wanted: 500 of all. A belief is right in a draw if it is so at all steps that it touches; wanted: none.",
    ),
}


def page(heading: str, rows: Mapping[str, Mapping[str, Row]]) -> str:
    """Return all tables: per kind, per exercise, by column."""
    parts = ["# The marker on trial", "", heading, "", *summary(rows), ""]
    for kind, by_exercise in rows.items():
        title, about = ABOUT[kind]
        parts += [f"## {title}", "", about, "", *_table(by_exercise), ""]
    return "\n".join(parts)


def _table(by_exercise: Mapping[str, Row]) -> list[str]:
    columns = list(dict.fromkeys(column for row in by_exercise.values() for column in row))
    lines = [
        f"| exercise | {' | '.join(columns)} |",
        f"|---|{'---:|' * len(columns)}",
    ]
    lines += [
        f"| {exercise} | {' | '.join(show(row.get(column, '')) for column in columns)} |"
        for exercise, row in by_exercise.items()
    ]
    return lines


def show(value: Any) -> str:
    """Return a value of a row as it stands in the table."""
    match value:
        case Lost(sheets, points, coarse):
            return f"{sheets} ({points:g})" + (f" + {coarse}" if coarse else "")
        case Share():
            return f"{value:.1%}"
        case float():
            return f"{value:.3f}".rstrip("0").rstrip(".") or "0"
    return str(value)


def findings_page(name: str, trials: Sequence[Trial]) -> str:
    """Return the smallest failing sheet of every sort, the dearest first, and misconceptions in a line each."""
    found = [(trial, finding) for trial in trials for finding in trial.findings]
    parts = [f"# Findings of the trial: {name}", ""]
    shown: Counter[tuple[str, str]] = Counter()
    for trial, finding in sorted(found, key=lambda each: -each[1].worth):
        sort = (trial.solution.exercise, finding.kind)
        shown[sort] += 1
        if finding.case is not None and shown[sort] <= MOST:
            parts += _with_sheet(trial, finding, finding.case)
    parts += ["## Misconceptions", ""]
    parts += [
        f"- {trial.solution.exercise} {finding.what} ({finding.often[0]} of {finding.often[1]})"
        for trial, finding in found
        if finding.case is None
    ]
    return "\n".join(parts) + "\n"


def _with_sheet(trial: Trial, finding: Finding, case: Case) -> list[str]:
    bad, of = finding.often
    report = trial.marking.report(case)
    sheet = {name: plain(value, case.zeros) for name, value in case.written.items()}
    return [
        f"## {trial.solution.exercise}, {finding.kind}: {finding.what}",
        "",
        f"{bad} of {of} sheets, {finding.worth:g} points. `{case.student}`, {case.label}:",
        "",
        f"    {json.dumps(sheet, ensure_ascii=False)}",
        "",
        *(
            f"    {name:12s} {mark.state:9s} {mark.points:g}/{mark.max_points:g} expected {mark.expected}; "
            f"{mark.remark}"
            for name, mark in report.steps.items()
            if mark.points < mark.max_points or finding.kind == "cheap"
        ),
        "",
    ]
