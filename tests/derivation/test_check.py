"""Verdicts: the documents' own lines as decided by hand, follow-through, waypoints, and what earns nothing."""

import time

import pytest

from course.derivation.check import Assumption, Marker, Slip, Waypoint, check
from course.derivation.meaning import Graph
from course.derivation.reading.symbols import Function, Index, Symbol, SymbolError, Symbols
from tests.oracles.derivations import (
    BACKPROP,
    BACKPROP_GRAPH,
    BACKPROP_NUMBERS,
    BACKWARD,
    PENALTY,
    PENALTY_GOAL,
    PENALTY_GRAPH,
    PENALTY_LINES,
    PENALTY_REGIONS,
    PENALTY_WAYPOINTS,
    SIGMOID,
    SIGMOID_GRAPH,
    SIGMOID_LINES,
    SLIDE,
    SLIDE_GRAPH,
    SLIDE_LINES,
    SLIDE_NUMBERS,
    UPDATES,
)

FIRST = r"\nabla_{w_i} J + \alpha \nabla_{w_i} \sum_j |w_j|^p"
SECOND = r"= \nabla_{w_i} J + \alpha \nabla_{w_i} |w_i|^p"
LAST = r"= \nabla_{w_i} J + \alpha p |w_i|^{p-1} \operatorname{sign}(w_i)"


def penalty(lines, **more):
    settings = {"goal": PENALTY_GOAL, "regions": PENALTY_REGIONS, "waypoints": PENALTY_WAYPOINTS} | more
    return check(lines, PENALTY, PENALTY_GRAPH, **settings)


def backward(lines):
    return check(lines, BACKPROP, BACKPROP_GRAPH, numbers=BACKPROP_NUMBERS, updates=UPDATES)


def states(marked):
    return [line.state for line in marked.lines]


def test_the_backward_pass_of_document_004():
    marked = backward([text for _, text, _ in BACKWARD])
    found = {number: line.state for (number, *_), line in zip(BACKWARD, marked.lines, strict=True)}
    assert found == {number: state for number, _, state in BACKWARD}
    said = {number: line.remark for (number, *_), line in zip(BACKWARD, marked.lines, strict=True)}
    assert said["44"] == "$a_1^{(1)}$ is meant, not $a_2^{(1)}$."
    assert "other order" in said["45"]
    assert said["47"] == said["48"] == said["49"] == "0.01 is meant, not 0.1."


def test_the_penalty_of_document_004():
    marked = penalty([text for _, text, _ in PENALTY_LINES])
    assert states(marked) == [state for *_, state in PENALTY_LINES]
    assert marked.lines[0].remark == "It would follow where p is even or where w > 0."


def test_the_last_slide_of_document_000():
    marked = check([text for text, _ in SLIDE_LINES], SLIDE, SLIDE_GRAPH, numbers=SLIDE_NUMBERS)
    assert states(marked) == [state for _, state in SLIDE_LINES]


def test_the_local_error_of_document_001():
    marked = check([text for text, _ in SIGMOID_LINES], SIGMOID, SIGMOID_GRAPH)
    assert states(marked) == [state for _, state in SIGMOID_LINES]
    assert "should be $1$, not $2$" in marked.lines[-1].remark


def test_a_right_derivation_earns_all_points():
    marked = penalty([FIRST, SECOND, LAST])
    assert states(marked) == ["follows"] * 3
    assert [line.points for line in marked.lines] == [1, 1, 2]
    assert marked.met == (True, True, True)


def test_one_text_is_as_good_as_a_list():
    assert states(penalty("\n".join([FIRST, SECOND, LAST]))) == ["follows"] * 3
    assert (
        states(penalty(r"\begin{aligned}" + r"\\".join([FIRST, SECOND, LAST]) + r"\end{aligned}"))
        == ["follows"] * 3
    )


def test_an_error_in_the_middle_costs_its_line_alone():
    marked = penalty([FIRST, SECOND.replace("+", "-"), LAST.replace("+", "-")])
    assert states(marked) == ["follows", "edit", "follows"]
    assert marked.lines[1].remark.startswith("The sign of")
    assert [line.points for line in marked.lines] == [1, 0.5, 2]


def test_a_line_back_at_the_truth_follows():
    assert states(penalty([FIRST, SECOND.replace("+", "-"), LAST])) == ["follows", "edit", "follows"]


def test_the_goal_alone_shows_no_method():
    marked = penalty([LAST])
    assert states(marked) == ["jump"]
    assert marked.points == 0
    assert penalty([LAST, FIRST, SECOND]).points == 0


def test_what_says_nothing_new_earns_nothing():
    again = r"\alpha \nabla_{w_i} \sum_j |w_j|^p + 1 \cdot \nabla_{w_i} J"
    marked = penalty([PENALTY_GOAL, FIRST, "= " + again, f"{PENALTY_GOAL} = {PENALTY_GOAL}"])
    assert states(marked) == ["repeats", "follows", "repeats", "repeats"]
    assert marked.points == 1


