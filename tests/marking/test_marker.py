"""Misreadings, somebody else's numbers and declared ones, in a scheme whose numbers are added and multiplied."""

import json
from typing import NamedTuple

import numpy as np
import pytest

from course.exercises import Answer, Exercise
from course.marking.follow_through import Verdict
from course.marking.marker import BITS, Marker, Others, Task, _is_a_slip, _likeliest, _suspect, entries_of, stack
from course.marking.pool import DRAWN, FINER, UNDRAWN, Candidate
from course.marking.scheme import Scheme, State
from course.marking.variant import NO_EVIDENCE, Evidence, Variant, add_up, strongest
from course.sheet import Sheet, read_answers
from course.sheet.reading import read_sheet


class Given(NamedTuple):
    x: np.ndarray
    y: np.ndarray = np.asarray(5.0)


SEED = Given(np.array([2.0, 3.0]))


@pytest.fixture(scope="module")
def sums():
    """v = x1 + x2 = 5, t = 3y = 15, w = 2 (x1 + x2) + 1 = 11, z = x1 x2 = 6; p and q as v and z, with slips."""
    answers = {name: Answer(name, (), "", "int") for name in "vtwzpq"}
    exercise = Exercise(
        "t/sums", "", "", "steps", "", lambda: SEED, answers, draw=lambda draw: Given(draw.integers(1, 9, (2,)))
    )
    scheme = Scheme(exercise)

    @scheme.step()
    def v(given):
        """$v = x_1 + x_2$"""
        return given.x[0] + given.x[1]

    @scheme.step()
    def t(given):
        """$t = 3y$"""
        return 3 * given.y

    @scheme.step()
    def w(given):
        """$w = 2 (x_1 + x_2) + 1$"""
        return 2 * (given.x[0] + given.x[1]) + 1

    @scheme.step()
    def z(given):
        """$z = x_1 x_2$"""
        return given.x[0] * given.x[1]

    @scheme.step()
    def p(given):
        """$p = x_1 + x_2$"""
        return given.x[0] + given.x[1]

    @scheme.step()
    def q(given):
        """$q = x_1 x_2$"""
        return given.x[0] * given.x[1]

    p.slip("One too many.")(lambda given: given.x[0] + given.x[1] + 1)
    q.slip("One too many.")(lambda given: given.x[0] * (given.x[1] + 1))
    return Marker(scheme)


@pytest.fixture(scope="module")
def chain():
    """m_ij = j x_i + y, r = m (1, 3) + y, s = 2r + y; a slip shared by r and s: no y."""
    answers = [Answer("m", (2, 2), ""), Answer("r", (2,), ""), Answer("s", (2,), "")]
    exercise = Exercise(
        "t/chain",
        "",
        "",
        "steps",
        "",
        lambda: SEED,
        {answer.symbol: answer for answer in answers},
        draw=lambda draw: Given(draw.integers(1, 9, (2,)).astype(float), draw.integers(1, 9, ()).astype(float)),
    )
    scheme = Scheme(exercise)

    @scheme.step()
    def m(given):
        """$m_{ij} = j x_i + y$"""
        return given.x[:, None] * np.array([1.0, 2.0]) + given.y

    @scheme.step()
    def r(given, m):
        """$r = m (1, 3)^T + y$"""
        return m @ np.array([1.0, 3.0]) + given.y

    @scheme.step()
    def s(given, r):
        """$s = 2 r + y$"""
        return 2 * r + given.y

    r.slip("Without y.", cause="without y")(lambda m: m @ np.array([1.0, 3.0]))
    s.slip("Without y.", cause="without y")(lambda r: 2 * r)
    return Marker(scheme)


def handed(**answers):
    return read_answers(json.dumps(answers), "t/sums")


def test_a_misreading_that_explains_two_answers_is_named(sums):
    report = sums.mark(handed(v=6, z=8), SEED)  # x = (2, 4)
    assert (report.misread.field, report.misread.read, report.misread.given) == ("x[2]", "4", "3")
    assert (report.points, report.steps["v"].state, report.steps["z"].state) == (1, "wrong", "follows")


def test_misreadings_that_come_to_the_same_are_named_together_and_cost_one_step(sums):
    report = sums.mark(handed(v=6, w=13), SEED)  # x = (3, 3) or (2, 4)
    assert report.remarks == (
        "You worked with x[1] = 3; yours is 2, or with x[2] = 4; yours is 3. One step is charged, the rest is marked "
        "on the numbers that you used.",
    )
    assert (report.steps["v"].state, report.steps["w"].state) == ("wrong", "follows")
    assert report.steps["w"].remark == "Follows from the given values as you read them."
    assert report.points == 1


def test_a_misreading_has_to_explain_more_than_half_of_what_is_wrong(sums):
    assert sums.mark(handed(v=6, z=8, w=50), SEED).misread is not None  # two of three
    assert sums.mark(handed(v=6, t=50, z=8), SEED).misread is not None  # t is of another number
    assert sums.mark(handed(v=6, z=8, w=50, p=60), SEED).misread is None  # two of four


