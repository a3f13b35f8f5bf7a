"""What `course train` puts together by name: each part against a closed form in numpy, or optax's own."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from course.models import losses
from course.training import classifier, recipes
from course.training.fit import Objective, Settings, fit

IMAGES = jnp.asarray(np.sin(np.arange(4.0 * 32 * 32)).reshape(4, 1, 32, 32), np.float32)
LABELS = np.array([3, 1, 4, 1], np.int32)
PARAMS = np.array([1.0, -2.0, 0.5], np.float32)


@pytest.mark.parametrize("name", recipes.NETWORKS)
def test_a_step_along_the_gradient_lowers_the_loss(name):
    network = recipes.network(name, (1, 32, 32))
    params = network.init(key=jax.random.key(0))

    @jax.jit
    def loss(params):
        logits = jax.vmap(network.apply, (None, 0))(params, IMAGES)
        return jnp.mean(jax.vmap(losses.softmax_cross_entropy_label)(logits, LABELS))

    value, gradient = jax.jit(jax.value_and_grad(loss))(params)
    down, up = (jax.tree.map(lambda p, g, s=sign: p + s * g, params, gradient) for sign in (-1e-3, 1e-3))
    assert loss(down) < value < loss(up)


@pytest.mark.parametrize("name", recipes.NETWORKS)
def test_bfloat16_is_close_to_float32(name):
    network = recipes.network(name, (1, 32, 32))
    params = network.init(key=jax.random.key(0))
    full = jax.jit(network.apply)(params, IMAGES[0])
    lower = jax.jit(recipes.computing_in("bfloat16", network.apply))(params, IMAGES[0])
    assert lower.dtype == full.dtype == np.float32
    assert full.shape == (10,)
    # Eight bits of a mantissa, through some layers; and it was not float32 all along.
    np.testing.assert_allclose(lower, full, rtol=0, atol=0.04 * max(1.0, np.abs(full).max()))
    assert not np.array_equal(lower, full)


@pytest.mark.parametrize("name", ["inception", "split-transform-merge"])
def test_blocks_of_small_paths_read_digits_soon(name):
    """Two epochs as `course train` runs them; with the mean over whole maps it was a third at most."""
    jax.config.update("jax_disable_most_optimizations", False)
    train, test = recipes.images("digits", name, key=jax.random.key(0))
    network = recipes.network(name, (1, 32, 32))
    run = fit(
        Objective(classifier.classification_loss(network.apply)),
        network.init(key=jax.random.key(1)),
        train,
        recipes.optimizer("momentum", optax.constant_schedule(0.05)),
        Settings(epochs=2),
        key=jax.random.key(2),
    )
    assert classifier.accuracy(network.apply, run.params, test) > 0.6


def closed_form(name, rate, steps, t):
    """The rate at step t."""
    cosine = rate * (1 + np.cos(np.pi * t / steps)) / 2
    if name == "warmup-cosine":
        up = steps // 10
        return rate * t / up if t < up else rate * (1 + np.cos(np.pi * (t - up) / (steps - up))) / 2
    return {"constant": rate, "cosine": cosine, "exponential": rate * 0.01 ** (t / steps)}[name]


@pytest.mark.parametrize("name", recipes.SCHEDULES)
def test_schedules_are_their_closed_forms(name):
    schedule = recipes.schedule(name, 0.3, steps=50)
    for t in (0, 1, 4, 5, 6, 25, 49, 50):
        np.testing.assert_allclose(schedule(t), closed_form(name, 0.3, 50, t), rtol=1e-5, atol=1e-7)


def walk(optimizer, steps=4) -> Any:
    """Where an optimizer goes from `PARAMS` with the cubes as gradient."""
    params: Any = jnp.asarray(PARAMS)
    state = optimizer.init(params)
    # optax's schedules count in integers and multiply by floats.
    with jax.numpy_dtype_promotion("standard"):
        for _ in range(steps):
            updates, state = optimizer.update(params**3, state, params)
            params = optax.apply_updates(params, updates)
    return params


PEERS = {
    "sgd": lambda rate: optax.sgd(rate),
    "momentum": lambda rate: optax.sgd(rate, momentum=0.7),
    "nesterov": lambda rate: optax.sgd(rate, momentum=0.7, nesterov=True),
}


@pytest.mark.parametrize("name", recipes.OPTIMIZERS)
def test_optimizers_are_optaxs(name):
    rate = recipes.schedule("cosine", 0.05, steps=10)
    expected = walk(PEERS[name](rate))
    got = walk(recipes.optimizer(name, rate, beta=0.7))
    np.testing.assert_allclose(got, expected, rtol=1e-6)
    others = [walk(recipes.optimizer(other, rate, beta=0.7)) for other in recipes.OPTIMIZERS if other != name]
    assert all(np.abs(got - other).max() > 1e-3 for other in others)


def test_decay_takes_its_share_off_every_weight():
    rate = optax.constant_schedule(0.05)
    plain, decayed = (walk(recipes.optimizer("sgd", rate, decay=decay), steps=1) for decay in (0.0, 0.1))
    np.testing.assert_allclose(decayed, plain - 0.1 * PARAMS, rtol=1e-6)


def test_penalties_are_their_sums():
    absolute, square = np.abs(PARAMS).sum(), (PARAMS**2).sum()
    expected = {"l1": absolute, "l2": square, "elastic": (absolute + square) / 2}
    assert set(recipes.PENALTIES) == {"none", *expected}
    assert recipes.penalty("none", 1.0) is None
    for name, value in expected.items():
        penalty = recipes.penalty(name, 0.25)
        assert penalty is not None
        np.testing.assert_allclose(penalty(jnp.asarray(PARAMS)), 0.25 * value, rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "names"),
    [
        pytest.param(lambda name: recipes.network(name, (1, 8, 8)), recipes.NETWORKS, id="network"),
        pytest.param(lambda name: recipes.schedule(name, 0.1, 10), recipes.SCHEDULES, id="schedule"),
        pytest.param(lambda name: recipes.penalty(name, 0.1), recipes.PENALTIES, id="penalty"),
        pytest.param(
            lambda name: recipes.optimizer(name, optax.constant_schedule(0.1)), recipes.OPTIMIZERS, id="optimizer"
        ),
    ],
)
def test_an_unknown_name_is_refused_with_those_there_are(make, names):
    with pytest.raises(ValueError, match=r"there is no .* 'other'") as error:
        make("other")
    assert all(name in str(error.value) for name in names)
