"""The nine rules of marking, each with a sheet that holds it and one that a weaker rule would let through."""

import json

import numpy as np
import pytest

from course.demo.students import chain
from course.exercises import Answer, Exercise
from course.marking.marker import Marker
from course.marking.report import Ruling
from course.marking.scheme import Scheme, SchemeError
from course.sheet import read_answers
from tests.marking.test_catalogue_mlp import RELU_SGD


def states(report):
    return {name: step.state for name, step in report.steps.items()}


def one_step(truth):
    """A scheme of a single step with this right value, and how a text fares on it."""
    from course.exercises.base import nothing

    value = np.asarray(truth, dtype=float)
    exercise = Exercise("t/one", "", "", "steps", "", nothing, {"v": Answer("v", value.shape, "")})
    scheme = Scheme(exercise)

    @scheme.step()
    def v():
        """$v$"""
        return value

    marker = Marker(scheme)
    return lambda text: marker.mark(read_answers('{"v": ' + text + "}", "t/one"), nothing()).steps["v"]


@pytest.fixture(scope="module")
def near():
    return {t: one_step(t) for t in (13.0, 0.18, -0.02886796, 0.0266, 10.0, 0.0, -0.4)}


@pytest.mark.parametrize(
    ("truth", "text", "state"),
    [
        # rule 1: less than one unit of what is written, cut or rounded
        (13.0, "13", "exact"),
        (13.0, '"13.0"', "exact"),
        (13.0, "12", "wrong"),
        (13.0, "12.99", "wrong"),  # a whole unit off
        (13.0, "12.995", "wrong"),
        (13.0, "12.9995", "exact"),  # float32 arithmetic
        (0.18, "0.17", "wrong"),
        (0.18, "0.2", "wrong"),  # 0.2 is 0.20
        (-0.02886796, "-0.03", "exact"),
        (-0.02886796, "-0.02", "unusable"),  # cut to one digit: 31 % off
        (-0.02886796, "-0.028", "exact"),
        (-0.02886796, "0.00", "wrong"),
        (-0.02886796, "0.03", "wrong"),  # the sign
        (0.0266, "0.03", "unusable"),  # 13 % off though within a unit
        (0.0266, '"0.027"', "exact"),
        (10.0, "10.001000000", "wrong"),  # claims nine decimals, off by 1e-4 relative
        (10.0, "10.0009", "exact"),
        (10.0, '"0.00e9"', "wrong"),
        (10.0, '"1e1"', "exact"),
        (0.0, "0", "exact"),
        (0.0, '"0.00e9"', "exact"),
        (0.0, "0.004", "wrong"),
        (-0.4, "-0.4", "exact"),
        (-0.4, '"−0,4"', "exact"),
    ],
)
def test_precision_as_written(near, truth, text, state):
    assert near[truth](text).state == state


def test_too_coarse_an_answer_is_told_what_to_write(near):
    step = near[0.0266]("0.03")
    assert step.points == 0
    assert "two significant digits" in step.remark


def test_a_zero_entry_is_measured_against_the_largest_of_its_step():
    mark = one_step([6.0, 0.0])
    assert mark("[6, 0.000001]").state == "exact"
    assert mark("[6, 0.0001]").state == "wrong"
    assert mark("[6, 0.00]").state == "exact"


def test_rule_2_follow_through_earns_full_points(mark):
    sheet = {**RELU_SGD, "a1": [5, -3], "z1": [5, 0], "y_hat": 11, "loss": 0.5, "dy_hat": 1, "dW2": [1, 5, 0]}
    sheet |= {"delta1": [2, 0], "dW1": [[2, 4, 6], [0, 0, 0]], "delta_w": -6}
    report = mark("mlp/relu-sgd", json.dumps(sheet))
    assert report.steps["a1"].state == "wrong"
    assert set(states(report).values()) == {"wrong", "follows", "exact"}
    assert report.points == report.max_points - 1


def test_rule_2_the_rounding_of_the_parents_is_carried(mark):
    """delta1 = -0.14 is within a unit; what is computed from -0.141594 on the calculator is right as well."""
    base = '"a1": [0.18, 0.18], "z1": [0.54, 0.54], "a2": 0.42, "h": 0.42, "delta2": -0.63, '
    follows = mark("mlp/sigmoid-ls", "{" + base + '"dW2": [-0.63, -0.34, -0.34]}')
    assert states(follows)["delta2"] == "wrong"
    assert states(follows)["dW2"] == "follows"
    carried = mark("mlp/sigmoid-ls", "{" + base + '"dW2": [-0.634, -0.3451, -0.3451]}')
    assert states(carried)["dW2"] == "follows"
    too_far = mark("mlp/sigmoid-ls", "{" + base + '"dW2": [-0.634, -0.40, -0.3451]}')
    assert states(too_far)["dW2"] == "wrong"


