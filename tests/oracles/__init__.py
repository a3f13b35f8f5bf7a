"""Solutions of the exercises in plain numpy, worked apart from the mark schemes.

They are derived from what the exercises ask and from the documents behind them. No solution imports
`course.marking`, `course.models` or a mark scheme, so what agrees with them was found twice. Beside them stand a
second marker (`marker`, to which what a scheme has `declared` is data), what the functions of `course.models` give in
plain numpy (`library`), and `sheets`, which is no oracle and makes sheets for tests and benchmarks.

>>> load("mlp/relu-sgd").exercise
'mlp/relu-sgd'
"""

import importlib
from pathlib import Path

from tests.oracles.solution import Solution

_HERE = Path(__file__).parent


def load(exercise: str) -> Solution:
    """Return the solution of an exercise from the module that bears its id.

    Raises:
        LookupError: if there is no such module.
    """
    topic, _, name = exercise.partition("/")
    module = f"{topic}.{name.replace('-', '_')}"
    if exercise not in exercises():
        raise LookupError(f"no oracle for {exercise!r}; write tests/oracles/{module.replace('.', '/')}.py")
    return importlib.import_module(f"tests.oracles.{module}").SOLUTION


def exercises() -> tuple[str, ...]:
    """Return the ids of all exercises that have a solution here, in alphabetical order."""
    return tuple(
        f"{path.parent.name}/{path.stem.replace('_', '-')}"
        for path in sorted(_HERE.glob("*/*.py"))
        if path.stem != "__init__" and path.parent.name != "library"
    )
