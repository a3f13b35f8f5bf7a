"""What the students of the demo class write: code for the answer cells, made from the schemes."""

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from course.derivation.reading.lines import split_lines
from course.exercises import Answer
from course.exercises.base import LISTED
from course.marking import listed
from course.marking.derivation_scheme import DerivationScheme
from course.marking.follow_through import call
from course.marking.scheme import Scheme, Step

Code = dict[str, str]
"""Code of the answer cells by exercise id; what is not there stays as it was released."""


class DemoStudent(NamedTuple):
    """One student of the demo class.

    Attributes:
        id: as nbgrader has it.
        about: what the submission is an example of.
        variant: `document` for the document's own numbers, else `personal`.
        code: what stands in the answer cells.
        keeps_solution: whether the other answer cells hold the instructor's solution.
    """

    id: str
    about: str
    variant: str
    code: Code
    keeps_solution: bool = False


def documents(folders: Sequence[Path]) -> list[DemoStudent]:
    """Read the documents' own answers from beside the mark schemes."""
    paths = [folder / "demo" / "documents.toml" for folder in folders]
    texts = {}
    for path in paths:
        if path.is_file():
            texts |= tomllib.loads(path.read_text("utf-8"))
    return [
        DemoStudent(name, f"the answers of document {name.rpartition('-')[2]}, as written there", "document", code)
        for name, code in texts.items()
    ]


def personal(schemes: dict[str, Scheme], course: str) -> list[DemoStudent]:
    """Make a class on personal numbers: one of every kind that a marker meets."""
    ids = [f"student-{number:02d}" for number in range(1, 8)]
    stepwise = {name: scheme for name, scheme in schemes.items() if _by_hand(scheme)}
    last = list(stepwise)[-1]

    def sheets(student: str, work: Callable[[Scheme, Any], dict[str, np.ndarray]]) -> Code:
        code = {}
        for name, scheme in schemes.items():
            given = scheme.exercise.given(student, course)
            if isinstance(scheme, DerivationScheme):
                code[name] = _lines(scheme, given, turned=work is not chain)
            elif name in stepwise:
                code[name] = as_code(scheme, work(scheme, given))
        return code

    crashing = sheets(ids[5], chain) | {last: "import os\n\nos._exit(1)"}
    endless = sheets(ids[6], chain)
    endless[last] += "\n\nwhile True:\n    pass"
    about = {
        ids[1]: ("one typical slip in every exercise, carried on", sheets(ids[1], _slip)),
        ids[2]: ("one wrong step early, then consistent", sheets(ids[2], _one_wrong)),
        ids[3]: (f"the sheets of {ids[0]}", sheets(ids[0], chain)),
        ids[4]: ("nothing at all", {}),
        ids[5]: ("crashes in the last exercise", crashing),
        ids[6]: ("never ends in the last exercise", endless),
    }
    perfect = DemoStudent(ids[0], "everything right", "personal", {}, keeps_solution=True)
    return [perfect, *(DemoStudent(name, what, "personal", code) for name, (what, code) in about.items())]


def _lines(scheme: DerivationScheme, given: Any, *, turned: bool) -> str:
    """Write a model derivation as a student would, or with the sign of one line turned."""
    model = scheme.model(given)
    lines = split_lines(model)
    if turned:
        at = scheme.judge(model, given).ways[0].line or 0
        left, _, right = lines[at].rpartition("= ")
        lines[at] = f"{left}= -({right})"
    return 'work << r"""\n' + "\n".join(lines) + '\n"""'


def _by_hand(scheme: Scheme) -> bool:
    return any(step.answer.dtype in {"float", "int"} for step in scheme.steps.values())


def chain(
    scheme: Scheme, given: Any, change: Callable[[Step, np.ndarray, dict[str, Any]], Any] | None = None
) -> dict[str, np.ndarray]:
    """Work a scheme through step by step, each on the values before it, as a consistent student does.

    Args:
        scheme: the steps.
        given: the numbers.
        change: gives another value for a step than the right one: (step, right value, values so far).
    """
    values: dict[str, Any] = {}
    with jax.enable_x64(True):
        for name, step in scheme.steps.items():
            if step.answer.dtype == "function":
                continue
            value = call(step.function, step.parents, {"given": given, "probe": None}, values)
            value = np.reshape(np.asarray(value, dtype=float), step.answer.shape)
            values[name] = value if change is None else np.asarray(change(step, value, values))
    return values


def _slip(scheme: Scheme, given: Any) -> dict[str, np.ndarray]:
    """Make the first slip of a scheme that changes anything on these numbers, and carry it on to the end."""
    done = False

    def change(step: Step, value: np.ndarray, values: dict[str, Any]) -> Any:
        nonlocal done
        if done or step.answer.dtype not in {"float", "int"} or not step.parents:
            return value
        for slip in step.slips:
            wrong = call(slip.function, slip.parents, {"given": given, "probe": None}, values)
            if not np.allclose(np.reshape(wrong, value.shape), value):
                done = True
                return np.reshape(wrong, value.shape)
        return value

    return chain(scheme, given, change)


def _one_wrong(scheme: Scheme, given: Any) -> dict[str, np.ndarray]:
    """Miscalculate the first number, and let the rest follow from it."""
    done = False

    def change(step: Step, value: np.ndarray, _: dict[str, Any]) -> Any:
        nonlocal done
        if done or step.answer.dtype not in {"float", "int"}:
            return value
        done = True
        return value + np.where(value == 0, 0.0, np.sign(value)) * np.maximum(1.0, np.round(np.abs(value) * 0.3))

    return chain(scheme, given, change)


def as_code(scheme: Scheme, values: dict[str, np.ndarray]) -> str:
    """Write values as a student would assign them in an answer cell."""
    answers = scheme.exercise.answers
    return "\n".join(f"sheet.{name} = {_literal(answers[name], value)}" for name, value in values.items())


def _literal(answer: Answer, value: np.ndarray) -> str:
    if answer.dtype == "choice":
        return repr(answer.choices[int(value)])
    if answer.dtype in LISTED:
        return repr(listed.plain(answer, value))
    if answer.dtype == "graph":
        return repr([(answer.units[i], answer.units[j]) for i, j in np.argwhere(value == 1)])
    return repr(_shortened(value.tolist()))


def _shortened(value: Any) -> Any:
    """Numbers as a student writes them from a calculator: five significant digits."""
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    return int(value) if value == round(value) and abs(value) < 1e15 else float(f"{value:.5g}")
