"""What an oracle of an exercise that is implemented is made of: right functions, and wrong ones that students write."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class WrongFunction:
    """A wrong version of a function that is asked for.

    Attributes:
        answer: which of the functions.
        name: a few words for tables, unique within its answer.
        function: with the signature that is asked for.
    """

    answer: str
    name: str
    function: Callable


@dataclass(frozen=True)
class Functions:
    """The right functions of an exercise by name, and wrong ones."""

    exercise: str
    right: Mapping[str, Callable]
    wrong: Sequence[WrongFunction]
