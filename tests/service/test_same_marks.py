"""The service marks as grading does: the same states, points and remarks on the same sheets and numbers."""

from pathlib import Path

import pytest

from course import sheet as sheets
from course.exercises import CATALOGUE
from course.exercises.practice import practice_given
from course.exercises.variants import COURSE
from course.grading.config import Gradbook
from course.grading.marks.batch import mark_sheet
from course.grading.marks.context import ExerciseContext
from course.marking import registry
from course.service.practice_marker import PracticeMarker, Request
from tests.oracles.sheets import kinds

SOLUTIONS = Path(__file__).parents[2] / "solutions"
STUDENT = "alice"
# a derivation that is the same for everybody cannot be practised, for it is graded
ANSWERED = [
    name for name, one in CATALOGUE.items() if one.answers and (one.kind != "derivation" or one.draw is not None)
]
QUICK = ["mlp/relu-sgd", "cnn/output-size"]


class Rehearsal(Gradbook):
    """A course whose graded numbers happen to be the practice ones, so that grading can be asked for its marks."""

    def given(self, exercise, student, sampler=0):
        return practice_given(exercise, student, 1, self.course)

    def probe_key(self, exercise_id, student):
        return "practice"


def compare(exercise_id, tmp_path):
    exercise = CATALOGUE[exercise_id]
    practice = PracticeMarker(
        (SOLUTIONS,), COURSE, tuple(ANSWERED), graded=lambda exercise, student: exercise.given(student)
    )
    course = Rehearsal(solutions=str(SOLUTIONS), course_dir=str(tmp_path))
    given = practice_given(exercise, STUDENT)
    states = set()
    for kind, sheet in kinds(
        registry.marker((SOLUTIONS,), exercise_id), given, exercise.probes("practice")
    ).items():
        told = practice.mark(exercise, STUDENT, Request(sheet))
        graded = mark_sheet(ExerciseContext(course, exercise, STUDENT, [sheets.encode(sheet)])).report
        assert told["points"] == graded.points, kind
        assert told["max_points"] == graded.max_points
        assert told["remarks"] == list(graded.remarks), kind
        assert list(told["steps"]) == list(graded.steps)
        for name, step in graded.steps.items():
            mine = told["steps"][name]
            assert (mine["state"], mine["points"], mine["remark"]) == (step.state, step.points, step.remark), kind
            states.add(step.state)
        if kind == "right":
            assert told["points"] == told["max_points"] > 0
        if kind in {"nothing", "words", "another shape", "not finite"}:
            assert told["points"] == 0
    return states


@pytest.mark.parametrize("exercise_id", QUICK)
def test_marks_are_those_of_grading(exercise_id, tmp_path):
    assert {"exact", "missing", "unusable"} <= compare(exercise_id, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("exercise_id", [name for name in ANSWERED if name not in QUICK])
def test_marks_of_every_other_exercise_are_those_of_grading(exercise_id, tmp_path):
    odd = set() if CATALOGUE[exercise_id].kind == "derivation" else {"unusable"}  # lines are unreadable, not steps
    assert {"exact", "missing", *odd} <= compare(exercise_id, tmp_path)


def test_every_state_occurs(tmp_path):
    assert compare("mlp/relu-sgd", tmp_path) == {"exact", "follows", "slip", "wrong", "missing", "unusable"}
