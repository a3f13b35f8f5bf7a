"""A submitted notebook brought back to the cells that were released: what was locked is as it was.

Students delete, copy, split, merge, retype, move and tag cells, and editors drop metadata. Nothing of that may
decide how the rest is graded, or keep it from being graded; and what was written for a person to mark reaches that
person.

A released cell is looked for by its name in nbgrader's metadata; then by its text, where that is the instructor's;
then, where it is an answer, by its place between the cells that were found. What is still missing is put back
where it stood in the release.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum

from course.grading.review import Kind, Reason, Reasons, decode, encode
from course.grading.stages.released import (
    Released,
    ReleasedNotebook,
    Slot,
    around,
    plain_text,
    released_notebook,
    same_text,
)

KEPT_TAGS = ("skip-execution", "raises-exception")
"""Tags that a student's own cells keep: they say how a cell is run. All others are the instructor's."""

_OF_NO_ACCOUNT = (Kind.CELL_DELETED, Kind.CELL_MOVED, Kind.CELL_TWICE)
_LONG_ID = 6  # characters: shorter ones are numbers that tools count up


class RestoreCells(NbGraderPreprocessor):
    """Puts nbgrader's metadata and every locked cell back to what was released."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Restore one submitted notebook; what was changed is logged."""
        about = resources["nbgrader"]
        changes = restore(nb, released_notebook(self.config, about))
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


def changes_of(cell: str, changes: Iterable[Reason], *, lost: bool) -> Reasons:
    """Give what was done to a cell and a person should know.

    Args:
        cell: its name.
        changes: what was done to the notebook.
        lost: whether points are missing, or it is marked by hand: what is mostly an accident, and had no
            consequence, is not shown.
    """
    return tuple(
        change
        for change in changes
        if change.details[:1] == (cell,) and (lost or change.kind not in _OF_NO_ACCOUNT)
    )


def restore(nb: NotebookNode, released: ReleasedNotebook) -> Reasons:
    """Restore a notebook in place and say what was changed."""
    return _Restoring(nb, released).restore()


