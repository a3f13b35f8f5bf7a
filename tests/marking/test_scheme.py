"""What a scheme refuses, and what it knows of its steps."""

import numpy as np
import pytest

from course.exercises import Answer, Exercise
from course.exercises.base import nothing
from course.marking.scheme import Scheme, SchemeError


@pytest.fixture
def scheme():
    answers = {"a": Answer("a", (2, 3), ""), "n": Answer("n", (), "", "int")}
    answers["c"] = Answer("c", (), "", "choice", choices=("up", "down"))
    return Scheme(Exercise("t/scheme", "", "", "steps", "", nothing, answers))


def test_a_step_has_a_formula_and_perhaps_a_reason(scheme):
    @scheme.step()
    def a():
        """$a = 1$
        in every entry

        All weights are one.
        """
        return np.ones((2, 3))

    assert a.formula == "$a = 1$ in every entry"
    assert a.why == "All weights are one."

    @scheme.step()
    def n(a):
        """$n$"""

    assert (n.why, n.parents, n.integral, a.integral) == ("", ("a",), True, False)


def test_each_axis_has_a_name_or_none_has(scheme):
    for axes in (("row",), ("row", "column", "depth")):
        with pytest.raises(SchemeError, match="a has 2 axes, got the names"):

            @scheme.step(axes=axes)
            def a():
                """$a$"""

    @scheme.step(axes=("row", "column"))
    def a():
        """$a$"""

    assert a.axes == ("row", "column")


def test_a_slip_earns_a_share_and_a_wrong_choice_nothing(scheme):
    @scheme.step()
    def n():
        """$n$"""

    @scheme.step()
    def c():
        """$c$"""

    for credit in (-0.1, 1.1):
        with pytest.raises(SchemeError, match=r"lies in 0\.\.1"):
            n.slip("No.", credit=credit)
    for credit in (0, 0.25, 1):
        n.slip("Yes.", credit=credit)(lambda: 1)
    n.slip("Half.")(lambda: 1)
    c.slip("Nothing.")(lambda: 1)
    assert [slip.credit for slip in n.slips] == [0, 0.25, 1, 0.5]
    assert [slip.credit for slip in c.slips] == [0]
    with pytest.raises(SchemeError, match="a wrong choice earns nothing"):
        c.slip("No.", credit=0.5)


def test_a_slip_may_use_what_is_known_before_its_step(scheme):
    @scheme.step()
    def a():
        """$a$"""

    @scheme.step()
    def n(a):
        """$n$"""

    @scheme.step()
    def c():
        """$c$"""

    n.slip("Of the step before.")(lambda a: a)
    scheme.check()
    n.slip("Of itself.")(lambda n: n)
    with pytest.raises(SchemeError, match="of n uses n"):
        scheme.check()
