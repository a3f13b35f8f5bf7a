"""The feedback page of one notebook as data: questions with their marks, and the cells around them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from markupsafe import Markup

from course.exercises.cells import WRITTEN, graded_exercise
from course.html import notebook_cells
from course.html.notebook_cells import Output
from course.html.page_cells import PageCells
from course.marking.scheme import State
from course.reporting.card import Card, anchor_of, card_html, read_card
from course.reporting.mime import CARD_MIME

HIDDEN = {"BEGIN HIDDEN TESTS": "END HIDDEN TESTS", "BEGIN MARK SCHEME": "END MARK SCHEME"}
_SOLUTION = {"BEGIN SOLUTION": "END SOLUTION"}


class Question(NamedTuple):
    """One question: what nbgrader's gradebook has of it, and its card where it was marked by steps.

    Attributes:
        kind: `steps` (has a card), `written` (graded by hand), `tests` or `task`.
        waiting: whether a person has still to grade it.
        by_hand: whether a person set the points, of a question that is marked automatically.
        tally: how often each state occurs, in words.
    """

    anchor: str
    name: str
    kind: str
    score: float
    max_score: float
    waiting: bool
    by_hand: bool
    card: Card | None
    tally: str


class Block(NamedTuple):
    """One cell of the page: its parts as safe HTML, and the question it answers or marks."""

    kind: str
    body: str = ""
    outputs: tuple[Output, ...] = ()
    question: Question | None = None
    comment: str = ""
    card: str = ""


class FeedbackPage(NamedTuple):
    """All that the template shows."""

    title: str
    assignment: str
    student: str
    score: float
    max_score: float
    late_penalty: float
    questions: tuple[Question, ...]
    blocks: tuple[Block, ...]


def build(notebook: Any, resources: Mapping[str, Any], hidden: Mapping[str, str] = HIDDEN) -> FeedbackPage:
    """Make the page of a graded notebook. No cell of it can keep the others from being shown.

    Args:
        notebook: as autograded, with nbgrader's grades in the metadata of its cells.
        resources: of the conversion; `nbgrader` holds the names and totals.
        hidden: closing delimiters of the regions that are not to be shown, by opening one.
    """
    about = resources.get("nbgrader", {})
    headings, cells = notebook_cells.Headings(), PageCells()
    blocks = tuple(_block(cell, headings, cells, hidden) for cell in notebook.cells)
    questions = tuple(block.question for block in blocks if block.question is not None)
    return FeedbackPage(
        title=str(about.get("notebook") or resources.get("metadata", {}).get("name") or "Notebook"),
        assignment=str(about.get("assignment", "")),
        student=str(about.get("student", "")),
        score=float(about.get("score", sum(question.score for question in questions))),
        max_score=float(about.get("max_score", sum(question.max_score for question in questions))),
        late_penalty=float(about.get("late_penalty", 0.0) or 0.0),
        questions=questions,
        blocks=blocks,
    )


def _block(cell: Any, headings: notebook_cells.Headings, cells: PageCells, hidden: Mapping[str, str]) -> Block:
    about = cell.metadata.get("nbgrader", {})
    card = _card_of(cell) if about.get("grade") else None
    question = _question(cell, about, card) if about.get("grade") or about.get("task") else None
    comment = notebook_cells.markdown(str(about.get("comment") or ""), notebook_cells.Headings())
    source, has_hidden = cell.source, False
    # A student's own text is never cut: the delimiters mean something only where an author wrote them.
    if about.get("task") or (about.get("grade") and not about.get("solution")):
        source, has_hidden = notebook_cells.without_regions(cell.source, hidden)
    if card is not None and question is not None:
        headings.last = 2
        drawn = card_html(card, anchor=question.anchor, heading=2)
        return Block("card", question=question, comment=comment, card=Markup(drawn))  # noqa: S704, escaped there
    if question is not None:
        headings.last = 2
    if cell.cell_type == "code":
        shown = tuple(cells.outputs(cell, hidden=has_hidden))
        return Block("code", cells.code(source), shown, question, comment)
    if cell.cell_type == "markdown":
        body = cells.markdown(source, headings, cell.get("attachments"))
        return Block("markdown", body, (), question, comment)
    return Block("raw", cell.source, (), question, comment)


def _card_of(cell: Any) -> Card | None:
    """Give the card that the marking stage wrote; elsewhere than in a graded cell there is none."""
    for output in cell.get("outputs", []):
        if CARD_MIME in output.get("data", {}):
            return read_card(output["data"][CARD_MIME])
    return None


def _question(cell: Any, about: Mapping[str, Any], card: Card | None) -> Question:
    grade_id = str(about.get("grade_id", ""))
    name, kind = _name_and_kind(grade_id, cell, about, card)
    max_score = float(about.get("points") or 0.0)
    score = about.get("score")
    if score is None:
        score = 0.0 if card is None else card.points
    return Question(
        anchor=anchor_of(grade_id),
        name=name,
        kind=kind,
        score=float(score),
        max_score=max_score,
        waiting=bool(about.get("waiting", False)),
        by_hand=card is not None and abs(float(score) - card.points) > 0.005,
        card=card,
        tally="" if card is None else _tally(card),
    )


def _name_and_kind(grade_id: str, cell: Any, about: Mapping[str, Any], card: Card | None) -> tuple[str, str]:
    base, _, part = grade_id.rpartition("--")
    written = part == WRITTEN
    exercise = graded_exercise(base if written else grade_id)
    name = grade_id if exercise is None else exercise.title
    if written and exercise is not None:
        name = f"{name} (written answer)"
    if card is not None:
        return name, "steps"
    if about.get("task"):
        return name, "task"
    return name, "written" if about.get("solution") else "tests"


def _tally(card: Card) -> str:
    if card.failed:
        return "not marked"
    counts = {state.word: sum(step.state == state.word for step in card.steps) for state in State}
    parts = [f"{count} {word}" for word, count in counts.items() if count]
    # What is withheld once, or capped, stands in no step: without a word of it the sum would not add up.
    withheld = round(sum(step.points for step in card.steps) - card.points, 6)
    if withheld > 0:
        parts.append(f"{withheld:g} {'point' if withheld == 1 else 'points'} withheld")
    return ", ".join(parts)
