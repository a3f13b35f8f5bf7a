"""Which loop an epoch takes: seen in the program that is traced, for each kind of loss and device."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from course.models import conv
from course.training import loops
from course.training.epoch import epoch_function
from course.training.objective import Objective

X = jnp.ones((12, 2))


def convolving(kernels, image, label):
    """The least loss with a convolution."""
    return jnp.mean(conv.conv2d(image, kernels)) - label


def convolving_otherwise(kernels, image, label):
    return jnp.mean(jax.lax.conv(image[None], kernels, (1, 1), "VALID")) - label


def convolutions_in_loops(loss):
    """Of an epoch of two batches: whether its steps are in a loop of XLA's, and have XLA's convolutions."""
    kernels, data = jnp.ones((1, 1, 3, 3)), (jnp.ones((6, 1, 4, 4)), jnp.arange(6.0))
    optimizer = optax.sgd(0.1)
    carry = kernels, optimizer.init(kernels)
    run = epoch_function(Objective(loss), optimizer, data, carry)
    batches = jnp.arange(6).reshape(2, 3), jax.random.split(jax.random.key(0), 2)
    jaxpr = str(jax.make_jaxpr(run)(data, carry, batches))
    return "scan[" in jaxpr, "conv_general_dilated" in jaxpr


@pytest.mark.parametrize(
    ("loss", "platform", "scans", "convolves"),
    [
        (convolving, "cpu", True, False),
        (convolving_otherwise, "cpu", False, True),
        (convolving, "gpu", True, True),
        (lambda kernels, image, label: jnp.mean(kernels) - label, "cpu", True, False),
    ],
    ids=["ours", "otherwise", "gpu", "none"],
)
def test_the_loop_is_chosen_by_convolutions_and_device(monkeypatch, loss, platform, scans, convolves):
    monkeypatch.setattr(loops, "platform", lambda data: platform)
    assert convolutions_in_loops(loss) == (scans, convolves)


def test_the_platform_is_that_of_the_data():
    assert loops.platform(jax.device_put(X, jax.devices("cpu")[0])) == "cpu"
    assert loops.platform(np.ones(3)) == jax.default_backend()
    seen = []
    jax.jit(lambda x: seen.append(loops.platform(x)))(X)
    assert seen == [jax.default_backend()]


def plain(kernels, image):
    return jnp.sum(jax.lax.conv(image[None], kernels, (1, 1), "VALID"))


INSIDE = {
    "jit": jax.jit(lambda kernels, image: plain(kernels, image)),
    "cond": lambda kernels, image: jax.lax.cond(image[0, 0, 0] > 0, plain, lambda k, i: 0.0, kernels, image),
    "scan": lambda kernels, image: jax.lax.scan(lambda c, _: (c + plain(kernels, image), None), 0.0, length=2),
    "checkpoint": jax.checkpoint(lambda kernels, image: plain(kernels, image)),
    "vmap": lambda kernels, image: jax.vmap(plain, (None, 0))(kernels, image[None]),
}


@pytest.mark.parametrize("wrapper", INSIDE)
def test_a_convolution_is_found_at_any_depth(wrapper):
    kernels, image = jnp.ones((1, 1, 3, 3)), jnp.ones((1, 4, 4))
    assert loops.convolves(INSIDE[wrapper], kernels, image)


def test_a_name_is_no_convolution():
    """What is asked is what runs, not what a printed program happens to say."""

    def conv_general_dilated(x):
        return x + 1

    assert not loops.convolves(jax.jit(conv_general_dilated), jnp.ones(3))
