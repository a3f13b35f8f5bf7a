"""The report's numbers, held to a class worked out by hand and to numpy's own correlation."""

import math

import numpy as np
import pytest

from course.marking import registry
from course.reporting.class_report import statistics
from course.reporting.class_report.summary import summarise
from course.reporting.class_report.suspects import copied, flags
from tests.mark_schemes import SOLUTIONS
from tests.reporting.small_class import EXERCISE, HOSTILE, POINTS, SLIP, STUDENTS, answers, small_class


@pytest.fixture(scope="module")
def scheme():
    return registry.load((SOLUTIONS,))[EXERCISE]


@pytest.fixture(scope="module")
def summary(scheme):
    return summarise(small_class(scheme))


def test_difficulty_is_the_mean_share_of_points(summary):
    found = {step.name: step.difficulty for step in summary.exercises[0].steps}
    assert found == {"a1": pytest.approx(4 / 6), "z1": pytest.approx(3 / 6), "y_hat": pytest.approx(2 / 6)}


def test_discrimination_is_the_correlation_with_the_other_steps(summary):
    by_hand = {
        "a1": np.corrcoef(POINTS[:, 0], POINTS[:, 1] + POINTS[:, 2])[0, 1],
        "z1": np.corrcoef(POINTS[:, 1], POINTS[:, 0] + POINTS[:, 2])[0, 1],
        "y_hat": np.corrcoef(POINTS[:, 2], POINTS[:, 0] + POINTS[:, 1])[0, 1],
    }
    assert {step.name: step.discrimination for step in summary.exercises[0].steps} == pytest.approx(by_hand)
    # By hand for y_hat: deviations (2, 2, -1, -1, -1, -1)/3 of it and (5, 2, 2, -1, -7, -1)/6 of the rest.
    rest = POINTS[:, 0] + POINTS[:, 1]
    assert rest.tolist() == [2.0, 1.5, 1.5, 1.0, 0.0, 1.0]
    product = sum(a * b for a, b in zip([2, 2, -1, -1, -1, -1], [5, 2, 2, -1, -7, -1], strict=True)) / 18
    squares = (12 / 9) * (sum(b * b for b in [5, 2, 2, -1, -7, -1]) / 36)
    assert by_hand["y_hat"] == pytest.approx(product / math.sqrt(squares))


