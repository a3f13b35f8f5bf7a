"""Whose numbers were worked on is decided over a whole assignment: short exercises show it together, none alone."""

import functools
import itertools

import pytest

from course.exercises import find
from course.grading.appeals.remark import remark
from course.grading.appeals.ruling import rule
from course.grading.review import Kind, in_words
from tests import oracles
from tests.appeals.desk import ASSIGNMENT, Desk, bundle
from tests.grading.classroom import COURSE
from tests.oracles.solution import solve

SIZES, KERNEL, PATHS = "cnn/output-size", "cnn/conv-by-hand", "cnn/split-transform-merge"
QUESTIONS = {"one": {KERNEL: 2, SIZES: 2}, "two": {PATHS: 2}}
EXERCISES = (KERNEL, SIZES, PATHS)
CLASS = tuple(f"student-{number:02}" for number in range(24))
NEUTRAL = "These answers do not belong to your numbers"


def right(exercise, whose, **changed):
    """The right answers on somebody's numbers, with one given entry read otherwise where told."""
    given = find(exercise).given(whose, COURSE)._replace(**changed)
    return solve(oracles.load(exercise), given).written


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("assignment") / "course", questions=QUESTIONS)
    desk.enrol(CLASS)
    return desk


@pytest.fixture
def desk(template, tmp_path):
    return template.copy(tmp_path / "course")


def hand_in(desk, student, answers, notebooks=("one", "two")):
    for name in notebooks:
        desk.grade_notebook(student, name, {e: [bundle(answers[e], exercise=e)] for e in desk.questions[name]})


def marks(desk, student):
    return {item.exercise: item for item in desk.kept_of(student)}


def copied(whose, *own):
    return {exercise: right(exercise, whose) for exercise in EXERCISES} | dict(own)


def test_a_whole_assignment_that_was_copied_is_found_with_the_evidence(desk):
    """More than 30 bits together, of which no exercise alone has the 22 that a class of 24 needs."""
    hand_in(desk, CLASS[0], copied(CLASS[1]))
    found = marks(desk, CLASS[0])
    assert {exercise: item.report.foreign for exercise, item in found.items()} == dict.fromkeys(EXERCISES, True)
    assert {item.report.points for item in found.values()} == {0.0}
    for exercise, item in found.items():
        numbers, evidence = item.review
        assert numbers.kind == Kind.OTHER_NUMBERS
        assert numbers.details[0] == f"the numbers of {CLASS[1]}"
        assert evidence.kind == Kind.EVIDENCE
        # The given values of all three show it, and the bits are those of all three.
        assert {name.partition(" ")[0] for name in evidence.details[1].split(", ")} == set(EXERCISES)
        assert int(evidence.details[0]) > 30
        name = "two" if exercise == PATHS else "one"
        assert desk.grade_of(CLASS[0], name, exercise) == (0.0, 0.0, True)
    # The first notebook was graded before the second one said so, and its card says it too.
    for name, place in (("one", 0), ("one", 1), ("two", 0)):
        card = desk.card(CLASS[0], name, place)
        assert card["remarks"][0].startswith(NEUTRAL)
        assert CLASS[1] not in "".join(card["remarks"])
    # Marking again finds what grading found, notebook by notebook.
    assert remark(desk.config, ASSIGNMENT) == []


@pytest.mark.parametrize(("exercise", "shown"), [(KERNEL, False), (SIZES, True), (PATHS, True)])
def test_each_of_these_exercises_alone_accuses_nobody(desk, exercise, shown):
    """Two wrong answers or more that are right on somebody else's numbers are shown to a person, and no more."""
    student = CLASS[EXERCISES.index(exercise)]
    own = {other: right(other, student) for other in EXERCISES}
    hand_in(desk, student, own | {exercise: right(exercise, CLASS[20])})
    found = marks(desk, student)
    assert not any(item.report.foreign or item.report.remarks for item in found.values())
    assert {e: [reason.kind for reason in item.review] for e, item in found.items() if item.review} == (
        {exercise: [Kind.LIKE_OTHER_NUMBERS]} if shown else {}
    )
    if shown:
        assert found[exercise].review[0].details[:2] == (f"the numbers of {CLASS[20]}", "2")
    assert [e for e, item in found.items() if item.report.evidence] == [exercise]


def test_one_misread_number_accuses_nobody(desk):
    """Read as a classmate has it, in two exercises."""
    student = CLASS[2]
    theirs = {exercise: find(exercise).given(CLASS[3], COURSE) for exercise in EXERCISES}
    misread = {
        KERNEL: right(KERNEL, student),
        SIZES: right(SIZES, student, filters=theirs[SIZES].filters),
        PATHS: right(PATHS, student, channels=theirs[PATHS].channels),
    }
    assert theirs[SIZES].filters != find(SIZES).given(student, COURSE).filters
    assert theirs[PATHS].channels != find(PATHS).given(student, COURSE).channels
    hand_in(desk, student, misread)
    found = marks(desk, student)
    assert not any(item.report.foreign or item.review for item in found.values())
    assert [found[exercise].report.points for exercise in EXERCISES] == [2.0, 1.0, 1.0]


def test_one_shared_draw_accuses_nobody(desk):
    """Two have the same numbers in one exercise; one of them gives the other's answer in another one, too."""
    first, second = next(
        (one, other)
        for one, other in itertools.combinations([f"drawn-{number}" for number in range(300)], 2)
        if numbers_of(one) == numbers_of(other)
    )
    desk.enrol([first, second])
    own = {exercise: right(exercise, first) for exercise in EXERCISES}
    hand_in(desk, first, own | {KERNEL: right(KERNEL, second)})
    found = marks(desk, first)
    assert not any(item.report.foreign or item.review for item in found.values())
    assert [found[exercise].report.points for exercise in EXERCISES] == [0.0, 2.0, 2.0]


@functools.cache
def numbers_of(student):
    return tuple(float(value) for value in find(PATHS).given(student, COURSE))


def test_what_was_copied_and_is_handed_in_anew_is_forgotten(desk):
    student = CLASS[4]
    hand_in(desk, student, copied(CLASS[5]))
    own = {exercise: right(exercise, student) for exercise in EXERCISES}
    own[SIZES] = right(SIZES, CLASS[5])
    # The first notebook comes before the second one, in which nothing is copied any more.
    hand_in(desk, student, own, ["one"])
    assert marks(desk, student)[SIZES].report.foreign
    hand_in(desk, student, own, ["two"])
    found = marks(desk, student)
    assert not any(item.report.foreign for item in found.values())
    # What is left of it is too little to say so, and a person may compare.
    assert {e: [reason.kind for reason in item.review] for e, item in found.items() if item.review} == {
        SIZES: [Kind.LIKE_OTHER_NUMBERS]
    }
    assert [found[exercise].report.points for exercise in EXERCISES] == [2.0, 0.0, 2.0]
    assert desk.grade_of(student, "one", SIZES)[2]


def test_marking_a_part_again_knows_of_the_rest(desk):
    student = CLASS[6]
    hand_in(desk, student, copied(CLASS[7]))
    (change,) = rule(desk.config, ASSIGNMENT, PATHS, "plain", student, 0.5, "Seen on paper.").changes
    assert (change.before, change.after) == (0.0, 0.5)
    assert marks(desk, student)[PATHS].report.foreign
    assert "bits" in in_words(marks(desk, student)[PATHS].review)
