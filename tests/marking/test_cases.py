"""Made-up sheets that a strict human marker marked: each says which points are fair."""

import json
from pathlib import Path

import pytest

from course.exercises import find

CASES = [json.loads(path.read_text("utf-8")) for path in sorted((Path(__file__).parent / "cases").glob("*.json"))]
MISREAD = {
    "exercise": "momentum/two-forms",
    "name": "foreign-misread",
    "fair": "12-13",  # full, but for the step that the misread number touches first
}


def fair(case):
    low, _, high = str(case.get("fair") or MISREAD["fair"]).partition(" of ")[0].partition("-")
    return float(low), float(high or low)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.get("name", MISREAD["name"]))
def test_the_points_are_fair(mark, case):
    exercise = find(case["exercise"])
    given = exercise.given(case.get("student"), sampler=1)  # the numbers with which these sheets were made
    report = mark(exercise.id, json.dumps(case["sheet"]), given=given, student=case.get("student"))
    low, high = fair(case)
    words = {name: (step.state, step.points, step.remark) for name, step in report.steps.items()}
    assert low <= report.points <= high, words
    assert not report.foreign


def test_every_case_is_there():
    assert len(CASES) >= 16
    assert {case["exercise"] for case in CASES} >= {"mlp/relu-backprop", "cnn/two-channel", "mlp/vanishing"}
