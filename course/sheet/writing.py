"""Writing an answer sheet: Python values, or plain JSON, turned into answers that keep what was written."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from course.derivation.reading.lines import split_lines
from course.sheet.format import (
    BLOCKS,
    LINES,
    LONGEST_ENTRY,
    LONGEST_LINE,
    MOST_ENTRIES,
    MOST_LINES,
    Answer,
    Chosen,
    Edges,
    Lines,
    Numbers,
    Outputs,
    Sheet,
    SheetError,
    Text,
    Unreadable,
    refuse_large,
    rows,
)


def read_answers(text: str | bytes, exercise: str, student: str | None = None) -> Sheet:
    """Read the plain form of a sheet, `{"a1": [6, -3], "y_hat": "13.0"}`, keeping numbers as written.

    What is `null` is left out.

    Raises:
        SheetError: if the text is not a JSON object of answers.

    >>> read_answers('{"h": 0.420}', "mlp/sigmoid-ls").answers["h"].entries
    ('0.420',)
    """
    data = _read_object(text)
    if len(data) > 200 or any(len(name) > 64 for name in data):
        raise SheetError("a sheet has at most 200 answers with names of at most 64 characters")
    return Sheet(exercise, {name: write(value) for name, value in data.items() if value is not None}, student)


def read_derivation(text: str | bytes, exercise: str, student: str | None = None) -> Sheet:
    r"""Read the plain form of a derivation's sheet, `{"lines": ["…", "…"]}`; one text is split into its lines.

    A proof has the labels of its blocks besides, `{"blocks": "C B H S E", "lines": […]}`.

    Raises:
        SheetError: if the text is not a JSON object with lines and at most blocks besides.

    >>> read_derivation(r'{"lines": "a = b\\\\ = c"}', "mlp/relu-sgd-chain").answers["lines"]
    Lines(lines=('a = b', '= c'))
    """
    data = _read_object(text)
    unknown = [name for name in data if name not in (LINES, BLOCKS)]
    if unknown or not data:
        got = ", ".join(repr(name[:40]) for name in unknown[:5]) or "nothing"
        raise SheetError(f'{{"lines": ["...", "..."]}} was expected for {exercise}, got {got}')
    typed = data.get(LINES, [])
    for number, line in enumerate(typed if isinstance(typed, list) else [typed], start=1):
        if type(line) is not str:
            raise SheetError(f"line {number} of {exercise}: a text in quotes was expected, got {_kind(line)}")
    answers = {LINES: write_lines(data[LINES])} if LINES in data else {}
    if BLOCKS in data:
        answers[BLOCKS] = write(data[BLOCKS])
    return Sheet(exercise, answers, student)


def write_lines(value: Any) -> Answer:
    """Turn the lines of a derivation, a text or a list of texts, into an answer. Never raises.

    Lines beyond the limits are cut one beyond them, where reading says that it is too much.
    """
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, Sequence) or not all(type(line) is str for line in value):
        return Unreadable("a list of lines, each a text, was expected")
    lines = split_lines(value)[:MOST_LINES]
    try:
        "".join(lines).encode()
    except UnicodeEncodeError:
        return Unreadable("a line has a character that is none")
    return Lines(tuple(line[:LONGEST_LINE] for line in lines))


def _read_object(text: str | bytes) -> dict[str, Any]:
    refuse_large(len(text))
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")  # some editors begin a file with a mark of its encoding
        except UnicodeDecodeError as error:
            raise SheetError(
                f"text in UTF-8 was expected, got the byte {text[error.start]:#04x}; save it in UTF-8"
            ) from None
    if not text.strip():
        raise SheetError("this is not JSON: it is empty")
    try:
        data = json.loads(
            text,
            parse_float=_Literal,
            parse_int=_Literal,
            parse_constant=_Literal,
            object_pairs_hook=_named_once,
        )
    except SheetError:
        raise
    except (ValueError, RecursionError) as error:
        raise SheetError(
            f"this is not JSON: {error}; names and texts stand in double quotes, with no comma after the last one"
        ) from None
    if not isinstance(data, dict):
        got = {type(None): "null", bool: "a truth value", _Literal: "a number"}.get(type(data)) or _kind(data)
        raise SheetError(f"a JSON object of answers by name was expected, got {got}")
    return data


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a dict of the pairs of a JSON object; what stands first under a name must not be lost unsaid."""
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [name for name, _ in pairs]
        raise SheetError(
            f"{next(name for name in names if names.count(name) > 1)[:40]!r} stands twice; write each once"
        )
    return data