def test_an_unreadable_line_breaks_only_itself():
    marked = penalty([FIRST, "= what? (((", SECOND, LAST])
    assert states(marked) == ["follows", "unreadable", "follows", "follows"]
    assert marked.points == 4


def test_a_false_claim_is_followed_through():
    loss, next_, weight = r"∂J/∂h^{(3)}", r"∂J/∂h_2^{(2)}", r"∂J/∂a_2^{(2)}"
    marked = backward([
        f"{loss} = 2(y - h^{{(3)}})",  # the sign is lost
        rf"{next_} = {loss} · w_{{1,2}}^{{(3)}} = 2(y - h^{{(3)}}) w_{{1,2}}^{{(3)}}",
        rf"{weight} = 2(y - h^{{(3)}}) w_{{1,2}}^{{(3)}} · 1[a_2^{{(2)}} > 0]",
        rf"{weight} = -2(y - h^{{(3)}}) w_{{1,2}}^{{(3)}} · 1[a_2^{{(2)}} > 0]",
    ])  # fmt: skip
    assert states(marked) == ["edit", "follows", "follows", "follows"]


def test_false_numbers_are_followed_through():
    marked = backward(
        [r"∂J/∂h^{(3)} = -2(6-3) = -5", r"∂J/∂w_{1,2}^{(3)} = ∂J/∂h^{(3)} · h_2^{(2)} = -5 · 3 = -15"]
    )
    assert states(marked)[1] == "at-numbers"
    assert states(marked)[0] in ("wrong", "edit")


def test_numbers_back_at_the_truth_are_right_again():
    marked = backward([r"∂J/∂h^{(3)} = 2(y - h^{(3)})", r"∂J/∂w_{1,2}^{(3)} = -18", r"∂J/∂w_{1,2}^{(3)} = 18"])
    assert states(marked) == ["edit", "at-numbers", "at-numbers"]


def test_a_derivative_that_is_cut_off_by_what_the_line_names_shows_nothing():
    # w_{1,2} and w_{2,1} are both 1, and with J left free every derivative of it would be 0
    wrong = r"(∂J/∂a_1^{(2)} · w_{1,1}^{(2)} + ∂J/∂a_2^{(2)} · w_{1,2}^{(2)}) · 1[a_1^{(1)} > 0]"
    assert states(backward([rf"∂J/∂a_1^{{(1)}} = {wrong}"])) == ["edit"]


def test_a_name_of_the_students_own():
    marked = backward(["d = h^{(3)} - y", "∂J/∂h^{(3)} = 2d", "∂J/∂h^{(3)} = d"])
    assert states(marked) == ["defines", "follows", "edit"]
    assert marked.lines[2].remark == "The factor $2$ is missing."


def test_rounded_numbers_count_as_far_as_they_are_written():
    symbols = Symbols(Symbol("a"), Symbol("z"))
    graph = Graph({"z": "sigmoid(a)"}, symbols)
    numbers = {"a": 0.18}
    lines = ["z = 0.54", "z = 0.545", "z = 0.55", "z = 0.5449", "z = 0.5448", "z = 0.5447"]  # 0.544878...
    found = [states(check([line], symbols, graph, numbers=numbers))[0] for line in lines]
    # 0.5448 is cut, as the documents cut 0.317 to 0.31
    assert found == ["at-numbers", "at-numbers", "wrong", "at-numbers", "at-numbers", "wrong"]


def test_a_given_number_with_a_minus_is_exact():
    """-0.1 is given, and no rounded number that may be -0.15: the tolerance is that of 0.545 alone."""
    symbols = Symbols(Symbol("w"), Symbol("a"), Symbol("z"), Symbol("p"))
    graph = Graph({"z": "sigmoid(a)", "p": "w z"}, symbols)
    for numbers, wrong in (({"w": -0.1, "a": 0.18}, "-0.12 · 0.545"), ({"w": -1.4, "a": 0.18}, "-1.42 · 0.545")):
        lines = ["p = w z", f"= ({numbers['w']}) · 0.545", f"= {wrong}"]
        found = states(check(lines, symbols, graph, numbers=numbers))
        assert (found[:2], found[2] in ("edit", "wrong")) == (["follows", "at-numbers"], True)


def test_partly_put_in_numbers_keep_the_rest_free():
    symbols = Symbols(Symbol("eta", r"\eta"), Symbol("a"), Symbol("b"), Symbol("s"))
    graph = Graph({"s": "-η (a - b)"}, symbols)
    numbers = {"eta": 2, "a": 13, "b": 10}
    good = check(["s = -η(13 - 10)", "= -3η"], symbols, graph, numbers=numbers)
    assert states(good) == ["at-numbers", "follows"]
    # η happens to be 2, which does not make 2 of it
    assert states(check(["s = -η(13 - 10)", "= -3η^2/2"], symbols, graph, numbers=numbers))[1] == "wrong"


