"""A notebook as it was released: its cells in their order, as students got them and as nbgrader keeps them.

nbgrader's gradebook knows the cells that it grades or locks, without their order; the notebook in `release`, or in
`source` where that is gone, has the order, the tags and the cells that nbgrader does not know.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme
from traitlets.config import Config


class Released(NamedTuple):
    """A cell that nbgrader has kept since the release.

    Attributes:
        points: None for a cell that is not graded.
        shown: the source as students got it, without hidden tests.
        tags: those that the instructor set.
    """

    name: str
    cell_type: str
    source: str
    checksum: str
    locked: bool
    solution: bool
    task: bool
    points: float | None
    shown: str = ""
    tags: tuple[str, ...] = ()

    @property
    def by_hand(self) -> bool:
        """Whether it is an answer that a person marks."""
        return self.points is not None and (self.solution or self.cell_type != "code") and not self.task

    @property
    def needed(self) -> bool:
        """Whether it is put back where it was deleted: all but the places for answers that others examine."""
        return self.locked or self.points is not None

    def metadata(self) -> NotebookNode:
        """Give nbgrader's metadata of the cell."""
        made = NotebookNode(
            grade_id=self.name,
            grade=self.points is not None and not self.task,
            solution=self.solution,
            locked=self.locked,
            task=self.task,
            schema_version=3,
            cell_type=self.cell_type,
        )
        if self.checksum:
            made.checksum = self.checksum
        if self.points is not None:
            made.points = self.points
        return made

    def make(self) -> NotebookNode:
        """Give the cell as it was released, hidden tests and all."""
        cell = new_code_cell(self.source) if self.cell_type == "code" else new_markdown_cell(self.source)
        self.describe(cell)
        return cell

    def describe(self, cell: NotebookNode) -> None:
        """Give a cell the metadata that belong to this one; of a locked cell nothing else is left."""
        if self.locked:
            cell.metadata = NotebookNode(deletable=False, editable=False)
            if self.tags:
                cell.metadata.tags = list(self.tags)
        cell.metadata["nbgrader"] = self.metadata()


class Slot(NamedTuple):
    """A place in the released notebook, with or without a cell that nbgrader knows.

    Attributes:
        id: the cell's id; empty in formats that have none.
        cell: None where nbgrader does not know the cell.
    """

    id: str
    cell_type: str
    shown: str
    tags: tuple[str, ...]
    cell: Released | None

    @property
    def fixed(self) -> bool:
        """Whether the text is the instructor's: to be found again by it."""
        return self.cell is None or self.cell.locked


class ReleasedNotebook(NamedTuple):
    """A notebook as it was released.

    Attributes:
        slots: its cells, in their order.
    """

    slots: tuple[Slot, ...]

    @property
    def cells(self) -> dict[str, Released]:
        """The cells that nbgrader knows, by name, in their order."""
        return {slot.cell.name: slot.cell for slot in self.slots if slot.cell is not None}


def released_notebook(config: Config, about: Mapping[str, str]) -> ReleasedNotebook:
    """Read what was released of a notebook.

    Args:
        config: nbgrader's configuration.
        about: nbgrader's names of the gradebook, the assignment and the notebook.
    """
    known = _known(about["db_url"], about["notebook"], about["assignment"])
    coursedir = CourseDirectory(config=config)
    for step in (coursedir.release_directory, coursedir.source_directory):
        folder = coursedir.format_path(step, ".", about["assignment"])
        path = Path(folder, f"{about['notebook']}.ipynb").absolute()
        if path.is_file():
            written = _cells(path, path.stat().st_mtime_ns)
            break
    else:
        written = ()
    hidden = _delimiters(config)
    slots = []
    for cell in written:
        kept = known.pop(cell.name, None)
        if kept is not None:
            kept = kept._replace(shown=_shown(kept.source, hidden), tags=cell.tags)
            slots.append(Slot(cell.id, kept.cell_type, kept.shown, cell.tags, kept))
        else:
            slots.append(Slot(cell.id, cell.cell_type, cell.source, cell.tags, None))
    # Without the notebook nbgrader's own order is the best there is.
    left = (cell._replace(shown=_shown(cell.source, hidden)) for cell in known.values())
    slots += [Slot("", cell.cell_type, cell.shown, (), cell) for cell in left]
    return ReleasedNotebook(tuple(slots))