def write(value: Any, call: Callable[[Callable], Any] | None = None) -> Answer:
    """Turn what a student assigned into an answer. Never raises: what is no answer is `Unreadable`.

    Args:
        value: a number, a text, a (nested) list of them, a numpy or JAX array, a set of words, a set of pairs
            (edges), a mapping of words to words, or a function.
        call: evaluates a function on its probe inputs; needed for functions only.

    >>> write([[0.54, "0.5"], [1, 2]])
    Numbers(shape=(2, 2), entries=('0.54', '0.5', '1', '2'))
    >>> write([1, [2]]).reason
    'the rows of the list have different lengths'
    """
    try:
        answer = _write(value, call)
        _refuse_unreadable(answer)
        return answer
    except _NoAnswer as reason:
        return Unreadable(str(reason)[:1000])
    except UnicodeEncodeError:
        return Unreadable("a text has a character that is none")
    except Exception as error:  # a student's object may raise anything while it is read
        return Unreadable(f"{type(error).__name__}: {error}".encode("ascii", "replace").decode()[:1000])


class _NoAnswer(Exception):
    pass


def _refuse_unreadable(answer: Answer) -> None:
    """Raise for what could not be read back: it must not cost the rest of the sheet."""
    msgspec.convert(msgspec.to_builtins(answer), type=Answer)
    match answer:
        case Numbers(_, texts) | Outputs(Numbers(_, texts)):
            "".join(texts).encode()
        case Text(text):
            text.encode()
        case Chosen(words):
            "".join(words).encode()
        case Edges(pairs):
            "".join(start + end for start, end in pairs).encode()


class _Literal(str):
    """A number as it stands in JSON."""

    __slots__ = ()


def _write(value: Any, call: Callable[[Callable], Any] | None) -> Answer:
    if getattr(getattr(value, "dtype", None), "kind", "") == "U":
        value = value.tolist()  # an array of words
    if isinstance(value, str) and not isinstance(value, _Literal):
        return _text(value) if value.strip()[:1].isalpha() else Numbers((), (_entry(value),))
    if _is_edges(value):
        return Edges(tuple((str(a), str(b)) for a, b in value))
    if isinstance(value, Mapping) and value and all(isinstance(word, str) for word in value.values()):
        return Edges(tuple((str(unit), str(word)) for unit, word in value.items()))
    if isinstance(value, set | frozenset) and all(isinstance(word, str) for word in value):
        return Chosen(tuple(sorted(value)))
    if callable(value) and not hasattr(value, "__array__"):
        if call is None:
            raise _NoAnswer("a value was expected, got a function")
        return Outputs(_numbers(np.asarray(call(value))))
    return _numbers(value)


def _text(value: str) -> Text:
    if len(value) > LONGEST_ENTRY:
        raise _NoAnswer(f"a word of at most {LONGEST_ENTRY} characters was expected, got {len(value)}")
    return Text(value)


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
    if not entries and rows(shape) > MOST_ENTRIES:
        raise _NoAnswer(f"numbers were expected, got an array of shape {shape}, which has none")
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
    """Give one entry as text: exactly what it is worth, as it was written where that can be known."""
    if isinstance(item, complex | np.complexfloating) and item.imag == 0:
        item = item.real
    if isinstance(item, int) and abs(item) >= 10**LONGEST_ENTRY:
        raise _NoAnswer(f"a number of at most {LONGEST_ENTRY} digits was expected")
    text = _fraction(item) or str(item)
    if isinstance(item, np.generic) and _is_shortened(item, text):
        text = str(int(float(item)))  # type: ignore[arg-type]
    if len(text) > LONGEST_ENTRY:
        raise _NoAnswer(f"a number was expected, got {text[:24]}…")
    return text


def _fraction(item: Any) -> str:
    """Give a rational number as `9/2`: of the standard library, of sympy, of whoever names both parts so."""
    if isinstance(item, str | int | np.generic) or not hasattr(item, "numerator"):
        return ""
    above, below = int(item.numerator), int(item.denominator)
    if below == 1:
        return str(above)
    text = f"{above}/{below}"
    return text if len(text) <= LONGEST_ENTRY else str(above / below)


def _is_shortened(item: np.generic, text: str) -> bool:
    """Whether the text of a whole number in float32 or less leaves out digits: 1.1156849e+09 for 1115684864."""
    if item.dtype.itemsize >= 8 or item.dtype.kind in "biuSUO":
        return False
    value = float(item)  # type: ignore[arg-type]
    return value.is_integer() and float(text) != value


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "a number" if isinstance(value, _Literal) else "a text"
    return "nothing (None)" if value is None else f"a {type(value).__name__}"
