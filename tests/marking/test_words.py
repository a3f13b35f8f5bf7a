"""Answers of several words: all that apply, an order, a matching; read, marked in part, and spoken of."""

import json
from pathlib import Path
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import pytest

from course.authoring.lint import lint
from course.exercises import Answer, Exercise
from course.marking.listed import NotOffered
from course.marking.marker import Marker
from course.marking.scheme import Scheme, SchemeError
from course.notebook.receipt import read_back
from course.notebook.view import _form
from course.reporting.worked import as_json, solution
from course.sheet import Sheet, decode, encode, read_answers, write
from course.sheet.reading import Status, read_answer

EFFECTS = (
    "makes weights exactly zero",
    "shrinks every weight by a factor",
    "is not differentiable at zero",
    "needs more data",
)
PASSES = ("update", "forward pass", "backward pass", "loss")
RIGHT_ORDER = ["forward pass", "loss", "backward pass", "update"]


class Sizes(NamedTuple):
    n: np.ndarray  # (3,)


ASKED = Exercise(
    "t/words",
    "Words",
    "",
    "steps",
    "Answer.",
    lambda: Sizes(np.array([9.0, 7.0, 5.0])),
    {
        "effects": Answer.several("E", EFFECTS, "what an L1 penalty does"),
        "passes": Answer.order("P", PASSES, "the order of a step of training"),
        "pairs": Answer.matching("M", ("L1", "L2", "none"), ("sparse", "small", "free"), "which weights"),
        "doubled": Answer("2n", (3,), "twice the sizes"),
        "by_size": Answer.order("B", ("first", "second", "third"), "by size, the smallest first"),
    },
    draw=lambda draw: Sizes(np.array([3.0, 4.0, 5.0])[np.argsort(draw.decimals(0, 999, 3, (3,)))]),
    symbols={"n": "n"},
)


@pytest.fixture(scope="module")
def scheme():
    scheme = Scheme(ASKED)

    @scheme.step(points=2)
    def effects():
        """L1 has a corner at zero; only L2 shrinks by a factor."""
        return ["makes weights exactly zero", "is not differentiable at zero"]

    @effects.slip("This is what L2 does.", cause="L2")
    def effects_of_l2():
        return ["shrinks every weight by a factor"]

    @scheme.step(points=3)
    def passes():
        """The loss needs the output, the gradient the loss."""
        return RIGHT_ORDER

    @scheme.step(points=3)
    def pairs():
        """L1 gives zeros."""
        return {"L1": "sparse", "L2": "small", "none": "free"}

    @scheme.step()
    def doubled(given):
        """$2n$"""
        return 2 * given.n

    @scheme.step()
    def by_size(doubled):
        """By size."""
        return jnp.argsort(doubled)

    return scheme


@pytest.fixture(scope="module")
def step(scheme):
    marker = Marker(scheme)

    def mark(name, **answers):
        return marker.mark(read_answers(json.dumps(answers), "t/words"), ASKED.seed()).steps[name]

    return mark


@pytest.mark.parametrize(
    ("ticked", "state", "points"),
    [
        ([0, 2], "exact", 2),
        ([2, 0], "exact", 2),
        ([0], "wrong", 1),  # one of two right ones
        ([0, 2, 3], "wrong", 1),  # 2/2 less 1/2
        ([0, 3], "wrong", 0),  # 1/2 less 1/2
        ([0, 1, 2, 3], "wrong", 0),  # everything ticked
        ([], "wrong", 0),
        ([1], "slip", 0),
    ],
)
def test_right_less_wrong_ones(step, ticked, state, points):
    mark = step("effects", effects=[EFFECTS[i] for i in ticked])
    assert (mark.state, mark.points) == (state, points)


@pytest.mark.parametrize(
    ("order", "points"),
    [
        ("flbu", 3),
        ("fblu", 3 * (5 - 1) / 6),  # one of six pairs is the wrong way round
        ("ublf", 0),
        ("lfub", 3 * (4 - 2) / 6),
        ("ufbl", 0),  # as they are listed: two right, four wrong
        ("flb", 3 * 3 / 6),  # three of six pairs
        ("f", 0),
    ],
)
def test_pairs_in_the_right_order(step, order, points):
    words = {word[0]: word for word in PASSES}
    assert step("passes", passes=[words[letter] for letter in order]).points == pytest.approx(points)


@pytest.mark.parametrize(
    ("matched", "points"),
    [
        (("sparse", "small", "free"), 3),
        (("sparse", "free", "small"), 1),
        (("sparse", "small", None), 2),
        (("sparse", "sparse", "sparse"), 0),  # one word everywhere
        (("sparse", "small", "small"), 1),  # `small` stands once too often
        (("small", "sparse", "free"), 1),
        ((None, None, "sparse"), 0),
    ],
)
def test_by_pair(step, matched, points):
    pairs = {unit: word for unit, word in zip(("L1", "L2", "none"), matched, strict=True) if word}
    assert step("pairs", pairs=pairs).points == points


