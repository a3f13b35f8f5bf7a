"""A submitted notebook brought back to the cells that were released: what was locked is as it was.

Students delete, duplicate, retype and tag cells, by accident or not. Nothing of that may decide how the rest is
graded, or keep it from being graded.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from course.exercises.cells import ANSWER, SETUP, SHOW, grade_id, graded_exercise
from course.grading.review import Kind, Reason, Reasons, decode, encode


class Released(NamedTuple):
    """A cell as nbgrader keeps it since the release.

    Attributes:
        points: None for a cell that is not graded.
    """

    name: str
    cell_type: str
    source: str
    checksum: str
    locked: bool
    solution: bool
    task: bool
    points: float | None

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


class RestoreCells(NbGraderPreprocessor):
    """Puts nbgrader's metadata and every locked cell back to what was released."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Restore one submitted notebook; what was changed is logged."""
        about = resources["nbgrader"]
        released = released_cells(about["db_url"], about["notebook"], about["assignment"])
        changes = restore(nb, released)
        for change in changes:
            self.log.warning("%s, %s: %s", about["student"], about["notebook"], change.words)
        note_changes(nb, changes)
        return nb, resources


def note_changes(nb: NotebookNode, changes: Reasons) -> None:
    """Write into a notebook what was done to its cells: its run is another conversion of nbgrader's."""
    nb.metadata["course"] = NotebookNode(changes=encode(changes))


def changes_in(nb: NotebookNode) -> Reasons:
    """Read what `note_changes` wrote; whatever else stands there says nothing."""
    ours = nb.metadata.get("course")
    changes = ours.get("changes") if isinstance(ours, Mapping) else None
    return decode(changes) if isinstance(changes, str) else ()


def changes_of(cell: str, changes: Iterable[Reason]) -> Reasons:
    """Give what was done to a cell and is no accident; a cell that was deleted mostly is."""
    return tuple(
        change for change in changes if change.details[:1] == (cell,) and change.kind != Kind.CELL_DELETED
    )


def released_cells(db_url: str, notebook: str, assignment: str) -> dict[str, Released]:
    """Read the cells of a released notebook from nbgrader's gradebook, by name."""
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


def restore(nb: NotebookNode, released: dict[str, Released]) -> Reasons:
    """Restore a notebook in place and say what was changed."""
    changes: list[Reason] = []
    seen: set[str] = set()
    # Of two cells of one name the later one counts, as in nbgrader.
    for cell in reversed(nb.cells):
        about = cell.metadata.pop("nbgrader", None)
        name = about.get("grade_id") if isinstance(about, dict) else None
        if not isinstance(name, str) or name not in released:
            continue
        if name in seen:
            changes.append(Reason(Kind.CELL_TWICE, (name,)))
            continue
        seen.add(name)
        changes += _restore(cell, released[name])
    seen |= _recognise(nb, [cell for cell in released.values() if cell.name not in seen and cell.locked])
    missing = [name for name, cell in released.items() if name not in seen and _needed(cell)]
    for name in sorted(missing, key=_order):
        changes.append(Reason(Kind.CELL_DELETED, (name,)))
        nb.cells.insert(_place(nb, name), _make(released[name]))
    return tuple(changes)


def _recognise(nb: NotebookNode, missing: list[Released]) -> set[str]:
    """Find locked cells of which nothing but nbgrader's metadata is lost, as some editors leave them."""
    found = set()
    for released in missing:
        shown = without_hidden_tests(released.source)
        for cell in nb.cells:
            if "nbgrader" not in cell.metadata and cell.source == shown != "":
                _restore(cell, released)
                found.add(released.name)
                break
    return found


def _restore(cell: NotebookNode, released: Released) -> list[Reason]:
    changes = []
    if cell.cell_type != released.cell_type:
        changes.append(Reason(Kind.CELL_RETYPED, (released.name, str(cell.cell_type))))
        fresh = _make(released)
        fresh.source = cell.source
        cell.clear()
        cell.update(fresh)
    if released.locked:
        if cell.source not in (released.source, without_hidden_tests(released.source)):
            changes.append(Reason(Kind.CELL_CHANGED, (released.name,)))
        if cell.metadata.get("tags"):
            changes.append(Reason(Kind.CELL_TAGGED, (released.name, str(cell.metadata["tags"]))))
        cell.source = released.source
        cell.metadata = NotebookNode(deletable=False, editable=False)
    cell.metadata["nbgrader"] = released.metadata()
    return changes


def without_hidden_tests(source: str) -> str:
    """Give the source of a cell as students see it."""
    kept, hidden = [], False
    for line in source.split("\n"):
        hidden = hidden or "BEGIN HIDDEN TESTS" in line
        if not hidden:
            kept.append(line)
        hidden = hidden and "END HIDDEN TESTS" not in line
    return "\n".join(kept)


def _needed(cell: Released) -> bool:
    """Whether a deleted cell is to be put back: all but the places for answers that are not graded themselves."""
    return cell.locked or cell.points is not None


def _make(released: Released) -> NotebookNode:
    cell = new_code_cell(released.source) if released.cell_type == "code" else new_markdown_cell(released.source)
    if released.locked:
        cell.metadata.update(deletable=False, editable=False)
    cell.metadata["nbgrader"] = released.metadata()
    return cell


def _order(name: str) -> tuple[int, str]:
    """Give the order in which deleted cells go back: what shows an exercise first, the set-up last."""
    return (2 if name == SETUP else 0 if name.endswith(f"--{SHOW}") else 1, name)


def _place(nb: NotebookNode, name: str) -> int:
    """Where a deleted cell belongs: beside the other cells of its exercise, else at the end."""
    places = {cell.metadata.nbgrader.grade_id: i for i, cell in enumerate(nb.cells) if "nbgrader" in cell.metadata}
    if name == SETUP:
        shown = [place for other, place in places.items() if other.endswith(f"--{SHOW}")]
        return min(shown, default=0)
    base = name.removesuffix(f"--{SHOW}")
    exercise = graded_exercise(base)
    if exercise is None:
        return len(nb.cells)
    if name != base:
        following = (places.get(grade_id(exercise.id, ANSWER)), places.get(base))
        return next((place for place in following if place is not None), len(nb.cells))
    before = (places.get(grade_id(exercise.id, ANSWER)), places.get(grade_id(exercise.id, SHOW)))
    return next((place + 1 for place in before if place is not None), len(nb.cells))
