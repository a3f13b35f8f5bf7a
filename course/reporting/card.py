"""The feedback card of one exercise: every step with its state, values, remark and points.

A card is data (`Card`, the private MIME type `CARD_MIME`) and is drawn from it: for the instructor in the
formgrader, for the student in the feedback page, and as text in a terminal. Everything in it that a student
wrote is escaped.
"""

import functools
import importlib.resources
import re
from collections.abc import Mapping
from typing import Any

import jinja2
import msgspec
from markupsafe import Markup

from course.exercises import CATALOGUE
from course.html import mathml
from course.html.plain_text import plain
from course.marking.report import LineReport, Report, StepMark, first_astray
from course.marking.scheme import Scheme
from course.reporting.mime import CARD_MIME
from course.reporting.worked import Worked

ICONS = {"exact": "✓", "follows": "↳", "slip": "◐", "wrong": "✗", "missing": "○", "unusable": "?"}
"""A sign for each state; it stands beside the word, never for it."""

LINE_STATES: dict[str, tuple[str, str, str]] = {
    "follows": ("exact", "✓", "follows"),
    "at-numbers": ("exact", "✓", "follows at your numbers"),
    "defines": ("follows", "↳", "defines"),
    "where": ("slip", "◐", "true only somewhere"),
    "under": ("slip", "◐", "under an assumption"),
    "slip": ("slip", "◐", "slip"),
    "edit": ("slip", "◐", "one change away"),
    "jump": ("wrong", "✗", "too big a step"),
    "wrong": ("wrong", "✗", "does not follow"),
    "repeats": ("missing", "○", "repeats"),
    "unreadable": ("unusable", "?", "not read"),
}
"""Of each state of a line: the state of a step that has its colour, a sign, and words."""


class CardStep(StepMark, frozen=True, kw_only=True):
    """One step of a card: the mark, with the step's name and the earlier steps it is computed from."""

    name: str
    parents: tuple[str, ...] = ()


class Appeal(msgspec.Struct, frozen=True):
    """What a student may ask a person to look at, and the address by which.

    Attributes:
        step: the step that is charged.
        address: of a mail or a page, with the step filled in.
    """

    step: str
    address: str

    @property
    def safe(self) -> bool:
        """Whether the address is one that a page may lead to."""
        return self.address.startswith(("mailto:", "https://", "http://"))


class Card(msgspec.Struct, frozen=True):
    """The marks of one sheet as they are shown.

    Attributes:
        failed: why the sheet could not be marked; empty where it was.
        whose, foreign_points: of a foreign sheet, for the instructor only.
        worked: the worked solution with the student's numbers, where it is to be shown.
        appeal: what the student may ask a person to look at; None where nothing was held against the numbers used.
        lines: of a derivation, in the order handed in.
    """

    exercise: str
    title: str
    points: float
    max_points: float
    student: str | None = None
    steps: tuple[CardStep, ...] = ()
    remarks: tuple[str, ...] = ()
    foreign: bool = False
    whose: str = ""
    foreign_points: float = 0.0
    failed: str = ""
    worked: Worked | None = None
    appeal: Appeal | None = None
    lines: tuple[LineReport, ...] = ()

    @property
    def first_astray(self) -> int | None:
        """The number of the first line that does not follow as it stands."""
        return first_astray(self.lines)

    @property
    def derived(self) -> bool:
        """Whether it is the card of a derivation."""
        exercise = CATALOGUE.get(self.exercise)
        return bool(self.lines) or (exercise is not None and exercise.derivation is not None)


PLAINLY = "This does not follow."  # the remark that says no more than the state


def make_card(
    report: Report, scheme: Scheme | None = None, worked: Worked | None = None, appeal: Appeal | None = None
) -> Card:
    """Make the card of a marked sheet.

    Args:
        report: the marks.
        scheme: of the exercise; with it the card says what each step is computed from.
        worked: the worked solution, folded under the card.
        appeal: what the student may ask a person to look at.
    """
    parents = {} if scheme is None else {name: step.parents for name, step in scheme.steps.items()}
    return Card(
        exercise=report.exercise,
        title=title_of(report.exercise),
        points=report.points,
        max_points=report.max_points,
        student=report.student,
        steps=tuple(
            CardStep(**msgspec.structs.asdict(mark), name=name, parents=parents.get(name, ()))
            for name, mark in report.steps.items()
        ),
        remarks=report.remarks,
        foreign=report.foreign,
        whose=report.whose,
        foreign_points=report.foreign_points,
        worked=worked,
        appeal=appeal,
        lines=report.lines,
    )


def card_bundle(
    report: Report, scheme: Scheme | None = None, worked: Worked | None = None, appeal: Appeal | None = None
) -> dict[str, Any]:
    """Give the MIME bundle of a marked sheet: the card's data, HTML for the formgrader, text for a terminal.

    Args:
        report: the marks.
        scheme: of the exercise; with it the card says what each step is computed from.
        worked: the worked solution, folded under the card.
        appeal: what the student may ask a person to look at.
    """
    return _bundle(make_card(report, scheme, worked, appeal))


