"""A class is marked again in one call, with the marks that each sheet gets alone."""

import pytest

from course.exercises import find
from course.grading.appeals.remark import remark
from course.grading.marks.batch import mark_all
from course.grading.marks.store import open_store
from course.grading.marks.submission import Handed, mark_handed
from course.marking import registry
from course.marking.report import Ruling
from tests.appeals.desk import ASSIGNMENT, EXERCISE, NOTEBOOK, a_class, answers, bundle

SIZE = 230


class Counted:
    """Stands before a compiled function and counts its calls."""

    def __init__(self, function):
        self.function, self.calls, self.rows = function, 0, 0

    def __call__(self, givens, entries, *rest):
        self.calls += 1
        self.rows = len(next(iter(entries.values())).status.reshape(-1))
        return self.function(givens, entries, *rest)


@pytest.fixture
def calls(desk, monkeypatch):
    """The compiled programs of the marker: for many sheets, and for one."""
    marker = registry.marker(desk.config.solutions_dirs, EXERCISE)
    counted = {name: Counted(getattr(marker, name)) for name in ("_many", "_one")}
    for name, stand_in in counted.items():
        monkeypatch.setattr(marker, name, stand_in)
    return counted


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


def test_a_class_is_marked_again_in_one_call(desk, calls):
    handed = a_class(SIZE)
    with open_store(desk.config) as store:
        for student, bundles in handed.items():
            store.save(ASSIGNMENT, NOTEBOOK, student, EXERCISE, bundles)
    changes = remark(desk.config, ASSIGNMENT)
    assert len(changes) == SIZE
    assert not [change for change in changes if change.problem]
    assert (calls["_many"].calls, calls["_one"].calls) == (1, 0)
    # Beside every sheet the batch holds those that may have been worked on other numbers.
    assert SIZE < calls["_many"].rows <= 3 * SIZE
    # Nothing was asked to be written.
    with open_store(desk.config) as store:
        assert {item.report for item in store.load(ASSIGNMENT)} == {None}


def test_the_count_of_calls_tells_a_loop_from_a_batch(desk, calls):
    for student in ("alice", "bob"):
        mark_handed(desk.config, find(EXERCISE), student, [bundle(answers(student))])
    assert (calls["_many"].calls, calls["_one"].calls) == (0, 2)


def test_nobody_is_marked_in_no_call(desk, calls):
    assert mark_all(desk.config, find(EXERCISE), []) == []
    assert (calls["_many"].calls, calls["_one"].calls) == (0, 0)


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
