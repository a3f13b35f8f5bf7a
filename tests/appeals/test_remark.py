"""Marking again writes what changes and nothing else; what a person gave stays."""

import random
import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import determine_grade

from course.exercises.cells import grade_id
from course.export.steps import step_rows
from course.grading.appeals.remark import RemarkError, remark
from course.grading.config import load
from course.grading.errors import GradingError
from course.grading.marks.class_work import class_work
from course.grading.marks.store import open_store
from course.grading.review import Kind, Reason
from tests import mark_schemes
from tests.appeals.desk import ASSIGNMENT, EXERCISE, NOTEBOOK, answers, bundle

DELETED = (Reason(Kind.CELL_DELETED, ("mlp-relu-sgd",)),)

SCHEME = "mlp/relu_sgd.py"
RELU = '@z1.slip("The ReLU is missing: a negative pre-activation becomes 0.", cause="relu")'


@pytest.fixture(scope="module")
def solutions(tmp_path_factory):
    """Schemes of which one was corrected: the missing ReLU earns a quarter and not half."""
    folder = tmp_path_factory.mktemp("corrected") / "solutions"
    return mark_schemes.copied(folder, SCHEME, (RELU, f"{RELU[:-1]}, credit=0.25)"))


@pytest.fixture
def corrected(graded, solutions):
    return load(graded.folder, solutions=solutions)


@pytest.fixture(scope="module")
def template(empty, tmp_path_factory):
    desk = empty.copy(tmp_path_factory.mktemp("class") / "course")
    desk.hand_in({s: [bundle(answers(s, relu=s == "alice"))] for s in ("alice", "bob", "carol")})
    return desk


def test_who_changes_and_by_how_much_is_shown_before_anything_is_written(graded, corrected):
    files = {student: graded.notebook(student).read_bytes() for student in ("alice", "bob", "carol")}
    kept = graded.kept()
    changes = remark(corrected, ASSIGNMENT)
    assert [(c.student, c.before, c.after) for c in changes] == [("bob", 10.5, 10.25), ("carol", 10.5, 10.25)]
    assert [step.words for step in changes[0].steps] == ["z1: slip 0.5 → slip 0.25 (relu)"]
    assert graded.grade_of("bob") == (10.5, 10.5, False)
    assert graded.kept() == kept
    assert {student: graded.notebook(student).read_bytes() for student in files} == files


def test_what_is_applied_is_in_the_gradebook_the_card_and_the_store(graded, corrected):
    untouched = graded.notebook("alice").read_bytes()
    assert len(remark(corrected, ASSIGNMENT, apply=True)) == 2
    assert graded.grade_of("bob") == (10.25, 10.25, False)
    assert graded.card("bob")["points"] == 10.25
    assert graded.kept()["bob"].report.points == 10.25
    assert graded.notebook("alice").read_bytes() == untouched
    assert remark(corrected, ASSIGNMENT) == []
    assert remark(corrected, ASSIGNMENT, ["alice"]) == []


def test_points_and_comments_given_by_hand_survive(graded, corrected):
    graded.by_hand("bob", 3.0)
    with Gradebook(graded.config.db_url) as gradebook:
        gradebook.find_grade(grade_id(EXERCISE), NOTEBOOK, ASSIGNMENT, "bob").extra_credit = 1.0
        gradebook.find_comment("answer", NOTEBOOK, ASSIGNMENT, "bob").manual_comment = "See me."
        gradebook.db.commit()
    change = remark(corrected, ASSIGNMENT, ["bob"], apply=True)[0]
    assert (change.by_hand, change.after) == (True, 10.25)
    with Gradebook(graded.config.db_url) as gradebook:
        grade = gradebook.find_grade(grade_id(EXERCISE), NOTEBOOK, ASSIGNMENT, "bob")
        assert (grade.manual_score, grade.auto_score, grade.extra_credit) == (3.0, 10.25, 1.0)
        assert grade.score == 4.0
        # A person gave points on other marks than these: they may want to look again.
        assert grade.needs_manual_grade
        assert gradebook.find_comment("answer", NOTEBOOK, ASSIGNMENT, "bob").comment == "See me."


def test_a_flag_that_a_person_took_away_stays_away_where_nothing_changes(desk):
    desk.hand_in({"alice": [bundle(answers("alice"), "bob")]})
    assert desk.grade_of("alice")[2]
    with Gradebook(desk.config.db_url) as gradebook:
        gradebook.find_grade(grade_id(EXERCISE), NOTEBOOK, ASSIGNMENT, "alice").needs_manual_grade = False
        gradebook.db.commit()
    assert remark(desk.config, ASSIGNMENT, apply=True) == []
    assert not desk.grade_of("alice")[2]


def test_what_the_run_showed_is_not_forgotten(graded, corrected):
    item = graded.kept()["bob"]
    with open_store(graded.config) as store:
        store.save_all([item._replace(noticed=DELETED, review=DELETED)])
    remark(corrected, ASSIGNMENT, apply=True)
    assert graded.kept()["bob"].review == DELETED
    assert graded.kept()["bob"].kept_at == item.kept_at
    assert graded.grade_of("bob")[2]


def test_an_exercise_without_a_scheme_keeps_what_it_has(graded, tmp_path):
    empty = tmp_path / "cnn-only"
    empty.mkdir()
    shutil.copytree(mark_schemes.SOLUTIONS / "momentum", empty / "momentum")
    changes = remark(load(graded.folder, solutions=empty), ASSIGNMENT, apply=True)
    assert [change.student for change in changes] == ["alice", "bob", "carol"]
    assert all("no scheme for mlp/relu-sgd" in change.problem for change in changes)
    assert graded.grade_of("bob") == (10.5, 10.5, False)


