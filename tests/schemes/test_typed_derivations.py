"""Lines of derivations in many notations are read, and each has the verdict that was decided by hand."""

import json
import tomllib
from pathlib import Path

import pytest

from course.sheet import read_derivation
from tests.schemes.test_whole_derivations import GIVEN

SHEETS = tomllib.loads(Path(__file__).with_name("typed_derivations.toml").read_text("utf-8"))
STATES = {
    "+": {"follows", "at-numbers", "defines"},
    "~": {"slip", "edit", "where", "under"},
    "-": {"wrong", "slip", "edit"},
    "u": {"unreadable"},
}


@pytest.mark.parametrize("name", SHEETS)
def test_every_line_has_the_verdict_that_was_decided_by_hand(name, marker):
    off = []
    for sheet in SHEETS[name]:
        typed = [(line[0], line[2:]) for line in sheet["lines"].strip().splitlines()]
        handed = {"lines": [text for _, text in typed]}
        if "blocks" in sheet:
            handed["blocks"] = sheet["blocks"]
        report = marker(name).mark(read_derivation(json.dumps(handed), name), GIVEN[name])
        off += [
            (sheet["said"], line.text, line.state, line.remark)
            for (verdict, _), line in zip(typed, report.lines, strict=True)
            if line.state not in STATES[verdict]
        ]
        if report.points != sheet["points"]:
            off.append((sheet["said"], report.points, sheet["points"]))
    assert off == []


def test_there_are_enough_of_them():
    lines = [line for sheets in SHEETS.values() for one in sheets for line in one["lines"].strip().splitlines()]
    assert len(SHEETS) == 9
    assert len(lines) >= 400
    assert sum(line.startswith("u ") for line in lines) <= 0.02 * len(lines)