def test_rule_2_zeros_and_copies_do_not_follow(mark):
    zeros = (
        '{"a1": [0, 0], "z1": [0, 0], "dy_hat": 0, "dW2": [0, 0, 0], "delta1": [0, 0], "dW1": [[0,0,0],[0,0,0]]}'
    )
    report = mark("mlp/relu-sgd", zeros)
    assert report.points == 0
    assert {state for name, state in states(report).items() if name in json.loads(zeros)} == {"wrong"}
    copied = mark(
        "mlp/relu-backprop", '{"y_hat": 3, "dy_hat": 1, "dW1": [1, -1], "delta1": [0.33333333, -0.33333333]}'
    )
    assert states(copied)["dW1"] == "wrong"  # equals the given W1


@pytest.mark.parametrize("student", [None, "alice", "bob"])
@pytest.mark.parametrize(("exercise_id", "forward"), [("mlp/relu-backprop", 4), ("mlp/relu-sgd", 2)])
def test_rule_3_an_output_that_happens_to_be_the_target_costs_its_own_step_and_one_more(
    mark, marker, exercise_id, forward, student
):
    """The error is zero and all that follows from it: 1 for the output, 1 withheld once; nothing if made up."""
    scheme = marker(exercise_id).scheme
    given = scheme.exercise.given(student)

    def sheet(**first):
        def change(step, value, _):
            put = {"y_hat": given.y, **first}.get(step.name, value)
            return np.reshape(np.asarray(put, dtype=float), step.answer.shape)

        values = {name: np.round(value, 6) for name, value in chain(scheme, given, change).items()}
        answers = scheme.exercise.answers
        return {
            name: answers[name].choices[int(value)] if answers[name].dtype == "choice" else value.tolist()
            for name, value in values.items()
        }

    report = mark(exercise_id, json.dumps(sheet()), given=given)
    assert report.steps["y_hat"].state in {"wrong", "slip"}
    assert {step.state for name, step in report.steps.items() if name != "y_hat"} == {"exact", "follows"}
    assert report.withheld == 1
    assert report.points == report.max_points - 2 + report.steps["y_hat"].points
    assert "withheld, once" in report.remarks[-1]
    if student is None:
        return  # on the document's numbers the target is what a slip gives, which is a method
    invented = mark(exercise_id, json.dumps(sheet(a1=[99.0, -7.5])), given=given)
    assert invented.points <= forward  # what was worked out on the way forward, and the guessed direction
    alone = {name: value for name, value in sheet().items() if name not in {"a1", "z1", "h1", "a2", "h2"}}
    assert mark(exercise_id, json.dumps(alone), given=given).points <= 1


@pytest.mark.parametrize("module", ["naive", "bottleneck"])
def test_rule_3_what_repeats_its_parent_counts_where_half_is_right(mark, marker, module):
    """As many additions as multiplications: an answer on an honest sheet, no work on a made-up one."""
    right = {name: value.tolist() for name, value in marker("cnn/inception").truths(
        marker("cnn/inception").scheme.exercise.seed()
    ).items()}  # fmt: skip
    wrong = {f"{module}_mults": right[f"{module}_mults"] + 64, f"{module}_adds": right[f"{module}_mults"] + 64}
    report = mark("cnn/inception", json.dumps({**right, **wrong}))
    assert states(report)[f"{module}_mults"] == "wrong"
    assert states(report)[f"{module}_adds"] == "follows"
    assert report.points == report.max_points - 1
    made_up = {name: 70_000_000 + 10 * number for number, name in enumerate(right)}
    made_up |= {f"{module}_adds": made_up[f"{module}_mults"]}
    alone = mark("cnn/inception", json.dumps(made_up))
    assert alone.points == 0
    assert "repeats" in alone.steps[f"{module}_adds"].remark


def test_rule_2_a_missing_line_does_not_destroy_the_rest(mark):
    sheet = {name: value for name, value in RELU_SGD.items() if name not in {"z1", "y_hat", "dy_hat"}}
    assert set(states(mark("mlp/relu-sgd", json.dumps(sheet))).values()) == {"exact", "missing"}
    wrong_start = mark("mlp/relu-sgd", '{"a1": [5, -3], "y_hat": 11}')
    assert states(wrong_start)["y_hat"] == "follows"  # through the missing z1
    unusable = mark("mlp/relu-sgd", '{"a1": [5, -3], "z1": [5, 0, 0], "y_hat": 11}')
    assert states(unusable)["z1"] == "unusable"
    assert states(unusable)["y_hat"] == "follows"


