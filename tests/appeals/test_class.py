"""A class is marked again in one call, with the marks that each sheet gets alone."""

import pytest

from course.exercises import find
from course.grading.appeals.remark import remark
from course.grading.marks.batch import mark_all, mark_handed
from course.grading.marks.store import open_store
from course.grading.marks.submission import Handed
from course.marking import registry
from course.marking.report import Ruling
from tests.appeals.desk import ASSIGNMENT, EXERCISE, NOTEBOOK, a_class, answers, bundle

SIZE = 230


@pytest.fixture
def asked(desk, monkeypatch):
    """How many sheets each call of the marker was asked about."""
    marker = registry.marker(desk.config.solutions_dirs, EXERCISE)
    counts, find = [], marker.find
    monkeypatch.setattr(marker, "find", lambda tasks: counts.append(len(tasks)) or find(tasks))
    return counts


def test_a_class_gets_the_marks_of_its_sheets(desk):
    handed = [
        Handed(
            student, bundles, "It crashed." if n % 3 else "", {"a1": Ruling(0.25, "why")} if n % 31 == 1 else {}
        )
        for n, (student, bundles) in enumerate(a_class(SIZE).items())
    ]
    enrolled = [one.student for one in handed]
    exercise = find(EXERCISE)
    together = mark_all(desk.config, exercise, handed, enrolled=enrolled)
    alone = [
        mark_handed(desk.config, exercise, h.student, h.bundles, enrolled=enrolled, rulings=h.rulings, note=h.note)
        for h in handed
    ]
    assert together == alone
    # The class is of every sort, or the comparison would say little.
    assert sum(marked.report.foreign for marked in alone) > 20
    assert sum(bool(marked.declared) for marked in alone) > 10
    states = {step.state for marked in alone for step in marked.report.steps.values()}
    assert states == {"exact", "follows", "slip", "wrong", "missing"}


def test_a_class_is_marked_again_in_one_call(desk, asked):
    handed = a_class(SIZE)
    with open_store(desk.config) as store:
        for student, bundles in handed.items():
            store.save(ASSIGNMENT, NOTEBOOK, student, EXERCISE, bundles)
    changes = remark(desk.config, ASSIGNMENT)
    assert len(changes) == SIZE
    assert not [change for change in changes if change.problem]
    assert asked == [SIZE]
    # Nothing was asked to be written.
    with open_store(desk.config) as store:
        assert {item.report for item in store.load(ASSIGNMENT)} == {None}


def test_the_count_of_calls_tells_a_loop_from_a_batch(desk, asked):
    for student in ("alice", "bob"):
        mark_handed(desk.config, find(EXERCISE), student, [bundle(answers(student))])
    assert asked == [1, 1]


def test_nobody_is_marked(desk):
    assert mark_all(desk.config, find(EXERCISE), []) == []


def test_one_sheet_that_cannot_be_marked_is_its_own_trouble(desk, monkeypatch):
    from course.grading.marks import batch

    finish = batch.finish

    def stumble(exercise, work, *marked):
        if work.handed.student == "bob":
            raise ArithmeticError("the points are nan")
        return finish(exercise, work, *marked)

    monkeypatch.setattr(batch, "finish", stumble)
    handed = [Handed(student, [bundle(answers(student))]) for student in ("alice", "bob", "carol")]
    first, second, third = mark_all(desk.config, find(EXERCISE), handed)
    assert isinstance(second, ArithmeticError)
    assert first.report.points == third.report.points == 11
