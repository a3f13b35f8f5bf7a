"""The catalogue: exercises by id, those of the course and those that an instructor adds to it."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from course.errors import CourseError, did_you_mean
from course.exercises.base import Exercise


class UnknownExercise(CourseError):
    """Raised for an id that no exercise has; the message names the nearest ones."""


class BadExercise(CourseError):
    """Raised for an exercise of one's own that cannot be added; the message says why."""


class Catalogue(Mapping[str, Exercise]):
    """Exercises by id, in the order in which they are taught.

    Args:
        exercises: those of the course itself; no other may take their ids.
    """

    def __init__(self, exercises: Iterable[Exercise]) -> None:
        self._course = {exercise.id: exercise for exercise in exercises}
        self._own: dict[str, Exercise] = {}
        self._files: dict[str, Path] = {}

    def __getitem__(self, exercise_id: str) -> Exercise:
        return self._course[exercise_id] if exercise_id in self._course else self._own[exercise_id]

    def __iter__(self) -> Iterator[str]:
        yield from self._course
        yield from self._own

    def __len__(self) -> int:
        return len(self._course) + len(self._own)

    def find(self, exercise_id: str) -> Exercise:
        """Return the exercise with this id.

        Raises:
            UnknownExercise: if there is none.
        """
        if exercise_id in self:
            return self[exercise_id]
        hint = did_you_mean(exercise_id, self) or "; `course exercises` lists them all"
        raise UnknownExercise(f"there is no exercise {exercise_id[:64]!r}{hint}")

    def add(self, exercise: Exercise, file: Path | None = None) -> None:
        """Add an exercise that is not of the course; one that was added before under its id is replaced.

        Args:
            exercise: what is asked.
            file: where it is written, if in a file.

        Raises:
            BadExercise: if the course has an exercise of this id, another file has, or it is not `topic/name`.
        """
        if exercise.id in self._course:
            raise BadExercise(f"the course has an exercise {exercise.id} already; give yours another id")
        if exercise.id.count("/") != 1 or "--" in exercise.id or not all(exercise.id.split("/")):
            raise BadExercise(f"the id of an exercise is topic/name, got {exercise.id!r}")
        before = self._files.get(exercise.id)
        if file is not None and before is not None and before.name != file.name:
            raise BadExercise(f"{file}: the exercise {exercise.id} is in {before} already")
        self._own[exercise.id] = exercise
        if file is not None:
            self._files[exercise.id] = file

    def remove(self, exercise_id: str) -> None:
        """Take out an exercise that was added; nothing happens if there is none of this id."""
        self._own.pop(exercise_id, None)
        self._files.pop(exercise_id, None)

    def file_of(self, exercise_id: str) -> Path | None:
        """Return the file of an exercise that was added from one, or None."""
        return self._files.get(exercise_id)

    @property
    def files(self) -> frozenset[Path]:
        """The files that exercises were added from."""
        return frozenset(self._files.values())
