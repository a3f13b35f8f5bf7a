"""The sheet as a student holds it: answers are set, read back and deleted by name, and never judged."""

from collections.abc import Iterable
from typing import Any

from course.errors import did_you_mean
from course.exercises import Exercise
from course.notebook.owner import Owner

_LONGEST = 60  # characters of a value that are shown when a sheet is printed


class NoSuchAnswer(AttributeError):
    """Raised for a name that the exercise does not ask for, or that has no value yet."""


class AnswerSheet:
    """The answers to one exercise, by name: `sheet.a1 = [6, -3]`.

    What is not set is missing when the sheet is handed over, and so is `...`. Values are kept as they are and
    read when the sheet is handed over.
    """

    __slots__ = ("_exercise", "_owner", "_values")

    def __init__(self, exercise: Exercise, owner: Owner) -> None:
        object.__setattr__(self, "_exercise", exercise)
        object.__setattr__(self, "_owner", owner)
        object.__setattr__(self, "_values", {})

    def __setattr__(self, name: str, value: Any) -> None:
        self._values[self._asked_name(name)] = value

    def __getattr__(self, name: str) -> Any:
        # Python's own protocols ask for names such as _repr_html_: those are plainly not there.
        if name.startswith("_"):
            raise AttributeError(name)
        asked = self._asked_name(name)
        if asked not in self._values:
            raise NoSuchAnswer(f"{name} has no value yet: set it with `sheet.{name} = ...`")
        return self._values[asked]

    def __delattr__(self, name: str) -> None:
        self._values.pop(self._asked_name(name), None)

    def __dir__(self) -> Iterable[str]:
        return list(self._exercise.answers)

    def __repr__(self) -> str:
        asked = self._exercise.answers
        names = [name for name in asked if name in answers_of(self)]
        lines = [f"Sheet of {self._exercise.id}: {len(names)} of {len(asked)} answers set"]
        lines += [f"  {name} = {_shown(self._values[name])}" for name in names]
        left = [name for name in asked if name not in names]
        if left:
            lines.append(f"  to come: {', '.join(left)}")
        return "\n".join(lines)

    def _asked_name(self, name: str) -> str:
        """Give the name that is asked for, of which an answer may have more than one."""
        __tracebackhide__ = True  # the student's own line is where the error is
        asked = self._exercise.answers
        for known, answer in asked.items():
            if name == known or name in answer.also:
                return known
        hint = did_you_mean(name, asked) or f"; it asks for {', '.join(asked) or 'no numbers'}"
        raise NoSuchAnswer(f"{self._exercise.id} does not ask for {name[:64]!r}{hint}")


def exercise_of(sheet: AnswerSheet) -> Exercise:
    """Give the exercise that a sheet answers."""
    return sheet._exercise


def owner_of(sheet: AnswerSheet) -> Owner:
    """Give the owner of the numbers with which a sheet was opened."""
    return sheet._owner


def answers_of(sheet: AnswerSheet) -> dict[str, Any]:
    """Give the values that were set, by name, in the order of the work."""
    values = sheet._values
    return {name: values[name] for name in sheet._exercise.answers if name in values and values[name] is not ...}


def _shown(value: Any) -> str:
    try:
        text = getattr(value, "__name__", None) if callable(value) else repr(value)
        line = " ".join(str(text or repr(value)).split())
    except Exception as error:  # a student's object may raise anything while it is shown
        return f"a {type(value).__name__} that cannot be shown ({type(error).__name__})"
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
