"""The trial in a few lines: what the marker did before it was mended, what it does, and what is wanted."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from benchmarks.trial.trial import Lost, Row

Rows = Mapping[str, Row]
"""The rows of one kind by exercise."""


class Line(NamedTuple):
    """One line of the summary: its kind, what it says, the figures before, what is wanted, and how it is found."""

    kind: str
    about: str
    before: str
    wanted: str
    now: Callable[[Rows], str]


def _honest(habits: tuple[str, ...]) -> Callable[[Rows], str]:
    def now(rows: Rows) -> str:
        lost = {
            exercise: sum(value.sheets for name, value in row.items() if name.startswith(habits))
            for exercise, row in rows.items()
        }
        return _worst(lost, "no sheet loses", lambda count: f"{count} sheets lose", sum(lost.values()))

    return now


def _worst(values: Mapping[str, float], none: str, show: Callable[[float], str], total: float) -> str:
    worst = max(values, key=values.__getitem__)
    return f"{show(total)}; most in {worst}, {values[worst]:g}" if values[worst] else none


def _coarse(rows: Rows) -> str:
    named = sum(v.coarse for row in rows.values() for name, v in row.items() if isinstance(v, Lost))
    return f"{_honest(('2 decimals',))(rows)}; {named} coarse steps themselves"


def _error(rows: Rows) -> str:
    rows = {exercise: row for exercise, row in rows.items() if row}
    if not rows:
        return "–"
    per_error = {exercise: row["lost per error"] for exercise, row in rows.items()}
    worst = max(per_error, key=per_error.__getitem__)
    return f"at most {per_error[worst]:.4f} ({worst}), of {sum(row['errors'] for row in rows.values())} errors"


def _misread(rows: Rows) -> str:
    rows = {exercise: row for exercise, row in rows.items() if row}
    if not rows:
        return "–"
    sheets = sum(row["sheets"] for row in rows.values())
    more = sum(row["lose more than a step"] * row["sheets"] for row in rows.values())
    return (
        f"more than a step in {more / sheets:.1%}; {sum(row['flagged'] for row in rows.values())} flagged "
        f"of {sheets} in a class of 500"
    )


def _largest(column: str, which: str) -> Callable[[Rows], str]:
    def now(rows: Rows) -> str:
        worst = max(rows, key=lambda exercise: rows[exercise][column])
        above = sum(row[column] > 0.1 for row in rows.values())
        return (
            f"at most {rows[worst][column]:.0%} ({worst}: {rows[worst][which]}); above 10 % in {above} exercises"
        )

    return now


def _foreign(rows: Rows) -> str:
    worst = min(rows, key=lambda topic: rows[topic]["recognised"])
    return f"at least {rows[worst]['recognised']:.0%} of the assignments ({worst})"


def _functions(rows: Rows) -> str:
    passed = sum(row["right under some secret"] for row in rows.values())
    return f"{passed} of {sum(row['wrong functions'] for row in rows.values())} wrong functions"


def _draws(rows: Rows) -> str:
    never = sum(row["right in all"] for row in rows.values())
    return f"{sum(row['right in some draw'] for row in rows.values())} beliefs, {never} more in every draw"


def _named(rows: Rows) -> str:
    return f"{sum(row['named'] for row in rows.values())} of {sum(row['tried'] for row in rows.values())}"


LINES = (
    Line(
        "honest", "by the course's own advice, hidden layers rounded too",
        "0 lost, `mlp/vanishing` 58-82 of 100", "0", _honest(("advice", "3 decimals")),
    ),
    Line("honest", "three and four significant digits", "up to 77 of 200", "0", _honest(("3 digits", "4 digits"))),
    Line("honest", "two decimals whatever the size", "later steps lost too", "only the coarse steps", _coarse),
    Line("error", "later steps lost per error", "0.28 and 0.22", "0.005", _error),
    Line("misread", "one given number misread", "up to 9 of 9 points", "a step; 0 flagged", _misread),
    Line("cheap", "cheapest sheet without work", "35 %", "10 %", _largest("cheapest", "which")),
    Line("cheap", "from a chosen start", "9 of 11", "10 %", _largest("from a start", "which start")),
    Line("foreign", "somebody else's sheet recognised", "short ones never", "99 % of assignments", _foreign),
    Line("function", "right under some secret", "up to 40 %", "0", _functions),
    Line("misconception", "right in some kept draw", "up to 40 of 40", "0", _draws),
    Line("misconception", "named", "302 of 723", "500", _named),
)  # fmt: skip


def summary(rows: Mapping[str, Rows]) -> Iterator[str]:
    """Yield the lines of the summary for the kinds that were run."""
    yield "| | before | now | wanted |"
    yield "|---|---|---|---|"
    for line in LINES:
        if rows.get(line.kind):
            yield f"| {line.kind}: {line.about} | {line.before} | {line.now(rows[line.kind])} | {line.wanted} |"
