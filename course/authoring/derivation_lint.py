"""What an author wants to know of the scheme of a derivation: does its model earn all points, with all numbers?"""

from collections.abc import Iterator
from typing import Any

from course.marking.derivation_scheme import DerivationScheme

DRAWS = 40  # personal variants that are looked at


def derivation_problems(scheme: DerivationScheme) -> list[str]:
    """Examine the scheme of a derivation.

    Returns:
        What an author has to mend; empty if all is well.
    """
    return list(_problems(scheme))


def _problems(scheme: DerivationScheme) -> Iterator[str]:
    exercise = scheme.exercise
    for name in exercise.seed()._fields:
        if name not in exercise.symbols:
            yield f"given value {name} has no symbol"
    for number, slip in enumerate(scheme.slips(exercise.seed()), start=1):
        if not slip.sentence.strip().endswith((".", "?")):
            yield f"the sentence of slip {number} does not end like a sentence"
    for where, given in _numbers(scheme):
        problem = _model_problem(scheme, given)
        if problem:
            yield f"the model derivation on {where}: {problem}"
            return


def _numbers(scheme: DerivationScheme) -> Iterator[tuple[str, Any]]:
    exercise = scheme.exercise
    yield "the document's numbers", exercise.seed()
    for index in range(DRAWS if exercise.draw is not None else 0):
        yield f"draw {index}", exercise.variant(index)


def _model_problem(scheme: DerivationScheme, given: Any) -> str:
    marked = scheme.judge(scheme.model(given), given, scheme.model_blocks)
    for number, line in enumerate(marked.lines, start=1):
        if line.state not in ("follows", "defines", "at-numbers"):
            return f"line {number} is judged {line.state}. {line.remark}".strip()
    shares = [one.points == one.max_points for one in marked.criteria] + [way.share == 1 for way in marked.ways]
    missed = [name for name, whole in zip(scheme.steps, shares, strict=True) if not whole]
    return f"it does not earn all points of {', '.join(missed)}" if missed else ""
