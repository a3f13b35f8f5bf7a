"""Lines that hold in one case alone are read with their case and judged in it."""

from collections import Counter

import pytest

from course.derivation.check import Marker, Slip, Waypoint
from course.derivation.meaning import Graph
from course.derivation.reading.lines import read_line
from course.derivation.reading.symbols import POSITIVE, Function, Index, Symbol, Symbols

SYMBOLS = Symbols(
    Symbol("L"), Symbol("z", shape=(3,)), Symbol("p", shape=(3,)), Symbol("S", domain=POSITIVE),
    Symbol("h"), Symbol("a"), Symbol("w"), Symbol("x"), Function("phi", r"\varphi", "phi"),
    *[Index(letter, 3) for letter in "tji"],
)  # fmt: skip
POWERS = r" \\ ".join(f"e^{{z_{k}}}" for k in (1, 2, 3))
GRAPH = Graph(
    {
        "S": r"\sum_i e^{z_i}",
        "p": rf"\frac1S \begin{{pmatrix}} {POWERS} \end{{pmatrix}}",
        "L": r"-\log p_t",
        "a": "w x",
        "h": "max(0, a)",
    },
    SYMBOLS,
)
WAYS = [
    Waypoint("∂L/∂z_j = -∂z_t/∂z_j + ∂/∂z_j log S"),
    Waypoint("∂L/∂z_j = e^{z_j}/S - 1[j = t]", 2),
    Waypoint("∂L/∂z_j = p_j - 1[j = t]", simple=True),
]
BEGUN = "∂L/∂z_j = -∂z_t/∂z_j + ∂/∂z_j log S"
STATES = {
    "for j ≠ t: ∂L/∂z_j = e^{z_j}/S = p_j": "follows",
    "if j = t: ∂L/∂z_j = p_j - 1": "follows",
    "for j = t we get ∂L/∂z_t = p_t - 1": "follows",
    "j ≠ t ⇒ ∂z_t/∂z_j = 0": "follows",
    "∂z_t/∂z_j = 0 since j ≠ t": "follows",
    "∂L/∂z_j = p_j  (j ≠ t)": "follows",
    r"\frac{\partial L}{\partial z_j} = p_j \quad \text{for } j \neq t": "follows",
    "∂L/∂z_j = p_j - 1 if j = t, p_j otherwise": "follows",
    "∂L/∂z_j = p_j - 1 for j = t and p_j for j ≠ t": "follows",
    "∂L/∂z_j = p_j - 1 if j = t else p_j": "follows",
    "∂p_i/∂z_j = p_i (1 - p_i) if i = j, ∂p_i/∂z_j = -p_i p_j if i ≠ j": "follows",
    "Case 2 (j ≠ t): ∂L/∂z_j = p_j": "follows",
    "∀ j ≠ t: ∂L/∂z_j = p_j": "follows",
    "if a > 0: ∂h/∂a = 1": "follows",
    "for a < 0: ∂h/∂a = 0": "follows",
    "∂h/∂a = 1 if a > 0, 0 otherwise": "follows",
    "∂h/∂a = 1 where a > 0": "follows",
    "j = t:": "defines",
    # wrong in their case
    "for j ≠ t: ∂L/∂z_j = p_j - 1": "edit",
    "for j = t: ∂L/∂z_j = p_j": "slip",
    "if a > 0: ∂h/∂a = a w": "wrong",
    "∂L/∂z_j = p_j if j = t, p_j - 1 otherwise": "edit",
    # a case in words alone is not read, and what is wrong without it is not called wrong
    "if j is not t: ∂L/∂z_j = p_j": "unreadable",
    "otherwise ∂L/∂z_j = p_j": "unreadable",
    "when both are the same, ∂L/∂z_j = p_j - 1": "unreadable",
    # the case cannot occur, or has no meaning
    "for j = 7: ∂L/∂z_j = p_j": "unreadable",
    "if j = t and j ≠ t: ∂L/∂z_j = 7": "unreadable",
    "for p_j < 0: ∂L/∂z_j = 5": "unreadable",
}


@pytest.fixture(scope="module")
def marker():
    return Marker(SYMBOLS, GRAPH, waypoints=WAYS)


def test_a_line_is_judged_in_its_case():
    marker = Marker(SYMBOLS, GRAPH, slips=[Slip("The 1 is missing.", "∂L/∂z_j = p_j")])
    for line, state in STATES.items():
        mark = marker.check([line]).lines[0]
        assert mark.state == state, (line, mark.remark)


@pytest.mark.parametrize(
    "lines",
    [
        ["for j = t: ∂L/∂z_t = -1 + e^{z_t}/S = p_t - 1", "for j ≠ t: ∂L/∂z_j = e^{z_j}/S = p_j"],
        ["j = t:", "∂L/∂z_j = e^{z_j}/S - 1", "= p_j - 1", "j ≠ t:", "∂L/∂z_j = e^{z_j}/S", "= p_j"],
        ["= e^{z_j}/S - 1 if j = t, e^{z_j}/S otherwise", "= p_j - 1 if j = t, p_j otherwise"],
    ],
)
def test_all_cases_together_earn_what_one_formula_does(marker, lines):
    assert marker.check([BEGUN, *lines]).points == 4


def test_one_case_of_two_earns_nothing_yet_and_an_error_in_one_costs_half_of_it(marker):
    right, wrong = "for j = t: ∂L/∂z_t = e^{z_t}/S - 1", "for j ≠ t: ∂L/∂z_j = e^{z_j}/S + 1"
    assert marker.check([BEGUN, right]).points == 1
    assert marker.check([BEGUN, right, wrong]).points == 1 + 2 * (1 + 0.5) / 2


def test_a_case_that_cannot_occur_stops_no_other_line_and_cases_are_limited(marker):
    lines = [BEGUN, "for p_j < 0: ∂L/∂z_j = 5", "for j = t: ∂L/∂z_t = p_t - 1", "for j ≠ t: ∂L/∂z_j = p_j"]
    assert [one.state for one in marker.check(lines).lines] == ["follows", "unreadable", "follows", "follows"]
    many = marker.check([f"for a > {at / 100}: ∂h/∂a = 2" for at in range(60)])
    assert Counter(one.state for one in many.lines) == {"edit": 12, "unreadable": 48}


def test_behind_several_cases_a_line_is_about_all_of_them(marker):
    both = "∂L/∂z_j = p_j - 1 if j = t, p_j otherwise"
    states = [one.state for one in marker.check([BEGUN, both, "= p_j + 1[j = t]", "= p_j - 1[j = t]"]).lines]
    assert states == ["follows", "follows", "edit", "follows"]


def test_a_case_by_number_says_it_of_the_symbols_with_this_number():
    symbols = Symbols(
        *[Symbol(f"a{m}", f"a_{m}") for m in (1, 2)], *[Symbol(f"z{m}", f"z_{m}") for m in (0, 1, 2)],
        Function("phi", r"\varphi", "phi"), Index("m", 3, 0),
    )  # fmt: skip
    graph = Graph({"z0": "1", "z1": "φ(a_1)", "z2": "φ(a_2)"}, symbols)
    marker = Marker(symbols, graph)
    for line, count in {
        "for m = 0: z_m = 1": 1, "z_m = φ(a_m), m = 1, …, M": 2, "for m = 1, 2: z_m = φ(a_m)": 2,
        "z_m = φ(a_m) for m ≥ 1": 2, "for m = 2: z_m = φ(a_m)": 1,
    }.items():  # fmt: skip
        assert len(read_line(line, symbols).statements) == count, line
        assert marker.check([line]).lines[0].state == "follows", line
