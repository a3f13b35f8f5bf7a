"""The table of attacks in `docs/security.md` names every attack of this suite once, and tests that are there."""

import re
from pathlib import Path

from tests.redteam import files, machine
from tests.redteam.conftest import QUICK

HERE = Path(__file__).parent
LINKS = {"link", "link-to-a-friend", "link-notebook"}
ROWS = [
    [part.strip() for part in line.strip("|\n").split("|")]
    for line in (HERE.parents[1] / "docs" / "security.md")
    .read_text()
    .split("## Every attack")[1]
    .split("\n## ")[0]
    .split("\n")
    if line.startswith("| `")
]


OTHERS = [
    line
    for line in (HERE.parents[1] / "docs" / "security.md")
    .read_text()
    .split("## What is tried without")[1]
    .split("\n")
    if line.startswith("| ") and "::" in line
]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_every_attack_is_in_the_table_once():
    named = [name for attacks, *_ in ROWS for name in quoted(attacks)]
    # A file and a change of a notebook have one name: it is the same attack in two forms.
    assert sorted(named) == sorted(set(QUICK) | set(machine.SLOW_ENDS) | set(files.REFUSED) | LINKS)


def test_every_test_of_the_table_is_there():
    named = {name for _, _, *tests in ROWS for column in tests for name in quoted(column) if name.endswith(".py")}
    assert named
    assert {name for name in named if not (HERE / name).is_file()} == set()


def test_every_test_that_needs_no_class_is_there_with_its_control():
    assert len(OTHERS) == 6
    for line in OTHERS:
        named = re.findall(r"`([\w./]+\.py)::(test_\w+)`", line)
        assert len(named) == 2, line
        for path, name in named:
            assert f"def {name}(" in (HERE / path).read_text(), line


def test_what_has_no_control_says_why():
    for attacks, defence, test, control in ROWS:
        assert defence, attacks
        assert quoted(test), attacks
        assert quoted(control) or re.match(r"none: .{20,}", control), attacks
