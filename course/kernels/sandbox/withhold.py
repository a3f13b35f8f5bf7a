"""Modules that an assignment asks the student to write: neither their source nor their bytecode is seen.

A package with a withheld module is shown as a list of its other entries, made when the kernel starts, and
not as the folder itself: bytecode that appears in the folder later does not appear in the kernel. In place
of the module stands one line that says why it is not there.

What is withheld is out of a student's reach here, not out of the world: published code can be pasted into a
submission, which a scan for similarity reports and nothing prevents.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path


class Withheld:
    """A set of withheld modules.

    Args:
        names: Dotted names such as `course.models.mlp`. A withheld package withholds all that is in it.
        packages: The folders of the top packages in which the names are looked up.

    Raises:
        ValueError: If a name has no package, or names nothing that exists: a misspelt name would otherwise
            withhold nothing.
    """

    def __init__(self, names: Iterable[str], packages: Iterable[str]) -> None:
        tops = {Path(folder).name: Path(folder) for folder in packages}
        self.modules = {name: _find(name, tops) for name in names}

    def imported(self) -> list[str]:
        """Those that are in the memory of this process already, where no mount can hide them."""
        return sorted(
            name
            for name in sys.modules
            if any(name == withheld or name.startswith(withheld + ".") for withheld in self.modules)
        )

    def packages(self) -> dict[str, dict[str, str | None]]:
        """For each folder concerned: what is to be seen of it, by relative path.

        The value is None where the folder's own entry is to be seen, or the text of a stand-in.
        """
        views: dict[str, dict[str, str | None]] = {}
        # Shorter names first: the view of an outer folder is made before that of one inside it.
        for name, place in sorted(self.modules.items(), key=lambda item: item[0].count(".")):
            folder, stem = place.parent, place.name.removesuffix(".py")
            if _hidden(folder, views):
                continue
            view = views.setdefault(str(folder), _entries(folder))
            for entry in [entry for entry in view if _belongs(entry, stem)]:
                del view[entry]
            view[f"{stem}.py"] = f"raise ImportError({_message(name)!r}, name={name!r})\n"
        return views


def _hidden(folder: Path, views: dict[str, dict[str, str | None]]) -> bool:
    """Say whether a view of an outer folder already leaves this one out."""
    return any(
        folder != Path(outer) and folder.is_relative_to(outer) and folder.relative_to(outer).parts[0] not in view
        for outer, view in views.items()
    )


def _message(name: str) -> str:
    return f"{name} is withheld: this assignment asks you to write it"


def _entries(folder: Path) -> dict[str, str | None]:
    names = [entry.name for entry in os.scandir(folder) if entry.name != "__pycache__"]
    compiled = folder / "__pycache__"
    if compiled.is_dir():
        names += [f"__pycache__/{entry.name}" for entry in os.scandir(compiled)]
    return dict.fromkeys(names)


def _belongs(entry: str, stem: str) -> bool:
    """Is this the source, the bytecode, the extension or the folder of the module?"""
    return entry.removeprefix("__pycache__/").split(".")[0] == stem


def _find(name: str, tops: Mapping[str, Path]) -> Path:
    top, *rest = name.split(".")
    if not rest:
        raise ValueError(f"cannot withhold {name!r}: give a module inside a package, such as 'course.models.mlp'")
    if top not in tops:
        raise ValueError(
            f"cannot withhold {name!r}: it lies in none of the packages {', '.join(tops) or '(none)'}"
        )
    place = tops[top].joinpath(*rest)
    for candidate in (place, place.with_name(f"{place.name}.py")):
        if candidate.exists():
            return candidate.resolve()
    raise ValueError(f"cannot withhold {name!r}: there is no such module in {tops[top]}")
