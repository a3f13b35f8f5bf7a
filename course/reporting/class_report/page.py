"""The class report as one HTML page that needs nothing else: it asks for nothing, and runs its own script only."""

import base64
import hashlib
import importlib.resources
import math
from datetime import UTC, datetime
from typing import Any

import jinja2
from markupsafe import Markup

from course.exercises import CATALOGUE
from course.marking.scheme import State
from course.reporting.card import ICONS, add_filters, anchor_of, title_of
from course.reporting.class_report.picture import item_map
from course.reporting.class_report.summary import BINS, Summary

_KINDS = {
    "foreign": "somebody else's numbers",
    "copied": "equal wrong answers",
    "several sheets": "several sheets in one cell",
    "not marked": "not marked",
    "other": "to look at",
}


def class_page(summary: Summary, when: datetime | None = None) -> str:
    """Draw the report.

    Args:
        summary: what it shows; every text in it is escaped.
        when: the time that it names; now unless given.
    """
    made = (when or datetime.now(UTC)).strftime("%d %B %Y, %H:%M %Z").lstrip("0")
    script = _file("sort.js")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            s=summary,
            made=made,
            bars=_bars(summary),
            map=Markup(item_map(summary)),  # noqa: S704, escaped there
            states=[state.word for state in State],
            kinds=_KINDS,
            style=Markup(_file("../feedback/page.css") + _file("class.css")),  # noqa: S704, our own files
            script=Markup(script),  # noqa: S704, our own file
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            symbols={exercise.id: exercise.answers for exercise in CATALOGUE.values()},
        )
    )


def _bars(summary: Summary) -> list[dict[str, Any]]:
    """Give the parts of the histogram: from, to, how many, and how high, in percent of the highest."""
    width, top = summary.max_points / BINS, max(summary.histogram, default=0)
    return [
        {"low": place * width, "high": (place + 1) * width, "count": count, "height": 100 * count / max(top, 1)}
        for place, count in enumerate(summary.histogram)
    ]


def percent(share: float | None) -> str:
    """Give a share as whole percent; what is something but rounds to nothing is not called nothing.

    >>> [percent(share).split() for share in (0.125, 0.001, 0.999, None)]
    [['12', '%'], ['<1', '%'], ['>99', '%'], ['–']]
    """
    if share is None or not math.isfinite(share):
        return "–"
    if 0 < share < 0.005:
        return "<1\N{NARROW NO-BREAK SPACE}%"
    if 0.995 < share < 1:
        return ">99\N{NARROW NO-BREAK SPACE}%"
    return f"{100 * share:.0f}\N{NARROW NO-BREAK SPACE}%"


def signed(number: float | None) -> str:
    """Give a correlation to two decimals with a real minus sign.

    >>> signed(-0.314), signed(None)
    ('−0.31', '–')
    """
    return "–" if number is None else f"{number:.2f}".replace("-", "\N{MINUS SIGN}")


def _environment() -> jinja2.Environment:
    loader = jinja2.FunctionLoader(_file)
    made = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    add_filters(made)
    made.filters |= {"percent": percent, "signed": signed, "anchor": anchor_of, "title_of": title_of}
    made.globals["icons"] = ICONS
    return made


def _file(name: str) -> str:
    folder = importlib.resources.files("course.reporting") / "template" / "class"
    return (folder / name).read_text(encoding="utf-8")
