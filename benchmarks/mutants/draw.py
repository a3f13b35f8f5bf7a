"""Which mutants there are, which are drawn, and where one that is kept stands in the checkout now."""

import contextlib
import json
import random
import subprocess
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
        number = number if before[number].strip() else self.mutation.start_pos[0] - 1  # a decorator that goes
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


def new_lines(commit: str) -> set[str]:
    """List the places (file and line) of the checkout that have come since a commit."""
    asked = ["git", "diff", "--unified=0", "--no-color", "--no-ext-diff", commit, "--", "*.py"]
    found: set[str] = set()
    file, number = "", 0
    for line in subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines():
        if line.startswith("+++ "):
            file = line[len("+++ b/") :]
        elif line.startswith("@@ "):
            number = int(line.split("+")[1].split(" ")[0].split(",")[0])
        elif line.startswith("+"):
            found.add(f"{file}:{number}")
            number += 1
    return found


class Checkout:
    """The mutants of the checkout as it is now, in which those that were kept are found again."""

    def __init__(self, everything: list[Mutant]) -> None:
        self._lines = {
            file: (ROOT / file).read_text("utf-8").splitlines() for file in {m.file for m in everything}
        }
        self._everything = everything

    def find(self, row: dict[str, Any]) -> Mutant | None:
        """Find a kept mutant by its line, in the file where it was if it is there; None if the line is gone."""
        alike = [m for m in self._everything if m.operator == row["operator"] and self._has(m, row["before"])]
        file = row["place"].rpartition(":")[0]
        alike.sort(key=lambda mutant: (mutant.file != file, mutant.place != row["place"]))
        return next((mutant for mutant in alike if mutant.lines(ROOT) == (row["before"], row["after"])), None)

    def _has(self, mutant: Mutant, line: str) -> bool:
        """Say whether a mutant is about this line: to work out what it changes takes far longer."""
        first, last = mutant.mutation.start_pos[0], mutant.mutation.end_pos[0]
        return any(text.strip() == line for text in self._lines[mutant.file][first - 1 : last])
