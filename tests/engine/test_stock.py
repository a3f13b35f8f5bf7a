"""Any nbgrader course: what `course autograde` makes of it is what `nbgrader autograde` makes of it."""

import shutil
from pathlib import Path

import pytest

from course.grading import config
from course.grading.engine import autograde
from tests.engine import mixed, school

pytestmark = pytest.mark.slow


def unstaged(folder):
    """Let the course have nbgrader's own stages and kernel, as if there were nothing of ours."""
    path = folder / config.FILE
    path.write_text(path.read_text().replace(mixed.STAGES, ""))
    return folder


def both(folder, tmp_path, assignment, stages):
    """The course graded by our command, and a copy of it by nbgrader's."""
    stock = Path(shutil.copytree(folder, tmp_path / "stock"))
    school.run(stock if stages else unstaged(stock), "autograde", assignment)
    results = autograde.autograde(config.load(folder), assignment)
    assert [result.problems for result in results] == [()] * len(results)
    return stock


def test_something_of_everything_with_the_same_stages(tmp_path):
    room = mixed.course(tmp_path / "room")
    stock = both(room, tmp_path, mixed.ASSIGNMENT, stages=True)
    assert school.gradebook(room) == school.gradebook(stock)
    assert school.files(room) == school.files(stock)
    book = school.gradebook(room)
    points = {row[:3]: row[3] for row in book["grades"]}
    # Worked out from what each of them wrote.
    assert [points["ann", "first", name] for name in ("whole", "hidden", "partial")] == [2, 1, 4]
    assert [points["eve", "first", name] for name in ("whole", "hidden", "partial")] == [2, 1, 4]
    assert [points["ben", "first", name] for name in ("whole", "hidden", "partial")] == [2, 1, 0]
    assert [points["cho", "first", name] for name in ("whole", "hidden", "partial")] == [0, 0, 0]
    assert [points[name, "second", "sum"] for name in ("ann", "ben", "cho", "dan", "eve")] == [1.5, 0, 0, 0, 0]
    by_hand = {row[:3]: row[5] for row in book["grades"] if row[2] in ("why", "plot", "task")}
    assert by_hand["ann", "first", "why"]
    assert by_hand["ann", "first", "plot"]
    # Two are late, each notebook of theirs by itself; nobody loses more than the notebook earned.
    late = {row[0]: row[3] for row in book["notebooks"] if row[1] == "first"}
    assert {student for student, penalty in late.items() if penalty} == {"ben"}
    assert late["ben"] == 1.0


# Graded cells that a student had changed although they are locked: our stages have a person look at these.
CHANGED = {
    "documentation": {
        ("bitdiddle", "problem1", name)
        for name in ("correct_squares", "correct_sum_of_squares", "squares_invalid_input")
    },
    "mixed": {("eve", "first", name) for name in ("whole", "partial")},
}
DECIDING = ("grade_id", "grade", "solution", "points", "checksum")


@pytest.mark.parametrize("course", ["documentation", "mixed"])
def test_the_same_scores_as_nbgrader_without_anything_of_ours(released, tmp_path, course):
    if course == "documentation":
        room, assignment = Path(shutil.copytree(released, tmp_path / "room")), school.ASSIGNMENT
    else:
        room, assignment = mixed.course(tmp_path / "room"), mixed.ASSIGNMENT
    stock = both(room, tmp_path, assignment, stages=False)
    ours, theirs = school.gradebook(room), school.gradebook(stock)
    assert len(ours["grades"]) >= 10
    flagged = {row[:3] for row in ours["grades"] if row[5]} - {row[:3] for row in theirs["grades"] if row[5]}
    assert flagged == CHANGED[course]
    for book in (ours, theirs):
        book["grades"] = [(*row[:5], bool(row[5]) and row[:3] not in flagged, row[6]) for row in book["grades"]]
    assert ours == theirs
    assert sources(room) == sources(stock)


def sources(folder):
    """Cells of the autograded notebooks: kind, source, and of nbgrader's metadata what decides on points.

    The rest of it our stages take from the release, where these old submissions lack it or say otherwise.
    """
    return {
        str(path.relative_to(folder)): [
            (cell.cell_type, cell.source, [cell.metadata.get("nbgrader", {}).get(name) for name in DECIDING])
            for cell in school.read(path).cells
        ]
        for path in sorted(folder.glob("autograded/*/*/*.ipynb"))
    }