def test_a_number_that_is_never_drawn_is_worked_out_of_the_answers(sums):
    report = sums.mark(handed(v=13, z=22), SEED)  # x = (2, 11); x is drawn of 1..8
    assert (report.misread.field, report.misread.read, report.misread.given) == ("x[2]", "11", "3")
    assert (report.points, report.steps["z"].state) == (1, "follows")
    assert sums.mark(handed(v=13), SEED).misread is None  # one answer shows nothing
    assert sums.mark(handed(v=2, z=0), SEED).misread is None  # nobody reads 0
    assert sums.mark(handed(v=-9, z=-22), SEED).misread is None  # nor -11, where things are counted
    # x = (2, 3.5) gives z = 7 and w = 12, and nobody reads a half among whole numbers.
    assert sums.mark(handed(w=12, z=7), SEED).misread is None


def test_what_slips_explain_as_well_is_no_misreading(sums):
    # p = 13 and z = 22 show x = (2, 11), p = 6 is a slip: one answer is left.
    assert sums.mark(handed(p=13, z=22), SEED).misread is not None
    assert sums.mark(handed(p=6, q=8), SEED).misread is None


def test_a_slip_explains_an_answer_where_it_is_about_as_near_as_the_misreading():
    nothing = Verdict(**dict.fromkeys(Verdict._fields, None))
    after = nothing._replace(state=State.FOLLOWS, expected=np.array(2.0))
    for off, alike, state, is_one in (
        (0.4, (True,), State.SLIP, True),
        (0.6, (True,), State.SLIP, False),  # more than ten times as far as 2.1 is from 2
        (0.6, (False,), State.SLIP, True),  # carried on from a slip before
        (0.4, (True,), State.WRONG, False),
    ):
        before = nothing._replace(state=state, slip_off=off, alike=alike)
        assert _is_a_slip(2.1, before, after) == is_one, (off, alike, state)


def test_what_is_never_drawn_stays_beside_what_is_in_its_place_alone():
    def read(place, far_fetched):
        return 1.0, (0.0, 0.0), Candidate(SEED, (("x", place, 9.0),), far_fetched), {}

    drawn, beside, elsewhere, finer = read(0, DRAWN), read(0, UNDRAWN), read(1, UNDRAWN), read(0, FINER)
    assert _likeliest([drawn, beside, elsewhere, finer]) == [drawn, beside]
    assert _likeliest([beside, elsewhere]) == [beside, elsewhere]


def test_a_misreading_makes_the_first_answer_right_that_uses_the_number(sums):
    # With x = (2, 4) w and z are right; v, which uses the same numbers and comes before them, is not.
    assert sums.mark(handed(v=50, w=13, z=8), SEED).misread is None


def test_a_misreading_that_gains_nothing_leaves_the_slips(sums):
    """Two slips earn 0.5 each; with x2 = 4 both would be right, and one of them charged whole."""
    report = sums.mark(handed(p=6, q=8), SEED)
    assert report.misread is None
    assert (report.points, [report.steps[name].state for name in "pq"]) == (1, ["slip", "slip"])


# On x = (2, 3), y = 5: m = ((7, 9), (8, 11)), r = (39, 46), s = (83, 97).
@pytest.mark.parametrize(
    ("m", "r", "s", "states"),
    [
        ([[7, 9], [8, 11]], [39, 46], [83, 97], ["exact", "exact", "exact"]),
        ([[7, 9], [8, 11]], [39, 50], [83, 105], ["exact", "wrong", "follows"]),
        ([[7, 9], [8, 11]], [50, 46], [83, 97], ["exact", "wrong", "exact"]),
        ([[7, 9], [8, 11]], [50, 60], [83, 125], ["exact", "wrong", "follows"]),  # one entry is right, one follows
        ([[7, 9], [8, 11]], [34, 41], [68, 82], ["exact", "slip", "follows"]),  # the slip again
        ([[7, 8], [9, 11]], [39, 46], [83, 97], ["slip", "exact", "exact"]),
        ([[7, 8], [9, 11]], [36, 47], [77, 99], ["slip", "follows", "follows"]),  # turned, and carried on so
    ],
)
def test_what_is_right_on_some_numbers_is_about_right_on_them(chain, m, r, s, states):
    sheet = read_answers(json.dumps({"m": m, "r": r, "s": s}), "t/chain")
    entries = stack([entries_of(read_sheet(chain.scheme.exercise, sheet))])
    marks = chain.mark_class(stack([SEED]), entries)
    assert [State(int(verdict.state[0])).word for verdict in marks.values()] == states
    about = chain._near(stack([SEED]), entries, None, chain._sizes)
    right = [name for name, word in zip("mrs", states, strict=True) if word in {"exact", "follows"}]
    assert [name for name in right if not about[name][0]] == []


def test_what_is_far_from_every_formula_is_not_about_right(chain):
    sheet = read_answers('{"m": [[7, 9], [8, 11]], "r": [39, 146], "s": [1, 2]}', "t/chain")
    entries = stack([entries_of(read_sheet(chain.scheme.exercise, sheet))])
    about = chain._near(stack([SEED]), entries, None, chain._sizes)
    assert {name: bool(found[0]) for name, found in about.items()} == {"m": True, "r": False, "s": False}


