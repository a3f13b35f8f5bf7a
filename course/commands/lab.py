"""`course lab`: the assignments in JupyterLab, on one's own machine, with nothing to set up."""

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from course.commands import common
from course.commands.common import WrongUse

SETTINGS = Path(__file__).parents[1] / "lab"
"""How JupyterLab is set up for the course, here and on a JupyterHub: it asks for nothing from elsewhere."""

FILE = "nbgrader_config.py"
_LARGEST = 64 << 20  # bytes of a file that is looked into
_DEPTH = 2  # folders below the one that is named: release/mlp/


def lab(
    folder: Annotated[
        Path,
        typer.Argument(
            help="Where the assignments are; the current folder.", metavar="[FOLDER]", show_default=False
        ),
    ] = Path(),
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
    port: Annotated[
        int | None,
        typer.Option("--port", help="Port; the next free one from 8888 unless given.", min=1, max=65535),
    ] = None,
) -> None:
    """Open JupyterLab on the assignments of a folder.

    Example: course lab mlp
    """
    # In an instructor's folder beside the sources, which have the solutions.
    folder = folder / "release" if (folder / "release").is_dir() and (folder / FILE).is_file() else folder
    notebooks = assignments(folder)
    if importlib.util.find_spec("jupyterlab") is None:
        raise WrongUse("JupyterLab is not installed here: pip install 'gradbook[lab]'")
    root = folder.absolute()
    common.messages.print(f"{len(notebooks)} notebooks in {root}; Ctrl+C ends JupyterLab", markup=False)
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}"]
    first = notebooks[0].relative_to(root).as_posix()
    command += [f"--LabApp.default_url=/lab/tree/{first}"] if len(notebooks) == 1 else []
    command += [f"--port={port}", "--ServerApp.port_retries=0"] if port else []
    command += [] if browser else ["--no-browser"]
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    sys.stdout.flush()
    os.execve(sys.executable, command, environment())  # noqa: S606, this interpreter itself


def environment() -> dict[str, str]:
    """Give the environment in which JupyterLab finds our settings first, and the kernel of this installation."""
    paths = [str(SETTINGS), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    return os.environ | {"JUPYTER_CONFIG_PATH": os.pathsep.join(paths), "JUPYTER_PREFER_ENV_PATH": "1"}


def assignments(folder: Path) -> list[Path]:
    """Give the released notebooks in a folder and those right below it.

    Raises:
        WrongUse: if there is none; the message says what was found instead.
    """
    if not folder.is_dir():
        raise WrongUse(f"{folder} is not a folder; name the one into which you put the assignment")
    root = folder.absolute()
    found = [path for depth in range(_DEPTH + 1) for path in sorted(root.glob("*/" * depth + "*.ipynb"))]
    found = [path for path in found if not any(part.startswith(".") for part in path.relative_to(root).parts)]
    ours = [path for path in found if _released(path)]
    if ours:
        return ours
    there = f"the {len(found)} notebooks there are none of a course" if found else "there is no notebook there"
    raise WrongUse(
        f"no assignment in {root}: {there}; go to the folder into which you put the assignment, or name it: "
        "course lab FOLDER"
    )


def _released(path: Path) -> bool:
    """Whether a notebook is an assignment: nbgrader has marked a cell of it."""
    try:
        if path.stat().st_size > _LARGEST:
            return False
        cells = json.loads(path.read_text("utf-8"))["cells"]
        return any("nbgrader" in cell.get("metadata", {}) for cell in cells)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
