"""Mutants: small wrong changes of the code, each of which a test has to notice.

    make mutants SEED=1            # or python -m benchmarks.mutants --seed 1 --mutants 200 --of marking sheet
    python -m benchmarks.mutants --again      # the survivors once more, on the checkout as it is now
    python -m benchmarks.mutants --since e3038ef      # drawn anew, but only new lines are tried

Every mutation of the named parts is listed (by cosmic-ray), as many as asked for are drawn with the seed, and for
each the tests of its part run on a copy of the checkout until one fails: first those near the changed module,
which take seconds, then the others. A mutant that all of them pass is a survivor: it is killed by a new test, or
argued in `benchmarks/results/mutants.json` (why it changes nothing that anybody could see).

What became of each mutant is kept in `build/mutants-SEED.json` as soon as it is known, so that a run which was
stopped goes on where it was. A kept mutant is found again by its line, wherever that stands now; for one whose
line has changed since another is drawn. After a large change `--since` draws from all of the code as it is now,
and puts kept mutants in place of those whose lines stood at that commit already. The result, with every survivor,
is written to `benchmarks/results/mutants.md`. By hand: it takes an hour on two quiet cores.
"""

import argparse
import concurrent.futures
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.mutants.child import ROOT
from benchmarks.mutants.draw import Checkout, Mutant, draw, listed, new_lines, row_of
from benchmarks.mutants.run import PARTS, Tests, of_part

RESULTS = ROOT / "benchmarks" / "results"
ARGUED = RESULTS / "mutants.json"


def key_of(row: dict[str, Any]) -> str:
    """Give what a mutant is argued under: it stays while its line is as it is."""
    return f"{row['before']} -> {row['after']}"


def table(rows: list[dict[str, Any]], argued: dict[str, str], seed: int) -> str:
    """Write the result: counts by part, then every survivor with its reason."""
    living = [row for row in rows if row["state"] != "killed"]
    lines = [
        f"# Mutants, seed {seed}",
        "",
        f"`make mutants SEED={seed}` draws small wrong changes of the code, and runs the tests concerned on each.",
        "",
        "| part | mutants | killed | argued | open |",
        "|---|---:|---:|---:|---:|",
    ]
    for part in dict.fromkeys(row["part"] for row in rows):
        mine = [row for row in rows if row["part"] == part]
        left = [row for row in living if row["part"] == part]
        said = sum(key_of(row) in argued for row in left)
        counts = (len(mine), len(mine) - len(left), said, len(left) - said)
        lines.append(f"| {part} | " + " | ".join(map(str, counts)) + " |")
    lines += ["", "Tried on these commits:", ""]
    commits = Counter(row["commit"] for row in rows if row["commit"])
    lines += [f"- {commit}: {count}" for commit, count in commits.most_common()]
    lines += ["", "## Survivors", ""]
    for row in living:
        reason = argued.get(key_of(row), "**open**" if row["state"] else "**not tried**")
        lines += [f"- `{row['place']}`: `{row['before']}` → `{row['after']}`  ", f"  {reason}"]
    lines += ["", "## Files of tests that killed the others", ""]
    files = Counter(row["by"].partition("::")[0] for row in rows if row["state"] == "killed")
    lines += [f"- `{file}`: {count}" for file, count in files.most_common()]
    return "\n".join(lines) + "\n"


def _stands(row: dict[str, Any], new: set[str]) -> bool:
    """Say whether the line of a kept mutant is in its file and is none of the new ones."""
    file = row["place"].rpartition(":")[0]
    if not (ROOT / file).is_file():
        return False
    lines = enumerate((ROOT / file).read_text("utf-8").splitlines(), start=1)
    return any(text.strip() == row["before"] and f"{file}:{number}" not in new for number, text in lines)


