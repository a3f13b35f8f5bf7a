"""One sheet of one student: what counts is nbgrader's word, and what cannot be marked earns nothing."""

import json
import logging
from datetime import datetime

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from course import sheet as sheets
from course.exercises import find
from course.grading.marks.batch import mark_sheet
from course.grading.marks.context import ExerciseContext
from course.grading.marks.graded_cell import awarded
from course.grading.marks.store import KeptRuling
from course.grading.record import record_of
from course.grading.review import in_words
from course.grading.stages.award import AwardMarks
from course.grading.stages.collect import CollectSheets, bundles
from course.reporting.mime import CARD_MIME
from course.sheet import MIME_TYPE, Sheet
from tests.grading.classroom import RELU, numbers

RELU_SGD = find("mlp/relu-sgd")


def bundle(answers, exercise="mlp/relu-sgd", student=None):
    return sheets.encode(Sheet(exercise, {name: sheets.write(value) for name, value in answers.items()}, student))


def test_what_a_sheet_says_of_exercise_and_student_is_not_relied_on(config):
    marked = mark_sheet(
        ExerciseContext(config, RELU_SGD, "alice", [bundle(numbers("alice"), "mlp/backprop", "bob")])
    )
    assert marked.report.points == 11
    assert marked.report.student == "alice"
    assert "mlp/backprop" in marked.report.remarks[0]
    assert "bob" not in "".join(marked.report.remarks)
    # The instructor is shown what it has under the id that it declares.
    assert "declares the id bob; under its numbers it has" in in_words(marked.review)
    assert "which `course accept` takes" in in_words(marked.review)


def test_a_classmates_sheet_is_not_offered_for_acceptance(config):
    copied = bundle(numbers("bob"), student="Bob")
    marked = mark_sheet(ExerciseContext(config, RELU_SGD, "alice", [copied], enrolled=["alice", "Bob"]))
    assert "under its numbers it has 11 points, that is somebody else here: compare the two" in in_words(
        marked.review
    )
    assert "takes" not in in_words(marked.review)


def test_the_id_that_a_notebook_declares_is_looked_at(config):
    marked = mark_sheet(
        ExerciseContext(
            config, RELU_SGD, "alice", [bundle(numbers("alise"), student="Alise")], enrolled=["alice", "bob"]
        )
    )
    assert marked.report.foreign
    assert "alise, the id declared" in marked.report.whose
    assert marked.report.points < 2


@pytest.mark.parametrize("count", [0, 31, 32])
def test_everybody_enrolled_is_compared_with_and_nobody_twice(config, count):
    enrolled = [f"student-{n:02}" for n in range(count)]
    last = enrolled[-1] if enrolled else None
    marked = mark_sheet(ExerciseContext(config, RELU_SGD, "alice", [bundle(numbers(last))], enrolled=enrolled))
    assert marked.report.whose == (f"the numbers of {last}" if last else "the document's own numbers")


def test_own_wrong_answers_are_nobody_elses(config):
    marked = mark_sheet(
        ExerciseContext(
            config, RELU_SGD, "alice", [bundle(numbers("alice", relu=False))], enrolled=["alice", "bob"]
        )
    )
    assert not marked.report.foreign
    assert marked.report.points == 10.5


@pytest.mark.parametrize(
    ("handed", "state", "remark"),
    [
        ([], "missing", "No sheet"),
        ([b"{}", b"{}"], "unusable", "2 sheets"),
        ([b"{}"], "unusable", "not an answer sheet"),
        ([b"\xff\xfe"], "unusable", "not an answer sheet"),
        ([b" " * 10_000_000], "unusable", "256 KiB"),
        ([b"[" * 100_000], "unusable", "not an answer sheet"),
        ([bundle({})], "missing", None),
    ],
)
def test_what_is_no_sheet_earns_nothing_and_says_why(config, handed, state, remark):
    report = mark_sheet(ExerciseContext(config, RELU_SGD, "alice", handed)).report
    assert {step.state for step in report.steps.values()} == {state}
    assert report.points == 0
    assert report.remarks == () if remark is None else remark in report.remarks[0]


