"""Solutions of the exercises in plain numpy, worked apart from the mark schemes.

They are derived from what the exercises ask and from the documents behind them. No solution imports
`course.marking`, `course.models` or a mark scheme, so what agrees with them was found twice. Beside them stand a
second marker (`plain_marker`), what the functions of `course.models` give in plain numpy (`library`), and `sheets`,
which is no oracle and makes sheets for tests and benchmarks.

>>> load("mlp/relu-sgd").exercise
'mlp/relu-sgd'
"""

import functools
import importlib
from pathlib import Path
from types import ModuleType

from tests.oracles.functions import Functions
from tests.oracles.solution import Solution

_HERE = Path(__file__).parent


def load(exercise: str) -> Solution:
    """Return the solution of an exercise that is worked step by step, from the module that bears its id.

    Raises:
        LookupError: if there is no such module.
    """
    return _module(exercise, "SOLUTION").SOLUTION


def load_functions(exercise: str) -> Functions:
    """Return the functions, right and wrong, of an exercise that is implemented.

    Raises:
        LookupError: if there is no such module.
    """
    return _module(exercise, "FUNCTIONS").FUNCTIONS


def exercises() -> tuple[str, ...]:
    """Return the ids of the exercises that are worked here step by step, in alphabetical order."""
    return tuple(name for name, module in _modules().items() if hasattr(module, "SOLUTION"))


def implemented() -> tuple[str, ...]:
    """Return the ids of the exercises that are implemented here, in alphabetical order."""
    return tuple(name for name, module in _modules().items() if hasattr(module, "FUNCTIONS"))


def _module(exercise: str, holds: str) -> ModuleType:
    module = _modules().get(exercise)
    if module is None or not hasattr(module, holds):
        path = exercise.replace("-", "_")
        raise LookupError(f"no oracle for {exercise!r}: tests/oracles/{path}.py with {holds} was expected")
    return module


@functools.cache
def _modules() -> dict[str, ModuleType]:
    return {
        f"{path.parent.name}/{path.stem.replace('_', '-')}": importlib.import_module(
            f"tests.oracles.{path.parent.name}.{path.stem}"
        )
        for path in sorted(_HERE.glob("*/*.py"))
        if path.stem != "__init__" and path.parent.name != "library"
    }
