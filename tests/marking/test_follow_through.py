"""What follows and what does not, entry by entry, in schemes that are small enough to be worked by hand."""

import json
from typing import NamedTuple

import numpy as np
import pytest

from course.exercises import Answer, Exercise
from course.marking.marker import Marker
from course.marking.scheme import Scheme, on_paper
from course.sheet import read_answers


class Given(NamedTuple):
    x: np.ndarray
    small: np.ndarray
    large: np.ndarray
    turned: np.ndarray
    s: np.ndarray


GIVEN = Given(
    x=np.array([3.0, -1.5]),
    small=np.array([0.026, -0.015]),
    large=np.array([3e3, -1.5e3]),
    turned=np.array([2.5, -2.5]),
    s=np.asarray(5.0),
)


def exercise(answers):
    return Exercise("t/small", "", "", "steps", "", lambda: GIVEN, {answer.symbol: answer for answer in answers})


def relu(a):
    return np.maximum(a, 0) if isinstance(a, np.ndarray) else a * (a > 0)


@pytest.fixture(scope="module")
def gates():
    """a = 2x = (6, -3), r = relu(a) = (6, 0), h = 1 + 2 r1 - r2 = 13; b and c likewise of small and large numbers."""
    names = ["a", "r", "b", "rb", "c", "rc"]
    scheme = Scheme(exercise([*(Answer(name, (2,), "") for name in names), Answer("h", (), "")]))

    @scheme.step()
    def a(given):
        """$a = 2x$"""
        return 2 * given.x

    @scheme.step()
    def r(a):
        """$r = max(a, 0)$"""
        return relu(a)

    @scheme.step()
    def h(r):
        """$h = 1 + 2 r_1 - r_2$"""
        return 1 + 2 * r[0] - r[1]

    @scheme.step()
    def b(given):
        """$b$"""
        return 2 * given.small

    @scheme.step()
    def rb(b):
        """$max(b, 0)$"""
        return relu(b)

    @scheme.step()
    def c(given):
        """$c$"""
        return 2 * given.large

    @scheme.step()
    def rc(c):
        """$max(c, 0)$"""
        return relu(c)

    a.slip("Not doubled.")(lambda given: given.x)
    a.slip("Both the first.")(lambda given: 2 * given.x[0] * np.ones(2))
    return Marker(scheme)


@pytest.fixture(scope="module")
def singles():
    """c = x1 + x2 = 1.5 and d = c + 1 = 2.5; u = (1, 2, 3) and w = 2u, also counted from the other end."""
    answers = [Answer("c", (), ""), Answer("d", (), ""), Answer("u", (3,), ""), Answer("w", (3,), "")]
    scheme = Scheme(exercise(answers))

    @scheme.step()
    def c(given):
        """$c = x_1 + x_2$"""
        return given.x[0] + given.x[1]

    @scheme.step()
    def d(c):
        """$d = c + 1$"""
        return c + 1

    @scheme.step()
    def u(given):
        """$u = (1, 2, 3)$"""
        return given.s * np.array([0.2, 0.4, 0.6])

    @scheme.step()
    def w(u):
        """$w = 2u$"""
        return 2 * u

    w.accept("counted from the other end")(lambda u: 2 * u[::-1])
    c.slip("That is s.")(lambda given: given.s)
    w.slip("Times 3.")(lambda u: 3 * u)
    w.slip("Times 4.")(lambda u: 4 * u)
    w.slip("Times 7.")(lambda u: 7 * u)
    return Marker(scheme)