class _Written(NamedTuple):
    name: str
    id: str
    cell_type: str
    source: str
    tags: tuple[str, ...]


@lru_cache(maxsize=32)
def _cells(path: Path, changed: int) -> tuple[_Written, ...]:
    """Read the instructor's notebook; `changed` is when it was written, so that a new one is read anew."""
    notebook: Any = nbformat.read(path, as_version=4)
    return tuple(
        _Written(
            str(cell.metadata.get("nbgrader", {}).get("grade_id", "")),
            str(cell.get("id", "")),
            cell.cell_type,
            cell.source,
            tuple(map(str, cell.metadata.get("tags", ()))),
        )
        for cell in notebook.cells
    )


def _known(db_url: str, notebook: str, assignment: str) -> dict[str, Released]:
    with Gradebook(db_url) as gradebook:
        found = gradebook.find_notebook(notebook, assignment)
        points = {cell.name: float(cell.max_score) for cell in (*found.grade_cells, *found.task_cells)}
        solutions = {cell.name for cell in found.solution_cells}
        tasks = {cell.name for cell in found.task_cells}
        return {
            cell.name: Released(
                name=cell.name,
                cell_type=cell.cell_type,
                source=cell.source or "",
                checksum=cell.checksum or "",
                locked=bool(cell.locked),
                solution=cell.name in solutions,
                task=cell.name in tasks,
                points=points.get(cell.name),
            )
            for cell in found.source_cells
        }


_Delimiters = tuple[tuple[str, str], ...]


def _delimiters(config: Config) -> _Delimiters:
    """Give what stands around the parts that are taken out of a release, as it is configured."""
    tests, scheme = ClearHiddenTests(config=config), ClearMarkScheme(config=config)
    return (
        (str(tests.begin_test_delimeter), str(tests.end_test_delimeter)),
        (str(scheme.begin_mark_scheme_delimeter), str(scheme.end_mark_scheme_delimeter)),
    )


def _shown(source: str, delimiters: _Delimiters) -> str:
    """Give a source as students see it: without the lines that nbgrader takes out when it releases."""
    for begin, end in delimiters:
        kept, hidden = [], False
        for line in source.split("\n"):
            if begin in line:
                hidden = True
            elif end in line:
                hidden = False
            elif not hidden:
                kept.append(line)
        source = "\n".join(kept)
    return source


_MOST = 100_000  # characters of a source in which a released text is looked for
_LAYOUT = re.compile(r"""[\s'"(),;\\]+""")


def same_text(one: str, other: str) -> bool:
    r"""Say whether two sources differ in their layout only, as editors and formatters change it on saving.

    >>> same_text("f( 'a' )\r\n", 'f("a")'), same_text("limit = 10", "limit = 1")
    (True, False)
    """
    return one == other or plain_text(one) == plain_text(other)


def plain_text(source: str) -> str:
    """Give a source without what editors change on saving; one that is far too long as it is."""
    return _LAYOUT.sub("", source) if len(source) < _MOST else source


def around(source: str, shown: str) -> tuple[str, str] | None:
    r"""Give what was written above and below a released text that is still there as it was; None where it is not.

    >>> around("import math\n\nassert f(1) == 1\nprint(2)", "assert f(1) == 1")
    ('import math', 'print(2)')
    """
    if len(source) > _MOST:
        return None
    lines, wanted = source.splitlines(), [line.strip() for line in shown.splitlines() if line.strip()]
    filled = [number for number, line in enumerate(lines) if line.strip()]
    plain = [lines[number].strip() for number in filled]
    for start in range(len(plain) - len(wanted) + 1 if wanted else 0):
        if plain[start : start + len(wanted)] == wanted:
            first, last = filled[start], filled[start + len(wanted) - 1]
            return "\n".join(lines[:first]).strip("\n"), "\n".join(lines[last + 1 :]).strip("\n")
    return None