def test_a_ruling_counts_also_where_there_is_no_sheet(config):
    ruling = KeptRuling("", "alice", RELU_SGD.id, "a1", 1.0, "Handed in on paper.", "", "", datetime(2031, 5, 1))
    for handed in ([], [b"{}"]):
        report = mark_sheet(ExerciseContext(config, RELU_SGD, "alice", handed, rulings=[ruling])).report
        assert report.points == 1
        assert "Handed in on paper." in report.steps["a1"].remark


def graded_notebook(*displays):
    outputs = [{"output_type": "display_data", "data": data, "metadata": {}} for data in displays]
    about = {"grade": True, "grade_id": RELU, "points": 11, "solution": False, "locked": True, "schema_version": 3}
    return new_notebook(cells=[new_code_cell("submit(sheet)", metadata={"nbgrader": about}, outputs=outputs)])


def test_only_bundles_are_collected_and_the_transient_cell_goes():
    data = json.loads(bundle({"y_hat": "13.0"}))
    notebook = graded_notebook({"text/plain": "x"}, {MIME_TYPE: data, "text/plain": "y"})
    notebook.cells.insert(0, new_code_cell("receive()", id="token"))
    notebook.cells.append(new_code_cell("forged", outputs=notebook.cells[1].outputs))
    resources = {"nbgrader": {"student": "alice"}}
    record_of(resources).token = "token"
    CollectSheets(log=logging.getLogger("quiet")).preprocess(notebook, resources)
    assert [cell.source for cell in notebook.cells] == ["submit(sheet)", "forged"]
    assert list(record_of(resources).sheets) == [notebook.cells[0].id]
    (handed,) = record_of(resources).sheets[notebook.cells[0].id]
    assert sheets.decode(handed).answers["y_hat"].entries == ("13.0",)


@pytest.mark.parametrize("raw", ["text", 7, None, float("nan"), [[]], {"a": object()}, {(1, 2): 3}])
def test_any_bundle_is_bytes(raw):
    cell = new_code_cell("x")
    cell.outputs = [{"output_type": "display_data", "data": {MIME_TYPE: raw}}, {"output_type": "stream"}]
    (found,) = bundles(cell)
    assert isinstance(found, bytes)
    with pytest.raises(sheets.SheetError):
        sheets.decode(found)


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_what_goes_wrong_on_our_side_gives_no_points_and_no_traceback(released, tmp_path, caplog):
    settings = Config()
    settings.Gradbook.solutions = str(tmp_path / "nowhere")
    settings.CourseDirectory.root = str(released.folder)
    settings.Gradbook.answers_url = f"sqlite:///{tmp_path / 'answers.db'}"
    notebook = graded_notebook({"text/plain": "11.0"})
    about = {"student": "alice", "assignment": "small", "notebook": "small", "db_url": released.config.db_url}
    resources = {"nbgrader": about}
    log = logging.getLogger("award-test")
    with caplog.at_level(logging.ERROR):
        AwardMarks(config=settings, log=log).preprocess(notebook, resources)
    card, points = notebook.cells[0].outputs
    assert points.data == {"text/plain": "0.0"}
    assert "Not marked" in card.data["text/plain"] or "not marked" in card.data["text/plain"]
    assert card.data[CARD_MIME]["failed"]
    assert str(tmp_path) not in json.dumps(card)
    assert "no mark schemes" in caplog.text
    assert "no mark schemes" in in_words(record_of(resources).review[RELU])


@pytest.mark.parametrize(
    ("points", "expected"),
    [(3.5, 3.5), (-1.0, 0.0), (12.0, 11.0), (float("nan"), 0.0), (float("inf"), 0.0), (-float("inf"), 0.0)],
)
def test_points_are_finite_and_within_the_cells(points, expected):
    assert awarded(points, 11.0) == expected