def test_points_of_a_step_that_nobody_or_everybody_earned_discriminate_nothing():
    points = np.array([[1.0, 0.0, 1.0], [1.0, 1.0, 0.5], [1.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    found = statistics.discrimination(points)
    assert math.isnan(found[0])
    assert np.isfinite(found[1:]).all()
    # It is corrected: with itself in the total a step alone would correlate perfectly.
    assert math.isnan(statistics.discrimination(np.array([[1.0, 0.5], [0.0, 0.5], [1.0, 0.5]]))[0])
    assert np.isnan(statistics.discrimination(points[:2])).all()
    assert np.isnan(statistics.discrimination(points[:, :1])).all()


def test_a_step_that_the_weak_earn_has_a_negative_discrimination():
    points = np.array([[0.0, 1.0, 1.0], [0.0, 1.0, 0.5], [1.0, 0.0, 0.0], [1.0, 0.0, 0.5]])
    assert statistics.discrimination(points)[0] < -0.8


def test_a_sheet_that_could_not_be_marked_counts_nowhere():
    points = np.array([[1.0, 1.0], [0.0, 0.0], [1.0, 0.5], [np.nan, np.nan]])
    assert statistics.difficulty(points, np.ones(2)).tolist() == pytest.approx([2 / 3, 0.5])
    assert statistics.discrimination(points) == pytest.approx(statistics.discrimination(points[:3]))
    assert statistics.shares(np.array([[0, 1], [-1, 1]]), 2).tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert np.isnan(statistics.difficulty(np.full((2, 1), np.nan), np.ones(1))).all()


def test_alpha_of_a_textbook_example():
    # Two parallel items with correlation r have alpha 2r / (1 + r) (Spearman and Brown).
    draw = np.random.default_rng(5)
    a = draw.normal(size=200)
    b = draw.normal(size=200) + a
    a, b = (a - a.mean()) / a.std(), (b - b.mean()) / b.std()
    r = np.corrcoef(a, b)[0, 1]
    assert statistics.alpha(np.stack([a, b], axis=1)) == pytest.approx(2 * r / (1 + r))
    assert math.isnan(statistics.alpha(np.ones((5, 3))))
    assert math.isnan(statistics.alpha(np.ones((5, 1))))


def test_points_count_after_the_penalty_and_never_below_zero(summary):
    assert [student.points for student in summary.students] == [3.0, 2.5, 1.25, 1.0, 0.0, 1.0]
    assert summary.spread["mean"] == pytest.approx(8.75 / 6)
    assert (summary.spread["median"], summary.spread["most"]) == (1.125, 3.0)
    # Of 4 points in ten parts: 0 | 1, 1 in 0.8–1.2 | 1.25 in 1.2–1.6 | 2.5 in 2.4–2.8 | 3 in 2.8–3.2.
    assert summary.histogram == (1, 0, 2, 1, 0, 0, 1, 1, 0, 0)
    assert sum(statistics.histogram(np.array([0.0, 4.0, 5.0]), 4.0)) == 3
    assert statistics.histogram(np.array([1.0]), 0.0) == [0] * 10


def test_states_are_counted_by_step_and_by_student(summary):
    z1 = summary.exercises[0].steps[1]
    assert z1.counts == {"exact": 1, "follows": 1, "slip": 2, "wrong": 1, "missing": 1, "unusable": 0}
    assert z1.shares["slip"] == pytest.approx(2 / 6)
    assert summary.students[3].counts == {
        "exact": 0, "follows": 1, "slip": 0, "wrong": 2, "missing": 0, "unusable": 0,
    }  # fmt: skip


def test_slips_are_named_with_who_made_them(summary):
    (slip,) = summary.slips
    assert (slip.step, slip.sentence, slip.students) == ("z1", SLIP, ("bea", "cem"))


def test_who_handed_nothing_in_is_named(summary):
    assert summary.absent[0] == "zoë"
    assert summary.enrolled == len(STUDENTS) + 2


def test_what_to_look_at(summary):
    assert [(flag.student, flag.kind) for flag in summary.flags] == [
        ("eve", "foreign"),
        (HOSTILE, "several sheets"),
    ]
    assert "under these 3 points" in summary.flags[0].text


def test_an_unmarked_sheet_is_a_flag_and_no_zero(scheme):
    work = small_class(scheme).exercises[0]
    gone = type(work)(**{**vars(work), "reports": (None, *work.reports[1:])})
    assert next(flags(gone)).kind == "not marked"
    summary = summarise(type(small_class())(**{**vars(small_class(scheme)), "exercises": (gone,)}))
    assert summary.exercises[0].marked == 5
    assert summary.exercises[0].steps[0].difficulty == pytest.approx(3 / 5)


def test_three_equal_wrong_answers_are_a_sign_two_are_none(scheme):
    work = small_class(scheme).exercises[0]
    one = answers()["y_hat"]
    same = type(one)(np.array([1.0, 2.0, 7.0, 7.0, 7.0, 3.0]), one.unit, one.read, one.truth, one.expected)
    wrong = tuple(
        type(report)(**{name: getattr(report, name) for name in report.__struct_fields__} | {"steps": {
            step: type(mark)("wrong", 0.0, 1.0, "") for step, mark in report.steps.items()
        }})
        for report in work.reports
    )  # fmt: skip

    def pairs(steps):
        changed = type(work)(**{**vars(work), "answers": dict.fromkeys(steps, same), "reports": wrong})
        return copied(changed)

    # The third with the same answers is foreign, and whose numbers it has is known.
    assert pairs(["a1", "z1", "y_hat"]) == {(2, 3): ["a1", "z1", "y_hat"]}
    assert pairs(["a1", "z1"]) == {}


def test_a_class_of_nobody_has_a_report(scheme):
    nobody = type(small_class())("c", "one", ("ann",), (), (), ())
    summary = summarise(nobody)
    assert (summary.spread, summary.alpha, summary.absent) == (None, None, ("ann",))