@pytest.fixture(scope="module")
def layers():
    """Three times a difference and a ReLU: a = (6, -3), then z = (r1 - r2, r2 - r1) in the second and third layer."""
    names = ["a", "r", "z2", "r2", "z3", "r3"]
    scheme = Scheme(exercise([Answer(name, (2,), "") for name in names]))

    def differences(r):
        return np.array([[1.0, -1.0], [-1.0, 1.0]]) @ r

    @scheme.step()
    def a(given):
        """$a = 2x$"""
        return 2 * given.x

    @scheme.step(layer="1", direction="forward")
    def r(a):
        """$r$"""
        return relu(a)

    @scheme.step()
    def z2(r):
        """$z$"""
        return differences(r)

    @scheme.step(layer="2", direction="forward")
    def r2(z2):
        """$r$"""
        return relu(z2)

    @scheme.step()
    def z3(r2):
        """$z$"""
        return differences(r2)

    @scheme.step(layer="3", direction="forward")
    def r3(z3):
        """$r$"""
        return relu(z3)

    r.slip("No ReLU.", cause="relu")(lambda a: a)
    r2.slip("No ReLU.", cause="relu")(lambda z2: z2)
    r3.slip("No ReLU.", cause="relu")(lambda z3: z3)
    return Marker(scheme)


@pytest.fixture(scope="module")
def ranged():
    """v = 3 lies in 1..100, w = 2v; m = ((1, 2, 3), (4, 5, 6))."""
    answers = [Answer("v", (), "", "int"), Answer("w", (), "", "int"), Answer("m", (2, 3), "")]
    scheme = Scheme(exercise([*answers, Answer("p", (2,), ""), Answer("q", (2,), "")]))

    @scheme.step(range=(1, 100))
    def v(given):
        """$v$"""
        return given.x[0]

    @scheme.step()
    def w(v):
        """$w = 2v$"""
        return 2 * v

    @scheme.step()
    def m(given):
        """$m$"""
        return given.s * np.array([[0.2, 0.4, 0.6], [0.8, 1.0, 1.2]])

    @scheme.step()
    def p(given):
        """$p$"""
        return given.s * np.array([0.2, 0.6])

    @scheme.step()
    def q(p):
        """$q = p_1 (1, -1)$"""
        return p[0] * np.array([1.0, -1.0])

    return Marker(scheme)


def marked(marker, **answers):
    return marker.mark(read_answers(json.dumps(answers), "t/small"), GIVEN)


def states(marker, **answers):
    return [marked(marker, **answers).steps[name].state for name in answers]


@pytest.mark.parametrize("a", [[-6, -3], [-3, -6], [-6, -2.5]])
def test_zeros_follow_from_work_that_is_right_but_for_sign_or_order(gates, a):
    assert states(gates, a=a, r=[0, 0]) == ["wrong", "follows"]


@pytest.mark.parametrize("a", [[-1, -2], [-6.5, -2.8], [-5, -2]])
def test_zeros_do_not_follow_from_invented_numbers(gates, a):
    """Neither from numbers near the right ones: 6.5 is 8 % off 6, and written to 0.01."""
    assert states(gates, a=a, r=[0, 0]) == ["wrong", "wrong"]


def test_what_is_kin_is_near_within_the_unit_and_a_tenth(gates):
    # The truth is (0.052, -0.03): 0.06 is within 0.01 of 0.052, and 15 % off; 0.02 a third.
    assert states(gates, b=[-0.06, -0.02], rb=[0, 0]) == ["wrong", "wrong"]
    assert states(gates, b=[-0.05, -0.03], rb=[0, 0]) == ["wrong", "follows"]
    # The truth is (6000, -3000): off by less than 1e-4 of it, whatever was written.
    assert states(gates, c=["-6000.50", "-3000.20"], rc=[0, 0]) == ["wrong", "follows"]
    assert states(gates, c=["-6000.70", "-3000.40"], rc=[0, 0]) == ["wrong", "wrong"]


def test_what_is_rounded_away_is_unusable_and_not_wrong(gates):
    # 0.06 is within its unit of 0.052, and 15 % off; 0.07 is not within it.
    assert states(gates, b=[0.06, -0.03]) == ["unusable"]
    assert states(gates, b=[0.07, -0.03]) == ["wrong"]
    # What follows is judged on what was written: max(b, 0) = (0.06, 0).
    assert states(gates, b=[0.06, -0.03], rb=[0.06, 0]) == ["unusable", "follows"]


