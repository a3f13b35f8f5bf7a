"""What an instructor should look at: somebody else's numbers, several sheets in one cell, equal wrong answers.

None of it costs a point here, and none of it is a proof: it says where to look.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

import msgspec
import numpy as np

from course.reporting.class_report.graded_work import ExerciseWork

FEWEST = 3  # steps in which two sheets have the same wrong answer
_CROWD = 12  # students; an answer that so many gave says nothing about any two of them


class Flag(msgspec.Struct, frozen=True):
    """Something to look at.

    Attributes:
        kind: `foreign`, `several sheets`, `not marked`, `copied` or `other`.
        text: what is odd, in words.
    """

    student: str
    exercise: str
    kind: str
    text: str


def flags(work: ExerciseWork) -> Iterator[Flag]:
    """Give what is to be looked at in one exercise, in the order of the students."""
    for student, report, review, count in zip(work.students, work.reports, work.reviews, work.sheets, strict=True):
        if report is None:
            yield Flag(student, work.exercise, "not marked", review or "could not be marked")
        elif count > 1:
            yield Flag(student, work.exercise, "several sheets", review or f"{count} sheets in one cell")
        elif report.foreign:
            text = f"right answers to {report.whose}; under these {report.foreign_points:g} points"
            yield Flag(student, work.exercise, "foreign", text)
        elif review:
            yield Flag(student, work.exercise, "other", review)
    for (first, second), steps in sorted(copied(work).items()):
        names = ", ".join(steps)
        for student, other in ((first, second), (second, first)):
            text = f"the same wrong answers as {work.students[other]} in {len(steps)} steps: {names}"
            yield Flag(work.students[student], work.exercise, "copied", text)


def copied(work: ExerciseWork) -> dict[tuple[int, int], list[str]]:
    """Give pairs of students with the same wrong answer in `FEWEST` steps or more, by their places.

    A step counts where the answers are equal, not zero, and unexplained in at least one of the two sheets. Right
    answers are equal where the numbers are, and what follows from an earlier answer is no second coincidence.
    Foreign sheets are left out: whose numbers they are is known.
    """
    shared: dict[tuple[int, int], list[str]] = defaultdict(list)
    for name, answers in work.answers.items():
        flat = answers.value.reshape(len(answers.value), -1).round(9)
        same: dict[bytes, list[int]] = defaultdict(list)
        for place, report in enumerate(work.reports):
            if report is not None and not report.foreign and answers.read[place] and flat[place].any():
                same[(flat[place] + 0.0).tobytes()].append(place)
        wrong = {place for place in range(len(flat)) if _state(work, place, name) == "wrong"}
        for group in same.values():
            if 1 < len(group) <= _CROWD and _is_number(work, name):
                for pair in combinations(group, 2):
                    if wrong & set(pair):
                        shared[pair].append(name)
    return {pair: steps for pair, steps in shared.items() if len(steps) >= FEWEST}


def _state(work: ExerciseWork, place: int, step: str) -> str:
    report = work.reports[place]
    mark = None if report is None else report.steps.get(step)
    return "" if mark is None else mark.state


def _is_number(work: ExerciseWork, step: str) -> bool:
    return work.scheme is not None and work.scheme.steps[step].answer.dtype in {"float", "int"}


def unexplained(work: ExerciseWork, step: str) -> np.ndarray:
    """Whose answer to a step is wrong and no slip of the scheme (bool [students]); foreign sheets left out."""
    return np.array(
        [
            report is not None and not report.foreign and _state(work, place, step) == "wrong"
            for place, report in enumerate(work.reports)
        ],
        dtype=bool,
    )
