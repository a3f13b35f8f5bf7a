"""How often one student may ask: a token bucket each, in bounded memory."""

import math
import time
from collections.abc import Callable

from cachetools import LRUCache

MOST_BUCKETS = 50_000


class RateLimit:
    """A bucket of tokens for every student: a request takes one, and they come back at a steady rate.

    Of more than `most` students those who asked longest ago are forgotten, and begin again with a full bucket.

    >>> limit = RateLimit(burst=2, per_minute=60, clock=lambda: 0.0)
    >>> [limit.take("alice") for _ in range(3)], limit.take("bob")
    ([0.0, 0.0, 1.0], 0.0)
    """

    def __init__(
        self,
        burst: int,
        per_minute: float,
        clock: Callable[[], float] = time.monotonic,
        most: int = MOST_BUCKETS,
    ) -> None:
        self._burst, self._rate, self._clock = float(burst), per_minute / 60.0, clock
        self._buckets: LRUCache[str, tuple[float, float]] = LRUCache(most)

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, student: str) -> float:
        """Take a token.

        Returns:
            0 if there was one, else the seconds until there is.
        """
        now = self._clock()
        tokens, since = self._buckets.get(student, (self._burst, now))
        tokens = min(self._burst, tokens + max(0.0, now - since) * self._rate)
        wait = 0.0 if tokens >= 1.0 else (1.0 - tokens) / self._rate
        self._buckets[student] = (tokens - 1.0 if wait == 0.0 else tokens, now)
        return wait


def whole_seconds(wait: float) -> int:
    """Give the value of a `Retry-After` header: whole seconds, at least one.

    >>> whole_seconds(0.2), whole_seconds(3.01)
    (1, 4)
    """
    return max(1, math.ceil(wait))
