"""Several folders of mark schemes named by one path, as `PATH` names several."""

import os
from collections.abc import Iterable
from pathlib import Path


def join(folders: Iterable[Path]) -> Path:
    """Name several folders by one path, as `PATH` does: `course.marking.registry` takes it."""
    return Path(os.pathsep.join(str(folder) for folder in folders))


def folders_of(path: Path) -> list[Path]:
    """Give the folders that a path names.

    >>> [folder.name for folder in folders_of(join([Path("solutions"), Path("ours")]))]
    ['solutions', 'ours']
    """
    return [Path(folder) for folder in str(path).split(os.pathsep)]
