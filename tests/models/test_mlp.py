"""The multilayer perceptron against the catalogue, numpy loops and finite differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course.models import mlp
from course.models.losses import half_squared_error, sigmoid_cross_entropy, squared_error
from tests.oracles.library.mlp import DEEP, RELU_BACKPROP, RELU_SGD_W, RELU_SGD_X


def test_cases(crossed):
    crossed()


def test_relu_sgd_has_the_catalogues_gradients(dtype):
    W = tuple(jnp.asarray(w, dtype) for w in RELU_SGD_W)
    x, y = jnp.asarray(RELU_SGD_X, dtype), jnp.asarray(10, dtype)
    hidden, out = mlp.forward(W, x, activation=jax.nn.relu)
    np.testing.assert_array_equal(hidden.a, [6, -3])
    np.testing.assert_array_equal(hidden.z, [6, 0])
    assert out.z == 13
    loss, (dW1, dW2) = jax.jit(
        jax.value_and_grad(lambda W: half_squared_error(mlp.apply(W, x, activation=jax.nn.relu), y))
    )(W)
    assert loss == 4.5
    np.testing.assert_array_equal(dW2, [3, 18, 0])
    np.testing.assert_array_equal(dW1, [[6, 12, 18], [0, 0, 0]])


def test_relu_backprop_has_the_catalogues_gradients(dtype):
    W = tuple(jnp.asarray(w, dtype) for w in RELU_BACKPROP)
    x, y = jnp.asarray(3, dtype), jnp.asarray(6, dtype)
    loss, (dW1, dW2, dW3) = jax.jit(
        jax.value_and_grad(lambda W: squared_error(mlp.apply(W, x, activation=jax.nn.relu, bias=False), y))
    )(W)
    assert loss == 9
    np.testing.assert_array_equal(dW3, [0, -18])
    np.testing.assert_array_equal(dW2, [[0, 0], [-18, 0]])
    np.testing.assert_array_equal(dW1, [[-18], [0]])


def test_sigmoid_ls_has_the_catalogues_gradients(x64):
    W = (np.full((2, 3), 0.1), np.full(3, 0.2))
    x = np.array([0.3, 0.5])
    dW1, dW2 = jax.grad(lambda W: half_squared_error(mlp.apply(W, x, activation=jax.nn.sigmoid), 1.0))(W)
    np.testing.assert_allclose(dW2, [-0.58204844, -0.31714591, -0.31714591], atol=5e-9)
    np.testing.assert_allclose(dW1, 2 * [[-0.02886796, -0.00866039, -0.01443398]], atol=5e-9)


def test_sigmoid_ce_has_the_catalogues_gradients(x64):
    W = (np.full((2, 3), 0.1), np.full(3, 0.2))
    x = np.array([0.3, 0.5])
    dW1, dW2 = jax.grad(lambda W: sigmoid_cross_entropy(mlp.apply(W, x, activation=jax.nn.sigmoid), 1.0))(W)
    np.testing.assert_allclose(dW2, [-0.39700703, -0.21632075, -0.21632075], atol=5e-9)
    np.testing.assert_allclose(dW1, 2 * [[-0.01969043, -0.00590713, -0.00984521]], atol=5e-9)


def test_a_dead_unit_has_no_gradient():
    W = (jnp.array([[-1.0, 0.0], [1.0, 0.0]]), jnp.array([0.0, 1.0, 1.0]))
    dW1, dW2 = jax.grad(lambda W: mlp.apply(W, 2.0, activation=jax.nn.relu))(W)
    np.testing.assert_array_equal(dW1, [[0, 0], [1, 2]])
    np.testing.assert_array_equal(dW2, [1, 0, 1])


def test_affine_and_column_0_are_inverse(dtype):
    weights = tuple(jnp.asarray(W, dtype) for W in DEEP)
    for back, W in zip(mlp.from_affine(mlp.to_affine(weights)), weights, strict=True):
        np.testing.assert_array_equal(back, W)
    assert [layer.A.shape for layer in mlp.to_affine(weights)] == [(4, 3), (4, 4), (2, 4)]


@pytest.mark.parametrize("bias", [True, False])
def test_init_shapes_dtype_and_scale(dtype, bias):
    weights = mlp.init((400, 300, 10), key=jax.random.key(1), bias=bias, dtype=dtype)
    assert [W.shape for W in weights] == ([(300, 401), (10, 301)] if bias else [(300, 400), (10, 300)])
    assert all(W.dtype == dtype for W in weights)
    first = np.asarray(weights[0])
    if bias:
        assert not first[:, 0].any()
        first = first[:, 1:]
    # 120 000 draws: the deviation is known to about 0.2 %.
    np.testing.assert_allclose(first.std(), np.sqrt(2 / 400), rtol=0.02)
    np.testing.assert_allclose(
        np.std(mlp.init((400, 300), key=jax.random.key(1), bias=False, scale=mlp.lecun_scale)[0]),
        np.sqrt(1 / 400),
        rtol=0.02,
    )


def test_init_draws_each_layer_from_its_own_key():
    first, second = mlp.init((5, 5, 5), key=jax.random.key(0), bias=False)
    assert not np.allclose(first, second)
    np.testing.assert_array_equal(first, mlp.init((5, 5, 5), key=jax.random.key(0), bias=False)[0])


@pytest.mark.parametrize("widths", [(), (3,), (3, 0, 1)])
def test_init_refuses_widths_that_make_no_network(widths):
    with pytest.raises(ValueError, match="at least an input and an output"):
        mlp.init(widths, key=jax.random.key(0))


def test_a_layer_that_does_not_fit_is_named():
    weights = (jnp.ones((4, 3)), jnp.ones((1, 4)))
    with pytest.raises(ValueError, match=r"layer 2 .* \(1, 4\) and 5 inputs with the bias's"):
        mlp.apply(weights, jnp.ones(2), activation=jax.nn.relu)


def test_a_batch_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match=r"got shape \(8, 2\): jax\.vmap over a batch"):
        mlp.apply((jnp.ones((4, 3)),), jnp.ones((8, 2)), activation=jax.nn.relu)
