"""Which misconceptions of an exercise are one belief."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from tests.oracles.solution import Misconception


def sharing(misconceptions: Iterable[Misconception]) -> list[Misconception]:
    """Return the misconceptions, those that bear one name at several steps with that name as their cause."""
    listed = list(misconceptions)
    times = Counter(wrong.name for wrong in listed)
    return [
        replace(wrong, cause=wrong.cause or wrong.name) if times[wrong.name] > 1 else wrong for wrong in listed
    ]
