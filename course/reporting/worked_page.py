"""The worked solutions of an assignment on one page, for instructors: formulas, numbers, slips, rubrics."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from course.marking.marker import Marker
from course.marking.scheme import Criterion
from course.reporting.card import anchor_of, card_style, environment
from course.reporting.worked import Use, Worked, show_given, solution


class Part(NamedTuple):
    """One exercise of the page."""

    exercise: str
    title: str
    anchor: str
    task: str
    given: tuple[Use, ...]
    worked: Worked
    slips: tuple[tuple[str, str], ...]
    model_answer: str
    rubric: tuple[Criterion, ...]


def worked_page(
    assignment: str, markers: Mapping[str, Marker], givens: Mapping[str, Any], *, student: str | None = None
) -> str:
    """Draw the page: self-contained HTML with the mathematics as MathML.

    Args:
        assignment: its name.
        markers: the marker of each exercise, in the order of the page.
        givens: the numbers of each exercise.
        student: whose numbers these are; None for the documents' own.
    """
    parts = [_part(marker, givens[name], student) for name, marker in markers.items()]
    template = environment().get_template("worked_page.html.j2")
    return template.render(assignment=assignment, student=student, parts=parts, style=card_style())


def _part(marker: Marker, given: Any, student: str | None) -> Part:
    scheme, exercise = marker.scheme, marker.scheme.exercise
    symbols = exercise.symbols
    return Part(
        exercise=exercise.id,
        title=exercise.title,
        anchor=anchor_of(exercise.id),
        task=exercise.task,
        given=tuple(
            Use(name, symbols.get(name, name), show_given(value)) for name, value in given._asdict().items()
        ),
        worked=solution(marker, given, student=student),
        slips=tuple((step.name, slip.sentence) for step in scheme.steps.values() for slip in step.slips),
        model_answer=scheme.model_answer,
        rubric=scheme.rubric,
    )
