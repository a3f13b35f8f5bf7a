"""Proofs by induction: blocks in order, the hypothesis where it is used, and what needs a constant rate."""

from itertools import permutations

import pytest

from course.derivation.check import Assumption, Marker, Waypoint
from course.derivation.meaning import Graph
from course.derivation.proof import Block, Criterion, Proof, ProofError, lines_that_need
from course.derivation.reading.symbols import Function, Symbol, Symbols

# Two forms of momentum: a is a point of form I, b one of form II. Form II came to b_k with the rate of that step.
SYMBOLS = Symbols(
    *[Symbol(f"{name}_{at}", rf"{name}_{{{at}}}") for name in "ab" for at in ("k", "k-1", "k+1")],
    Symbol("v_k", "v_k"),
    Symbol("v_k+1", "v_{k+1}"),
    Symbol("alpha", r"\alpha", r"\alpha_k"),
    Symbol("alpha_before", r"\alpha_{k-1}"),
    Symbol("beta", r"\beta"),
    Function("g", "g"),
)
GRAPH = Graph(
    {
        "b_k": r"b_{k-1} - \alpha_{k-1} v_k",
        "a_k+1": r"a_k - \alpha g(a_k) + \beta (a_k - a_{k-1})",
        "v_k+1": r"g(b_k) + \beta v_k",
        "b_k+1": r"b_k - \alpha v_{k+1}",
    },
    SYMBOLS,
)
HYPOTHESIS = Assumption(
    "both forms have gone through the same points", {"a_k": "b_k", "a_k-1": "b_{k-1}"}, said=("hypothesis", "ih")
)
CONSTANT = Assumption("α is constant", {"alpha_before": r"\alpha"}, said=("constant",))
GOAL = "b_{k+1}"
STEP = Marker(
    SYMBOLS,
    GRAPH,
    assumptions=[HYPOTHESIS, CONSTANT],
    waypoints=[
        Waypoint(r"a_{k+1} = a_k - \alpha g(a_k) + \beta (a_k - a_{k-1})"),
        Waypoint(r"a_{k+1} = b_k - \alpha g(b_k) + \beta (b_k - b_{k-1})", apart=("b_k",)),
        Waypoint("a_{k+1} = b_{k+1}", apart=("b_k+1",)),
    ],
)
BASE_GRAPH = Graph({"a_k-1": "a_k", "b_k": "a_k", "v_k": "0"}, SYMBOLS)
BASE = Marker(SYMBOLS, BASE_GRAPH)

FIRST = r"a_{k+1} = a_k - \alpha g(a_k) + \beta (a_k - a_{k-1})"
USED = r"= b_k - \alpha g(b_k) + \beta (b_k - b_{k-1})"
RATE = r"= b_k - \alpha g(b_k) - \alpha \beta v_k"
LAST = r"= b_k - \alpha v_{k+1} = b_{k+1}"
LINES = [FIRST, f"{USED} by hypothesis", f"{RATE} since α is constant", LAST]

BLOCKS = (
    Block("C", "For all k the points are the same."),
    Block("B", "Both start at one point, and the first steps are equal.", needs=("C",)),
    Block("H", "Let the points be the same up to k.", needs=("C",)),
    Block("S", "Then they are the same at k + 1.", needs=("H",)),
    Block("E", "So they are for all k.", needs=("B", "S")),
    Block(
        "X", "Let the points be the same at k + 1.", wrong="This assumes what is to be shown.", spoils=("step",)
    ),
)
CRITERIA = (
    Criterion("base", "the base", blocks=("B",)),
    Criterion("step", "the step", 2, blocks=("H", "S")),
    Criterion("used", "the hypothesis is used, and said", uses=HYPOTHESIS.words),
    Criterion("end", "the conclusion", blocks=("E",)),
)
PROOF = Proof(BLOCKS, CRITERIA, STEP, BASE)


def skeleton(order):
    return {one.name: one.points for one in PROOF.check(order, []).criteria}


def test_any_order_in_which_each_block_follows_what_it_needs_is_right():
    full = {"base": 1, "step": 2, "used": 0, "end": 1}
    right = 0
    for order in permutations("CBHSE"):
        at = order.index
        good = at("C") < min(at("B"), at("H")) and at("H") < at("S") < at("E") and at("B") < at("E")
        assert (skeleton(" ".join(order)) == full) is good
        right += good
    assert right == 3  # B before H, between H and S, after S
    assert skeleton(" -> ".join(PROOF.order())) == full


def test_structure_is_worth_little_without_what_matters():
    assert skeleton("C H S E") == {"base": 0, "step": 2, "used": 0, "end": 0}  # no base, so no conclusion
    assert skeleton("C B X H S E")["step"] == 0  # in a circle
    assert skeleton("")["step"] == 0
    assert skeleton("C B S H E") == {"base": 1, "step": 1, "used": 0, "end": 1}


def test_labels_that_name_nothing_are_said():
    marked = PROOF.check("c, (B); Q H H S E", [])
    assert marked.remarks == ("No block is called Q.", "H stands twice: the first place counts.")
    assert sum(one.points for one in marked.criteria) == 4


