"""Runs `main` of one module of this package as a process that imports nothing else of `course`.

    python boot.py MODULE [ARGUMENT...]

The package is loaded under a name of its own, without its parents, so that neither `course` nor anything
that it comes to import is in the memory of the process.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

NAME = "course_kernels"


def main() -> None:
    """Load the package and hand over."""
    folder = Path(__file__).resolve().parent
    # Python put the folder of this file there. (Not `-P`: IPython would then keep the working directory out
    # of the path as well, and with it the modules that belong to an assignment.)
    sys.path.remove(str(folder))
    spec = importlib.util.spec_from_file_location(
        NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    sys.modules[NAME] = importlib.util.module_from_spec(spec)
    importlib.import_module(f"{NAME}.{sys.argv.pop(1)}").main()


if __name__ == "__main__":
    main()
