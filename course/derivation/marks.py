"""What an author says of a derivation besides its symbols and graph, and what becomes of each line.

```python
>>> Region("w > 0", {"w": Domain("positive")}).words
'w > 0'

```
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from course.derivation.reading.lines import Line
from course.derivation.reading.symbols import Domain
from course.derivation.reading.tree import Node

State = Literal[
    "follows", "defines", "at-numbers", "where", "under", "slip", "edit", "wrong", "jump", "repeats", "unreadable"
]
# The state of a line with several statements is the last of these that one of them has.
WORSE: tuple[State, ...] = (
    "repeats", "defines", "follows", "at-numbers", "where", "under", "slip", "edit", "jump", "wrong", "unreadable",
)  # fmt: skip
CREDIT: dict[State, float] = {
    "follows": 1, "at-numbers": 1, "where": 0.5, "under": 0.5, "slip": 0.5, "edit": 0.5,
}  # fmt: skip


@dataclass(frozen=True)
class Region:
    """Where a line may be true that is not true everywhere: `Region("p is even", {"p": Domain(among=(2, 4))})`."""

    words: str
    domains: Mapping[str, Domain]


@dataclass(frozen=True)
class Assumption:
    """An assumption or hypothesis, as formulas for the symbols that it fixes.

    Attributes:
        words: what is assumed.
        equal: a formula for each symbol that the assumption fixes.
        said: words by which a line may say that it uses the assumption, such as `hypothesis`; such a line follows.
            Without any, a line that needs the assumption is `under` it in every case.
    """

    words: str
    equal: Mapping[str, str]
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slip:
    """A wrong line that people write: what it claims to be equal to which formula, and what they are told."""

    sentence: str
    claim: str


@dataclass(frozen=True)
class Waypoint:
    """What has to appear in a derivation.

    Attributes:
        claim: as `A = e`, or `e` for the goal.
        points: what it earns.
        forms: other formulas, or claims `B = e` about something else, that count as well.
        apart: computed symbols that are numbers of their own here, so that it shows whether they were put in:
            `h = φ(a)` is then met by no line that has the formula of a in its place.
        simple: whether only a formula counts that names no more symbols than this one, such as `h - y` where
            `h (1 - y) - y (1 - h)` means the same.
        together: left sides of which true claims, all of them, meet it as well: each factor in a line of its own.
    """

    claim: str
    points: float = 1.0
    forms: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    simple: bool = False
    together: tuple[str, ...] = ()


@dataclass(frozen=True)
class LineMark:
    """What became of a line.

    Attributes:
        text: as it was typed.
        state: what became of it.
        points: what it earned, of the waypoints it meets.
        remark: what the student is told, or an empty text.
        read: the line as it was read.
        uses: the words of the assumptions without which it would not follow.
        instead: of a line that one change explains, the formula with such a change.
        aside: whether it is right and about what is asked, and earns nothing.
    """

    text: str
    state: State
    points: float
    remark: str
    read: Line
    uses: tuple[str, ...] = ()
    instead: Node | None = None
    aside: bool = False


@dataclass(frozen=True)
class WayMark:
    """What became of a waypoint.

    Attributes:
        share: of its points that was earned.
        line: the line that has it, from 0; None where none does.
        true: whether that line is true as it stands, and does not only follow from one that is not.
        note: why it earned nothing or not all, where the line itself does not say so.
    """

    share: float = 0.0
    line: int | None = None
    true: bool = False
    note: str = ""


@dataclass(frozen=True)
class CriterionMark:
    """What a criterion of a proof earned, and what the student is told where that is not all."""

    name: str
    points: float
    max_points: float
    remark: str


@dataclass(frozen=True)
class Marked:
    """A marked derivation: its lines in the order handed in, and its waypoints.

    A proof has criteria and remarks on its blocks besides; its points are those of criteria and lines.
    """

    lines: tuple[LineMark, ...]
    ways: tuple[WayMark, ...]
    points: float
    criteria: tuple[CriterionMark, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def another_way(self) -> int | None:
        """The last line, from 0, that goes another way than the waypoints ask for; None where there are errors.

        Every line is right then, points are lost all the same, and this line is about what is asked. A result
        alone is no way.
        """
        right = ("follows", "at-numbers", "defines", "repeats", "jump")
        lost = any(way.share < 1 for way in self.ways)
        if not lost or any(line.state not in right for line in self.lines):
            return None
        aside = [at for at, line in enumerate(self.lines) if line.aside]
        shown = aside and any(line.state in ("follows", "at-numbers", "jump") for line in self.lines[: aside[-1]])
        return aside[-1] if shown else None

    @property
    def met(self) -> tuple[bool, ...]:
        """Which waypoints earned something."""
        return tuple(bool(way.share) for way in self.ways)