def failed_bundle(exercise_id: str, message: str) -> dict[str, Any]:
    """Give the MIME bundle of a sheet that could not be marked: no points, and why."""
    return _bundle(Card(exercise_id, title_of(exercise_id), 0.0, 0.0, failed=message))


def _bundle(card: Card) -> dict[str, Any]:
    data = msgspec.to_builtins(card)
    return {CARD_MIME: data, "text/html": card_page(card), "text/plain": card_text(card)}


def read_card(data: Any) -> Card:
    """Read a card from its JSON form; what cannot be read is a card that says so, without points."""
    try:
        return msgspec.convert(data, Card)
    except (msgspec.ValidationError, RecursionError):
        return Card("", "Not marked", 0.0, 0.0, failed="The card of this question could not be read.")


def card_html(
    report_dict: Card | Mapping[str, Any], *, anchor: str = "", heading: int = 3, instructor: bool = False
) -> str:
    """Draw a card as one `<section>`; the style is apart, in `card_style`.

    Args:
        report_dict: a card, or its JSON form.
        anchor: prefix of the ids of the section and its rows; from the exercise where empty.
        heading: level of the card's heading.
        instructor: whether to say whose numbers a foreign sheet was worked on.
    """
    card = report_dict if isinstance(report_dict, Card) else read_card(report_dict)
    template = environment().get_template("card.html.j2")
    return template.render(
        card=card, anchor=anchor or anchor_of(card.exercise), heading=heading, instructor=instructor
    )


def card_page(card: Card) -> str:
    """Draw a card with its own style, as it stands in a notebook's output; for the instructor."""
    return f"<style>{card_style()}</style>\n{card_html(card, instructor=True)}"


def card_text(card: Card) -> str:
    """Give a card as plain text, a line a step."""
    if card.failed:
        return f"{card.title} ({card.exercise}): not marked, 0 points. {plain(card.failed)}"
    width = max((len(step.name) for step in card.steps), default=0)
    lines = [f"{card.title} ({card.exercise}): {points(card.points)} of {points(card.max_points)} points"]
    lines += [f"! {plain(remark)}" for remark in card.remarks]
    for number, line in enumerate(card.lines, start=1):
        _, icon, words = LINE_STATES[line.state]
        lines.append(f"{icon} {number:>2}  {line.text}")
        said = "" if line.state == "wrong" and line.remark == PLAINLY else plain(line.remark)
        lines.append(f"      {words}. {said}".rstrip())
    lines += [
        f"{ICONS[step.state]} {step.name:<{width}}  {step.state:<8}  {points(step.points):>4}/"
        f"{points(step.max_points):<3} {plain(step.remark)}"
        for step in card.steps
    ]
    return "\n".join(lines)


def title_of(exercise_id: str) -> str:
    """Give the title of an exercise, or its id where the catalogue does not have it."""
    exercise = CATALOGUE.get(exercise_id)
    return exercise_id if exercise is None else exercise.title


def anchor_of(exercise_id: str) -> str:
    """Give the id of a card's section in a page.

    >>> anchor_of("mlp/relu-sgd")
    'card-mlp--relu-sgd'
    """
    return "card-" + re.sub(r"[^A-Za-z0-9_.-]", "-", exercise_id.replace("/", "--"))


def points(number: float) -> str:
    """Give points as a person writes them.

    >>> points(7.0), points(0.5), points(1 / 3)
    ('7', '0.5', '0.33')
    """
    return f"{number:.2f}".rstrip("0").rstrip(".")


_DARK = "@media (prefers-color-scheme: dark) {\n  :root {"
_IN_DARK_LAB = '[data-jp-theme-light="false"] .course-card'


def card_style() -> str:
    """Give the style of cards: rules that touch nothing outside `.course-card`.

    In a notebook the card takes the dark colours of the feedback page where JupyterLab's theme is a dark one.
    """
    _, _, dark = _template_file("../feedback/page.css").partition(_DARK)
    colours = dark.partition("}")[0].strip()
    return f"{_template_file('card.css')}{_IN_DARK_LAB} {{\n  {colours}\n}}\n"


@functools.cache  # its templates are compiled once: 5 ms a card otherwise
def environment() -> jinja2.Environment:
    """Give the environment of our templates; it escapes everything that is not marked as safe."""
    templates = importlib.resources.files("course.reporting") / "template" / "card"
    loader = jinja2.FunctionLoader(lambda name: (templates / name).read_text(encoding="utf-8"))
    made = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    add_filters(made)
    return made


def add_filters(environment: jinja2.Environment) -> None:
    """Add the filters of cards to an environment: snippets, formulas, values and points."""
    environment.filters["snippet"] = lambda text: Markup(mathml.snippet(text))  # noqa: S704, escaped there
    environment.filters["symbol"] = lambda latex: Markup(mathml.to_mathml(latex))  # noqa: S704, escaped there
    environment.filters["value"] = lambda text: Markup(mathml.value(text))  # noqa: S704, escaped there
    environment.filters["markup"] = Markup
    environment.filters["points"] = points
    environment.globals["icons"] = ICONS
    environment.globals["line_states"] = LINE_STATES
    environment.globals["plainly"] = PLAINLY


def _template_file(name: str) -> str:
    path = importlib.resources.files("course.reporting") / "template" / "card" / name
    return path.read_text(encoding="utf-8")