def try_all(tests: Tests, work: list[tuple[dict[str, Any], Mutant]], near: bool, save: Callable[[], None]) -> None:
    """Try mutants on the near tests, or on the others, and keep what became of each at once."""
    shown = ("git", "log", "-1", "--format=%h of %cd", "--date=format:%Y-%m-%d %H:%M")
    commit = subprocess.run(shown, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    with concurrent.futures.ThreadPoolExecutor(len(tests.folders)) as pool:
        futures = {pool.submit(tests.of, mutant, near): row for row, mutant in work}
        for count, done in enumerate(concurrent.futures.as_completed(futures), start=1):
            row, by = futures[done], done.result()
            row |= {"state": "killed" if by else "near" if near else "survived", "by": by, "commit": commit}
            save()
            said = f"killed by {by}" if by else "passes the near tests" if near else "SURVIVED"
            print(f"{count}/{len(futures)} {row['place']}: {row['before']} -> {row['after']}: {said}", flush=True)


def main() -> None:
    """Draw mutants, try them, and write the result."""
    parser = argparse.ArgumentParser(description="Mutants of the code, each of which a test has to notice.")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (1)")
    parser.add_argument("--mutants", type=int, default=200, help="how many are drawn (200)")
    parser.add_argument("--of", nargs="+", default=["marking", "sheet"], choices=list(PARTS), help="parts")
    parser.add_argument("--jobs", type=int, default=2, help="copies that are tried at once (2)")
    parser.add_argument("--seconds", type=float, default=900.0, help="after which tests count as failed (900)")
    parser.add_argument("--again", action="store_true", help="try those that survived once more, on this checkout")
    parser.add_argument("--since", metavar="COMMIT", help="draw anew; for lines of that commit take what is kept")
    parser.add_argument("--near", action="store_true", help="only the tests near each module")
    parser.add_argument("--keep", type=Path, help="where outcomes are kept (build/mutants-SEED.json)")
    parser.add_argument("--write", action="store_true", help="write benchmarks/results/mutants.md")
    asked = parser.parse_args()
    keep = asked.keep or ROOT / "build" / f"mutants-{asked.seed}.json"
    everything = listed({part: PARTS[part].folder for part in asked.of})
    kept = json.loads(keep.read_text("utf-8")) if keep.is_file() else []
    rows = kept
    if asked.since or not kept:
        rows = [row_of(mutant) for mutant in draw(everything, asked.mutants, asked.seed)]
    if asked.since:
        new = new_lines(asked.since)
        standing = (row for row in kept if row["state"] and _stands(row, new))
        rows = [row if row["place"] in new else next(standing, row) for row in rows]
    for row in rows:
        row["state"] = "" if asked.again and row["state"] != "killed" else row["state"]

    def save() -> None:
        keep.parent.mkdir(parents=True, exist_ok=True)
        keep.write_text(json.dumps(rows, indent=1), "utf-8")

    save()
    untried = [row for row in rows if row["state"] in ("", "near")]
    checkout = Checkout(everything)
    work = [(row, mutant) for row in untried if (mutant := checkout.find(row)) is not None]
    found = [row for row, _ in work]
    gone = [row for row in untried if row not in found]
    for row, mutant in zip(gone, draw(everything, len(gone), asked.seed + 1) if gone else [], strict=True):
        row |= row_of(mutant)
        work.append((row, mutant))
    print(
        f"{len(rows)} mutants, {len(work)} to try, {len(gone)} of them instead of ones whose line is gone",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as base:
        tests = Tests(Path(base), asked.jobs, asked.seconds)
        for near in (True, False)[: 1 if asked.near else 2]:
            doing = [(row, mutant) for row, mutant in work if row["state"] == ("" if near else "near")]
            for part in dict.fromkeys(row["part"] for row, _ in doing):
                alone = of_part(part, near, tests.folders[0])
                if failed := tests.failing(tests.folders[0], alone, 4 * asked.seconds):
                    sys.exit(f"the tests of {part} fail without any mutant: {failed}")
            if doing:
                try_all(tests, doing, near, save)
    argued = json.loads(ARGUED.read_text("utf-8")) if ARGUED.is_file() else {}
    text = table(rows, argued, asked.seed)
    print(text)
    if asked.write:
        (RESULTS / "mutants.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