def test_a_wrong_step_after_a_trivial_one_may_be_worked_on(gates):
    """From a = (-1, -2) the ReLU would be zero; who writes (3, 4) instead has h = 1 + 6 - 4 = 3."""
    assert states(gates, a=[-1, -2], r=[3, 4], h=3) == ["wrong", "wrong", "follows"]
    assert states(gates, a=[-1, -2], r=[0, 0], h=1) == ["wrong", "wrong", "wrong"]


def test_what_is_worked_out_on_made_up_numbers_is_work_one_step_later(gates):
    """A given value copied is made up, so r does not follow from it; but r itself was worked out."""
    assert states(gates, a=[0.026, -0.015], r=[0.026, 0], h=1.052) == ["wrong", "wrong", "follows"]


def test_a_slip_of_two_entries_that_shows_no_work_is_named_and_earns_nothing(gates):
    for value, words in (([3, -1.5], "Not doubled."), ([6, 6], "Both the first.")):
        step = marked(gates, a=value).steps["a"]
        assert (step.state, step.points, step.remark) == ("slip", 0, words)


def test_a_single_number_may_be_a_given_one_by_chance(singles):
    assert states(singles, c=4, d=5) == ["wrong", "follows"]  # 4 + 1, and s is 5
    step = marked(singles, c=5).steps["c"]
    assert (step.state, step.points) == ("slip", 0.5)
    # One number in two places of a page: it takes three to be no work.
    assert states(singles, c=5, d=5)[0] == "slip"
    assert states(singles, c=5, d=5, u=[5, 5, 5]) == ["wrong"] * 3


def test_a_repeated_answer_pays_beside_something_worked_out(gates):
    found = marked(gates, a=[7, 8], r=[7, 8]).steps["r"]
    assert (found.state, found.remark.partition(":")[0]) == ("wrong", "Not right")
    assert "repeats" in found.remark
    assert states(gates, a=[7, 8], r=[7, 8], h=7) == ["wrong", "follows", "follows"]  # 1 + 14 - 8


def test_a_repeated_answer_pays_where_half_of_the_rest_is_right(gates):
    """Six steps beside r: one right is not enough, three are."""
    sheet = {"a": [7, 8], "r": [7, 8], "b": [0.052, -0.03]}
    assert states(gates, **sheet) == ["wrong", "wrong", "exact"]
    assert states(gates, **sheet, rb=[0.052, 0], c=[6000, -3000]) == ["wrong", "follows", *["exact"] * 3]


def test_a_slip_that_repeats_a_wrong_answer_is_no_work(layers):
    sheet = {"a": [7, 8], "r": [7, 8], "z2": [9, -4]}  # z2 would be (-1, 1)
    assert states(layers, **sheet, r2=[9, -4])[:2] == ["wrong", "wrong"]
    assert states(layers, **sheet, r2=[9, 0])[:2] == ["wrong", "follows"]


@pytest.mark.parametrize(("v", "state"), [(4, "follows"), (100, "follows"), (104, "wrong"), (-4, "wrong")])
def test_nothing_follows_from_what_lies_outside_the_range(ranged, v, state):
    assert states(ranged, v=v, w=2 * v) == ["wrong", state]


def test_a_millionth_of_a_steps_size_is_as_good_as_zero(ranged):
    """p = (1, 3) and q = p1 (1, -1), so that q is of size one."""
    assert states(ranged, p=["1e-6", 7], q=["1e-6", "-1e-6"]) == ["wrong", "wrong"]
    assert states(ranged, p=["2e-6", 7], q=["2e-6", "-2e-6"]) == ["wrong", "follows"]


def test_a_matrix_that_is_turned_is_known_by_its_shape(ranged):
    turned = marked(ranged, m=[[1, 4], [2, 5], [3, 6]]).steps["m"]
    assert (turned.state, turned.slip, turned.points) == ("slip", "transposed", 0.5)
    assert states(ranged, m=[[1, 2, 3], [4, 5, 6]]) == ["exact"]


