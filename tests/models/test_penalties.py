"""Penalties against closed forms, sub-gradients at the kinks, and weight decay against optax."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from course.models import penalties
from tests.oracles.library.penalties import FLAT


def test_cases(crossed):
    crossed()


@pytest.mark.parametrize("p", [1, 1.5, 2, 3, 4])
def test_the_gradient_of_the_catalogue(p, dtype):
    w = jnp.asarray(FLAT, dtype)
    expected = p * np.abs(FLAT) ** (p - 1) * np.sign(FLAT)
    np.testing.assert_allclose(jax.jit(jax.grad(lambda w: penalties.power(w, p)))(w), expected, rtol=1e-5)
    # The document's α p w^(p-1) is another value for odd p and negative weights, and the same for even p.
    documents = p * FLAT ** int(p - 1) if p == int(p) else None
    if p in (1, 3):
        assert not np.allclose(documents, expected)
    elif p in (2, 4):
        np.testing.assert_allclose(documents, expected)


@pytest.mark.parametrize("p", [1.0, 1.25, 2.0, 3.0])
def test_the_subgradient_at_zero_is_zero(p, dtype):
    w = jnp.array([0.0, 2.0, 0.0, -1.0], dtype)
    for penalty in (
        lambda w: penalties.power(w, p),
        penalties.l1,
        lambda w: penalties.elastic_net(w, 0.5),
        lambda w: penalties.p_norm(w, p),
    ):
        gradient = jax.jit(jax.grad(penalty))(w)
        np.testing.assert_array_equal(gradient[::2], 0)
        assert gradient[1] > 0 > gradient[3]


@pytest.mark.parametrize("p", [1, 2, 3.5, float("inf")])
def test_the_zero_vector_has_norm_and_gradient_zero(p, dtype):
    value, gradient = jax.jit(jax.value_and_grad(lambda w: penalties.p_norm(w, p)))(np.zeros(3, dtype))
    assert value == 0
    np.testing.assert_array_equal(gradient, 0)
    assert jax.jit(lambda w: penalties.p_norm(w, p))(np.zeros(0, dtype)) == 0


def test_a_norm_of_huge_entries_does_not_overflow():
    w = jnp.array([3e30, -4e30], jnp.float32)
    np.testing.assert_allclose(penalties.p_norm(w, 2), 5e30, rtol=1e-6)
    assert jnp.isinf(penalties.l2(w))


def test_the_subgradient_supports_the_norm_from_below(x64):
    """Φ(v) ≥ Φ(w) + s·(v − w) for every v: what a subgradient is, kinks included."""
    rng = np.random.default_rng(0)
    at = jnp.array([0.0, 1.0, -2.0, 0.0])
    for penalty in (penalties.l1, lambda w: penalties.elastic_net(w, 0.7), lambda w: penalties.p_norm(w, 1.0)):
        value, slope = jax.jit(jax.value_and_grad(penalty))(at)
        others = rng.normal(0, 2, (50, 4))
        assert np.all(
            jax.jit(jax.vmap(penalty))(others) >= value + (others - np.asarray(at)) @ np.asarray(slope) - 1e-12
        )


def test_soft_threshold_minimises_what_it_says(x64):
    grid = np.linspace(-3, 3, 60001)
    for w in (-1.3, -0.2, 0.0, 0.5, 2.0):
        minimum = grid[np.argmin((grid - w) ** 2 / 2 + 0.5 * np.abs(grid))]
        np.testing.assert_allclose(penalties.soft_threshold(w, 0.5), minimum, atol=1e-4)
    assert not np.signbit(penalties.soft_threshold(jnp.float32(-0.2), 0.5))


@pytest.mark.parametrize("p", [0, 0.5, -1.0, float("-inf")])
def test_what_is_no_norm_is_refused(p):
    for call in (penalties.p_norm, penalties.power):
        with pytest.raises(ValueError, match=f"p must be 1 or more for a norm; got {p}"):
            call(jnp.ones(2), p)


def test_p_may_be_mapped():
    ps = jnp.array([1.0, 2.0, 3.0])
    got = jax.vmap(penalties.power, (None, 0))(jnp.array([1.0, -2.0]), ps)
    np.testing.assert_allclose(got, [3, 5, 9], rtol=1e-6)


RATE, DECAY = 0.1, 0.05


def run(optimizer, steps=20):
    """A few steps on a loss whose gradient is neither constant nor linear."""

    def gradient(w):
        return jnp.sin(3 * w) + jnp.array([0.5, -0.2, 1.0])

    w = jnp.array([1.0, -2.0, 0.5])
    state = optimizer.init(w)
    for _ in range(steps):
        updates, state = optimizer.update(gradient(w), state, w)
        w = optax.apply_updates(w, updates)
    return w


def penalised(inner):
    """The L2 penalty in the gradient, w decaying by 2 η α = RATE · DECAY a step."""
    return optax.chain(optax.add_decayed_weights(DECAY), inner)


def test_decoupled_decay_is_optax_after_the_momentum(x64):
    ours = penalties.decoupled_weight_decay(optax.sgd(RATE, momentum=0.9), RATE * DECAY)
    after = optax.chain(optax.trace(0.9), optax.add_decayed_weights(DECAY), optax.scale(-RATE))
    np.testing.assert_allclose(run(ours), run(after), rtol=1e-12)
    assert not np.allclose(run(ours), run(penalised(optax.sgd(RATE, momentum=0.9))), rtol=1e-3)


def test_decoupled_decay_is_adamw(x64):
    ours = penalties.decoupled_weight_decay(optax.adam(RATE), RATE * DECAY)
    # Adam's own code mixes dtypes.
    with jax.numpy_dtype_promotion("standard"):
        np.testing.assert_allclose(run(ours), run(optax.adamw(RATE, weight_decay=DECAY)), rtol=1e-12)


def test_in_plain_descent_decay_and_penalty_agree(x64):
    ours = penalties.decoupled_weight_decay(optax.sgd(RATE), RATE * DECAY)
    np.testing.assert_allclose(run(ours), run(penalised(optax.sgd(RATE))), rtol=1e-12)


def test_decay_without_the_weights_says_what_to_do():
    optimizer = penalties.decoupled_weight_decay(optax.sgd(0.1), 0.1)
    with pytest.raises(ValueError, match=r"call update\(gradients, state, params\)"):
        optimizer.update(jnp.ones(1), optimizer.init(jnp.ones(1)))
