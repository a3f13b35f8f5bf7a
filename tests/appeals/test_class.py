"""A class is marked again in one call, with the marks that each sheet gets alone."""

from datetime import datetime

import pytest

from course.exercises import find
from course.grading.appeals.remark import remark
from course.grading.marks.batch import mark_all, mark_sheet
from course.grading.marks.context import ExerciseContext
from course.grading.marks.store import KeptRuling, open_store
from course.marking import registry
from tests.appeals.desk import ASSIGNMENT, EXERCISE, NOTEBOOK, a_class, answers, bundle

SIZE = 230


def context_of(desk, student):
    return ExerciseContext(desk.config, find(EXERCISE), student, [bundle(answers(student))])


def ruling_on(student):
    return KeptRuling(ASSIGNMENT, student, EXERCISE, "a1", 0.25, "why", "", "", datetime(2031, 5, 1))


@pytest.fixture
def asked(desk, monkeypatch):
    """How many sheets each call of the marker was asked about."""
    marker = registry.marker(desk.config.solutions_dirs, EXERCISE)
    counts, find = [], marker.find
    monkeypatch.setattr(marker, "find", lambda tasks: counts.append(len(tasks)) or find(tasks))
    return counts


def test_a_class_gets_the_marks_of_its_sheets(desk):
    handed = a_class(SIZE)
    contexts = [
        ExerciseContext(
            desk.config,
            find(EXERCISE),
            student,
            bundles,
            note="It crashed." if n % 3 else "",
            enrolled=tuple(handed),
            rulings=[ruling_on(student)] if n % 31 == 1 else [],
        )
        for n, (student, bundles) in enumerate(handed.items())
    ]
    together = mark_all(contexts)
    alone = [mark_sheet(context) for context in contexts]
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
        mark_sheet(context_of(desk, student))
    assert asked == [1, 1]


def test_nobody_is_marked():
    assert mark_all([]) == []


def test_one_sheet_that_cannot_be_marked_is_its_own_trouble(desk, monkeypatch):
    from course.grading.marks import batch

    finish = batch.finish

    def stumble(work, *marked):
        if work.context.student == "bob":
            raise ArithmeticError("the points are nan")
        return finish(work, *marked)

    monkeypatch.setattr(batch, "finish", stumble)
    first, second, third = mark_all([context_of(desk, student) for student in ("alice", "bob", "carol")])
    assert isinstance(second, ArithmeticError)
    assert first.report.points == third.report.points == 11
