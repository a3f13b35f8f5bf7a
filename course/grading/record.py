"""What the stages tell each other about one notebook on its way through grading."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from course.grading.review import Reason, Reasons, Sign

_KEY = "course"


@dataclass
class Record:
    """One notebook of one student.

    Attributes:
        token: id of the cell that is there during the run only; empty where there is none.
        exercises: names of the graded cells of exercises; a worker does not know those of a course of its own.
        happened: what went wrong while a cell ran, by the cell's id.
        completed: ids of the cells that the kernel brought to their end; None where we did not run them.
        went_on: ids of the cells in which a kernel was lost and after which a new one went on.
        not_run: ids of the cells that never ran.
        stopped: why the run ended early; empty where it did not.
        broken: why a person should look at the run; empty where it ended by itself, or by a crash or a time-out.
        signs: what the student's own code does that may tamper with its tests.
        sheets: raw bundles that a graded cell handed over, by the cell's id.
        review: why a person should look, by the name of the graded cell.
        seconds: how long the run took; None where we did not run it.
        phases: seconds until the kernel stood ready, and in the cells.
    """

    token: str = ""
    exercises: set[str] = field(default_factory=set)
    happened: dict[str, str] = field(default_factory=dict)
    completed: set[str] | None = None
    went_on: set[str] = field(default_factory=set)
    not_run: set[str] = field(default_factory=set)
    stopped: str = ""
    broken: str = ""
    signs: tuple[Sign, ...] = ()
    sheets: dict[str, list[bytes]] = field(default_factory=dict)
    review: dict[str, Reasons] = field(default_factory=dict)
    seconds: float | None = None
    phases: dict[str, float] = field(default_factory=dict)

    def look_at(self, cell: str, *reasons: Reason) -> None:
        """Note that a person should look at a graded cell, after what was noted before."""
        if reasons:
            self.review[cell] = (*self.review.get(cell, ()), *reasons)


def record_of(resources: MutableMapping[str, Any]) -> Record:
    """Give the record that travels in nbconvert's resources, a fresh one where there is none."""
    found = resources.get(_KEY)
    if not isinstance(found, Record):
        found = resources[_KEY] = Record()
    return found
