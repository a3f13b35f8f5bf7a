"""The class marked again, the feedback that it gets, and what stock nbgrader would have made of it."""

import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from course.grading.appeals.remark import RemarkError, remark
from course.grading.config import load
from course.grading.engine.converters import feedback
from course.marking.report import Ruling
from course.reporting.mime import CARD_MIME
from tests.grading.classroom import ASSIGNMENT, BACKPROP, RELU

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


def score(room, student, name):
    with Gradebook(room.config.db_url) as gradebook:
        return gradebook.find_grade(name, "small", ASSIGNMENT, student).auto_score


def test_marking_again_changes_nothing_while_nothing_changed(room):
    assert remark(room.config, ASSIGNMENT) == []


def test_a_ruling_and_a_corrected_scheme_mark_the_class_again(room, answers, tmp_path):
    solutions = tmp_path / "solutions"
    solutions.mkdir()
    text = (room.folder / "solutions" / "mlp" / "relu_sgd.py").read_text()
    before = '@z1.slip("The ReLU is missing: a negative pre-activation becomes 0.", cause="relu")'
    assert before in text
    (solutions / "relu_sgd.py").write_text(text.replace(before, before[:-1] + ", credit=0.25)"))
    config = load(room.folder, solutions=solutions)
    answers.rule(ASSIGNMENT, "gina", "mlp/relu-sgd", "a1", Ruling(1.0, "On paper."))

    dry = {(c.student, c.exercise): c for c in remark(config, ASSIGNMENT, ["bob", "gina"])}
    assert (dry["bob", "mlp/relu-sgd"].before, dry["bob", "mlp/relu-sgd"].after) == (10.5, 10.25)
    assert (dry["gina", "mlp/relu-sgd"].before, dry["gina", "mlp/relu-sgd"].after) == (0.0, 1.0)
    # There is no scheme of this exercise any more: it keeps what it has.
    assert "no scheme for mlp/backprop" in dry["bob", "mlp/backprop"].problem
    assert score(room, "bob", RELU) == 10.5

    remark(config, ASSIGNMENT, ["bob", "gina"], apply=True)
    assert (score(room, "bob", RELU), score(room, "gina", RELU)) == (10.25, 1.0)
    assert score(room, "bob", BACKPROP) == 0.0
    card, points = room.cell("gina", RELU).outputs
    assert card.data[CARD_MIME]["points"] == 1.0
    assert points.data["text/plain"] == "1.0"
    assert all(change.problem for change in remark(config, ASSIGNMENT, ["bob", "gina"]))


def test_points_given_by_hand_are_named_and_stay(room, answers):
    with Gradebook(room.config.db_url) as gradebook:
        gradebook.find_grade(RELU, "small", ASSIGNMENT, "dave").manual_score = 4.0
        gradebook.db.commit()
    answers.rule(ASSIGNMENT, "dave", "mlp/relu-sgd", "a1", Ruling(0.0, "Shown by the neighbour."))
    (change,) = remark(room.config, ASSIGNMENT, ["dave"], apply=True)
    assert (change.before, change.after, change.by_hand) == (11.0, 10.0, True)
    with Gradebook(room.config.db_url) as gradebook:
        grade = gradebook.find_grade(RELU, "small", ASSIGNMENT, "dave")
        assert (grade.score, grade.auto_score, grade.needs_manual_grade) == (4.0, 10.0, True)


def test_nothing_kept_is_said_so(room):
    with pytest.raises(RemarkError, match=r"no answers of 'cnn' are kept"):
        remark(room.config, "cnn")


def test_feedback_names_the_slip_and_nobody_else(room):
    pages = {path.parent.parent.name: path.read_text() for path in feedback(room.config, ASSIGNMENT)}
    assert set(pages) == {student for student, result in room.results.items() if result.score is not None}
    assert "The ReLU is missing" in pages["bob"]
    assert "do not belong to your numbers" in pages["carol"]
    assert "alice" not in pages["carol"]
    assert all("<script" not in page for page in pages.values())


def test_stock_nbgrader_gives_a_perfect_submission_nothing(room, tmp_path):
    for part in ("source", "release", "submitted/alice"):
        shutil.copytree(room.folder / part, tmp_path / part)
    shutil.copy(room.folder / "gradebook.db", tmp_path / "gradebook.db")
    settings = Config()
    settings.CourseDirectory = Config({"root": str(tmp_path), "assignment_id": ASSIGNMENT, "student_id": "alice"})
    settings.Execute.timeout = 120
    Autograde(coursedir=CourseDirectory(config=settings), config=settings).start()
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        for name in (RELU, BACKPROP):
            assert gradebook.find_grade(name, "small", ASSIGNMENT, "alice").auto_score == 0.0
    notebook = nbformat.read(tmp_path / "autograded" / "alice" / ASSIGNMENT / "small.ipynb", as_version=4)
    assert all(output.output_type != "error" for cell in notebook.cells for output in cell.get("outputs", []))