def test_nothing_kept_is_said_so(desk):
    with pytest.raises(RemarkError, match=r"no answers of 'small' are kept: run `course autograde small` first"):
        remark(desk.config, ASSIGNMENT)


def test_an_exercise_that_is_no_longer_in_the_catalogue_keeps_what_it_has(graded):
    with open_store(graded.config) as store:
        store.save_all([graded.kept()["bob"]._replace(exercise="mlp/gone")])
    (change,) = remark(graded.config, ASSIGNMENT, apply=True)
    assert (change.student, change.exercise, change.before, change.after) == ("bob", "mlp/gone", 10.5, None)
    assert change.problem == "there is no exercise mlp/gone in the catalogue"


STEP = '@relu_sgd.step(layer="1", direction="forward")\ndef a1('


@pytest.fixture(scope="module")
def worth_more(tmp_path_factory):
    """Schemes of which one gives a point more for a step."""
    folder = tmp_path_factory.mktemp("more") / "solutions"
    return mark_schemes.copied(folder, SCHEME, (STEP, STEP.replace("step(", "step(points=2, ")))


def test_other_points_are_written_once_the_gradebook_has_them_and_not_by_halves(graded, worth_more):
    more = load(graded.folder, solutions=worth_more)
    before, kept = {s: graded.grade_of(s) for s in ("alice", "bob")}, graded.kept()
    assert [(change.student, change.after) for change in remark(more, ASSIGNMENT)][:2] == [
        ("alice", 12),
        ("bob", 11.5),
    ]
    with pytest.raises(
        RemarkError, match=r"is worth 12 now, and 11 in the gradebook.*nbgrader generate_assignment small"
    ):
        remark(more, ASSIGNMENT, apply=True)
    assert {s: graded.grade_of(s) for s in ("alice", "bob")} == before
    assert graded.kept() == kept
    # As a new release has it.
    with Gradebook(graded.config.db_url) as gradebook:
        gradebook.find_grade_cell(grade_id(EXERCISE), NOTEBOOK, ASSIGNMENT).max_score = 12
        gradebook.db.commit()
    remark(more, ASSIGNMENT, apply=True)
    for student, points in {"alice": 12, "bob": 11.5, "carol": 11.5}.items():
        cell = nbformat.read(graded.notebook(student), as_version=4).cells[0]
        assert graded.grade_of(student)[:2] == (points, points)
        assert (graded.card(student)["points"], graded.card(student)["max_points"]) == (points, 12)
        assert graded.kept()[student].report.points == points
        assert (cell.metadata.nbgrader.points, determine_grade(cell)) == (12, (points, 12))
    assert remark(more, ASSIGNMENT) == []


def test_points_that_changed_before_grading_are_refused_and_nothing_is_replaced(graded, worth_more):
    """12 points would be written as the 11 of the release, without a word."""
    kept, before = graded.kept(), graded.grade_of("alice")
    graded.config = load(graded.folder, solutions=worth_more)
    with pytest.raises(GradingError, match=r"is worth 12 now, and 11 in the release.*generate_assignment small"):
        graded.grade("alice", [bundle(answers("alice"))])
    assert (graded.kept(), graded.grade_of("alice")) == (kept, before)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_after_any_edit_of_points_everything_agrees_or_nothing_is_written(graded, tmp_path, seed):
    """Points of every step (above the cap that the scheme sets) and a credit drawn anew; sums are worked by hand."""
    drawn, begin = random.Random(seed), "@relu_sgd.step("
    folder = mark_schemes.copied(tmp_path / "solutions")
    text = (folder / SCHEME).read_text().replace(f"{begin}points=2, ", begin)
    first, *rest = text.split(begin)
    points = [drawn.choice([1, 1.25, 1.5, 2, 3]) for _ in rest]
    credit = drawn.choice([0.25, 0.5, 0.75])
    steps = [f"{begin}points={worth}, {part}" for worth, part in zip(points, rest, strict=True)]
    text = "".join([first, *steps]).replace(RELU, f"{RELU[:-1]}, credit={credit})")
    (folder / SCHEME).write_text(text)
    edited, before = load(graded.folder, solutions=folder), graded.kept()
    most = sum(points)
    # The missing ReLU costs the second step, and the rest follows.
    right = {"alice": most, "bob": most - (1 - credit) * points[1]}
    if most != 11:
        with pytest.raises(RemarkError, match="in the gradebook"):
            remark(edited, ASSIGNMENT, apply=True)
        assert graded.kept() == before
        with Gradebook(graded.config.db_url) as gradebook:
            gradebook.find_grade_cell(grade_id(EXERCISE), NOTEBOOK, ASSIGNMENT).max_score = most
            gradebook.db.commit()
    remark(edited, ASSIGNMENT, apply=True)
    for student, earned in right.items():
        cell = nbformat.read(graded.notebook(student), as_version=4).cells[0]
        assert graded.grade_of(student)[:2] == (earned, earned)
        assert (graded.card(student)["points"], graded.card(student)["max_points"]) == (earned, most)
        assert graded.kept()[student].report.points == earned
        assert determine_grade(cell) == (earned, most)
        rows = [row for row in step_rows(class_work(edited, ASSIGNMENT)) if row.student == student]
        assert (sum(row.points or 0 for row in rows), sum(row.max_points for row in rows)) == (earned, most)
    assert remark(edited, ASSIGNMENT) == []
