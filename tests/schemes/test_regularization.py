"""The schemes of the penalties: values worked by hand, slips, follow-through, and oracles on many variants."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from scipy.optimize import minimize_scalar

from course.authoring.lint import lint
from course.exercises import find
from course.exercises.regularization.implement_p_norm import WIDTH
from course.exercises.regularization.p_norm import FORMULA_HOLDS
from course.notebook.functions import evaluate
from course.sheet import Sheet

COUNT = 1000

BY_HAND = {
    "regularization/p-norm": {
        "norm": 12.5, "penalty": 2.5, "dpenalty": [2.4, -0.6, 0.15, -1.35], "grad": [3, -1.6, 2.15, -0.55],
        "new_w": [1.7, -0.84, 0.285, -1.445], "dpenalty_q": [0.8, -0.4, 0.2, -0.6], "holds": "for even p",
    },
    "regularization/weight-decay": {
        "penalty": 3.5, "dpenalty": [1.5, -1, 0.5], "factor": 0.9, "new_w": [1.9, -2.2, 1.5],
        "coupled": [0.36, -2.48, 2.2], "decoupled": [0.51, -2.58, 2.25],
    },
    "regularization/elastic-net": {
        "l1": 4.5, "l2": 7.25, "dl1": [1, -1, 0, 1], "dl2": [4, -3, 0, 2], "penalty": 3.28125,
        "dpenalty": [1.625, -1.25, 0, 0.875], "new_w": [1.475, -1.15, -0.08, 0.425], "prox": [1.7, -1.3, 0, 0.5],
    },
}  # fmt: skip
IMPLEMENT = "regularization/implement-p-norm"


def p_norm(given, own):
    """The chain in numpy, the gradients by central differences; `own` replaces steps by a student's values."""
    steps = dict(own)
    steps.setdefault("norm", sum(abs(w) ** given.p for w in given.w))
    steps.setdefault("penalty", given.alpha * steps["norm"])
    for name, p in (("dpenalty", given.p), ("dpenalty_q", given.q)):
        steps.setdefault(name, differences(lambda w, p=p: given.alpha * np.sum(np.abs(w) ** p), given.w))
    steps.setdefault("grad", given.dJ + steps["dpenalty"])
    steps.setdefault("new_w", given.w - given.eta * np.asarray(steps["grad"]))
    steps.setdefault("holds", "for even p")
    return steps


def weight_decay(given, own):
    """The chain with optax's updates; `own` replaces steps by a student's values."""
    steps = dict(own)
    steps.setdefault("penalty", given.alpha * np.linalg.norm(given.w) ** 2)
    steps.setdefault("dpenalty", differences(lambda w: given.alpha * np.linalg.norm(w) ** 2, given.w))
    steps.setdefault("factor", 1 - 2 * given.eta * given.alpha)
    steps.setdefault("new_w", steps["factor"] * given.w - given.eta * given.dJ)
    decay, momentum = optax.add_decayed_weights(2 * given.alpha), optax.trace(given.beta)
    for name, chain in (("coupled", (decay, momentum)), ("decoupled", (momentum, decay))):
        with jax.enable_x64(True):
            optimizer = optax.chain(*chain, optax.scale(-given.eta))
            _, state = optimizer.update(jnp.asarray(given.dJ), optimizer.init(given.w), jnp.asarray(given.w))
            now = jnp.asarray(steps["new_w"])
            update, _ = optimizer.update(jnp.asarray(given.dJ), state, now)
        steps.setdefault(name, np.asarray(now + update))
    return steps


def elastic_net(given, own):
    """The chain in numpy, the proximal step by minimisation; `own` replaces steps by a student's values."""
    steps = dict(own)
    steps.setdefault("l1", np.linalg.norm(given.w, 1))
    steps.setdefault("l2", np.linalg.norm(given.w) ** 2)
    # The mean of both one-sided slopes of |w| is 0 at 0.
    steps.setdefault("dl1", differences(lambda w: np.linalg.norm(w, 1), given.w))
    steps.setdefault("dl2", differences(lambda w: np.linalg.norm(w) ** 2, given.w))

    def mix(a, b):
        return given.alpha * (given.rho * np.asarray(a) + (1 - given.rho) * np.asarray(b))

    steps.setdefault("penalty", mix(steps["l1"], steps["l2"]))
    steps.setdefault("dpenalty", mix(steps["dl1"], steps["dl2"]))
    steps.setdefault("new_w", given.w - given.eta * (given.dJ + np.asarray(steps["dpenalty"])))
    u, amount = given.w - given.eta * given.dJ, given.eta * given.alpha
    nearest = [minimize_scalar(lambda v, x=x: (v - x) ** 2 / 2 + amount * abs(v)).x for x in u]
    steps.setdefault("prox", np.where(np.abs(u) <= amount, 0.0, nearest))
    return steps


def differences(f, w, step=1e-5):
    return np.array([(f(w + step * e) - f(w - step * e)) / (2 * step) for e in np.eye(len(w))])


ORACLES = {
    "regularization/p-norm": p_norm,
    "regularization/weight-decay": weight_decay,
    "regularization/elastic-net": elastic_net,
}