def test_an_assumption_that_is_used_is_named():
    symbols = Symbols(Symbol("a"), Symbol("b"), Symbol("c"), Symbol("t"))
    graph = Graph({"t": "a + c"}, symbols)
    marked = check(["t = b + c"], symbols, graph, assumptions=[Assumption("a = b", {"a": "b"})])
    assert states(marked) == ["under"]
    assert marked.lines[0].remark == "It follows under the assumption that a = b."


def test_a_slip_of_the_authors_is_named_before_an_edit():
    slip = Slip("The derivative of |w| is the sign of w.", r"\nabla_{w_i} J + \alpha p |w_i|^{p-1}")
    marked = penalty([FIRST, SECOND, r"= \nabla_{w_i} J + \alpha p |w_i|^{p-1}"], slips=[slip], regions=())
    assert states(marked)[-1] == "slip"
    assert marked.lines[-1].remark == slip.sentence
    assert marked.lines[-1].points == 1


EXPLAINED = [
    (r"= \nabla_{w_i} J + \alpha p |w_i|^{p} \operatorname{sign}(w_i)", "should be $p - 1$, not $p$"),
    (r"= \nabla_{w_i} J + p |w_i|^{p-1} \operatorname{sign}(w_i)", r"The factor $\alpha$ is missing."),
    (r"= \alpha p |w_i|^{p-1} \operatorname{sign}(w_i)", r"The term $\nabla_{w_{i}} J\left(w\right)$ is missing."),
    (r"= \nabla_{w_i} J + 2 \alpha p |w_i|^{p-1} \operatorname{sign}(w_i)", "The factor $2$ is too many."),
    (r"= \nabla_{w_i} J + \alpha \nabla_{w_i} \sum_j |w_j|^{-p}", "The sign of $p$ is turned."),
    (r"= \nabla_{w_i} J + \alpha \alpha |w_i|^{p-1} \operatorname{sign}(w_i)", r"$p$ is meant, not $\alpha$."),
    (r"= \nabla_{w_j} J + \alpha p |w_i|^{p-1} \operatorname{sign}(w_i)", "$w_{i}$ is meant, not $w_{j}$."),
]


@pytest.mark.parametrize(("line", "sentence"), EXPLAINED)
def test_one_change_explains_a_wrong_line(line, sentence):
    marked = penalty([FIRST, SECOND, line], regions=())
    assert states(marked)[-1] == "edit"
    assert sentence in marked.lines[-1].remark


def test_words_and_conditions():
    marked = backward(["by the chain rule", "since a_2^{(2)} = 3 > 0, ∂h_2^{(2)}/∂a_2^{(2)} = 1", "h_1^{(2)} > 0"])
    assert states(marked) == ["defines", "at-numbers", "wrong"]


def test_shapes_that_do_not_fit_are_said():
    marked = backward([r"h^{(3)} = h^{(2)} W^{(3)} h^{(2)} h^{(2)}"])
    assert states(marked) == ["wrong"]
    assert "the sizes of $h^{(2)}$ and $h^{(2)}$ do not fit" in marked.lines[0].remark


def test_a_number_of_the_task_that_was_copied_wrongly_is_said_and_a_result_is_not():
    symbols = Symbols(Symbol("h"), Symbol("a"), Symbol("b"))
    ways = [Waypoint("∂h/∂a = 9.3 b"), Waypoint("∂h/∂a = 18.6")]
    marker = Marker(symbols, Graph({"h": "9.3 a b"}, symbols), waypoints=ways)
    line = marker.check(["∂h/∂a = 3.9 b"]).lines[0]
    assert (line.state, line.points, line.remark) == ("edit", 0.5, "9.3 is meant, not 3.9.")
    assert "18.6" not in marker.check(["∂h/∂a = 9.3 b", "= 16.8"]).lines[1].remark


def test_names_that_grow_without_end_are_unreadable():
    lines = ["d_0 = x + y", *[f"d_{n + 1} = d_{n} d_{n} + d_{n}" for n in range(30)]]
    assert states(backward(lines))[-1] == "unreadable"


def test_a_formula_of_the_authors_that_cannot_be_read_is_refused():
    with pytest.raises(SymbolError, match="a claim such as"):
        penalty([FIRST], waypoints=[Waypoint("= q")])
    with pytest.raises(SymbolError, match="a formula was expected"):
        penalty([FIRST], goal="∇_q")


COSTLY = {
    "sums": r"\sum_i " * 12 + "w_i",
    "derivatives": r"\nabla_{w_i} " * 14 + "(w_i^p w_i^p w_i^p w_i^p)",
    "long": "+".join(["w_i^p"] * 140),
    "products": r" \cdot ".join([r"\sum_j w_j^p"] * 40),
}


