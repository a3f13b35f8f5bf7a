"""Copies of the course's mark schemes, some of them changed as an instructor would."""

import shutil
from pathlib import Path

SOLUTIONS = Path(__file__).parents[1] / "solutions"


def copied(folder: Path, module: str = "", *changes: tuple[str, str]) -> Path:
    """Copy all schemes to a folder that is not there yet, with texts of one module replaced that it must have."""
    shutil.copytree(SOLUTIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for before, after in changes:
        text = (folder / module).read_text("utf-8")
        assert before in text
        (folder / module).write_text(text.replace(before, after), "utf-8")
    return folder
