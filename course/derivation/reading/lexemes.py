"""Words, numbers and signs of a line, each with its place in the text, and what is raised where there is none."""

from typing import Literal, NamedTuple

from course.errors import CourseError

Kind = Literal["word", "number", "sign", "prose", "outside", "note", "end"]


class Unread(CourseError):
    """Raised where a line cannot be read.

    Attributes:
        position: the character at which reading stopped, from 0.
        expected: what would have been read there.
        nearest: the declared spelling that is most alike, or "".
    """

    def __init__(self, position: int, expected: str, nearest: str = "") -> None:
        self.position, self.expected, self.nearest = position, expected, nearest
        super().__init__(f"character {position + 1}: {expected}" + (f"; nearest is {nearest}" if nearest else ""))


class Lexeme(NamedTuple):
    """A word, a number, a sign, a piece of prose, or what stands outside of formulas, and where it begins."""

    kind: Kind
    text: str
    position: int