def test_rule_3_a_slip_is_sought_on_the_students_own_parents(mark):
    own = mark("mlp/relu-sgd", '{"a1": [5, -3], "z1": [5, 0], "y_hat": 11, "loss": 1}')
    assert states(own)["loss"] == "slip"
    true = mark("mlp/relu-sgd", '{"a1": [5, -3], "z1": [5, 0], "y_hat": 11, "loss": 9}')
    assert states(true)["loss"] == "slip"


def test_rule_4_steps_are_all_or_nothing_and_the_remark_names_the_entries(mark):
    report = mark("mlp/relu-sgd", '{"delta1": [6, 0], "dW1": [[6, 12, 18], [0, 1, 0]]}')
    step = report.steps["dW1"]
    assert (step.state, step.points) == ("wrong", 0)
    assert "row 2 column 2" in step.remark
    assert "row 1" not in step.remark


def test_rule_4_exact_and_following_entries_make_a_step_that_follows():
    exercise = Exercise(
        "t/two", "", "", "steps", "", _unit_given, {"p": Answer("p", (2,), ""), "q": Answer("q", (2,), "")}
    )  # fmt: skip
    scheme = Scheme(exercise)

    @scheme.step()
    def p(given):
        """$p$"""
        return given.x

    @scheme.step()
    def q(p):
        """$q = 2p$"""
        return 2 * p

    marker = Marker(scheme)
    sheet = read_answers('{"p": [3, 9], "q": [6, 14]}', "t/two")  # q: follows the wrong 3, right for the true 7
    assert states(marker.mark(sheet, _unit_given()))["q"] == "follows"
    neither = read_answers('{"p": [3, 9], "q": [6, 15]}', "t/two")
    assert states(marker.mark(neither, _unit_given()))["q"] == "wrong"


def _unit_given():
    from typing import NamedTuple

    class X(NamedTuple):
        x: np.ndarray

    return X(np.array([5.0, 7.0]))


def test_rule_5_shapes(mark):
    squeezed = mark("mlp/relu-sgd", '{"a1": [[6], [-3]], "y_hat": [[13]], "dW2": [[3, 18, 0]]}')
    assert {states(squeezed)[n] for n in ("a1", "y_hat", "dW2")} == {"exact"}
    turned = mark("mlp/relu-sgd", '{"delta1": [6, 0], "dW1": [[6, 0], [12, 0], [18, 0]], "delta_w": -18}')
    assert (turned.steps["dW1"].state, turned.steps["dW1"].slip) == ("slip", "transposed")
    assert states(turned)["delta_w"] == "exact"
    used = mark("mlp/relu-sgd", '{"delta1": [2, 0], "dW1": [[2, 0], [4, 0], [6, 0]], "delta_w": -6}')
    assert states(used)["delta_w"] == "follows"  # put right before it is used as a parent
    for shape in ("[6]", "[6, -3, 0]", "6", "[[6, -3], [6, -3]]", "[]"):
        assert states(mark("mlp/relu-sgd", f'{{"a1": {shape}}}'))["a1"] == "unusable"


def test_rule_5_graphs_are_sets_of_edges(mark):
    edges = [[a, b] for b in ("z1", "z2") for a in ("x0", "x1", "x2")] + [[a, "h"] for a in ("z0", "z1", "z2")]
    assert states(mark("mlp/sigmoid-ls", json.dumps({"edges": edges[::-1]})))["edges"] == "exact"
    without_bias = [edge for edge in edges if edge[0] not in {"x0", "z0"}]
    report = mark("mlp/sigmoid-ls", json.dumps({"edges": without_bias}))
    assert (report.steps["edges"].state, report.steps["edges"].slip) == ("slip", "bias")
    fed = mark("mlp/sigmoid-ls", json.dumps({"edges": [*edges, ["x0", "z0"], ["x1", "z0"], ["x2", "z0"]]}))
    assert fed.steps["edges"].slip == "bias fed"
    assert states(mark("mlp/sigmoid-ls", json.dumps({"edges": edges[:-1]})))["edges"] == "wrong"
    assert states(mark("mlp/sigmoid-ls", json.dumps({"edges": [["x1", "q9"]]})))["edges"] == "unusable"