def test_remarks_use_the_students_own_words(step):
    some = step("effects", effects=["exactly zero", "more data"])
    assert some.remark == "“more data” does not belong here; 1 is missing."
    assert (some.yours, some.expected) == ("(exactly zero, more data)", f"{EFFECTS[0]}, {EFFECTS[2]}")
    order = step("passes", passes="forward, backward, loss, update")
    assert order.remark == "“backward” comes after “loss”."
    assert order.partial
    assert order.expected == "forward pass → loss → backward pass → update"
    cut = step("passes", passes=["Forward", "loss"])
    assert cut.remark == "2 are missing."
    pairs = step("pairs", pairs={"L1": "spars", "l2": "free", "none": "small"})
    assert pairs.remark == "“free” does not go with “L2”; “small” does not go with “none”."
    assert pairs.expected == "L1: sparse, L2: small, none: free"
    assert step("effects", effects=[EFFECTS[1]]).remark.startswith("This is what L2 does. “shrinks every")


def test_an_order_follows_from_the_students_own_numbers(step):
    right = step("by_size", doubled=[18, 14, 10], by_size=["third", "second", "first"])
    assert right.state == "exact"
    own = step("by_size", doubled=[10, 12, 14], by_size=["first", "second", "third"])
    assert (own.state, own.points) == ("follows", 1)
    half = step("by_size", doubled=[10, 12, 14], by_size=["second", "first", "third"])
    assert (half.state, half.points) == ("wrong", 0.33)  # beside its own numbers
    assert half.remark == "“second” comes after “first”."
    assert (half.expected, half.own_chain) == ("first → second → third", True)


@pytest.mark.parametrize(
    "written",
    [
        ["loss", "forward pass"],
        ("Loss", "Forward pass."),
        "loss, forward pass",
        "[loss; forward]",
        "loss -> forward pass",
        "loss → forward",
        "loss\nforward pass",
        np.array(["loss", "forward pass"]),
    ],
)
def test_orders_that_are_read(written):
    reading = read_answer(ASKED.answers["passes"], write(written))
    assert reading.value.tolist() == [3, 1, -1, -1]
    assert reading.status == Status.READ


@pytest.mark.parametrize(
    "written",
    [
        {"L1": "sparse", "L2": "small"},
        {"l1": "Sparse", "L2": "smal"},
        [("L1", "sparse"), ("L2", "small")],
        [["L2", "small"], ["L1", "sparse"]],
        "L1: sparse, L2: small",
        "L1 -> sparse; L2 -> small",
        "L1 = sparse\nL2 = small",
        {("L1", "sparse"), ("L2", "small")},
    ],
)
def test_matchings_that_are_read(written):
    reading = read_answer(ASKED.answers["pairs"], write(written))
    assert reading.value.tolist() == [0, 1, -1]
    assert read_answer(ASKED.answers["pairs"], write(["sparse", "small", "free"])).value.tolist() == [0, 1, 2]


def test_sets_of_words_are_read_where_there_is_no_order():
    reading = read_answer(ASKED.answers["effects"], write({EFFECTS[2], EFFECTS[0]}))
    assert reading.value.tolist() == [1, 0, 1, 0]
    assert "a set has no order" in read_answer(ASKED.answers["passes"], write({"loss", "update"})).reason


@pytest.mark.parametrize(
    ("name", "written", "says"),
    [
        ("effects", ["zero"], "it may be makes weights exactly zero or is not differentiable at zero"),
        ("effects", 3.5, "got '3.5'"),
        ("effects", [[1, 2], [3, 4]], "a list of makes weights"),
        ("passes", ["loss", "update", "Loss"], "'loss' stands twice"),
        ("passes", ["loss", "evaluate"], "got 'evaluate'"),
        ("pairs", [("L1", "small"), ("L1", "sparse")], "'L1' is matched twice"),
        ("pairs", "sparse", 'pairs such as {"L1": "...", ...}'),
        ("pairs", {"L3": "small"}, "choose one of L1, L2, none"),
        ("pairs", {"L1": 3}, "a number or an array was expected"),
    ],
)
def test_what_cannot_be_read_is_said(name, written, says):
    reading = read_answer(ASKED.answers[name], write(written))
    assert reading.status == Status.UNUSABLE
    assert says in reading.reason


def test_words_survive_the_way_through_json():
    answers = {"effects": write({EFFECTS[0]}), "passes": write(RIGHT_ORDER), "pairs": write({"L1": "sparse"})}
    sheet = Sheet("t/words", answers)
    assert decode(encode(sheet)) == sheet


