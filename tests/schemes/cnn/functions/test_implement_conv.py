"""`cnn/implement-conv`: loops in numpy, JAX in float32, automatic differentiation, nonsense."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course.exercises.cnn.functions.implement_conv import CONVOLUTIONS, activation
from course.models.conv import conv2d
from tests.schemes.cnn.functions.loops import conv_maps, products
from tests.schemes.handing_in import Functions, hand_in, outcome, small_whole_numbers


def conv_forward(x, kernels, bias, stride, padding, phi):
    return phi(conv_maps(x, kernels, bias, stride, padding))


def conv_backward(x, kernels, bias, stride, padding, dz, dphi):
    delta = dz * np.asarray(dphi(conv_maps(x, kernels, bias, stride, padding)))
    dx, dkernels = np.zeros(x.shape), np.zeros(kernels.shape)
    for out, weight, entry in products(x, kernels, stride, padding, delta.shape):
        dx[entry] += delta[out] * kernels[weight]
        dkernels[weight] += delta[out] * x[entry]
    return dx, dkernels, delta.sum(axis=(1, 2))


class TestFunctions(Functions):
    right = {"forward": conv_forward, "backward": conv_backward}
    wrong_shapes = {"forward": lambda *_: 1.0, "backward": lambda *_: (1.0, 2.0)}


def jax_conv_forward(x, kernels, bias, stride, padding, phi):
    return phi(conv2d(x, kernels, bias, stride=stride, padding=padding))


def test_float32_earns_full_marks(marker, exercise_id):
    assert jnp.asarray(1.0).dtype == jnp.float32
    for secret in ("practice", "a", "b", "c", "d"):
        report = hand_in(marker, exercise_id, secret, forward=jax_conv_forward)
        assert outcome(report) == {"forward": "exact"}


def test_automatic_differentiation_is_found_out(marker, exercise_id):
    def conv_gradients(x, kernels, bias, stride, padding, dz, dphi):
        phi = next(activation(case.phi) for case in CONVOLUTIONS if case.kernels == kernels.shape)

        def layer(x, kernels, bias):
            return jax_conv_forward(x, kernels, bias, stride, padding, phi)

        arrays = (jnp.asarray(leaf, float) for leaf in (x, kernels, bias))
        return jax.vjp(layer, *arrays)[1](jnp.asarray(dz, float))

    step = hand_in(marker, exercise_id, backward=conv_gradients).steps["backward"]
    assert (step.state, step.slip) == ("slip", "surrogate")


def test_the_surrogates_are_no_derivatives():
    """Otherwise the test above would show nothing."""
    a = np.linspace(-12, 12, 49) + 0.1
    for case in CONVOLUTIONS[1:]:
        slope = jax.vmap(jax.grad(activation(case.phi)))(a)
        assert not np.allclose(slope, activation(case.dphi)(a))


@pytest.mark.parametrize("secret", "abc")
def test_probes_are_small_whole_numbers_for_float32(exercise_id, secret):
    small_whole_numbers(exercise_id, secret)