@pytest.mark.parametrize("name", COSTLY)
def test_lines_that_are_costly_to_evaluate_cost_bounded_time(name):
    started = time.process_time()
    marked = penalty([FIRST, f"= {COSTLY[name]}"])
    assert states(marked)[1] in ("wrong", "unreadable")
    assert time.process_time() - started < 10


def test_lines_full_of_decimals_cost_bounded_time(monkeypatch):
    monkeypatch.setattr("course.derivation.judge.MOST_SPENT", 2000)
    symbols = Symbols(Symbol("y"), Symbol("x"), Symbol("w"))
    graph = Graph({"y": "2.5 w x"}, symbols)
    line = "= " + " + ".join(f"{k}.25 x" for k in range(12))
    numbers = {"x": 1.5, "w": 2.0}
    marked = check(["y = 2.5 w x", line, line, "= 2.5 w x"], symbols, graph, numbers=numbers)
    assert states(marked) == ["follows", "wrong", "unreadable", "unreadable"]
    assert "no more of them were marked" in marked.lines[-1].remark
    many = " + ".join(f"{k}.25 x" for k in range(25))
    (one,) = check([f"y = {many}"], symbols, graph, numbers=numbers).lines
    assert (one.state, one.remark) == (
        "unreadable",
        "At most 24 numbers with decimals were expected in one formula.",
    )


def test_a_waypoint_tells_whether_a_computed_symbol_was_put_in():
    symbols = Symbols(Symbol("h"), Symbol("a"), Symbol("w"), Symbol("x"), Function("phi", r"\varphi"))
    graph = Graph({"a": "w x", "h": "φ(a)"}, symbols)
    ways = [Waypoint("h = φ(a)", apart=("a",)), Waypoint("h = φ(w x)", 2, apart=("a",), forms=("a = w x",))]
    marked = check(["h = φ(a)", "= φ(w x)"], symbols, graph, waypoints=ways)
    assert [line.points for line in marked.lines] == [1, 2]
    # the second is met by what is said about a as well, and a wrong line by what it names
    marked = check(["a = x w", "h = φ(2a)"], symbols, graph, waypoints=ways)
    assert [line.points for line in marked.lines] == [2, 0.5]


def test_a_simple_waypoint_is_met_only_when_nothing_is_left_to_do():
    symbols = Symbols(Symbol("d"), Symbol("h"), Symbol("y"))
    graph = Graph({"d": "h - y"}, symbols)
    ways = [Waypoint("d = h - y"), Waypoint("d = h - y", 2, simple=True)]
    marked = check(["d = h (1 - y) - y (1 - h)", "= h - y"], symbols, graph, waypoints=ways)
    assert [line.points for line in marked.lines] == [1, 2]
    # the result alone, which every textbook has, shows nothing of the working; nor do guesses at it
    marked = check(["d = y - h", "d = h - y"], symbols, graph, waypoints=ways)
    assert [(line.state, line.points) for line in marked.lines] == [("edit", 0), ("follows", 0)]
    assert states(check(["d = h - y"], symbols, graph, waypoints=ways)) == ["jump"]


def test_a_derivative_that_was_worked_out_may_be_put_in_as_a_number():
    symbols = Symbols(Symbol("L"), Symbol("h"), Symbol("y"), Symbol("w"), Symbol("x"))
    graph = Graph({"h": "w x", "L": "(y - h)^2"}, symbols)
    ways = [Waypoint("∂L/∂h = -2 (y - h)"), Waypoint("∂L/∂w = ∂L/∂h x", 2)]
    numbers = {"w": 2.0, "x": 3.0, "y": 10.0}
    for lines, points in [
        (["∂L/∂h = -2 (10 - 6) = -8", "∂L/∂w = -8 · 3 = -24"], [1, 2]),
        (["∂L/∂h = 2 (10 - 6) = 8", "∂L/∂w = 8 · x"], [0.5, 2]),
        (["∂L/∂h = -8", "∂L/∂w = -24"], [0, 0]),  # numbers alone show no working
    ]:
        marked = check(lines, symbols, graph, waypoints=ways, numbers=numbers)
        assert [line.points for line in marked.lines] == points, lines


@pytest.mark.parametrize("nothing", ["x / 0", "x / (h - h)", "ln(0)", "-ln(0) x", "0 / 0", "x^{-1} / 0"])
def test_what_has_no_finite_value_follows_from_nothing(nothing):
    symbols = Symbols(Symbol("L"), Symbol("h"), Symbol("y"), Symbol("w"), Symbol("x"))
    graph = Graph({"h": "w x", "L": "(y - h)^2"}, symbols)
    ways = [Waypoint("∂L/∂h = -2 (y - h)"), Waypoint("∂L/∂w = ∂L/∂h x", 2)]
    marked = check([f"∂L/∂h = {nothing}", f"∂L/∂w = {nothing}", f"h = {nothing}"], symbols, graph, waypoints=ways)
    assert {line.state for line in marked.lines} <= {"wrong", "unreadable"}
    assert marked.points == 0