def test_rule_6_foreign_numbers_get_no_follow_through(mark, marker):
    exercise = marker("mlp/relu-sgd").scheme.exercise
    mine, theirs = exercise.given("alice"), exercise.given("bob")
    sheet = {n: v.tolist() for n, v in marker("mlp/relu-sgd").truths(theirs).items() if n != "direction"}
    alone = mark("mlp/relu-sgd", json.dumps(sheet), given=mine)
    assert not alone.foreign
    assert "follows" in states(alone).values()
    report = mark(
        "mlp/relu-sgd", json.dumps(sheet), given=mine, others={"carol": exercise.given("carol"), "bob": theirs}
    )
    assert report.foreign
    assert report.whose == "the numbers of bob"
    assert "follows" not in states(report).values()
    assert report.points < alone.points
    assert report.foreign_points == report.max_points - 1  # direction was not handed in
    assert "do not belong to your numbers" in report.remarks[0]
    assert "bob" not in " ".join([*report.remarks, *(step.remark for step in report.steps.values())])


def test_rule_6_two_chance_hits_are_not_foreign(mark, marker):
    exercise = marker("mlp/relu-sgd").scheme.exercise
    mine, theirs = exercise.given("alice"), exercise.given("bob")
    right = {n: v.tolist() for n, v in marker("mlp/relu-sgd").truths(mine).items() if n != "direction"}
    other = marker("mlp/relu-sgd").truths(theirs)
    right |= {"a1": other["a1"].tolist(), "dW2": other["dW2"].tolist()}
    assert not mark("mlp/relu-sgd", json.dumps(right), given=mine, others={"bob": theirs}).foreign


def test_rule_6_what_follows_from_a_chance_hit_is_no_evidence(mark, marker):
    """a1 and z1 and dW2 of bob, on alice's numbers: one wrong step, and two that follow from the sheet's own."""
    exercise = marker("mlp/relu-sgd").scheme.exercise
    mine, theirs = exercise.given("alice"), exercise.given("bob")
    other = marker("mlp/relu-sgd").truths(theirs)
    dy_hat = other["dy_hat"].tolist()
    sheet = {
        "a1": other["a1"].tolist(),
        "z1": other["z1"].tolist(),
        "dy_hat": dy_hat,
        "dW2": other["dW2"].tolist(),
    }
    report = mark("mlp/relu-sgd", json.dumps(sheet), given=mine, others={"bob": theirs})
    assert (report.steps["a1"].state, report.steps["z1"].state, report.steps["dW2"].state) == (
        "wrong",
        "follows",
        "follows",
    )
    assert not report.foreign


def test_rule_7_a_bundle_cannot_choose_its_probes(marker):
    """Right outputs for the practice inputs are wrong under the instructor's secret."""
    from course.sheet import Sheet, write

    this = marker("mlp/backprop")
    exercise = this.scheme.exercise
    practice, secret = exercise.probes("practice"), exercise.probes("an instructor's secret")

    def forward(params, x, phi):
        y = x
        for A, b in params[:-1]:
            y = phi(A @ y + b)
        A, b = params[-1]
        return A @ y + b

    call = exercise.answers["forward"].call
    honest = Sheet("mlp/backprop", {"forward": write(forward, lambda f: call(f, secret))}, "mallory")
    assert this.mark(honest, exercise.seed(), probe=secret).steps["forward"].state == "exact"
    replayed = Sheet("mlp/backprop", {"forward": write(forward, lambda f: call(f, practice))})
    assert this.mark(replayed, exercise.seed(), probe=secret).steps["forward"].state == "wrong"


def test_rule_7_automatic_differentiation_is_told_from_a_backward_pass(marker):
    import jax
    import jax.numpy as jnp

    from course.sheet import Sheet, write

    this = marker("mlp/backprop")
    exercise = this.scheme.exercise
    probe = exercise.probes("secret")

    def forward(params, x, phi):
        y = x
        for A, b in params[:-1]:
            y = phi(A @ y + b)
        return (params[-1][0] @ y + params[-1][1])[0]

    def automatic(params, x, y, phi, dphi):
        return jax.grad(lambda p: 0.5 * (forward(p, x, phi) - y) ** 2)(params)

    def by_hand(params, x, y, phi, dphi):
        pre, post = [], [jnp.asarray(x)]
        for number, (A, b) in enumerate(params):
            pre.append(A @ post[-1] + b)
            post.append(phi(pre[-1]) if number < len(params) - 1 else pre[-1])
        delta, gradients = post[-1] - y, []
        for number in reversed(range(len(params))):
            if number < len(params) - 1:
                delta = delta * dphi(pre[number])
            gradients.insert(0, (jnp.outer(delta, post[number]), delta))
            delta = params[number][0].T @ delta
        return gradients

    call = exercise.answers["backward"].call
    report = {
        name: this.mark(
            Sheet("mlp/backprop", {"backward": write(function, lambda f: call(f, probe))}),
            exercise.seed(),
            probe=probe,
        ).steps["backward"]
        for name, function in (("by hand", by_hand), ("automatic", automatic))
    }
    assert report["by hand"].state == "exact"
    assert (report["automatic"].state, report["automatic"].slip) == ("slip", "surrogate")