class _Restoring:
    """The work on one notebook.

    Attributes:
        found: the cell of each place of the release, where there is one.
    """

    def __init__(self, nb: NotebookNode, released: ReleasedNotebook) -> None:
        self.nb, self.slots = nb, released.slots
        self.number = {slot.cell.name: number for number, slot in enumerate(self.slots) if slot.cell is not None}
        self.found: dict[int, NotebookNode] = {}
        self.changes: list[Reason] = []

    def restore(self) -> Reasons:
        """Find every released cell, and put back what is missing."""
        self._by_name()
        self._by_text()
        self._cut_out()
        self._by_place()
        self._look_beside()
        for number, slot in enumerate(self.slots):
            if number not in self.found and slot.cell is not None and slot.cell.needed:
                self._put_back(number, slot.cell)
        self._look_for_moves()
        taken = {id(cell) for cell in self.found.values()}
        for cell in self.nb.cells:
            if id(cell) not in taken:
                _keep_tags(cell, ())
        return tuple(self.changes)

    def _take(self, number: int, cell: NotebookNode) -> None:
        """Let a cell be the one of this place, as it was released."""
        self.found[number] = cell
        slot = self.slots[number]
        if slot.cell is None:
            cell.metadata.pop("tags", None)
            if slot.tags:
                cell.metadata["tags"] = list(slot.tags)
            return
        self._describe(cell, slot.cell)

    def _describe(self, cell: NotebookNode, released: Released) -> None:
        if cell.cell_type != released.cell_type:
            self._note(Kind.CELL_RETYPED, released.name, str(cell.cell_type))
            kept = {key: cell[key] for key in ("id", "source") if key in cell}
            cell.clear()
            cell.update(released.make() | kept)
        if released.locked:
            if not any(same_text(cell.source, text) for text in (released.shown, released.source)):
                self._note(Kind.CELL_CHANGED, released.name)
            tags = _tags(cell)
            if set(tags) - set(released.tags):
                self._note(Kind.CELL_TAGGED, released.name, ", ".join(tags))
            cell.source = released.source
        else:
            _keep_tags(cell, released.tags)
        released.describe(cell)

    def _note(self, kind: Kind, *details: str) -> None:
        self.changes.append(Reason(kind, details))

    def _at(self, cell: NotebookNode) -> int:
        return next(place for place, other in enumerate(self.nb.cells) if other is cell)

    # ---- finding

    def _by_name(self) -> None:
        """Find cells by nbgrader's metadata; of two of one name the later one counts, as in nbgrader."""
        copies: dict[int, list[NotebookNode]] = {}
        for cell in self.nb.cells:
            about = cell.metadata.pop("nbgrader", None)
            name = about.get("grade_id") if isinstance(about, Mapping) else None
            if isinstance(name, str) and name in self.number:
                copies.setdefault(self.number[name], []).append(cell)
        self.merged: list[tuple[int, NotebookNode, str, str]] = []
        for number, cells in copies.items():
            released = self.slots[number].cell
            assert released is not None
            if len(cells) > 1:
                self._note(Kind.CELL_TWICE, released.name)
            filled = [cell for cell in cells if not (released.by_hand and _untouched(cell, released))]
            chosen = (filled or cells)[-1]
            self._remember_merged(number, chosen, released)
            self._take(number, chosen)

    def _remember_merged(self, number: int, cell: NotebookNode, released: Released) -> None:
        """Note what was written into a locked cell above and below what stood there."""
        if (
            not released.locked
            or same_text(cell.source, released.shown)
            or same_text(cell.source, released.source)
        ):
            return
        parts = around(cell.source, released.shown) or around(cell.source, released.source)
        if parts is None and released.cell_type != "code":
            # A text that was written over is kept below: it is somebody's work.
            parts = ("", str(cell.source))
        if parts is not None:
            self.merged.append((number, cell, parts[0], parts[1]))

    def _by_text(self) -> None:
        """Find the instructor's cells of which nothing but the metadata is lost, as some editors leave them."""
        taken = {id(cell) for cell in self.found.values()}
        place = {id(cell): number for number, cell in enumerate(self.nb.cells)}
        texts: dict[str, list[NotebookNode]] = {}
        for cell in self.nb.cells:
            if id(cell) not in taken:
                texts.setdefault(plain_text(cell.source), []).append(cell)
        after = -1
        for number, slot in enumerate(self.slots):
            same = texts.get(plain_text(slot.shown), [])
            if number not in self.found and slot.fixed and slot.shown.strip() and same:
                # Of texts that occur twice the one with the id, else the next in order.
                chosen = min(same, key=lambda c: (c.get("id") != slot.id, place[id(c)] < after, place[id(c)]))
                same[:] = [cell for cell in same if cell is not chosen]
                taken.add(id(chosen))
                self._take(number, chosen)
            if number in self.found:
                after = max(after, place[id(self.found[number])])
        self._by_part_of_text(taken)

    def _by_part_of_text(self, taken: set[int]) -> None:
        """Find locked cells without metadata to which something was added."""
        for number, slot in enumerate(self.slots):
            if number in self.found or slot.cell is None or not slot.cell.locked or not slot.shown.strip():
                continue
            for cell in self.nb.cells:
                if id(cell) not in taken and cell.get("id") == slot.id != "" and around(cell.source, slot.shown):
                    taken.add(id(cell))
                    self._remember_merged(number, cell, slot.cell)
                    self._take(number, cell)
                    break

    def _cut_out(self) -> None:
        """Give what was written into a locked cell a cell of its own, above or below it."""
        for number, cell, above, below in self.merged:
            code = self.slots[number].cell_type == "code"
            make = new_code_cell if code else new_markdown_cell
            for text, offset in ((below, 1), (above, 0)):
                if text.strip():
                    self.nb.cells.insert(self._at(cell) + offset, make(text))

    def _by_place(self) -> None:
        """Find answers without metadata: what stands, and was not released, where the answer was released."""
        for number, slot in enumerate(self.slots):
            if number in self.found or slot.cell is None or slot.cell.locked:
                continue
            known = [
                cell
                for cell in self._free(self.nb.cells)
                if cell.get("id") == slot.id and len(slot.id) >= _LONG_ID
            ]
            beside = known or self._free(self._gap(number))
            same = [cell for cell in beside if cell.cell_type == slot.cell_type] or beside
            if same:
                self._take(number, same[0])
                # The only one of its kind there, or the one with the id, is it; a person marks it in any case.
                if slot.cell.by_hand and len(same) > 1:
                    self._note(Kind.CELL_RECOGNISED, slot.cell.name)

    def _free(self, cells: Iterable[NotebookNode]) -> list[NotebookNode]:
        """Of some cells those that stand for none of the release, and are not empty."""
        taken = {id(cell) for cell in self.found.values()}
        return [cell for cell in cells if id(cell) not in taken and cell.source.strip()]

    def _gap(self, number: int) -> list[NotebookNode]:
        """Give the cells between the neighbours of a place that were found."""
        before, after = self._neighbours(number)
        return self.nb.cells[before + 1 : after] if before < after else []

    def _neighbours(self, number: int) -> tuple[int, int]:
        """Give where the cell before a place of the release is, and the one after it; -1 and the end if none."""
        before = next((self._at(self.found[n]) for n in range(number - 1, -1, -1) if n in self.found), -1)
        after = next(
            (self._at(self.found[n]) for n in range(number + 1, len(self.slots)) if n in self.found),
            len(self.nb.cells),
        )
        return before, after

    def _look_beside(self) -> None:
        """Note where the place for an answer is untouched, and something stands beside it."""
        for number, cell in self.found.items():
            released = self.slots[number].cell
            empty = released is not None and released.by_hand and _untouched(cell, released)
            if released is not None and empty and self._free(self._gap(number)):
                self._note(Kind.ANSWER_BESIDE, released.name)

    # ---- putting back

    def _put_back(self, number: int, released: Released) -> None:
        """Put a cell back where it was released: below what came before, a test above what comes next.

        What students write between an answer and its test mostly belongs to the answer; what they write below the
        set-up, or a task, needs it or belongs to it.
        """
        before, after = self._neighbours(number)
        late = _is_test(self.slots[number]) and before < after
        kind = Kind.ANSWER_MISSING if released.by_hand else Kind.CELL_DELETED
        self._note(kind, released.name)
        self.found[number] = released.make()
        self.nb.cells.insert(after if late else before + 1, self.found[number])

    def _look_for_moves(self) -> None:
        """Note graded cells that no longer stand below, or now stand below, code that belongs to others."""
        place = {number: self._at(cell) for number, cell in self.found.items()}
        codes = [n for n in place if self.slots[n].cell is not None and self.slots[n].cell_type == "code"]
        for number in sorted(place):
            released = self.slots[number].cell
            if released is None or released.points is None or released.solution or released.task:
                continue
            names = [
                _name(self.slots[other])
                for other in sorted(codes)
                if not _is_test(self.slots[other]) and (other < number) != (place[other] < place[number])
            ]
            if names:
                self._note(Kind.CELL_MOVED, released.name, ", ".join(names))


def _name(slot: Slot) -> str:
    return slot.cell.name if slot.cell is not None else ""


def _is_test(slot: Slot) -> bool:
    return slot.cell is not None and slot.cell.points is not None and not slot.cell.solution


def _untouched(cell: NotebookNode, released: Released) -> bool:
    """Say whether nothing was written where an answer belongs."""
    alike = NotebookNode(cell_type=released.cell_type, source=cell.source, metadata=NotebookNode())
    alike.metadata["nbgrader"] = released.metadata()
    return compute_checksum(alike) == released.checksum or same_text(cell.source, released.source)


def _tags(cell: NotebookNode) -> list[str]:
    tags = cell.metadata.get("tags")
    return [str(tag) for tag in tags] if isinstance(tags, list | tuple) else []


def _keep_tags(cell: NotebookNode, released: tuple[str, ...]) -> None:
    """Keep of an answer's tags those that say how it is run, beside the instructor's."""
    own = [tag for tag in _tags(cell) if tag in KEPT_TAGS and tag not in released]
    cell.metadata.pop("tags", None)
    if tags := [*released, *own]:
        cell.metadata["tags"] = tags
