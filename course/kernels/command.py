"""The command line of a process that runs one module of this package and nothing else of `course`."""

from __future__ import annotations

import sys
from pathlib import Path


def python_command(module: str, *arguments: str) -> list[str]:
    """Give the command that runs `main` of a module of this package, `"zygote.server"` for example."""
    return [sys.executable, str(Path(__file__).with_name("boot.py")), module, *arguments]
