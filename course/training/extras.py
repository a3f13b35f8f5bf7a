"""Libraries that only some functions need, imported when they are called."""

import importlib
from types import ModuleType


def require(module: str, purpose: str) -> ModuleType:
    """Import `module`, or say what to install for `purpose`.

    Raises:
        ModuleNotFoundError: the module is not installed; the message names the extra that brings it.

    >>> require("math", "arithmetic").pi > 3
    True
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        library = module.partition(".")[0]
        raise ModuleNotFoundError(
            f"{purpose} needs {library}, which is not installed: pip install 'gradbook[lab]'", name=library
        ) from error
