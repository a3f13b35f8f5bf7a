"""An answer sheet: what a student handed over, as written, between Python values and JSON.

A sheet is data and nothing else. Every number travels as the text that was written, so that the precision
survives; functions travel as their outputs on the inputs they were probed with. Reading a sheet never runs
code and either gives a `Sheet` or raises one `SheetError`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from msgspec import Meta

from course.errors import CourseError

VERSION = 1
MIME_TYPE = "application/vnd.course.sheet+json"
LARGEST_SHEET = 256 * 1024  # bytes
MOST_ENTRIES = 20_000

Name = Annotated[str, Meta(max_length=64)]
Entry = Annotated[str, Meta(max_length=400)]


class SheetError(CourseError):
    """Raised for bytes that are no answer sheet; the message says what was received and what was expected."""


class Numbers(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="numbers"):
    """An array of numbers as written: its shape and its entries in row-major order."""

    shape: Annotated[tuple[Annotated[int, Meta(ge=0)], ...], Meta(max_length=8)]
    entries: Annotated[tuple[Entry, ...], Meta(max_length=MOST_ENTRIES)]

    def __post_init__(self) -> None:
        if len(self.entries) != int(np.prod(self.shape, dtype=object)):
            raise ValueError(f"{len(self.entries)} entries do not fill the shape {list(self.shape)}")


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="text"):
    """A word: one of the choices of a question."""

    text: Annotated[str, Meta(max_length=400)]


class Edges(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="edges"):
    """The edges of a graph over named units, each from one unit to another."""

    pairs: Annotated[tuple[tuple[Name, Name], ...], Meta(max_length=1000)]


class Outputs(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="outputs"):
    """What a student's function returned on the probe inputs."""

    numbers: Numbers


class Unreadable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="unreadable"):
    """Something that is no answer, with the reason in words."""

    reason: Annotated[str, Meta(max_length=1000)]


Answer = Numbers | Text | Edges | Outputs | Unreadable


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answers to one exercise; what is not answered is not there.

    Attributes:
        exercise: id of the exercise the sheet says it answers. Marking never relies on it.
        student: id the notebook declared, or None. Marking never relies on it.
        answers: answer by step name.
        version: of this format.
    """

    exercise: Name
    answers: Annotated[dict[Name, Answer], Meta(max_length=200)]
    student: Annotated[str, Meta(max_length=200)] | None = None
    version: Literal[1] = VERSION


def encode(sheet: Sheet) -> bytes:
    """Give the JSON of a sheet.

    Raises:
        SheetError: if it would be larger than `LARGEST_SHEET`.
    """
    data = msgspec.json.encode(sheet)
    _refuse_large(len(data))
    return data


def decode(data: bytes | str) -> Sheet:
    """Read a sheet back from its JSON.

    Raises:
        SheetError: for anything that is not a sheet of this version within the size limit.

    >>> decode(encode(Sheet("mlp/relu-sgd", {"y_hat": write("13.0")}))).answers["y_hat"]
    Numbers(shape=(), entries=('13.0',))
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    _refuse_large(len(raw))
    try:
        return msgspec.json.decode(raw, type=Sheet)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as error:
        raise SheetError(f"this is not an answer sheet: {error}") from None


def read_answers(text: str | bytes, exercise: str, student: str | None = None) -> Sheet:
    """Read the plain form of a sheet, `{"a1": [6, -3], "y_hat": "13.0"}`, keeping numbers as written.

    Raises:
        SheetError: if the text is not a JSON object of answers.

    >>> read_answers('{"h": 0.420}', "mlp/sigmoid-ls").answers["h"].entries
    ('0.420',)
    """
    _refuse_large(len(text))
    try:
        decoded = text.decode() if isinstance(text, bytes) else text
        data = json.loads(decoded, parse_float=_Literal, parse_int=_Literal, parse_constant=_Literal)
    except (ValueError, RecursionError) as error:
        raise SheetError(f"this is not JSON: {error}") from None
    if not isinstance(data, dict):
        raise SheetError(f"a JSON object of answers by name was expected, got {_kind(data)}")
    if len(data) > 200 or any(len(name) > 64 for name in data):
        raise SheetError("a sheet has at most 200 answers with names of at most 64 characters")
    return Sheet(exercise, {name: write(value) for name, value in data.items()}, student)