def test_what_follows_from_a_wrong_line_does_not_stand_for_it():
    symbols = Symbols(Symbol("L"), Symbol("h"), Symbol("y"), Symbol("w"), Symbol("x"))
    graph = Graph({"h": "w x", "L": "(y - h)^3"}, symbols)
    ways = [Waypoint("∂L/∂w = -3 (y - h)^2 ∂h/∂w"), Waypoint("∂L/∂w = -3 (y - h)^2 x", 2)]
    marked = check(["∂L/∂w = 3 (y - h) ∂h/∂w + 1", "= 3 (y - h) x + 1"], symbols, graph, waypoints=ways)
    assert [(line.state, line.points) for line in marked.lines] == [("wrong", 0), ("follows", 2)]
    marked = check(["∂L/∂w = 3 (y - h) ∂h/∂w + 1", "= ∂h/∂w + 3 ∂h/∂w (y - h)"], symbols, graph, waypoints=ways)
    assert [line.points for line in marked.lines] == [0, 0]
    # a right line in its place does
    marked = check(["∂L/∂w = 3 (y - h) ∂h/∂w + 1", "∂L/∂w = -3 (y - h)^2 ∂h/∂w"], symbols, graph, waypoints=ways)
    assert [line.points for line in marked.lines] == [0, 1]


def test_nothing_is_earned_by_a_claim_that_makes_everything_zero():
    symbols = Symbols(Symbol("L"), Symbol("h"), Symbol("y"), Symbol("w"), Symbol("x"))
    graph = Graph({"h": "w x", "L": "(y - h)^3"}, symbols)
    ways = [Waypoint("∂L/∂h = -3 (y - h)^2"), Waypoint("∂L/∂w = -3 (y - h)^2 x", 2)]
    marked = check(["h = y", "∂L/∂h = 0", "∂L/∂w = 0"], symbols, graph, waypoints=ways)
    assert [line.points for line in marked.lines] == [0, 0, 0]


def test_a_line_goes_on_with_each_of_several_claims():
    symbols = Symbols(*[Symbol(f"{a}{k}", f"{a}_{k}") for a in "aw" for k in (1, 2)], Symbol("x"), Index("k", 2))
    graph = Graph({"a1": "w1 x + w1", "a2": "w2 x + w2"}, symbols)
    marked = check(["a_k = w_k x + w_k", "= w_k (x + 1)", "= w_1 x, = w_2 (1 + x)"], symbols, graph)
    assert states(marked) == ["follows", "follows", "edit"]


LAYER = Symbols(
    Symbol("l", r"\ell"), Symbol("A", shape=(3, 2)), Symbol("b", shape=(3,)), Symbol("x", shape=(2,)),
    Symbol("y", shape=(3,)), Function("F"),
)  # fmt: skip
LAYER_STEPS = {"y": "σ(A x + b)".replace("σ", "sigmoid"), "l": "F(y)"}
SLOPES = "diag(sigmoid'(A x + b))"
BY_B, BY_Y = r"\frac{\partial \ell}{\partial b}", r"\frac{\partial \ell}{\partial y}"


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (True, [f"{BY_B} = {BY_Y} {SLOPES}", f"∂ℓ/∂A = ({BY_B})^T x^T", f"∂ℓ/∂x = {BY_B} A"]),
        (False, [f"{BY_B} = {SLOPES} {BY_Y}", f"∂ℓ/∂A = {BY_B} x^T", f"∂ℓ/∂x = A^T {BY_B}"]),
    ],
)
def test_derivatives_by_vectors_are_rows_or_columns(rows, lines):
    graph, other = (Graph(LAYER_STEPS, LAYER, rows=one) for one in (rows, not rows))
    assert states(check(lines, LAYER, graph)) == ["follows"] * 3
    marked = check(lines, LAYER, other)
    assert states(marked) == ["edit"] * 3
    kinds = ("column", "row") if rows else ("row", "column")
    said = "The derivative by a vector is a {} here; this is right where it is a {}.".format(*kinds)
    assert all(line.remark == said for line in marked.lines)


def test_a_matrix_that_is_not_transposed_is_named_although_the_line_has_no_meaning():
    graph = Graph(LAYER_STEPS, LAYER)
    marked = check([f"∂ℓ/∂x = A {BY_B}", f"∂ℓ/∂A = x ({BY_B})^T"], LAYER, graph)
    assert [line.remark for line in marked.lines] == [
        "$A$ should be transposed.",
        "The whole should be transposed.",
    ]


