"""The scheme of the capstone: counts against real parameters, slips, follow-through and wrong values."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from course.authoring.lint import lint
from course.exercises import find
from course.exercises.training.capstone import TEST, TRAIN
from course.models import cnn, cost, lenet, losses, mlp
from course.training import data

COUNT = 1000
CAPSTONE = "training/capstone"
BY_HAND = {
    "cnn_params": 6090, "lenet_params": 61706, "mlp_params": 4810, "updates": 44, "initial_loss": 2.302585,
    "step_size": 0.5, "decay": 0.93613, "errors": 10,
}  # fmt: skip


def count(init):
    return sum(leaf.size for leaf in jax.tree.leaves(jax.eval_shape(init)))


def oracle(given, own):
    """Counts from the library's networks, the rest by brute force; `own` replaces steps by a student's values."""
    key = jax.random.key(0)
    filters = tuple(int(n) for n in given.filters)
    steps = dict(own)
    steps.setdefault("cnn_params", cost.total(cnn.layers(filters, padding=1), (1, 8, 8)).parameters)
    steps.setdefault("lenet_params", count(lambda: lenet.init(key=key)))
    steps.setdefault(
        "mlp_params", cost.total([cost.Dense(int(given.hidden)), cost.Dense(10)], (64, 1, 1)).parameters
    )
    examples = np.arange(int(given.examples))
    steps.setdefault("updates", sum(len(examples[i : i + int(given.batch)]) == given.batch
                                    for i in range(0, len(examples), int(given.batch))))  # fmt: skip
    steps.setdefault("initial_loss", -np.log(np.exp(0) / np.sum(np.exp(np.zeros(10)))))
    steps.setdefault("step_size", given.eta * sum(given.beta**k for k in range(1000)))
    weight = 1.0
    for _ in range(int(given.epochs) * int(steps["updates"])):
        weight -= given.eta * 2 * given.alpha * weight
    steps.setdefault("decay", weight)
    steps.setdefault(
        "errors", max(e for e in range(int(given.tests)) if 100 * (given.tests - e) >= 97 * given.tests)
    )
    return steps


def test_what_was_worked_by_hand_is_exact(mark):
    report = mark(CAPSTONE, BY_HAND)
    assert {name: step.state for name, step in report.steps.items()} == dict.fromkeys(BY_HAND, "exact")


def test_right_values_agree_with_an_oracle_on_many_variants(marker, well_posed):
    exercise = find(CAPSTONE)
    givens = [exercise.seed(), *well_posed(exercise, COUNT)]
    truths = marker(CAPSTONE).others({str(i): given for i, given in enumerate(givens)}).truths
    for number, given in enumerate(givens):
        for name, value in oracle(given, {}).items():
            np.testing.assert_allclose(truths[name][number], value, rtol=1e-9, err_msg=name)


def test_the_numbers_are_those_of_real_parameters_and_data(marker, well_posed):
    exercise, key = find(CAPSTONE), jax.random.key(0)
    train, test = data.digits()
    assert (len(train.labels), len(test.labels)) == (TRAIN, TEST)
    for given in (exercise.seed(), *well_posed(exercise, 3)):
        truth = marker(CAPSTONE).truths(given)
        filters = tuple(int(n) for n in given.filters)
        assert truth["cnn_params"] == count(lambda f=filters: cnn.init((1, 8, 8), f, key=key, padding=1))
        assert truth["mlp_params"] == count(lambda m=int(given.hidden): mlp.init((64, m, 10), key=key))
        assert truth["updates"] == len(data.batches(len(train.labels), int(given.batch), key=key))
        loss = losses.softmax_cross_entropy_label(jnp.zeros(10), 3)
        assert truth["initial_loss"] == pytest.approx(float(loss), rel=1e-6)
        optimizer = optax.sgd(float(given.eta), momentum=float(given.beta))
        state = optimizer.init(jnp.zeros(()))
        for _ in range(300):
            step, state = optimizer.update(jnp.ones(()), state)
        assert truth["step_size"] == pytest.approx(-float(step), rel=1e-5)


def test_the_counts_that_books_give_are_known_for_what_they_are(mark):
    for said, cause in ((61750, "subsampling"), (60850, "subsampling"), (61470, "bias")):
        step = mark(CAPSTONE, BY_HAND | {"lenet_params": said}).steps["lenet_params"]
        assert (step.state, step.slip) == ("slip", cause)
    near = mark(CAPSTONE, BY_HAND | {"lenet_params": 61705}).steps["lenet_params"]
    assert near.state == "wrong"


def test_decay_follows_from_another_number_of_updates(mark):
    sheet = oracle(find(CAPSTONE).seed(), {"updates": 30})
    steps = mark(CAPSTONE, sheet).steps
    assert (steps["updates"].state, steps["decay"].state) == ("wrong", "follows")


def test_a_wrong_value_is_refused_at_every_step(mark):
    for name, value in BY_HAND.items():
        moved = value + 3 if isinstance(value, int) else value * 1.31 + 0.07
        marked = mark(CAPSTONE, BY_HAND | {name: moved}).steps[name]
        assert (marked.state, marked.points) == ("wrong", 0), name


def test_the_explanation_is_marked_by_hand(marker):
    assert marker(CAPSTONE).scheme.written_points == 7


def test_lint_finds_nothing(marker):
    assert lint(marker(CAPSTONE).scheme, draws=300).problems == []
