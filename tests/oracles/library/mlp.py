"""`course.models`: mlp, in plain numpy."""

import jax
import jax.numpy as jnp
import numpy as np

from course.models import mlp

RELU_SGD_W = (np.array([[-1.0, 2, 1], [2, -1, -1]]), np.array([1.0, 2, -1]))
RELU_SGD_X = np.array([2.0, 3.0])
RELU_BACKPROP = (
    np.array([[1.0], [-1.0]]),
    np.array([[-1.0, 1.0], [1.0, -1.0]]),
    np.array([-1.0, 1.0]),
)


def numpy_loop(weights, x, phi, bias=True):
    """Unit by unit, weight by weight: no matrix product."""
    z = [float(v) for v in np.ravel(x)]
    for number, W in enumerate(weights, start=1):
        inputs = [1.0, *z] if bias else z
        a = [sum(w * v for w, v in zip(row, inputs, strict=True)) for row in np.atleast_2d(W)]
        z = a if number == len(weights) else [phi(v) for v in a]
    return np.array(z)


def arange_weights(*shapes):
    return tuple((np.arange(np.prod(s), dtype=float).reshape(s) % 7 - 3) / 5 for s in shapes)


DEEP = arange_weights((4, 4), (4, 5), (2, 5))
DEEP_X = np.array([0.3, -0.5, 0.8])
NO_BIAS = arange_weights((4, 3), (4, 4), (2, 4))

CASES = {
    "relu-sgd": (
        lambda W, x: mlp.apply(W, x, activation=jax.nn.relu),
        (RELU_SGD_W, RELU_SGD_X),
        np.float64(13),
    ),
    "deep-tanh": (
        lambda W, x: mlp.apply(W, x, activation=jnp.tanh),
        (DEEP, DEEP_X),
        numpy_loop(DEEP, DEEP_X, np.tanh),
    ),
    "no-bias": (
        lambda W, x: mlp.apply(W, x, activation=jnp.tanh, bias=False),
        (NO_BIAS, DEEP_X),
        numpy_loop(NO_BIAS, DEEP_X, np.tanh, bias=False),
    ),
    "scalar-input": (
        lambda W, x: mlp.apply(W, x, activation=jnp.tanh, bias=False),
        (RELU_BACKPROP, np.float64(0.7)),
        numpy_loop(RELU_BACKPROP, 0.7, np.tanh, bias=False)[0],
    ),
    "sigmoid-output": (
        lambda W, x: mlp.apply(W, x, activation=jnp.tanh, output=jax.nn.sigmoid),
        (DEEP, DEEP_X),
        1 / (1 + np.exp(-numpy_loop(DEEP, DEEP_X, np.tanh))),
    ),
    "affine": (
        lambda layers, x: mlp.apply_affine(layers, x, activation=jnp.tanh),
        ([mlp.Affine(A=W[:, 1:], b=W[:, 0]) for W in DEEP], DEEP_X),
        numpy_loop(DEEP, DEEP_X, np.tanh),
    ),
    "with-bias": (
        mlp.with_bias,
        (DEEP_X,),
        np.array([1.0, 0.3, -0.5, 0.8]),
    ),
    "with-bias-of-nothing": (
        mlp.with_bias,
        (np.zeros(0),),
        np.ones(1),
    ),
}