def test_factors_that_are_matrices_in_another_order_say_something_else():
    graph = Graph(LAYER_STEPS, LAYER, rows=True)
    marked = check([f"∂ℓ/∂x = {BY_B} A", f"∂ℓ/∂x = A {BY_B}"], LAYER, graph)
    assert states(marked) == ["follows", "edit"]
    assert marked.lines[1].remark.endswith("should stand before $A$.")


def test_numbers_that_are_cut_and_a_lost_sign():
    symbols = Symbols(Symbol("L"), Symbol("p", shape=(3,)), Index("t", 3), Index("i", 3))
    graph = Graph({"L": "-log p_t"}, symbols)
    numbers = {"p": [0.19086542, 0.42477881, 0.38435576], "t": 2}
    lines = ["p_i = [0.190, 0.424, 0.3843]", "L = -log(0.424)", "= -0.85", "L = 0.85"]  # 0.85618669
    marked = check(lines, symbols, graph, numbers=numbers)
    assert states(marked) == ["at-numbers", "at-numbers", "edit", "at-numbers"]
    assert marked.lines[2].remark == "The sign of the whole is turned."


def test_a_local_error_may_have_either_sign_where_the_exercise_says_so():
    def marker(either):
        symbols = Symbols(
            *[Symbol(name) for name in "Lhyawx"],
            Symbol("delta", r"\delta", either_sign=either),
            Function("phi", r"\varphi"),
        )
        graph = Graph({"a": "w x", "h": "φ(a)", "L": r"\frac12 (y - h)^2", "delta": "∂L/∂a"}, symbols)
        return Marker(symbols, graph, waypoints=[Waypoint("∂L/∂w = δ x")])

    usual = ["δ = (h - y) φ'(a)", "∂L/∂w = δ x"]
    turned = ["δ = (y - h) φ'(a)", "∂L/∂w = -δ x"]
    assert states(marker(False).check(usual)) == states(marker(True).check(usual)) == ["follows", "follows"]
    marked = marker(True).check(turned)
    assert states(marked) == ["follows", "follows"]
    assert "the other sign" in marked.lines[0].remark
    assert states(marker(False).check(turned)) == ["edit", "follows"]
    assert states(marker(True).check([turned[0], "∂L/∂w = δ x x"]))[1] in ("edit", "wrong")


SHORT = Symbols(Symbol("L"), *[Symbol(one) for one in "hyawvx"], Symbol("S"), Function("phi", r"\varphi"))
SHORT_GRAPH = Graph({"a": "w x", "S": "φ(a)", "h": "v S", "L": r"\frac12 (h - y)^2"}, SHORT)
SHORT_WAYS = [
    Waypoint("∂L/∂w = ∂L/∂h · ∂h/∂S · ∂S/∂w"),
    Waypoint("∂L/∂w = (h - y) · ∂h/∂S · ∂S/∂w"),
    Waypoint("∂L/∂w = (h - y) v ∂S/∂w"),
    Waypoint("∂L/∂w = (h - y) v φ'(a) x", 2),
]
CHAIN = "∂L/∂w = ∂L/∂h · ∂h/∂S · ∂S/∂w"


@pytest.mark.parametrize(
    ("lines", "points"),
    [
        ([CHAIN, "= (h - y) · ∂h/∂S · ∂S/∂w", "= (h - y) v ∂S/∂w", "= (h - y) v φ'(a) x"], [1, 1, 1, 2]),
        # a slip costs half of its line, carried on or not
        ([CHAIN, "= (y - h) · ∂h/∂S · ∂S/∂w", "= (y - h) v ∂S/∂w", "= (y - h) v φ'(a) x"], [1, 0.5, 1, 2]),
        # nonsense stands in the place of what the next line has not shown either
        ([CHAIN, "= (h + y^2) · ∂h/∂S · ∂S/∂w", "= (h - y) v ∂S/∂w", "= (h - y) v φ'(a) x"], [1, 0, 1, 2]),
        ([CHAIN, "= h^3 y v ∂S/∂w", "= h^3 y v φ'(a) x"], [1, 0, 2]),
        # a false claim about a factor is paid for where it is used, once
        (
            [
                CHAIN,
                "= (h - y) · ∂h/∂S · ∂S/∂w",
                "∂S/∂w = φ'(a) w",
                "∂L/∂w = (h - y) v φ'(a) w",
                "= v (h - y) φ'(a) w",
            ],
            [1, 1, 0, 1, 0],
        ),
    ],
)
def test_each_error_is_paid_for_once_and_in_its_place(lines, points):
    marked = check(lines, SHORT, SHORT_GRAPH, waypoints=SHORT_WAYS)
    assert [line.points for line in marked.lines] == points


def test_an_error_behind_what_a_line_has_earned_takes_half_of_it_back():
    second = "(h - y) · ∂h/∂S · ∂S/∂w"
    marked = check([CHAIN, f"= {second} = 2 {second}"], SHORT, SHORT_GRAPH, waypoints=SHORT_WAYS)
    assert [line.points for line in marked.lines] == [1, 0.5]
    assert sum(way.share * one.points for way, one in zip(marked.ways, SHORT_WAYS, strict=True)) == 1.5