def test_nothing_follows_from_a_single_zero(singles):
    found = marked(singles, c=0, d=1).steps
    assert (found["c"].state, found["d"].state) == ("wrong", "wrong")
    assert "nothing follows from `c`" in found["d"].remark
    assert states(singles, c=-1, d=0) == ["wrong", "wrong"]  # nothing was worked out
    assert states(singles, c=-2, d=-1) == ["wrong", "follows"]


def test_an_entry_that_another_convention_gives_is_off_unless_all_are(singles):
    step = marked(singles, u=[1, 2, 3], w=[6, 4, 1]).steps["w"]  # (2, 4, 6), or (6, 4, 2)
    assert (step.state, step.remark) == ("wrong", "Off: entry 1, entry 3.")
    assert marked(singles, u=[1, 2, 3], w=[6, 4, 2]).steps["w"].remark == (
        "Right. By another convention: counted from the other end."
    )


def test_what_is_shown_is_what_was_followed(singles):
    straight = marked(singles, u=[1, 2, 4], w=[2, 4, 8]).steps["w"]
    turned = marked(singles, u=[1, 2, 4], w=[8, 4, 2]).steps["w"]
    assert (straight.state, straight.expected) == ("follows", "(2, 4, 8)")
    assert (turned.state, turned.expected) == ("follows", "(8, 4, 2)")
    assert turned.remark == "Follows from your `u`. By another convention: counted from the other end."


@pytest.mark.parametrize("factor", [3, 4, 7])
def test_every_slip_is_sought_on_ones_own_and_on_true_values(singles, factor):
    for base in ([1, 2, 4], [1, 2, 3]):
        step = marked(singles, u=[1, 2, 4], w=[factor * entry for entry in base]).steps["w"]
        assert (step.state, step.points, step.remark) == ("slip", 0.5, f"Times {factor}.")


def test_two_slips_that_leave_the_work_as_it_was_withhold_nothing(singles):
    report = marked(singles, c=5, d=6, u=[1, 2, 3], w=[3, 6, 9])
    assert [report.steps[name].state for name in ("c", "d", "u", "w")] == ["slip", "follows", "exact", "slip"]
    assert (report.points, report.withheld) == (3, 0)


def test_what_comes_out_as_a_given_value_does_not_follow_from_what_is_wrong(layers):
    """Whoever copies (2.5, -2.5) could have taken it from the task; single numbers may be so by chance."""
    assert states(layers, r=[2.5, 0], z2=[2.5, -2.5]) == ["wrong", "wrong"]
    assert states(layers, r=[3.5, 0], z2=[3.5, -3.5]) == ["wrong", "follows"]


def test_only_where_a_cause_can_be_it_is_charged_again(layers):
    sheet = {"a": [6, -3], "r": [6, -3], "z2": [9, -9], "r2": [9, -9], "z3": [18, -18]}
    assert states(layers, **sheet, r3=[18, -18])[1:] == ["slip", "follows", "slip", "follows", "slip"]
    assert states(layers, **sheet, r3=[18, 0])[-1] == "follows"
    once = {"a": [6, -3], "r": [6, -3], "z2": [9, -9], "r2": [9, 0], "z3": [9, -9], "r3": [9, 0]}
    assert states(layers, **once) == ["exact", "slip", "follows", "follows", "follows", "follows"]


def test_without_any_relu_a_layer_that_happens_to_be_positive_is_charged_too(layers):
    """z3 = (4, 5) is not what follows; both are positive, so that a ReLU changes nothing."""
    sheet = {"a": [6, -3], "r": [6, -3], "z2": [9, -9], "r2": [9, -9], "z3": [4, 5], "r3": [4, 5]}
    assert states(layers, **sheet)[-1] == "slip"
    sheet |= {"r2": [9, 0]}
    assert states(layers, **sheet)[-1] != "slip"


