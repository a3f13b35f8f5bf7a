"""Losses against scipy, optax and the catalogue's numbers."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from scipy.special import softmax

from course.models import losses
from tests.oracles.library.losses import DISTRIBUTION, LOGITS, ONE_HOT, PREDICTION, TARGET


def test_cases(crossed):
    crossed()


def test_the_catalogues_numbers(x64):
    close = partial(np.testing.assert_allclose, rtol=0, atol=5e-9)
    close(losses.squared_error(3.0, 6.0), 9.0)
    close(losses.half_squared_error(0.417951556, 1.0), 0.16939020)
    close(losses.binary_cross_entropy(jax.nn.sigmoid(0.417951556), 1.0), 0.50584974)
    close(losses.softmax_cross_entropy(LOGITS, ONE_HOT), 0.85618669)
    close(losses.softmax_cross_entropy_label(LOGITS, 1), 0.85618669)


def test_gradients_are_the_closed_forms(dtype):
    x, y, a, t = (v.astype(dtype) for v in (PREDICTION, TARGET, LOGITS, DISTRIBUTION))

    @jax.jit
    def gradients(x, y, a, t):
        return [
            jax.grad(losses.squared_error)(x, y),
            jax.grad(losses.half_squared_error)(x, y),
            jax.grad(losses.sigmoid_cross_entropy)(a, t),
            jax.grad(losses.softmax_cross_entropy)(a, t),
            jax.grad(losses.softmax_cross_entropy_label)(a, 1),
        ]

    expected = 2 * (x - y), x - y, 1 / (1 + np.exp(-a)) - t, softmax(a) - t, softmax(a) - ONE_HOT
    for got, closed in zip(gradients(x, y, a, t), expected, strict=True):
        np.testing.assert_allclose(got, closed, rtol=1e-4 if dtype == "float32" else 1e-12)


@pytest.mark.parametrize("scale", [1.0, 1e3, 1e30])
def test_logits_never_overflow(scale):
    logits = jnp.asarray(LOGITS * scale, jnp.float32)
    ours = losses.softmax_cross_entropy(logits, jnp.asarray(ONE_HOT, jnp.float32))
    assert jnp.isfinite(ours)
    np.testing.assert_allclose(ours, optax.softmax_cross_entropy_with_integer_labels(logits, 1), rtol=1e-6)
    for sign in (1, -1):
        value, gradient = jax.value_and_grad(losses.sigmoid_cross_entropy)(sign * jnp.float32(scale), 1.0)
        np.testing.assert_allclose(value, max(0.0, -sign * scale), atol=0.7 if scale == 1 else 0, rtol=0.4)
        assert jnp.isfinite(gradient)


def test_certain_probabilities_cost_nothing_or_everything():
    assert losses.binary_cross_entropy(jnp.array([0.0, 1.0]), jnp.array([0.0, 1.0])) == 0
    assert losses.binary_cross_entropy(0.0, 1.0) == jnp.inf
    assert losses.binary_cross_entropy(1.0, 0.0) == jnp.inf
    assert losses.cross_entropy(jnp.array([1.0, 0.0]), jnp.array([1.0, 0.0])) == 0
    assert losses.cross_entropy(jnp.array([1.0, 0.0]), jnp.array([0.0, 1.0])) == jnp.inf


def test_a_class_masked_out_costs_nothing_and_leaves_the_gradient_finite():
    logits, target = jnp.array([0.0, 0.0, -jnp.inf]), jnp.array([1.0, 0.0, 0.0])
    value, gradient = jax.value_and_grad(losses.softmax_cross_entropy)(logits, target)
    np.testing.assert_allclose(value, np.log(2), rtol=1e-6)
    np.testing.assert_allclose(gradient, [-0.5, 0.5, 0.0], atol=1e-7)


def test_equal_logits_cost_log_of_the_number_of_classes():
    np.testing.assert_allclose(losses.softmax_cross_entropy_label(jnp.zeros(10), 3), np.log(10), rtol=1e-6)


@pytest.mark.parametrize("label", [-1, 3, 100])
def test_a_label_that_is_no_class_is_nan(label):
    assert jnp.isnan(losses.softmax_cross_entropy_label(jnp.asarray(LOGITS, jnp.float32), label))


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"\(3, 1\) and target \(3,\): they must have one shape"):
        losses.half_squared_error(jnp.zeros((3, 1)), jnp.zeros(3))


def test_integers_are_taken_as_numbers():
    assert losses.half_squared_error(np.array([3, 0]), np.array([1, 0])) == 2