def write(value: Any, call: Callable[[Callable], Any] | None = None) -> Answer:
    """Turn what a student assigned into an answer. Never raises: what is no answer is `Unreadable`.

    Args:
        value: a number, a text, a (nested) list of them, a numpy or JAX array, a set of pairs (edges), or
            a function.
        call: evaluates a function on its probe inputs; needed for functions only.

    >>> write([[0.54, "0.5"], [1, 2]])
    Numbers(shape=(2, 2), entries=('0.54', '0.5', '1', '2'))
    >>> write([1, [2]]).reason
    'the rows of the list have different lengths'
    """
    try:
        answer = _write(value, call)
        # What would not be read back must not cost the rest of the sheet.
        msgspec.json.decode(msgspec.json.encode(answer), type=Answer)
        return answer
    except _NoAnswer as reason:
        return Unreadable(str(reason)[:1000])
    except Exception as error:
        return Unreadable(f"{type(error).__name__}: {error}".encode("ascii", "replace").decode()[:1000])


class _NoAnswer(Exception):
    pass


class _Literal(str):
    """A number as it stands in JSON."""

    __slots__ = ()


def _write(value: Any, call: Callable[[Callable], Any] | None) -> Answer:
    if isinstance(value, str) and not isinstance(value, _Literal):
        return Text(value) if value.strip()[:1].isalpha() else Numbers((), (_entry(value),))
    if _is_edges(value):
        return Edges(tuple((str(a), str(b)) for a, b in value))
    if callable(value) and not hasattr(value, "__array__"):
        if call is None:
            raise _NoAnswer("a value was expected, got a function")
        return Outputs(_numbers(np.asarray(call(value))))
    return _numbers(value)


def _is_edges(value: Any) -> bool:
    return (
        isinstance(value, Sequence | set | frozenset)
        and not isinstance(value, str)
        and len(value) > 0
        and all(
            isinstance(pair, Sequence)
            and not isinstance(pair, str)
            and len(pair) == 2
            and all(isinstance(end, str) and end.strip()[:1].isalpha() for end in pair)
            for pair in value
        )
    )


def _numbers(value: Any) -> Numbers:
    entries: list[str] = []
    shape = _collect(value, entries, 0)
    return Numbers(shape, tuple(entries))


def _collect(value: Any, entries: list[str], depth: int) -> tuple[int, ...]:
    """Append the entries of a nested value in row-major order and give its shape."""
    if len(entries) > MOST_ENTRIES:
        raise _NoAnswer(f"at most {MOST_ENTRIES} numbers are read")
    if hasattr(value, "__array__") and not isinstance(value, np.generic):
        array = np.asarray(value)
        if array.size > MOST_ENTRIES:
            raise _NoAnswer(f"at most {MOST_ENTRIES} numbers are read, got {array.size}")
        entries.extend(_entry(item) for item in array.ravel())
        return array.shape
    if isinstance(value, Mapping | set | frozenset | bytes | bytearray) or value is None:
        raise _NoAnswer(f"a number or an array was expected, got {_kind(value)}")
    if not isinstance(value, Sequence) or isinstance(value, str):
        entries.append(_entry(value))
        return ()
    if depth == 8:
        raise _NoAnswer("lists are nested more than eight deep")
    shapes = {_collect(item, entries, depth + 1) for item in value}
    if len(shapes) > 1:
        raise _NoAnswer("the rows of the list have different lengths")
    return (len(value), *(shapes.pop() if shapes else ()))


def _entry(item: Any) -> str:
    if isinstance(item, bool | np.bool_):
        raise _NoAnswer(f"a number was expected, got {item}")
    if isinstance(item, complex | np.complexfloating):
        raise _NoAnswer(f"a real number was expected, got {item}")
    if isinstance(item, Fraction):
        item = float(item)
    if isinstance(item, int) and abs(item) >= 10**64:
        raise _NoAnswer("a number of at most 64 digits was expected")
    text = str(item)
    if len(text) > 400:
        raise _NoAnswer(f"a number was expected, got {text[:24]}…")
    return text


def _kind(value: Any) -> str:
    return "nothing (None)" if value is None else f"a {type(value).__name__}"


def _refuse_large(size: int) -> None:
    if size > LARGEST_SHEET:
        raise SheetError(
            f"a sheet of at most {LARGEST_SHEET // 1024} KiB is read, got {size / 1024:.0f} KiB; "
            "hand over the numbers that are asked for and nothing else"
        )
