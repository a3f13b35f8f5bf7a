"""What became of each student of the class, in nbgrader's gradebook and in the notebooks that it wrote."""

import json

import pytest
from nbgrader.api import Gradebook

from course.grading.engine.autograde import autograde
from course.grading.errors import GradingError
from course.marking.report import Ruling
from course.reporting.mime import CARD_MIME
from course.sheet import MIME_TYPE
from tests.grading.classroom import ASSIGNMENT, BACKPROP, RELU, name_of

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
ACTIVE = ("<script", " onerror", "javascript:", "application/javascript", "onclick")


def states(result, exercise):
    return {name: step.state for name, step in result.reports[exercise].steps.items()}


def test_perfect_answers_earn_everything_whatever_they_print(room):
    result = room.results["alice"]
    assert result.problems == ()
    assert result.review == {}
    assert set(states(result, "mlp/relu-sgd").values()) == {"exact"}
    assert states(result, "mlp/backprop") == {"forward": "exact", "backward": "exact"}
    # The written answer is still to be graded by hand.
    assert (result.score, result.max_score) == (17.0, 20.0)


def test_one_slip_costs_one_half_and_the_rest_follows(room):
    found = states(room.results["bob"], "mlp/relu-sgd")
    assert found["z1"] == "slip"
    assert set(found.values()) == {"exact", "slip", "follows"}
    assert room.results["bob"].reports["mlp/relu-sgd"].points == 10.5


def test_somebody_elses_answers_are_told_to_the_instructor_and_not_to_the_student(room):
    report = room.results["carol"].reports["mlp/relu-sgd"]
    assert report.foreign
    assert report.whose == "the numbers of alice"
    assert report.foreign_points == 11.0
    assert report.points < 2
    assert "alice" in room.results["carol"].review["mlp/relu-sgd"]
    assert not any("alice" in remark for remark in report.remarks)


def test_two_sheets_in_one_cell_are_none(room):
    result = room.results["carol"]
    assert set(states(result, "mlp/backprop").values()) == {"unusable"}
    assert result.reports["mlp/backprop"].points == 0
    assert result.review["mlp/backprop"] == "2 sheets in one cell"


def test_a_crash_keeps_what_was_earned_before(room):
    result = room.results["dave"]
    assert result.score == 11.0
    assert set(states(result, "mlp/backprop").values()) == {"missing"}
    assert any("the kernel died; a new" in remark for remark in result.reports["mlp/backprop"].remarks)


def test_a_cell_that_never_ends_keeps_what_it_set_before(room):
    result = room.results["erin"]
    assert states(result, "mlp/backprop") == {"forward": "exact", "backward": "missing"}
    assert any("interrupted" in remark for remark in result.reports["mlp/backprop"].remarks)
    assert result.score == 13.0


def test_deleted_doubled_tagged_and_rewritten_cells_change_nothing(room):
    result = room.results["frank"]
    assert result.score == 17.0
    cell = room.cell("frank", BACKPROP)
    assert cell.source.startswith("submit(sheet)")
    assert cell.metadata.nbgrader.points == 6
    assert "tags" not in cell.metadata
    assert room.cell("frank", "mlp--why-backprop--written").cell_type == "markdown"


def test_an_untouched_notebook_is_missing_and_not_wrong(room):
    result = room.results["gina"]
    assert result.score == 0
    assert set(states(result, "mlp/relu-sgd").values()) == {"missing"}
    with Gradebook(room.config.db_url) as gradebook:
        written = gradebook.find_grade("mlp--why-backprop--written", "small", ASSIGNMENT, "gina")
        assert (written.auto_score, written.needs_manual_grade) == (0, False)
        answered = gradebook.find_grade("mlp--why-backprop--written", "small", ASSIGNMENT, "alice")
        assert (answered.auto_score, answered.needs_manual_grade) == (None, True)


def test_a_student_may_be_pinned_to_the_documents_numbers(room):
    assert set(states(room.results["heidi"], "mlp/relu-sgd").values()) == {"exact"}
    answers = room.cell("heidi", RELU).outputs[0].data[CARD_MIME]["steps"]
    assert {step["name"]: step["yours"] for step in answers}["y_hat"] == "13.0"


def test_what_cannot_be_graded_is_a_problem_and_stops_nobody(room):
    assert "is no notebook: it begins with" in room.results["ivan"].problems[0]
    assert "cannot be graded" in room.results["ju,dy"].problems[0]
    assert room.results["ivan"].score is None
    assert len(room.results) == 10


def test_a_graded_cell_holds_the_card_and_the_points_and_nothing_else(room):
    for student, result in room.results.items():
        if result.score is None:
            continue
        for name, exercise in {RELU: "mlp/relu-sgd", BACKPROP: "mlp/backprop"}.items():
            card, points = room.cell(student, name).outputs
            assert set(card.data) == {CARD_MIME, "text/html", "text/plain"}
            assert float(points.data["text/plain"]) == result.reports[exercise].points
            assert points.output_type == "execute_result"


@pytest.mark.parametrize("student", ["alice", "bob", "carol", "frank"])
def test_nothing_of_a_student_runs_in_the_instructors_browser(room, student):
    notebook = room.autograded(student)
    for cell in notebook.cells:
        if cell.cell_type == "code" and name_of(cell) not in (RELU, BACKPROP):
            text = json.dumps(cell.outputs).lower()
        else:
            text = cell.source.lower()
        assert not [word for word in ACTIVE if word in text], text
    assert {cell.cell_type for cell in notebook.cells} == {"code", "markdown"}
    assert set(notebook.metadata) <= {"kernelspec", "language_info", "course"}


def test_a_forged_sheet_or_card_elsewhere_is_dropped(room):
    outputs = [output for cell in room.autograded("bob").cells for output in cell.get("outputs", [])]
    forged = [output for output in outputs if output.get("data", {}).get("text/plain") == "forged"]
    assert len(forged) == 1
    assert set(forged[0].data) == {"text/plain"}
    assert MIME_TYPE not in json.dumps(outputs)
    assert '"points": 99.0' not in json.dumps(outputs)


def test_no_key_and_no_transient_cell_is_written(room):
    key = room.config.probe_key("mlp/backprop", "alice")
    text = json.dumps(room.autograded("alice"))
    assert key not in text
    assert "receive(" not in text


def test_what_a_person_should_look_at_is_listed_by_the_formgrader(room):
    with Gradebook(room.config.db_url) as gradebook:
        flagged = {
            student: gradebook.find_grade(BACKPROP, "small", ASSIGNMENT, student).needs_manual_grade
            for student in ("alice", "carol", "dave")
        }
    assert flagged == {"alice": False, "carol": True, "dave": False}


def test_grading_again_skips_what_is_graded(room):
    results = autograde(room.config, ASSIGNMENT, ["alice", "heidi"])
    assert all(result.skipped for result in results)
    assert results[0].score == 17.0


def test_a_ruling_survives_grading_again(room, answers):
    answers.rule(ASSIGNMENT, "heidi", "mlp/relu-sgd", "a1", Ruling(0.25, "Copied from the board."))
    (result,) = autograde(room.config, ASSIGNMENT, ["heidi"], force=True)
    assert result.score == 10.25
    assert "Copied from the board." in result.reports["mlp/relu-sgd"].steps["a1"].remark


def test_who_has_not_submitted_is_named(room):
    with pytest.raises(GradingError, match=r"'alise' has not submitted small; did you mean alice"):
        autograde(room.config, ASSIGNMENT, ["alise"])
    with pytest.raises(GradingError, match=r"nobody has submitted 'smal': .* did you mean small"):
        autograde(room.config, "smal")
