"""Personal numbers: every student draws a variant of an exercise, the same one on every machine.

A student's id picks one of `POOL` draws of an exercise; a draw is a stream of integers from SHA-256 placed on
decimal grids. No random generator and no float arithmetic are involved, so the numbers do not depend on
versions, devices or 64-bit mode. Draws on which a right and a wrong answer could not be told apart are passed
over: `course lint` finds them, this package holds only their list.
"""

import base64
import functools
import hashlib
import importlib.resources
import json
import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np

from course.errors import CourseError

FIRST_SAMPLER, SAMPLER_VERSION = 1, 2
POOL = 10_000
COURSE = "gradbook"
LONGEST_ID = 200


class BadStudentId(CourseError):
    """Raised for an id under which no numbers can be drawn."""


class UnknownSampler(CourseError):
    """Raised for a version of the sampler that this package does not have."""


def require_sampler(version: int) -> None:
    """Refuse a version of the sampler that this package does not have.

    Raises:
        UnknownSampler: for any other than the versions from 1 to `SAMPLER_VERSION`.
    """
    if version not in range(FIRST_SAMPLER, SAMPLER_VERSION + 1):
        raise UnknownSampler(
            f"the numbers were given out by version {version!r} of the sampler, and this package has versions 1 "
            f"to {SAMPLER_VERSION}; use the version of Gradbook that the notebooks were released with"
        )


class Draw:
    """A stream of exact numbers from SHA-256 of a topic and an index.

    >>> Draw("mlp/relu-sgd", 7).decimals(-9, 9, 1, (2,))  # doctest: +SKIP
    array([ 0.3, -0.8])
    """

    def __init__(self, topic: str, index: int | str) -> None:
        self._words = _words(f"1|{topic}|{index}")  # the version of the stream, not of what is drawn from it

    def integer(self, low: int, high: int, without: Sequence[int] = ()) -> int:
        """Draw an integer of low..high, both included, that is not in `without`."""
        allowed = [n for n in range(low, high + 1) if n not in without]
        return allowed[next(self._words) % len(allowed)]

    def integers(self, low: int, high: int, shape: tuple[int, ...], without: Sequence[int] = ()) -> np.ndarray:
        """Draw an array of integers of low..high (float64, exact)."""
        return self.decimals(low, high, 0, shape, without)

    def decimals(
        self, low: int, high: int, places: int, shape: tuple[int, ...], without: Sequence[int] = ()
    ) -> np.ndarray:
        """Draw an array of n / 10^places with n an integer of low..high (float64, each correctly rounded)."""
        numerators = [self.integer(low, high, without) for _ in range(int(np.prod(shape)))]
        return (np.array(numerators, dtype=np.float64) / 10**places).reshape(shape)

    def different(self, options: Sequence[int], count: int, without: Sequence[int] = ()) -> np.ndarray:
        """Draw so many different ones of the options in a random order (float64, exact)."""
        left = [option for option in options if option not in without]
        return np.array([left.pop(self.integer(0, len(left) - 1)) for _ in range(count)], dtype=np.float64)

    def choice(self, options: Sequence[float], shape: tuple[int, ...] = ()) -> np.ndarray:
        """Draw an array whose entries are among the options (float64)."""
        picked = [options[next(self._words) % len(options)] for _ in range(int(np.prod(shape)))]
        return np.array(picked, dtype=np.float64).reshape(shape)


def _words(seed: str) -> Iterator[int]:
    counter = 0
    while True:
        digest = hashlib.sha256(f"{seed}|{counter}".encode()).digest()
        yield from (int.from_bytes(digest[i : i + 8], "big") for i in range(0, 32, 8))
        counter += 1


def normalise_id(student: str) -> str:
    """Give the form of an id under which numbers are drawn: NFKC, stripped, casefolded.

    Raises:
        BadStudentId: if nothing is left or the id is longer than `LONGEST_ID`.

    >>> normalise_id("  Alice ")
    'alice'
    """
    normal = unicodedata.normalize("NFKC", student).strip().casefold()
    if not normal or len(normal) > LONGEST_ID:
        raise BadStudentId(f"a student id of 1 to {LONGEST_ID} characters was expected, got {student[:40]!r}")
    return normal


def index_for(exercise: str, student: str, course: str = COURSE, ill_posed: np.ndarray | None = None) -> int:
    """Return the index of the draw that belongs to a student.

    An ill-posed draw is passed over by drawing again, so that every other one stays as likely as the rest.

    Args:
        exercise: id of the exercise.
        student: id of the student.
        course: name of the course.
        ill_posed: bool [POOL], the draws to pass over; those of this package unless given.

    Raises:
        BadStudentId: if the id is empty or too long.
        CourseError: if every draw is passed over.
    """
    if ill_posed is None:
        ill_posed = passed_over(exercise)
    if np.all(ill_posed):
        raise _nothing_left(exercise)
    key = f"{course}|{SAMPLER_VERSION}|{exercise}|{normalise_id(student)}"
    attempt = 0
    while ill_posed[index := _place(f"{key}|{attempt}")]:
        attempt += 1
    return index


def index_under_1(exercise: str, student: str, course: str, ill_posed: np.ndarray) -> int:
    """Return the index of a student's draw under sampler 1, which went on to the next well-posed draw."""
    start = _place(f"{course}|1|{exercise}|{normalise_id(student)}")
    return next_well_posed(exercise, start, ill_posed)


def _place(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % POOL


def next_well_posed(exercise: str, start: int, ill_posed: np.ndarray | None = None) -> int:
    """Return the first draw from `start` on that is not passed over."""
    if ill_posed is None:
        ill_posed = passed_over(exercise)
    well_posed = np.flatnonzero(~ill_posed)
    if not well_posed.size:
        raise _nothing_left(exercise)
    later = well_posed[well_posed >= start % POOL]
    return int(later[0] if later.size else well_posed[0])


def _nothing_left(exercise: str) -> CourseError:
    return CourseError(f"every draw of {exercise} is passed over; its sampler is to be mended")


def passed_over(exercise: str, sampler: int = SAMPLER_VERSION) -> np.ndarray:
    """Return the mask over the pool of draws of an exercise of this package to pass over (bool [POOL])."""
    return unpack(_tables(sampler).get(exercise, ""))


@functools.lru_cache(maxsize=64)  # 11 µs for each student's numbers otherwise
def unpack(text: str) -> np.ndarray:
    """Return the mask over the pool (bool [POOL]) from its text form; the empty text passes over none."""
    if not text:
        return np.zeros(POOL, dtype=bool)
    bits = np.unpackbits(np.frombuffer(base64.b64decode(text), dtype=np.uint8))
    return bits[:POOL].astype(bool)


def pack(mask: np.ndarray) -> str:
    """Return the text form of a mask over the pool, as the table of this package holds it."""
    return base64.b64encode(np.packbits(mask).tobytes()).decode()


@functools.cache  # 50 µs for each student's numbers otherwise
def _tables(sampler: int) -> dict[str, str]:
    name = "passed_over.json" if sampler == SAMPLER_VERSION else f"passed_over_{sampler}.json"
    return json.loads(importlib.resources.files("course.exercises").joinpath(name).read_text("utf-8"))