def test_what_is_differentiated_may_be_spelled_in_any_way():
    symbols = Symbols(Symbol("L"), Symbol("z", shape=(3,)), Symbol("S"), *[Index(one, 3) for one in "jkti"])
    graph = Graph({"S": r"\sum_k e^{z_k}", "L": r"-z_t + \log S"}, symbols)
    way = Waypoint(r"∂L/∂z_j = -\frac{∂z_t}{∂z_j} + \frac{∂}{∂z_j} \log \sum_k e^{z_k}")
    for line in (
        "dL/dz_j = -dz_t/dz_j + d/dz_j log(sum_i exp(z_i))",
        r"∂L/∂z_j = \frac{∂}{∂z_j}(-z_t) + \frac{∂}{∂z_j} \log S",
        r"∂L/∂z_j = \frac{∂ \log S}{∂z_j} - \frac{∂z_t}{∂z_j}",
    ):
        assert check([line], symbols, graph, waypoints=[way]).points == 1, line
    # carried out it is another formula
    assert check(["dL/dz_j = -1[j = t] + e^{z_j} / S"], symbols, graph, waypoints=[way]).points == 0


def test_the_derivative_by_another_name_of_the_same_is_no_factor_that_is_missed():
    symbols = Symbols(*[Symbol(one) for one in "Lhzwxy"])
    graph = Graph({"z": "w x", "h": "z", "L": "(y - h)^2"}, symbols)
    way = Waypoint("∂L/∂w = ∂L/∂h · ∂h/∂z · ∂z/∂w")
    for line in ("∂L/∂w = ∂L/∂h · ∂h/∂w", "∂L/∂w = ∂L/∂h · ∂z/∂w", "∂L/∂w = ∂L/∂h · ∂h/∂z · ∂z/∂w"):
        assert check([line], symbols, graph, waypoints=[way]).points == 1, line


def test_a_wrong_number_is_named_where_it_can_only_be_that_one():
    symbols = Symbols(Symbol("L"), Symbol("h", r"\hat{y}"), Symbol("y"), Symbol("w"), Symbol("x"))
    graph = Graph({"h": "w x", "L": "(y - h)^2"}, symbols)
    numbers = {"w": 3, "x": 5, "y": 7}  # h = 15, and the gradient 80

    def said(line):
        return check(["∂L/∂w = -2 (y - h) x", line], symbols, graph, numbers=numbers).lines[1].remark

    assert said("= -2 (7 - 15) · 5") == ""
    assert said("= -2 (7 - 15) · 3") == "5 is meant, not 3."
    # a number that was to be worked out is not told
    assert said("= -2 (7 - 16) · 5") == r"16 is not the value of $\hat{y}$ with your numbers."
    # it may have gone wrong in many ways
    assert said("= 81") == "This does not follow."
    # one of two equal numbers, not both together; and a factor of one is no number in place of another
    assert said("= -2 (7 - 15) · 7") == "5 is meant, not 7."
    assert said("= 1 · 16") == "This does not follow."


def test_a_place_is_not_named_where_what_stands_there_is_right():
    graph = Graph(LAYER_STEPS, LAYER, rows=True)
    chain = f"∂ℓ/∂x = {BY_B} A"
    turned = check([chain, f"= A {BY_B}"], LAYER, graph).lines[1].remark
    assert turned.endswith("should stand before $A$.")
    missing = check([chain, f"= {BY_B} A^T"], LAYER, graph).lines[1].remark
    assert missing == "$A$ should not be transposed."


def test_a_lost_factor_of_a_chain_is_named_on_the_first_line_too():
    waypoints = [Waypoint("∂L/∂w = ∂L/∂h · ∂h/∂w", points=1), Waypoint("∂L/∂w = 2(h - y) x", points=2)]
    symbols = Symbols(Symbol("L"), Symbol("h"), Symbol("y"), Symbol("w"), Symbol("x"))
    graph = Graph({"h": "w x", "L": "(y - h)^2"}, symbols)
    marked = check(["∂L/∂w = ∂h/∂w", "= 2(h - y) x"], symbols, graph, waypoints=waypoints)
    assert marked.lines[0].remark == r"The factor $\frac{\partial L}{\partial h}$ is missing."
    assert [line.points for line in marked.lines] == [0.5, 2]