def test_rule_9_a_ruling_survives_marking_again(mark):
    text = json.dumps({**RELU_SGD, "loss": 9})
    ruling = {"loss": Ruling(points=1.0, reason="the sheet defined the loss without the factor")}
    for _ in range(2):
        report = mark("mlp/relu-sgd", text, rulings=ruling)
        assert report.points == report.max_points
        assert "defined the loss" in report.steps["loss"].remark
    assert mark("mlp/relu-sgd", text).points == report.max_points - 0.5


def test_a_scheme_that_contradicts_its_exercise_is_refused(marker):
    scheme = Scheme(marker("mlp/relu-sgd").scheme.exercise)
    with pytest.raises(SchemeError, match="not asked for"):

        @scheme.step()
        def nonsense(given):
            """$n$"""

    with pytest.raises(SchemeError, match="no earlier step"):

        @scheme.step()
        def z1(a1):
            """$z$"""

    with pytest.raises(SchemeError, match="docstring"):

        @scheme.step()
        def a1(given):
            return given.x

    with pytest.raises(SchemeError, match="no step marks"):
        scheme.check()


def test_whole_numbers_are_exact_however_large():
    from course.exercises.base import nothing

    exercise = Exercise("t/count", "", "", "steps", "", nothing, {"n": Answer("n", (), "", "int")})
    scheme = Scheme(exercise)

    @scheme.step()
    def n():
        """$n$"""
        return 1_115_684_864.0

    marker = Marker(scheme)
    for text, state in (
        ("1115684864", "exact"),
        ("1115684865", "wrong"),
        ("1115684864.4", "wrong"),
        ("1.115684864e9", "exact"),
    ):
        assert states(marker.mark(read_answers(f'{{"n": {text}}}', "t/count"), nothing())) == {"n": state}


def test_whole_numbers_carry_no_rounding_on():
    """A float step after a wrong integer one follows from just that integer, not from its neighbourhood."""
    exercise = Exercise(
        "t/carry", "", "", "steps", "", _unit_given, {"n": Answer("n", (), "", "int"), "r": Answer("r", (), "")}
    )  # fmt: skip
    scheme = Scheme(exercise)

    @scheme.step()
    def n(given):
        """$n$"""
        return given.x[0]

    @scheme.step()
    def r(n):
        """$r = 50 n$"""
        return 50 * n

    marker = Marker(scheme)
    for text, state in (('{"n": 6, "r": 300}', "follows"), ('{"n": 6, "r": 300.3}', "wrong")):
        assert states(marker.mark(read_answers(text, "t/carry"), _unit_given()))["r"] == state


def test_rule_2_a_chance_zero_in_a_large_array_does_not_stop_follow_through():
    exercise = Exercise(
        "t/large", "", "", "steps", "", _large_given, {"u": Answer("u", (3, 3), ""), "v": Answer("v", (3, 3), "")}
    )  # fmt: skip
    scheme = Scheme(exercise)

    @scheme.step()
    def u(given):
        """$u$"""
        return given.x

    @scheme.step()
    def v(u):
        """$v = u - 4$"""
        return u - 4

    marker = Marker(scheme)
    values = np.arange(1.0, 10.0).reshape(3, 3) * 2.5
    values[0, 0] = 4.0  # wrong, and v is 0 there
    chain = json.dumps({"u": values.tolist(), "v": (values - 4).tolist()})
    assert states(marker.mark(read_answers(chain, "t/large"), _large_given()))["v"] == "follows"
    flat = json.dumps({"u": np.full((3, 3), 4.0).tolist(), "v": np.zeros((3, 3)).tolist()})
    assert states(marker.mark(read_answers(flat, "t/large"), _large_given()))["v"] == "wrong"


def _large_given():
    from typing import NamedTuple

    class X(NamedTuple):
        x: np.ndarray

    return X(np.arange(1.0, 10.0).reshape(3, 3) * 2.5)
