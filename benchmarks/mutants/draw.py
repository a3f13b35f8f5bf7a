"""Which mutants there are, which are drawn, and where one that is kept stands in the checkout now."""

import contextlib
import json
import random
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from cosmic_ray import plugins
from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec

ROOT = Path(__file__).parents[2]
# Of type annotations these make an error at import, which says nothing of the tests.
_TRIVIAL = ("ReplaceBinaryOperator_BitOr",)


class Mutant(NamedTuple):
    """One wrong change: of which part, where, and by which operator of cosmic-ray."""

    part: str
    mutation: MutationSpec

    @property
    def file(self) -> str:
        """The file that is changed, from the root of the checkout."""
        return str(self.mutation.module_path)

    @property
    def place(self) -> str:
        """The file and the line."""
        return f"{self.file}:{self.mutation.start_pos[0]}"

    @property
    def operator(self) -> list[str]:
        """What kind of change it is."""
        return [self.mutation.operator_name, json.dumps(self.mutation.operator_args, sort_keys=True)]

    def code(self, root: Path) -> str:
        """Give the text of its file with the change made."""
        operator = plugins.get_operator(self.mutation.operator_name)(**self.mutation.operator_args)
        changed = mutate_code((root / self.file).read_bytes(), operator, self.mutation.occurrence)
        if changed is None:
            raise LookupError(f"{self.place}: {self.mutation.operator_name} changes nothing")
        return changed if isinstance(changed, str) else changed.decode()

    def lines(self, root: Path) -> tuple[str, str]:
        """Give the line before and after the change."""
        before = (root / self.file).read_text("utf-8").splitlines()
        after = self.code(root).splitlines()
        number = next((n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
        return before[number].strip(), after[number].strip() if number < len(after) else ""


def listed(folders: dict[str, str]) -> list[Mutant]:
    """List every mutation of some parts of the checkout, each a folder."""
    found: list[Mutant] = []
    with tempfile.TemporaryDirectory() as base, contextlib.chdir(ROOT):
        for part, folder in folders.items():
            files = sorted(path for path in Path(folder).rglob("*.py") if path.name != "__init__.py")
            with use_db(str(Path(base) / f"{part}.sqlite"), WorkDB.Mode.create) as database:
                init(files, database, {})
                found += [Mutant(part, each) for item in database.work_items for each in item.mutations]
    telling = [m for m in found if not m.operator[0].rpartition("/")[2].startswith(_TRIVIAL)]
    return sorted(telling, key=lambda m: (m.place, m.operator[0], m.mutation.occurrence))


def draw(everything: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """Draw mutants that Python can read: a syntax error says nothing of the tests."""
    drawn: list[Mutant] = []
    for mutant in random.Random(seed).sample(everything, len(everything)):
        with contextlib.suppress(SyntaxError):
            compile(mutant.code(ROOT), mutant.place, "exec")
            drawn.append(mutant)
        if len(drawn) == count:
            break
    return drawn


def row_of(mutant: Mutant) -> dict[str, Any]:
    """Give what is kept of a mutant; `state` becomes `near`, `survived` or `killed`, `by` a test."""
    before, after = mutant.lines(ROOT)
    what = {"part": mutant.part, "place": mutant.place, "operator": mutant.operator, "before": before}
    return {**what, "after": after, "state": "", "by": "", "commit": ""}


def found_again(row: dict[str, Any], everything: list[Mutant]) -> Mutant | None:
    """Find a kept mutant by its line, in the file where it was if it is there; None if the line is gone."""
    texts = {file: (ROOT / file).read_text("utf-8") for file in {mutant.file for mutant in everything}}
    alike = [m for m in everything if m.operator == row["operator"] and row["before"] in texts[m.file]]
    alike.sort(key=lambda mutant: (mutant.file != row["place"].rpartition(":")[0], mutant.place != row["place"]))
    return next((mutant for mutant in alike if mutant.lines(ROOT) == (row["before"], row["after"])), None)
