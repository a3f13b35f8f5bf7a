"""The one base of every error that a person can cause and mend, and a hint at what may have been meant."""

import difflib
from collections.abc import Iterable


class CourseError(ValueError):
    """Raised for wrong use or bad input. The message says what was received, what was expected, what to try."""


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.4) -> str:
    """Return the end of a message that names what is like a wrong name; empty where nothing is.

    Args:
        name: what was received.
        known: what was expected.
        cutoff: how much alike they must be, from 0 to 1: `difflib.get_close_matches`.

    >>> did_you_mean("alise", ["alice", "bob"])
    '; did you mean alice?'
    """
    found = difflib.get_close_matches(name, list(known), n=3, cutoff=cutoff)
    return f"; did you mean {' or '.join(found)}?" if found else ""