def test_the_transpose_of_what_is_right_earns_half_though_it_is_a_given_matrix():
    """Who forgot to transpose hands in the given matrix; that is known for what it is."""

    class Turned(NamedTuple):
        m: np.ndarray

    given = Turned(np.array([[1.0, 2.0], [5.0, 4.0]]))
    scheme = Scheme(Exercise("t/small", "", "", "steps", "", lambda: given, {"t": Answer("t", (2, 2), "")}))

    @scheme.step()
    def t(given):
        """$t = m^T$"""
        return given.m.T

    step = Marker(scheme).mark(read_answers('{"t": [[1, 2], [5, 4]]}', "t/small"), given).steps["t"]
    assert (step.state, step.slip, step.points) == ("slip", "transposed", 0.5)


def test_of_several_choices_that_show_as_little_of_both_ones_own_are_expected():
    """{a, b} are right, and {c, d} after a wrong v: (a, c, e) has one of two, and two of four others, of either."""
    answers = {"v": Answer("v", (), "", "int"), "k": Answer.several("k", tuple("abcdef"), "letters")}
    scheme = Scheme(Exercise("t/small", "", "", "steps", "", lambda: GIVEN, answers))

    @scheme.step()
    def v(given):
        """$v$"""
        return given.x[0]

    @scheme.step()
    def k(v):
        """Two of six"""
        first = 1.0 * (v == 3)
        return first * np.array([1.0, 1, 0, 0, 0, 0]) + (1 - first) * np.array([0.0, 0, 1, 1, 0, 0])

    marker = Marker(scheme)
    assert marked(marker, v=3, k=["a", "b"]).points == 2
    step = marked(marker, v=4, k=["a", "c", "e"]).steps["k"]
    assert (step.points, step.own_chain, step.expected) == (0, True, "c, d")
    assert marked(marker, v=4, k=["a", "b"]).steps["k"].expected == "a, b"


def parts(truth):
    scheme = Scheme(exercise([Answer("v", (len(truth),), "", "int")]))

    @scheme.step(parts=True)
    def v():
        """$v$"""
        return np.array(truth, dtype=float)

    return Marker(scheme)


def test_half_takes_six_entries_that_are_not_zero_and_three_quarters_of_these():
    few = parts([0, 0, 0, 4, 5, 6, 7, 8])
    assert marked(few, v=[0, 0, 0, 4, 5, 6, 7, 9]).points == 0  # five, of which four are right
    many = parts([1, 2, 3, 4, 5, 6] + [0] * 18)
    assert marked(many, v=[1, 2, 3, 4, 5, 7] + [0] * 18).points == 0.5
    assert marked(many, v=[1, 2, 3, 7, 7, 7] + [0] * 18).points == 0  # 21 of 24, and three of six


def test_what_a_step_hides_may_be_rounded_as_the_course_advises():
    """A third is written 0.33, to 0.01: a hundred times that may be off by 1, and by the 0.1 of what is written."""
    scheme = Scheme(exercise([Answer("v", (), "")]))

    @scheme.step()
    def v(given):
        """$v = 100 / x_1$"""
        return 100 * on_paper(1 / given.x[0])

    marker = Marker(scheme)
    assert [states(marker, v=value) for value in (33.0, 32.3, 32.1)] == [["exact"], ["exact"], ["wrong"]]


def test_zeros_follow_from_a_single_number_of_a_possible_size_that_was_worked_out():
    """q = 9, p = q - 2 = 7, e = p - 5 = 2; from p = 5 follows e = 0, and from p = 5 on a wrong q it does not."""
    scheme = Scheme(exercise([Answer(name, (), "") for name in "qpe"]))

    @scheme.step()
    def q(given):
        """$q = 3 x_1$"""
        return 3 * given.x[0]

    @scheme.step()
    def p(q):
        """$p = q - 2$"""
        return q - 2

    @scheme.step()
    def e(given, p):
        """$e = p - s$"""
        return p - given.s

    marker = Marker(scheme)
    assert states(marker, q=9, p=5, e=0) == ["exact", "wrong", "follows"]
    assert states(marker, q=4, p=5, e=0) == ["wrong", "wrong", "wrong"]
