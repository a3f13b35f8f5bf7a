"""Whose numbers a notebook shows."""

from dataclasses import dataclass
from typing import Any, Literal

from course.exercises import Exercise
from course.exercises.practice import practice_given
from course.exercises.variants import COURSE, SAMPLER_VERSION

Variant = Literal["personal", "document"]


@dataclass(frozen=True)
class Owner:
    """Whose numbers are in use: a student's of a course, or the documents' own for everybody.

    With `practice` they are those of a round of practice, which are never graded.
    """

    student: str | None = None
    course: str = COURSE
    variant: Variant = "personal"
    practice: int = 0
    sampler: int = SAMPLER_VERSION

    @property
    def nobody(self) -> bool:
        """Whether numbers should be personal and it is not known whose."""
        return self.variant == "personal" and self.student is None

    def given(self, exercise: Exercise) -> Any:
        """Give the numbers of an exercise.

        Raises:
            course.exercises.practice.NoPractice: if there is no such round, or nothing to practise.
        """
        if self.practice:
            return practice_given(exercise, self.student, self.practice, self.course, self.sampler)
        return exercise.given(None if self.variant == "document" else self.student, self.course, self.sampler)

    def sentence(self) -> str:
        """Say whose numbers these are."""
        if self.practice:
            whose = "" if self.student is None else f" of {self.student}"
            return f"These are practice numbers{whose}, round {self.practice}: they are never graded."
        if self.variant == "document":
            return "These are the example numbers of the course, the same for everybody."
        if self.student is None:
            return "These are the example numbers of the course, not yours: no student id was given."
        return f"These are the numbers of {self.student}."