# ∂L/∂z of L = log(e^z + e^y) - z, worked out in parts: each line has its verdict, decided by hand
PARTS = Symbols(Symbol("L"), Symbol("z"), Symbol("y"), Symbol("S"), Symbol("p"))
PARTS_GRAPH = Graph({"S": "e^z + e^y", "L": "log S - z", "p": "e^z/S"}, PARTS)
BY_PARTS = [
    Waypoint("∂L/∂z = ∂(log S)/∂z - ∂z/∂z", forms=("∂L/∂z = 1/S ∂S/∂z - ∂z/∂z", "∂L/∂z = ∂(log S)/∂z - 1")),
    Waypoint("∂L/∂z = e^z/S - 1", 2),
    Waypoint("∂L/∂z = p - 1", simple=True),
]
SHOWN_BY_PARTS = [
    (["∂(log S)/∂z = 1/S ∂S/∂z", "∂S/∂z = e^z", "∂z/∂z = 1", "∂L/∂z = p - 1"], 4, "follows"),
    (["∂(log S)/∂z = p", "∂z/∂z = 1", "so ∂L/∂z = p - 1"], 4, "follows"),
    (["∂L/∂z = ∂(log S)/∂z - ∂z/∂z", "∂(log S)/∂z = e^z/S", "∂z/∂z = 1", "∂L/∂z = p - 1"], 4, "follows"),
    # the goal alone, or with claims that do not carry the work, shows no way
    (["∂L/∂z = p - 1"], 0, "jump"),
    (["∂z/∂z = 1", "∂L/∂z = p - 1"], 0, "jump"),
    (["∂S/∂z = e^z", "∂L/∂z = p - 1"], 0, "jump"),
    (["∂(log S)/∂z = ∂(log S)/∂z", "∂z/∂z = 1", "∂L/∂z = p - 1"], 0, "jump"),
    (["∂(log S - z)/∂z = p - 1", "∂L/∂z = p - 1"], 0, "jump"),
    # one of the parts is wrong, or never worked out
    (["∂(log S)/∂z = 1/S", "∂z/∂z = 1", "∂L/∂z = p - 1"], 0, "jump"),
    (["∂(log S)/∂z = 1/S ∂S/∂z", "∂z/∂z = 1", "∂L/∂z = p - 1"], 0, "jump"),
]


@pytest.mark.parametrize(("lines", "points", "state"), SHOWN_BY_PARTS)
def test_claims_about_all_parts_show_what_they_are_put_together_to(lines, points, state):
    marked = check(lines, PARTS, PARTS_GRAPH, goal="∂L/∂z", waypoints=BY_PARTS)
    assert (marked.points, states(marked)[-1]) == (points, state)


def test_a_step_that_only_unread_lines_show_is_said_to_be_that():
    marked = check(["foo bar = 3", "∂L/∂z = p - 1"], PARTS, PARTS_GRAPH, goal="∂L/∂z", waypoints=BY_PARTS)
    assert states(marked) == ["unreadable", "jump"]
    assert marked.lines[1].remark == "Too big a step: what leads here has to be shown in a line that can be read."


def test_a_wrong_claim_that_another_line_has_carried_is_paid_for_behind_it():
    """a is claimed with a sign turned; the goal with b still in it earns nothing, the one behind it half."""
    symbols = Symbols(Symbol("h"), Symbol("a"), Symbol("b"), Symbol("x"))
    graph = Graph({"a": "x - 2", "b": "3 x", "h": "a b"}, symbols)
    way = [Waypoint("h = 3 x (x - 2)", 2, apart=("a", "b"))]
    marked = check(["a = x + 2", "h = (x + 2) b", "h = 3 x (x + 2)"], symbols, graph, goal="h", waypoints=way)
    assert (states(marked)[0], marked.points) == ("edit", 1)
    right = check(["a = x - 2", "h = (x - 2) b", "h = 3 x (x - 2)"], symbols, graph, goal="h", waypoints=way)
    assert right.points == 2


def test_a_line_behind_one_that_could_not_be_read_is_not_wrong():
    symbols = Symbols(Symbol("h"), Symbol("a"), Symbol("x"))
    graph = Graph({"a": "x - 2", "h": "3 a"}, symbols)
    marked = check(
        ["h = 3 a", "foo a = a - 7", "= x - 9", "= x - 9", "h = 5 x a", "= x"], symbols, graph, goal="h"
    )
    assert states(marked) == ["follows", "unreadable", "unreadable", "unreadable", "wrong", "wrong"]
    assert "goes on with that" in marked.lines[2].remark
    assert states(check(["foo a = 2", "= 3 a"], symbols, graph, goal="h")) == ["unreadable", "follows"]


def test_where_a_side_claim_is_true_only_in_a_region_the_line_that_carries_it_pays():
    side = r"\nabla_{w_i} |w_i|^p = p |w_i|^{p-1}"
    lines = [FIRST, SECOND, side, r"\nabla_{w_i} \tilde{J} = \nabla_{w_i} J + \alpha p |w_i|^{p-1}"]
    carried = penalty(lines)
    assert states(carried)[2:] == ["where", "follows"]
    assert carried.points < penalty([FIRST, SECOND, LAST]).points