def test_points_under_declared_numbers_are_known_too(sums):
    theirs = Given(np.array([4.0, 5.0]))
    plain, declared = sums.find([Task(handed(v=9, z=20), SEED), Task(handed(v=9, z=20), SEED, declared=theirs)])
    assert (plain.under, declared.under) == (0, 2)
    assert all(int(declared.verdicts[name].state) == 3 for name in "vz")  # wrong on one's own


def test_what_else_than_sheet_and_numbers_is_said_by_name(sums):
    with pytest.raises(TypeError, match="positional"):
        sums.mark(handed(v=5), SEED, None)
    assert sums.mark(sheet=handed(v=5), given=SEED, student="ada").student == "ada"


def test_evidence_adds_up():
    total = Evidence(3.5, frozenset({"a x"})) + Evidence(4.25, frozenset({"b y"}))
    assert total == (7.75, {"a x", "b y"})
    assert total + NO_EVIDENCE == total


def suspect(bits, *, of=2, student=None, fields=("x", "y"), kind="student", who="alice"):
    """Give whom `_suspect` names, of a class of so many, on so much evidence for one of them."""
    variants = tuple(Variant(kind, name) for name in (who, *(f"other {number}" for number in range(of - 1))))
    task = Task(Sheet("t/sums", {}, student), SEED, None, Others(variants, (SEED,) * of, {}))
    return _suspect({variants[0]: Evidence(bits, frozenset(fields))}, task)


def test_suspicion_needs_seventeen_bits_and_those_of_the_class():
    assert suspect(BITS, of=1) == Variant("student", "alice")
    assert suspect(BITS - 0.01, of=1) is None
    assert suspect(BITS + 1, of=2) is not None
    assert suspect(BITS + 0.99, of=2) is None
    assert suspect(BITS + 3, of=8) is not None
    assert suspect(BITS + 2.99, of=8) is None
    assert suspect(BITS + 9, fields=("x",)) is None  # one field is not enough


def test_whom_the_sheet_names_is_one_candidate():
    assert suspect(BITS, of=8, student=" Alice ") is not None
    assert suspect(BITS, of=8, student="bob") is None
    assert suspect(BITS, of=8, student="aaa") is None
    assert suspect(BITS, of=8, kind="declared", student="bob") is not None


def test_evidence_of_several_exercises_adds_up_and_of_one_the_strongest_counts():
    alice, bob = Variant("student", "alice"), Variant("student", "bob")
    one = {alice: Evidence(3.0, frozenset({"a x"})), bob: Evidence(1.0, frozenset({"a x"}))}
    two = {alice: Evidence(4.0, frozenset({"b y"}))}
    assert add_up([one, two]) == {alice: (7.0, {"a x", "b y"}), bob: (1.0, {"a x"})}
    assert strongest(one, two) == {alice: (4.0, {"b y"}), bob: (1.0, {"a x"})}


# On x = (6, 7), y = 2: m = ((8, 14), (9, 16)), r = (52, 59), s = (106, 120).
@pytest.mark.parametrize(
    ("written", "like"),
    [
        ({"m": [[8, 14], [9, 16]], "r": [52, 59], "s": [106, 120]}, True),
        ({"m": [[8, 14], [9, 16]], "r": [52, 59], "s": [106, 150]}, False),  # one answer is nobody's
        ({"m": [[8, 14], [9, 16]]}, False),  # one answer is no evidence
    ],
)
def test_what_is_right_on_other_numbers_without_proof_is_for_a_person_to_compare(chain, written, like):
    bob = Variant("student", "bob")
    others = chain.others({bob: Given(np.array([6.0, 7.0]), np.asarray(2.0))})
    sheet = read_answers(json.dumps(written), "t/chain")
    (found,) = chain.find([Task(sheet, SEED, others=others)])
    assert found.foreign is None
    assert (None if found.resembles is None else (found.resembles.whose, found.resembles.points)) == (
        (bob, 3.0) if like else None
    )


def test_numbers_that_are_ones_own_but_for_noise_are_no_evidence():
    """e = (1e-7 x1, x2): (0, 6.004) is (1e-7, 6) but for the rounding of 6.00 and what is nothing beside it."""
    exercise = Exercise(
        "t/sums", "", "", "steps", "", lambda: Given(np.array([1.0, 6.0])), {"e": Answer("e", (2,), "")}
    )
    scheme = Scheme(exercise)

    @scheme.step()
    def e(given):
        """$e$"""
        return given.x * np.array([1e-7, 1.0])

    marker, bob = Marker(scheme), Variant("student", "bob")

    def evidence(theirs, written):
        others = marker.others({bob: Given(np.array(theirs))})
        sheet = handed(e=written)
        return set(marker.find([Task(sheet, exercise.seed(), others=others)])[0].evidence)

    assert evidence([0.0, 6.004], ["0", "6.00"]) == set()
    assert evidence([0.0, 7.004], ["0", "7.00"]) == {bob}
    # What is nothing is told by the largest of somebody's entries, here 7, and not by the largest in its place.
    assert evidence([0.0, 7.004], ["0.000005", "7.00"]) == {bob}
