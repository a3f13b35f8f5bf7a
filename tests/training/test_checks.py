"""Each check passes what is right and rejects what is wrong."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from course.models import losses, mlp
from course.training import checks

KEY = jax.random.key(0)
WEIGHTS = mlp.init((3, 5, 4), key=KEY)
X = jnp.sin(jnp.arange(24.0)).reshape(8, 3)
LABELS = jnp.arange(8) % 4


def loss(weights, activation=jnp.tanh):
    # Under float64 the parameters decide the dtype.
    x = X.astype(weights[0].dtype)
    logits = jax.vmap(lambda x: mlp.apply(weights, x, activation=activation))(x)
    return jax.vmap(losses.softmax_cross_entropy_label)(logits, LABELS).mean()


def test_automatic_differentiation_is_good():
    found = checks.check_gradients(loss, WEIGHTS)
    assert found.band == "good"
    assert found.checked == 5 * 4 + 4 * 6


def test_a_gradient_in_float64_is_good(x64):
    weights = jax.tree.map(lambda w: jnp.asarray(w, jnp.float64), WEIGHTS)
    assert checks.check_gradients(loss, weights, jax.grad(loss)(weights)).band == "good"


def test_a_gradient_in_float32_is_not_wrong():
    assert checks.check_gradients(loss, WEIGHTS, jax.grad(loss)(WEIGHTS)).band == "fine at kinks"


@pytest.mark.parametrize(
    "slip",
    [
        lambda g: jax.tree.map(lambda x: 2 * x, g),
        lambda g: jax.tree.map(jnp.negative, g),
        lambda g: jax.tree.map(jnp.zeros_like, g),
        lambda g: (g[0], g[1].at[:, 0].set(0)),
        lambda g: (g[0].at[2, 1].multiply(1.02), g[1]),
        lambda g: (g[0], g[1].at[0, 0].set(jnp.nan)),
    ],
    ids=["doubled", "negated", "zero", "bias-forgotten", "one-entry", "nan"],
)
def test_wrong_gradients_are_called_wrong(slip):
    found = checks.check_gradients(loss, WEIGHTS, slip(jax.grad(loss)(WEIGHTS)))
    assert found.band == "wrong"
    assert found.error > 1e-2


def test_the_worst_entry_is_named():
    gradient = jax.grad(loss)(WEIGHTS)
    found = checks.check_gradients(loss, WEIGHTS, (gradient[0], gradient[1].at[3, 2].add(5.0)))
    assert found.worst == "[1][3, 2]".replace(", ", "][")
    np.testing.assert_allclose(found.claimed - found.numeric, 5, rtol=1e-4)


def test_a_kink_within_the_step_is_not_called_good():
    found = checks.check_gradients(lambda w: jnp.sum(jax.nn.relu(w)), jnp.array([0.0, 1.0]))
    assert found.band == "wrong"
    smooth = checks.check_gradients(lambda w: jnp.sum(jax.nn.relu(w)), jnp.array([0.5, -1.0]))
    assert smooth.band == "good"


def test_a_zero_gradient_and_no_parameters_are_good():
    assert checks.check_gradients(lambda w: jnp.sum(w * 0), jnp.ones(3)).error == 0
    assert checks.check_gradients(lambda w: jnp.zeros(()), ()).checked == 0


def test_a_large_pytree_is_sampled_from_end_to_end():
    found = checks.check_gradients(lambda w: jnp.sum(w**2), jnp.arange(10.0), 3 * jnp.arange(10.0), entries=4)
    assert found.checked == 4
    assert found.worst != "[0]"


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"shapes \(2,\) are not those of the parameters, \(3,\)"):
        checks.check_gradients(lambda w: jnp.sum(w), jnp.ones(3), jnp.ones(2))


def test_check_gradients_leaves_the_precision_as_it_was():
    checks.check_gradients(lambda w: jnp.sum(w**2), jnp.ones(3))
    assert jnp.zeros(1).dtype == jnp.float32


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (0, "good"),
        (1e-7, "good"),
        (2e-7, "fine at kinks"),
        (2e-4, "suspicious"),
        (0.02, "wrong"),
        (np.inf, "wrong"),
    ],
)
def test_bands(error, name):
    assert checks.band(error) == name


def test_the_first_loss_of_a_classifier():
    assert checks.check_initial_loss(loss(jax.tree.map(lambda w: 0.01 * w, WEIGHTS)), classes=4).ok
    assert not checks.check_initial_loss(loss(jax.tree.map(lambda w: 100 * w, WEIGHTS)), classes=4).ok
    assert not checks.check_initial_loss(0.1, classes=4).ok
    assert not checks.check_initial_loss(float("nan"), classes=4).ok


def test_a_tiny_set_is_learnt_by_heart_or_not():
    found = checks.check_tiny_set(loss, mlp.init((3, 32, 4), key=KEY), optax.sgd(0.5, momentum=0.9), steps=200)
    assert found.ok
    assert found.losses[0] > found.losses[-1]
    # Labels that the input does not tell apart cannot be learnt.
    blind = checks.check_tiny_set(lambda w: loss((w[0] * 0, w[1])), WEIGHTS, optax.sgd(1.0), steps=50)
    assert not blind.ok
    assert not checks.check_tiny_set(loss, WEIGHTS, optax.sgd(1.0), steps=0).ok
    assert not checks.check_tiny_set(lambda w: jnp.sum(w) * jnp.nan, jnp.ones(2), optax.sgd(1.0), steps=2).ok