def test_the_notebook_says_what_form_and_the_receipt_what_was_read():
    assert _form(ASKED.answers["pairs"]).startswith('`{"L1": "...", ...}`')
    assert _form(ASKED.answers["passes"]).startswith('`["first", "second", ...]`')
    line = read_back("passes", ASKED.answers["passes"], write("forward, loss"))
    assert (line.value, line.remark) == ("forward pass; loss", "2 of 4 in order")
    assert read_back("effects", ASKED.answers["effects"], write([])).value == "none"


def test_the_worked_solution_has_the_words(scheme):
    found = as_json(solution(Marker(scheme), ASKED.seed()))["steps"]
    assert found["passes"] == RIGHT_ORDER
    assert found["pairs"] == {"L1": "sparse", "L2": "small", "none": "free"}
    assert found["by_size"] == ["third", "second", "first"]


def test_lint_names_what_earns_points_without_work(scheme):
    found = lint(scheme, draws=40)
    assert [str(doubt) for doubt in found.doubts] == [
        "by_size: copying the choices in the order in which they are listed earns points"
    ]
    bad = [np.sum(np.diff(np.argsort(np.argsort(ASKED.variant(i).n))) < 0) for i in range(40)]
    assert 0 < found.ill_posed.sum() < 40
    assert not any(bad[i] == 2 for i in np.flatnonzero(found.ill_posed))  # the listed order turned round
    scheme = Scheme(
        Exercise(
            "t/y", "", "", "steps", "", ASKED.seed,
            {"s": Answer.several("s", ("a", "b"), ""), "o": Answer.order("o", ("a", "b", "c"), "")},
            symbols={"n": "n"},
        )
    )  # fmt: skip

    @scheme.step()
    def s():
        """Both."""
        return ["a", "b"]

    @scheme.step()
    def o():
        """Two are listed in their order."""
        return ["b", "a", "c"]

    assert lint(scheme).problems == [
        "s: every choice is right: ticking all of them is no answer",
        "o: copying the choices in the order in which they are listed earns points",
    ]


def test_an_author_is_told_what_is_wrong():
    with pytest.raises(ValueError, match="two different words"):
        Answer.several("E", ("a", " A"), "")
    scheme = Scheme(Exercise("t/x", "", "", "steps", "", ASKED.seed, {"o": Answer.order("o", ("a", "b"), "")}))

    @scheme.step()
    def o():
        """The order."""
        return ["a", "c"]

    with pytest.raises(NotOffered, match="'c' is none of a, b"):
        Marker(scheme).truths(ASKED.seed())
    with pytest.raises(SchemeError, match="a slip's credit"):
        o.slip("No.", credit=2.0)


def test_the_example_of_the_page_runs():
    """The block of docs/authoring.md, and the figures that are said below it."""
    page = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text("utf-8")
    section = page.partition("### Questions that are answered in words")[2]
    names: dict = {}
    exec(section.partition("```python\n")[2].partition("```")[0], names)
    assert lint(names["scheme"]).problems == []
    marker = Marker(names["scheme"])

    def mark(**answers):
        return marker.mark(read_answers(json.dumps(answers), "stats/words"), names["words"].seed()).steps

    poor = mark(passes="update, forward, loss, backward", weights=["convolution", "max-pooling"])
    assert (poor["passes"].state, poor["passes"].points) == ("wrong", 0)
    assert (poor["weights"].state, poor["weights"].slip) == ("slip", "pooling")
    assert poor["weights"].points == 0.67  # one of one, less one of three
    better = mark(passes="forward, backward, loss, update", penalties={"L1": "zeros", "L2": "zeros"})
    assert better["passes"].points == 2
    assert better["passes"].remark == "“backward” comes after “loss”."
    assert better["penalties"].points == 0


def test_a_mixture_of_what_is_right_and_what_follows_is_no_answer():
    """Right is {a, b}, and of the student's own number follows {c, d}: {a, c} is neither."""
    asked = Exercise(
        "t/mixture",
        "Mixture",
        "",
        "steps",
        "Answer.",
        lambda: Sizes(np.array([9.0, 7.0, 5.0])),
        {"total": Answer("s", (), "sum"), "holds": Answer.several("S", ("a", "b", "c", "d"), "what holds")},
    )
    scheme = Scheme(asked)

    @scheme.step()
    def total(given):
        """$\\sum n$"""
        return jnp.sum(given.n)

    @scheme.step()
    def holds(total):
        """The first two where the sum is above 20, else the others."""
        return jnp.where(total > 20, jnp.array([1, 1, 0, 0]), jnp.array([0, 0, 1, 1]))

    marker = Marker(scheme)
    for words, points in ((["a", "b"], 1), (["c", "d"], 1), (["a", "c"], 0)):
        sheet = read_answers(json.dumps({"total": 19, "holds": words}), "t/mixture")
        assert marker.mark(sheet, asked.seed()).steps["holds"].points == points