def test_the_algebra_of_the_step():
    marked = PROOF.check("C B H S E", LINES)
    assert [line.state for line in marked.lines] == ["follows"] * 4
    assert [line.uses for line in marked.lines] == [(), (HYPOTHESIS.words,), (CONSTANT.words,), ()]
    assert [line.points for line in marked.lines] == [1, 1, 0, 1]
    assert marked.points == 5 + 3


def test_the_hypothesis_has_to_be_said_and_used():
    unsaid = PROOF.check("C B H S E", [FIRST, USED, f"{RATE} since α is constant", LAST])
    assert [line.state for line in unsaid.lines] == ["follows", "under", "follows", "follows"]
    assert unsaid.lines[1].remark.endswith("the same points, which the line has to say.")
    assert unsaid.criteria[2].points == 0.5
    assert [line.points for line in unsaid.lines] == [1, 0.5, 0, 1]
    unused = PROOF.check("C B H S E", [FIRST, "by hypothesis"])
    assert unused.criteria[2].points == 0
    # what says the hypothesis and is false all the same does not follow
    false = PROOF.check("C B H S E", [FIRST, USED.replace("+", "-") + " by hypothesis"])
    assert false.lines[1].state in ("edit", "wrong")


def test_the_hypothesis_may_not_be_used_in_the_base():
    lines = ["Base case:", r"a_{k-1} = a_k", "b_k = a_k by hypothesis", "Step:", *LINES]
    marked = PROOF.check("C B H S E", lines)
    assert [line.state for line in marked.lines] == ["defines", "follows", "wrong", "defines", *["follows"] * 4]
    assert "not known in the base" in marked.lines[2].remark
    assert marked.criteria[2].points == 1


def test_what_a_line_of_the_base_has_shown_stays_with_a_wrong_claim_behind_it():
    base = Marker(SYMBOLS, BASE_GRAPH, waypoints=[Waypoint("a_{k-1} = a_k")])
    proof = Proof(BLOCKS, CRITERIA, STEP, base)
    right, half, refused = (
        proof.check("C B H S E", ["base", line])
        for line in ("a_{k-1} = a_k", "a_{k-1} = a_k, b_k = g(a_k)", "a_{k-1} = a_k by hypothesis")
    )
    assert [one.lines[1].state for one in (right, half, refused)] == ["follows", "wrong", "wrong"]
    assert [one.ways[0].share for one in (right, half, refused)] == [1, 1, 0]
    assert [one.lines[1].points for one in (right, half, refused)] == [1, 1, 0]


@pytest.mark.parametrize(
    "head",
    [
        r"\text{base: }", r"\textbf{Base case.}", r"\underline{\text{Base}}:", "**Base:**", "(base)", "base -", "1. Base:",
        "Base case (k = 0):", "Base, k=0:", r"\textit{Induction base:}\quad", "Base of the induction:",
    ],
)  # fmt: skip
def test_the_base_may_begin_with_a_line_that_says_more(head):
    lines = [f"{head} a_{{k-1}} = a_k", "b_k = a_k, the constant is the same", "step", *LINES]
    assert [one.state for one in PROOF.check("C B H S E", lines).lines] == [
        "follows", "follows", "defines", *["follows"] * 4
    ]  # fmt: skip
    other = PROOF.check("C B H S E", ["step 2: a_{k-1} = a_k"])  # a number of a line names no part
    assert [one.state for one in other.lines] != ["follows"]


def test_the_base_may_come_second():
    marked = PROOF.check("C B H S E", [*LINES, "base", "a_{k-1} = a_k"])
    assert [line.state for line in marked.lines] == [*["follows"] * 4, "defines", "follows"]


def test_the_line_that_needs_a_constant_rate_is_found_by_dropping_it():
    plain = [FIRST, USED, RATE, LAST]
    assert lines_that_need(STEP, plain, CONSTANT) == (3,)
    assert lines_that_need(STEP, plain, HYPOTHESIS) == (2,)
    both = [FIRST, RATE, LAST]  # two steps in one line need both
    assert lines_that_need(STEP, both, CONSTANT) == lines_that_need(STEP, both, HYPOTHESIS) == (2,)


@pytest.mark.parametrize(
    ("blocks", "criteria", "said"),
    [
        ([Block("A", "", needs=("B",)), Block("B", "", needs=("A",))], [], "in a circle were expected: A, B"),
        ([Block("A", "", needs=("Z",))], [], "got 'Z'"),
        ([Block("A", ""), Block("A", "")], [], "got one twice"),
        ([Block("A b", "")], [], "a label of one word"),
        ([Block("A", "", wrong="no")], [Criterion("c", "", blocks=("A",))], "a block of the proof was expected"),
        ([], [Criterion("c", "", uses="x")], "an assumption of the step was expected"),
        ([], [Criterion("c", "", points=0)], "c: points above 0 were expected, got 0"),
    ],
)
def test_blocks_that_do_not_fit_are_refused(blocks, criteria, said):
    with pytest.raises(ProofError, match=said):
        Proof(blocks, criteria)
