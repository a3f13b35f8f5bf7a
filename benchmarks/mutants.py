"""Mutants: small wrong changes of the code, each of which a test has to notice.

    make mutants SEED=1            # or python -m benchmarks.mutants --seed 1 --mutants 200 --of marking sheet

Every mutation of the named parts is listed (by cosmic-ray), as many as asked for are drawn with the seed, and for
each the tests of its part run on a copy of the checkout until one fails. A mutant that all of them pass is a
survivor: it is killed by a new test, or argued in `benchmarks/results/mutants.json` (why it changes nothing that
anybody could see). The result, with every survivor's line, is written to `benchmarks/results/mutants.md`. By hand:
it takes an hour.
"""

import argparse
import concurrent.futures
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from cosmic_ray import plugins
from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
ARGUED = RESULTS / "mutants.json"
PARTS = {
    "marking": ("course/marking", ("tests/marking", "tests/sheet")),
    "sheet": ("course/sheet", ("tests/sheet", "tests/marking", "tests/notebook")),
    "solutions": ("solutions", ("tests/schemes", "tests/marking")),
    "models": ("course/models", ("tests/models", "tests/training")),
}
# Of type annotations these make an error at import, which says nothing of the tests.
_TRIVIAL = ("ReplaceBinaryOperator_BitOr",)


class Mutant(NamedTuple):
    """One wrong change: of which part, where, and by which operator of cosmic-ray."""

    part: str
    mutation: MutationSpec

    @property
    def place(self) -> str:
        """The file, the function and the line."""
        return f"{self.mutation.module_path}:{self.mutation.start_pos[0]}"

    def code(self, root: Path) -> str:
        """Give the text of its file with the change made."""
        operator = plugins.get_operator(self.mutation.operator_name)(**self.mutation.operator_args)
        text = (root / self.mutation.module_path).read_text("utf-8")
        changed = mutate_code(text.encode(), operator, self.mutation.occurrence)
        if changed is None:
            raise LookupError(f"{self.place}: {self.mutation.operator_name} changes nothing")
        return changed if isinstance(changed, str) else changed.decode()

    def lines(self, root: Path) -> tuple[str, str]:
        """Give the line before and after the change."""
        before = (root / self.mutation.module_path).read_text("utf-8").splitlines()
        after = self.code(root).splitlines()
        number = next((n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
        return before[number].strip(), after[number].strip() if number < len(after) else ""


class Outcome(NamedTuple):
    """What became of one mutant: the lines, and whether a test noticed it."""

    mutant: Mutant
    before: str
    after: str
    killed: bool

    @property
    def key(self) -> str:
        """What identifies it as long as its line stays as it is."""
        return f"{self.mutant.mutation.module_path}: {self.before} -> {self.after}"


def listed(parts: list[str]) -> list[Mutant]:
    """List every mutation of some parts of the checkout."""
    found: list[Mutant] = []
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(ROOT):
        for part in parts:
            files = sorted(path for path in Path(PARTS[part][0]).rglob("*.py") if path.name != "__init__.py")
            with use_db(str(Path(folder) / f"{part}.sqlite"), WorkDB.Mode.create) as database:
                init(files, database, {})
                found += [Mutant(part, each) for item in database.work_items for each in item.mutations]
    kept = [
        mutant for mutant in found if not mutant.mutation.operator_name.rpartition("/")[2].startswith(_TRIVIAL)
    ]
    return sorted(kept, key=lambda m: (m.place, m.mutation.operator_name, m.mutation.occurrence))


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


def copy_checkout(folder: Path) -> Path:
    """Copy what git tracks into a folder, so that no mutant is ever written into the checkout."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    for name in names.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def passes(folder: Path, tests: tuple[str, ...], cache: Path, seconds: float) -> bool:
    """Say whether the tests pass in a copy; one that takes too long does not."""
    there = [name for name in tests if (folder / name).exists()]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-m", "not slow", *there]
    environment = os.environ | {
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "JAX_COMPILATION_CACHE_DIR": str(cache),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    }
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()
        return False


def tried(mutant: Mutant, folders: list[Path], cache: Path, seconds: float) -> Outcome:
    """Run the tests of its part on one mutant, in a copy that nobody else is using."""
    folder = folders.pop()
    path = folder / mutant.mutation.module_path
    original = path.read_text("utf-8")
    before, after = mutant.lines(folder)
    try:
        path.write_text(mutant.code(folder), "utf-8")
        return Outcome(mutant, before, after, not passes(folder, PARTS[mutant.part][1], cache, seconds))
    finally:
        path.write_text(original, "utf-8")
        folders.append(folder)


def table(outcomes: list[Outcome], argued: dict[str, str], seed: int) -> str:
    """Write the result: counts by part, then every survivor with its reason."""
    lines = [
        f"# Mutants, seed {seed}",
        "",
        "| part | mutants | killed | argued | open |",
        "|---|---:|---:|---:|---:|",
    ]
    for part in dict.fromkeys(outcome.mutant.part for outcome in outcomes):
        mine = [outcome for outcome in outcomes if outcome.mutant.part == part]
        living = [outcome for outcome in mine if not outcome.killed]
        said = sum(outcome.key in argued for outcome in living)
        counts = (len(mine), len(mine) - len(living), said, len(living) - said)
        lines.append(f"| {part} | " + " | ".join(map(str, counts)) + " |")
    lines += ["", "## Survivors", ""]
    for outcome in outcomes:
        if not outcome.killed:
            lines += [
                f"- `{outcome.mutant.place}`: `{outcome.before}` → `{outcome.after}`  ",
                f"  {argued.get(outcome.key, '**open**')}",
            ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Draw mutants, try them, and write the result."""
    parser = argparse.ArgumentParser(description="Mutants of the code, each of which a test has to notice.")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (1)")
    parser.add_argument("--mutants", type=int, default=200, help="how many are drawn (200)")
    parser.add_argument("--of", nargs="+", default=["marking", "sheet"], choices=list(PARTS), help="parts")
    parser.add_argument("--jobs", type=int, default=2, help="copies that are tried at once (2)")
    parser.add_argument("--seconds", type=float, default=900.0, help="after which tests count as failed (900)")
    parser.add_argument("--write", action="store_true", help="write benchmarks/results/mutants.md")
    asked = parser.parse_args()
    everything = listed(asked.of)
    drawn = draw(everything, asked.mutants, asked.seed)
    print(f"{len(drawn)} of {len(everything)} mutants", flush=True)
    with tempfile.TemporaryDirectory() as base:
        cache = Path(base) / "compiled"
        cache.mkdir()
        folders = [copy_checkout(Path(base) / f"copy{number}") for number in range(asked.jobs)]
        for part in asked.of:
            if not passes(folders[0], PARTS[part][1], cache, 4 * asked.seconds):
                sys.exit(f"the tests of {part} fail without any mutant: {', '.join(PARTS[part][1])}")
        outcomes = []
        with concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
            work = [pool.submit(tried, mutant, folders, cache, asked.seconds) for mutant in drawn]
            for done in concurrent.futures.as_completed(work):
                outcomes.append(done.result())
                state = "killed" if outcomes[-1].killed else "SURVIVED"
                print(
                    f"{len(outcomes)}/{len(drawn)} {state} {outcomes[-1].mutant.place}: {outcomes[-1].after}",
                    flush=True,
                )
    outcomes.sort(key=lambda outcome: drawn.index(outcome.mutant))
    argued = json.loads(ARGUED.read_text("utf-8")) if ARGUED.is_file() else {}
    text = table(outcomes, argued, asked.seed)
    print(text)
    if asked.write:
        (RESULTS / "mutants.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
