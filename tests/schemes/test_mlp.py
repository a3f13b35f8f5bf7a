"""The steps of the MLP schemes compose to `jax.grad` of the reference library, on a thousand variants each."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course.authoring.lint import lint
from course.exercises import find
from course.exercises.variants import next_well_posed
from course.marking.marker import stack
from course.models import losses, mlp

COUNT = 1000


def variants(exercise):
    indices, index = [], 0
    while len(indices) < COUNT:
        index = next_well_posed(exercise.id, index)
        indices.append(index)
        index += 1
    return [exercise.variant(i) for i in indices]


def relu_sgd(given):
    def loss(weights):
        return losses.half_squared_error(mlp.apply(weights, given.x, activation=jax.nn.relu), given.y)

    return loss, (given.W1, given.W2), ("dW1", "dW2")


def sigmoid_ls(given):
    def loss(weights):
        return losses.half_squared_error(mlp.apply(weights, given.x, activation=jax.nn.sigmoid), given.y)

    return loss, (given.W1, given.W2), ("dW1", "dW2")


def sigmoid_ce(given):
    def loss(weights):
        logit = mlp.apply(weights, given.x, activation=jax.nn.sigmoid)
        return losses.sigmoid_cross_entropy(logit, given.y)

    return loss, (given.W1, given.W2), ("dW1", "dW2")


def relu_backprop(given):
    def loss(weights):
        W1, W2, W3 = weights
        prediction = mlp.apply((W1[:, None], W2, W3), given.x, activation=jax.nn.relu, bias=False)
        return losses.squared_error(prediction, given.y)

    return loss, (given.W1, given.W2, given.W3), ("dW1", "dW2", "dW3")


NETWORKS = {
    "mlp/relu-sgd": relu_sgd,
    "mlp/sigmoid-ls": sigmoid_ls,
    "mlp/sigmoid-ce": sigmoid_ce,
    "mlp/relu-backprop": relu_backprop,
}


@pytest.mark.parametrize("exercise_id", NETWORKS)
def test_steps_compose_to_automatic_differentiation(marker, exercise_id):
    exercise = find(exercise_id)
    givens = stack([exercise.seed(), *variants(exercise)])
    with jax.enable_x64(True):

        def reference(given):
            loss, weights, names = NETWORKS[exercise_id](given)
            value, gradients = jax.value_and_grad(loss)(weights)
            return value, dict(zip(names, gradients, strict=True))

        value, gradients = jax.jit(jax.vmap(reference))(givens)
    probe = exercise.probes("practice")
    steps = marker(exercise_id).others(
        {str(i): g for i, g in enumerate([exercise.seed(), *variants(exercise)])}, probe
    )
    np.testing.assert_allclose(steps.truths["loss"], value, rtol=1e-9, atol=1e-12)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(steps.truths[name], gradient, rtol=1e-9, atol=1e-12, err_msg=name)


def test_updates_are_those_of_optax(marker):
    import optax

    exercise = find("mlp/relu-backprop")
    given = exercise.given("alice")
    truth = marker(exercise.id).truths(given)
    with jax.enable_x64(True):
        weights = {name: jnp.asarray(getattr(given, name)) for name in ("W1", "W2", "W3")}
        sgd = optax.sgd(given.eta)
        updates, _ = sgd.update({n: jnp.asarray(truth[f"d{n}"]) for n in weights}, sgd.init(weights))
        new = optax.apply_updates(weights, updates)
    for name in weights:
        np.testing.assert_allclose(truth[f"new_{name}"], new[name], rtol=1e-12)


def test_the_measured_part_of_vanishing_agrees_with_automatic_differentiation(marker):
    exercise = find("mlp/vanishing")
    for given in (exercise.seed(), exercise.given("alice"), exercise.given("bob")):
        truth = marker(exercise.id).truths(given)

        def loss(A1, given=given):
            y = given.x
            for A in (A1, given.A2, given.A3):
                y = 1 / (1 + jnp.exp(-(A @ y)))
            return 0.5 * ((given.A4 @ y)[0] - given.y) ** 2

        with jax.enable_x64(True):
            gradient = jax.grad(loss)(jnp.asarray(given.A1))
        assert truth["grad_norm"] == pytest.approx(float(np.linalg.norm(gradient)), rel=1e-9)
        singular = [np.linalg.svd(A)[1].max() for A in (given.A2, given.A3, given.A4)]
        np.testing.assert_allclose(truth["norms"], singular, rtol=1e-9)
        # The bound is one: |f - y| B_1 |x| is at least the norm that it bounds.
        y = given.x
        for A in (given.A1, given.A2, given.A3):
            y = 1 / (1 + np.exp(-(A @ y)))
        residual = abs((given.A4 @ y)[0] - given.y)
        assert truth["grad_norm"] <= residual * truth["bound"][0] * np.linalg.norm(given.x) * (1 + 1e-12)


@pytest.mark.parametrize("exercise_id", [*NETWORKS, "mlp/vanishing", "mlp/backprop", "mlp/why-backprop"])
def test_lint_finds_nothing(marker, exercise_id):
    finding = lint(marker(exercise_id).scheme, draws=500)
    assert finding.problems == []


def test_lint_finds_what_is_wrong():
    from course.marking.scheme import Scheme

    scheme = Scheme(find("mlp/relu-backprop"))
    for name, answer in scheme.exercise.answers.items():

        def step(given, shape=answer.shape):
            return jnp.ones(shape) * given.x

        step.__name__ = name
        step.__doc__ = "no formula"
        step.__signature__ = __import__("inspect").Signature(
            [__import__("inspect").Parameter("given", __import__("inspect").Parameter.POSITIONAL_OR_KEYWORD)]
        )
        registered = scheme.step()(step)
        registered.slip("no full stop")(step)
    scheme.derivatives("loss", dy_hat="y_hat")
    problems = " ".join(lint(scheme, draws=200).problems)
    for part in ("formula", "sentence", "derivative of loss", "every draw is ill-posed"):
        assert part in problems
