"""The six states of a marked step."""

from enum import IntEnum


class State(IntEnum):
    """What became of a step. The order is that of the class report, best first."""

    EXACT = 0
    FOLLOWS = 1
    SLIP = 2
    WRONG = 3
    MISSING = 4
    UNUSABLE = 5

    @property
    def word(self) -> str:
        """The state as the command line and the feedback print it."""
        return self.name.lower()
