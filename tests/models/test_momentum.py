"""The forms of momentum against each other, optax, a numpy loop and the theory of quadratics."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from course.models import losses, mlp
from course.models.momentum import (
    best_for_quadratic,
    heavy_ball,
    momentum,
    nesterov,
    quadratic_rate,
    trajectory,
)
from tests.oracles.library.momentum import CURVATURES, START, decaying, quadratic


def test_cases(crossed):
    crossed()


def network():
    weights = mlp.init((3, 8, 2), key=jax.random.key(0))
    x = jnp.sin(jnp.arange(30.0)).reshape(10, 3)
    y = jnp.cos(jnp.arange(20.0)).reshape(10, 2)

    def loss(weights):
        outputs = jax.vmap(lambda x: mlp.apply(weights, x, activation=jnp.tanh))(x)
        return jax.vmap(losses.half_squared_error)(outputs, y).mean()

    return jax.grad(loss), weights


HALVING = optax.exponential_decay(0.1, transition_steps=10, decay_rate=0.5)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (heavy_ball(0.1, 0.9), optax.sgd(0.1, momentum=0.9)),
        (momentum(0.1, 0.9), optax.sgd(0.1, momentum=0.9)),
        (
            momentum(optax.exponential_decay(0.1, 10, 0.5), 0.9),
            optax.sgd(optax.exponential_decay(0.1, 10, 0.5), 0.9),
        ),
        (nesterov(0.1, 0.9), optax.sgd(0.1, momentum=0.9, nesterov=True)),
    ],
    ids=["form-1", "form-2", "form-2-schedule", "nesterov"],
)
def test_a_real_network_moves_as_optax_moves_it(ours, theirs, x64):
    gradient, weights = network()
    for got, expected in zip(
        *(jax.tree.leaves(trajectory(o, gradient, weights, steps=100)) for o in (ours, theirs)), strict=True
    ):
        np.testing.assert_allclose(got, expected, atol=1e-10)


def test_with_a_schedule_the_forms_differ(x64):
    """And form I is the one whose velocity was scaled by the rates of its day."""
    first, second = (trajectory(f(decaying, 0.8), quadratic, START, steps=8)["x"] for f in (heavy_ball, momentum))
    np.testing.assert_allclose(first[:2], second[:2], rtol=1e-12)
    assert np.abs(first - second).max() > 0.01
    now, v = jnp.asarray(START["x"]), 0
    for k in range(8):
        v = decaying(k) * CURVATURES * now + 0.8 * v
        now = now - v
    np.testing.assert_allclose(first[-1], now, rtol=1e-12)


def test_nesterov_is_the_look_ahead_form(x64):
    """Sutskever's y^k, read at the point it looks ahead to, walks through our θ^k."""
    alpha, beta = 0.03, 0.8
    ours = trajectory(nesterov(alpha, beta), quadratic, START, steps=8)["x"]
    y, v = jnp.asarray(START["x"]), 0
    for theta in ours:
        ahead = y - alpha * beta * v
        np.testing.assert_allclose(theta, ahead, rtol=1e-10)
        v = beta * v + CURVATURES * ahead
        y = y - alpha * v


def iteration_matrix(alpha, beta, h):
    return np.array([[1 + beta - alpha * h, -beta], [1, 0]])


def test_the_rate_is_the_spectral_radius(x64):
    for alpha in (0.01, 0.2, 1.0, 3.0):
        for beta in (0.0, 0.1, 0.5, 0.9):
            for h in (0.1, 1.0, 2.0):
                eigenvalues = np.linalg.eigvals(iteration_matrix(alpha, beta, h))
                np.testing.assert_allclose(quadratic_rate(alpha, beta, h), np.abs(eigenvalues).max(), atol=1e-7)


def test_the_best_momentum_is_the_catalogues_and_no_neighbour_is_better(x64):
    smallest, largest = 1.0, 100.0
    alpha, beta = best_for_quadratic(smallest, largest)
    kappa = largest / smallest
    np.testing.assert_allclose(beta, ((np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)) ** 2, rtol=1e-12)

    def worst(alpha, beta):
        return max(float(quadratic_rate(alpha, beta, h)) for h in (smallest, largest))

    # At the best the roots are double, where rounding moves them by the root of its size.
    np.testing.assert_allclose(worst(alpha, beta), np.sqrt(beta), atol=1e-6)
    for a in (0.9, 0.97, 1.0, 1.03, 1.1):
        for b in (0.9, 0.97, 1.0, 1.03, 1.1):
            assert worst(alpha * a, min(beta * b, 0.999)) > np.sqrt(beta) - 1e-6
    assert (kappa - 1) / (kappa + 1) > worst(alpha, beta)


@pytest.mark.parametrize("form", [heavy_ball, momentum, nesterov])
def test_without_beta_all_are_gradient_descent(form, x64):
    np.testing.assert_allclose(
        trajectory(form(0.1, 0.0), lambda x: x, 1.0, steps=5), 0.9 ** np.arange(6), rtol=1e-12
    )


def test_beyond_its_rate_it_diverges(x64):
    assert quadratic_rate(2.0, 0.0, 1.5) > 1
    far = trajectory(momentum(2.0, 0.0), lambda x: 1.5 * x, 1.0, steps=20)
    assert abs(far[-1]) > 1e5


def test_the_measured_rate_is_the_predicted_one(x64):
    # Real roots: complex ones turn, and the error shrinks by turns more and less.
    alpha, beta = 0.05, 0.3
    visited = trajectory(momentum(alpha, beta), lambda x: x, 1.0, steps=400)
    predicted = quadratic_rate(alpha, beta, 1.0)
    measured = np.abs(visited[300] / visited[200]) ** (1 / 100)
    np.testing.assert_allclose(measured, predicted, rtol=1e-3)


def test_form_1_without_parameters_says_what_to_do():
    optimizer = heavy_ball(0.1, 0.9)
    with pytest.raises(ValueError, match=r"form I compares parameters: call update\(gradients, state, params\)"):
        optimizer.update(jnp.ones(1), optimizer.init(jnp.ones(1)))


def test_optax_can_chain_them():
    optimizer = optax.chain(optax.clip(1.0), momentum(0.5, 0.0))
    np.testing.assert_allclose(trajectory(optimizer, lambda x: 10 * x, jnp.array(4.0), steps=2), [4, 3.5, 3])
