"""What a class report is made from: marks as given, answers as read, and how the notebooks ran."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float

from course.marking.report import Report
from course.marking.scheme import Scheme
from course.sheet import Sheet


@dataclass(frozen=True)
class Answers:
    """The answers of a class to one step, beside the right ones; axis 0 is the students.

    Attributes:
        value: as read; what was not read is 0.
        unit: the precision to which each entry was written.
        read: whose answer could be read.
        truth: the right values.
        expected: what follows from the student's own earlier answers.
    """

    value: Float[np.ndarray, "students ..."]
    unit: Float[np.ndarray, "students ..."]
    read: Bool[np.ndarray, " students"]
    truth: Float[np.ndarray, "students ..."]
    expected: Float[np.ndarray, "students ..."]


@dataclass(frozen=True)
class ExerciseWork:
    """One exercise as a class answered it; everything is in the order of `students`.

    Attributes:
        exercise: its id.
        notebook: where it was asked.
        reports: the marks as given; None where the sheet could not be marked.
        reviews: what a person should look at; empty where nothing.
        notes: what happened while the notebook ran; empty where nothing did.
        sheets: how many sheets the graded cell put out.
        scheme: how it is marked; None where there is no scheme today.
        sheet: what was handed over; empty where there is no scheme.
        given: the given values, stacked, by name.
        answers: by step; empty where there is no scheme.
    """

    exercise: str
    notebook: str
    students: tuple[str, ...]
    reports: tuple[Report | None, ...]
    reviews: tuple[str, ...]
    notes: tuple[str, ...]
    sheets: tuple[int, ...]
    scheme: Scheme | None = None
    sheet: tuple[Sheet, ...] = ()
    given: Mapping[str, np.ndarray] = field(default_factory=dict)
    answers: Mapping[str, Answers] = field(default_factory=dict)


@dataclass(frozen=True)
class Graded:
    """What nbgrader's gradebook has of one student's submission.

    Attributes:
        score: of all questions, before the penalty.
        penalty: for a late submission.
        waiting: whether a person has still to grade something of it.
    """

    student: str
    score: float
    max_score: float
    penalty: float = 0.0
    waiting: bool = False

    @property
    def total(self) -> float:
        """The points that count: never below zero."""
        return max(0.0, self.score - self.penalty)


@dataclass(frozen=True)
class Ran:
    """How one notebook of one student ran.

    Attributes:
        seconds: how long; None where it was not measured.
        happened: what went wrong; empty where nothing did.
    """

    student: str
    notebook: str
    seconds: float | None = None
    happened: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClassWork:
    """An assignment as a class handed it in.

    Attributes:
        enrolled: ids of everybody who was to hand it in.
        graded: of those who did.
    """

    course: str
    assignment: str
    enrolled: tuple[str, ...]
    graded: tuple[Graded, ...]
    exercises: tuple[ExerciseWork, ...]
    ran: tuple[Ran, ...] = ()