@pytest.mark.parametrize("exercise_id", BY_HAND)
def test_what_was_worked_by_hand_is_exact(mark, exercise_id):
    report = mark(exercise_id, BY_HAND[exercise_id])
    assert {name: step.state for name, step in report.steps.items()} == dict.fromkeys(
        BY_HAND[exercise_id], "exact"
    )
    assert report.points == report.max_points


@pytest.mark.parametrize("exercise_id", ORACLES)
def test_right_values_agree_with_an_oracle_on_many_variants(marker, well_posed, exercise_id):
    exercise = find(exercise_id)
    givens = [exercise.seed(), *well_posed(exercise, COUNT)]
    truths = marker(exercise_id).others({str(i): given for i, given in enumerate(givens)}).truths
    for number, given in enumerate(givens):
        for name, value in ORACLES[exercise_id](given, {}).items():
            answer = exercise.answers[name]
            right = answer.choices.index(value) if answer.dtype == "choice" else value
            np.testing.assert_allclose(truths[name][number], right, rtol=2e-6, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("exercise_id", ORACLES)
def test_the_oracles_sheet_gets_all_points(mark, well_posed, exercise_id):
    for given in well_posed(find(exercise_id), 10):
        report = mark(exercise_id, ORACLES[exercise_id](given, {}), given)
        assert report.points == report.max_points


@pytest.mark.parametrize(
    ("exercise_id", "wrong"),
    [
        ("regularization/p-norm", {"norm": 11}),
        ("regularization/p-norm", {"dpenalty": [2.4, 0.6, 0.35, 1.35]}),
        ("regularization/p-norm", {"grad": [3, 1.6, 2.15, 0.75]}),
        ("regularization/weight-decay", {"factor": 0.8}),
        ("regularization/weight-decay", {"new_w": [2.2, -1.2, 1.7]}),
        ("regularization/elastic-net", {"l1": 4.2}),
        ("regularization/elastic-net", {"l2": 6.25}),
        ("regularization/elastic-net", {"dl1": [1, -1, 0.7, 1]}),
        ("regularization/elastic-net", {"dl2": [4, 3, 0, 1]}),
        ("regularization/elastic-net", {"dpenalty": [1.2, -1.25, 0.5, 0.9]}),
    ],
)
def test_what_follows_from_a_wrong_step_earns_its_points(mark, exercise_id, wrong):
    sheet = ORACLES[exercise_id](find(exercise_id).seed(), wrong)
    report = mark(exercise_id, sheet)
    (name,) = wrong
    assert report.steps[name].state == "wrong"
    later = [step for step in list(sheet)[list(report.steps).index(name) + 1 :] if step in report.steps]
    changed = [s for s in report.steps if s != name and not _same(sheet[s], BY_HAND[exercise_id][s])]
    assert changed, later
    assert {report.steps[step].state for step in changed} == {"follows"}
    assert report.points == report.max_points - report.steps[name].max_points


def _same(a, b):
    return a == b if isinstance(a, str) else np.allclose(a, b, atol=1e-6)


@pytest.mark.parametrize("exercise_id", BY_HAND)
def test_a_wrong_value_is_refused_at_every_step(mark, exercise_id):
    for name, value in BY_HAND[exercise_id].items():
        moved = "for no p" if isinstance(value, str) else np.asarray(value) * 1.31 + 0.07
        report = mark(exercise_id, BY_HAND[exercise_id] | {name: moved})
        expected = "slip" if isinstance(value, str) else "wrong"  # a wrong choice is named and earns nothing
        assert (report.steps[name].state, report.steps[name].points) == (expected, 0), name


def test_the_documents_formula_is_right_where_signs_allow_and_named_where_not(mark, well_posed):
    exercise = find("regularization/p-norm")
    for given in (exercise.seed(), *well_posed(exercise, 30)):
        formula = {
            "norm": np.sum(given.w**given.p),
            "dpenalty": given.alpha * given.p * given.w ** (given.p - 1),
            "dpenalty_q": given.alpha * given.q * given.w ** (given.q - 1),
        }
        steps = mark(exercise.id, p_norm(given, {}) | formula, given).steps
        assert (steps["norm"].state, steps["norm"].slip) == ("slip", "signs")
        assert steps["dpenalty"].state == "follows"  # one cause, charged once
        assert steps["dpenalty_q"].state == "exact"
        alone = mark(exercise.id, p_norm(given, {}) | {"dpenalty": formula["dpenalty"]}, given).steps["dpenalty"]
        assert (alone.state, alone.slip, alone.points) == ("slip", "signs", 1.0)
        assert "at a negative weight the sign is lost" in alone.remark
        positive = given._replace(w=np.abs(given.w))
        right = mark(exercise.id, {"dpenalty": given.alpha * given.p * positive.w ** (given.p - 1)}, positive)
        assert right.steps["dpenalty"].state == "exact"


def test_the_belief_that_the_formula_always_holds_is_named(mark):
    sheet = BY_HAND["regularization/p-norm"]
    said = {word: mark("regularization/p-norm", sheet | {"holds": word}).steps["holds"] for word in FORMULA_HOLDS}
    assert [step.state for step in said.values()] == ["slip", "exact", "slip", "slip"]
    assert said["for every p"].slip == "signs"


def test_decay_before_and_after_momentum_are_told_apart(mark):
    sheet = BY_HAND["regularization/weight-decay"]
    swapped = sheet | {"coupled": sheet["decoupled"], "decoupled": sheet["coupled"]}
    steps = mark("regularization/weight-decay", swapped).steps
    assert (steps["coupled"].state, steps["coupled"].slip) == ("slip", "where the decay stands")
    assert steps["decoupled"].state == "follows"


# Functions, as students write them.
def gradient(w, p, sign):
    return p * np.abs(w) ** (p - 1) * np.asarray(sign(w))


def gradient_in_jax(w, p, sign):
    return jax.vmap(lambda x: p * jnp.abs(x) ** (p - 1) * sign(x))(jnp.asarray(w, jnp.float32))


def update(w, dJ, alpha, p, eta):
    return w - eta * (dJ + alpha * p * np.abs(w) ** (p - 1) * np.sign(w))


def automatic(w, p, sign):
    return jax.grad(lambda w: jnp.sum(jnp.abs(w) ** p))(jnp.asarray(w))


def spoils_its_input(w, p, sign):
    w *= 0
    return w


WRONG_GRADIENTS = [
    (lambda w, p, sign: p * w ** (p - 1), "slip", "signs"),
    (lambda w, p, sign: p * np.abs(w) ** (p - 1), "slip", "signs"),
    (lambda w, p, sign: p * np.abs(w) ** (p - 1) * np.sign(w), "slip", "surrogate"),
    (automatic, "slip", "surrogate"),
    (lambda w, p, sign: np.abs(w) ** (p - 1) * sign(w), "slip", "power rule"),
    (lambda w, p, sign: p * np.abs(w) ** p * sign(w), "slip", "power rule"),
    (lambda w, p, sign: 2 * w, "wrong", ""),
    (spoils_its_input, "wrong", ""),
    (lambda w, p, sign: w[:3], "unusable", ""),
    (lambda w, p: w, "unusable", ""),
    (lambda w, p, sign: w ** (p - 1) / 0, "unusable", ""),
]
WRONG_UPDATES = [
    (lambda w, dJ, a, p, e: w - e * (dJ + a * p * w ** (p - 1)), "slip", "signs"),
    (
        lambda w, dJ, a, p, e: w - e * (dJ + a * p * np.abs(w) ** (p - 1) * np.where(w < 0, -1, 1)),
        "slip",
        "kink",
    ),
    (lambda w, dJ, a, p, e: w + e * (dJ + a * p * np.abs(w) ** (p - 1) * np.sign(w)), "slip", "uphill"),
    (lambda w, dJ, a, p, e: w - e * (dJ + p * np.abs(w) ** (p - 1) * np.sign(w)), "slip", "alpha"),
    (lambda w, dJ, a, p, e: w - e * (dJ - a * p * np.abs(w) ** (p - 1) * np.sign(w)), "slip", "minus penalty"),
    (lambda w, dJ, a, p, e: w - e * dJ, "wrong", ""),
]


def hand_in(marker, key="practice", **functions):
    exercise = find(IMPLEMENT)
    answers = {
        name: evaluate(function, exercise.answers[name], exercise.probes(key))
        for name, function in functions.items()
    }
    return marker(IMPLEMENT).mark(Sheet(IMPLEMENT, answers), exercise.seed(), probe=exercise.probes(key))


@pytest.mark.parametrize("right", [gradient, gradient_in_jax])
@pytest.mark.parametrize("key", ["practice", "a", "b", "c"])
def test_right_functions_get_all_points_on_any_probe(marker, right, key):
    report = hand_in(marker, key, gradient=right, update=update)
    assert report.points == report.max_points


@pytest.mark.parametrize(("wrong", "state", "cause"), WRONG_GRADIENTS)
def test_wrong_gradients_are_named(marker, wrong, state, cause):
    for key in ("practice", "secret"):
        step = hand_in(marker, key, gradient=wrong, update=update).steps["gradient"]
        assert (step.state, step.slip) == (state, cause)


@pytest.mark.parametrize(("wrong", "state", "cause"), WRONG_UPDATES)
def test_wrong_updates_are_named(marker, wrong, state, cause):
    for key in ("practice", "secret"):
        step = hand_in(marker, key, gradient=gradient, update=wrong).steps["update"]
        assert (step.state, step.slip) == (state, cause)


def test_every_probe_has_zeros_and_both_signs():
    for key in range(300):
        probe = find(IMPLEMENT).probes(str(key))
        for row in (*probe.w[:-1], *probe.start):
            assert row.shape == (WIDTH,)
            assert (row == 0).any()
            assert (row < 0).any()
            assert (row > 0).any()
        assert (probe.w[-1] >= 0).all()


@pytest.mark.parametrize("exercise_id", [*BY_HAND, IMPLEMENT])
def test_lint_finds_nothing(marker, exercise_id):
    assert lint(marker(exercise_id).scheme, draws=500).problems == []
