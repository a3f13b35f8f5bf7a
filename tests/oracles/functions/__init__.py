"""Functions that students are asked to write, in plain numpy: right ones, and wrong ones that people write.

Nothing here imports `course.marking`, `course.models` or a mark scheme.

>>> sorted(load("cnn/implement-pool").wrong)
['backward', 'forward']
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

_HERE = Path(__file__).parent


class Wrong(NamedTuple):
    """A wrong function, as a student who believes in it would write it: a few words, the function, the belief."""

    name: str
    function: Callable
    note: str


@dataclass(frozen=True)
class Functions:
    """The functions of an exercise.

    Attributes:
        exercise: its id.
        right: a right function for each answer.
        wrong: wrong functions for each answer.
    """

    exercise: str
    right: Mapping[str, Callable]
    wrong: Mapping[str, Sequence[Wrong]]

    def __post_init__(self) -> None:
        if set(self.right) != set(self.wrong):
            raise ValueError(f"{self.exercise}: right {sorted(self.right)}, wrong {sorted(self.wrong)}")
        for answer, wrong in self.wrong.items():
            names = [each.name for each in wrong]
            twice = {name for name in names if names.count(name) > 1}
            if twice:
                raise ValueError(f"{self.exercise}, {answer}: two wrong functions are called {sorted(twice)}")

    def named(self, answer: str, name: str) -> Callable:
        """Return a wrong function by its name.

        Raises:
            LookupError: if there is none of this name.
        """
        for each in self.wrong[answer]:
            if each.name == name:
                return each.function
        raise LookupError(f"{self.exercise}, {answer}: no wrong function {name!r}")


def load(exercise: str) -> Functions:
    """Return the functions of an exercise from the module that bears its id.

    Raises:
        LookupError: if there is no such module.
    """
    if exercise not in exercises():
        raise LookupError(f"no functions for {exercise!r}; there are {', '.join(exercises())}")
    topic, _, name = exercise.partition("/")
    return importlib.import_module(f"tests.oracles.functions.{topic}.{name.replace('-', '_')}").FUNCTIONS


def exercises() -> tuple[str, ...]:
    """Return the ids of all exercises that have functions here, in alphabetical order."""
    return tuple(
        f"{path.parent.name}/{path.stem.replace('_', '-')}"
        for path in sorted(_HERE.glob("*/*.py"))
        if path.stem != "__init__"
    )
